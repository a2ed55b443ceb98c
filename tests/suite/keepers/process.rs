//! One process: the loop of `toban schedule run` over the account of the process that started it. The simulated account
//! is played here, from what all processes did to it, which the first one tells in its order.

use futures_util::future::BoxFuture;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toban::aws::Clients;
use toban::change::gate::{Approved, Change, Confirmation, Gate, GateContext, Pass};
use toban::change::plan::{ChangeRequest, Plan};
use toban::change::receipt::Receipt;
use toban::cloud::Cloud;
use toban::demo::Demo;
use toban::engine::headless::View;
use toban::engine::scheduler::execution_log::ExecutionLog;
use toban::engine::scheduler::{LocalScheduler, run_loop};
use toban::kinds::AnyKind;
use toban::world::{AnyReading, Coverage, Fault, FaultKind, KindName, ResourceId, Scope, World};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Notify};

/// Where the account answers.
pub(crate) const ACCOUNT: &str = "KEEPERS_ACCOUNT";
/// The state directory.
pub(crate) const STATE: &str = "KEEPERS_STATE";

/// Keeps until it is killed.
pub(crate) fn keep() {
    let account = std::env::var(ACCOUNT).expect("an account; the other tests start this one");
    let state = PathBuf::from(std::env::var_os(STATE).expect("a state directory"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    runtime.block_on(async {
        let stream = BufReader::new(TcpStream::connect(account).await.expect("the account answers"));
        let line = Mutex::new(Line { stream, have: 0 });
        let home = Home { demo: Demo::at(7, 0), line, doors: std::sync::Mutex::default(), woken: Notify::new() };
        let cloud = Arc::new(Shared { home: Arc::new(home), at_work: false });
        cloud.home.ask(json!({ "ask": "now" })).await;
        let local_scheduler = LocalScheduler {
            cloud,
            view: View {
                configured_environments: toban::demo::configured_environments(),
                zone: TimeZone::get("Asia/Tokyo").expect("Tokyo"),
            },
            journal: Some(state.join("journal.jsonl")),
            execution_log: ExecutionLog::Kept(state).into(),
            gate: Gate::default(),
            poll_interval: SignedDuration::from_hours(12),
        };
        run_loop(&local_scheduler, &mut |_, _| {}).await;
    });
}

/// A door to the account, for one who works in this process or for who only looks for one.
struct Shared {
    home: Arc<Home>,
    at_work: bool,
}

/// The account as this process sees it.
struct Home {
    demo: Demo,
    line: Mutex<Line>,
    doors: std::sync::Mutex<Doors>,
    /// Told whenever time went on, or a door was closed.
    woken: Notify,
}

/// How many work here, and what those who pause wait for: time is asked for once all of them pause.
#[derive(Default)]
struct Doors {
    open: usize,
    waits: Vec<(u64, Timestamp)>,
    next: u64,
    asking: bool,
}

impl Shared {
    fn door(home: &Arc<Home>) -> Arc<Self> {
        home.doors.lock().unwrap().open += 1;
        Arc::new(Self { home: Arc::clone(home), at_work: true })
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.home.doors.lock().unwrap().open -= usize::from(self.at_work);
        self.home.woken.notify_waiters();
    }
}

/// A pause, until it is over or broken off.
struct Wait<'a> {
    home: &'a Home,
    id: u64,
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.home.doors.lock().unwrap().waits.retain(|(id, _)| *id != self.id);
    }
}

impl Home {
    async fn pause(&self, until: Timestamp) {
        let wait = {
            let mut doors = self.doors.lock().unwrap();
            doors.next += 1;
            let id = doors.next;
            doors.waits.push((id, until));
            Wait { home: self, id }
        };
        while self.demo.now() < until {
            let mut woken = std::pin::pin!(self.woken.notified());
            woken.as_mut().enable();
            let first = {
                let mut doors = self.doors.lock().unwrap();
                let all = doors.waits.len() == doors.open && !doors.asking;
                let first = doors.waits.iter().map(|(_, until)| *until).min().filter(|_| all);
                doors.asking |= first.is_some();
                first
            };
            match first {
                Some(first) => {
                    self.ask(json!({ "ask": "pause", "until": first.to_string() })).await;
                    let now = self.demo.now();
                    let mut doors = self.doors.lock().unwrap();
                    doors.asking = false;
                    // Those whose moment has come work from now on.
                    doors.waits.retain(|(_, until)| *until > now);
                    drop(doors);
                    self.woken.notify_waiters();
                }
                None => woken.await,
            }
        }
        drop(wait);
    }

