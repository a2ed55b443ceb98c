//! A schedule group and what it holds. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::drift::Stored;
use crate::world::{Arn, KindName, Resource};

/// A schedule group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its ARN, as far as it was told.
    pub arn: Option<Arn>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its schedules.
    pub schedules: Vec<Held>,
}

/// One schedule as the server holds it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// Its name.
    pub name: String,
    /// ScheduleExpression.
    pub expression: String,
    /// ScheduleExpressionTimezone.
    pub timezone: Option<String>,
    /// State is ENABLED.
    pub enabled: bool,
    /// StartDate.
    pub start_date: Option<Timestamp>,
    /// ARN of its target.
    pub target: String,
    /// Input of its target.
    pub input: String,
    /// The role it acts by.
    pub role: String,
    /// MaximumRetryAttempts; AWS's own 185 where none is set.
    pub attempts: Option<u32>,
    /// MaximumEventAgeInSeconds; AWS's own day where none is set.
    pub max_age: Option<u32>,
    /// Queue for what failed for good.
    pub dead_letter: Option<String>,
}

impl Held {
    /// As the comparison with what was computed wants it.
    #[must_use]
    pub fn stored(&self) -> Stored {
        Stored {
            name: self.name.clone(),
            expression: self.expression.clone(),
            timezone: self.timezone.clone(),
            enabled: self.enabled,
            start_date: self.start_date,
            target: self.target.clone(),
            input: self.input.clone(),
        }
    }
}

impl Resource for Group {
    const KIND: KindName = KindName("schedule-group");

    fn key(&self) -> &str {
        &self.name
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.schedules.len().hash(into);
    }
}
