//! The gateway's front: API calls as JSON over HTTP, and the upgrade to a data channel.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::agent::{Event, ToClient};
use super::work::Work;
use super::{Secret, State};

/// How long a client may take to hang up once the session is over.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How an upgrade to a data channel begins.
const UPGRADE: &[u8; 20] = b"GET /v1/data-channel";

pub(super) async fn serve(state: Arc<State>, mut socket: TcpStream) {
    let _ = socket.set_nodelay(true);
    let mut first = [0; UPGRADE.len()];
    loop {
        match socket.peek(&mut first).await {
            Ok(count) if count == UPGRADE.len() => break,
            Ok(1..) => tokio::task::yield_now().await,
            Ok(_) | Err(_) => return,
        }
    }
    if &first == UPGRADE {
        return channel(state, socket).await;
    }
    while let Some((head, headers, body)) = request(&mut socket).await {
        let behind = *state.behind.lock().unwrap();
        if let Some(port) = behind.filter(|_| !is_ours(&headers)) {
            // One question, one answer, one connection.
            let _ = hand_on(&state, port, &head, &body, &mut socket).await;
            return;
        }
        let (status, answer) = answer(&state, &headers, &body);
        if opens(&headers) && state.weather.lock().unwrap().keeps_silent {
            // Until whoever asked has gone.
            let _ = socket.read_u8().await;
            return;
        }
        let text = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        if socket.write_all(format!("{head}{text}").as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Whether a call starts, renews or ends a session, or asks for its key.
fn is_ours(headers: &BTreeMap<String, String>) -> bool {
    const OURS: [&str; 6] =
        ["StartSession", "ResumeSession", "TerminateSession", "DescribeSessions", "ExecuteCommand", "GenerateDataKey"];
    headers.get("x-amz-target").and_then(|target| target.rsplit('.').next()).is_some_and(|name| OURS.contains(&name))
}

/// Whether a call opens a session.
fn opens(headers: &BTreeMap<String, String>) -> bool {
    headers.get("x-amz-target").is_some_and(|target| target.ends_with(".StartSession"))
}

/// Asks the peer on `port` the same, and says what it says. Keys that it gives out are good here too.
async fn hand_on(state: &State, port: u16, head: &str, body: &[u8], socket: &mut TcpStream) -> Option<()> {
    let mut peer = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let asks_to_close = head.trim_end().to_owned() + "\r\nconnection: close\r\n\r\n";
    peer.write_all(asks_to_close.as_bytes()).await.ok()?;
    peer.write_all(body).await.ok()?;
    let mut answer = Vec::new();
    peer.read_to_end(&mut answer).await.ok()?;
    learn(state, &String::from_utf8_lossy(&answer));
    let at = answer.windows(2).position(|two| two == b"\r\n")? + 2;
    answer.splice(at..at, *b"connection: close\r\n");
    socket.write_all(&answer).await.ok()
}

/// Keeps the keys of an assumed role.
fn learn(state: &State, answer: &str) {
    let field = |name: &str| {
        let (_, rest) = answer.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text.to_owned())
    };
    if let (Some(key), Some(secret), Some(token)) =
        (field("AccessKeyId"), field("SecretAccessKey"), field("SessionToken"))
    {
        state.secrets.lock().unwrap().insert(key, Secret { secret, token });
    }
}

async fn request(socket: &mut TcpStream) -> Option<(String, BTreeMap<String, String>, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let headers: BTreeMap<String, String> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().ok()?];
    socket.read_exact(&mut body).await.ok()?;
    Some((head, headers, body))
}

fn answer(state: &Arc<State>, headers: &BTreeMap<String, String>, body: &[u8]) -> (u16, Value) {
    let action = headers.get("x-amz-target").cloned().unwrap_or_default();
    let service = match action.split('.').next() {
        Some("AmazonSSM") => "ssm",
        Some("TrentService") => "kms",
        _ => "ecs",
    };
    let caller = state.caller(service, "POST", "/", headers, body).unwrap_or_else(|why| {
        state.problem(format!("{action}: {why}"));
        String::new()
    });
    let ask: Value = serde_json::from_slice(body).unwrap();
    let text = |name: &str| ask[name].as_str().unwrap_or_default().to_owned();
    let name = action.rsplit('.').next().unwrap_or_default().to_owned();
    state.called(&name);
    if matches!(name.as_str(), "StartSession" | "ExecuteCommand") {
        state.opened_by(caller);
    }
    let session = state.sessions.lock().unwrap().get(&text("SessionId")).cloned();
    match name.as_str() {
        "StartSession" if text("Target").contains("offline") => {
            (400, json!({"__type": "TargetNotConnected", "message": format!("{} is not connected.", text("Target"))}))
        }
        "StartSession" if text("Target").contains("forbidden") => {
            let message = format!("User is not authorized to perform: ssm:StartSession on {}", text("Target"));
            (400, json!({"__type": "AccessDeniedException", "message": message}))
        }
        "StartSession" if text("Target").contains("gone") => {
            (400, json!({"__type": "InvalidTarget", "message": format!("{} is not a target.", text("Target"))}))
        }
        "StartSession" => {
            let parameter = |name: &str| ask["Parameters"][name][0].as_str().map(str::to_owned);
            let work = match text("DocumentName").as_str() {
                "" => Work::Shell,
                // The agent gives it to a shell; a container's it splits itself.
                "AWS-StartInteractiveCommand" => {
                    Work::Exec(format!("/bin/sh -c '{}'", parameter("command").unwrap().replace('\'', "'\"'\"'")))
                }
                "AWS-StartNonInteractiveCommand" => Work::Command(parameter("command").unwrap()),
                "AWS-StartSSHSession" => Work::Raw(parameter("portNumber").unwrap().parse().unwrap()),
                _ => {
                    let host = parameter("host").unwrap_or_else(|| "127.0.0.1".to_owned());
                    let stand_in = *state.databases.lock().unwrap();
                    match stand_in.filter(|_| host.contains(".rds.")) {
                        Some(port) => {
                            state.reached.lock().unwrap().push(host);
                            Work::Port { host: "127.0.0.1".to_owned(), port }
                        }
                        None => Work::Port { host, port: parameter("portNumber").unwrap().parse().unwrap() },
                    }
                }
            };
            let session = state.start("user-", (&text("Target"), &text("Reason")), work);
            let (url, token) = state.entrance(&session);
            (200, json!({"SessionId": session.id, "StreamUrl": url, "TokenValue": token}))
        }
        "ExecuteCommand" => {
            let target = format!("ecs:{}_{}_runtime", text("cluster"), text("task"));
            let session = state.start("ecs-execute-command-", (&target, ""), Work::Exec(text("command")));
            let (url, token) = state.entrance(&session);
            let session = json!({"sessionId": session.id, "streamUrl": url, "tokenValue": token});
            (200, json!({"session": session, "interactive": true}))
        }
        "ResumeSession" => {
            let mut expires = state.expires.lock().unwrap();
            if *expires > 0 {
                *expires -= 1;
                return (400, json!({"__type": "ExpiredTokenException", "message": "The token has expired."}));
            }
            match session {
                Some(session) if !*session.over.borrow() => {
                    let (url, token) = state.entrance(&session);
                    (200, json!({"SessionId": session.id, "StreamUrl": url, "TokenValue": token}))
                }
                _ => (400, json!({"__type": "DoesNotExistException", "message": "no such session"})),
            }
        }
        "TerminateSession" => {
            if let Some(session) = session {
                session.over.send_replace(true);
            }
            (200, json!({"SessionId": text("SessionId")}))
        }
        "DescribeSessions" => {
            let all = state.sessions.lock().unwrap();
            let open = all.values().filter(|session| !*session.over.borrow());
            let open = open
                .map(|session| json!({"SessionId": session.id, "Target": session.target, "Reason": session.reason}));
            (200, json!({"Sessions": open.collect::<Vec<_>>()}))
        }
        "GenerateDataKey" => {
            let context = &ask["EncryptionContext"];
            let id = context["aws:ssm:SessionId"].as_str().unwrap_or_default();
            let known = state.sessions.lock().unwrap().get(id).map(|session| session.target.clone());
            if known.as_deref() != context["aws:ssm:TargetId"].as_str() || ask["NumberOfBytes"] != 64 {
                state.problem(format!("a key was asked for with {ask}"));
            }
            let key: Vec<u8> = (0..64).map(|at| (at * 7 + state.count() * 13) as u8).collect();
            let blob = format!("blob-{}", state.count()).into_bytes();
            state.keys.lock().unwrap().insert(blob.clone(), key.clone());
            let (plain, blob) = (STANDARD.encode(key), STANDARD.encode(blob));
            (200, json!({"KeyId": ask["KeyId"], "Plaintext": plain, "CiphertextBlob": blob}))
        }
        other => {
            state.problem(format!("an unknown call: {other}"));
            (400, json!({"__type": "UnknownOperationException"}))
        }
    }
}

/// How a connection to a data channel comes to its end.
enum Parting {
    /// One side hung up, with a goodbye or without.
    Lost,
    /// The session is over, and was said to be.
    Over,
    /// The agent let it go: not even a goodbye.
    Cut,
    /// The connection stays, and nobody is on this end of it: not a word, not even a goodbye.
    Asleep,
}

/// One connection to a data channel, from the upgrade to its loss.
async fn channel(state: Arc<State>, socket: TcpStream) {
    let mut target = String::new();
    let mut headers = BTreeMap::new();
    let is_locked = state.weather.lock().unwrap().is_locked;
    let look = |request: &Request, answer: Response| -> Result<Response, ErrorResponse> {
        if is_locked {
            let why = "not authorized to perform: ssmmessages:OpenDataChannel".to_owned();
            let mut refusal = ErrorResponse::new(Some(why));
            *refusal.status_mut() = http::StatusCode::FORBIDDEN;
            return Err(refusal);
        }
        target = request.uri().to_string();
        for (name, value) in request.headers() {
            headers.insert(name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned());
        }
        Ok(answer)
    };
    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(socket, look).await else { return };
    let is_strict = !state.admits_unsigned.load(Ordering::Relaxed);
    let signed = state.caller("ssmmessages", "GET", &target, &headers, b"");
    if let Err(why) = signed
        && (is_strict || headers.contains_key("authorization"))
    {
        state.problem(format!("upgrade: {why}"));
    }
    let id = target.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    let Some(session) = state.sessions.lock().unwrap().get(&id).cloned() else {
        state.problem(format!("no session {id}"));
        return;
    };
    let hello = match socket.next().await {
        Some(Ok(Frame::Text(hello))) => hello,
        Some(Ok(other)) => return state.problem(format!("the first frame is not the opening one but {other:?}")),
        // Who leaves at once says nothing.
        Some(Err(_)) | None => return,
    };
    let hello: Value = serde_json::from_str(&hello).unwrap();
    if hello["TokenValue"].as_str() != session.token.lock().unwrap().take().as_deref() {
        state.problem("the token is not the one of this connection");
    }
    if hello["MessageSchemaVersion"] != "1.0" || (is_strict && hello["ClientVersion"] != "1.2.764.0") {
        state.problem(format!("odd opening: {hello}"));
    }
    let client = hello["ClientId"].as_str().map(str::to_owned);
    if session.client.lock().unwrap().get_or_insert_with(|| client.clone().unwrap()) != client.as_ref().unwrap() {
        state.problem("the client changed its name on the way");
    }
    let (mut sink, mut stream) = socket.split();
    let mut asleep = state.asleep.subscribe();
    let number = state.count();
    let (to_client, mut frames) = mpsc::channel(256);
    if session.to_agent.send(Event::Attached(number, to_client)).is_err() {
        return;
    }
    // Each way for itself: where one stands still for the other, a flood and its answers hold each other up for good.
    let speaks = async {
        while let Some(said) = frames.recv().await {
            match said {
                ToClient::Frame(bytes) => {
                    let fed = sink.feed(Frame::binary(bytes)).await;
                    if fed.is_err() || (frames.is_empty() && sink.flush().await.is_err()) {
                        return Parting::Lost;
                    }
                }
                ToClient::Bye => {
                    let bye = CloseFrame { code: CloseCode::Normal, reason: "Bye".into() };
                    let _ = sink.send(Frame::Close(Some(bye))).await;
                    return Parting::Lost;
                }
                ToClient::Over => {
                    let _ = sink.flush().await;
                    return Parting::Over;
                }
            }
        }
        Parting::Cut
    };
    let hears = async {
        loop {
            match stream.next().await {
                // An agent that is gone may still have said something on its way out: that goes out first.
                Some(Ok(Frame::Binary(bytes))) => drop(session.to_agent.send(Event::Frame(bytes.to_vec()))),
                Some(Ok(Frame::Close(_)) | Err(_)) | None => return Parting::Lost,
                Some(Ok(_)) => {}
            }
        }
    };
    let parting = tokio::select! {
        _ = asleep.changed() => Parting::Asleep,
        parting = speaks => parting,
        parting = hears => parting,
    };
    match parting {
        Parting::Lost => {}
        Parting::Asleep => {
            drop(frames);
            std::mem::forget((sink, stream));
        }
        // Whoever hangs up on what the other side still sends takes back what it said itself.
        Parting::Over => {
            let _ = timeout(LAST_WORDS, async { while let Some(Ok(_)) = stream.next().await {} }).await;
        }
        Parting::Cut => return,
    }
    let _ = session.to_agent.send(Event::Detached(number));
}
