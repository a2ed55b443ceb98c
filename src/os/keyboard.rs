//! The terminal's keys as bytes, read without a thread: nothing stays behind in a blocking read that would swallow the
//! next key of the console. What the bytes mean is not known here.

use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Sleep, sleep};

use super::tty_file::{LOOK, open_to_read};

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
    /// Opens the terminal that keys come from.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn open() -> io::Result<Self> {
        let (file, again) = (open_to_read()?, open_to_read()?);
        Ok(Self(Receiver::from_file_unchecked(file).map_or(Source::Looked(again, None), Source::Told)))
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
