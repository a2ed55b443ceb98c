//! What is read of scheduled actions, page by page, and what is written and deleted.

use aws_sdk_applicationautoscaling::Client;
use aws_sdk_applicationautoscaling::operation::delete_scheduled_action::DeleteScheduledActionOutput;
use aws_sdk_applicationautoscaling::operation::describe_scheduled_actions::DescribeScheduledActionsOutput;
use aws_sdk_applicationautoscaling::operation::put_scheduled_action::PutScheduledActionOutput;
use aws_sdk_applicationautoscaling::types::{self, ScalableTargetAction, ServiceNamespace};
use aws_smithy_mocks::mock;
use jiff::Timestamp;

use super::change::{DropAction, PutAction, Target};
use super::{ScheduledAction, fetch};
use crate::aws::{Clients, mocked};
use crate::change::gate::{Change, Confirmation, Gate, GateContext};
use crate::change::receipt::Receipt;
use crate::kinds::testing::{ask, scope};
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::{Bounds, PowerAction};
use crate::world::{Coverage, Fault, FaultKind, World};

fn page(name: &str, max: Option<i32>, next: Option<&str>) -> DescribeScheduledActionsOutput {
    let one = types::ScheduledAction::builder()
        .service_namespace(ServiceNamespace::Ecs)
        .scheduled_action_name(name)
        .scheduled_action_arn(format!("arn:{name}"))
        .resource_id("service/c/web")
        .schedule("cron(0 22 * * ? *)")
        .timezone("Asia/Tokyo")
        .scalable_target_action(ScalableTargetAction::builder().min_capacity(0).set_max_capacity(max).build())
        .creation_time(aws_smithy_types::DateTime::from_secs(0))
        .build()
        .unwrap();
    DescribeScheduledActionsOutput::builder().scheduled_actions(one).set_next_token(next.map(str::to_owned)).build()
}

#[tokio::test]
async fn all_pages_of_services_are_read_without_a_dimension() {
    let first = mock!(Client::describe_scheduled_actions)
        .match_requests(|input| {
            // AWS takes a dimension only together with a ResourceId.
            input.next_token().is_none()
                && input.service_namespace() == Some(&ServiceNamespace::Ecs)
                && input.scalable_dimension().is_none()
        })
        .then_output(|| page("a", Some(0), Some("n")));
    let second = mock!(Client::describe_scheduled_actions)
        .match_requests(|input| input.next_token() == Some("n"))
        .then_output(|| page("b", None, None));
    let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[first, second]), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let reading = fetch::read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap();
    let [a, b] = reading.parts[0].1.as_ref().unwrap().as_slice() else { panic!("two") };
    assert_eq!((a.name.as_str(), a.bounds(), a.stored().input.as_str()), ("a", Some(Bounds::ZERO), "min=0 max=0"));
    assert_eq!((b.bounds(), b.stored().input.as_str()), (None, "min=0"), "half of it is no memory");
}

#[tokio::test]
async fn a_denial_is_one() {
    let no = mock!(Client::describe_scheduled_actions)
        .sequence()
        .http_status(400, Some(r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned()))
        .build();
    let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[no]), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let fault = fetch::read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Denied);
}

fn target() -> Target {
    Target { environment: "dev".into(), scope: scope(), resource: "service/c/web".to_owned() }
}

fn planned(start: Option<&str>) -> Planned {
    Planned {
        name: "toban-dev.c.web.start.0900".to_owned(),
        verb: PowerAction::Start,
        expression: "cron(0 9 ? * MON-FRI *)".to_owned(),
        timezone: "Asia/Tokyo".to_owned(),
        start_date: start.map(|text| text.parse().unwrap()),
        once: false,
        target: "service/c/web".to_owned(),
        input: "min=2 max=10".to_owned(),
        bounds: Some(Bounds { min: 2, max: 10 }),
        dead_letter: false,
        token: String::new(),
        firings: Vec::new(),
    }
}

async fn perform(change: impl Change, aws: &Clients) -> Result<Receipt, Fault> {
    let now = Timestamp::UNIX_EPOCH;
    let at = GateContext::seen_at(now);
    Gate::default().approve(Box::new(change), &Confirmation::Yes, None, &at).unwrap().perform(aws).await
}

#[tokio::test]
async fn a_write_gives_every_field() {
    let put = mock!(Client::put_scheduled_action)
        .match_requests(|input| {
            let sets = input.scalable_target_action().map(|sets| (sets.min_capacity(), sets.max_capacity()));
            input.scheduled_action_name() == Some("toban-dev.c.web.start.0900")
                && input.resource_id() == Some("service/c/web")
                && input.schedule() == Some("cron(0 9 ? * MON-FRI *)")
                && input.timezone() == Some("Asia/Tokyo")
                && input.start_time().map(|at| at.secs()) == Some(1_795_690_860)
                && input.end_time().is_none()
                && sets == Some((Some(2), Some(10)))
        })
        .then_output(|| PutScheduledActionOutput::builder().build());
    let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[put]), ..Clients::silent() };
    let change = PutAction { target: target(), planned: planned(Some("2026-11-26T11:01:00Z")), known: true };
    let plan = change.plan();
    assert_eq!(plan.message, "change the scheduled action toban-dev.c.web.start.0900");
    assert_eq!(
        plan.calls,
        [
            "application-autoscaling:PutScheduledAction service/c/web toban-dev.c.web.start.0900 cron(0 9 ? * MON-FRI *) \
          Asia/Tokyo, not before 2026-11-26T11:01:00Z: min=2 max=10"
        ]
    );
    let receipt = perform(change, &aws).await.unwrap();
    assert!(receipt.message.unwrap().ends_with("cron(0 9 ? * MON-FRI *) Asia/Tokyo: min=2 max=10"));
}

#[tokio::test]
async fn a_target_that_is_gone_fails_a_write_and_not_a_deletion() {
    let gone = || Some(r#"{"__type":"ObjectNotFoundException","message":"No scalable target registered"}"#.to_owned());
    let put = mock!(Client::put_scheduled_action).sequence().http_status(400, gone()).build();
    let delete = mock!(Client::delete_scheduled_action)
        .sequence()
        .output(|| DeleteScheduledActionOutput::builder().build())
        .http_status(400, gone())
        .build();
    let aws = Clients { scaling: mocked!(aws_sdk_applicationautoscaling, &[put, delete]), ..Clients::silent() };
    let change = PutAction { target: target(), planned: planned(None), known: false };
    let fault = perform(change, &aws).await.unwrap_err();
    assert!(fault.sentence().contains("No scalable target registered"), "{}", fault.sentence());
    let dropping = || DropAction { target: target(), name: "n".to_owned() };
    assert_eq!(perform(dropping(), &aws).await.unwrap().message.as_deref(), Some("n is deleted"));
    assert_eq!(perform(dropping(), &aws).await.unwrap().message.as_deref(), Some("n is gone already"));
}

#[test]
fn one_that_ends_differs_from_ours() {
    let held = ScheduledAction {
        arn: "arn".to_owned(),
        name: "n".to_owned(),
        resource: "service/c/web".to_owned(),
        expression: "cron(0 9 ? * MON-FRI *)".to_owned(),
        timezone: None,
        start: None,
        end: Some(Timestamp::UNIX_EPOCH),
        min: Some(2),
        max: Some(10),
    };
    assert!(!held.stored().enabled);
    assert!(ScheduledAction { end: None, ..held }.stored().enabled);
}
