//! What is read of schedule groups: ours, whole, and nothing of others.

use aws_sdk_scheduler::operation::{
    create_schedule::CreateScheduleOutput, get_schedule::GetScheduleOutput,
    list_schedule_groups::ListScheduleGroupsOutput, list_schedules::ListSchedulesOutput,
    list_tags_for_resource::ListTagsForResourceOutput, update_schedule::UpdateScheduleOutput,
};
use aws_sdk_scheduler::types::{
    FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleGroupSummary, ScheduleState, ScheduleSummary, Tag,
    Target, TargetSummary,
};
use aws_smithy_mocks::mock;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use jiff::Timestamp;

use super::change::{PutSchedule, SchedulePlace};
use super::{Group, fetch};
use crate::aws::{Clients, mocked};
use crate::change::gate::{Confirmation, Gate, GateContext};
use crate::change::receipt::Receipt;
use crate::kinds::testing::{ask, scope};
use crate::schedule::PowerAction;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::tags;
use crate::world::{Coverage, Fault, World};

fn summary(group: &str, name: &str, target: &str) -> ScheduleSummary {
    let target = TargetSummary::builder().arn(target).build().unwrap();
    ScheduleSummary::builder().group_name(group).name(name).target(target).build()
}

#[tokio::test]
async fn ours_are_read_whole_and_others_are_left() {
    let groups = mock!(aws_sdk_scheduler::Client::list_schedule_groups).then_output(|| {
        let ours =
            ScheduleGroupSummary::builder().name("toban-dev").arn("arn:aws:scheduler:x:1:schedule-group/toban-dev");
        let other = ScheduleGroupSummary::builder().name("default").arn("arn:aws:scheduler:x:1:schedule-group/default");
        ListScheduleGroupsOutput::builder()
            .schedule_groups(ours.build())
            .schedule_groups(other.build())
            .build()
            .unwrap()
    });
    let tagged = mock!(aws_sdk_scheduler::Client::list_tags_for_resource).then_output(|| {
        let tag = Tag::builder().key(tags::ENV).value("dev").build().unwrap();
        ListTagsForResourceOutput::builder().tags(tag).build()
    });
    let list = mock!(aws_sdk_scheduler::Client::list_schedules).then_output(|| {
        ListSchedulesOutput::builder()
            .schedules(summary("toban-dev", "stop", "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance"))
            .schedules(summary("default", "theirs", "arn:aws:scheduler:::aws-sdk:ecs:updateService"))
            .schedules(summary("default", "mail", "arn:aws:scheduler:::aws-sdk:ses:sendEmail"))
            .build()
            .unwrap()
    });
    let get = |group: &'static str, name: &'static str| {
        mock!(aws_sdk_scheduler::Client::get_schedule)
            .match_requests(move |input| input.name() == Some(name))
            .then_output(move || {
                let retry = RetryPolicy::builder().maximum_retry_attempts(5).maximum_event_age_in_seconds(1800).build();
                let target = Target::builder().arn("t").role_arn("r").input("{}").retry_policy(retry).build().unwrap();
                let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().unwrap();
                GetScheduleOutput::builder()
                    .group_name(group)
                    .name(name)
                    .schedule_expression("cron(0 22 * * ? *)")
                    .state(ScheduleState::Disabled)
                    .target(target)
                    .flexible_time_window(window)
                    .build()
            })
    };
    let rules = [&groups, &tagged, &list, &get("toban-dev", "stop")];
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, rules), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let reading = fetch::read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap();
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    let groups: &Vec<Group> = reading.parts[0].1.as_ref().unwrap();
    let [ours] = groups.as_slice() else { panic!("{groups:?}") };
    assert_eq!(ours.tags.get(tags::ENV).map(String::as_str), Some("dev"));
    let held = &ours.schedules[0];
    assert_eq!((held.enabled, held.attempts, held.max_age, held.role.as_str()), (false, Some(5), Some(1800), "r"));
}

fn write(known: bool) -> PutSchedule {
    let planned = Planned {
        name: "db.stop.2200".to_owned(),
        verb: PowerAction::Stop,
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: "Asia/Tokyo".to_owned(),
        start_date: None,
        once: false,
        target: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
        input: "{}".to_owned(),
        bounds: None,
        dead_letter: false,
        token: "token".to_owned(),
        firings: Vec::new(),
    };
    let place = SchedulePlace { environment: "dev".into(), scope: scope(), group: "toban-dev".to_owned() };
    PutSchedule { place, planned, role: "arn:aws:iam::1:role/toban-scheduler".to_owned(), queue: None, known }
}

