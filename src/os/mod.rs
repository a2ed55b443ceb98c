//! The outside other than AWS: clipboard, browser, suspending and resuming the terminal.
//! Everything the console does to the machine it runs on is here and nowhere else.

pub mod append;
pub mod browse;
pub mod clipboard;
pub mod input;
pub mod signals;
pub mod terminal;
