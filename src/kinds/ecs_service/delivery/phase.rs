//! What a deployment on its way does at the moment, by its record: works, bakes, waits for a step, a hook or a person,
//! goes back. Pure; stages are AWS's (ServiceDeployment.lifecycleStage).

use jiff::{SignedDuration, Timestamp};

use super::strategy::Strategy;
use super::weights::by_ecs;
use super::{RecordState, state_of};
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_service::rules::moving;
use crate::kinds::service_deployment::{DeploymentSettings, LifecycleHook, ServiceDeployment};

/// What it does.
#[derive(Clone, PartialEq, Debug)]
pub enum Phase<'a> {
    /// None is on its way.
    Settled,
    /// A rolling update goes on: its tasks tell how far.
    Rolling,
    /// It works: tasks start or stop, traffic moves. What ought to go on.
    Working(&'a str),
    /// Both revisions run with all traffic on the new one.
    Baking {
        /// About when that is over.
        until: Option<Timestamp>,
    },
    /// A share of the traffic is on the new revision, which is watched before the next step.
    Step {
        /// About when the next one comes.
        until: Option<Timestamp>,
    },
    /// A function is asked.
    Hook(&'a LifecycleHook),
    /// It waits for a person.
    Waiting(Awaiting<'a>),
    /// ECS goes back.
    GoingBack,
    /// CodeDeploy or another controller does it, and tells ECS no stage.
    Elsewhere,
    /// One is on its way, and its record could not be read.
    Unread,
    /// A stage or status nobody has seen.
    Odd(&'a str),
}

/// What waits for a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Awaiting<'a> {
    /// The hook, by which it is answered.
    pub hook: &'a str,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What happens then.
    pub then: Option<Then<'a>>,
}

/// What follows if nobody answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then<'a> {
    /// It goes on.
    Continue,
    /// It goes back.
    Rollback,
    /// Something nobody has seen.
    Other(&'a str),
}

impl<'a> Phase<'a> {
    /// What the deployment of `record` does; without one what the service itself tells.
    pub(super) fn of(service: &'a Service, record: Option<&'a ServiceDeployment>, strategy: Strategy<'a>) -> Self {
        let Some(record) = record else {
            return match strategy {
                _ if !moving(service) => Self::Settled,
                Strategy::Rolling => Self::Rolling,
                Strategy::CodeDeploy | Strategy::External => Self::Elsewhere,
                _ => Self::Unread,
            };
        };
        match state_of(record) {
            RecordState::GoingBack => return Self::GoingBack,
            RecordState::OnItsWay => {}
            _ => return Self::Odd(&record.status),
        }
        let hooks = &record.progress.hooks;
        if let Some(awaiting) = hooks.iter().find_map(awaiting) {
            return Self::Waiting(awaiting);
        }
        if let Some(hook) = hooks.iter().find(|hook| hook.status.as_deref() == Some("IN_PROGRESS")) {
            return Self::Hook(hook);
        }
        if strategy == Strategy::Rolling {
            return Self::Rolling;
        }
        Self::of_stage(record, strategy, service)
    }

    fn of_stage(record: &'a ServiceDeployment, strategy: Strategy<'a>, service: &'a Service) -> Self {
        // The record tells how it was asked for; the service how it is set now.
        let own = &record.progress.settings;
        let settings = if own.strategy.is_some() { own } else { &service.delivery.settings };
        let since = record.progress.updated_at;
        let after = |minutes: Option<u32>| Some(since? + SignedDuration::from_mins(i64::from(minutes?)));
        let Some(stage) = record.stage.as_deref() else { return Self::Working("") };
        let on_new = by_ecs(record).map_or(0.0, |weights| weights.new);
        match stage {
            "BAKE_TIME" => Self::Baking { until: after(settings.bake_minutes) },
            "PRODUCTION_TRAFFIC_SHIFT" if on_new > 0.0 && steps(strategy, on_new) => {
                Self::Step { until: after(step_minutes(strategy, settings)) }
            }
            "RECONCILE_SERVICE"
            | "PRE_SCALE_UP"
            | "SCALE_UP"
            | "POST_SCALE_UP"
            | "TEST_TRAFFIC_SHIFT"
            | "POST_TEST_TRAFFIC_SHIFT"
            | "PRE_PRODUCTION_TRAFFIC_SHIFT"
            | "PRODUCTION_TRAFFIC_SHIFT"
            | "POST_PRODUCTION_TRAFFIC_SHIFT"
            | "CLEAN_UP" => Self::Working(stage),
            other => Self::Odd(other),
        }
    }
}

/// Whether a strategy stands between steps at that share on new.
fn steps(strategy: Strategy<'_>, on_new: f64) -> bool {
    match strategy {
        // The last step of a linear deployment is watched as well.
        Strategy::Linear => true,
        Strategy::Canary => on_new < 100.0,
        _ => false,
    }
}

fn step_minutes(strategy: Strategy<'_>, settings: &DeploymentSettings) -> Option<u32> {
    let step = if strategy == Strategy::Linear { settings.linear } else { settings.canary };
    step.and_then(|step| step.bake_minutes)
}

/// What waits at a hook, if it waits for a person and can be answered.
fn awaiting(hook: &LifecycleHook) -> Option<Awaiting<'_>> {
    if hook.status.as_deref() != Some("AWAITING_ACTION") {
        return None;
    }
    let then = hook.timeout_action.as_deref().map(|action| match action {
        "CONTINUE" => Then::Continue,
        "ROLLBACK" => Then::Rollback,
        other => Then::Other(other),
    });
    Some(Awaiting { hook: hook.id.as_deref()?, until: hook.expires_at, then })
}

impl Then<'_> {
    /// Its word in JSON.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Continue => "continue".to_owned(),
            Self::Rollback => "rollback".to_owned(),
            Self::Other(other) => crate::text::word(other),
        }
    }

    /// `then rolls back`, after "it".
    #[must_use]
    pub fn verb(self) -> String {
        match self {
            Self::Continue => "continues".to_owned(),
            Self::Rollback => "rolls back".to_owned(),
            Self::Other(other) => format!("does {}", crate::text::word(other)),
        }
    }
}
