//! The terminal opened anew, so that no mode of anybody else's descriptor changes, and written to without ever waiting
//! for longer than asked: a terminal that stops reading stops nothing else. Knows nothing of what is written.

use std::fs::File;
use std::io::{self, ErrorKind, Write, stdout};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use super::signals::is_leaving;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};
use tokio::io::AsyncWrite;
use tokio::net::unix::pipe::Sender;
use tokio::time::{Sleep, sleep};

/// `O_NONBLOCK` and `O_NOCTTY`, which the library has no name for.
const FLAGS: i32 = if cfg!(target_os = "linux") { 0o4000 | 0o400 } else { 0x4 | 0x2_0000 };
/// Between two looks where the system cannot tell when there is something to do (kqueue knows no terminals).
pub(crate) const LOOK: Duration = Duration::from_millis(2);

/// How long a terminal that reads nothing may keep a program from ending.
pub(crate) const GRACE: Duration = Duration::from_millis(500);

/// Opens the terminal that keys come from.
///
/// # Errors
/// When there is none.
pub(crate) fn open_to_read() -> io::Result<File> {
    open("/proc/self/fd/0", File::options().read(true))
}

/// Opens the terminal that is drawn on.
///
/// # Errors
/// When there is none.
pub(crate) fn open_to_write() -> io::Result<File> {
    open("/proc/self/fd/1", File::options().write(true))
}

/// By the stream's own descriptor where the system can open that anew, and it is a terminal; else the terminal this
/// process belongs to.
fn open(own: &str, options: &std::fs::OpenOptions) -> io::Result<File> {
    let mut options = options.clone();
    options.custom_flags(FLAGS);
    match options.open(own) {
        Ok(file) if io::IsTerminal::is_terminal(&file) => Ok(file),
        _ => options.open("/dev/tty"),
    }
}

/// One of the process's own streams, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Whether a terminal was waited for in vain by somebody who leaves: once is enough.
static STUCK: AtomicBool = AtomicBool::new(false);

/// Writes to a stream that is a terminal. One that takes nothing, such as a terminal stopped by its reader, is waited
/// for, but not once somebody asked this process to leave; what it did not take then is lost. `None` if the terminal
/// cannot be opened anew: nothing was written.
#[must_use]
pub fn write_patiently(stream: Stream, bytes: &[u8]) -> Option<io::Result<()>> {
    let own = match stream {
        Stream::Out => "/proc/self/fd/1",
        Stream::Err => "/proc/self/fd/2",
    };
    let file = open(own, File::options().write(true)).ok()?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let leaves = is_leaving();
        let patience = if leaves && STUCK.load(Ordering::SeqCst) { Duration::ZERO } else { GRACE };
        match write_within(&file, rest, patience) {
            Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
            Err(fault) => return Some(Err(fault)),
        }
        if leaves {
            STUCK.store(!rest.is_empty(), Ordering::SeqCst);
            break;
        }
    }
    Some(Ok(()))
}

/// Writes `bytes`, for `patience` at the longest; how many of them went.
///
/// # Errors
/// When the terminal is gone.
pub(crate) fn write_within(mut file: &File, bytes: &[u8], patience: Duration) -> io::Result<usize> {
    let end = Instant::now() + patience;
    let mut sent = 0;
    while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
        match file.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => sent += count,
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            Err(fault) if fault.kind() == ErrorKind::WouldBlock => {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                await_room(file, left);
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(sent)
}

/// Waits until the terminal takes more, for `patience` at the longest.
fn await_room(file: &File, patience: Duration) {
    let patience = Timespec { tv_sec: 0, tv_nsec: patience.min(Duration::from_millis(100)).subsec_nanos().into() };
    if poll(&mut [PollFd::new(file, PollFlags::OUT)], Some(&patience)).is_err() {
        std::thread::sleep(LOOK);
    }
}

/// Forgets what was written and not yet read by the terminal.
pub(crate) fn forget_output(file: &File) {
    let _ = tcflush(file, QueueSelector::OFlush);
}

/// Forgets what the terminal sent and nobody has read.
pub(crate) fn forget_input(file: &File) {
    let _ = tcflush(file, QueueSelector::IFlush);
}

/// The way to the terminal, waited for without a thread.
#[derive(Debug)]
pub(crate) enum Outlet {
    /// The library's word for a file whose room is waited for; nothing of it is particular to pipes.
    Told(Sender),
    /// Looked at again and again.
    Looked(File, Option<Pin<Box<Sleep>>>),
}

impl Outlet {
    /// Opens it. Where the terminal cannot be opened anew, the process's own output is written to, waiting.
    ///
    /// # Errors
    /// When that cannot be shared.
    pub(crate) fn open() -> io::Result<Self> {
        let Ok(file) = open_to_write() else {
            return Ok(Self::Looked(stdout().as_fd().try_clone_to_owned()?.into(), None));
        };
        let again = file.try_clone()?;
        Ok(Sender::from_file_unchecked(file).map_or(Self::Looked(again, None), Self::Told))
    }

    /// The same, to be written to by `write_within`.
    ///
    /// # Errors
    /// When it cannot be shared.
    pub(crate) fn file(&self) -> io::Result<File> {
        Ok(match self {
            Self::Told(told) => told.as_fd().try_clone_to_owned()?.into(),
            Self::Looked(file, _) => file.try_clone()?,
        })
    }

    /// Waits until there may be room. Can be dropped while it waits.
    pub(crate) async fn room(&self) -> io::Result<()> {
        match self {
            Self::Told(told) => told.writable().await,
            Self::Looked(..) => {
                sleep(LOOK).await;
                Ok(())
            }
        }
    }

    /// Writes what there is room for, at once.
    ///
    /// # Errors
    /// When there is none, or the terminal is gone.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Told(told) => match told.try_write(bytes) {
                // The library knows of no room before it waited for some: the terminal itself does.
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => Ok(rustix::io::write(told, bytes)?),
                wrote => wrote,
            },
            Self::Looked(file, _) => (&*file).write(bytes),
        }
    }
}

impl AsyncWrite for Outlet {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let (file, pause) = match &mut *self {
            Self::Told(told) => return Pin::new(told).poll_write(cx, bytes),
            Self::Looked(file, pause) => (file, pause),
        };
        loop {
            if let Some(wait) = pause {
                ready!(wait.as_mut().poll(cx));
                *pause = None;
            }
            match (&*file).write(bytes) {
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => *pause = Some(Box::pin(sleep(LOOK))),
                wrote => return Poll::Ready(wrote),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;

    use super::{File, Outlet, Sender};

    /// The question for the colour of the background is sent before anything was waited for.
    #[tokio::test]
    async fn what_there_is_room_for_goes_at_once() {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let file = File::from(OwnedFd::from(writer));
        let outlet = Outlet::Told(Sender::from_file_unchecked(file).expect("a runtime"));
        assert_eq!(outlet.try_write(b"who").expect("room"), 3);
        drop(outlet);
        let mut read = String::new();
        reader.read_to_string(&mut read).expect("text");
        assert_eq!(read, "who");
    }
}
