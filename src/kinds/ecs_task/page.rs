//! A task's page: facts and containers with what really runs and how it ended.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::model::{Container, Task};
use super::stop_cause::cause;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::target_group::{TargetGroup, words};
use crate::kinds::target_health::TargetHealth;
use crate::kinds::task_definition::{image_name, revision_name};
use crate::text::{first_line, when, word};
use crate::world::{Health, Resource};

const CONTAINERS: &[Column] = &[
    Column::text("CONTAINER", Width::Fit(8, 30), 9),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::figure("CODE", Width::Fit(4, 5), 8),
    Column::text("IMAGE", Width::Fill(12), 6),
    Column::text("DIGEST", Width::Fit(12, 19), 5),
    Column::text("EXEC AGENT", Width::Fit(6, 12), 4),
    Column::text("WHY", Width::Fill(12), 7),
];

/// The sections of its page.
pub(super) fn detail(item: &Task, cx: &KindContext<'_>) -> Vec<Section> {
    vec![
        Section::Facts { title: "task", facts: facts(item, cx) },
        Section::Table {
            title: "containers",
            columns: CONTAINERS,
            rows: item.containers.iter().map(container).collect(),
            empty: "no containers yet",
        },
    ]
}

fn facts(item: &Task, cx: &KindContext<'_>) -> Vec<Fact> {
    let at = |at: Option<jiff::Timestamp>| Cell::or_none(at.map(|at| when(at, cx.now, cx.zone)));
    let service = item.service().and_then(|name| cx.resource_index.service(cx.scope, item.cluster.last(), name));
    let mut facts = Vec::new();
    if let Some(cause) = cause(item) {
        facts.push(Fact::new("why it stopped", Cell::of(cause.health, cause.message.into_owned())));
        if !cause.check.is_empty() {
            facts.push(Fact::new("next step", Cell::plain(cause.check)));
        }
        facts.push(Fact::new(
            "AWS message",
            Cell::or_none(item.stopped_reason.as_deref().map(|it| first_line(it, 300))),
        ));
        facts.push(Fact::new("stop code", Cell::or_none(item.stop_code.as_deref())));
    }
    facts.extend(targets(item, cx));
    facts.extend([
        Fact::new("state", Cell::plain(word(&item.last_status))),
        Fact::new("desired", Cell::plain(word(&item.desired_status))),
        Fact::new("container health", Cell::or_none(item.health.as_deref().map(word))),
        Fact::to(
            "service",
            Cell::or_none(item.service().or(item.group.as_deref())),
            service.map(|service| service.id(cx.scope)),
        ),
        Fact::new("cluster", Cell::plain(item.cluster.last())),
        Fact::new("revision", Cell::plain(revision_name(&item.task_definition))),
        Fact::new("started by", Cell::or_none(item.started_by.as_deref().map(|by| first_line(by, 80)))),
        Fact::new("address", Cell::or_none((!item.ips.is_empty()).then(|| item.ips.join(" ")))),
        Fact::new("zone", Cell::or_none(item.zone.as_deref())),
        Fact::new("runs on", Cell::or_none(item.launch.as_deref())),
        Fact::new("platform", Cell::or_none(item.platform_version.as_deref())),
        Fact::new("size", Cell::or_none(size(item))),
        Fact::new(
            "ECS Exec",
            Cell::plain(if item.exec_enabled { "on" } else { "off: a shell needs a task started with it" }),
        ),
        Fact::new("created", at(item.created_at)),
        Fact::new("started", at(item.started_at)),
        Fact::new("stopped", at(item.stopped_at)),
    ]);
    facts
}

/// How load balancers see it, where they do: what is red on a target's row is red on its task's page.
fn targets(item: &Task, cx: &KindContext<'_>) -> Vec<Fact> {
    if item.stopped_at.is_some() {
        return Vec::new();
    }
    let mut facts = Vec::new();
    for health in cx.world.all::<TargetHealth>(cx.scope) {
        let Some(group) = cx.world.by_key::<TargetGroup>(cx.scope, health.group.as_str()) else { continue };
        for target in health.targets.iter().filter(|target| item.ips.contains(&target.id) && !target.is_abroad()) {
            let words = words(target, group.check.matcher.as_deref());
            let text = match words.full() {
                full if full.is_empty() => format!("healthy in {}", group.name),
                full => format!("{full} in {}", group.name),
            };
            facts.push(Fact::to("load balancer", Cell::sentence(words.health, text), Some(group.id(cx.scope))));
        }
    }
    facts
}

/// `0.5 vCPU, 1 GiB`, from CPU units and MiB.
fn size(item: &Task) -> Option<String> {
    let cpu: f64 = item.cpu.as_deref()?.parse().ok()?;
    let memory: f64 = item.memory.as_deref()?.parse().ok()?;
    Some(format!("{} vCPU, {} GiB", cpu / 1024.0, memory / 1024.0))
}

fn container(item: &Container) -> Row {
    let failed = item.exit_code.is_some_and(|code| code != 0) || item.reason.is_some();
    let health = match item.health.as_deref() {
        Some("UNHEALTHY") => Health::Worrying,
        _ if failed => Health::Worrying,
        _ => Health::Well,
    };
    let digest = item.digest.as_deref().map(|digest| digest.chars().take(19).collect::<String>());
    Row {
        key: item.name.clone(),
        open: None,
        health: Some(health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::of(health, word(&item.status)),
            Cell::or_none(item.exit_code.map(|code| code.to_string())),
            Cell::or_none(item.image.as_deref().map(image_name)),
            Cell::or_none(digest),
            Cell::or_none(item.exec_agent.as_deref().map(word)),
            Cell::of(health, item.reason.as_deref().map(|reason| first_line(reason, 200)).unwrap_or_default()),
        ],
    }
}
