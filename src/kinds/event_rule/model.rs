//! A rule that fires by the clock. Our own type for it: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::schedule::stored::target_effect::Target;
use crate::world::{Arn, KindName, Resource};

/// A rule of the default event bus with a schedule: no other bus takes one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// ScheduleExpression, in UTC as those of rules always are.
    pub expression: String,
    /// Whether it fires.
    pub enabled: bool,
    /// What its makers wrote.
    pub about: Option<String>,
    /// The service of AWS that made it for somebody and keeps it, if one did.
    pub managed_by: Option<String>,
    /// Whether it waits for events besides: it has a pattern.
    pub waits: bool,
    /// What it calls.
    pub targets: Vec<Target>,
    /// Whether those are all, as they are now.
    pub whole: bool,
}

impl Resource for Rule {
    const KIND: KindName = KindName("event-rule");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.expression, self.enabled).hash(into);
    }
}
