//! Which writes may be sent again when the answer to the first one is lost, decided in one place by the operation's name,
//! and an interceptor that keeps the SDK from repeating any other. A write that is not named here is sent once. What
//! becomes of a lost answer (looking for what was made) is the business of the change that sent it.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

use super::doubt;
use super::stats::{is_throttle, operation};

/// What becomes of an operation that AWS gets twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idempotency {
    /// It changes nothing.
    Reading,
    /// The second leaves what the first left.
    ByNature,
    /// AWS knows the second by its client token.
    ByToken,
    /// The second is done as well, or is refused because of the first: it is sent once.
    Once,
}

/// The verbs of operations that only read.
const READING: [&str; 8] = ["Describe", "List", "Get", "BatchGet", "Simulate", "Lookup", "Filter", "Download"];

/// Writes that leave the same state however often they arrive. Where the second is answered with "it is so already" or
/// "it is gone", the change that sends it takes that for success.
const BY_NATURE: &[&str] = &[
    "application-autoscaling:DeleteScheduledAction",
    "application-autoscaling:PutScheduledAction",
    "application-autoscaling:RegisterScalableTarget",
    "cloudwatch:DeleteAlarmMuteRule",
    "cloudwatch:PutAlarmMuteRule",
    "ec2:StartInstances",
    "ec2:StopInstances",
    // What is stopped, or gone, is taken for stopped.
    "ecs:StopTask",
    "ecs:TagResource",
    "ecs:UntagResource",
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:RemoveTags",
    "events:DisableRule",
    "events:EnableRule",
    "events:TagResource",
    "events:UntagResource",
    // A key that nobody keeps is nothing.
    "kms:GenerateDataKey",
    // The same code is the same version.
    "lambda:PublishVersion",
    "rds:AddTagsToResource",
    // It carries a name of its own, which there is once.
    "rds:CreateDBClusterSnapshot",
    "rds:CreateDBSnapshot",
    "rds:RemoveTagsFromResource",
    "rds:StartDBCluster",
    "rds:StartDBInstance",
    "rds:StopDBCluster",
    "rds:StopDBInstance",
    "scheduler:DeleteSchedule",
    "scheduler:DeleteScheduleGroup",
    "scheduler:TagResource",
    "scheduler:UntagResource",
    "ssm:ResumeSession",
    "ssm:TerminateSession",
];

/// Writes whose request carries a client token, ours or the SDK's, that is the same in every attempt.
const BY_TOKEN: &[&str] =
    &["ecs:RunTask", "scheduler:CreateSchedule", "scheduler:CreateScheduleGroup", "scheduler:UpdateSchedule"];

/// Whether `action`, without its service, only reads.
pub(super) fn is_reading(action: &str) -> bool {
    READING.iter().any(|verb| action.starts_with(verb))
}

/// What becomes of `operation`, as IAM names it, when AWS gets it twice.
#[must_use]
pub fn idempotency(operation: &str) -> Idempotency {
    let action = operation.split_once(':').map_or(operation, |(_, action)| action);
    match operation {
        _ if is_reading(action) => Idempotency::Reading,
        _ if BY_NATURE.contains(&operation) => Idempotency::ByNature,
        _ if BY_TOKEN.contains(&operation) => Idempotency::ByToken,
        _ => Idempotency::Once,
    }
}

/// Whether AWS may have done what it was asked although no answer tells so. `response` is what came, if anything.
fn may_be_done(response: Option<&HttpResponse>, error: &(dyn Error + 'static)) -> bool {
    if let Some(response) = response {
        let status = response.status().as_u16();
        return !is_throttle(response) && !(400..500).contains(&status);
    }
    let mut cause = Some(error);
    while let Some(here) = cause {
        let unconnected = here.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|why| why.is_connect());
        if unconnected || here.is::<CredentialsError>() || here.is::<crate::world::Fault>() {
            return false;
        }
        cause = here.source();
    }
    true
}

/// Whether `error` leaves open if `operation` was done: a write was sent, and its answer is lost.
pub(super) fn is_answer_lost<E: Error + 'static>(operation: &str, error: &SdkError<E, HttpResponse>) -> bool {
    if idempotency(operation) == Idempotency::Reading {
        return false;
    }
    match error {
        SdkError::ConstructionFailure(_) => false,
        error => may_be_done(error.raw_response(), error),
    }
}

/// Keeps the SDK from repeating a write that AWS must get once, where the first may have been done. A throttled one, or
/// one that never reached AWS, is repeated as any other. What is repeated although it may have been done is noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SendOnce;

/// How often the call may be tried, as it is set up; kept while one attempt is all it has.
#[derive(Clone, Debug)]
struct Usual(RetryConfig);

impl aws_smithy_types::config_bag::Storable for Usual {
    type Storer = aws_smithy_types::config_bag::StoreReplace<Self>;
}

impl Intercept for SendOnce {
    fn name(&self) -> &'static str {
        "toban: sends once what must not be repeated"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        doubt::begins();
        if idempotency(&operation(cfg)) != Idempotency::Once {
            return Ok(());
        }
        // An attempt that runs out of time is never seen below, so none is the rule and more the exception.
        let usual = cfg.load::<Usual>().map(|usual| usual.0.clone());
        let Some(usual) = usual.or_else(|| cfg.load::<RetryConfig>().cloned()) else { return Ok(()) };
        let once = usual.clone().with_max_attempts(1);
        cfg.interceptor_state().store_put(Usual(usual)).store_put(once);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Err(error)) = context.output_or_error() else { return Ok(()) };
        if may_be_done(context.response(), error) {
            return Ok(());
        }
        doubt::not_done();
        if let Some(usual) = cfg.load::<Usual>().map(|usual| usual.0.clone()) {
            cfg.interceptor_state().store_put(usual);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
