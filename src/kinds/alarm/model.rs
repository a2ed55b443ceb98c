//! A CloudWatch alarm. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A metric, composite or log alarm.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alarm {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// What its makers wrote.
    pub description: Option<String>,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`: an open string.
    pub state: String,
    /// StateReason.
    pub reason: Option<String>,
    /// StateReasonData: JSON with the datapoints.
    pub reason_data: Option<String>,
    /// When the *state* began (StateTransitionedTimestamp), else when it was last updated.
    pub since: Option<Timestamp>,
    /// When it was last evaluated to something new.
    pub updated_at: Option<Timestamp>,
    /// Whether anybody is told.
    pub actions_enabled: bool,
    /// What happens on ALARM.
    pub alarm_actions: Vec<Arn>,
    /// What happens on OK.
    pub ok_actions: Vec<Arn>,
    /// The metrics it watches, through metric math too; for a log alarm its log groups; empty for composite alarms.
    pub metrics: Vec<AlarmMetric>,
    /// AlarmRule of a composite alarm.
    pub rule: Option<String>,
    /// `GreaterThanThreshold`, …
    pub comparison: Option<String>,
    /// The threshold.
    pub threshold: Option<f64>,
    /// Seconds.
    pub period: Option<u32>,
    /// How many periods are looked at.
    pub evaluation_periods: Option<u32>,
    /// How many of them must breach.
    pub datapoints_to_alarm: Option<u32>,
    /// How missing data is treated.
    pub missing: Option<String>,
    /// EvaluationState: `PARTIAL_DATA`, `EVALUATION_ERROR`, …
    pub evaluation: Option<String>,
    /// What holds a composite alarm's actions back.
    pub suppressed_by: Option<String>,
}

/// One metric an alarm watches.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AlarmMetric {
    /// Its id in metric math.
    pub id: Option<String>,
    /// `AWS/ECS`, …; `None` for an expression.
    pub namespace: Option<String>,
    /// Metric name.
    pub name: Option<String>,
    /// Which resource.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `p99`, …
    pub statistic: Option<String>,
    /// Metric math.
    pub expression: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// The account it is measured in, where that is not the alarm's own: what its dimensions name is not ours then.
    pub account: Option<String>,
}

impl Resource for Alarm {
    const KIND: KindName = KindName("alarm");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.state, &self.actions_enabled).hash(into);
    }
}