async fn perform(change: PutSchedule, aws: &Clients) -> Result<Receipt, Fault> {
    let now = Timestamp::UNIX_EPOCH;
    let at = GateContext::seen_at(now);
    Gate::default().approve(Box::new(change), &Confirmation::Yes, None, &at).unwrap().perform(aws).await
}

fn refusal(code: &str) -> Option<String> {
    Some(format!(r#"{{"__type":"{code}","Message":"said AWS"}}"#))
}

#[tokio::test]
async fn what_another_console_made_or_deleted_meanwhile_is_written_all_the_same() {
    let create = mock!(aws_sdk_scheduler::Client::create_schedule)
        .sequence()
        .http_status(409, refusal("ConflictException"))
        .output(|| CreateScheduleOutput::builder().schedule_arn("arn").build().unwrap())
        .build();
    let update = mock!(aws_sdk_scheduler::Client::update_schedule)
        .match_requests(|input| {
            // A full write: what is left out, AWS resets.
            let retry = input.target().and_then(|target| target.retry_policy());
            input.state() == Some(&ScheduleState::Enabled)
                && input.kms_key_arn() == Some("arn:aws:kms:::key/1")
                && input.schedule_expression_timezone() == Some("Asia/Tokyo")
                && retry.and_then(|retry| retry.maximum_event_age_in_seconds()) == Some(1800)
        })
        .sequence()
        .output(|| UpdateScheduleOutput::builder().schedule_arn("arn").build().unwrap())
        .http_status(404, refusal("ResourceNotFoundException"))
        .build();
    let get = mock!(aws_sdk_scheduler::Client::get_schedule)
        .then_output(|| GetScheduleOutput::builder().kms_key_arn("arn:aws:kms:::key/1").build());
    let rules = [create, update, get];
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, &rules), ..Clients::silent() };
    assert!(perform(write(false), &aws).await.is_ok(), "somebody else made it");
    assert!(perform(write(true), &aws).await.is_ok(), "somebody else deleted it");
    assert_eq!((rules[0].num_calls(), rules[1].num_calls()), (2, 2));
}

#[tokio::test]
async fn a_schedule_with_what_aws_has_added_since_is_not_reset() {
    let read = |body: &'static str| {
        mock!(aws_sdk_scheduler::Client::get_schedule).then_http_response(move || {
            let status = aws_smithy_runtime_api::http::StatusCode::try_from(200).expect("a status");
            HttpResponse::new(status, aws_smithy_types::body::SdkBody::from(body))
        })
    };
    let update = || {
        mock!(aws_sdk_scheduler::Client::update_schedule)
            .then_output(|| UpdateScheduleOutput::builder().schedule_arn("arn").build().unwrap())
    };
    let strange =
        read(r#"{"Name":"db.stop.2200","Arn":"a","NewThing":1,"Target":{"Arn":"t","RoleArn":"r","NewKind":{"a":1}}}"#);
    let rules = [strange, update()];
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, &rules), ..Clients::silent() };
    let fault = perform(write(true), &aws).await.unwrap_err();
    assert!(fault.message.contains("db.stop.2200 has what this toban does not know"), "{fault}");
    assert!(fault.message.contains("NewThing, Target.NewKind"), "{fault}");
    assert_eq!(rules[1].num_calls(), 0);
    let rules =
        [read(r#"{"Name":"db.stop.2200","Target":{"Arn":"t","RoleArn":"r","SqsParameters":{"x":1}}}"#), update()];
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, &rules), ..Clients::silent() };
    assert!(perform(write(true), &aws).await.is_ok());
}

#[tokio::test]
async fn a_role_that_is_not_there_is_told_in_the_words_of_aws() {
    let message = r#"{"__type":"ValidationException","Message":"The execution role you provide must allow AWS EventBridge Scheduler to assume the role."}"#;
    let create =
        mock!(aws_sdk_scheduler::Client::create_schedule).sequence().http_status(400, Some(message.to_owned())).build();
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, &[create]), ..Clients::silent() };
    let fault = perform(write(false), &aws).await.unwrap_err();
    assert!(
        fault.sentence().contains("must allow AWS EventBridge Scheduler to assume the role"),
        "{}",
        fault.sentence()
    );
}
