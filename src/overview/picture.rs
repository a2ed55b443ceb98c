//! The picture: environments with members, counts and verdict, ready for both faces.
//! Plain data; made by `assemble`, read by screens and by `status`.

use crate::overview::EnvironmentStatus;
use jiff::Timestamp;

use crate::environment::model::Member;
use crate::offhours::{Prices, RunningCost};
use crate::world::{EnvironmentName, ResourceId, World};

/// All environments at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Picture {
    /// When it was made; `None` before the first.
    pub at: Option<Timestamp>,
    /// Worst first; of equals what is protected, then the longest ill, then by name.
    pub environments: Vec<EnvironmentStatus>,
    /// What several environments use and none has for itself.
    pub shared: Vec<Shared>,
    /// What could not be placed, with the steps that were tried.
    pub unassigned: Vec<Member>,
    /// Prices of the reader's own, for what environments cost.
    pub prices: Prices,
}

/// One resource of no single environment, such as a load balancer that forwards to several.
#[derive(Clone, PartialEq, Debug)]
pub struct Shared {
    /// It.
    pub member: Member,
    /// Who uses it.
    pub users: Vec<EnvironmentName>,
}

impl Picture {
    /// What an environment of it costs an hour, as it stands in `world`.
    #[must_use]
    pub fn cost(&self, environment: &EnvironmentStatus, world: &World) -> RunningCost {
        RunningCost::of(environment, world, &self.prices)
    }

    /// The environment of that name.
    #[must_use]
    pub fn environment(&self, name: &EnvironmentName) -> Option<&EnvironmentStatus> {
        self.environments.iter().find(|environment| &environment.name == name)
    }

    /// The environment a resource is in.
    #[must_use]
    pub fn home(&self, id: &ResourceId) -> Option<&EnvironmentStatus> {
        self.environments.iter().find(|environment| environment.members.iter().any(|member| &member.id == id))
    }

    /// The shared resource of that id.
    #[must_use]
    pub fn shared(&self, id: &ResourceId) -> Option<&Shared> {
        self.shared.iter().find(|shared| &shared.member.id == id)
    }
}
