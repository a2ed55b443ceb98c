//! Session Manager, natively: the data channel, what runs over it (shells, commands, port forwarding), and the seam
//! to whatever starts sessions. Pure parts: `wire`, `reliable`, `handshake`, `crypto`, `smux`, `escape`, `host`,
//! `preflight`, `way`, `words`.
//! Knows no screen, no terminal and no SDK type.

pub mod channel;
pub mod command;
pub mod crypto;
mod dial;
pub mod escape;
pub mod forward;
pub mod guard;
pub mod handshake;
pub mod host;
pub mod marked;
pub mod network;
pub mod plugin;
pub mod preflight;
mod pump;
pub mod reliable;
pub mod shell;
pub mod smux;
pub mod source;
mod talk;
pub mod tunnel;
pub mod way;
pub mod wire;
pub mod words;
