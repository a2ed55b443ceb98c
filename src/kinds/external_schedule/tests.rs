//! What is read of schedules that others made: those that matter, each once until it changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_scheduler::operation::{get_schedule::GetScheduleOutput, list_schedules::ListSchedulesOutput};
use aws_sdk_scheduler::types::{EcsParameters, ScheduleState, ScheduleSummary, Target, TargetSummary};
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;

use super::{ForeignSchedule, fetch};
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, know, parts, scope};
use crate::world::{Coverage, FaultKind, Reading, World};

const STOP: &str = "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance";
const CLUSTER: &str = "arn:aws:ecs:ap-northeast-1:1:cluster/c";

fn summary(group: &str, name: &str, target: &str, changed: i64) -> ScheduleSummary {
    let target = TargetSummary::builder().arn(target).build().unwrap();
    let changed = DateTime::from_secs(changed);
    ScheduleSummary::builder().group_name(group).name(name).target(target).last_modification_date(changed).build()
}

fn held(name: &str, target: &str) -> GetScheduleOutput {
    let task = EcsParameters::builder().task_definition_arn("arn:aws:ecs:x:1:task-definition/daily:3").build().unwrap();
    let target = Target::builder().arn(target).role_arn("r").input("{}").ecs_parameters(task).build().unwrap();
    GetScheduleOutput::builder()
        .name(name)
        .schedule_expression("cron(0 22 * * ? *)")
        .schedule_expression_timezone("Asia/Tokyo")
        .state(ScheduleState::Disabled)
        .last_modification_date(DateTime::from_secs(7))
        .target(target)
        .build()
}

async fn read(rules: &[&Rule], known: &World, coverage: &Coverage) -> Reading<ForeignSchedule> {
    let aws = Clients { scheduler: mocked!(aws_sdk_scheduler, rules.iter().copied()), ..Clients::silent() };
    let scope = scope();
    fetch::read(ask(&aws, &scope, known, coverage)).await.expect("a harvest")
}

fn names(reading: &Reading<ForeignSchedule>) -> Vec<&str> {
    let [(_, Ok(items))] = reading.parts.as_slice() else { panic!("one part: {:?}", reading.parts) };
    items.iter().map(|it| it.name.as_str()).collect()
}

#[tokio::test]
async fn what_matters_of_others_is_looked_at_once_until_it_changes() {
    let pages = |token: Option<&str>| token.map(str::to_owned);
    let first = mock!(aws_sdk_scheduler::Client::list_schedules)
        .match_requests(|input| input.next_token().is_none())
        .then_output(move || {
            ListSchedulesOutput::builder()
                .schedules(summary("toban-dev", "ours", STOP, 7))
                .schedules(summary("default", "mail", "arn:aws:scheduler:::aws-sdk:ses:sendEmail", 7))
                .schedules(summary("default", "daily", CLUSTER, 7))
                .set_next_token(pages(Some("n")))
                .build()
                .unwrap()
        });
    let second = mock!(aws_sdk_scheduler::Client::list_schedules)
        .match_requests(|input| input.next_token() == Some("n"))
        .then_output(|| ListSchedulesOutput::builder().schedules(summary("ops", "stop", STOP, 7)).build().unwrap());
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let get = mock!(aws_sdk_scheduler::Client::get_schedule).match_requests(|_| true).then_output(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        held("x", STOP)
    });
    let mut world = World::default();
    let reading = read(&[&first, &second, &get], &world, &Coverage::All).await;
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    assert_eq!(names(&reading), ["ops/stop", "default/daily"], "what calls a service comes first");
    let Ok(items) = &reading.parts[0].1 else { panic!("{reading:?}") };
    let stop = &items[0];
    assert_eq!((stop.enabled, stop.timezone.as_deref()), (false, Some("Asia/Tokyo")));
    assert_eq!(stop.target.task_definition.as_deref(), Some("arn:aws:ecs:x:1:task-definition/daily:3"));
    know(&mut world, items.clone());
    let again = read(&[&first, &second, &get], &world, &Coverage::All).await;
    assert_eq!((names(&again).len(), looks.load(Ordering::SeqCst)), (2, 2), "nothing changed, nothing is asked");
}

#[tokio::test]
async fn thousands_are_left_with_a_note_and_a_probe_looks_at_few() {
    let list = mock!(aws_sdk_scheduler::Client::list_schedules)
        .match_requests(|_| true)
        .sequence()
        .output(|| page("a"))
        .times(1)
        .output(|| page("b"))
        .times(1)
        .output(|| page("c"))
        .times(1)
        .output(|| page("d"))
        .times(1)
        .build();
    let get = mock!(aws_sdk_scheduler::Client::get_schedule).match_requests(|_| true).then_output(|| held("x", STOP));
    let reading = read(&[&list, &get], &World::default(), &parts(&[""])).await;
    assert_eq!(names(&reading).len(), 3);
    let [note] = reading.notes.as_slice() else { panic!("{:?}", reading.notes) };
    assert_eq!(note.kind, FaultKind::Refused);
    assert!(note.message.contains("400 schedules of others may matter; 200 of them were not looked at"), "{note}");
}

/// A hundred schedules, and the next page but for the last.
fn page(mark: &str) -> ListSchedulesOutput {
    let many = (0..100).map(|at| summary("default", &format!("{mark}{at}"), STOP, 7)).collect();
    let next = (mark != "d").then(|| mark.to_owned());
    ListSchedulesOutput::builder().set_schedules(Some(many)).set_next_token(next).build().unwrap()
}
