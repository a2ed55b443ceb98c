//! Answers to a pause, whatever AWS does with them: no second call once one may have been heard, and no good end that was
//! not seen. And records of deployments in any order.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::sequences::{new, old, record, with};
use crate::change::How;
use crate::change::procedure::{Observation, Proposal, Step};
use crate::change::receipt::Receipt;
use crate::kinds::ecs_service::Service;
use crate::kinds::service_deployment::{LifecycleHook, ServiceDeployment};
use crate::kinds::testing_samples::{Shelves, ago, now, revision, scope};
use crate::operations::ActionContext;
use crate::operations::ecs_service::{answer, record_of};
use crate::overview::EnvironmentStatus;
use crate::world::{Arn, Fault, FaultKind};

/// What AWS does with one call.
#[derive(Clone, Copy, Debug)]
enum Heard {
    Yes,
    NobodyKnows,
    NotNow,
    Never,
}

fn got(heard: Heard) -> Result<Receipt, Fault> {
    let fault = |kind, answer_lost| Fault { answer_lost, ..Fault::new(kind, "ecs:ContinueServiceDeployment", "no") };
    match heard {
        Heard::Yes => Ok(Receipt::default()),
        Heard::NobodyKnows => Err(fault(FaultKind::Timeout, true)),
        Heard::NotNow => Err(fault(FaultKind::Throttled, false)),
        Heard::Never => Err(fault(FaultKind::Denied, false)),
    }
}

fn paused(status: &str, hook: &str) -> ServiceDeployment {
    let hook = LifecycleHook {
        id: Some("hook-1".to_owned()),
        kind: Some("PAUSE".to_owned()),
        target: None,
        status: Some(hook.to_owned()),
        expires_at: Some(now() + SignedDuration::from_mins(45)),
        timeout_action: Some("ROLLBACK".to_owned()),
    };
    let mut record = record(status);
    (record.stage, record.created_at) = (Some("POST_SCALE_UP".to_owned()), Some(ago(5)));
    record.progress.hooks = vec![hook];
    record.progress.settings.strategy = Some("BLUE_GREEN".to_owned());
    record
}

fn service_of(record: &ServiceDeployment) -> Service {
    let mut service = with(vec![new(2, "IN_PROGRESS"), old(2)]);
    service.delivery.settings.strategy = Some("BLUE_GREEN".to_owned());
    (service.delivery.current, service.delivery.record) = (Some(record.arn.clone()), Some(record.clone()));
    service
}

/// The status of the deployment and of its pause at a look.
fn any_look() -> impl Strategy<Value = (&'static str, &'static str)> {
    let status = prop_oneof![
        3 => Just("IN_PROGRESS"),
        1 => Just("SUCCESSFUL"),
        1 => Just("ROLLBACK_IN_PROGRESS"),
        1 => Just("ROLLBACK_SUCCESSFUL"),
        1 => Just("STOPPED"),
        1 => Just("REVIEWING"),
    ];
    let hook =
        prop_oneof![Just("AWAITING_ACTION"), Just("SUCCEEDED"), Just("FAILED"), Just("TIMED_OUT"), Just("HANDED_ON"),];
    (status, hook)
}

fn any_heard() -> impl Strategy<Value = Heard> {
    prop_oneof![Just(Heard::Yes), Just(Heard::NobodyKnows), Just(Heard::NotNow), Just(Heard::Never)]
}

proptest! {
    #[test]
    fn exactly_one_answer_may_be_heard_and_no_end_is_good_that_was_not_seen(
        go_on in any::<bool>(),
        calls in prop::collection::vec(any_heard(), 1..5),
        looks in prop::collection::vec(any_look(), 1..12),
    ) {
        let before = service_of(&paused("IN_PROGRESS", "AWAITING_ACTION"));
        let environment = EnvironmentStatus::new("city-prod", vec![scope()]);
        let proposal = Shelves::default().with([before.clone()]).seen(true, |cx| {
            answer::propose(&before, go_on, &ActionContext { cx: *cx, environment: &environment })
        });
        let Ok(Proposal::Procedure(mut procedure)) = proposal else { panic!("it waits for an answer") };
        let (mut at, mut sent, mut heard) = (now(), 0, 0);
        let mut seen: Vec<&str> = Vec::new();
        for look in 0..200 {
            let (status, hook) = looks[look.min(looks.len() - 1)];
            let record = paused(status, hook);
            let world = Shelves::default().with([service_of(&record)]).with([record]).0;
            seen.push(status);
            match procedure.step(&Observation { world: &world, faults: &[], now: at }) {
                Step::Act(changes) => {
                    for change in changes {
                        let answer = calls[sent.min(calls.len() - 1)];
                        sent += 1;
                        heard += usize::from(matches!(answer, Heard::Yes | Heard::NobodyKnows));
                        prop_assert!(heard <= 1, "a second answer: {calls:?}");
                        procedure.told(&change.change_request(), &got(answer), at);
                    }
                }
                Step::Wait(pause) => at += pause.max(SignedDuration::from_secs(1)),
                Step::End(ending) => {
                    let wanted = if go_on { "SUCCESSFUL" } else { "ROLLBACK_SUCCESSFUL" };
                    prop_assert!(ending.how != How::Done || (heard == 1 && seen.contains(&wanted)), "{}", ending.message);
                    break;
                }
            }
        }
    }

    /// ECS lists deployments in no order that can be relied on, and page by page.
    #[test]
    fn a_record_is_found_in_whatever_order_they_come(order in Just((0..6_u32).collect::<Vec<u32>>()).prop_shuffle(), at in 0..6_u32) {
        let one = |number: &u32| ServiceDeployment {
            arn: Arn::from(format!("arn:aws:ecs:ap-northeast-1:1:service-deployment/c/s/{number}")),
            revision: Some(Arn::from(format!("arn:aws:ecs:ap-northeast-1:1:service-revision/c/s/{number}"))),
            created_at: Some(ago(i64::from(*number) * 10)),
            task_definition: Some(revision(118)),
            ..record("SUCCESSFUL")
        };
        let all: Vec<ServiceDeployment> = order.iter().map(one).collect();
        let by_number = record_of(&all, &format!("ecs-svc/{at}"), &revision(118), None).map(|one| one.arn.last().to_owned());
        prop_assert_eq!(by_number, Some(at.to_string()));
        let began = Some(ago(i64::from(at) * 10));
        let by_time = record_of(&all, "ecs-svc/unknown", &revision(118), began).map(|one| one.arn.last().to_owned());
        prop_assert_eq!(by_time, Some(at.to_string()));
    }
}
