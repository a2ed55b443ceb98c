//! What is kept of one database, summed up from its snapshots. Our own type for it.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// The snapshots of one database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DbBackup {
    /// `db:NAME` or `cluster:NAME`; with the region in front where they are copies from another one.
    pub key: String,
    /// The database's identifier.
    pub name: String,
    /// Whether it is a cluster.
    pub cluster: bool,
    /// The region these are copies from; `None` for those of a database of this region.
    pub from: Option<String>,
    /// When the newest automatic one was made.
    pub automatic_at: Option<Timestamp>,
    /// How many automatic ones there are.
    pub automatic: u32,
    /// When the newest other one was made: by hand, by AWS Backup, by copying.
    pub manual_at: Option<Timestamp>,
    /// How many others there are.
    pub manual: u32,
    /// When the oldest of all was made.
    pub oldest_at: Option<Timestamp>,
    /// Those that are not there yet or failed, with their status.
    pub unfinished: Vec<(String, String)>,
}

impl DbBackup {
    /// That of a database of which there is none.
    #[must_use]
    pub fn none(name: &str, cluster: bool, from: Option<&str>) -> Self {
        let kind = if cluster { "cluster" } else { "db" };
        let place = from.map(|from| format!("{from}/")).unwrap_or_default();
        Self {
            key: format!("{place}{kind}:{name}"),
            name: name.to_owned(),
            cluster,
            from: from.map(str::to_owned),
            automatic_at: None,
            automatic: 0,
            manual_at: None,
            manual: 0,
            oldest_at: None,
            unfinished: Vec::new(),
        }
    }

    /// When the newest of all was made.
    #[must_use]
    pub fn newest_at(&self) -> Option<Timestamp> {
        self.automatic_at.max(self.manual_at)
    }

    /// Counts one more snapshot in.
    pub fn add(&mut self, (id, status, automatic): (&str, &str, bool), at: Option<Timestamp>) {
        if status != "available" {
            self.unfinished.push((id.to_owned(), status.to_owned()));
            return;
        }
        let (count, newest) = if automatic {
            (&mut self.automatic, &mut self.automatic_at)
        } else {
            (&mut self.manual, &mut self.manual_at)
        };
        *count += 1;
        *newest = (*newest).max(at);
        self.oldest_at = match (self.oldest_at, at) {
            (Some(oldest), Some(at)) => Some(oldest.min(at)),
            (oldest, at) => oldest.or(at),
        };
    }
}

impl Resource for DbBackup {
    const KIND: KindName = KindName("db-backup");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (self.automatic, self.manual, &self.unfinished).hash(into);
    }
}
