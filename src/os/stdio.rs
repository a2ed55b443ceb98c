//! The process's own streams without waiting for them in a task: each write is done by a thread kept for such work, so
//! that a reader who is slow holds up only what goes to it. Bytes as they are; nothing is decoded.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::{JoinHandle, spawn_blocking};

/// How much is written or read at once.
const PIECE: usize = 64 << 10;

/// Standard output or standard error.
#[derive(Debug)]
pub struct Outward {
    to: fn(&[u8]) -> io::Result<()>,
    busy: Option<JoinHandle<io::Result<()>>>,
}

impl Outward {
    /// Standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { to: |bytes| whole(io::stdout().lock(), bytes), busy: None }
    }

    /// Standard error.
    #[must_use]
    pub fn stderr() -> Self {
        Self { to: |bytes| whole(io::stderr().lock(), bytes), busy: None }
    }

    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(busy) = &mut self.busy else { return Poll::Ready(Ok(())) };
        let done = ready!(Pin::new(busy).poll(cx));
        self.busy = None;
        Poll::Ready(done.unwrap_or_else(|fault| Err(io::Error::other(fault))))
    }
}

/// All of it in one piece, so that nothing comes between.
fn whole(mut to: impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)?;
    to.flush()
}

impl AsyncWrite for Outward {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_done(cx))?;
        let piece = bytes.get(..PIECE).unwrap_or(bytes).to_vec();
        let (count, to) = (piece.len(), self.to);
        self.busy = Some(spawn_blocking(move || to(&piece)));
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_done(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

/// Whether standard input is something to be read to its end: a pipe, a socket or a file that holds anything. A terminal, and
/// what never gives anything (`/dev/null`), is not.
#[must_use]
pub fn has_input() -> bool {
    std::fs::metadata("/dev/stdin").is_ok_and(|input| is_input(&input))
}

fn is_input(input: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let kind = input.file_type();
    kind.is_fifo() || kind.is_socket() || (kind.is_file() && input.len() > 0)
}

/// Standard input that is no terminal: a pipe or a file. A read once begun is not taken back, so this is for programs
/// that end with their session.
#[derive(Debug, Default)]
pub struct Inward {
    busy: Option<JoinHandle<io::Result<Vec<u8>>>>,
    rest: Vec<u8>,
}

impl AsyncRead for Inward {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.rest.is_empty() {
            let read = || {
                let mut bytes = vec![0; PIECE];
                let count = io::stdin().lock().read(&mut bytes)?;
                bytes.truncate(count);
                Ok(bytes)
            };
            let busy = self.busy.get_or_insert_with(|| spawn_blocking(read));
            let got = ready!(Pin::new(busy).poll(cx));
            self.busy = None;
            self.rest = got.unwrap_or_else(|fault| Err(io::Error::other(fault)))?;
        }
        let count = self.rest.len().min(into.remaining());
        let piece: Vec<u8> = self.rest.drain(..count).collect();
        into.put_slice(&piece);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::is_input;

    #[test]
    fn only_what_gives_something_and_ends_is_input() {
        let dir = tempfile::tempdir().unwrap();
        let (full, empty) = (dir.path().join("full"), dir.path().join("empty"));
        std::fs::write(&full, "x").unwrap();
        std::fs::write(&empty, "").unwrap();
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let seen = |path: &std::path::Path| is_input(&std::fs::metadata(path).unwrap());
        assert_eq!([seen(&full), seen(&socket)], [true, true]);
        assert_eq!([seen(&empty), seen(dir.path()), seen("/dev/null".as_ref())], [false, false, false]);
    }
}
