//! Reads this kind from AWS: scheduler:ListScheduleGroups, ListSchedules, GetSchedule and ListTagsForResource.
//! The only file of the kind that reads from the network; reading operations only.

use std::collections::BTreeMap;

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types;

use super::model::{Group, Held};
use crate::aws::{Paged, concurrently, maybe, named, pages, text, when};
use crate::kinds::FetchContext;
use crate::schedule::binding::GROUP_PREFIX;
use crate::world::{Arn, Fault, FaultKind, Reading};

const GROUPS: &str = "scheduler:ListScheduleGroups";
const LIST: &str = "scheduler:ListSchedules";
const GET: &str = "scheduler:GetSchedule";
const TAGS: &str = "scheduler:ListTagsForResource";

/// Reads the groups that look like ours, and every schedule in them.
///
/// # Errors
/// The fault of a list; a single schedule that can't be read is a note, for it may just have fired and gone.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Group>, Fault> {
    let aws = ask.aws;
    let listed = pages(GROUPS, None, |token| async move {
        let request = aws.scheduler.list_schedule_groups().max_results(100).set_next_token(token);
        let answer = aws.call(GROUPS, None, request.send()).await?;
        Ok((answer.schedule_groups().to_vec(), text(answer.next_token())))
    });
    let Paged { items: groups, cut } = listed.await?;
    let listed = pages(LIST, None, |token| async move {
        let request = aws.scheduler.list_schedules().max_results(100).set_next_token(token);
        let answer = aws.call(LIST, None, request.send()).await?;
        Ok((answer.schedules().to_vec(), text(answer.next_token())))
    });
    let Paged { items: schedules, cut: more } = listed.await?;

    let mut all: BTreeMap<String, Group> = BTreeMap::new();
    let mut notes: Vec<Fault> = cut.into_iter().chain(more).collect();
    let groups = groups.into_iter().map(|group| text(group.name()).is_some().then_some(group));
    let (groups, nameless) = named(GROUPS, None, groups);
    notes.extend(nameless);
    let schedules = schedules.into_iter().map(|one| text(one.name()).is_some().then_some(one));
    let (schedules, nameless) = named(LIST, None, schedules);
    notes.extend(nameless);
    let ours = groups.iter().filter(|group| group.name().is_some_and(is_ours)).cloned().collect();
    let tagged = concurrently(ours, |group: types::ScheduleGroupSummary| async move {
        let arn = group.arn().unwrap_or_default().to_owned();
        let request = aws.scheduler.list_tags_for_resource().resource_arn(&arn);
        let answer = aws.call(TAGS, group.name(), request.send()).await?;
        let tags = answer.tags.iter().flatten().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        Ok::<_, Fault>((group, tags))
    });
    for got in tagged.await {
        let (group, tags): (types::ScheduleGroupSummary, BTreeMap<String, String>) = got?;
        let name = group.name().unwrap_or_default().to_owned();
        all.insert(name.clone(), Group { name, arn: group.arn().map(Arn::from), tags, schedules: Vec::new() });
    }
    let matter = schedules.into_iter().filter(matters).collect();
    let read = concurrently(matter, |summary: types::ScheduleSummary| async move {
        let request =
            aws.scheduler.get_schedule().set_name(text(summary.name())).set_group_name(text(summary.group_name()));
        aws.call(GET, summary.name(), request.send()).await
    });
    for got in read.await {
        match got {
            Ok(answer) => {
                let name = answer.group_name().unwrap_or("default").to_owned();
                let fresh = || Group { name: name.clone(), arn: None, tags: BTreeMap::new(), schedules: Vec::new() };
                all.entry(name.clone()).or_insert_with(fresh).schedules.push(held(&answer));
            }
            // A one-time schedule is deleted once it has fired: it may go between list and look.
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => notes.push(fault),
        }
    }
    let mut reading = Reading::whole(all.into_values().collect());
    reading.notes.extend(notes);
    Ok(reading)
}

fn is_ours(name: &str) -> bool {
    name.starts_with(GROUP_PREFIX)
}

fn matters(summary: &types::ScheduleSummary) -> bool {
    summary.group_name().is_some_and(is_ours)
}

fn held(from: &GetScheduleOutput) -> Held {
    let target = from.target();
    let retry = target.and_then(types::Target::retry_policy);
    let plain = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Held {
        name: plain(from.name()),
        expression: plain(from.schedule_expression()),
        timezone: text(from.schedule_expression_timezone()),
        enabled: from.state().is_none_or(|state| *state == types::ScheduleState::Enabled),
        start_date: when(from.start_date()),
        target: plain(target.map(types::Target::arn)),
        input: plain(target.and_then(types::Target::input)),
        role: plain(target.map(types::Target::role_arn)),
        attempts: maybe(retry.and_then(types::RetryPolicy::maximum_retry_attempts)),
        max_age: maybe(retry.and_then(types::RetryPolicy::maximum_event_age_in_seconds)),
        dead_letter: target.and_then(types::Target::dead_letter_config).and_then(|queue| text(queue.arn())),
    }
}
