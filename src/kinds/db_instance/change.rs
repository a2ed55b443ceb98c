//! Starts and stops what RDS starts and stops, an instance or a whole cluster: rds:StopDBInstance, rds:StartDBInstance,
//! rds:StopDBCluster, rds:StartDBCluster. The only file of both kinds that changes anything, and it needs the gate's
//! pass. What is so already counts as done.

use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use super::model::DbInstance;
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{Deed, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::Verb;
use crate::schedule::transition::Rejection;
use crate::schedule::transition::stage_plan::Act;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};

/// What is started or stopped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// An instance that is no member of a cluster.
    Instance,
    /// A cluster with its members.
    Cluster,
}

/// Starting or stopping one.
struct Turn {
    verb: Verb,
    what: What,
    id: String,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(item: &DbInstance, act: Act, environment: &EnvironmentName, scope: &Scope) -> Option<Box<dyn Change>> {
    turn(What::Instance, &item.id, item.id(scope), act, environment)
}

/// The change that does `act` to the one that RDS calls `id`, if it is one.
pub(crate) fn turn(
    what: What,
    id: &str,
    on: ResourceId,
    act: Act,
    environment: &EnvironmentName,
) -> Option<Box<dyn Change>> {
    let verb = match act {
        Act::Start => Verb::Start,
        Act::Stop => Verb::Stop,
        Act::Remember(_) | Act::Bounds(_) | Act::Count(_) | Act::Forget => return None,
    };
    Some(Box::new(Turn { verb, what, id: id.to_owned(), on, environment: environment.clone() }))
}

impl Turn {
    const fn operation(&self) -> &'static str {
        match (self.what, self.verb) {
            (What::Instance, Verb::Stop) => "rds:StopDBInstance",
            (What::Instance, Verb::Start) => "rds:StartDBInstance",
            (What::Cluster, Verb::Stop) => "rds:StopDBCluster",
            (What::Cluster, Verb::Start) => "rds:StartDBCluster",
        }
    }

    /// AWS's request id.
    async fn call(&self, aws: &Clients) -> Result<Option<String>, Fault> {
        let (operation, on) = (self.operation(), Some(self.id.as_str()));
        match (self.what, self.verb) {
            (What::Instance, Verb::Stop) => {
                let request = aws.rds.stop_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (What::Instance, Verb::Start) => {
                let request = aws.rds.start_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (What::Cluster, Verb::Stop) => {
                let request = aws.rds.stop_db_cluster().db_cluster_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            (What::Cluster, Verb::Start) => {
                let request = aws.rds.start_db_cluster().db_cluster_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
        }
    }

    /// The status it has now, for telling "so already" from "busy".
    async fn status(&self, aws: &Clients) -> Option<String> {
        let on = Some(self.id.as_str());
        match self.what {
            What::Instance => {
                let request = aws.rds.describe_db_instances().db_instance_identifier(&self.id);
                let answer = aws.call("rds:DescribeDBInstances", on, request.send()).await.ok()?;
                answer.db_instances().first().and_then(|one| one.db_instance_status()).map(str::to_owned)
            }
            What::Cluster => {
                let request = aws.rds.describe_db_clusters().db_cluster_identifier(&self.id);
                let answer = aws.call("rds:DescribeDBClusters", on, request.send()).await.ok()?;
                answer.db_clusters().first().and_then(|one| one.status()).map(str::to_owned)
            }
        }
    }

    fn is_there(&self, status: &str) -> bool {
        match self.verb {
            Verb::Stop => matches!(status, "stopping" | "stopped"),
            Verb::Start => matches!(status, "starting" | "available"),
        }
    }
}

impl Change for Turn {
    fn plan(&self) -> Plan {
        let what = if self.what == What::Instance { "instance" } else { "cluster" };
        let says = format!("{} DB {what} {}", self.verb.word(), self.id);
        let calls = vec![format!("{} {}", self.operation(), self.id)];
        Plan::new(says, self.environment.clone(), self.on.clone(), calls)
    }

    fn deed(&self) -> Deed {
        Deed { verb: self.verb.word(), on: self.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            match self.call(aws).await {
                Ok(id) => {
                    let doing = if self.verb == Verb::Stop { "stopping" } else { "starting" };
                    let says = Some(format!("{} is {doing}", self.id));
                    Ok(Receipt { request_ids: id.into_iter().collect(), says, facts: Vec::new() })
                }
                Err(fault) => {
                    let code = fault.code.as_deref().unwrap_or_default();
                    if Rejection::of(code, &fault.message) == Rejection::InvalidState
                        && let Some(status) = self.status(aws).await.filter(|status| self.is_there(status))
                    {
                        let says = Some(format!("{} is {status} already", self.id));
                        return Ok(Receipt { says, ..Receipt::default() });
                    }
                    Err(fault)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests;
