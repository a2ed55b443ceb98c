//! When the clock is looked at: never over and over while there is nothing to do.

use super::*;
use crate::ssm::network::Network;

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_not_read_is_not_looked_at_without_a_pause() {
    let settings = Settings::plain(Network::new(None, String::new(), None));
    let mut talk = Talk::new("s-1".to_owned(), "i-1".to_owned(), false);
    talk.begin_quietly();
    talk.ready.clear();
    assert!(talk.say(Outgoing::Bytes(Bytes::from_static(b"ls"))).is_none(), "it was taken");
    let begun = Instant::now();
    // Long past the moment at which it would be sent again.
    tokio::time::advance(Duration::from_secs(10)).await;
    let (now, times) = (Instant::now(), (begun, begun, begun + settings.ping));
    assert!(next_timer(&talk, &settings, times, true) <= now, "read, it is sent again at once");
    assert_eq!(next_timer(&talk, &settings, times, false), begun + settings.ping);
}
