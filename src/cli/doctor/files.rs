//! The configuration file and the state directory.
//! Looks at both and repairs neither.

use super::{Check, Report};
use jiff::Timestamp;

use crate::config::{Dirs, DocumentError};
use crate::store::{EVENT_BYTES, FILE, Store};
use crate::text;

/// So much is kept of what happened.
const BYTES: u64 = EVENT_BYTES.unsigned_abs();

/// Checks both.
pub(super) fn check(report: &mut Report, dirs: &Dirs, config: Result<(), DocumentError>) {
    let file = dirs.file.display().to_string();
    report.add(match config {
        Err(fault) => Check::fail(
            "configuration",
            fault.to_string(),
            "fix the lines named; until then nothing in the file applies",
        ),
        Ok(()) if dirs.file.exists() => Check::well("configuration", format!("{file} is valid")),
        Ok(()) => Check::well("configuration", format!("none at {file}, none needed; `toban init` writes one")),
    });
    report.add(state(dirs));
    report.add(store(dirs));
}

/// What is kept between runs: how much, and how old.
fn store(dirs: &Dirs) -> Check {
    let about = "local store";
    let Some(path) = dirs.state.as_deref().filter(|path| path.join(FILE).exists()) else {
        return Check::well(about, "nothing is kept between runs yet");
    };
    let looked =
        Store::open(path).and_then(|store| Ok((store.notice(), store.size(), store.shares()?, store.event_share()?)));
    match looked {
        Ok((Some(notice), ..)) => Check::warn(about, notice, "nothing to do: what it held is read again"),
        Ok((None, size, shares, events)) => {
            let oldest = shares.iter().map(|share| share.oldest).min();
            let age = oldest
                .map(|at| format!(", the oldest reading {}", text::ago(Timestamp::now().duration_since(at).as_secs())));
            let events = events.map(|share| {
                let since = text::ago(Timestamp::now().duration_since(share.oldest).as_secs());
                let many = text::counted(usize::try_from(share.events).unwrap_or(usize::MAX), "event");
                let takes = text::bytes(share.bytes);
                format!("; what happened is kept since {since}: {many}, {takes} of {} at most", text::bytes(BYTES))
            });
            Check::well(
                about,
                format!("{}{}{}", text::bytes(size), age.unwrap_or_default(), events.unwrap_or_default()),
            )
        }
        Err(fault) => Check::warn(
            about,
            fault.to_string(),
            format!("until then each run reads everything; if need be, delete {}", path.join(FILE).display()),
        ),
    }
}

fn state(dirs: &Dirs) -> Check {
    let about = "state directory";
    let Some(path) = &dirs.state else {
        return Check::warn(about, "this platform has none, so there is no journal and no log", "set TOBAN_STATE_DIR");
    };
    let shown = path.display();
    if let Err(fault) = crate::os::private_dir(path) {
        return Check::fail(about, format!("{shown} can't be created: {fault}"), "create it, or set TOBAN_STATE_DIR");
    }
    let probe = path.join(format!(".doctor.{}", std::process::id()));
    let written = crate::os::open_private(&probe).and_then(|_| std::fs::remove_file(&probe));
    if let Err(fault) = written {
        return Check::fail(
            about,
            format!("{shown} can't be written: {fault}"),
            "give it to this user, or set TOBAN_STATE_DIR",
        );
    }
    match crate::os::others_may_look(path) {
        Ok(false) => Check::well(about, format!("{shown} is there, for this user alone")),
        Ok(true) => Check::warn(about, format!("{shown} is open to other users"), format!("run `chmod 700 {shown}`")),
        Err(fault) => {
            Check::warn(about, format!("{shown}: its permissions can't be read: {fault}"), "look at the file system")
        }
    }
}
