//! Writing for people and scripts: data to stdout, everything else to stderr, and no panic when
//! the reader has gone. The only file that holds the process's streams.

use std::io::{self, ErrorKind, IsTerminal, Write};

use super::exit::{Exit, Failure};

/// Writes data to stdout. `Ok(false)` when nobody reads it any more: that is no failure, but there
/// is no use in writing more.
///
/// # Errors
/// When stdout cannot be written for another reason, such as a full disk.
pub(super) fn data(text: &str) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    taken(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Writes a note to stderr. Nobody reading it changes nothing.
pub(super) fn note(text: &str) {
    let mut stderr = io::stderr().lock();
    let written = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    if let Err(fault) = written {
        tracing::debug!(%fault, "stderr is gone");
    }
}

/// A line to stderr that is written over by the next one, for progress; nothing if it is no terminal.
pub(super) fn progress(text: &str) {
    if io::stderr().is_terminal() {
        // Carriage return, then "erase to the end of the line".
        note(&format!("\r\u{1b}[K{text}"));
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
    fn a_reader_that_left_is_no_failure_but_a_full_disk_is() {
        assert_eq!(taken(Ok(())), Ok(true));
        assert_eq!(taken(Err(ErrorKind::BrokenPipe.into())), Ok(false));
        assert_eq!(taken(Err(ErrorKind::StorageFull.into())).unwrap_err().exit, Exit::Failed);
    }
}
