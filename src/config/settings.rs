//! The settings the program runs by: what the file said, with flags and environment laid over it
//! by `cli`. Plain data with defaults; reading and checking is `schema`'s work.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::SignedDuration;

use crate::aws::{Source, Sources};
use crate::environment::ConfiguredEnvironments;
use crate::os::notify::Notify;
use crate::world::{Arn, SourceName};

/// How often the environment in focus is read unless the configuration says otherwise.
pub(super) const REFRESH: SignedDuration = SignedDuration::from_secs(15);

/// Everything the engine and both faces need to know of the reader's wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The theme asked for, by flag or file; `None` leaves it to the terminal.
    pub theme: Option<String>,
    /// Where themes of the reader's own are looked for.
    pub theme_dirs: Vec<PathBuf>,
    /// How often the environment in focus is read.
    pub refresh: SignedDuration,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Keys remapped, in the order of the file.
    pub keys: Vec<KeyWish>,
    /// Where to look; empty means the current credentials and region.
    pub sources: Vec<Source>,
    /// What is wished of environments.
    pub configured_environments: ConfiguredEnvironments,
    /// How a reader who looks elsewhere is told.
    pub notify: Notify,
    /// The environment to open on, as typed: it may be shortened.
    pub open: Option<String>,
    /// Whether `NO_COLOR` is set.
    pub no_color: bool,
    /// The directory of the execution log of executed edges; the simulated account keeps none.
    pub execution_log: Option<PathBuf>,
    /// The journal's file; the simulated account has one of its own.
    pub journal: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: None,
            theme_dirs: Vec::new(),
            refresh: REFRESH,
            read_only: false,
            keys: Vec::new(),
            sources: Vec::new(),
            configured_environments: ConfiguredEnvironments::default(),
            notify: Notify::default(),
            open: None,
            no_color: false,
            execution_log: None,
            journal: None,
        }
    }
}

/// One line of `[keys]`: a command and the chords that shall mean it. `keys` knows what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyWish {
    /// The command's name.
    pub command: String,
    /// The chords, as written; empty takes the command off the keyboard.
    pub chords: Vec<String>,
    /// The line in the file, for errors.
    pub line: usize,
}

impl Settings {
    /// The sources as the cloud wants them: at least one, each with a label of its own, so that a scope's name tells
    /// whose it is.
    #[must_use]
    pub fn places(&self) -> Sources {
        let mut list = if self.sources.is_empty() { vec![Source::current()] } else { self.sources.clone() };
        let mut taken: BTreeSet<SourceName> = BTreeSet::new();
        for source in &mut list {
            if taken.contains(&source.label)
                && let Some(role) = &source.role_arn
            {
                source.label = SourceName::from(Arn::from(role.as_str()).last());
            }
            let label = source.label.clone();
            let mut number = 2;
            while !taken.insert(source.label.clone()) {
                source.label = SourceName::from(format!("{label}-{number}"));
                number += 1;
            }
        }
        Sources { list }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_sources_the_current_credentials_are_meant() {
        assert_eq!(Settings::default().places(), Sources::default());
    }

    #[test]
    fn every_place_has_a_label_of_its_own() {
        let context = || Source::profile("duty");
        let role = Source { role_arn: Some("arn:aws:iam::123456789012:role/on-duty".to_owned()), ..context() };
        let settings = Settings { sources: vec![context(), role.clone(), role, context()], ..Settings::default() };
        let labels: Vec<_> = settings.places().list.iter().map(|source| source.label.to_string()).collect();
        assert_eq!(labels, ["duty", "on-duty", "on-duty-2", "duty-2"]);
    }
}
