//! The execution log of whoever executes edges itself: which edge was begun, done or missed on which resource, so that
//! none
//! is acted on twice, whatever the clock does and however many run; and since when something is seen not as it should be.
//! Lines of a file in the state directory, synced; or kept in memory where nothing may outlive the run.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::os::{self, Held};
use crate::schedule::{ActionKey, PowerAction};
use crate::world::{EnvironmentName, SchedulerHeartbeat};

/// What became of an edge on a resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// Somebody began; if nobody finished, it is begun again.
    Begun,
    /// It was acted on.
    Done,
    /// It was let go, and told of.
    Missed,
    /// No edge: from then on it was seen wrongly up, or wrongly down.
    Drifting,
    /// Putting right what was seen so was tried in vain for long enough.
    GivenUp,
    /// What was seen so is over; or at that moment it was put right.
    Righted,
}

impl State {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Begun, "begun"),
        (Self::Done, "done"),
        (Self::Missed, "missed"),
        (Self::Drifting, "drifting"),
        (Self::GivenUp, "given-up"),
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

/// The execution log.
#[derive(Debug)]
pub enum ExecutionLog {
    /// In this directory.
    Kept(PathBuf),
    /// For this run only: what became of edges, and when each environment was looked at.
    InMemory(Mutex<BTreeMap<ActionKey, State>>, Mutex<BTreeMap<String, Timestamp>>),
}

impl ExecutionLog {
    /// One that is forgotten with the run.
    #[must_use]
    pub fn fleeting() -> Self {
        Self::InMemory(Mutex::default(), Mutex::default())
    }

