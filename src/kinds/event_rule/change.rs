//! What may be done to a rule of others: switch it off, switch it on again. The calls need the gate's pass. Safe to run
//! twice: AWS takes either for a rule that is so already. Never makes, edits or deletes one.

use futures_util::future::BoxFuture;
use serde_json::json;

use super::model::Rule;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::stored::tags;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope};

const TAG: &str = "events:TagResource";
const UNTAG: &str = "events:UntagResource";
/// The tags that a rule which is held back may wear.
pub const MARKS: [&str; 2] = [tags::OVERRIDE, tags::HOLD];

/// Switches one rule of the default bus on or off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Switch {
    /// The environment it stops or starts.
    pub environment: EnvironmentName,
    /// The rule.
    pub on: ResourceId,
    /// Its name.
    pub name: String,
    /// Whether it shall fire.
    pub enable: bool,
    /// What is written on it of that.
    pub mark: Mark,
}

/// What becomes of the tags that tell whose override or hold has switched a rule off, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mark {
    /// They stay as they are.
    Keep,
    /// These are written, before the rule is switched: whoever finds the rule off finds the reason.
    Write(Vec<(&'static str, String)>),
    /// They are taken away, once the rule is switched.
    Take,
}

impl Switch {
    /// That for `rule`, which is in `scope`.
    #[must_use]
    pub fn of(rule: &Rule, scope: &Scope, environment: &EnvironmentName, enable: bool) -> Self {
        let on = ResourceId { kind: Rule::KIND, scope: scope.clone(), key: rule.key().into() };
        Self { environment: environment.clone(), on, name: rule.name.clone(), enable, mark: Mark::Keep }
    }

    /// The same, marking it.
    #[must_use]
    pub fn marking(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }

    const fn action(&self) -> &'static str {
        if self.enable { "EnableRule" } else { "DisableRule" }
    }

    const fn operation(&self) -> &'static str {
        if self.enable { "events:EnableRule" } else { "events:DisableRule" }
    }
}

impl Change for Switch {
    fn plan(&self) -> Plan {
        let does = if self.enable { "enable" } else { "disable" };
        let mut calls = vec![format!("{} {}", self.operation(), self.name)];
        match &self.mark {
            Mark::Keep => {}
            Mark::Write(words) => {
                let words: Vec<String> = words.iter().map(|(key, value)| format!("{key}={value}")).collect();
                calls.insert(0, format!("{TAG} {} {}", self.name, words.join(" ")));
            }
            Mark::Take => calls.push(format!("{UNTAG} {} no {}", self.name, MARKS.join(", no "))),
        }
        Plan::new(format!("{does} the rule {}", self.name), self.environment.clone(), self.on.clone(), calls)
    }

    fn change_request(&self) -> ChangeRequest {
        let verb = if self.enable { "enable-rule" } else { "disable-rule" };
        let mut arguments = vec![("name", self.name.clone())];
        match &self.mark {
            Mark::Keep => {}
            Mark::Write(words) => arguments.extend(words.iter().cloned()),
            Mark::Take => arguments.push(("mark", String::new())),
        }
        ChangeRequest { verb, on: self.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let (name, arn) = (Some(&*self.name), &*self.on.key);
            if let Mark::Write(words) = &self.mark {
                let words: Vec<_> = words.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
                let tags = json!({ "ResourceARN": arn, "Tags": words });
                aws.call(TAG, name, aws.events.call("TagResource", tags)).await?;
            }
            let sent = aws.events.call(self.action(), json!({ "Name": self.name }));
            let (message, request_id) = match aws.call(self.operation(), name, sent).await {
                Ok(answer) => (if self.enable { "is enabled" } else { "is disabled" }, answer.request_id),
                // A rule that is gone fires as little as one that is switched off.
                Err(fault) if !self.enable && is_gone(&fault) => ("is gone already", None),
                Err(fault) => return Err(fault),
            };
            if self.mark == Mark::Take {
                let tags = json!({ "ResourceARN": arn, "TagKeys": MARKS });
                // It is as it should be, whatever it wears; a mark on a rule that fires means nothing.
                if let Err(fault) = aws.call(UNTAG, name, aws.events.call("UntagResource", tags)).await {
                    tracing::warn!(%fault, "a rule keeps the mark of an override that is over");
                }
            }
            let message = Some(format!("the rule {} {message}", self.name));
            Ok(Receipt { request_ids: request_id.into_iter().collect(), message, facts: Vec::new() })
        })
    }
}

fn is_gone(fault: &Fault) -> bool {
    fault.kind == FaultKind::Gone || fault.code.as_deref() == Some("ResourceNotFoundException")
}
