//! When the clock is looked at: never over and over while there is nothing to do.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

use rstest::rstest;

use super::*;
use crate::ssm::channel::Channel;
use crate::ssm::crypto::DataKey;
use crate::ssm::network::Network;
use crate::ssm::start_request::{StartRequest, Token};

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_not_read_is_not_looked_at_without_a_pause() {
    let settings = Settings::plain(Network::new(None, String::new(), None));
    let mut session_state = Talk::new("s-1".to_owned(), "i-1".to_owned(), false);
    session_state.begin_quietly();
    session_state.ready.clear();
    assert!(session_state.say(Outgoing::Bytes(Bytes::from_static(b"ls"))).is_none(), "it was taken");
    let begun = Instant::now();
    // Long past the moment at which it would be sent again.
    tokio::time::advance(Duration::from_secs(10)).await;
    let (now, times) = (Instant::now(), (begun, begun, begun + settings.ping));
    assert!(next_timer(&session_state, &settings, times, true) <= now, "read, it is sent again at once");
    assert_eq!(next_timer(&session_state, &settings, times, false), begun + settings.ping);
}

/// A session whose data channel nobody listens at, and what is answered when it is asked for anew.
#[derive(Debug)]
struct Deserted(String, Option<Option<FaultKind>>);

impl Deserted {
    fn entrance(&self) -> Entrance {
        Entrance { url: self.0.clone(), token: Token::new("token".to_owned()), is_local: true }
    }
}

fn unasked<T: Send + 'static>() -> BoxFuture<'static, Result<T, Fault>> {
    Box::pin(async { Err(Fault::new(FaultKind::Odd, "test", "not asked for")) })
}

impl SessionSource for Deserted {
    fn open<'a>(&'a self, _: &'a StartRequest) -> BoxFuture<'a, Result<Opened, Fault>> {
        unasked()
    }
    fn resume<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<Entrance>, Fault>> {
        let got = match self.1 {
            None => Ok(Some(self.entrance())),
            Some(None) => Ok(None),
            Some(Some(kind)) => Err(Fault::new(kind, "ssm:ResumeSession", "no answer")),
        };
        Box::pin(async move { got })
    }
    fn terminate<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async { Ok(()) })
    }
    fn sign<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<(String, Token)>, Fault>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn data_key<'a>(&'a self, _: &'a str, _: &'a BTreeMap<String, String>) -> BoxFuture<'a, Result<DataKey, Fault>> {
        unasked()
    }
}

/// Whatever is answered when a fresh entrance is asked for, the reason stays the first.
#[rstest]
#[case::and_again(None)]
#[case::gone(Some(None))]
#[case::denied(Some(Some(FaultKind::Denied)))]
#[case::odd(Some(Some(FaultKind::Odd)))]
#[case::throttled(Some(Some(FaultKind::Throttled)))]
#[tokio::test(start_paused = true)]
async fn a_first_connection_that_cannot_be_made_is_given_up_within_ten_seconds_with_its_reason(
    #[case] resumed: Option<Option<FaultKind>>,
) {
    // A port that was just given back: whoever knocks is refused.
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address")
    };
    let source = Arc::new(Deserted(format!("ws://{address}/v1/data-channel/s"), resumed));
    let opened = Opened { id: "s-1".to_owned(), target: "i-1".to_owned(), entrance: source.entrance() };
    let begun = Instant::now();
    let settings = Settings::plain(Network::new(None, String::new(), None));
    let mut channel = Channel::start(source, opened, settings);
    assert_eq!(channel.next().await, None);
    assert!(begun.elapsed() <= Duration::from_secs(10), "{:?}", begun.elapsed());
    let End::Lost(fault) = channel.end().await else { panic!("it was lost") };
    assert_eq!(fault.kind, FaultKind::Offline);
    assert!(fault.message.to_lowercase().contains("refused"), "{fault}");
}
