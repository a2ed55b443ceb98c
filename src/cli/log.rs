//! The log: a file of mode 0600 in the state directory, never the terminal. Only our own lines are in it, at whatever
//! level: those of the libraries hold requests and answers, with commands, variables, tags and tokens. Each line is
//! masked and made harmless on its way. Kept short: a file grown beyond the limit is put aside at the next start.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;

use super::args::Level;
use crate::text;

/// Bytes after which the log begins anew; the one before is kept beside it.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Starts logging into `state`.
///
/// # Errors
/// Why there is no log, in a sentence; the program runs without one.
pub(super) fn start(state: &Path, level: Level) -> Result<(), String> {
    let file = state.join("toban.log");
    let said = |fault: io::Error| format!("no log is written: {} can't be opened: {fault}", file.display());
    crate::os::private_dir(state).map_err(said)?;
    if std::fs::symlink_metadata(&file).is_ok_and(|data| data.is_file() && data.len() > LIMIT) {
        std::fs::rename(&file, state.join("toban.log.1")).map_err(said)?;
    }
    let log = crate::os::open_private(&file).map_err(said)?;
    let filter = tracing_subscriber::EnvFilter::new(directives(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(Masking(log)))
        .try_init()
        .map_err(|fault| format!("no log is written: {fault}"))
}

/// Ours at `level`, and nobody else's at any.
fn directives(level: Level) -> String {
    format!("off,toban={}", filter(level))
}

fn filter(level: Level) -> LevelFilter {
    match level {
        Level::Off => LevelFilter::OFF,
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    }
}

/// Takes whatever looks like a secret, and whatever could harm a terminal, out of each line.
struct Masking<W>(W);

impl<W: Write> Write for Masking<W> {
    /// One call is one line: the formatter writes it at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let plain = String::from_utf8_lossy(line);
        let plain = plain.trim_end_matches('\n').replace('\n', " ");
        let masked = text::mask_text(&plain);
        self.0.write_all(format!("{}\n", text::harmless(&masked)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_are_never_heard() {
        assert_eq!(directives(Level::Info), "off,toban=info");
        assert_eq!(directives(Level::Off), "off,toban=off");
        assert_eq!(directives(Level::Trace), "off,toban=trace");
    }

    #[test]
    fn a_line_is_masked_and_stays_one_line() {
        let mut written = Masking(Vec::new());
        let line = "call message=\"https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx\n\
                    fake line \u{1b}[31m\u{202e}\"\n";
        written.write_all(line.as_bytes()).unwrap();
        let text = String::from_utf8(written.0).unwrap();
        assert!(!text.contains("abcdefghijkl") && !text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
        assert_eq!((text.lines().count(), text.ends_with('\n')), (1, true), "{text:?}");
    }

    #[test]
    fn a_state_directory_that_cannot_be_had_is_told_of() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        std::fs::write(&file, "").unwrap();
        let fault = start(&file.join("state"), Level::Info).unwrap_err();
        assert!(fault.starts_with("no log is written: ") && fault.contains("toban.log"), "{fault}");
    }
}
