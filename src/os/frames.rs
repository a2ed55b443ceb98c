//! What is on its way to the terminal: frames and modes, written as far as there is room and kept until there is more.
//! Everything the console writes goes through here, so that a terminal that stops reading holds up nothing but its
//! picture. Giving the terminal back has an end too, whatever the terminal does.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use super::tty_file::{GRACE, Outlet, forget_output, write_within};

/// Ends whatever sequence was cut off, and the string it may have been in.
const CUT: &[u8] = b"\x18\x1b\\";

/// There is one terminal, and whoever gives it back after a panic has no hold of anything but this.
static PENDING: Mutex<Pending> = Mutex::new(Pending { bytes: Vec::new(), sent: 0 });

struct Pending {
    bytes: Vec<u8>,
    /// So many of them went already.
    sent: usize,
}

fn pending() -> MutexGuard<'static, Pending> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts bytes on their way. Never waits and never fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frames;

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        pending().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: `advance` sends what there is, once a frame is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether all of it went.
pub(crate) fn is_idle() -> bool {
    pending().bytes.is_empty()
}

/// Sends as much as `outlet` has room for; whether that was all.
///
/// # Errors
/// When the terminal is gone.
pub(crate) fn advance(outlet: &Outlet) -> io::Result<bool> {
    let mut pending = pending();
    while let Some(rest) = pending.bytes.get(pending.sent..).filter(|rest| !rest.is_empty()) {
        match outlet.try_write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => pending.sent += count,
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    pending.bytes.clear();
    pending.sent = 0;
    Ok(true)
}

/// Sends what is on its way and then `last`, within a bounded time. If the terminal reads nothing, what it has not read
/// is forgotten and `last` alone is left for it, should it ever read again.
pub(crate) fn finish(file: &File, last: &[u8]) {
    let (mut bytes, sent) = match PENDING.try_lock() {
        Ok(mut pending) => (std::mem::take(&mut pending.bytes), std::mem::take(&mut pending.sent)),
        Err(TryLockError::Poisoned(broken)) => {
            let mut pending = broken.into_inner();
            (std::mem::take(&mut pending.bytes), std::mem::take(&mut pending.sent))
        }
        // A panic in the middle of `advance`: what went is not known.
        Err(TryLockError::WouldBlock) => (CUT.to_vec(), 0),
    };
    bytes.extend_from_slice(last);
    let rest = bytes.get(sent..).unwrap_or_default();
    if write_within(file, rest, GRACE).is_ok_and(|went| went < rest.len()) {
        forget_output(file);
        let _ = write_within(file, &[CUT, last].concat(), Duration::ZERO);
    }
}
