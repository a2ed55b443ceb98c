//! Starts and stops an EC2 instance: ec2:StartInstances, ec2:StopInstances. The only file of the kind that changes
//! anything, and it needs the gate's pass. EC2 itself takes a call for what is so already as done.

use super::model::Instance;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{Deed, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::Verb;
use crate::schedule::transition::stage_plan::Act;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};
use futures_util::future::BoxFuture;

/// The IAM actions it takes.
pub(super) const ACTIONS: &[&str] = &["ec2:StartInstances", "ec2:StopInstances"];

/// Starting or stopping one.
struct Turn {
    verb: Verb,
    name: String,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(item: &Instance, act: Act, environment: &EnvironmentName, scope: &Scope) -> Option<Box<dyn Change>> {
    let verb = match act {
        Act::Start => Verb::Start,
        Act::Stop => Verb::Stop,
        Act::Remember(_) | Act::Bounds(_) | Act::Count(_) | Act::Forget => return None,
    };
    let name = item.name.clone().unwrap_or_else(|| item.id.clone());
    Some(Box::new(Turn { verb, name, on: item.id(scope), environment: environment.clone() }))
}

impl Turn {
    const fn action(&self) -> &'static str {
        match self.verb {
            Verb::Stop => "StopInstances",
            Verb::Start => "StartInstances",
        }
    }
}

impl Change for Turn {
    fn plan(&self) -> Plan {
        let says = format!("{} instance {}", self.verb.word(), self.name);
        let calls = vec![format!("ec2:{} {}", self.action(), self.on.key)];
        Plan::new(says, self.environment.clone(), self.on.clone(), calls)
    }

    fn deed(&self) -> Deed {
        Deed { verb: self.verb.word(), on: self.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let parameters = vec![("InstanceId.1".to_owned(), self.on.key.to_string())];
            let operation = format!("ec2:{}", self.action());
            let sent = aws.ec2.call(self.action(), parameters);
            let xml = aws.call(&operation, Some(&self.on.key), sent).await?;
            let document = roxmltree::Document::parse(&xml).ok();
            let id = document.as_ref().and_then(|document| {
                document.descendants().find(|node| node.tag_name().name() == "requestId").and_then(|node| node.text())
            });
            let doing = if self.verb == Verb::Stop { "stopping" } else { "starting" };
            Ok(Receipt {
                request_ids: id.map(str::to_owned).into_iter().collect(),
                says: Some(format!("{} is {doing}", self.name)),
                facts: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Query, Script};
    use crate::change::gate::{Answer, Circumstances, Gate};
    use crate::kinds::testing_samples::{instance, now, scope};
    use crate::world::FaultKind;

    async fn act(act: Act, script: &Script) -> Result<Receipt, Fault> {
        let aws = Clients { ec2: Query::ec2_by(script), ..Clients::silent() };
        let change = of(&instance(), act, &"city-dev".into(), &scope()).expect("it starts and stops");
        let at = Circumstances::seen_at(now());
        let approved = Gate::default().approve(change, &Answer::Yes, None, &at).expect("nothing hinders it");
        approved.perform(&aws).await
    }

    #[tokio::test]
    async fn one_instance_is_named_in_the_call_and_the_request_id_comes_back() {
        let answer = "<StopInstancesResponse><requestId>r-1</requestId></StopInstancesResponse>";
        let script = Script::new([(200, answer), (200, "<StartInstancesResponse/>")]);
        assert_eq!(act(Act::Stop, &script).await.map(|got| got.request_ids), Ok(vec!["r-1".to_owned()]));
        assert_eq!(act(Act::Start, &script).await.map(|got| got.request_ids), Ok(Vec::new()));
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
        let fault = act(Act::Stop, &script).await.expect_err("it is protected");
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("OperationNotPermitted")));
        assert!(of(&instance(), Act::Forget, &"city-dev".into(), &scope()).is_none());
    }
}
