//! The outside other than AWS: clipboard, browser, suspending and resuming the terminal.
