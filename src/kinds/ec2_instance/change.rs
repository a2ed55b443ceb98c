//! Starts and stops an EC2 instance: ec2:StartInstances, ec2:StopInstances; `reboot` reboots one. Nothing else of the kind
//! changes anything, and all of it needs the gate's pass. EC2 itself takes a call for what is so already as done.

pub(crate) mod reboot;

use super::model::Instance;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::PowerAction;
use crate::schedule::transition::sleep_wake_order::StageAction;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};
use futures_util::future::BoxFuture;

/// The IAM actions it takes.
pub(super) const ACTIONS: &[&str] = &["ec2:StartInstances", "ec2:StopInstances", reboot::REBOOT];

/// Starting or stopping one.
struct SwitchInstance {
    verb: PowerAction,
    name: String,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(
    item: &Instance,
    act: StageAction,
    environment: &EnvironmentName,
    scope: &Scope,
) -> Option<Box<dyn Change>> {
    let verb = match act {
        StageAction::Start => PowerAction::Start,
        StageAction::Stop => PowerAction::Stop,
        StageAction::Remember(_) | StageAction::Bounds(_) | StageAction::Count(_) | StageAction::Forget => return None,
    };
    let name = item.name.clone().unwrap_or_else(|| item.id.clone());
    Some(Box::new(SwitchInstance { verb, name, on: item.id(scope), environment: environment.clone() }))
}

impl SwitchInstance {
    const fn action(&self) -> &'static str {
        match self.verb {
            PowerAction::Stop => "StopInstances",
            PowerAction::Start => "StartInstances",
        }
    }
}

impl Change for SwitchInstance {
    fn plan(&self) -> Plan {
        let message = format!("{} instance {}", self.verb.word(), self.name);
        let calls = vec![format!("ec2:{} {}", self.action(), self.on.key)];
        Plan::new(message, self.environment.clone(), self.on.clone(), calls)
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: self.verb.word(), on: self.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let parameters = vec![("InstanceId.1".to_owned(), self.on.key.to_string())];
            let operation = format!("ec2:{}", self.action());
            let sent = aws.ec2.call(self.action(), parameters);
            let xml = aws.call(&operation, Some(&self.on.key), sent).await?;
            let doing = if self.verb == PowerAction::Stop { "stopping" } else { "starting" };
            Ok(Receipt {
                request_ids: request_id(&xml).into_iter().collect(),
                message: Some(format!("{} is {doing}", self.name)),
                facts: Vec::new(),
            })
        })
    }
}

/// AWS's request id, as its answer tells it.
fn request_id(xml: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let node = document.descendants().find(|node| node.tag_name().name() == "requestId")?;
    node.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Query, Script};
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{instance, now, scope};
    use crate::world::FaultKind;

    async fn act(act: StageAction, script: &Script) -> Result<Receipt, Fault> {
        let aws = Clients { ec2: Query::ec2_by(script), ..Clients::silent() };
        let change = of(&instance(), act, &"city-dev".into(), &scope()).expect("it starts and stops");
        let at = GateContext::seen_at(now());
        let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
        approved.perform(&aws).await
    }

    #[tokio::test]
    async fn one_instance_is_named_in_the_call_and_the_request_id_comes_back() {
        let answer = "<StopInstancesResponse><requestId>r-1</requestId></StopInstancesResponse>";
        let script = Script::new([(200, answer), (200, "<StartInstancesResponse/>")]);
        assert_eq!(act(StageAction::Stop, &script).await.map(|got| got.request_ids), Ok(vec!["r-1".to_owned()]));
        assert_eq!(act(StageAction::Start, &script).await.map(|got| got.request_ids), Ok(Vec::new()));
        let sent = script.sent();
        assert!(sent[0].body.starts_with("Action=StopInstances&"), "{}", sent[0].body);
        assert!(sent[0].body.ends_with(&format!("&InstanceId.1={}", instance().id)), "{}", sent[0].body);
        assert!(sent[1].body.starts_with("Action=StartInstances&"), "{}", sent[1].body);
    }

    #[tokio::test]
    async fn a_refusal_comes_back_with_its_code() {
        let no = "<Response><Errors><Error><Code>OperationNotPermitted</Code><Message>disableApiStop</Message></Error>\
                  </Errors></Response>";
        let script = Script::new([(400, no)]);
        let fault = act(StageAction::Stop, &script).await.expect_err("it is protected");
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("OperationNotPermitted")));
        assert!(of(&instance(), StageAction::Forget, &"city-dev".into(), &scope()).is_none());
    }
}
