//! The simulated inside of machines and tasks: a shell that knows a few words, an editor that takes the whole screen,
//! and a database that echoes. Says at once that it is simulated; nothing runs on this machine or anywhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tokio::sync::mpsc::{Receiver, Sender};

use crate::ssm::channel::{Channel, End, Incoming, Outgoing, Session};
use crate::ssm::handshake::{SessionType, Version};
use crate::ssm::smux::{Frame, Frames};
use crate::ssm::start_request::{StartRequest, TO_SSH};

/// Opens what `ask` asks for; `number` tells sessions apart.
pub(super) fn open(ask: &StartRequest, number: u64) -> Session {
    let id = format!("demo-{number:017x}");
    let channel = match ask {
        StartRequest::Start { document: Some(document), parameters, .. } if document.contains("NonInteractive") => {
            let line = parameters.get("command").and_then(|given| given.first()).cloned().unwrap_or_default();
            Channel::played(move |input, output| once(line, input, output))
        }
        StartRequest::Start { document: Some(document), .. } if document == TO_SSH => Channel::played(raw),
        StartRequest::Start { document: Some(document), .. } if document.contains("PortForwarding") => {
            Channel::played(echo)
        }
        StartRequest::Exec { command, .. } if command.contains("\\036toban-") => {
            let command = command.clone();
            Channel::played(move |input, output| marked(command, input, output))
        }
        StartRequest::Start { document: Some(_), parameters, .. }
            if parameters.values().flatten().any(|given| given.contains("\\036toban-")) =>
        {
            let command = parameters.get("command").and_then(|given| given.first()).cloned().unwrap_or_default();
            Channel::played(move |input, output| marked(command, input, output))
        }
        StartRequest::Start { target: place, .. } | StartRequest::Exec { container: place, .. } => {
            let place = place.clone();
            Channel::played(move |input, output| shell(place, input, output))
        }
    };
    Session { id, channel }
}

/// What a line says, and what it ends with.
pub(super) fn said(line: &str, place: &str) -> (String, i32) {
    let mut words = line.split_whitespace();
    let rest = |words: std::str::SplitWhitespace<'_>| words.collect::<Vec<_>>().join(" ");
    let out = match words.next().unwrap_or_default() {
        "" => String::new(),
        "help" => {
            "help, hostname, whoami, uptime, ps, df, echo WORDS, edit, exit: this shell is simulated\n".to_owned()
        }
        "hostname" => format!("{place}\n"),
        "whoami" => "nobody, in a simulation\n".to_owned(),
        "uptime" => " 14:02:11 up 40 days,  1:12,  1 user,  load average: 0.08, 0.11, 0.09\n".to_owned(),
        "ps" => "  PID TTY          TIME CMD\n    1 ?        00:41:07 node server.js\n   87 pts/0    00:00:00 sh\n"
            .to_owned(),
        "df" => {
            "Filesystem      Size  Used Avail Use% Mounted on\n/dev/root        20G   14G  6.1G  70% /\n".to_owned()
        }
        "echo" => format!("{}\n", rest(words)),
        "curl" | "wget" => {
            return ("curl: (22) The requested URL returned error: 503, in a simulation\n".to_owned(), 22);
        }
        "false" => return (String::new(), 1),
        "true" => String::new(),
        other => {
            return (format!("sh: {other}: not found; this shell is simulated, `help` lists what it knows\n"), 127);
        }
    };
    (out, 0)
}

/// A shell on a terminal.
async fn shell(place: String, mut input: Receiver<Outgoing>, output: Sender<Incoming>) -> End {
    let prompt = format!("[simulated {place}]$ ");
    let greeting = format!(
        "This shell is simulated: nothing runs anywhere. `help` lists its words, `enter ~ .` leaves.\r\n{prompt}"
    );
    let say = async |text: String| output.send(Incoming::Bytes(Bytes::from(text))).await.is_ok();
    let begun = Incoming::Begun { kind: None, agent: None };
    if output.send(begun).await.is_err() || !say(greeting).await {
        return End::Left;
    }
    let mut line = String::new();
    let mut editing = false;
    while let Some(item) = input.recv().await {
        let Outgoing::Bytes(bytes) = item else { continue };
        for byte in bytes {
            let answer = match byte {
                _ if editing && byte != b'q' => continue,
                b'q' if editing => {
                    editing = false;
                    format!("\x1b[?2004l\x1b[?1002l\x1b[?1006l\x1b[?25h\x1b[?1049l{prompt}")
                }
                b'\r' | b'\n' => {
                    let typed = std::mem::take(&mut line);
                    match typed.trim() {
                        "exit" => {
                            say("\r\n".to_owned()).await;
                            return End::Closed(String::new());
                        }
                        "edit" | "vi" | "vim" => {
                            editing = true;
                            "\x1b[?1049h\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[2J\x1b[HA simulated editor. q leaves it."
                                .to_owned()
                        }
                        typed => format!("\r\n{}{prompt}", said(typed, &place).0.replace('\n', "\r\n")),
                    }
                }
                3 => {
                    line.clear();
                    format!("^C\r\n{prompt}")
                }
                4 if line.is_empty() => return End::Closed(String::new()),
                8 | 127 => match line.pop() {
                    Some(_) => "\x08 \x08".to_owned(),
                    None => continue,
                },
                byte if byte.is_ascii_graphic() || byte == b' ' => {
                    line.push(char::from(byte));
                    char::from(byte).to_string()
                }
                _ => continue,
            };
            if !say(answer).await {
                return End::Left;
            }
        }
    }
    End::Left
}

