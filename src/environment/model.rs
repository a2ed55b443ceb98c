//! One environment: name, protection, places, members, and why each member is in it. Plain data.
//! What it is judged to be stands in `overview`.

use crate::environment::Recipe;
use crate::kinds::counts::Counts;
use crate::schedule;
use crate::world::AccountId;
use crate::world::Assessment;
use crate::world::EnvironmentName;
use crate::world::Fault;
use crate::world::Region;
use crate::world::ResourceId;
use crate::world::Scope;
use jiff::Timestamp;

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
    /// What it uses with others: judged here too, never stopped with it.
    pub shared: Vec<Member>,
    /// Why it may hold what belongs to another stage; empty where it does not, or the configuration confirms it.
    pub doubts: Vec<String>,
    /// Sums for the fleet line.
    pub counts: Counts,
    /// What could not be read and may hide something of it.
    pub faults: Vec<(Scope, Fault)>,
    /// When the oldest of its live data was read.
    pub read_at: Option<Timestamp>,
    /// When an earlier run read the oldest of what is shown of it; `None` once all of its live data was read by this one.
    pub recalled: Option<Timestamp>,
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
            shared: Vec::new(),
            doubts: Vec::new(),
            counts: Counts::default(),
            faults: Vec::new(),
            read_at: None,
            recalled: None,
            deploy: None,
        }
    }

    /// Why nothing in it may be stopped, if it is protected and the configuration does not allow it all the same.
    #[must_use]
    pub fn stop_barred(&self) -> Option<String> {
        (self.protected && !self.allow_stop).then(|| {
            let name = &self.name;
            if let Some(doubt) = self.doubts.first() {
                return format!(
                    "two stages may be mixed in {name}: {doubt}; protected = false in [environment.\"{name}\"] of the \
                     configuration confirms it, match or exclude there corrects it"
                );
            }
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
    pub assessment: Option<Assessment>,
    /// Why it is here (or nowhere), step by step.
    pub because: Vec<Step>,
}

/// One step of the reasoning that placed a resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What kind of evidence.
    pub kind: StepKind,
    /// The evidence in words: `tag Project=prooflink`, `its target 10.0.1.5 is task … of prooflink-dev`.
    pub message: String,
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
