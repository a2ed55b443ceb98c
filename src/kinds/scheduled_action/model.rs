//! A scheduled action of Application Auto Scaling. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::Bounds;
use crate::schedule::drift::Stored;
use crate::schedule::stored::scheduled_actions;
use crate::world::{KindName, Resource};

/// An action on an ECS service's count: at a time, new bounds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// ScheduledActionARN: names are only unique within a resource.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// ResourceId: `service/CLUSTER/SERVICE`.
    pub resource: String,
    /// Schedule: `cron(…)`, `at(…)` or `rate(…)`.
    pub expression: String,
    /// Timezone; UTC where none is set.
    pub timezone: Option<String>,
    /// StartTime: it does nothing before this.
    pub start: Option<Timestamp>,
    /// EndTime: it does nothing from this on.
    pub end: Option<Timestamp>,
    /// MinCapacity it sets, if it sets one.
    pub min: Option<u32>,
    /// MaxCapacity it sets, if it sets one.
    pub max: Option<u32>,
}

impl ScheduledAction {
    /// What it sets, where it sets both.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        let (min, max) = self.min.zip(self.max)?;
        Some(Bounds { min, max })
    }

    /// As the comparison with what was computed wants it. One with an end is not on for ever, as ours are.
    #[must_use]
    pub fn stored(&self) -> Stored {
        let word = |what: &str, number: Option<u32>| number.map(|number| format!("{what}={number}"));
        let parts = self
            .bounds()
            .map(scheduled_actions::words)
            .or_else(|| word("min", self.min))
            .or_else(|| word("max", self.max));
        Stored {
            name: self.name.clone(),
            expression: self.expression.clone(),
            timezone: self.timezone.clone(),
            enabled: self.end.is_none(),
            start_date: self.start,
            target: self.resource.clone(),
            input: parts.unwrap_or_default(),
        }
    }
}

impl Resource for ScheduledAction {
    const KIND: KindName = KindName("scheduled-action");

    fn key(&self) -> &str {
        &self.arn
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.expression, self.min, self.max).hash(into);
    }
}
