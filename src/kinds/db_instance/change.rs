//! Starts and stops a DB instance: rds:StopDBInstance, rds:StartDBInstance. The only file of the kind that changes anything,
//! and it needs the gate's pass. What is so already counts as done.

use aws_types::request_id::RequestId;

use super::model::DbInstance;
use crate::app::gate::{Change, Deed, Pass, Plan};
use crate::aws::Clients;
use crate::cloud::Receipt;
use crate::kinds::Boxed;
use crate::schedule::Verb;
use crate::schedule::saga::Act;
use crate::schedule::toggle::Rejection;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};

const STOP: &str = "rds:StopDBInstance";
const START: &str = "rds:StartDBInstance";
const DESCRIBE: &str = "rds:DescribeDBInstances";

/// Starting or stopping one.
struct Turn {
    verb: Verb,
    id: String,
    on: ResourceId,
    environment: EnvironmentName,
}

/// The change that does `act` to `item`, if it is one.
pub(super) fn of(item: &DbInstance, act: Act, environment: &EnvironmentName, scope: &Scope) -> Option<Box<dyn Change>> {
    let verb = match act {
        Act::Start => Verb::Start,
        Act::Stop => Verb::Stop,
        Act::Remember(_) | Act::Bounds(_) | Act::Count(_) | Act::Forget => return None,
    };
    let turn = Turn { verb, id: item.id.clone(), on: item.id(scope), environment: environment.clone() };
    Some(Box::new(turn))
}

impl Turn {
    const fn operation(&self) -> &'static str {
        match self.verb {
            Verb::Stop => STOP,
            Verb::Start => START,
        }
    }

    /// AWS's request id.
    async fn call(&self, aws: &Clients) -> Result<Option<String>, Fault> {
        let (operation, on) = (self.operation(), Some(self.id.as_str()));
        match self.verb {
            Verb::Stop => {
                let request = aws.rds.stop_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
            Verb::Start => {
                let request = aws.rds.start_db_instance().db_instance_identifier(&self.id);
                aws.call(operation, on, request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
            }
        }
    }

    /// The status it has now, for telling "so already" from "busy".
    async fn status(&self, aws: &Clients) -> Option<String> {
        let request = aws.rds.describe_db_instances().db_instance_identifier(&self.id);
        let answer = aws.call(DESCRIBE, Some(&self.id), request.send()).await.ok()?;
        answer.db_instances().first().and_then(|one| one.db_instance_status()).map(str::to_owned)
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
        let says = format!("{} DB instance {}", self.verb.word(), self.id);
        let calls = vec![format!("{} {}", self.operation(), self.id)];
        Plan::new(says, self.environment.clone(), self.on.clone(), calls)
    }

    fn deed(&self) -> Deed {
        Deed { verb: self.verb.word(), on: self.on.clone(), arguments: Vec::new() }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> Boxed<'a, Result<Receipt, Fault>> {
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
