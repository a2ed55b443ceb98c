//! The ledger of whoever executes edges itself: which edge was begun, done or missed on which resource, so that none
//! is acted on twice, whatever the clock does and however many run; and since when something is seen wrongly up.
//! Lines of a file in the state directory, synced; or kept in memory where nothing may outlive the run.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::os::{self, Held};
use crate::schedule::{ActionKey, Verb};

/// What became of an edge on a resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// Somebody began; if nobody finished, it is begun again.
    Begun,
    /// It was acted on.
    Done,
    /// It was let go, and told of.
    Missed,
    /// No edge: from then on it was seen up although it should be down.
    Drifting,
    /// What was seen so is over.
    Righted,
}

impl State {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Begun, "begun"),
        (Self::Done, "done"),
        (Self::Missed, "missed"),
        (Self::Drifting, "drifting"),
        (Self::Righted, "righted"),
    ];

    /// Whether an edge of which this is known is nobody's any more.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Missed)
    }

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, word)| word)
    }
}

/// The ledger.
#[derive(Debug)]
pub enum Ledger {
    /// In this directory.
    Kept(PathBuf),
    /// For this run only.
    Fleeting(Mutex<BTreeMap<ActionKey, State>>),
}

impl Ledger {
    /// One that is forgotten with the run.
    #[must_use]
    pub fn fleeting() -> Self {
        Self::Fleeting(Mutex::default())
    }

    /// Makes sure that nobody else works on `environment`; `None` if somebody does.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn hold(&self, environment: &str) -> io::Result<Option<Option<Held>>> {
        match self {
            Self::Kept(dir) => {
                let name: String = environment
                    .chars()
                    .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' })
                    .collect();
                os::try_hold(&dir.join(format!("schedule-{name}.lock"))).map(|held| held.map(Some))
            }
            Self::Fleeting(_) => Ok(Some(None)),
        }
    }

    /// Everything in it; of several lines about the same the weightiest counts. Lines that do not read are passed over.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn read(&self) -> io::Result<BTreeMap<ActionKey, State>> {
        let dir = match self {
            Self::Kept(dir) => dir,
            Self::Fleeting(all) => return Ok(all.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        };
        let text = match std::fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => String::new(),
            Err(why) => return Err(why),
        };
        let mut all: BTreeMap<ActionKey, State> = BTreeMap::new();
        for (key, state) in text.lines().filter_map(entry) {
            let known = all.entry(key).or_insert(state);
            *known = (*known).max(state);
        }
        Ok(all)
    }

    /// Writes what became of these, and has it on the disk before it returns.
    ///
    /// # Errors
    /// Whatever the file system says; then nothing may be done.
    pub fn write(&self, keys: &[ActionKey], state: State) -> io::Result<()> {
        match self {
            Self::Kept(dir) => {
                for key in keys {
                    let line = json!({ "on": key.arn, "at": key.at.to_string(), "verb": key.verb.word(), "state": state.word() });
                    os::append_line(&dir.join(FILE), &format!("{line}\n"))?;
                }
            }
            Self::Fleeting(all) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                for key in keys {
                    let known = all.entry(key.clone()).or_insert(state);
                    *known = (*known).max(state);
                }
            }
        }
        Ok(())
    }
}

/// The ledger's file.
const FILE: &str = "schedule-ledger.jsonl";

fn entry(line: &str) -> Option<(ActionKey, State)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let verb = [Verb::Stop, Verb::Start].into_iter().find(|verb| Some(verb.word()) == text("verb"))?;
    let state = State::ALL.iter().find(|(_, word)| Some(*word) == text("state"))?.0;
    Some((ActionKey { arn: text("on")?.to_owned(), at: text("at")?.parse().ok()?, verb }, state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again_and_odd_lines_do_not_hurt() {
        let home = tempfile::tempdir().unwrap();
        let ledger = Ledger::Kept(home.path().join("state"));
        let key = |verb| ActionKey { arn: "arn:db".to_owned(), at: "2026-11-20T13:00:00Z".parse().unwrap(), verb };
        assert!(ledger.read().unwrap().is_empty());
        ledger.write(&[key(Verb::Stop), key(Verb::Start)], State::Begun).unwrap();
        std::fs::write(home.path().join("state").join("x"), "").unwrap();
        os::append_line(&home.path().join("state").join(FILE), "{\"on\":1}\n").unwrap();
        ledger.write(&[key(Verb::Stop)], State::Done).unwrap();
        ledger.write(&[key(Verb::Stop)], State::Begun).unwrap();
        let all = ledger.read().unwrap();
        assert_eq!((all.get(&key(Verb::Stop)), all.get(&key(Verb::Start))), (Some(&State::Done), Some(&State::Begun)));
    }
}
