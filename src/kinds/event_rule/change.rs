//! What may be done to a rule of others: switch it off, switch it on again. The calls need the gate's pass. Safe to run
//! twice: AWS takes either for a rule that is so already. Never makes, edits or deletes one.

use serde_json::json;

use super::model::Rule;
use crate::app::gate::{Change, Deed, Pass, Plan};
use crate::aws::Clients;
use crate::cloud::Receipt;
use crate::kinds::Boxed;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope};

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
}

impl Switch {
    /// That for `rule`, which is in `scope`.
    #[must_use]
    pub fn of(rule: &Rule, scope: &Scope, environment: &EnvironmentName, enable: bool) -> Self {
        let on = ResourceId { kind: Rule::KIND, scope: scope.clone(), key: rule.key().into() };
        Self { environment: environment.clone(), on, name: rule.name.clone(), enable }
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
        let call = format!("{} {}", self.operation(), self.name);
        Plan::new(format!("{does} the rule {}", self.name), self.environment.clone(), self.on.clone(), vec![call])
    }

    fn deed(&self) -> Deed {
        let verb = if self.enable { "enable-rule" } else { "disable-rule" };
        Deed { verb, on: self.on.clone(), arguments: vec![("name", self.name.clone())] }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> Boxed<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let sent = aws.events.call(self.action(), json!({ "Name": self.name }));
            let (says, request_id) = match aws.call(self.operation(), Some(&self.name), sent).await {
                Ok(answer) => (if self.enable { "is enabled" } else { "is disabled" }, answer.request_id),
                // A rule that is gone fires as little as one that is switched off.
                Err(fault) if !self.enable && is_gone(&fault) => ("is gone already", None),
                Err(fault) => return Err(fault),
            };
            let says = Some(format!("the rule {} {says}", self.name));
            Ok(Receipt { request_ids: request_id.into_iter().collect(), says, facts: Vec::new() })
        })
    }
}

fn is_gone(fault: &Fault) -> bool {
    fault.kind == FaultKind::Gone || fault.code.as_deref() == Some("ResourceNotFoundException")
}
