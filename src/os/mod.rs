//! The outside other than AWS: clipboard, browser, files, suspending and resuming the terminal.

mod append;

pub use append::{append_line, private_dir};
