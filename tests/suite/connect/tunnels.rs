//! Tunnels as people open them: the built binary against the simulated account, and against the gateway with the peer
//! behind it, where every database of the systems is reached; and the console's list in a terminal.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::systems::ALL;
use super::{Said, Site, apart, demo, in_shell};
use crate::support::said::ended;

/// A tunnel that the binary holds open.
pub(super) struct Held {
    child: Child,
    document: Value,
}

impl Held {
    pub(super) fn open(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs");
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut line).expect("a line");
        let Ok(document) = serde_json::from_str(&line) else { unopened(&line, &ended(child)) };
        Self { child, document }
    }

    fn in_demo(home: &std::path::Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(crate::support::said::program());
        command.env_clear().envs(apart(home)).args(["--demo", "tunnel", "--json"]).args(arguments);
        Self::open(command)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn address(&self) -> SocketAddr {
        let address = self.document["address"].as_str().expect("an address");
        address.parse().expect("an address")
    }

    /// Sends a line through it and gives what comes back, up to `end`.
    pub(super) fn ask(&self, line: &str, end: &str) -> String {
        self.asked(line, end).0
    }

    /// The same, and the connection that it came over.
    fn asked(&self, line: &str, end: &str) -> (String, TcpStream) {
        let mut socket = TcpStream::connect(self.address()).expect("it listens");
        socket.write_all(line.as_bytes()).expect("it takes bytes");
        let (mut got, mut buffer) = (String::new(), [0; 1000]);
        while !got.ends_with(end) {
            let count = socket.read(&mut buffer).expect("an answer");
            assert!(count > 0, "it ends after {got:?}");
            got.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        (got, socket)
    }

    /// Leaves it as ctrl-c does.
    pub(super) fn leave(self, signal: &str) -> Said {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(sent.success());
        ended(self.child)
    }
}

/// Whether nobody is at the other end of a connection any more. Its port tells nothing: another test may listen there now.
fn is_over(socket: &mut TcpStream) -> bool {
    socket.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let end = socket.read_to_end(&mut Vec::new());
    !end.is_err_and(|fault| matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

#[expect(clippy::panic, reason = "a tunnel that does not open has failed its test")]
fn unopened(line: &str, said: &Said) -> ! {
    panic!("no tunnel but {line:?}, exit {:?}: {}", said.code, said.err)
}

#[test]
fn in_the_demo_a_port_really_opens_and_echoes_until_it_is_left() {
    let home = tempfile::tempdir().expect("a home");
    let held = Held::in_demo(home.path(), &["kajimaru/kajimaru-db", "--reason", "a look"]);
    assert_eq!((&held.document["engine"], &held.document["database"]), (&"mysql".into(), &"kajimaru-db".into()));
    assert_eq!(held.document["via"]["name"], "kajimaru-ec2-01", "it is the one the database lets in");
    let typed = held.document["connect"][0]["text"].as_str().expect("what to type");
    assert!(typed.starts_with(&format!("mysql --host=127.0.0.1 --port={}", held.document["port"])), "{typed}");
    let (echoed, mut socket) = held.asked("select 1\n", "select 1\n");
    assert!(echoed.contains("simulated"), "{echoed}");
    let left = held.leave("-INT");
    assert_eq!(left.code, Some(0), "{}", left.err);
    assert!(left.err.contains("closed after 1 connection"), "{}", left.err);
    assert!(is_over(&mut socket), "it is still open");
    let journal = std::fs::read_to_string(home.path().join("state/demo-journal.jsonl")).expect("the journal");
    assert_eq!(journal.lines().count(), 2, "{journal}");
    assert!(journal.contains("open a tunnel to kajimaru-db via kajimaru-ec2-01") && journal.contains("a look"));
    assert!(journal.contains("\"session\":\"demo-") && journal.contains("\"done\":true"), "{journal}");
}

#[test]
fn a_port_behind_an_instance_opens_and_leads_through_that_one() {
    let home = tempfile::tempdir().expect("a home");
    let held = Held::in_demo(home.path(), &["kajimaru/kajimaru-ec2-01", "--to", "cache.internal:6379"]);
    assert_eq!(held.document["remote"], serde_json::json!({ "host": "cache.internal", "port": 6379 }));
    assert_eq!((&held.document["to"], &held.document["database"]), (&"cache.internal:6379".into(), &Value::Null));
    assert_eq!(held.document["via"]["name"], "kajimaru-ec2-01");
    let (echoed, _socket) = held.asked("PING\n", "PING\n");
    assert!(echoed.contains("simulated"), "{echoed}");
    let left = held.leave("-INT");
    assert_eq!(left.code, Some(0), "{}", left.err);
    let journal = std::fs::read_to_string(home.path().join("state/demo-journal.jsonl")).expect("the journal");
    assert!(journal.contains("open a tunnel to cache.internal:6379 via kajimaru-ec2-01"), "{journal}");
}

#[test]
fn for_people_the_address_comes_first() {
    let home = tempfile::tempdir().expect("a home");
    let mut command = Command::new(crate::support::said::program());
    command.env_clear().envs(apart(home.path())).args(["--demo", "tunnel", "prooflink-prod/prooflink-prod-db"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("toban runs");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut next = || lines.next().expect("a line").expect("text");
    let address: SocketAddr = next().parse().expect("the address alone");
    let rest = [next(), next(), next(), next()].join("\n");
    assert!(rest.contains("via prooflink-prod-service/") && rest.contains("sslmode=verify-full"), "{rest}");
    assert!(rest.contains(&format!("hostaddr=127.0.0.1 port={}", address.port())) && rest.contains("TLS"), "{rest}");
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(child.wait().expect("its end").code(), Some(0));
}

#[test]
fn what_cannot_be_says_why_and_ends_with_its_code() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let cases: [(&[&str], i32, &str); 11] = [
        (&["tunnel", "kajimaru/kajimaru-ec2-01", "--to", "nowhere"], 2, "is no port"),
        (&["tunnel", "kajimaru/kajimaru-ec2-01", "--to", "80", "--reader"], 2, "cannot be used with"),
        (&["tunnel", "kajimaru/nothing", "--to", "80"], 5, "there is no instance, task or service"),
        (&["tunnel", "kajimaru/kajimaru-ec2-01"], 5, "there is no database"),
        (&["tunnel", "kajimaru/kajimaru-db", "--local-port", &port], 1, "taken by"),
        (&["tunnel", "kajimaru/kajimaru-db", "--via", "nobody"], 5, "there is no nobody that could carry it"),
        (&["tunnel", "kajimaru/nothing"], 5, "there is no database"),
        (&["tunnel", "kajimaru"], 2, "write ENVIRONMENT/NAME"),
        (&["--read-only", "tunnel", "kajimaru/kajimaru-db"], 3, "read-only"),
        (&["tunnel", "prooflink-dev/prooflink-dev-db"], 1, "is stopped: start it first"),
        (&["tunnel", "kajimaru/kajimaru-db", "--reader"], 1, "no reader endpoint"),
    ];
    for (arguments, code, message) in cases {
        let (got, _home) = demo(arguments);
        assert_eq!((got.code, got.out.as_str()), (Some(code), ""), "{arguments:?}: {}", got.err);
        assert!(got.err.contains(message), "{arguments:?}: {}", got.err);
    }
}

/// A database that answers in upper case.
pub(crate) fn database() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut buffer = [0; 1000];
                while let Ok(count @ 1..) = socket.read(&mut buffer) {
                    buffer[..count].make_ascii_uppercase();
                    if socket.write_all(&buffer[..count]).is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_database_is_reached_through_somebody_of_its_environment() {
    let context = Site::with(&ALL).await;
    context.gateway.databases(database());
    let all = [
        ("kajimaru/kajimaru", "kajimaru-ec2-0", "mysql"),
        ("prooflink-dev/prooflink-dev-db", "prooflink-dev", "psql"),
        ("prooflink-prod/prooflink-prod-db", "prooflink-prod", "psql"),
        ("backend-dev/", "", "psql"),
        ("backend-prod/", "", "psql"),
        ("city-poc/", "", "psql"),
        ("city-prod/city-prod-db", "city-prod", "psql"),
    ];
    let mut hosts = Vec::new();
    for (database, via, client) in all {
        let found = context.databases(database);
        assert!(!found.is_empty(), "{database} has no database");
        for name in found {
            tokio::task::block_in_place(|| {
                let mut command = Command::new(crate::support::said::program());
                command.env_clear().envs(context.env()).args(["tunnel", "--json", &name]);
                let held = Held::open(command);
                let name_of_via = held.document["via"]["name"].as_str().unwrap_or_default().to_owned();
                assert!(name_of_via.starts_with(via) && !name_of_via.is_empty(), "{name} via {name_of_via}");
                assert_eq!(held.document["connect"][0]["what"], client, "{name}");
                assert_eq!(held.ask("hello\n", "\n"), "HELLO\n", "{name}");
                hosts.push(held.document["remote"]["host"].as_str().expect("a host").to_owned());
                let left = held.leave("-TERM");
                assert_eq!(left.code, Some(0), "{name}: {}", left.err);
            });
        }
    }
    assert_eq!(context.gateway.reached(), hosts, "each at its own endpoint");
    assert_eq!(hosts.len(), 7, "{hosts:?}");
    context.gateway.wait_for_calls("TerminateSession", hosts.len()).await;
    context.gateway.assert_clean();
}

#[test]
fn the_console_lists_its_tunnels_and_closes_them_when_it_leaves() {
    let home = tempfile::tempdir().expect("a home");
    let mut toban = in_shell(&apart(home.path()), "toban --demo kajimaru");
    toban.shows("kajimaru-ec2-01");
    toban.keys("/kajimaru-db\r");
    toban.wait("the database alone", |screen| screen.contains("/kajimaru-db") && !screen.contains("kajimaru-ec2-02"));
    toban.keys("F");
    let shown = toban.wait("an open tunnel", |screen| screen.contains("127.0.0.1:") && screen.contains(" open "));
    let address = shown.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).expect("an address");
    let address: SocketAddr = address.parse().expect("an address");
    let mut socket = TcpStream::connect(address).expect("it listens");
    socket.write_all(b"hello").expect("it takes bytes");
    toban.wait("the connection", |screen| screen.contains("1/1"));
    toban.keys("\r");
    toban.shows("copy mysql");
    toban.keys("\u{1b}"); // seen alone before the next one: together they would be one
    toban.hides("copy mysql");
    toban.keys("\u{1b}");
    toban.shows("1 tunnel");
    toban.keys("f");
    toban.shows("connect to kajimaru-db");
    toban.keys("\u{3}");
    toban.shows("press again to quit");
    toban.keys("\u{3}");
    super::assert_restored(&toban, home.path());
    assert!(is_over(&mut socket), "it is still open");
    let journal = std::fs::read_to_string(home.path().join("state/demo-journal.jsonl")).expect("the journal");
    assert!(journal.contains("\"done\":true"), "{journal}");
}
