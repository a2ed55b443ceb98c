//! What is read of schedule groups: ours whole, of others what starts or stops something.

use aws_sdk_scheduler::operation::{
    get_schedule::GetScheduleOutput, list_schedule_groups::ListScheduleGroupsOutput,
    list_schedules::ListSchedulesOutput, list_tags_for_resource::ListTagsForResourceOutput,
};
use aws_sdk_scheduler::types::{
    FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleGroupSummary, ScheduleState, ScheduleSummary, Tag,
    Target, TargetSummary,
};
use aws_smithy_mocks::mock;

use super::{Group, fetch};
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, scope};
use crate::schedule::tags;
use crate::world::{Coverage, World};

fn summary(group: &str, name: &str, target: &str) -> ScheduleSummary {
    let target = TargetSummary::builder().arn(target).build().unwrap();
    ScheduleSummary::builder().group_name(group).name(name).target(target).build()
}

#[tokio::test]
async fn ours_are_read_whole_and_of_others_what_has_power() {
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
    let rules = [&groups, &tagged, &list, &get("toban-dev", "stop"), &get("default", "theirs")];
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, rules), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let harvest = fetch::read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap();
    assert!(harvest.notes.is_empty(), "{:?}", harvest.notes);
    let groups: &Vec<Group> = harvest.parts[0].1.as_ref().unwrap();
    let [theirs, ours] = groups.as_slice() else { panic!("{groups:?}") };
    assert_eq!((theirs.name.as_str(), theirs.schedules.len(), theirs.tags.len()), ("default", 1, 0));
    assert_eq!(ours.tags.get(tags::ENV).map(String::as_str), Some("dev"));
    let held = &ours.schedules[0];
    assert_eq!((held.enabled, held.attempts, held.max_age, held.role.as_str()), (false, Some(5), Some(1800), "r"));
}
