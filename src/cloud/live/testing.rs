//! An AWS on this machine that opens sessions and does not answer, or late, for tests of what is given up.
//! Only tests use it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Value, json};

use super::sessions::Sessions;
use crate::aws::connect::http;

/// What AWS does with the call that opens a session.
#[derive(Clone, Debug)]
pub(super) enum Start {
    /// Opens it and closes the connection.
    Closes,
    /// Opens it and answers without a word of what.
    Unnamed,
    /// Opens it and answers without a way in.
    Closed,
    /// Opens it and says nothing more.
    Holds,
    /// Closes the connection, and lists it by its reason alone.
    Listed {
        /// Whether its reason is listed, or only sessions of others.
        reason: bool,
        /// Whether its id is.
        id: bool,
    },
    /// Opens it and answers once it is told to.
    Waits(Arc<Mutex<Receiver<()>>>),
}

/// Serves one connection; `arrivals` hears each call.
fn serve(stream: TcpStream, start: &Start, reason: &Mutex<String>, arrivals: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let (mut action, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("x-amz-target: ") {
                action = value.rsplit('.').next().expect("an action").to_owned();
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let answer = match action.as_str() {
            "startsession" | "executecommand" => {
                *reason.lock().expect("the reason") = body["Reason"].as_str().unwrap_or_default().to_owned();
                arrivals.send(action).expect("somebody listens");
                match start {
                    Start::Closes | Start::Listed { .. } => return Ok(()),
                    Start::Holds => continue,
                    Start::Unnamed => {
                        say(&mut writer, &json!({}))?;
                        continue;
                    }
                    Start::Closed => {
                        say(&mut writer, &json!({"SessionId": "s-1", "session": {"sessionId": "s-1"}}))?;
                        continue;
                    }
                    Start::Waits(told) => told.lock().expect("it").recv().expect("it is told to"),
                }
                let answer =
                    json!({"session": {"sessionId": "s-1", "streamUrl": "ws://127.0.0.1/x", "tokenValue": "t"}});
                say(&mut writer, &answer)?;
                continue;
            }
            "describesessions" => {
                let target = &body["Filters"][0]["value"];
                let reason = reason.lock().expect("the reason").clone();
                let other = json!({"SessionId": "s-0", "Target": target, "Reason": "a look", "Owner": "arn:aws:iam::1:user/kenji"});
                let mut ours = json!({"SessionId": "s-1", "Target": target, "Reason": reason});
                let hidden = match start {
                    Start::Listed { reason, id } => [("Reason", !reason), ("SessionId", !id)],
                    _ => [("Reason", false), ("SessionId", false)],
                };
                for (member, _) in hidden.into_iter().filter(|(_, hides)| *hides) {
                    ours.as_object_mut().expect("an object").remove(member);
                }
                // What is looked for is on the second page, behind an empty one.
                match body["NextToken"].as_str() {
                    None => json!({"Sessions": [other], "NextToken": "2"}),
                    Some("2") => json!({"Sessions": [], "NextToken": "3"}),
                    Some(_) => json!({"Sessions": [ours]}),
                }
            }
            "terminatesession" => body.clone(),
            other => panic!("{other}"),
        };
        let named = body["SessionId"].as_str().map(|id| format!(" {id}")).unwrap_or_default();
        // Its further pages are the same question.
        if body["NextToken"].is_null() {
            arrivals.send(action + &named).expect("somebody listens");
        }
        say(&mut writer, &answer)?;
    }
}

fn say(writer: &mut TcpStream, answer: &Value) -> std::io::Result<()> {
    let answer = answer.to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: ";
    write!(writer, "{head}{}\r\n\r\n{answer}", answer.len())
}

/// Its address, and what hears each call.
pub(super) fn aws_here(start: Start) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (arrivals, heard) = channel();
    let reason = Arc::new(Mutex::new(String::new()));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (arrivals, reason, start) = (arrivals.clone(), Arc::clone(&reason), start.clone());
            std::thread::spawn(move || serve(stream, &start, &reason, &arrivals));
        }
    });
    (address, heard)
}

/// What starts and ends sessions there.
pub(super) fn sessions(address: SocketAddr) -> Sessions {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKID", "SECRET", None, None, "t")))
        .identity_cache(aws_smithy_runtime::client::identity::IdentityCache::lazy().build())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(http().expect("a client"))
        .endpoint_url(format!("http://{address}"))
        .build();
    Sessions::over(config)
}

/// The next call.
pub(super) fn next(heard: &Receiver<String>) -> String {
    heard.recv_timeout(Duration::from_secs(30)).expect("a call")
}
