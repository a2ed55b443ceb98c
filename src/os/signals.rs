//! The signals a terminal program answers: those that end it, and the one that says it runs again.
//! What is done about them is the loop's business.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// To end, the terminal restored.
    End,
    /// To take the terminal again: the shell continued us.
    Continue,
}

/// The signals we listen to, from now on.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    go_on: Signal,
}

/// `SIGCONT`, which the library has no name for.
const CONT: i32 = if cfg!(target_os = "linux") { 18 } else { 19 };

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When a handler cannot be installed.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            go_on: signal(SignalKind::from_raw(CONT))?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.hang_up.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            _ = self.go_on.recv() => Asked::Continue,
        }
    }

    /// The next that asks to leave what is under way: an end, or an interrupt; `true` for an end.
    pub async fn leave(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.hang_up.recv() => true,
            _ = self.interrupt.recv() => false,
        }
    }

    /// Forgets interrupts: while another program had the terminal, they were meant for it.
    pub fn forget_interrupts(&mut self) -> io::Result<()> {
        self.interrupt = signal(SignalKind::interrupt())?;
        Ok(())
    }
}
