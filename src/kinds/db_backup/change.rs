//! Taking a snapshot of a database by hand. Calls AWS, and only with the gate's pass. It carries a name of its own, so the
//! same request twice is one snapshot.

use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

/// The IAM actions of these changes.
pub(super) const ACTIONS: &[&str] = &["rds:CreateDBSnapshot", "rds:CreateDBClusterSnapshot"];

/// Takes one snapshot. `plan.on` is what is kept of the database.
#[derive(Clone, Debug)]
pub struct TakeSnapshot {
    /// What it would do.
    pub plan: Plan,
    /// The database.
    pub database: String,
    /// Whether it is a cluster.
    pub cluster: bool,
    /// What the snapshot is called.
    pub snapshot: String,
}

impl TakeSnapshot {
    const fn operation(&self) -> &'static str {
        if self.cluster { "rds:CreateDBClusterSnapshot" } else { "rds:CreateDBSnapshot" }
    }
}

impl Change for TakeSnapshot {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let arguments = vec![("database", self.database.clone()), ("snapshot", self.snapshot.clone())];
        ChangeRequest { verb: "take-snapshot", on: self.plan.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            use aws_sdk_rds::operation::RequestId;
            let (operation, on) = (self.operation(), Some(self.database.as_str()));
            let got = if self.cluster {
                let request = aws.rds.create_db_cluster_snapshot().db_cluster_identifier(&self.database);
                let sent = request.db_cluster_snapshot_identifier(&self.snapshot).send();
                aws.call(operation, on, sent).await.map(|answer| answer.request_id().map(str::to_owned))
            } else {
                let request = aws.rds.create_db_snapshot().db_instance_identifier(&self.database);
                let sent = request.db_snapshot_identifier(&self.snapshot).send();
                aws.call(operation, on, sent).await.map(|answer| answer.request_id().map(str::to_owned))
            };
            let is_there = |fault: &Fault| fault.code.as_deref().is_some_and(|code| code.contains("AlreadyExists"));
            let (id, message) = match got {
                Ok(id) => (id, format!("{} is being made; it lasts until somebody deletes it", self.snapshot)),
                Err(fault) if is_there(&fault) => (None, format!("{} is there already", self.snapshot)),
                Err(fault) => return Err(fault),
            };
            Ok(Receipt { request_ids: id.into_iter().collect(), message: Some(message), facts: Vec::new() })
        })
    }
}
