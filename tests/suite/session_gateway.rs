//! Sessions end to end against the loopback gateway: shells on a real pseudo-terminal, commands, and port forwarding to
//! real TCP servers, in good weather and bad. Every signature, token, digest and number is checked on the way.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod speed;
mod tunnels;
mod vacant;
mod weather;

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::gateway::{self, Gateway, Weather};
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use toban::cloud::live::Sessions;
use toban::ssm::channel::{Channel, End, Incoming, Link, Outgoing, Settings};
use toban::ssm::command;
use toban::ssm::command::Ran;
use toban::ssm::forward::{Counters, Forward, LINGER, LocalListener};
use toban::ssm::network::Network;
use toban::ssm::shell;
use toban::ssm::start_request::{SessionSource, StartRequest};
use toban::ssm::wire::Size;
use toban::world::FaultKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use vacant::Vacant;

/// Longer than any one thing here takes that is waited for: what hangs fails.
const PATIENCE: Duration = Duration::from_secs(25);

/// Waits for `work`; if it hangs, the panic says where that was waited for.
#[track_caller]
fn within<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let asked = Location::caller();
    async move { timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("what is waited for at {asked} hangs")) }
}

fn sessions(gateway: &Gateway) -> Arc<dyn SessionSource> {
    let token = Some(gateway::SESSION_TOKEN.to_owned());
    let keys = Credentials::new(gateway::KEY, gateway::SECRET, token, None, "test");
    let config = SdkConfig::builder()
        .region(Region::from_static(gateway::REGION))
        .endpoint_url(gateway.endpoint())
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .identity_cache(aws_config::identity::IdentityCache::lazy().build())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .behavior_version(aws_config::BehaviorVersion::latest())
        .build();
    Arc::new(Sessions::over(config))
}

fn settings(has_handshake: bool) -> Settings {
    let network = Network::new(None, String::new(), None);
    let settings = if has_handshake { Settings::with_handshake(network) } else { Settings::plain(network) };
    Settings { pauses: (Duration::from_millis(5), Duration::from_millis(50)), ..settings }
}

async fn open(gateway: &Gateway, ask: &StartRequest) -> Channel {
    let source = sessions(gateway);
    let opened = source.open(ask).await.unwrap_or_else(|fault| panic!("{}", fault.sentence()));
    let has_handshake = matches!(ask, StartRequest::Start { document: Some(_), .. });
    Channel::start(source, opened, settings(has_handshake))
}

/// A person at a shell.
struct Person {
    keys: DuplexStream,
    screen: DuplexStream,
    seen: String,
    sizes: watch::Sender<Size>,
    session: tokio::task::JoinHandle<End>,
}

impl Person {
    async fn at(channel: Channel) -> Self {
        let (keys, input) = duplex(4096);
        let (output, screen) = duplex(4096);
        let (sizes, size) = watch::channel(Size { cols: 100, rows: 40 });
        let session = tokio::spawn(shell::run(channel, input, output, size));
        Self { keys, screen, seen: String::new(), sizes, session }
    }

    async fn type_in(&mut self, text: &str) {
        within(self.keys.write_all(text.as_bytes())).await.unwrap();
    }

