//! The log: a file of mode 0600 in the state directory, never the terminal. Kept short: a file
//! grown beyond the limit is put aside at the next start.

use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;

use super::args::Level;
use crate::config;

/// Bytes after which the log begins anew; the one before is kept beside it.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Starts logging into `state`.
///
/// # Errors
/// Why there is no log, in a sentence; the program runs without one.
pub(super) fn start(state: &Path, level: Level) -> Result<(), String> {
    let file = state.join("toban.log");
    let said = |fault: std::io::Error| format!("no log is written: {} can't be opened: {fault}", file.display());
    config::open_state_dir(state).map_err(said)?;
    if std::fs::metadata(&file).is_ok_and(|data| data.len() > LIMIT) {
        std::fs::rename(&file, state.join("toban.log.1")).map_err(said)?;
    }
    let log = config::append_private(&file).map_err(said)?;
    let filter = tracing_subscriber::EnvFilter::new(directives(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(log))
        .try_init()
        .map_err(|fault| format!("no log is written: {fault}"))
}

/// Ours at `level`. The SDK's warnings hold whole answers, so they are written only to look into a failure, and what
/// is below them only if all is asked for.
fn directives(level: Level) -> String {
    let ours = filter(level);
    match level {
        Level::Trace => "trace".to_owned(),
        Level::Off | Level::Error => ours.to_string(),
        Level::Debug => format!("warn,toban={ours}"),
        Level::Warn | Level::Info => format!("error,toban={ours}"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_is_quiet_unless_all_is_asked_for() {
        assert_eq!(directives(Level::Info), "error,toban=info");
        assert_eq!(directives(Level::Off), "off");
        assert_eq!(directives(Level::Trace), "trace");
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
