//! The outside other than AWS: clipboard, browser, files, suspending and resuming the terminal.
//! Everything the console does to the machine it runs on is here and nowhere else.

mod append;
pub mod browse;
pub mod clipboard;
mod file_lock;
pub mod keyboard;
pub mod ports;
mod regular_file;
pub mod signals;
pub mod stdio;

pub use append::{append_line, private_dir, put_text};
pub use file_lock::{Held, try_hold};
pub use regular_file::{no_link, open_state, read_state, read_text};

/// `O_NONBLOCK`, which the library has no name for.
#[cfg(unix)]
const NON_BLOCKING: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 0x4 };
