//! Reboots a DB instance, with a failover to its standby or without: rds:RebootDBInstance. Needs the gate's pass. It is
//! sent once; whoever watches tells from the database's status, zone and events whether one whose answer was lost was done.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

const REBOOT: &str = "rds:RebootDBInstance";

/// Reboots one. `plan.on` is the DB instance.
#[derive(Clone, Debug)]
pub(crate) struct RebootInstance {
    /// What it does.
    pub(crate) plan: Plan,
    /// DBInstanceIdentifier.
    pub(crate) id: String,
    /// Whether its standby takes over.
    pub(crate) failover: bool,
}

impl Change for RebootInstance {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let verb = if self.failover { "failover" } else { "reboot" };
        ChangeRequest { verb, on: self.plan.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            // What is not asked for is left out: an engine without standby refuses the parameter.
            let failover = self.failover.then_some(true);
            let request = aws.rds.reboot_db_instance().db_instance_identifier(&self.id).set_force_failover(failover);
            let answer = aws.call(REBOOT, Some(&self.id), request.send()).await?;
            let doing = if self.failover { "fails over to its standby" } else { "reboots" };
            Ok(Receipt {
                request_ids: answer.request_id().map(str::to_owned).into_iter().collect(),
                message: Some(format!("{} {doing}", self.id)),
                facts: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::Client;
    use aws_sdk_rds::operation::reboot_db_instance::RebootDbInstanceOutput;
    use aws_smithy_mocks::mock;
    use rstest::rstest;

    use super::*;
    use crate::aws::mocked;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{database, now, scope};
    use crate::world::{FaultKind, Resource};

    async fn reboot(failover: bool, rule: aws_smithy_mocks::Rule) -> Result<Receipt, Fault> {
        let aws = Clients { rds: mocked!(aws_sdk_rds, &[rule]), ..Clients::silent() };
        let item = database();
        let plan = Plan::new("reboot it", "city-dev".into(), item.id(&scope()), vec![REBOOT.to_owned()]);
        let change = Box::new(RebootInstance { plan, id: item.id, failover });
        let at = GateContext::seen_at(now());
        Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it").perform(&aws).await
    }

    #[rstest]
    #[case::reboot(false, None, "city-db reboots")]
    #[case::failover(true, Some(true), "city-db fails over to its standby")]
    #[tokio::test]
    async fn a_failover_is_asked_for_only_where_it_is_wanted(
        #[case] failover: bool,
        #[case] asked: Option<bool>,
        #[case] message: &str,
    ) {
        let rule = mock!(Client::reboot_db_instance)
            .match_requests(move |input| input.force_failover() == asked)
            .then_output(|| RebootDbInstanceOutput::builder().build());
        assert_eq!(reboot(failover, rule).await.expect("it is taken").message.as_deref(), Some(message));
    }

    #[tokio::test]
    async fn a_busy_one_is_refused_with_its_code() {
        let busy = "<ErrorResponse><Error><Code>InvalidDBInstanceState</Code><Message>modifying</Message></Error></ErrorResponse>";
        let rule = mock!(Client::reboot_db_instance).sequence().http_status(400, Some(busy.to_owned())).build();
        let fault = reboot(false, rule).await.expect_err("it is busy");
        assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("InvalidDBInstanceState")));
    }
}
