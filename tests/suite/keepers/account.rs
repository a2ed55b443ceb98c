//! The account and the time of several processes: what they do to it, in one order, and a clock that goes on to the first
//! moment somebody waits for once all of them wait. It kills one of them where it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use toban::cloud::Cloud;
use toban::demo::Demo;
use toban::engine::headless::{View, picture};
use toban::schedule::Actual;

use super::process::{ACCOUNT, STATE, play};

/// How long all processes may be silent before the test gives up: none of them ever waits for real time.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where the process that sends a call is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kill {
    /// Before the call with that number reaches the account.
    Before(usize),
    /// After it did, before its answer comes.
    After(usize),
    /// In the pause that follows it, or before what it sends next.
    Resting(usize),
}

/// The account.
pub(crate) struct Account {
    demo: Arc<Demo>,
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    now: i64,
    deeds: Vec<Value>,
    /// What of it started, stopped or scaled something.
    power: Vec<String>,
    processes: BTreeMap<usize, (Child, TcpStream)>,
    tell: Sender<(usize, Value)>,
    heard: Receiver<(usize, Value)>,
    start: Timestamp,
}

impl Account {
    /// An account whose time begins at `from`.
    pub(crate) fn begin(from: Timestamp) -> Self {
        let demo = Arc::new(Demo::at(7, 0));
        let start = demo.now();
        let (tell, heard) = channel();
        let now = from.duration_since(start).as_secs();
        demo.go_to(now);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let (deeds, power, processes) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { demo, runtime, listener, now, deeds, power, processes, tell, heard, start }
    }

    /// Starts so many processes over one state directory.
    pub(crate) fn start(&mut self, count: usize, state: &Path) {
        let address = self.listener.local_addr().expect("an address").to_string();
        for id in 0..count {
            let mut command = Command::new(std::env::current_exe().expect("this very program"));
            command.args(["--ignored", "--exact", "keepers::a_process_that_keeps", "--nocapture"]);
            command.env(ACCOUNT, &address).env(STATE, state).stdin(Stdio::null()).stdout(Stdio::null());
            let mut child = command.spawn().expect("a process");
            let stream = self.called_by(&mut child);
            let (tell, lines) = (self.tell.clone(), BufReader::new(stream.try_clone().expect("its line")));
            std::thread::spawn(move || {
                for line in lines.lines().map_while(Result::ok) {
                    let told = serde_json::from_str(&line).expect("JSON");
                    if tell.send((id, told)).is_err() {
                        return;
                    }
                }
            });
            self.processes.insert(id, (child, stream));
        }
    }