/// What is piped into a command, as far as it is text.
async fn piped_in(nonce: &str, input: &mut Receiver<Outgoing>, output: &Sender<Incoming>) -> String {
    let go = Incoming::Bytes(Bytes::from(format!("\x1etoban-{nonce}:go\x1e")));
    if output.send(go).await.is_err() {
        return String::new();
    }
    let mut text = Vec::new();
    while let Some(item) = input.recv().await {
        let Outgoing::Bytes(bytes) = item else { continue };
        text.extend_from_slice(&bytes);
        if bytes.last() == Some(&4) {
            break;
        }
    }
    let lines = text.split(|byte| matches!(byte, b'\n' | 4));
    let bytes: Vec<u8> = lines.filter_map(|line| STANDARD.decode(line).ok()).flatten().collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A command whose exit code the agent tells.
async fn once(line: String, _input: Receiver<Outgoing>, output: Sender<Incoming>) -> End {
    let (out, code) = said(&line, "simulated");
    let stream = if code == 127 { Incoming::Errors(Bytes::from(out)) } else { Incoming::Bytes(Bytes::from(out)) };
    for item in [Incoming::Begun { kind: None, agent: None }, stream, Incoming::Exit(code)] {
        if output.send(item).await.is_err() {
            return End::Left;
        }
    }
    End::Closed(String::new())
}

/// A command inside a shell that says its exit code behind a mark.
async fn marked(command: String, mut input: Receiver<Outgoing>, output: Sender<Incoming>) -> End {
    let line = command.split_once("( ").and_then(|(_, rest)| rest.split_once("\n)")).map_or("", |(line, _)| line);
    let nonce = command.split_once("toban-").and_then(|(_, rest)| rest.split_once(':')).map_or("", |(nonce, _)| nonce);
    let is_fed = command.contains(":go\\036");
    let (out, code) = match line.trim() {
        "cat" if is_fed => (piped_in(nonce, &mut input, &output).await, 0),
        line => said(line, "simulated"),
    };
    let text = format!("{}\x1etoban-{nonce}:{code}\x1e", out.replace('\n', "\r\n"));
    for item in [Incoming::Begun { kind: None, agent: None }, Incoming::Bytes(Bytes::from(text))] {
        if output.send(item).await.is_err() {
            return End::Left;
        }
    }
    while input.recv().await.is_some() {}
    End::Left
}

/// What the simulated database says first, so that nobody takes it for one.
const GREETING: &[u8] = b"this database is simulated: it echoes what it is sent\r\n";

/// A port whose server says that it is simulated, and gives back what it is sent.
async fn raw(mut input: Receiver<Outgoing>, output: Sender<Incoming>) -> End {
    let kind = SessionType { name: "Port".to_owned(), properties: [].into() };
    let begun = Incoming::Begun { kind: Some(kind), agent: Some(Version::parse("3.3.2299.0")) };
    let greeting = Incoming::Bytes(Bytes::from_static(b"SSH-2.0-simulated\r\n"));
    if output.send(begun).await.is_err() || output.send(greeting).await.is_err() {
        return End::Left;
    }
    while let Some(item) = input.recv().await {
        let back = match item {
            Outgoing::Bytes(bytes) => Incoming::Bytes(bytes),
            Outgoing::Flag(_) => return End::Closed(String::new()),
            Outgoing::Size(_) => continue,
        };
        if output.send(back).await.is_err() {
            break;
        }
    }
    End::Left
}

/// A database that says back what it is told.
async fn echo(mut input: Receiver<Outgoing>, output: Sender<Incoming>) -> End {
    let kind = SessionType {
        name: "Port".to_owned(),
        properties: [("type".to_owned(), "LocalPortForwarding".to_owned())].into(),
    };
    let begun = Incoming::Begun { kind: Some(kind), agent: Some(Version::parse("3.3.2299.0")) };
    if output.send(begun).await.is_err() {
        return End::Left;
    }
    let mut frames = Frames::default();
    while let Some(item) = input.recv().await {
        match item {
            Outgoing::Bytes(bytes) => frames.push(&bytes),
            Outgoing::Flag(_) => return End::Closed(String::new()),
            Outgoing::Size(_) => continue,
        }
        loop {
            let back = match frames.take() {
                Err(why) => return End::Broken(why.to_string()),
                Ok(None) => break,
                Ok(Some(Frame::Data(stream, bytes))) => Frame::Data(stream, bytes),
                Ok(Some(Frame::Finish(stream))) => Frame::Finish(stream),
                Ok(Some(Frame::Open(stream))) => Frame::Data(stream, Bytes::from_static(GREETING)),
                Ok(Some(Frame::Nothing)) => continue,
            };
            if output.send(Incoming::Bytes(back.encode())).await.is_err() {
                return End::Left;
            }
        }
    }
    End::Left
}
