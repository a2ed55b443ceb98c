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
mod templates;
mod venv;
