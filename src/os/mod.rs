//! The outside other than AWS: clipboard, browser, files, suspending and resuming the terminal.
//! Everything the console does to the machine it runs on is here and nowhere else.

mod append;
pub mod browse;
pub mod clipboard;
pub mod decode;
mod file_lock;
pub mod frames;
pub mod keyboard;
pub mod line;
pub mod notify;
pub mod ports;
mod private_file;
pub mod process_tree;
mod regular_file;
pub mod reports;
mod sequence;
pub mod signals;
pub mod stdio;
pub mod tty_file;

pub use append::append_line;
pub use file_lock::{Held, try_hold};
pub use line::ask;
pub use private_file::{open_private, others_may_look, private_dir, put_text, replace_text, write_new};
pub(crate) use regular_file::LARGEST;
pub use regular_file::{no_link, open_state, read_state, read_text};
pub use tty_file::{Stream, write_patiently};

/// `O_NONBLOCK`, which the library has no name for.
#[cfg(unix)]
const NON_BLOCKING: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 0x4 };
