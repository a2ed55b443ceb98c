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

/// The label of what a PromQL alarm watches.
pub(super) const PROMQL: &str = "PromQL";

/// What sort of alarm one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlarmType {
    /// On a metric, or an expression of several.
    Metric,
    /// On a query over many series: Metrics Insights.
    Query,
    /// On a PromQL query.
    PromQl,
    /// On lines of logs.
    Log,
    /// On other alarms.
    Composite,
}

impl AlarmType {
    /// Its word in JSON and on its page.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Query => "query",
            Self::PromQl => "promql",
            Self::Log => "log",
            Self::Composite => "composite",
        }
    }
}

impl Alarm {
    /// What sort it is.
    #[must_use]
    pub fn sort(&self) -> AlarmType {
        let select = |query: &str| query.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"));
        let query = |metric: &AlarmMetric| metric.expression.as_deref().is_some_and(select);
        match self.metrics.as_slice() {
            _ if self.rule.is_some() => AlarmType::Composite,
            [one, ..] if one.label.as_deref() == Some(PROMQL) && one.namespace.is_none() => AlarmType::PromQl,
            [one, ..] if one.name.is_none() && one.dimensions.iter().any(|(name, _)| name == "LogGroupName") => {
                AlarmType::Log
            }
            metrics if metrics.iter().any(query) => AlarmType::Query,
            _ => AlarmType::Metric,
        }
    }

    /// Whether one query of it may be about many things, of which some breach and some do not.
    #[must_use]
    pub fn watches_many(&self) -> bool {
        matches!(self.sort(), AlarmType::Query | AlarmType::PromQl | AlarmType::Log)
    }
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
