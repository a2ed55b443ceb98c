//! A service's page: facts, deployments, tasks, events, target groups.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::delivery_page;
use super::event_meanings::meaning;
use super::history_page;
use super::model::{Deployment, Service};
use super::rows::{bar, rollout_word, tasks};
use super::rules::judge;
use super::stopped_before;
use crate::display::{Cell, Column, Fact, Moment, Row, Section, Tone, Width};
use crate::kinds::KindContext;
use crate::kinds::ecs_task::stop_cause::cause;
use crate::kinds::ecs_task::{Task, TaskLines};
use crate::kinds::target_group::{TargetGroup, share};
use crate::kinds::task_definition::{TaskDefinition, revision_name};
use crate::text::{first_line, when, word};
use crate::world::{Arn, Health, Resource};

const DEPLOYMENTS: &[Column] = &[
    Column::text("DEPLOYMENT", Width::Fit(8, 10), 9),
    Column::text("REVISION", Width::Fit(8, 32), 8),
    Column::text("PROGRESS", Width::Fit(8, 18), 9),
    Column::figure("FAILED", Width::Fit(6, 6), 6),
    Column::text("ROLLOUT", Width::Fit(7, 14), 8),
    Column::text("STARTED", Width::Fit(8, 30), 5),
    Column::text("WHY", Width::Fill(12), 4),
];

const GROUPS: &[Column] = &[
    Column::text("TARGET GROUP", Width::Fit(8, 40), 9),
    Column::text("CONTAINER", Width::Fit(8, 30), 6),
    Column::figure("PORT", Width::Fit(4, 6), 5),
    Column::figure("HEALTHY", Width::Fit(7, 9), 9),
    Column::figure("TRAFFIC", Width::Fit(7, 8), 8),
    Column::text("WHY", Width::Fill(12), 7),
];

/// The sections of its page.
pub(super) fn detail(item: &Service, cx: &KindContext<'_>) -> Vec<Section> {
    let mut all: Vec<&Task> = cx.resource_index.tasks_of(cx.scope, item).to_vec();
    all.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.arn.cmp(&b.arn)));
    let (stopped, running): (Vec<&Task>, Vec<&Task>) = all.into_iter().partition(|task| cause(task).is_some());
    let remembered = stopped_before::section(item, cx, &stopped);
    let mut sections = vec![
        Section::Facts { title: "service", facts: facts(item, cx) },
        Section::Facts { title: "delivery", facts: delivery_page::facts(item, cx) },
        Section::Table {
            title: "deployments",
            columns: DEPLOYMENTS,
            rows: item.deployments.iter().map(|deployment| deployed(deployment, cx)).collect(),
            empty: "no deployments: another controller deploys this service",
        },
        Section::Table {
            title: "tasks",
            columns: TaskLines::COLUMNS,
            rows: running.iter().flat_map(|task| TaskLines::of(task, cx)).collect(),
            empty: "no tasks run",
        },
        Section::Table {
            title: "stopped tasks",
            columns: TaskLines::COLUMNS,
            rows: stopped.iter().flat_map(|task| TaskLines::of(task, cx)).collect(),
            empty: "AWS tells of none; it forgets them after an hour",
        },
        Section::Table {
            title: "target groups",
            columns: GROUPS,
            rows: groups(item, cx),
            empty: "it registers in no target group",
        },
    ];
    if let Some(remembered) = remembered {
        // Beside those that AWS still tells of.
        let is_next = |section: &Section| matches!(section, Section::Table { title: "target groups", .. });
        let at = sections.iter().position(is_next).unwrap_or(sections.len());
        sections.insert(at, remembered);
    }
    sections.extend(history_page::section(item, cx));
    sections.push(Section::Moments { title: "events", moments: events(item), empty: "no events" });
    sections
}

