//! The outside other than AWS: clipboard, browser, files, suspending and resuming the terminal.
//! Everything the console does to the machine it runs on is here and nowhere else.

mod append;
pub mod browse;
pub mod clipboard;
mod guard;
pub mod handed;
pub mod input;
mod keyboard;
pub mod plugin;
pub mod ports;
pub mod signals;
pub mod streams;
pub mod terminal;

pub use append::{append_line, private_dir, put_text};
pub use guard::{Held, try_hold};
