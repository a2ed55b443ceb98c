//! The pure parsers of `src/ssm`, taken by path: what a remote peer can send us. Nothing else of the product is
//! built here, so that a fuzz target is ready in a minute.

#[path = "../../src/ssm/handshake.rs"]
pub mod handshake;
#[path = "../../src/ssm/smux.rs"]
pub mod smux;
#[path = "../../src/ssm/wire/mod.rs"]
pub mod wire;
