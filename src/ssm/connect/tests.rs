//! The way through a proxy, against one played on loopback: what is asked of it, and what its answers mean.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::dial;
use crate::ssm::crypto::DataKey;
use crate::ssm::start_request::{Opened, StartRequest, Token};
use crate::ssm::wire::MessageId;
use crate::ssm::{Entrance, Network, SessionSource};
use crate::world::{Fault, FaultKind};

#[derive(Debug)]
struct Unsigned;

fn none<T>() -> BoxFuture<'static, Result<T, Fault>>
where
    T: Send + 'static,
{
    Box::pin(async { Err(Fault::new(FaultKind::Odd, "test", "not asked for")) })
}

impl SessionSource for Unsigned {
    fn open<'a>(&'a self, _: &'a StartRequest) -> BoxFuture<'a, Result<Opened, Fault>> {
        none()
    }
    fn resume<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<Entrance>, Fault>> {
        none()
    }
    fn terminate<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        none()
    }
    fn sign<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<(String, Token)>, Fault>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn data_key<'a>(&'a self, _: &'a str, _: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<DataKey, Fault>> {
        none()
    }
}

/// Dials Session Manager through a proxy that answers `answer`; gives what it was asked, and the failure.
async fn through(answer: &'static str) -> (String, Fault) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let proxy = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(socket.read_u8().await.expect("a byte"));
        }
        socket.write_all(answer.as_bytes()).await.expect("written");
        String::from_utf8(asked).expect("text")
    });
    let network = Network::new(Some(format!("http://me:secret@{address}")), String::new(), None);
    let url = "wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/s".to_owned();
    let entrance = Entrance { url, token: Token::new("token".to_owned()), is_local: false };
    let fault =
        dial(&Unsigned, &entrance, &network, (MessageId([0; 16]), super::PATIENCE)).await.err().expect("a failure");
    (proxy.await.expect("the proxy"), fault)
}

#[tokio::test]
async fn a_proxy_is_asked_to_connect_and_its_refusals_are_told() {
    let (asked, fault) = through("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    assert_eq!(
        asked,
        "CONNECT ssmmessages.eu-west-1.amazonaws.com:443 HTTP/1.1\r\nHost: ssmmessages.eu-west-1.amazonaws.com:443\r\n\
         Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"
    );
    assert_eq!(fault.kind, FaultKind::Offline);
    assert!(fault.sentence().contains("the proxy 127.0.0.1") && fault.sentence().contains("login"), "{fault:?}");
    let (_, fault) = through("HTTP/1.1 403 Nope\r\n\r\n").await;
    assert!(fault.message.contains("403 Nope"), "{fault:?}");
    // Behind a proxy that agrees and then says nothing more there is no TLS.
    let (_, fault) = through("HTTP/1.1 200 OK\r\n\r\n").await;
    assert_eq!(fault.kind, FaultKind::Offline, "{fault:?}");
    assert!(!format!("{fault:?}").contains("secret"));
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let entrance = Entrance { url: "wss://evil.com/".to_owned(), token: Token::default(), is_local: true };
    let network = Network::new(None, String::new(), None);
    let fault =
        dial(&Unsigned, &entrance, &network, (MessageId([0; 16]), super::PATIENCE)).await.err().expect("refused");
    assert!(fault.sentence().contains("evil.com is not a Session Manager host"), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_waited_for_in_vain_is_named() {
    // Somebody who takes connections and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let network = Network::new(None, String::new(), None);
    let url = format!("ws://{address}/v1/data-channel/s");
    let entrance = Entrance { url, token: Token::new("token".to_owned()), is_local: true };
    let patience = std::time::Duration::from_secs(9);
    let fault = dial(&Unsigned, &entrance, &network, (MessageId([0; 16]), patience)).await.err().expect("too slow");
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(
        fault.message.starts_with("no connection within 9 s: ") && fault.message.ends_with("did not come"),
        "{fault}"
    );
}
