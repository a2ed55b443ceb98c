//! What AWS answered to a change: request ids and facts for the journal. Plain data.
//! Never holds a secret.

use serde::Serialize;

/// What AWS said of a change that it took.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Receipt {
    /// AWS's request ids, in the order of the calls.
    pub request_ids: Vec<String>,
    /// What stands now, in words, where the answer told.
    #[serde(rename = "says")]
    pub message: Option<String>,
    /// What later steps need of the answer: a deployment's id, a new revision's ARN, a command's id.
    pub facts: Vec<(&'static str, String)>,
}

impl Receipt {
    /// The same without one of its facts.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.facts.retain(|(known, _)| *known != name);
        self
    }

    /// A fact of the answer.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}
