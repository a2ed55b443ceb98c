//! The messages of a data channel as bytes: their frame (`message`), what it carries (`payload`), and the small JSON
//! documents (`documents`: open, acknowledge, closed). Pure; nothing here waits, and no input may panic.

mod documents;
mod message;
mod payload;

pub use documents::{Ack, closed, open};
pub use message::{Garbage, Kind, Message, MessageId};
pub use payload::{Flag, PayloadType, Size, exit_code};

/// The version of the client we speak as: the oldest that AWS still takes is the one that began to sign.
pub const CLIENT_VERSION: &str = "1.2.764.0";
/// The longest payload either side sends in one message.
pub const CHUNK: usize = 1024;
/// The longest message taken: far above what agents send, far below what would hurt.
pub const LONGEST: usize = 1 << 20;
