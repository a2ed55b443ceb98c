//! A role and its trust policy, and whether EventBridge Scheduler may take it for the schedules of one group.
//! Judged from the policy's text alone; no SDK type, no call. A condition nobody here knows is said, never guessed.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::like;
use crate::world::{Arn, KindName, Resource};

/// Who takes the role when a schedule fires.
const SERVICE: &str = "scheduler.amazonaws.com";

/// A role, and who may take it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SchedulerRole {
    /// Its ARN.
    pub arn: Arn,
    /// Its trust policy.
    pub trust: Value,
}

impl SchedulerRole {
    /// Why Scheduler may not take the role for a schedule in `group` (the group's ARN); `None` where it may. AWS asks a
    /// trust policy for the *group's* ARN in `aws:SourceArn`, not the schedule's.
    #[must_use]
    pub fn refuses(&self, group: &Arn) -> Option<String> {
        let statements = to_json(self.trust.get("Statement"));
        let mut trusting = statements.iter().filter(|one| trusts(one)).peekable();
        if trusting.peek().is_none() {
            return Some(format!("its trust policy does not let {SERVICE} assume it"));
        }
        let mut why = None;
        for statement in trusting {
            match hindrance(statement, group) {
                None => return None,
                Some(message) => why = why.or(Some(message)),
            }
        }
        why
    }
}

/// Whether a statement lets Scheduler assume the role, its conditions aside.
fn trusts(statement: &Value) -> bool {
    // Of all that stands in a policy, the names of actions and of condition keys are in whatever case.
    let acts = |word: &&str| ["sts:AssumeRole", "sts:*", "*"].iter().any(|it| it.eq_ignore_ascii_case(word));
    let services = words(statement.pointer("/Principal/Service"));
    words(statement.get("Effect")) == ["Allow"]
        && words(statement.get("Action")).iter().any(acts)
        && services.contains(&SERVICE)
}

/// The condition that keeps schedules of `group` out.
fn hindrance(statement: &Value, group: &Arn) -> Option<String> {
    let operators = statement.get("Condition").and_then(Value::as_object)?;
    for (operator, keys) in operators {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            let seen = match key.to_ascii_lowercase().as_str() {
                "aws:sourceaccount" => group.account().unwrap_or_default(),
                "aws:sourcearn" => group.as_str(),
                _ => return Some(format!("its trust policy has the condition {key}, which toban cannot judge")),
            };
            let wanted = words(Some(wanted));
            let fits = match operator.as_str() {
                "StringEquals" => wanted.contains(&seen),
                // For ARNs, AWS takes patterns with either.
                "StringEqualsIgnoreCase" => wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(seen)),
                "StringLike" => wanted.iter().any(|pattern| like(pattern, seen)),
                "ArnLike" | "ArnEquals" => wanted.iter().any(|pattern| arn_like(pattern, seen)),
                _ => return Some(format!("its trust policy has the condition {operator}, which toban cannot judge")),
            };
            if !fits {
                return Some(format!("its trust policy requires {key} {}, but here it is {seen}", wanted.join(" or ")));
            }
        }
    }
    None
}

/// Whether an ARN fits a pattern: each of its six parts for itself, so that a star never reaches over a colon but in
/// the last. (The reference of IAM's condition operators; of a pattern with fewer parts it says nothing, and such a
/// one is not held against a role.)
fn arn_like(pattern: &str, arn: &str) -> bool {
    let parts = |text: &'_ str| text.splitn(6, ':').map(str::to_owned).collect::<Vec<_>>();
    let (wanted, arn_parts) = (parts(pattern), parts(arn));
    if wanted.len() < 6 {
        return like(pattern, arn);
    }
    wanted.len() == arn_parts.len() && wanted.iter().zip(&arn_parts).all(|(pattern, part)| like(pattern, part))
}

/// A policy writes one thing as itself and several as a list.
fn to_json(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(several)) => several.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn words(value: Option<&Value>) -> Vec<&str> {
    to_json(value).into_iter().filter_map(Value::as_str).collect()
}

impl Resource for SchedulerRole {
    const KIND: KindName = KindName("scheduler-role");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.trust.to_string().hash(into);
    }
}