    /// Reads until the screen showed `text`, and gives all up to it.
    async fn sees(&mut self, text: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            let read = timeout(PATIENCE, self.screen.read(&mut buffer)).await;
            match read {
                Ok(Ok(count @ 1..)) => self.seen.push_str(&String::from_utf8_lossy(&buffer[..count])),
                other => panic!("{text:?} was never shown, but {other:?} after {:?}", self.seen),
            }
        }
    }

    async fn ends(self) -> End {
        within(self.session).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shell_with_its_size_ctrl_c_and_20_000_lines() {
    let gateway = Gateway::start().await;
    // The terminal is not up at once: the first messages go unanswered.
    gateway.weather(Weather { not_ready: 2, short_headers: true, repeats: Some(7), ..Weather::default() });
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("$ ").await;
    // The size goes out with the first output; the answer may overtake it once.
    person.type_in("while [ \"$(stty size)\" != '40 100' ]; do :; done; echo si''zed\r").await;
    person.sees("sized").await;
    person.sizes.send(Size { cols: 132, rows: 50 }).unwrap();
    person.type_in("while [ \"$(stty size)\" != '50 132' ]; do :; done; echo re''sized\r").await;
    person.sees("resized").await;
    person.type_in("cat\r").await;
    // Once it answers it is in the foreground, and the byte becomes its signal.
    person.type_in("ping\r").await;
    person.sees("ping\r\n").await;
    person.sees("ping\r\n").await;
    person.type_in("\x03").await;
    person.sees("$ ").await;
    person.type_in("seq 20000; echo al''l\r").await;
    let shown = person.sees("all").await;
    let numbers: Vec<u32> = shown.lines().filter_map(|line| line.trim().parse().ok()).collect();
    assert!(numbers.into_iter().eq(1..=20_000), "lines were lost or changed places");
    person.type_in("exit\r").await;
    assert_eq!(person.ends().await, End::Closed(String::new()));
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exec_in_a_task_is_left_by_the_escape_and_terminated() {
    let gateway = Gateway::start().await;
    let ask = StartRequest::Exec {
        cluster: "prod".to_owned(),
        task: "0123".to_owned(),
        container: "web".to_owned(),
        // Prints nothing before it is spoken to.
        command: "/bin/cat".to_owned(),
        target: "ecs:prod_0123_runtime".to_owned(),
    };
    let source = sessions(&gateway);
    let opened = source.open(&ask).await.unwrap();
    let quick = Settings { quiet_start: Duration::from_millis(50), ..settings(false) };
    let mut person = Person::at(Channel::start(source, opened, quick)).await;
    person.type_in("hello\r").await;
    person.sees("hello\r\n").await;
    person.sees("hello\r\n").await;
    person.type_in("~.").await;
    assert_eq!(person.ends().await, End::Left);
    assert_eq!(gateway.calls(), ["ExecuteCommand", "TerminateSession"]);
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_shell_survives_a_cut() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { encrypts: true, cuts: vec![40, 60], swallows: 9, ..Weather::default() });
    let mut person = Person::at(open(&gateway, &StartRequest::shell("i-1")).await).await;
    person.sees("Welcome to the test.").await;
    person.type_in("seq 20000; echo al''l\r").await;
    let shown = person.sees("all").await;
    assert!(shown.contains("19999\r\n20000"), "{shown}");
    person.type_in("exit\r").await;
    assert_eq!(person.ends().await, End::Closed(String::new()));
    assert_eq!(gateway.calls(), ["StartSession", "GenerateDataKey", "ResumeSession", "ResumeSession"]);
    gateway.assert_clean();
}

/// Runs a command and gives its output, its errors, and how it went.
async fn run(gateway: &Gateway, command: &str) -> (String, String, Ran) {
    let channel = open(gateway, &StartRequest::command("i-1", command)).await;
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let (_quiet, interrupts) = mpsc::channel(1);
    let ran = within(command::run(channel, &mut out, &mut errors, interrupts)).await;
    (String::from_utf8(out).unwrap(), String::from_utf8(errors).unwrap(), ran)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_keep_streams_apart_and_tell_their_exit_code() {
    let gateway = Gateway::start().await;
    let (out, errors, ran) = run(&gateway, "echo out; echo oops >&2; exit 3").await;
    assert_eq!((out.as_str(), errors.as_str()), ("out\n", "Welcome to the test.\noops\n"));
    assert_eq!(ran, Ran { exit: Some(3), end: End::Closed(String::new()) });
    let damaged = Weather { damages: Some(5), cuts: vec![9], swallows: 4, encrypts: true, ..Weather::default() };
    gateway.weather(damaged);
    let (out, _, ran) = run(&gateway, "seq 5000").await;
    assert!(out.lines().filter_map(|line| line.parse::<u32>().ok()).eq(1..=5000), "lines were lost");
    assert_eq!(ran.exit, Some(0));
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_is_interrupted_and_then_left() {
    let gateway = Gateway::start().await;
    let channel = open(&gateway, &StartRequest::command("i-1", "echo up; exec cat /dev/zero >/dev/null")).await;
    let (interrupt, interrupts) = mpsc::channel(2);
    let (out, mut shown) = duplex(64);
    let running = tokio::spawn(command::run(channel, out, tokio::io::sink(), interrupts));
    let mut up = [0; 3];
    within(shown.read_exact(&mut up)).await.unwrap();
    interrupt.send(()).await.unwrap();
    let ran = within(running).await.unwrap();
    assert_eq!(ran.exit, Some(130));
    gateway.assert_clean();
}

/// A server that answers `size` bytes to each connection's first line, then closes; the line picks the pattern.
async fn server(size: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                if let Ok(seed) = socket.read_u8().await {
                    let _ = socket.write_all(&pattern(seed, size)).await;
                }
            });
        }
    });
    port
}

fn pattern(seed: u8, size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(u64::from(seed));
    let mut bytes = vec![0; size];
    random.fill(&mut bytes);
    bytes
}

async fn forward(gateway: &Gateway, port: u16, linger: Duration) -> Forward {
    let channel = open(gateway, &StartRequest::port("i-1", Some("127.0.0.1"), port)).await;
    Forward::start(channel, Arc::new(LocalListener::open(0).await.unwrap()), linger)
}

