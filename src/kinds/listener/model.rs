//! The listeners of a load balancer with their rules. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::DefaultHasher;

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// All listeners of one load balancer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ListenerSet {
    /// Whose.
    pub load_balancer: Arn,
    /// They, by port.
    pub listeners: Vec<Listener>,
}

/// A listener.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: Arn,
    /// Its port.
    pub port: Option<u32>,
    /// `HTTP`, `HTTPS`, `TCP`, …
    pub protocol: Option<String>,
    /// Its rules in order, the default last.
    pub rules: Vec<Rule>,
}

/// A listener rule.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Its ARN.
    pub arn: Arn,
    /// A number, or `default`.
    pub priority: String,
    /// In words: `path /api/*`, `host example.jp`.
    pub conditions: Vec<String>,
    /// In words: `forward`, `redirect to HTTPS:443`, `answer 503`.
    pub action: String,
    /// Where it forwards to.
    pub target_groups: Vec<Arn>,
    /// The same with weights.
    pub weights: Vec<WeightedGroup>,
}

/// A target group that a rule forwards to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Hash)]
pub struct WeightedGroup {
    /// It.
    pub group: Arn,
    /// Its weight among the others of the rule, 0 to 999; the only one has 1 where none is told.
    pub weight: u32,
}

/// The weights of one rule, read by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Hash)]
pub struct RuleWeights {
    /// The rule; a listener's ARN stands for its default action.
    pub rule: Arn,
    /// Where it forwards to.
    pub groups: Vec<WeightedGroup>,
}

impl Resource for ListenerSet {
    const KIND: KindName = KindName("listener");

    fn key(&self) -> &str {
        self.load_balancer.as_str()
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
