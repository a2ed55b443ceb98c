//! What a terminal reports, one thing after the other, read from its bytes as they come: in one piece, or split at any
//! place. Keeps the time: what was begun and is not finished ends when it has been silent for too long.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, sleep_until};

use super::decode::{Told, decode};
use super::sequence::{Sequence, Splitter, TYPED};

/// As much as is read at once.
const CHUNK: usize = 4 << 10;
/// What was begun ends after this time at the latest, if nothing came since but what may have been typed: who types
/// into it does not keep it open.
const LONGEST: Duration = Duration::from_secs(10);

/// The reports of a terminal whose bytes come from `R`.
#[derive(Debug)]
pub(crate) struct Reports<R> {
    from: R,
    chunk: Box<[u8; CHUNK]>,
    splitter: Splitter,
    whole: VecDeque<Sequence>,
    /// When bytes came last, and when they last came that nobody types.
    came: Instant,
    flowed: Instant,
}

impl<R: AsyncRead + Unpin> Reports<R> {
    /// The reports in what `from` gives from now on.
    pub(crate) fn of(from: R) -> Self {
        let now = Instant::now();
        let chunk = Box::new([0; CHUNK]);
        Self { from, chunk, splitter: Splitter::default(), whole: VecDeque::new(), came: now, flowed: now }
    }

    /// Whether the end of something is still to come.
    pub(crate) fn is_amid(&self) -> bool {
        self.splitter.patience().is_some()
    }

    /// The next one; `None` when the terminal is gone. Can be dropped while it waits without losing anything.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        loop {
            while let Some(sequence) = self.whole.pop_front() {
                if let Some(told) = decode(sequence) {
                    return Some(told);
                }
            }
            let due = self.splitter.patience().map(|patience| (self.came + patience).min(self.flowed + LONGEST));
            let silence = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let mut whole = Vec::new();
            tokio::select! {
                // What has come already is not late.
                biased;
                got = self.from.read(self.chunk.as_mut_slice()) => match got {
                    Ok(count @ 1..) => {
                        self.came = Instant::now();
                        if count > TYPED || !self.is_amid() {
                            self.flowed = self.came;
                        }
                        self.splitter.feed(self.chunk.get(..count).unwrap_or_default(), &mut whole);
                    }
                    Ok(0) | Err(_) => return None,
                },
                () = silence => self.splitter.give_up(&mut whole),
            }
            self.whole.extend(whole);
        }
    }
}

#[cfg(test)]
mod tests;
