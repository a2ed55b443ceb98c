//! One environment as both faces show it: what belongs to it, with its verdict, its off-hours and the schedules of
//! others. Plain data; made by `assemble`.

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::diagnosis::verdict::Verdict;
use crate::environment::Environment;
use crate::offhours::external_schedulers::Timer;
use crate::offhours::{ExternalSchedulers, OffHours, ScheduledMember, schedule_place};
use crate::world::{EnvironmentName, Scope, World};

/// An environment and what is known of it at one moment. It stands for its environment wherever one is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct EnvironmentStatus {
    /// The environment itself.
    pub environment: Environment,
    /// How it is and why.
    pub verdict: Verdict,
    /// Its off-hours, if it has a schedule.
    pub offhours: Option<Box<OffHours>>,
    /// What schedules of other owners do in it.
    pub others: Box<ExternalSchedulers>,
}

impl EnvironmentStatus {
    /// An environment of which nothing but its name and places is known.
    #[must_use]
    pub fn new(name: impl Into<EnvironmentName>, scopes: Vec<Scope>) -> Self {
        Self::unjudged(Environment::new(name, scopes))
    }

    /// An environment that nothing was said of yet.
    #[must_use]
    pub fn unjudged(environment: Environment) -> Self {
        Self { environment, verdict: Verdict::default(), offhours: None, others: Box::default() }
    }

    /// What `timers` and tags do to `scheduled_members` of it, for somebody in `here` at that time.
    #[must_use]
    pub fn external_schedulers(
        &self,
        scheduled_members: &[ScheduledMember],
        world: &World,
        timers: &[Timer],
        here: (&TimeZone, Timestamp),
    ) -> ExternalSchedulers {
        ExternalSchedulers::of((&self.environment, self.offhours.as_deref()), scheduled_members, world, timers, here)
    }

    /// Where its schedules are kept: with its first member that sleeps. `None` without a schedule.
    #[must_use]
    pub fn schedule_place(&self) -> Option<Scope> {
        schedule_place(&self.environment, self.offhours.as_deref()?)
    }
}

impl Deref for EnvironmentStatus {
    type Target = Environment;

    fn deref(&self) -> &Environment {
        &self.environment
    }
}

impl DerefMut for EnvironmentStatus {
    fn deref_mut(&mut self) -> &mut Environment {
        &mut self.environment
    }
}
