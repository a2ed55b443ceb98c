//! A task in one line, and its page in the web console; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use super::model::Task;
use super::rules::{assess, told_by_service};
use super::stop_cause::cause;
use crate::display::{Cell, Column, Row, Width};
use crate::kinds::target_group::{TargetGroup, words};
use crate::kinds::task_definition::revision_name;
use crate::kinds::{KindContext, console_url};
use crate::text::{ago, word};
use crate::world::{Health, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("TASK", Width::Fit(8, 34), 9),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("REVISION", Width::Fit(6, 24), 5),
    Column::text("ADDRESS", Width::Fit(7, 16), 4),
    Column::text("ZONE", Width::Fit(4, 16), 3),
    Column::figure("AGE", Width::Fit(3, 14), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Lines of tasks on other kinds' pages.
pub struct TaskLines;

impl TaskLines {
    /// The columns of [`TaskLines::of`].
    pub const COLUMNS: &'static [Column] = COLUMNS;

    /// One task in one line.
    #[must_use]
    pub fn of(task: &Task, cx: &KindContext<'_>) -> Option<Row> {
        Some(line(task, cx))
    }
}

/// Its lines in the environment screen: tasks of services stand on their service's page, but for unhealthy ones.
pub(super) fn rows(item: &Task, cx: &KindContext<'_>) -> Vec<Row> {
    if told_by_service(item, cx) && assess(item, cx).is_none() {
        return Vec::new();
    }
    vec![line(item, cx)]
}

/// How it is as a target of the groups that its service registers it in, and why, where it is not healthy in one of them.
fn as_target(item: &Task, cx: &KindContext<'_>) -> Option<(Health, String)> {
    if item.stopped_at.is_some() {
        return None;
    }
    let name = item.service()?;
    let service = cx.resource_index.service(cx.scope, item.cluster.last(), name)?;
    let told = service.target_groups().into_iter().filter_map(|arn| {
        let group = cx.world.by_key::<TargetGroup>(cx.scope, arn.as_str())?;
        let health = cx.resource_index.health_of(cx.scope, arn.as_str())?;
        let target = health.targets.iter().find(|target| item.ips.contains(&target.id) && !target.is_abroad())?;
        let words = words(target, group.check.matcher.as_deref());
        let sick = matches!(words.health, Health::Bad | Health::Worrying);
        sick.then(|| (words.health, format!("{} in {}", words.full(), group.name)))
    });
    told.max_by_key(|(health, _)| *health)
}

/// One line of it, wherever it stands.
pub(super) fn line(item: &Task, cx: &KindContext<'_>) -> Row {
    let cause = cause(item);
    let behind = as_target(item, cx);
    let health = match (&cause, &behind) {
        (Some(cause), _) => cause.health,
        (None, Some((health, _))) => *health,
        (None, None) if item.health.as_deref() == Some("UNHEALTHY") => Health::Worrying,
        (None, None) if item.last_status == "RUNNING" => Health::Well,
        (None, None) => Health::Changing,
    };
    let since = item.stopped_at.or(item.started_at).or(item.created_at);
    let why = match (&cause, behind) {
        (Some(cause), _) => cause.message.to_string(),
        (None, Some((_, why))) => why,
        (None, None) if health == Health::Worrying => "fails its container health check".to_owned(),
        (None, None) => String::new(),
    };
    Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(health),
        cells: vec![
            Cell::strong(item.arn.last()),
            Cell::of(health, word(&item.last_status)),
            Cell::plain(revision_name(&item.task_definition)),
            Cell::or_none(item.ips.first().map(String::as_str)),
            Cell::or_none(item.zone.as_deref()),
            Cell::or_none(since.map(|at| ago(cx.now.duration_since(at).as_secs()))),
            Cell::of(health, why),
        ],
    }
}

/// Its object in `status --json`: none, services tell their tasks' numbers.
pub(super) fn to_json(_item: &Task, _cx: &KindContext<'_>) -> Option<serde_json::Value> {
    None
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Task, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let (cluster, task) = (console_url::encode(item.cluster.last()), console_url::encode(item.arn.last()));
    console_url::page(region, &format!("ecs/v2/clusters/{cluster}/tasks/{task}/configuration?region={region}"))
}
