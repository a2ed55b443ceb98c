//! A mute rule of CloudWatch. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A rule that mutes alarms now or later. Alarms it mutes still change their state; their actions are not taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MuteRule {
    /// Its ARN.
    pub arn: Arn,
    /// Its name, unique in account and region.
    pub name: String,
    /// `ACTIVE` while it mutes, `SCHEDULED` before; others were not asked for.
    pub status: String,
    /// The names of the alarms it mutes, a hundred at most.
    pub alarms: Vec<String>,
    /// When it mutes; `None` for one that comes again and again, whose hours AWS's status alone tells.
    pub window: Option<Window>,
}

/// When a rule mutes that does so but once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Window {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl MuteRule {
    /// Whether it mutes at `now`. The hours of a single window are believed before a status read minutes ago.
    #[must_use]
    pub fn mutes(&self, now: Timestamp) -> bool {
        self.window.map_or(self.status == "ACTIVE", |window| (window.from..window.until).contains(&now))
    }

    /// Whether it is still to begin.
    #[must_use]
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.window.is_some_and(|window| now < window.from)
    }
}

impl Resource for MuteRule {
    const KIND: KindName = KindName("mute-rule");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.alarms, self.window.map(|window| window.until)).hash(into);
    }
}
