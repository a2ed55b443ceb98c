//! The delivery of a service: by which strategy it is deployed, at which stage the deployment on its way is, what it waits
//! for and until when, how much traffic is on new. From ECS's record and the listeners' weights; pure, no clock, no words
//! beyond AWS's own.

mod pair;
mod phase;
mod sentence;
mod strategy;
mod weights;

pub use pair::{GroupTraffic, traffic_of};
pub use phase::{Awaiting, Phase, Then};
pub use sentence::{Times, disagreement, left_behind, rollback_reason, stage_line, stage_word, standing, waits_for};
pub use strategy::Strategy;
pub use weights::{Weights, by_ecs, by_listener, in_json};

use jiff::Timestamp;

use super::model::Service;
use crate::kinds::service_deployment::ServiceDeployment;

/// What a record's status means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordState {
    /// It goes on.
    OnItsWay,
    /// ECS goes back, or is about to.
    GoingBack,
    /// It is through.
    Successful,
    /// It was stopped where it was.
    Stopped,
    /// The service is back on what it was.
    RolledBack,
    /// ECS could not go back.
    RollbackFailed,
    /// A status nobody has seen.
    Unknown,
}

/// What the status of `record` means.
#[must_use]
pub fn state_of(record: &ServiceDeployment) -> RecordState {
    match record.status.as_str() {
        "PENDING" | "IN_PROGRESS" => RecordState::OnItsWay,
        "STOP_REQUESTED" | "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS" => RecordState::GoingBack,
        "SUCCESSFUL" => RecordState::Successful,
        "STOPPED" => RecordState::Stopped,
        "ROLLBACK_SUCCESSFUL" => RecordState::RolledBack,
        "ROLLBACK_FAILED" => RecordState::RollbackFailed,
        _ => RecordState::Unknown,
    }
}

/// Whether the deployment of `record` is not over. One whose status nobody has seen is taken not to be.
#[must_use]
pub fn is_on_its_way(record: &ServiceDeployment) -> bool {
    matches!(state_of(record), RecordState::OnItsWay | RecordState::GoingBack | RecordState::Unknown)
}

/// How a service is delivered now.
#[derive(Clone, PartialEq, Debug)]
pub struct Delivery<'a> {
    /// By which strategy.
    pub strategy: Strategy<'a>,
    /// What the deployment on its way does.
    pub phase: Phase<'a>,
    /// How much traffic is on each side, by ECS's record; `None` where no traffic is shifted, or it is not told.
    pub weights: Option<Weights>,
    /// ECS's record of the deployment on its way.
    pub record: Option<&'a ServiceDeployment>,
}

impl<'a> Delivery<'a> {
    /// The delivery of `service`, by the record that came with it.
    #[must_use]
    pub fn of(service: &'a Service) -> Self {
        Self::with(service, service.delivery.record.as_ref())
    }

    /// The same by another record of its newest deployment.
    #[must_use]
    pub fn with(service: &'a Service, record: Option<&'a ServiceDeployment>) -> Self {
        let record = record.filter(|record| is_on_its_way(record));
        let strategy = Strategy::of_deployment(service, record);
        let phase = Phase::of(service, record, strategy);
        let weights = record.filter(|_| strategy.shifts_traffic()).and_then(by_ecs);
        Self { strategy, phase, weights, record }
    }

    /// The stage as AWS names it, while a deployment is on its way.
    #[must_use]
    pub fn stage(&self) -> Option<&'a str> {
        self.record.and_then(|record| record.stage.as_deref())
    }

    /// What waits for a person, if something does.
    #[must_use]
    pub fn awaiting(&self) -> Option<&Awaiting<'a>> {
        match &self.phase {
            Phase::Waiting(awaiting) => Some(awaiting),
            _ => None,
        }
    }

    /// Whether standing still is no bad sign now: it bakes, waits between steps, for a hook or for a person, or nobody can
    /// tell.
    #[must_use]
    pub const fn is_patient(&self) -> bool {
        matches!(
            self.phase,
            Phase::Baking { .. }
                | Phase::Step { .. }
                | Phase::Hook { .. }
                | Phase::Waiting(_)
                | Phase::Elsewhere
                | Phase::Unread
                | Phase::Odd(_)
        )
    }

    /// When the record last changed.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.record.and_then(|record| record.progress.updated_at.or(record.created_at))
    }
}

#[cfg(test)]
mod tests;
