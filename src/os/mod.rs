//! The outside other than AWS: clipboard, browser, files, suspending and resuming the terminal.
//! Everything the console does to the machine it runs on is here and nowhere else.

mod append;
pub mod browse;
pub mod clipboard;
mod file_lock;
pub mod keyboard;
pub mod ports;
pub mod signals;
pub mod stdio;

pub use append::{append_line, private_dir, put_text};
pub use file_lock::{Held, try_hold};
