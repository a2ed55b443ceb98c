//! A change under a plan that tells a person more than the change itself knows: what differs, and what to know first. The
//! request, the journal's line and the call are the change's own.

use futures_util::future::BoxFuture;

use super::gate::{Change, Pass};
use super::plan::{ChangeRequest, Plan};
use super::receipt::Receipt;
use crate::aws::Clients;
use crate::world::Fault;

/// A change with the plan that is shown for it.
#[derive(Debug)]
pub struct Planned {
    /// What is shown.
    pub plan: Plan,
    /// What is done.
    pub change: Box<dyn Change>,
}

impl Change for Planned {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        self.change.change_request()
    }

    fn perform<'a>(&'a self, aws: &'a Clients, pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        self.change.perform(aws, pass)
    }
}
