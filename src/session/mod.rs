//! Session Manager, natively: the data channel, what runs over it (shells, commands, port forwarding), and the seam
//! to whatever starts sessions. Pure parts first: `wire`, `reliable`, `handshake`, `crypto`, `smux`, `escape`.
//! Knows no screen, no terminal and no SDK type.

pub mod crypto;
pub mod escape;
pub mod handshake;
pub mod reliable;
pub mod smux;
pub mod wire;
