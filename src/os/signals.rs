//! The signals a terminal program answers: those that end it, and those that say it runs again or has another size.
//! What is done about them is the loop's business.

use std::io;
use std::sync::OnceLock;
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
    terminate: Option<Signal>,
    hang_up: Option<Signal>,
    interrupt: Option<Signal>,
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
            terminate: wanted(SignalKind::terminate())?,
            hang_up: wanted(SignalKind::hangup())?,
            interrupt: wanted(SignalKind::interrupt())?,
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
            () = heard(&mut self.terminate) => Asked::End,
            () = heard(&mut self.hang_up) => Asked::End,
            () = heard(&mut self.interrupt) => Asked::End,
            () = any(&mut self.others) => Asked::End,
            _ = self.go_on.recv() => Asked::Continue,
            _ = self.resized.recv() => Asked::Resize,
        }
    }

    /// The next that asks to leave what is under way: an end, or an interrupt; `true` for an end.
    pub async fn leave(&mut self) -> bool {
        tokio::select! {
            () = heard(&mut self.terminate) => true,
            () = heard(&mut self.hang_up) => true,
            () = any(&mut self.others) => true,
            () = heard(&mut self.interrupt) => false,
        }
    }

    /// Forgets interrupts: while another program had the terminal, they were meant for it.
    pub fn forget_interrupts(&mut self) -> io::Result<()> {
        self.interrupt = wanted(SignalKind::interrupt())?;
        Ok(())
    }
}

/// Listens to a signal, unless this process was started to ignore it, as `nohup` and a shell's `&` do: listening would
/// undo that.
fn wanted(kind: SignalKind) -> io::Result<Option<Signal>> {
    if ignored().is_some_and(|mask| is_in(mask, kind.as_raw_value())) { Ok(None) } else { signal(kind).map(Some) }
}

/// The signals this process ignored when it was first asked, as a mask; `None` where the system does not tell.
fn ignored() -> Option<u64> {
    static IGNORED: OnceLock<Option<u64>> = OnceLock::new();
    *IGNORED.get_or_init(|| ignored_in(&std::fs::read_to_string("/proc/self/status").ok()?))
}

/// The mask of ignored signals in the text that Linux tells of a process.
fn ignored_in(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

/// Whether the signal with that number is in the mask.
fn is_in(mask: u64, number: i32) -> bool {
    let bit =
        u32::try_from(number).ok().and_then(|number| number.checked_sub(1)).and_then(|bit| 1_u64.checked_shl(bit));
    bit.is_some_and(|bit| mask & bit != 0)
}

async fn heard(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
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

#[cfg(test)]
mod tests {
    use super::{ignored_in, is_in};

    #[test]
    fn what_nohup_and_a_shells_background_ignore_is_read() {
        // SIGHUP is 1, SIGINT 2, SIGQUIT 3, SIGTERM 15.
        for (mask, hears) in [("0000000000000001", [false, true, true]), ("0000000000000006", [true, false, true])] {
            let status =
                format!("Name:\ttoban\nSigBlk:\t0000000000004007\nSigIgn:\t{mask}\nSigCgt:\t0000000000004007\n");
            let mask = ignored_in(&status).expect("a mask");
            assert_eq!([1, 2, 15].map(|number| !is_in(mask, number)), hears);
        }
        assert_eq!(ignored_in("Name:\ttoban\n"), None);
        assert!(!is_in(u64::MAX, 0) && !is_in(u64::MAX, 200), "no such signals");
    }
}
