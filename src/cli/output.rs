//! Writing for people and scripts: data to stdout, everything else to stderr, and no panic when
//! the reader has gone. The only file that holds the process's streams.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::exit::{Exit, Failure};
use crate::os::{Stream, write_patiently};
use crate::text::printed;

/// Writes data for people to stdout. `Ok(false)` when nobody reads it any more: that is no failure, but there is no use
/// in writing more. On a terminal nothing of it but colours is obeyed.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub(super) fn data(text: &str) -> Result<bool, Failure> {
    taken(if to_terminal() { put(Stream::Out, &printed::painted(text)) } else { put(Stream::Out, text) })
}

/// The same for a JSON document. On a terminal what cannot be seen in it is written as escapes, and it says the same.
///
/// # Errors
/// As [`data`].
pub(super) fn json(document: &str) -> Result<bool, Failure> {
    taken(if to_terminal() { put(Stream::Out, &printed::json(document)) } else { put(Stream::Out, document) })
}

/// Writes a note to stderr. Nobody reading it changes nothing, and nothing in it is obeyed by a terminal, wherever it
/// comes from.
pub(super) fn note(text: &str) {
    say(&printed::lines(text));
}

/// Whether anybody sees progress.
pub(super) fn shows_progress() -> bool {
    io::stderr().is_terminal()
}

/// A line to stderr that is written over by the next one, for progress; nothing if it is no terminal.
pub(super) fn progress(text: &str) {
    if shows_progress() {
        // Carriage return, then "erase to the end of the line".
        say(&format!("\r\u{1b}[K{}", printed::lines(text)));
    }
}

/// Progress of something that is waited for: one line that is written over on a terminal; else a line for each thing that
/// changed, and at the latest every minute, so that whoever keeps the log sees that it lives.
#[derive(Default)]
pub(super) struct ProgressLines {
    last: Option<(String, Instant)>,
}

impl ProgressLines {
    /// How long nothing is said where no terminal is.
    const SILENT: Duration = Duration::from_secs(60);

    /// Tells where it stands.
    pub(super) fn tell(&mut self, message: &str) {
        if !self.is_due(message, Instant::now()) {
            return;
        }
        if io::stderr().is_terminal() { progress(message) } else { note(&format!("toban: {message}\n")) }
    }

    /// Whether it is to be said, and then it counts as said.
    fn is_due(&mut self, message: &str, now: Instant) -> bool {
        let quiet = |(said, at): &(String, Instant)| said == message && now.duration_since(*at) < Self::SILENT;
        if self.last.as_ref().is_some_and(quiet) {
            return false;
        }
        self.last = Some((message.to_owned(), now));
        true
    }
}

fn say(text: &str) {
    if let Err(fault) = put(Stream::Err, text) {
        tracing::debug!(%fault, "stderr is gone");
    }
}

fn put(stream: Stream, text: &str) -> io::Result<()> {
    fn whole(mut to: impl Write, text: &str) -> io::Result<()> {
        to.write_all(text.as_bytes())?;
        to.flush()
    }
    let is_terminal = match stream {
        Stream::Out => io::stdout().is_terminal(),
        Stream::Err => io::stderr().is_terminal(),
    };
    match is_terminal.then(|| write_patiently(stream, text.as_bytes())).flatten() {
        Some(written) => written,
        None if stream == Stream::Out => whole(io::stdout().lock(), text),
        None => whole(io::stderr().lock(), text),
    }
}

/// Whether stdout is a terminal.
#[must_use]
pub(super) fn to_terminal() -> bool {
    io::stdout().is_terminal()
}

fn taken(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(fault) if fault.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(fault) => Err(Failure::new(Exit::Failed, format!("writing to stdout failed: {fault}; where does it go?"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_said_when_it_changes_and_every_minute() {
        let (mut lines, begun) = (ProgressLines::default(), Instant::now());
        let after = |seconds: u64| begun + Duration::from_secs(seconds);
        let said: Vec<bool> = [("a", 0), ("a", 59), ("a", 60), ("b", 61), ("b", 120), ("b", 121)]
            .map(|(message, at)| lines.is_due(message, after(at)))
            .to_vec();
        assert_eq!(said, [true, false, true, true, false, true]);
    }

    #[test]
    fn a_reader_that_left_is_no_failure_but_a_full_disk_is() {
        assert_eq!(taken(Ok(())), Ok(true));
        assert_eq!(taken(Err(ErrorKind::BrokenPipe.into())), Ok(false));
        assert_eq!(taken(Err(ErrorKind::StorageFull.into())).unwrap_err().exit, Exit::Failed);
    }
}
