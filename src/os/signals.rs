//! The signals a terminal program answers: those that end it, and those that say it runs again or has another size.
//! What is done about them is the loop's business.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// To end, the terminal restored.
    End,
    /// To take the terminal again: the shell continued us.
    Continue,
    /// To draw in another size.
    Resize,
}

/// The signals we listen to, from now on.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    /// Those that nobody means kindly, and that would kill with the terminal as it is.
    others: [Signal; 5],
    go_on: Signal,
    resized: Signal,
}

/// Whether anybody has asked this process to leave, or to leave what it does.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Notes that somebody asked this process to leave: from here on it waits for no terminal.
pub fn leave_soon() {
    LEAVING.store(true, Ordering::SeqCst);
}

/// Whether somebody has.
#[must_use]
pub fn is_leaving() -> bool {
    LEAVING.load(Ordering::SeqCst)
}

/// `SIGCONT` and `SIGABRT`, which the library has no name for.
const CONT: i32 = if cfg!(target_os = "linux") { 18 } else { 19 };
const ABORT: i32 = 6;

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When a handler cannot be installed.
    pub fn new() -> io::Result<Self> {
        // Heard beside whatever this process waits for, a terminal that takes nothing included.
        let mut beside = Self::listen()?;
        tokio::spawn(async move {
            beside.leave().await;
            leave_soon();
        });
        Self::listen()
    }

    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            others: [
                signal(SignalKind::quit())?,
                signal(SignalKind::user_defined1())?,
                signal(SignalKind::user_defined2())?,
                signal(SignalKind::alarm())?,
                signal(SignalKind::from_raw(ABORT))?,
            ],
            go_on: signal(SignalKind::from_raw(CONT))?,
            resized: signal(SignalKind::window_change())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End,
            _ = self.hang_up.recv() => Asked::End,
            _ = self.interrupt.recv() => Asked::End,
            () = any(&mut self.others) => Asked::End,
            _ = self.go_on.recv() => Asked::Continue,
            _ = self.resized.recv() => Asked::Resize,
        }
    }

    /// The next that asks to leave what is under way: an end, or an interrupt; `true` for an end.
    pub async fn leave(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.hang_up.recv() => true,
            () = any(&mut self.others) => true,
            _ = self.interrupt.recv() => false,
        }
    }

    /// Forgets interrupts: while another program had the terminal, they were meant for it.
    pub fn forget_interrupts(&mut self) -> io::Result<()> {
        self.interrupt = signal(SignalKind::interrupt())?;
        Ok(())
    }
}

async fn any(signals: &mut [Signal; 5]) {
    let [a, b, c, d, e] = signals;
    tokio::select! {
        _ = a.recv() => {}
        _ = b.recv() => {}
        _ = c.recv() => {}
        _ = d.recv() => {}
        _ = e.recv() => {}
    }
}
