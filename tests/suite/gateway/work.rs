//! What runs behind the agent: a shell on a real pseudo-terminal, a command with pipes, or connections to a real port.

use std::io::{Read, Write};
use std::process::Stdio;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use super::port;

#[derive(Clone, Debug)]
pub(super) enum Work {
    Shell,
    /// As ECS does it: split and run without a shell around it.
    Exec(String),
    Command(String),
    Port {
        host: String,
        port: u16,
    },
    /// One connection, its bytes as they are.
    Raw(u16),
}

/// Payload types with payloads, both ways.
pub(super) struct Worker {
    pub(super) input: mpsc::UnboundedSender<(u32, Vec<u8>)>,
    pub(super) output: mpsc::Receiver<(u32, Vec<u8>)>,
}

impl Work {
    pub(super) fn shakes_hands(&self) -> bool {
        matches!(self, Self::Command(_) | Self::Port { .. } | Self::Raw(_))
    }

    pub(super) fn session_type(&self) -> Value {
        match self {
            Self::Shell => json!({"SessionType": "Standard_Stream", "Properties": null}),
            Self::Exec(_) => json!({"SessionType": "InteractiveCommands", "Properties": null}),
            Self::Command(_) => json!({"SessionType": "NonInteractiveCommands", "Properties": null}),
            Self::Raw(port) => json!({"SessionType": "Port", "Properties": {"portNumber": port.to_string()}}),
            Self::Port { host, port } => json!({"SessionType": "Port", "Properties": {
                "host": host, "portNumber": port.to_string(), "localPortNumber": "0", "type": "LocalPortForwarding",
            }}),
        }
    }

    pub(super) fn start(&self, agent: &str) -> Worker {
        let (input, from_client) = mpsc::unbounded_channel();
        let (to_client, output) = mpsc::channel(32);
        match self {
            Self::Shell => terminal("/bin/sh -i", from_client, to_client),
            Self::Exec(command) => terminal(command, from_client, to_client),
            Self::Command(command) => {
                tokio::spawn(pipes(command.clone(), from_client, to_client));
            }
            Self::Raw(port) => {
                tokio::spawn(port::single("127.0.0.1".to_owned(), *port, from_client, to_client));
            }
            Self::Port { host, port } if agent.starts_with("2.") => {
                tokio::spawn(port::single(host.clone(), *port, from_client, to_client));
            }
            Self::Port { host, port } => {
                tokio::spawn(port::many(host.clone(), *port, from_client, to_client));
            }
        }
        Worker { input, output }
    }
}

type Input = mpsc::UnboundedReceiver<(u32, Vec<u8>)>;
type Output = mpsc::Sender<(u32, Vec<u8>)>;

/// Cuts a command line as the agent does: quotes and backslashes hold words together.
fn words(line: &str) -> Vec<String> {
    let (mut all, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => all.extend(word.take()),
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(rest.next()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    all
}

fn terminal(command: &str, mut input: Input, output: Output) {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut words = words(command).into_iter();
    let mut builder = CommandBuilder::new(words.next().unwrap());
    builder.args(words);
    builder.env("PS1", "$ ");
    builder.env("TERM", "xterm");
    let mut child = pair.slave.spawn_command(builder).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let mut writer = pair.master.take_writer().unwrap();
    let mut killer = child.clone_killer();
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if output.blocking_send((1, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
        let _ = child.wait();
    });
    std::thread::spawn(move || {
        let master = pair.master;
        while let Some((kind, bytes)) = input.blocking_recv() {
            if kind == 3 {
                let size: Value = serde_json::from_slice(&bytes).unwrap();
                let field = |name: &str| u16::try_from(size[name].as_u64().unwrap()).unwrap();
                let size = PtySize { rows: field("rows"), cols: field("cols"), pixel_width: 0, pixel_height: 0 };
                master.resize(size).unwrap();
            } else if writer.write_all(&bytes).is_err() {
                break;
            }
        }
        // The session is gone: so is its terminal.
        let _ = killer.kill();
    });
}

async fn pipes(command: String, mut input: Input, output: Output) {
    let mut child = tokio::process::Command::new("/bin/sh")
        .args(["-c", &command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    async fn copy(mut from: impl AsyncRead + Unpin, kind: u32, to: Output) {
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            if to.send((kind, buffer[..count].to_vec())).await.is_err() {
                return;
            }
        }
    }
    let out = tokio::spawn(copy(child.stdout.take().unwrap(), 1, output.clone()));
    let errors = tokio::spawn(copy(child.stderr.take().unwrap(), 11, output.clone()));
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.unwrap(),
            bytes = input.recv() => match bytes {
                // ctrl-C is a signal to the command.
                Some((1, bytes)) if bytes == [3] => child.start_kill().unwrap(),
                Some(_) => {}
                None => return,
            },
        }
    };
    let _ = (out.await, errors.await);
    let code = status.code().unwrap_or(130);
    let _ = output.send((12, format!("EXIT_CODE: {code}").into_bytes())).await;
}
