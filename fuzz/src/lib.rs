//! The pure parsers of `src/session`, taken by path: what a remote peer can send us. Nothing else of the product is
//! built here, so that a fuzz target is ready in a minute.

#[path = "../../src/session/handshake.rs"]
pub mod handshake;
#[path = "../../src/session/smux.rs"]
pub mod smux;
#[path = "../../src/session/wire/mod.rs"]
pub mod wire;
