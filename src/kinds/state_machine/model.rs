//! A state machine and its executions. Our own types for them: what is kept of AWS's answers, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// A state machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StateMachine {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `STANDARD` or `EXPRESS`; executions of the second are told by logs only.
    pub kind: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Its latest executions, newest first.
    pub executions: Vec<Execution>,
}

/// One execution.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Execution {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`, `PENDING_REDRIVE`.
    pub status: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub stopped_at: Option<Timestamp>,
    /// Why it failed, where that was asked for.
    pub why: Option<String>,
}

impl Resource for StateMachine {
    const KIND: KindName = KindName("state-machine");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        for one in &self.executions {
            (&one.name, &one.status).hash(into);
        }
    }
}