async fn download(forward: &Forward, seed: u8) -> Vec<u8> {
    let mut socket = TcpStream::connect(forward.address()).await.unwrap();
    socket.write_u8(seed).await.unwrap();
    let mut got = Vec::new();
    within(socket.read_to_end(&mut got)).await.unwrap();
    got
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_downloads_at_once_are_whole_through_a_cut_and_a_goodbye() {
    const SIZE: usize = 400_000;
    let gateway = Gateway::start().await;
    gateway.weather(Weather {
        cuts: vec![200, 300],
        swallows: 20,
        bye_after: Some(150),
        repeats: Some(50),
        short_headers: true,
        ..Weather::default()
    });
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let (one, two, three) = tokio::join!(download(&forward, 1), download(&forward, 2), download(&forward, 3));
    for (seed, got) in [(1, one), (2, two), (3, three)] {
        assert!(got == pattern(seed, SIZE), "download {seed} is not what was sent");
    }
    let traffic = forward.traffic();
    assert_eq!((traffic.up, traffic.down, traffic.total, traffic.refused), (3, 3 * SIZE as u64, 3, 0));
    assert_eq!(forward.status().borrow().resumed, 3);
    assert_eq!(within(forward.stop()).await, End::Left);
    gateway.wait_for_calls("TerminateSession", 1).await;
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_loses_nothing() {
    // A database dump to a reader who takes a little at a time and lets everybody else run in between, so that all the
    // buffers before them are full most of the time. By the clock, at 300 kB/s, the measurements do the same.
    const SIZE: usize = 30_000_000;
    let gateway = Gateway::start().await;
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let mut socket = TcpStream::connect(forward.address()).await.unwrap();
    socket.write_u8(9).await.unwrap();
    let (mut got, mut buffer) = (Vec::new(), vec![0; 30_000]);
    loop {
        let count = within(socket.read(&mut buffer)).await.unwrap();
        if count == 0 {
            break;
        }
        got.extend_from_slice(&buffer[..count]);
        // Others get to run between two reads: the buffers before us fill up.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    assert!(got == pattern(9, SIZE), "{} of {SIZE} bytes", got.len());
    drop(forward);
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_megabytes_to_a_reader_with_a_clock() {
    // As many bytes as in the measurement of 100 seconds at 300 kB/s, ten times as fast: the buffers fill up all the same.
    const SIZE: usize = 30_000_000;
    let gateway = Gateway::start().await;
    let forward = forward(&gateway, server(SIZE).await, LINGER).await;
    let got = speed::read_at(&forward, 30_000, Duration::from_millis(10)).await;
    assert!(got == pattern(9, SIZE), "{} of {SIZE} bytes", got.len());
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_port_ends_one_connection_and_not_the_session() {
    let gateway = Gateway::start().await;
    let vacant = Vacant::new();
    let forward = forward(&gateway, vacant.port(), LINGER).await;
    assert_eq!(download(&forward, 1).await, b"");
    let listener = vacant.listen();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"welcome").await.unwrap();
    });
    assert_eq!(download(&forward, 1).await, b"welcome");
    let traffic = forward.traffic();
    assert_eq!((traffic.total, traffic.refused), (2, 1));
    within(forward.stop()).await;
    gateway.assert_clean();
}

/// A server that answers in upper case, a second half only after the first was read; it never closes by itself.
async fn echo() -> (u16, watch::Receiver<u32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (closed, seen) = watch::channel(0);
    let closed = Arc::new(closed);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let closed = Arc::clone(&closed);
            tokio::spawn(async move {
                let mut buffer = [0; 1000];
                while let Ok(count @ 1..) = socket.read(&mut buffer).await {
                    buffer[..count].make_ascii_uppercase();
                    if socket.write_all(&buffer[..count]).await.is_err() {
                        break;
                    }
                }
                closed.send_modify(|count| *count += 1);
            });
        }
    });
    (port, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_closed_connection_still_gets_its_answer() {
    let gateway = Gateway::start().await;
    let (port, mut closed) = echo().await;
    let forward = forward(&gateway, port, Duration::from_millis(300)).await;
    let mut socket = TcpStream::connect(forward.address()).await.unwrap();
    socket.write_all(b"hello").await.unwrap();
    // Done sending, not done reading. The remote side closes on its own time: here never, so that the limit ends it.
    socket.shutdown().await.unwrap();
    let mut got = Vec::new();
    within(socket.read_to_end(&mut got)).await.unwrap();
    assert_eq!(got, b"HELLO");
    within(closed.wait_for(|count| *count == 1)).await.unwrap();
    within(forward.stop()).await;
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_agent_carries_one_connection_after_the_other() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { agent: "2.3.700.0".to_owned(), ..Weather::default() });
    let (port, mut closed) = echo().await;
    let forward = forward(&gateway, port, Duration::from_millis(50)).await;
    for round in 1..=2 {
        let mut socket = TcpStream::connect(forward.address()).await.unwrap();
        socket.write_all(b"hello").await.unwrap();
        let mut got = [0; 5];
        within(socket.read_exact(&mut got)).await.unwrap();
        assert_eq!(&got, b"HELLO");
        drop(socket);
        within(closed.wait_for(|count| *count == round)).await.unwrap();
    }
    assert_eq!(forward.traffic().total, 2);
    within(forward.stop()).await;
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_too_many_is_told_and_served_when_another_ends() {
    for (agent, most) in [(Weather::default().agent, 2), ("2.3.700.0".to_owned(), 1)] {
        let gateway = Gateway::start().await;
        gateway.weather(Weather { agent, ..Weather::default() });
        let (port, _closed) = echo().await;
        let channel = open(&gateway, &StartRequest::port("i-1", Some("127.0.0.1"), port)).await;
        let door = Arc::new(LocalListener::open(0).await.unwrap().letting_in(most));
        let counters = Arc::<Counters>::default();
        let mut crowd = counters.crowd();
        let forward = Forward::counting(channel, door, Duration::from_millis(50), Arc::clone(&counters));
        let mut sockets = Vec::new();
        let hello = async |socket: &mut TcpStream| {
            socket.write_all(b"hello").await.unwrap();
            let mut got = [0; 5];
            within(socket.read_exact(&mut got)).await.unwrap();
            assert_eq!(&got, b"HELLO");
        };
        for _ in 0..most {
            let mut socket = TcpStream::connect(forward.address()).await.unwrap();
            hello(&mut socket).await;
            sockets.push(socket);
        }
        assert_eq!((*crowd.borrow(), forward.traffic().crowded), (None, false), "as many as may be, and nobody waits");
        let mut late = TcpStream::connect(forward.address()).await.unwrap();
        within(crowd.wait_for(|open| *open == Some(most))).await.unwrap();
        assert!(forward.traffic().crowded);
        drop(sockets.pop());
        hello(&mut late).await;
        within(crowd.wait_for(Option::is_none)).await.unwrap();
        assert_eq!(forward.traffic().total, most as u64 + 1);
        within(forward.stop()).await;
        gateway.assert_clean();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_login_makes_the_session_wait() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { cuts: vec![12], expires: 3, ..Weather::default() });
    let channel = open(&gateway, &StartRequest::shell("i-1")).await;
    let mut status = channel.status();
    let waits = tokio::spawn(async move {
        let login = |link: &Link| matches!(link, Link::Login(fault) if fault.kind == FaultKind::Expired);
        status.wait_for(|status| login(&status.link)).await.is_ok()
    });
    let mut person = Person::at(channel).await;
    person.sees("$ ").await;
    person.type_in("seq 20000; echo al''l\r").await;
    person.sees("all").await;
    assert!(within(waits).await.unwrap(), "nobody was told of the login");
    person.type_in("exit\r").await;
    assert_eq!(person.ends().await, End::Closed(String::new()));
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_dropped_anywhere_is_terminated() {
    let gateway = Gateway::start().await;
    drop(open(&gateway, &StartRequest::shell("i-1")).await);
    gateway.wait_for_calls("TerminateSession", 1).await;
    // A whole runtime that goes away with the session in it, as at a panic.
    let port = gateway.state.address;
    let source = sessions(&gateway);
    let ended = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let opened = source.open(&StartRequest::shell("i-1")).await.unwrap();
            let mut channel = Channel::start(source, opened, settings(false));
            while !matches!(channel.next().await.unwrap(), Incoming::Bytes(_)) {}
            std::mem::forget(channel);
        });
        drop(runtime);
        port
    });
    gateway.wait_for_calls("TerminateSession", 2).await;
    ended.join().unwrap();
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_is_offline_is_told() {
    let gateway = Gateway::start().await;
    let fault = sessions(&gateway).open(&StartRequest::shell("i-offline")).await.unwrap_err();
    assert!(fault.sentence().contains("i-offline is not connected"), "{}", fault.sentence());
    gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ended_elsewhere_ends_here() {
    let gateway = Gateway::start().await;
    gateway.weather(Weather { cuts: vec![30], ..Weather::default() });
    let source = sessions(&gateway);
    let opened = source.open(&StartRequest::shell("i-1")).await.unwrap();
    let id = opened.id.clone();
    let mut channel = Channel::start(Arc::clone(&source), opened, settings(false));
    let sender = channel.sender();
    while !matches!(channel.next().await.unwrap(), Incoming::Bytes(_)) {}
    source.terminate(&id).await.unwrap();
    let _ = sender.send(Outgoing::Bytes("ls\r".into())).await;
    drop(sender);
    let end = within(async {
        while channel.next().await.is_some() {}
        channel.end().await
    });
    assert_eq!(end.await, End::Closed("it timed out, or was ended by someone else".to_owned()));
}
