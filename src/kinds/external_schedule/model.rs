//! A schedule that somebody else made. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::stored::target_effect::Target;
use crate::world::{KindName, Resource};

/// A schedule outside our groups.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForeignSchedule {
    /// Its group and name: `default/nightly-stop`.
    pub name: String,
    /// ScheduleExpression.
    pub expression: String,
    /// ScheduleExpressionTimezone; UTC where none is set.
    pub timezone: Option<String>,
    /// Whether it fires.
    pub enabled: bool,
    /// It does not fire before this.
    pub start_date: Option<Timestamp>,
    /// It does not fire after this.
    pub end_date: Option<Timestamp>,
    /// What it calls.
    pub target: Target,
    /// When it was last changed: it is not asked about again until that moves.
    pub changed_at: Option<Timestamp>,
}

impl Resource for ForeignSchedule {
    const KIND: KindName = KindName("foreign-schedule");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.expression, self.enabled).hash(into);
    }
}