fn facts(item: &Service, cx: &KindContext<'_>) -> Vec<Fact> {
    let judged = judge(item, cx);
    let percent = match (item.min_percent, item.max_percent) {
        (Some(min), Some(max)) => Some(format!("{min}–{max} % of the desired tasks")),
        _ => None,
    };
    let mut facts = vec![Fact::new(
        "health",
        Cell::of(judged.assessment.health, judged.assessment.why.as_deref().unwrap_or(judged.assessment.health.word())),
    )];
    if !judged.check.is_empty() {
        facts.push(Fact::new("next step", Cell::plain(judged.check)));
    }
    facts.extend([
        Fact::new("tasks", tasks(item)),
        Fact::new("cluster", Cell::plain(item.cluster.last())),
        Fact::new("revision", Cell::plain(revision_name(&item.task_definition))),
    ]);
    let definition = cx.world.by_key::<TaskDefinition>(cx.scope, item.task_definition.as_str());
    for container in definition.into_iter().flat_map(|definition| &definition.containers) {
        let image = container.image.as_deref().map(|image| format!("{}: {}", container.name, first_line(image, 160)));
        facts.push(Fact::new("image", Cell::or_none(image)));
    }
    if definition.into_iter().flat_map(|it| &it.containers).any(|it| it.image.as_deref().is_some_and(floats)) {
        let message = "the tag :latest (or none) does not tell what runs; the digests of the tasks do";
        facts.push(Fact::new("note", Cell::dim(message)));
    }
    if item.desired == 1 && item.max_percent == Some(100) && item.min_percent == Some(100) {
        let message = "one task with minimum 100 % and maximum 100 %: no rollout can move; use 100/200 or 0/100";
        facts.push(Fact::new("note", Cell::of(Health::Worrying, message)));
    }
    facts.extend([
        Fact::new("runs on", Cell::or_none(item.launch.as_deref())),
        Fact::new("during a rollout", Cell::or_none(percent)),
        Fact::new("grace period", Cell::or_none(item.grace_seconds.map(|seconds| format!("{seconds} s")))),
        Fact::new("ECS Exec", Cell::plain(if item.exec_enabled { "on for new tasks" } else { "off" })),
        Fact::new("public address", Cell::or_none(item.public_ip.map(|public| if public { "yes" } else { "no" }))),
        Fact::new("subnets", Cell::or_none((!item.subnets.is_empty()).then(|| item.subnets.join(" ")))),
        Fact::new(
            "security groups",
            Cell::or_none((!item.security_groups.is_empty()).then(|| item.security_groups.join(" "))),
        ),
        Fact::new("created", Cell::or_none(item.created_at.map(|at| when(at, cx.now, cx.zone)))),
    ]);
    facts
}

/// Whether an image's tag may mean something else tomorrow.
fn floats(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !name.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn deployed(deployment: &Deployment, cx: &KindContext<'_>) -> Row {
    let health = match deployment.rollout.as_deref() {
        Some("FAILED") => Health::Bad,
        Some("IN_PROGRESS") => Health::Changing,
        _ => Health::Well,
    };
    let failed = deployment.failed;
    Row {
        key: deployment.id.clone(),
        open: None,
        health: Some(health),
        cells: vec![
            Cell::plain(word(&deployment.status)),
            Cell::plain(revision_name(&deployment.task_definition)),
            Cell::plain(format!("{} {}/{}", bar(deployment), deployment.running, deployment.desired)),
            if failed > 0 { Cell::of(Health::Worrying, failed.to_string()) } else { Cell::dim("0") },
            deployment.rollout.as_deref().map_or_else(Cell::none, rollout_word),
            Cell::or_none(deployment.created_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::dim(deployment.reason.as_deref().map(|reason| first_line(reason, 160)).unwrap_or_default()),
        ],
    }
}

fn groups(item: &Service, cx: &KindContext<'_>) -> Vec<Row> {
    let line = |(attached, arn): (&super::model::Attachment, &Arn)| {
        let group = cx.world.by_key::<TargetGroup>(cx.scope, arn.as_str());
        let assessment = group.and_then(|group| crate::kinds::target_group::judge(group, cx)).unwrap_or_default();
        let health = cx.resource_index.health_of(cx.scope, arn.as_str());
        let healthy = health.map(|health| {
            format!(
                "{}/{}",
                health.targets.iter().filter(|target| target.state == "healthy").count(),
                health.targets.len()
            )
        });
        Row {
            key: arn.to_string(),
            open: group.map(|group| group.id(cx.scope)),
            health: Some(assessment.health),
            cells: vec![
                // An ARN is …:targetgroup/NAME/id.
                Cell::strong(
                    group.map_or_else(|| arn.resource().split('/').nth(1).unwrap_or(arn.last()), |group| &group.name),
                ),
                Cell::or_none(attached.container.as_deref()),
                Cell::or_none(attached.port.map(|port| port.to_string())),
                Cell::or_none(healthy),
                Cell::or_none(group.and_then(|group| share(group, cx)).map(|share| format!("{share:.0} %"))),
                Cell::of(assessment.health, assessment.why.unwrap_or_default()),
            ],
        }
    };
    let attached = item.attachments.iter().flat_map(|one| one.groups().map(move |group| (one, group)));
    attached.map(line).collect()
}

fn events(item: &Service) -> Vec<Moment> {
    let moment = |event: &super::model::Event| {
        let known = meaning(&event.message);
        let tone = match known.map(|known| known.health) {
            Some(Health::Well) => Tone::Dim,
            Some(health) => Tone::Of(health),
            None => Tone::Plain,
        };
        event.at.map(|at| Moment { at, message: first_line(&event.message, 300), tone })
    };
    let mut folded: Vec<(Moment, usize)> = Vec::new();
    // A sick service repeats itself: equal events that follow each other are one line with their count.
    for moment in item.events.iter().filter_map(moment) {
        match folded.last_mut().filter(|(known, _)| known.message == moment.message) {
            Some((_, times)) => *times += 1,
            None => folded.push((moment, 1)),
        }
    }
    let told = |(moment, times): (Moment, usize)| match times {
        1 => moment,
        times => Moment { message: format!("{} ({times} times)", moment.message), ..moment },
    };
    folded.into_iter().map(told).collect()
}
