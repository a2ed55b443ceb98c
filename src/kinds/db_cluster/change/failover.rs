//! Fails a DB cluster over: rds:FailoverDBCluster, a reader becomes the writer. Needs the gate's pass. It is sent once;
//! whoever watches tells from the writer and the events whether one whose answer was lost was done.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

const FAILOVER: &str = "rds:FailoverDBCluster";

/// Fails one over. `plan.on` is the cluster.
#[derive(Clone, Debug)]
pub(crate) struct FailOver {
    /// What it does.
    pub(crate) plan: Plan,
    /// DBClusterIdentifier.
    pub(crate) id: String,
    /// The member that becomes the writer; `None` leaves it to RDS.
    pub(crate) to: Option<String>,
}

impl Change for FailOver {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let arguments = self.to.iter().map(|to| ("to", to.clone())).collect();
        ChangeRequest { verb: "failover", on: self.plan.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let request = aws.rds.failover_db_cluster().db_cluster_identifier(&self.id);
            let request = request.set_target_db_instance_identifier(self.to.clone());
            let answer = aws.call(FAILOVER, Some(&self.id), request.send()).await?;
            let to = self.to.as_deref().unwrap_or("a reader that RDS chooses");
            Ok(Receipt {
                request_ids: answer.request_id().map(str::to_owned).into_iter().collect(),
                message: Some(format!("{} fails over to {to}", self.id)),
                facts: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::Client;
    use aws_sdk_rds::operation::failover_db_cluster::FailoverDbClusterOutput;
    use aws_smithy_mocks::mock;

    use super::*;
    use crate::aws::mocked;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{cluster, now, scope};
    use crate::world::Resource;

    #[tokio::test]
    async fn the_member_that_is_to_write_is_named_and_none_is_rds_own_choice() {
        for to in [Some("city-db-2"), None] {
            let rule = mock!(Client::failover_db_cluster)
                .match_requests(move |input| input.target_db_instance_identifier() == to)
                .then_output(|| FailoverDbClusterOutput::builder().build());
            let aws = Clients { rds: mocked!(aws_sdk_rds, &[&rule]), ..Clients::silent() };
            let item = cluster();
            let plan = Plan::new("fail over", "city-dev".into(), item.id(&scope()), vec![FAILOVER.to_owned()]);
            let change = Box::new(FailOver { plan, id: item.id, to: to.map(str::to_owned) });
            let at = GateContext::seen_at(now());
            let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
            let got = approved.perform(&aws).await.expect("it is taken");
            assert!(got.message.is_some_and(|message| message.contains(to.unwrap_or("RDS chooses"))));
            assert_eq!(rule.num_calls(), 1);
        }
    }
}
