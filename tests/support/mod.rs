//! What integration tests share: the peer that stands in for AWS, and the way to run the binary against it.
//!
//! Never asserts anything itself and never reaches beyond loopback, but for pip installing the peer once.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot set up its peer must fail at once, and say why"
)]

pub(crate) mod clock;
mod http;
pub(crate) mod peer;
pub(crate) mod said;
mod venv;

/// Not every test binary uses all of this; what none uses is caught by the binaries that do.
#[expect(dead_code, reason = "never called: it keeps the harness whole in every test binary")]
fn every_part_counts_as_used() {
    let peer = peer::shared();
    let _ = peer.script(&serde_json::Value::Null);
    peer.unscript(&[]);
    peer.release("");
    let _ = (peer.calls(), peer.wait_for_calls("", "", 1), peer.wait_for_arrival("", 1), peer.build(&[]));
    peer.forget_calls();
    peer.reset();
    peer.reset_all();
    let _ = (peer.endpoint(), peer.home(), peer.env(), peer.toban(), peer.sdk(), peer.sdk_as(""));
    let _ = (peer::ACCOUNT, peer::PROD_ACCOUNT, peer::PROD_ROLE, peer::REGION);
    let _ = peer::Peer::start;
    let _ = clock::where_it_is_noon();
    let said = said::said(&mut said::toban(peer.home(), &[]));
    let _ = (said.code, said.out, said.err, said::ended);
}