    /// Makes sure that nobody else works on `environment`; `None` if somebody does.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn hold(&self, environment: &str) -> io::Result<Option<Option<Held>>> {
        match self {
            Self::Kept(dir) => os::try_hold(&file_of(dir, environment, "lock")).map(|held| held.map(Some)),
            Self::InMemory(..) => Ok(Some(None)),
        }
    }

    /// Writes down that `environment` was looked at, so that everybody on this machine can see that somebody does.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn look(&self, environment: &str, now: Timestamp) -> io::Result<()> {
        match self {
            Self::Kept(dir) => os::put_text(&file_of(dir, environment, "looked"), &format!("{now}\n")),
            Self::InMemory(_, looked) => {
                looked.lock().unwrap_or_else(PoisonError::into_inner).insert(environment.to_owned(), now);
                Ok(())
            }
        }
    }

    /// Who looks after `environments` on this machine, and what they see that is not as it should be.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn heartbeat(&self, environments: &[EnvironmentName], now: Timestamp) -> io::Result<SchedulerHeartbeat> {
        let mut heartbeat = SchedulerHeartbeat::default();
        for name in environments {
            let looked = match self {
                Self::Kept(dir) => looked(dir, name.as_str()),
                Self::InMemory(_, looked) => {
                    let looked = looked.lock().unwrap_or_else(PoisonError::into_inner);
                    looked.get(name.as_str()).map(ToString::to_string)
                }
            };
            let looked: Option<Timestamp> = looked.and_then(|text| text.trim().parse().ok());
            heartbeat.looked.extend(looked.map(|at| (name.clone(), at)));
            // Whoever is at it may take longer than it is between two looks. Nobody looked, nobody is at it.
            let stale = looked.is_some_and(|at| now.duration_since(at) > SchedulerHeartbeat::LAPSE);
            if stale && self.hold(name.as_str())?.is_none() {
                heartbeat.busy.insert(name.clone());
            }
        }
        for (key, state) in self.read()? {
            if matches!(state, State::Drifting | State::GivenUp) {
                heartbeat.sighted.entry(key.arn).or_default().push((key.at, state == State::GivenUp));
            }
        }
        Ok(heartbeat)
    }

    /// Everything in it; of several lines about the same the weightiest counts. Lines that do not read are passed over.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn read(&self) -> io::Result<BTreeMap<ActionKey, State>> {
        let dir = match self {
            Self::Kept(dir) => dir,
            Self::InMemory(all, _) => return Ok(all.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        };
        let bytes = match os::read_state(&dir.join(FILE)) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(why) => return Err(why),
        };
        let mut all: BTreeMap<ActionKey, State> = BTreeMap::new();
        // What a machine left of a line when it went down may be anything.
        for (key, state) in String::from_utf8_lossy(&bytes).lines().filter_map(entry) {
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
            Self::InMemory(all, _) => {
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

/// What is written down of the last look at an environment.
fn looked(dir: &Path, environment: &str) -> Option<String> {
    let bytes = os::read_state(&file_of(dir, environment, "looked")).ok()?;
    String::from_utf8(bytes).ok()
}

/// A file about one environment.
fn file_of(dir: &Path, environment: &str, what: &str) -> PathBuf {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    dir.join(format!("schedule-{}.{what}", environment.chars().map(plain).collect::<String>()))
}

/// The execution log's file.
const FILE: &str = "schedule-ledger.jsonl";

fn entry(line: &str) -> Option<(ActionKey, State)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let verb = [PowerAction::Stop, PowerAction::Start].into_iter().find(|verb| Some(verb.word()) == text("verb"))?;
    let state = State::ALL.iter().find(|(_, word)| Some(*word) == text("state"))?.0;
    Some((ActionKey { arn: text("on")?.to_owned(), at: text("at")?.parse().ok()?, verb }, state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looks_and_what_they_saw_is_found_by_others_on_the_machine() {
        let home = tempfile::tempdir().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (name, now) = (EnvironmentName::from("a/b"), at("2026-11-20T13:00:00Z"));
        for execution_log in [ExecutionLog::Kept(home.path().join("state")), ExecutionLog::fleeting()] {
            let names = std::slice::from_ref(&name);
            assert_eq!(execution_log.heartbeat(names, now).unwrap(), SchedulerHeartbeat::default(), "nobody ever did");
            execution_log.look("a/b", now).unwrap();
            let key = ActionKey { arn: "arn:db".to_owned(), at: now, verb: PowerAction::Stop };
            execution_log.write(std::slice::from_ref(&key), State::Drifting).unwrap();
            let heartbeat = execution_log.heartbeat(names, now).unwrap();
            assert_eq!(
                (heartbeat.looked.get(&name), heartbeat.sighted["arn:db"].as_slice()),
                (Some(&now), [(now, false)].as_slice())
            );
            execution_log.write(&[key], State::Righted).unwrap();
            assert!(execution_log.heartbeat(names, now).unwrap().sighted.is_empty(), "over");
        }
        // Somebody whose look is long ago may be at it still: the lock tells.
        let execution_log = ExecutionLog::Kept(home.path().join("state"));
        let later = at("2026-11-20T14:00:00Z");
        assert!(execution_log.heartbeat(std::slice::from_ref(&name), later).unwrap().busy.is_empty());
        let _held = execution_log.hold("a/b").unwrap().expect("free");
        assert!(execution_log.heartbeat(std::slice::from_ref(&name), later).unwrap().busy.contains(&name));
        std::fs::write(home.path().join("state/schedule-a_b.looked"), "half a li").unwrap();
        assert!(execution_log.heartbeat(&[name], later).unwrap().looked.is_empty());
    }

    #[test]
    fn what_was_written_is_read_again_and_odd_lines_do_not_hurt() {
        let home = tempfile::tempdir().unwrap();
        let execution_log = ExecutionLog::Kept(home.path().join("state"));
        let key = |verb| ActionKey { arn: "arn:db".to_owned(), at: "2026-11-20T13:00:00Z".parse().unwrap(), verb };
        assert!(execution_log.read().unwrap().is_empty());
        execution_log.write(&[key(PowerAction::Stop), key(PowerAction::Start)], State::Begun).unwrap();
        std::fs::write(home.path().join("state").join("x"), "").unwrap();
        os::append_line(&home.path().join("state").join(FILE), "{\"on\":1}\n").unwrap();
        execution_log.write(&[key(PowerAction::Stop)], State::Done).unwrap();
        execution_log.write(&[key(PowerAction::Stop)], State::Begun).unwrap();
        let all = execution_log.read().unwrap();
        assert_eq!(
            (all.get(&key(PowerAction::Stop)), all.get(&key(PowerAction::Start))),
            (Some(&State::Done), Some(&State::Begun))
        );
    }
}
