//! A target group in lines (itself, then each target) and as a JSON object; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use serde_json::json;

use super::model::TargetGroup;
use super::rules::{idle, judge, share};
use super::wording::words;
use crate::display::{Cell, Column, Row, Width};
use crate::kinds::ecs_service::delivery::in_json;
use crate::kinds::ecs_task::Task;
use crate::kinds::target_health::Target;
use crate::kinds::task_definition::revision_number;
use crate::kinds::{KindContext, console_url};
use crate::text::first_line;
use crate::world::{Arn, Assessment, Health, Resource, ResourceId, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("TARGET", Width::Fit(8, 32), 9),
    Column::figure("PORT", Width::Fit(4, 6), 5),
    Column::text("ZONE", Width::Fit(4, 16), 4),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("RESOURCE", Width::Fit(6, 30), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen: the group, then each of its targets.
pub(super) fn rows(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = shown_opinion(item, cx);
    let health = cx.resource_index.health_of(cx.scope, item.arn.as_str());
    let state = health.map(|health| {
        let healthy = health.targets.iter().filter(|target| target.state == "healthy").count();
        format!("{healthy}/{} healthy", health.targets.len())
    });
    let head = Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::or_none(item.port.map(|port| port.to_string())),
            Cell::plain(""),
            state.map_or_else(Cell::none, |state| Cell::of(assessment.health, state)),
            Cell::or_none(item.load_balancers.first().map(balancer_name)),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    };
    let mut rows = vec![head];
    rows.extend(health.into_iter().flat_map(|health| &health.targets).map(|target| line(item, target, cx, "  ")));
    rows
}

/// Its opinion, with a word for groups that have no say.
pub(super) fn shown_opinion(item: &TargetGroup, cx: &KindContext<'_>) -> Assessment {
    match judge(item, cx) {
        Some(assessment) => assessment,
        None if item.load_balancers.is_empty() => Assessment::new(Health::Well, "not used by any load balancer"),
        None => Assessment::new(Health::Unknown, "the health of its targets could not be read yet"),
    }
}

/// One target in one line.
pub(super) fn line(item: &TargetGroup, target: &Target, cx: &KindContext<'_>, indent: &str) -> Row {
    let words = words(target, item.check.matcher.as_deref());
    // Nobody is sent to an idle group: how its targets are says nothing.
    let health = if idle(item, cx).is_some() { Health::Well } else { words.health };
    let (behind, open) = behind(target, item, cx);
    let port = target.port.map(|port| port.to_string());
    Row {
        key: format!("{}|{}|{}", item.arn, target.id, port.as_deref().unwrap_or_default()),
        open: open.or_else(|| Some(item.id(cx.scope))),
        health: Some(health),
        cells: vec![
            Cell::plain(format!("{indent}{}", target.id)),
            Cell::or_none(port),
            Cell::or_none(target.zone.as_deref()),
            Cell::of(health, target.state.as_str()),
            Cell::or_none(behind),
            Cell::of(health, words.full()),
        ],
    }
}

/// The task or instance behind a target.
fn behind(target: &Target, item: &TargetGroup, cx: &KindContext<'_>) -> (Option<String>, Option<ResourceId>) {
    if let Some(instance) = cx.resource_index.instance(cx.scope, &target.id) {
        return (Some(instance.name.clone().unwrap_or_else(|| instance.id.clone())), Some(instance.id(cx.scope)));
    }
    // Another VPC may have the same address: a task of a service counts where its service registers it.
    let registers = |task: &&Task| {
        let service = task.service().and_then(|name| cx.resource_index.service(cx.scope, task.cluster.last(), name));
        service.is_none_or(|it| it.target_groups().contains(&&item.arn))
    };
    let task = cx.resource_index.task_at(cx.scope, &target.id).filter(|_| !target.is_abroad()).filter(registers);
    if let Some(task) = task {
        let short: String = task.arn.last().chars().take(8).collect();
        let revision = revision_number(&task.task_definition).map(|it| format!(", revision {it}")).unwrap_or_default();
        return (Some(format!("task {short}{revision}")), Some(task.id(cx.scope)));
    }
    (None, None)
}

/// The name in a load balancer's ARN: `loadbalancer/app/NAME/id`.
pub(super) fn balancer_name(arn: &Arn) -> &str {
    arn.resource().split('/').nth(2).unwrap_or_else(|| arn.last())
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &TargetGroup, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = shown_opinion(item, cx);
    let health = cx.resource_index.health_of(cx.scope, item.arn.as_str());
    let healthy = health.map(|health| health.targets.iter().filter(|target| target.state == "healthy").count());
    let targets = health.map(|health| {
        let target = |target: &Target| {
            json!({
                "id": target.id,
                "port": target.port,
                "zone": target.zone,
                "state": target.state,
                "reason": target.reason,
                "description": target.description.as_deref().map(|text| first_line(text, 300)),
                "override": target.overridden.as_ref().map(|one| one.state.as_str()),
                "anomalous": target.anomaly.as_ref().map(|_| target.is_anomalous()),
            })
        };
        health.targets.iter().map(target).collect::<Vec<_>>()
    });
    Some(json!({
        "name": item.name,
        "load_balancer": item.load_balancers.first().map(balancer_name),
        "healthy": healthy,
        "total": health.map(|health| health.targets.len()),
        "targets": targets,
        "idle": idle(item, cx).is_some(),
        "traffic": share(item, cx).map(in_json),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// Its page in the AWS web console.
pub(super) fn web(item: &TargetGroup, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let arn = console_url::encode(item.arn.as_str());
    console_url::page(region, &format!("ec2/home?region={region}#TargetGroup:targetGroupArn={arn}"))
}
