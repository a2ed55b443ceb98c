//! Starts and stops what RDS starts and stops, an instance or a whole cluster: rds:StopDBInstance, rds:StartDBInstance,
//! rds:StopDBCluster, rds:StartDBCluster; `reboot` reboots an instance. They need the gate's pass. What is so already
//! counts as done.

pub(crate) mod reboot;

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use super::model::DbInstance;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::PowerAction;
use crate::schedule::transition::Rejection;
use crate::schedule::transition::sleep_wake_order::StageAction;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};

/// What is started or stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseKind {
    /// An instance that is no member of a cluster.
    Instance,
    /// A cluster with its members.
    Cluster,
}

/// Starting or stopping one.
struct SwitchDatabase {
    verb: PowerAction,
    what: DatabaseKind,
    id: String,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(
    item: &DbInstance,
    act: StageAction,
    environment: &EnvironmentName,
    scope: &Scope,
) -> Option<Box<dyn Change>> {
    turn(DatabaseKind::Instance, &item.id, item.id(scope), act, environment)
}

/// The change that does `act` to the one that RDS calls `id`, if it is one.
pub(crate) fn turn(
    what: DatabaseKind,
    id: &str,
    on: ResourceId,
    act: StageAction,
    environment: &EnvironmentName,
) -> Option<Box<dyn Change>> {
    let verb = match act {
        StageAction::Start => PowerAction::Start,
        StageAction::Stop => PowerAction::Stop,
        StageAction::Remember(_) | StageAction::Bounds(_) | StageAction::Count(_) | StageAction::Forget => return None,
    };
    Some(Box::new(SwitchDatabase { verb, what, id: id.to_owned(), on, environment: environment.clone() }))
}

impl SwitchDatabase {
    const fn operation(&self) -> &'static str {
        match (self.what, self.verb) {
            (DatabaseKind::Instance, PowerAction::Stop) => "rds:StopDBInstance",
            (DatabaseKind::Instance, PowerAction::Start) => "rds:StartDBInstance",
            (DatabaseKind::Cluster, PowerAction::Stop) => "rds:StopDBCluster",
            (DatabaseKind::Cluster, PowerAction::Start) => "rds:StartDBCluster",
        }
    }

    /// AWS's request id.
    async fn call(&self, aws: &Clients) -> Result<Option<String>, Fault> {
        let (operation, on) = (self.operation(), Some(self.id.as_str()));
        match (self.what, self.verb) {
            (DatabaseKind::Instance, PowerAction::Stop) => {
                let request = aws.rds.stop_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (DatabaseKind::Instance, PowerAction::Start) => {
                let request = aws.rds.start_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (DatabaseKind::Cluster, PowerAction::Stop) => {
                let request = aws.rds.stop_db_cluster().db_cluster_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (DatabaseKind::Cluster, PowerAction::Start) => {
                let request = aws.rds.start_db_cluster().db_cluster_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
        }
    }

    /// The status it has now, for telling "so already" from "busy".
    async fn status(&self, aws: &Clients) -> Option<String> {
        let on = Some(self.id.as_str());
        match self.what {
            DatabaseKind::Instance => {
                let request = aws.rds.describe_db_instances().db_instance_identifier(&self.id);
                let answer = aws.call("rds:DescribeDBInstances", on, request.send()).await.ok()?;
                answer.db_instances().first().and_then(|one| one.db_instance_status()).map(str::to_owned)
            }
            DatabaseKind::Cluster => {
                let request = aws.rds.describe_db_clusters().db_cluster_identifier(&self.id);
                let answer = aws.call("rds:DescribeDBClusters", on, request.send()).await.ok()?;
                answer.db_clusters().first().and_then(|one| one.status()).map(str::to_owned)
            }
        }
    }

    fn is_there(&self, status: &str) -> bool {
        match self.verb {
            PowerAction::Stop => matches!(status, "stopping" | "stopped"),
            PowerAction::Start => matches!(status, "starting" | "available"),
        }
    }
}

impl Change for SwitchDatabase {
    fn plan(&self) -> Plan {
        let what = if self.what == DatabaseKind::Instance { "instance" } else { "cluster" };
        let message = format!("{} DB {what} {}", self.verb.word(), self.id);
        let calls = vec![format!("{} {}", self.operation(), self.id)];
        Plan::new(message, self.environment.clone(), self.on.clone(), calls)
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: self.verb.word(), on: self.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            match self.call(aws).await {
                Ok(id) => {
                    let doing = if self.verb == PowerAction::Stop { "stopping" } else { "starting" };
                    let message = Some(format!("{} is {doing}", self.id));
                    Ok(Receipt { request_ids: id.into_iter().collect(), message, facts: Vec::new() })
                }
                Err(fault) => {
                    let code = fault.code.as_deref().unwrap_or_default();
                    if Rejection::of(code, &fault.message) == Rejection::InvalidState
                        && let Some(status) = self.status(aws).await.filter(|status| self.is_there(status))
                    {
                        let message = Some(format!("{} is {status} already", self.id));
                        return Ok(Receipt { message, ..Receipt::default() });
                    }
                    Err(fault)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
