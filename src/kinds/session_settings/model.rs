//! An account's preferences for sessions, and a log group they write to. Our own types: what is kept of AWS's answer,
//! in our words. Plain data; no SDK type, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Part, Resource};

/// The part that is the account's preferences.
pub const PREFERENCES: &str = "session-preferences";
/// How the parts begin that are log groups.
const GROUP: &str = "session-log-group:";

/// The part that is this log group.
#[must_use]
pub fn group_part(name: &str) -> Part {
    format!("{GROUP}{name}").into()
}

/// The log group that `part` is.
#[must_use]
pub(super) fn group_of(part: &str) -> Option<&str> {
    part.strip_prefix(GROUP)
}

/// What the document `SSM-SessionManagerRunShell` says. Without one all is as AWS begins with: nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Preferences {
    /// The KMS key that encrypts shells and commands.
    pub key: Option<String>,
    /// The log group that shells are logged to.
    pub log_group: Option<String>,
    /// Whether shells are refused while that group is not encrypted.
    pub wants_encrypted_group: bool,
    /// The bucket that shells are logged to.
    pub bucket: Option<String>,
    /// Whether shells are refused while that bucket is not encrypted.
    pub wants_encrypted_bucket: bool,
    /// After how many idle minutes a session ends; AWS's 20 unless told.
    pub idle_minutes: Option<String>,
    /// After how many minutes any session ends.
    pub most_minutes: Option<String>,
}

/// A log group, as far as sessions care.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Group {
    /// It is not there.
    Missing,
    /// It is not encrypted by a KMS key.
    Plain,
    /// It is.
    Encrypted,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Settings {
    /// The account's preferences.
    Preferences(Preferences),
    /// A log group.
    Group(Group),
    /// It could not be read: why.
    Unread(String),
}

/// A part of the settings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SessionSettings {
    /// Which part.
    pub part: String,
    /// What it holds.
    pub settings: Settings,
}

impl Resource for SessionSettings {
    const KIND: KindName = KindName("session-settings");

    fn key(&self) -> &str {
        &self.part
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.settings.hash(into);
    }
}
