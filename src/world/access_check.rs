//! One thing that `doctor` tried, and how it went. Plain data.
//! Never makes a call itself.

use crate::world::Fault;
use serde::Serialize;

/// What a check of the shared AWS files is about.
pub const AWS_FILES: &str = "AWS files";

/// One thing that `doctor` tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// What: an operation as IAM names it (`ecs:ListServices`), or `clock`.
    pub what: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How a thing that `doctor` tried went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It works; with what was learnt, if anything was.
    Fine(Option<String>),
    /// A permission is missing: the fault names it.
    Denied(Fault),
    /// It failed for another reason.
    Failed(Fault),
    /// There was nothing to try it on, or no way to get that far.
    Untried,
}
