//! The terminal's keys as bytes, read without a thread: nothing stays behind in a blocking read that would swallow the
//! next key of the console. Opens the terminal anew, so that no mode of anybody else's descriptor changes.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Sleep, sleep};

use super::NON_BLOCKING;

/// Between two looks where the system cannot tell when a key comes (kqueue knows no terminals).
const LOOK: Duration = Duration::from_millis(2);

/// The keys.
#[derive(Debug)]
pub(crate) struct Keyboard(Source);

#[derive(Debug)]
enum Source {
    /// The library's word for a file whose bytes are waited for; nothing of it is particular to pipes.
    Told(Receiver),
    Looked(File, Option<Pin<Box<Sleep>>>),
}

impl Keyboard {
    /// Opens the terminal this process belongs to.
    ///
    /// # Errors
    /// When it belongs to none.
    pub(crate) fn open() -> io::Result<Self> {
        let file = || File::options().read(true).custom_flags(NON_BLOCKING).open("/dev/tty");
        Ok(Self(match Receiver::from_file_unchecked(file()?) {
            Ok(told) => Source::Told(told),
            Err(_) => Source::Looked(file()?, None),
        }))
    }
}

impl AsyncRead for Keyboard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let (file, pause) = match &mut self.0 {
            Source::Told(told) => return Pin::new(told).poll_read(cx, into),
            Source::Looked(file, pause) => (file, pause),
        };
        let count = loop {
            if let Some(wait) = pause {
                ready!(wait.as_mut().poll(cx));
                *pause = None;
            }
            match file.read(into.initialize_unfilled()) {
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => *pause = Some(Box::pin(sleep(LOOK))),
                got => break got?,
            }
        };
        into.advance(count);
        Poll::Ready(Ok(()))
    }
}
