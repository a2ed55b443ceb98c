//! Session Manager, natively: the data channel, what runs over it (shells, commands, port forwarding), and the seam
//! to whatever starts sessions. Pure parts: `wire`, `reliable`, `handshake`, `crypto`, `smux`, `escape`, `stream_host`,
//! `preflight`, `session_target`.
//! Knows no screen, no terminal and no SDK type.

pub mod channel;
pub mod command;
mod connect;
mod connection_loop;
pub mod crypto;
pub mod escape;
pub mod exit_marker;
pub mod forward;
pub mod handshake;
pub mod network;
pub mod plugin;
pub mod preflight;
pub mod proxies;
pub mod raw_port;
pub mod reliable;
mod session_state;
pub mod session_target;
pub mod shell;
pub mod smux;
pub mod start_request;
pub mod stream_host;
pub mod terminate_guard;
pub mod wire;

pub use network::Network;
pub use proxies::Proxy;
pub use session_target::SessionTarget;
pub use start_request::{Entrance, SessionSource, Token};
