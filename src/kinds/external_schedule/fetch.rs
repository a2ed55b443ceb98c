//! Reads this kind from AWS: scheduler:ListSchedules, and scheduler:GetSchedule for those whose target matters and that
//! changed since they were last read. The only file of the kind that may touch the network; reading operations only.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types;

use super::model::ForeignSchedule;
use crate::aws::{Paged, concurrently, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::schedule::binding::GROUP_PREFIX;
use crate::schedule::stored::target_effect::{Target, TaskLaunch, matters};
use crate::world::{Coverage, Fault, FaultKind, Reading};

const LIST: &str = "scheduler:ListSchedules";
const GET: &str = "scheduler:GetSchedule";
/// An application may keep a schedule for each of its orders: after so many pages the list is left.
const MOST_PAGES: usize = 20;
/// How many are looked at in one reading; those that call a service's stop and start first.
const MOST: usize = 200;
/// Of how many is looked at where some is all that is asked for.
const SOME: usize = 3;

/// Reads the schedules of others that may matter here.
///
/// # Errors
/// The fault of the list; a single schedule that can't be read is a note, told once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ForeignSchedule>, Fault> {
    let Paged { items: mut listed, cut } = list(ask).await?;
    let most = if *ask.coverage == Coverage::All { MOST } else { SOME };
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    listed.sort_by_key(|summary| (!calls_a_service(summary), name(summary)));
    if listed.len() > MOST {
        let message = format!(
            "{} schedules of others may matter; {} of them were not looked at",
            listed.len(),
            listed.len() - MOST
        );
        notes.push(Fault::new(FaultKind::Refused, LIST, message));
    }
    listed.truncate(most);
    let read = concurrently(listed, |summary: types::ScheduleSummary| async move {
        let known = ask.known.by_key::<ForeignSchedule>(ask.scope, &name(&summary));
        let changed = when(summary.last_modification_date());
        match known.filter(|known| changed.is_some() && known.changed_at == changed) {
            Some(known) => Ok(known.clone()),
            None => one(ask, &summary).await.or_else(|fault| match known {
                Some(known) if fault.kind != FaultKind::Gone => Ok(known.clone()),
                _ => Err(fault),
            }),
        }
    });
    let mut items = Vec::new();
    for got in read.await {
        match got {
            Ok(schedule) => items.push(schedule),
            // One that fires once is deleted then: it may go between list and look.
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) if notes.iter().any(|note| note.kind == fault.kind && note.operation == fault.operation) => {}
            Err(fault) => notes.push(fault),
        }
    }
    Ok(Reading { notes, ..Reading::whole(items) })
}

/// The list, as far as its targets matter and its groups are not ours.
async fn list(ask: FetchContext<'_>) -> Result<Paged<types::ScheduleSummary>, Fault> {
    let (count, left) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (count, left) = (&count, &left);
    let mut paged = named_pages(LIST, None, |token| async move {
        let request = ask.aws.scheduler.list_schedules().max_results(100).set_next_token(token);
        let answer = ask.aws.call(LIST, None, request.send()).await?;
        let mut token = text(answer.next_token());
        if count.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_PAGES {
            left.store(token.take().is_some(), Ordering::Relaxed);
        }
        Ok((answer.schedules.into_iter().filter(is_of_interest).map(if_named).collect(), token))
    })
    .await?;
    if left.load(Ordering::Relaxed) {
        let message = format!("there are more than {} schedules; the rest was not looked at", MOST_PAGES * 100);
        paged.cut = Some(Fault::new(FaultKind::Refused, LIST, message));
    }
    Ok(paged)
}

fn if_named(summary: types::ScheduleSummary) -> Option<types::ScheduleSummary> {
    text(summary.name()).is_some().then_some(summary)
}

fn is_of_interest(summary: &types::ScheduleSummary) -> bool {
    let ours = summary.group_name().is_some_and(|group| group.starts_with(GROUP_PREFIX));
    // One without a name is told, whatever it calls.
    text(summary.name()).is_none() || (!ours && matters(target(summary)))
}

fn target(summary: &types::ScheduleSummary) -> &str {
    summary.target().map(types::TargetSummary::arn).unwrap_or_default()
}

fn calls_a_service(summary: &types::ScheduleSummary) -> bool {
    target(summary).contains(":aws-sdk:") || target(summary).contains("automation-definition/")
}

fn name(summary: &types::ScheduleSummary) -> String {
    format!("{}/{}", summary.group_name().unwrap_or("default"), summary.name().unwrap_or_default())
}

async fn one(ask: FetchContext<'_>, summary: &types::ScheduleSummary) -> Result<ForeignSchedule, Fault> {
    let request =
        ask.aws.scheduler.get_schedule().set_name(text(summary.name())).set_group_name(text(summary.group_name()));
    let answer = ask.aws.call(GET, summary.name(), request.send()).await?;
    Ok(schedule(&answer, name(summary)))
}

fn schedule(from: &GetScheduleOutput, name: String) -> ForeignSchedule {
    let target = from.target();
    let task = target.and_then(types::Target::ecs_parameters);
    ForeignSchedule {
        name,
        expression: from.schedule_expression().unwrap_or_default().to_owned(),
        timezone: text(from.schedule_expression_timezone()),
        enabled: from.state().is_none_or(|state| *state == types::ScheduleState::Enabled),
        start_date: when(from.start_date()),
        end_date: when(from.end_date()),
        target: Target {
            arn: target.map(types::Target::arn).unwrap_or_default().to_owned(),
            input: text(target.and_then(types::Target::input)),
            task_definition: task.map(|task| task.task_definition_arn().to_owned()),
            job_definition: None,
            launch: task.map(launch).or_else(|| universal(target)),
        },
        changed_at: when(from.last_modification_date()),
    }
}

/// How a schedule's own target runs a task.
fn launch(task: &types::EcsParameters) -> TaskLaunch {
    let network = task.network_configuration().and_then(types::NetworkConfiguration::awsvpc_configuration);
    let provider =
        |it: &types::CapacityProviderStrategyItem| (it.capacity_provider().to_owned(), it.weight(), it.base());
    TaskLaunch {
        count: task.task_count().and_then(|count| u32::try_from(count).ok()),
        launch_type: task.launch_type().map(|launch| launch.as_str().to_owned()),
        providers: task.capacity_provider_strategy().iter().map(provider).collect(),
        platform_version: text(task.platform_version()),
        subnets: network.map(|it| it.subnets().to_vec()).unwrap_or_default(),
        groups: network.map(|it| it.security_groups().to_vec()).unwrap_or_default(),
        public_ip: network
            .and_then(types::AwsVpcConfiguration::assign_public_ip)
            .map(|it| *it == types::AssignPublicIp::Enabled),
    }
}

/// The same, where it calls RunTask as any other operation.
fn universal(target: Option<&types::Target>) -> Option<TaskLaunch> {
    let target = target.filter(|target| target.arn().to_ascii_lowercase().ends_with(":ecs:runtask"))?;
    Some(TaskLaunch::of(&serde_json::from_str(target.input()?).ok()?))
}
