//! Work of several steps: planned once, let through the gate once, watched to its true end. A procedure
//! only decides: from what is seen follows what to read, change or wait for next, so it resumes anywhere.
//! Pure; `engine::run_procedure` performs it for both faces.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::gate::Change;
use super::plan::{ChangeRequest, Plan};
use super::receipt::Receipt;
use crate::world::{Fault, KindName, World};

use super::progress::Ending;
use super::progress::Report;
use crate::world::read_request::ReadRequest;

/// What a procedure sees before a step. Everything it wanted was just read, but for what `faults` names.
#[derive(Clone, Copy)]
pub struct Observation<'a> {
    /// What is believed.
    pub world: &'a World,
    /// What could not be read for a reason that waiting does not cure. What may pass (throttling, a lost network,
    /// an expired login) is waited out and never gets here.
    pub faults: &'a [(ReadRequest, Fault)],
    /// Now.
    pub now: Timestamp,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Perform these, in this order, then look again. Each is journaled, and each must lie in the plan's environment
    /// and scope.
    Act(Vec<Box<dyn Change>>),
    /// Nothing now; look again after this.
    Wait(SignedDuration),
    /// Nothing more will happen by itself.
    End(Ending),
}

/// Work of several steps. Only what is observed ends it well; it never times out into success.
pub trait Procedure: Send + 'static {
    /// What it will do, before anything happens.
    fn plan(&self) -> Plan;

    /// What has to be read before the next step.
    fn wants(&self, now: Timestamp) -> Vec<ReadRequest>;

    /// The next step, from what is seen.
    fn step(&mut self, observation: &Observation<'_>) -> Step;

    /// How a change that [`Step::Act`] asked for ended.
    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp);

    /// The kinds it can do without: where one cannot be read for long, the rest decides.
    fn optional(&self) -> &'static [KindName] {
        &[]
    }

    /// Whether the rest happens inside AWS by itself from here on, so that nobody need wait.
    fn goes_on(&self) -> bool {
        false
    }

    /// Where it stands, for screen and progress line.
    fn report(&self, observation: &Observation<'_>) -> Report;
}

impl fmt::Debug for dyn Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan().fmt(f)
    }
}

/// Something that can be asked of the gate.
#[derive(Debug)]
pub enum Proposal {
    /// One change.
    Change(Box<dyn Change>),
    /// Work of several steps.
    Procedure(Box<dyn Procedure>),
}

impl Proposal {
    /// What it would do.
    #[must_use]
    pub fn plan(&self) -> Plan {
        match self {
            Self::Change(change) => change.plan(),
            Self::Procedure(procedure) => procedure.plan(),
        }
    }
}
