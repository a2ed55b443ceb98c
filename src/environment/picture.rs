//! The picture: environments with members, counts and verdict, ready for both faces.
//! Plain data; made by `gather`, read by screens and by `status`.

use jiff::Timestamp;

use super::{OffHours, Others};
use crate::deploy::compose::Recipe;
use crate::schedule;
use crate::world::{AccountId, EnvironmentName, Fault, Health, Opinion, Region, ResourceId, Scope};

/// All environments at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Picture {
    /// When it was made; `None` before the first.
    pub at: Option<Timestamp>,
    /// Worst first, then by name.
    pub environments: Vec<Environment>,
    /// What could not be placed, with the steps that were tried.
    pub unassigned: Vec<Member>,
}

impl Picture {
    /// The environment of that name.
    #[must_use]
    pub fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| &environment.name == name)
    }

    /// The environment a resource is in.
    #[must_use]
    pub fn home(&self, id: &ResourceId) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.members.iter().any(|member| &member.id == id))
    }
}

/// One environment.
#[derive(Clone, PartialEq, Debug)]
pub struct Environment {
    /// Its name: `prooflink-dev`.
    pub name: EnvironmentName,
    /// The system: `prooflink`.
    pub project: Option<String>,
    /// The stage: `dev`; `None` for systems without stages.
    pub stage: Option<String>,
    /// Whether changes need its name typed, and a stopped database is bad.
    pub protected: bool,
    /// Whether it may be stopped and put to sleep although it is protected.
    pub allow_stop: bool,
    /// Who sleeps and wakes with it, where the configuration says.
    pub named: Vec<schedule::Member>,
    /// What overrides, holds and what its services had before they slept are written on.
    pub record: schedule::Record,
    /// Its account, if all of it is in one.
    pub account: Option<AccountId>,
    /// Its region, if all of it is in one.
    pub region: Option<Region>,
    /// Where its members are.
    pub scopes: Vec<Scope>,
    /// What belongs to it, in the order of kinds, then by name.
    pub members: Vec<Member>,
    /// Sums for the fleet line.
    pub counts: Counts,
    /// How it is and why.
    pub verdict: Verdict,
    /// What could not be read and may hide something of it.
    pub faults: Vec<(Scope, Fault)>,
    /// When the oldest of its live data was read.
    pub read_at: Option<Timestamp>,
    /// Its off-hours, if it has a schedule.
    pub offhours: Option<Box<OffHours>>,
    /// What schedules of other owners do in it.
    pub others: Box<Others>,
    /// How its instances are deployed, where the configuration says.
    pub deploy: Option<Recipe>,
}

impl Environment {
    /// An environment of which nothing but its name and places is known.
    #[must_use]
    pub fn new(name: impl Into<EnvironmentName>, scopes: Vec<Scope>) -> Self {
        Self {
            name: name.into(),
            project: None,
            stage: None,
            protected: true,
            allow_stop: false,
            named: Vec::new(),
            record: schedule::Record::default(),
            account: None,
            region: None,
            scopes,
            members: Vec::new(),
            counts: Counts::default(),
            verdict: Verdict::default(),
            faults: Vec::new(),
            read_at: None,
            offhours: None,
            others: Box::default(),
            deploy: None,
        }
    }

    /// Why nothing in it may be stopped, if it is protected and the configuration does not allow it all the same.
    #[must_use]
    pub fn stop_barred(&self) -> Option<String> {
        (self.protected && !self.allow_stop).then(|| {
            let name = &self.name;
            format!("{name} is protected; allow_stop = true in [environment.\"{name}\"] of the configuration allows it")
        })
    }
}

/// One resource of an environment.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Who.
    pub id: ResourceId,
    /// The name a person calls it by.
    pub name: String,
    /// How it is, where its kind has a say.
    pub opinion: Option<Opinion>,
    /// Why it is here (or nowhere), step by step.
    pub because: Vec<Step>,
}

/// One step of the reasoning that placed a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What kind of evidence.
    pub kind: StepKind,
    /// The evidence in words: `tag Project=prooflink`, `its target 10.0.1.5 is task … of prooflink-dev`.
    pub says: String,
}

/// Kinds of evidence, strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StepKind {
    /// The configuration said so.
    Config,
    /// Explicit tags.
    Tag,
    /// The CloudFormation stack's name.
    Stack,
    /// A relation to another resource.
    Relation,
    /// Tokens of its name.
    Name,
    /// All that is labelled in its VPC.
    Vpc,
    /// Nothing fitted.
    None,
}

/// Sums for the fleet line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Tasks running in services.
    pub tasks_running: u32,
    /// Tasks wanted by services.
    pub tasks_desired: u32,
    /// Services, so that "no tasks" can be told from "no services".
    pub services: u32,
    /// Healthy targets.
    pub targets_healthy: u32,
    /// Registered targets.
    pub targets_total: u32,
    /// Each database's health and status word (clusters and lone instances).
    pub databases: Vec<(Health, String)>,
    /// Alarms in ALARM that count.
    pub alarms_firing: u32,
    /// Alarms that count (scaling alarms do not).
    pub alarms_total: u32,
    /// Alarms in ALARM whose actions are off.
    pub alarms_muted: u32,
    /// EC2 instances running.
    pub instances_running: u32,
    /// EC2 instances.
    pub instances_total: u32,
}

/// How an environment is, with the worst cause first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Verdict {
    /// Never better than its worst part that counts.
    pub health: Health,
    /// Findings, deepest cause of the worst health first.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// The first line a reader sees: the worst finding, or the health's word where all findings are mere notes.
    #[must_use]
    pub fn headline(&self) -> &str {
        self.findings
            .first()
            .filter(|finding| self.health != Health::Well && finding.health == self.health)
            .map_or_else(|| self.health.word(), |finding| finding.says.as_str())
    }

    /// Not everything of it was read yet: what is amiss is so already, but that all is well nobody can tell.
    pub(super) fn withhold(&mut self) {
        if matches!(self.health, Health::Well | Health::Asleep) {
            self.health = Health::Unknown;
            let says = "still being read".to_owned();
            self.findings.insert(0, Finding { health: self.health, depth: 0, says, about: None, evidence: Vec::new() });
        }
    }
}

/// One thing worth saying about an environment.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// How bad it is.
    pub health: Health,
    /// Causal depth: 0 is a root cause (an image that cannot be pulled), higher are consequences (an alarm).
    pub depth: u8,
    /// One sentence.
    pub says: String,
    /// What it is about.
    pub about: Option<ResourceId>,
    /// What it rests on, a line each.
    pub evidence: Vec<String>,
}