    /// The line of a process that was just started; one that ends without a call fails the test instead of holding it up.
    fn called_by(&self, child: &mut Child) -> TcpStream {
        self.listener.set_nonblocking(true).expect("a listener that can be asked");
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).expect("a line that can be waited at");
                    return stream;
                }
                Err(fault) => assert_eq!(fault.kind(), std::io::ErrorKind::WouldBlock, "{fault}"),
            }
            let ended = child.try_wait().expect("how it is");
            assert!(ended.is_none(), "a process ended before it called: {ended:?}");
            std::thread::yield_now();
        }
    }

    /// Lets them work until `to`; kills one of them on the way where it is told to.
    pub(crate) fn run(&mut self, to: Timestamp, kill: Option<Kill>) {
        let end = to.duration_since(self.start).as_secs();
        // Who waits for what, with how much of what was done it knows.
        let mut waiting: BTreeMap<usize, (i64, u64)> = BTreeMap::new();
        let mut resting = None;
        loop {
            while !waiting.is_empty() && waiting.len() == self.processes.len() {
                let first = waiting.values().map(|(until, _)| *until).min().expect("somebody waits");
                if first >= end {
                    self.now = end;
                    self.demo.go_to(end);
                    return;
                }
                self.now = first.max(self.now);
                // Those who wait for the same moment come to it together.
                let now = self.now;
                for (id, (_, have)) in waiting.extract_if(.., |_, (until, _)| *until <= now).collect::<Vec<_>>() {
                    self.answer(id, have);
                }
            }
            let (id, told) = self.heard.recv_timeout(PATIENCE).expect("the processes go on");
            if !self.processes.contains_key(&id) {
                continue;
            }
            let have = told["have"].as_u64().expect("a count");
            if resting == Some(id) && told["ask"] != "now" {
                resting = None;
                self.kill(id);
                continue;
            }
            match told["ask"].as_str().expect("a question") {
                "pause" => {
                    let until: Timestamp = told["until"].as_str().expect("a moment").parse().expect("a moment");
                    // A second that has begun is over once it ends.
                    let until = until.duration_since(self.start).as_millis();
                    let until = i64::try_from((until + 999).div_euclid(1000)).expect("a second");
                    waiting.insert(id, (until, have));
                }
                "change" => {
                    let nth = self.deeds.len();
                    if kill == Some(Kill::Before(nth)) && self.processes.len() > 1 {
                        self.kill(id);
                        continue;
                    }
                    self.take(told);
                    if kill == Some(Kill::After(nth)) {
                        self.kill(id);
                        continue;
                    }
                    if kill == Some(Kill::Resting(nth)) {
                        resting = Some(id);
                    }
                    self.answer(id, have);
                }
                _ => self.answer(id, have),
            }
        }
    }

    /// The account takes a call.
    fn take(&mut self, mut told: Value) {
        told["second"] = json!(self.now);
        let got = self.runtime.block_on(play(&self.demo, &told));
        let message = got.as_ref().ok().and_then(|receipt| receipt.message.as_deref()).unwrap_or("already refused");
        let verb = told["verb"].as_str().expect("a verb");
        if ["start", "stop", "scale"].contains(&verb) && !message.contains("already") {
            self.power.push(format!("{verb} {}: {message}", told["key"].as_str().expect("a key")));
        }
        self.deeds.push(told);
    }

    /// Tells a process the time and what was done that it does not know yet.
    fn answer(&mut self, id: usize, have: u64) {
        let new = self.deeds.get(usize::try_from(have).expect("a count")..).expect("no more than was done");
        let answer = json!({ "now": self.now, "deeds": new });
        let (_, stream) = self.processes.get_mut(&id).expect("a process");
        stream.write_all(format!("{answer}\n").as_bytes()).expect("it listens");
    }

    /// Ends a process as nothing can be caught: with SIGKILL.
    fn kill(&mut self, id: usize) {
        let (mut child, _) = self.processes.remove(&id).expect("a process");
        child.kill().expect("it can be killed");
        child.wait().expect("its end");
    }

    /// How many processes live.
    pub(crate) fn alive(&self) -> usize {
        self.processes.len()
    }

    /// How many calls there were.
    pub(crate) fn calls(&self) -> usize {
        self.deeds.len()
    }

    /// What started, stopped or scaled something, in order; what was so already does not count.
    pub(crate) fn power(&self) -> Vec<String> {
        self.power.clone()
    }

    /// Whether everything of ProofLink's development stage is down.
    pub(crate) fn is_asleep(&self) -> bool {
        let cloud: Arc<dyn Cloud> = Arc::clone(&self.demo) as Arc<dyn Cloud>;
        let view = View { configured_environments: toban::demo::configured_environments(), zone: TimeZone::UTC };
        let snapshot = self.runtime.block_on(picture(&cloud, &view, &mut |_, _| {})).expect("a picture");
        let environment = snapshot.picture.environment(&"prooflink-dev".into()).expect("it is there");
        let off = environment.offhours.as_deref().expect("a schedule");
        off.scheduled_members.iter().all(|it| it.actual == Actual::Down)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        for (child, _) in self.processes.values_mut() {
            // It may have ended by itself, for want of an account.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
