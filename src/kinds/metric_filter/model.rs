//! A metric filter of a log group. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::DefaultHasher;

use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// What turns log lines into a metric: leads from an alarm to its log group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MetricFilter {
    /// `log group:filter name`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its log group.
    pub log_group: String,
    /// Its pattern.
    pub pattern: Option<String>,
    /// Namespace and name of the metrics it makes.
    pub metrics: Vec<(String, String)>,
}

impl Resource for MetricFilter {
    const KIND: KindName = KindName("metric-filter");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
