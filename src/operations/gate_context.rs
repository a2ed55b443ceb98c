//! What the gate goes by, put together from the configuration and what was read: the one place for every way of asking.
//! Pure. Judging it is the gate's business.

use jiff::Timestamp;

use crate::change::gate::{GateContext, Guard};
use crate::change::plan::Plan;
use crate::environment::ConfiguredEnvironments;
use crate::overview::Picture;
use crate::world::{EnvironmentName, Scope, World};

/// From what it is put together.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// What the configuration says of environments.
    pub configured: &'a ConfiguredEnvironments,
    /// The environments as they are seen.
    pub picture: &'a Picture,
    /// Everything that was read.
    pub world: &'a World,
    /// Now, by the clock of what was read.
    pub now: Timestamp,
}

impl Surroundings<'_> {
    /// The circumstances of a change in an environment.
    #[must_use]
    pub fn of_environment(self, name: &EnvironmentName, scope: &Scope) -> GateContext {
        let found = self.picture.environment(name);
        let configured = self.configured.of(name);
        GateContext {
            // What is not known is protected.
            protected: found.is_none_or(|environment| environment.protected),
            pinned: configured.and_then(|configured| configured.account.clone()),
            region: configured.and_then(|configured| configured.region.clone()),
            account: self.world.account(scope),
            read_at: found.and_then(|environment| environment.read_at),
            now: self.now,
            speed: self.world.speed(),
            guard: Guard { locked: self.configured.is_locked(name), ..Guard::NONE },
        }
    }

    /// The circumstances a plan is judged in, wherever its steps lie.
    #[must_use]
    pub fn of_plan(self, plan: &Plan) -> GateContext {
        let at = self.of_environment(&plan.environment, &plan.scope);
        let account = plan.account(at.pinned.as_ref(), |scope| self.world.account(scope));
        GateContext { account, ..at }
    }
}
