//! A session whose answer never comes, against a Systems Manager on this machine that opens it all the same.

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

use super::*;
use crate::ssm::start_request::{SessionSource, StartRequest};

/// What Systems Manager does with the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    /// Opens the session and closes the connection.
    Closes,
    /// Opens the session and says nothing more.
    Holds,
}

/// Serves one connection; `arrivals` hears each call.
fn serve(stream: TcpStream, start: Start, reason: &Mutex<String>, arrivals: &Sender<String>) -> std::io::Result<()> {
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
            if let Some(value) = line.strip_prefix("x-amz-target: amazonssm.") {
                action = value.to_owned();
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let answer = match action.as_str() {
            "startsession" => {
                *reason.lock().expect("the reason") = body["Reason"].as_str().expect("a reason").to_owned();
                arrivals.send(action).expect("somebody listens");
                if start == Start::Closes {
                    return Ok(());
                }
                continue;
            }
            "describesessions" => {
                let reason = reason.lock().expect("the reason").clone();
                let other = serde_json::json!({"SessionId": "s-0", "Target": "i-1", "Reason": "a look"});
                serde_json::json!({"Sessions": [other, {"SessionId": "s-1", "Target": "i-1", "Reason": reason}]})
            }
            "terminatesession" => body.clone(),
            other => panic!("{other}"),
        };
        let named = body["SessionId"].as_str().map(|id| format!(" {id}")).unwrap_or_default();
        let answer = answer.to_string();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: ";
        arrivals.send(action + &named).expect("somebody listens");
        write!(writer, "{head}{}\r\n\r\n{answer}", answer.len())?;
    }
}

fn systems_manager(start: Start) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (arrivals, heard) = channel();
    let reason = Arc::new(Mutex::new(String::new()));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (arrivals, reason) = (arrivals.clone(), Arc::clone(&reason));
            std::thread::spawn(move || serve(stream, start, &reason, &arrivals));
        }
    });
    (address, heard)
}

fn sessions(address: SocketAddr) -> Sessions {
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

fn next(heard: &Receiver<String>) -> String {
    heard.recv_timeout(Duration::from_secs(30)).expect("a call")
}

#[tokio::test]
async fn a_session_whose_answer_is_lost_is_started_once_found_and_ended() {
    let (address, heard) = systems_manager(Start::Closes);
    let fault = sessions(address).open(&StartRequest::shell("i-1").because("a look")).await.expect_err("no answer");
    assert!(fault.message.contains("found: session s-1, which was ended"), "{fault}");
    assert!(!fault.answer_lost, "it is known what stands");
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["startsession", "describesessions", "terminatesession s-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_call_is_given_up_is_found_and_ended_before_we_leave() {
    let (address, heard) = systems_manager(Start::Holds);
    let sessions = sessions(address);
    let started = tokio::spawn(async move { sessions.open(&StartRequest::shell("i-1")).await.map(|_| ()) });
    let heard = tokio::task::spawn_blocking(move || {
        assert_eq!(next(&heard), "startsession");
        heard
    });
    let heard = heard.await.expect("it arrived");
    started.abort();
    assert!(started.await.expect_err("it was given up").is_cancelled());
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["describesessions", "terminatesession s-1"], "when the task is gone, so is the session");
}

#[test]
fn a_mark_is_one_of_a_kind_and_leaves_the_reason_readable() {
    let long = marked(Some(&"ü".repeat(400)));
    assert_eq!(long.chars().count(), REASON);
    assert!(marked(Some("a look")).starts_with("a look [toban "));
    assert!(marked(None).starts_with("[toban "));
    assert_ne!(marked(None), marked(None));
}
