//! The process that peers are forked from (`tests/peer/templates.py`): one for all tests, with every set of systems built
//! once. It ends with this process, and a peer with the connection that asked for it. Knows nothing of what a peer does.
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use super::venv;

struct Templates {
    /// Its stdin stays open for as long as this process lives.
    _child: Child,
    port: u16,
}

/// What the templates say.
#[derive(Deserialize)]
struct Answer {
    port: Option<u16>,
    #[serde(default)]
    table: Value,
    error: Option<String>,
}

/// A peer just forked.
pub(super) struct Forked {
    /// It lives for as long as this is open.
    pub(super) lifeline: TcpStream,
    /// Where it listens.
    pub(super) port: u16,
    /// What was built in it.
    pub(super) table: Value,
}

/// Forks a peer with these systems in it (`[]`: the five; `null`: none) that writes its log there.
pub(super) fn fork(systems: &Value, log: &Path) -> Forked {
    static TEMPLATES: OnceLock<Templates> = OnceLock::new();
    let port = TEMPLATES.get_or_init(start).port;
    let mut lifeline = TcpStream::connect(("127.0.0.1", port)).expect("the peers' templates listen");
    let environment_config = json!({ "systems": systems, "log": log });
    lifeline.write_all(format!("{environment_config}\n").as_bytes()).expect("the peers' templates take a wish");
    let mut line = String::new();
    let read = BufReader::new(&lifeline).read_line(&mut line);
    let answer: Answer = serde_json::from_str(&line)
        .unwrap_or_else(|fault| panic!("no test peer for {environment_config}: {read:?}, {fault}: {line:?}"));
    let Some(port) = answer.port else {
        panic!("no test peer for {environment_config}: {}", answer.error.unwrap_or_default())
    };
    Forked { lifeline, port, table: answer.table }
}

fn start() -> Templates {
    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peer");
    let python = venv::python(&peer);
    let mut command = Command::new(&python);
    super::peer::apart(&mut command, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut child = command
        .arg(peer.join("templates.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("cannot start the test peers with {}: {fault}", python.display()));
    let mut line = String::new();
    let _ = BufReader::new(child.stdout.take().expect("a piped stdout")).read_line(&mut line);
    let port = serde_json::from_str(&line).ok().and_then(|answer: Answer| answer.port);
    let Some(port) = port else {
        let ended = (child.kill(), child.wait());
        panic!("the test peers did not start ({ended:?}); their words are above: {line:?}")
    };
    Templates { _child: child, port }
}
