//! The question for a page of log lines, and the page. Our own types for them.
//! Plain data; secrets are masked where lines are read.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Part, ReadRequest, Resource, Scope};

/// A question for lines.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogRequest {
    /// Events of a log group: `logs:FilterLogEvents`.
    Events(EventsRequest),
    /// The log files of a database instance that were written to since then (milliseconds): `rds:DescribeDBLogFiles`.
    Files {
        /// Its identifier.
        instance: String,
        /// Since when, in milliseconds of the Unix epoch.
        since: i64,
    },
    /// Lines of one of them: `rds:DownloadDBLogFilePortion`.
    File(FileRequest),
}

/// Which events of a group.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct EventsRequest {
    /// The group's name.
    pub group: String,
    /// Which of its streams.
    pub streams: Streams,
    /// From this millisecond of the Unix epoch on.
    pub from: i64,
    /// Before this one.
    pub to: Option<i64>,
    /// What AWS looks for, in its own pattern syntax.
    pub pattern: Option<String>,
    /// The page, as the page before named it.
    pub token: Option<String>,
}

/// Which streams of a group.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Streams {
    /// Every one.
    All,
    /// Those whose names begin so.
    Prefix(String),
    /// These; AWS takes at most a hundred.
    Names(Vec<String>),
}

impl Streams {
    /// Whether a stream of that name is meant.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
            Self::Names(names) => names.iter().any(|one| one == name),
        }
    }
}

/// Which lines of a database's log file.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct FileRequest {
    /// The instance.
    pub instance: String,
    /// The file.
    pub file: String,
    /// Where the portion before ended; without it the file's last lines.
    pub marker: Option<String>,
    /// Lines without a time of their own, before any that has one, are as old as this (milliseconds).
    pub at: i64,
}

impl LogRequest {
    /// The part that the answer is read as.
    #[must_use]
    pub fn part(&self) -> Part {
        // Strings, numbers and enums of them: nothing in it that JSON could not hold.
        Part::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// The question that a part stands for; `None` for parts of other kinds.
    #[must_use]
    pub fn of(part: &str) -> Option<Self> {
        serde_json::from_str(part).ok()
    }

    /// The same as something to be read in a scope.
    #[must_use]
    pub fn in_scope(&self, scope: &Scope) -> ReadRequest {
        ReadRequest::part(scope, LogPage::KIND, &self.part())
    }
}

/// A page of lines.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LogPage {
    /// Its [`LogRequest`], as a part.
    pub key: String,
    /// Its lines, in the order that AWS gave.
    pub events: Vec<LogEvent>,
    /// Where the next page begins, if there is one; for a file, where its next lines will be.
    pub next: Option<String>,
    /// Whether more can be had at once.
    pub more: bool,
    /// The log files that were asked for.
    pub files: Vec<DbLogFile>,
}

/// A line of a log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogEvent {
    /// What tells it from every other, however often it is read.
    pub id: u64,
    /// When, in milliseconds of the Unix epoch.
    pub at: i64,
    /// When AWS took it in.
    pub ingested: Option<i64>,
    /// Its stream, or its file.
    pub stream: Arc<str>,
    /// What it says, secrets masked.
    pub message: String,
}

impl LogEvent {
    /// The id of the event that AWS calls `event`, or of the line with that number in a stream.
    #[must_use]
    pub fn id_of(place: &str, at: i64, event: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (place, at, event).hash(&mut hasher);
        hasher.finish()
    }
}

/// A log file of a database instance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DbLogFile {
    /// Its name: `error/postgresql.log.2026-11-30-14`.
    pub name: String,
    /// When it was last written to, in milliseconds of the Unix epoch.
    pub written: i64,
    /// Its bytes.
    pub size: u64,
}

impl Resource for LogPage {
    const KIND: KindName = KindName("log-page");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.events.len().hash(into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_part_it_is_read_as() {
        let question = LogRequest::Events(EventsRequest {
            group: "/ecs/本番:a,b".to_owned(),
            streams: Streams::Names(vec!["ecs/app/0\"1".to_owned()]),
            from: 1,
            to: None,
            pattern: Some("?ERROR ?\"timed out\"".to_owned()),
            token: None,
        });
        assert_eq!(LogRequest::of(&question.part()), Some(question));
        assert_eq!(LogRequest::of("arn:aws:lambda:ap-northeast-1:1:function:x"), None);
        assert_eq!(LogRequest::of(""), None);
    }
}