    /// Asks, and plays what was done by then and what time it is. What came of the last change.
    async fn ask(&self, mut question: Value) -> Option<Result<Receipt, Fault>> {
        let mut line = self.line.lock().await;
        question["have"] = json!(line.have);
        let answer = async {
            line.stream.get_mut().write_all(format!("{question}\n").as_bytes()).await?;
            let mut text = String::new();
            line.stream.read_line(&mut text).await.map(|_| text)
        };
        // Without its account a process has nothing more to do.
        let text = answer.await.unwrap_or_default();
        let Ok(answer) = serde_json::from_str::<Value>(&text) else { std::process::exit(0) };
        let mut last = None;
        for change_request in answer["deeds"].as_array().expect("deeds") {
            line.have += 1;
            last = Some(play(&self.demo, change_request).await);
        }
        self.demo.go_to(answer["now"].as_i64().expect("a second"));
        last
    }
}

/// The line to the first process, and how much of what was done is known here.
struct Line {
    stream: BufReader<TcpStream>,
    have: usize,
}

/// Does a change of any process to the account as it is played here.
pub(crate) async fn play(demo: &Demo, change_request: &Value) -> Result<Receipt, Fault> {
    demo.go_to(change_request["second"].as_i64().expect("a second"));
    let approved = approved(change_request, demo.now());
    demo.change(&approved, &approved.change_request().on.scope).await
}

/// A change as one process tells it to another.
fn told(change_request: &ChangeRequest) -> Value {
    json!({
        "ask": "change", "verb": change_request.verb, "kind": change_request.on.kind.0, "key": &*change_request.on.key,
        "source": change_request.on.scope.source.as_str(), "region": change_request.on.scope.region.as_str(), "arguments": change_request.arguments,
    })
}

/// What another process did, as a change that can be done here.
struct Replayed(ChangeRequest);

impl Change for Replayed {
    fn plan(&self) -> Plan {
        Plan::new(self.0.verb, "replayed".into(), self.0.on.clone(), vec![self.0.verb.to_owned()])
    }
    fn change_request(&self) -> ChangeRequest {
        self.0.clone()
    }
    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Err(Fault::new(FaultKind::Odd, "replay", "it is played at a simulated account only")) })
    }
}

fn approved(told: &Value, now: Timestamp) -> Approved {
    // The few names there are live as long as the process.
    let name = |text: &Value| -> &'static str { Box::leak(text.as_str().expect("a name").to_owned().into_boxed_str()) };
    let argument = |pair: &Value| (name(&pair[0]), pair[1].as_str().expect("a value").to_owned());
    let scope = Scope::new(told["source"].as_str().expect("a source"), told["region"].as_str().expect("a region"));
    let on =
        ResourceId { kind: KindName(name(&told["kind"])), scope, key: told["key"].as_str().expect("a key").into() };
    let arguments = told["arguments"].as_array().expect("arguments").iter().map(argument).collect();
    let at = GateContext::seen_at(now);
    let replayed = Box::new(Replayed(ChangeRequest { verb: name(&told["verb"]), on, arguments }));
    Gate::default().approve(replayed, &Confirmation::Yes, None, &at).expect("nothing hinders it")
}

impl Cloud for Shared {
    toban::delegate_cloud!(self.home.demo: scopes, identify, look, renew, stats, login, now);

    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        Box::pin(async move {
            self.home.ask(json!({ "ask": "now" })).await;
            self.home.demo.read(kind, scope, coverage, known).await
        })
    }

    fn change<'a>(&'a self, change: &'a Approved, _scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move { self.home.ask(told(&change.change_request())).await.expect("at least this was done") })
    }

    fn pause(&self, span: SignedDuration) -> BoxFuture<'_, ()> {
        let until = self.now().checked_add(span).expect("a moment");
        Box::pin(self.home.pause(until))
    }
    fn hold_clock(&self) -> Option<Arc<dyn Cloud>> {
        Some(Self::door(&self.home))
    }
}
