//! Reboots an EC2 instance: ec2:RebootInstances. Needs the gate's pass. It is sent once: AWS shows nothing by which a
//! reboot whose answer was lost could be found.

use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

/// The IAM action it takes.
pub(crate) const REBOOT: &str = "ec2:RebootInstances";

/// Reboots one. `plan.on` is the instance.
#[derive(Clone, Debug)]
pub(crate) struct RebootMachine {
    /// What it does.
    pub(crate) plan: Plan,
    /// What it is called.
    pub(crate) name: String,
}

impl Change for RebootMachine {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "reboot", on: self.plan.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let id = &*self.plan.on.key;
            let sent = aws.ec2.call("RebootInstances", vec![("InstanceId.1".to_owned(), id.to_owned())]);
            let xml = aws.call(REBOOT, Some(id), sent).await?;
            let request_ids = super::request_id(&xml).into_iter().collect();
            let message = Some(format!("AWS reboots {}; it does not tell when that is over", self.name));
            Ok(Receipt { request_ids, message, facts: Vec::new() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Query, Script};
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{instance, now, scope};
    use crate::world::Resource;

    #[tokio::test]
    async fn one_instance_is_named_in_the_call() {
        let answer =
            "<RebootInstancesResponse><requestId>r-1</requestId><return>true</return></RebootInstancesResponse>";
        let script = Script::new([(200, answer)]);
        let aws = Clients { ec2: Query::ec2_by(&script), ..Clients::silent() };
        let plan = Plan::new("reboot it", "city-dev".into(), instance().id(&scope()), vec![REBOOT.to_owned()]);
        let change = Box::new(RebootMachine { plan, name: "web-1".to_owned() });
        let at = GateContext::seen_at(now());
        let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
        assert_eq!(approved.perform(&aws).await.map(|got| got.request_ids), Ok(vec!["r-1".to_owned()]));
        let sent = script.sent();
        assert!(sent[0].body.starts_with("Action=RebootInstances&"), "{}", sent[0].body);
        assert!(sent[0].body.ends_with(&format!("&InstanceId.1={}", instance().id)), "{}", sent[0].body);
    }
}
