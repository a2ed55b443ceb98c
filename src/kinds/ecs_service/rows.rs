//! A service in one line and as a JSON object, and its page in the web console; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use serde_json::json;

use super::delivery::{Delivery, Phase};
use super::model::{Deployment, Service};
use super::rules::{disagreement, judge, listener_weights, moving, primary};
use crate::display::{Cell, Column, Row, Width};
use crate::kinds::task_definition::{TaskDefinition, image_name, revision_name};
use crate::kinds::{KindContext, console_url};
use crate::text::{ago, first_line, stamp, word};
use crate::world::{Health, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("SERVICE", Width::Fit(8, 40), 9),
    Column::figure("TASKS", Width::Fit(5, 9), 9),
    Column::text("ROLLOUT", Width::Fit(7, 18), 6),
    Column::text("REVISION", Width::Fit(8, 28), 5),
    Column::text("IMAGE", Width::Fill(10), 4),
    Column::figure("DEPLOYED", Width::Fit(8, 14), 3),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &Service, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = judge(item, cx).assessment;
    let images = images(item, cx);
    let deployed = primary(item).and_then(|deployment| deployment.created_at);
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            tasks(item),
            rollout(item),
            Cell::plain(revision_name(&item.task_definition)),
            Cell::or_none((!images.is_empty()).then(|| first_line(&images.join(" "), 120))),
            Cell::or_none(deployed.map(|at| ago(cx.now.duration_since(at).as_secs()))),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// `2/4`, and what is starting: `2/4 +1`.
pub(super) fn tasks(item: &Service) -> Cell {
    let text = if item.pending > 0 {
        format!("{}/{} +{}", item.running, item.desired, item.pending)
    } else {
        format!("{}/{}", item.running, item.desired)
    };
    let health = match (item.running, item.desired) {
        (0, 0) => Health::Asleep,
        (running, desired) if running >= desired => Health::Well,
        (0, _) => Health::Bad,
        _ => Health::Worrying,
    };
    Cell::of(health, text)
}

fn rollout(item: &Service) -> Cell {
    let delivery = Delivery::of(item);
    let share = delivery.weights.map(|weights| format!(" {:.0} %", weights.new)).unwrap_or_default();
    match &delivery.phase {
        Phase::Waiting(_) => return Cell::of(Health::Changing, format!("waits for you{share}")),
        Phase::Baking { .. } => return Cell::of(Health::Changing, format!("bakes{share}")),
        Phase::Step { .. } => return Cell::of(Health::Changing, format!("{}{share}", delivery.strategy.name())),
        Phase::Hook(_) => return Cell::of(Health::Changing, format!("asks a hook{share}")),
        Phase::GoingBack => return Cell::of(Health::Worrying, "rolling back"),
        _ => {}
    }
    match primary(item) {
        Some(deployment) if moving(item) => {
            Cell::of(Health::Changing, format!("{} {}/{} new", bar(deployment), deployment.running, deployment.desired))
        }
        Some(deployment) => deployment.rollout.as_deref().map_or_else(Cell::none, rollout_word),
        None => Cell::none(),
    }
}

/// A rollout state as a word in its tone.
pub(super) fn rollout_word(rollout: &str) -> Cell {
    let text = word(rollout).replace('_', " ");
    match rollout {
        "COMPLETED" => Cell::plain(text),
        "IN_PROGRESS" => Cell::of(Health::Changing, text),
        "FAILED" => Cell::of(Health::Bad, text),
        _ => Cell::of(Health::Unknown, text),
    }
}

/// Five blocks of progress.
pub(super) fn bar(deployment: &Deployment) -> String {
    let full = (deployment.running * 5).checked_div(deployment.desired).unwrap_or(5).min(5) as usize;
    format!("{}{}", "█".repeat(full), "░".repeat(5 - full))
}

/// The images of its revision, shortest form.
pub(super) fn images<'a>(item: &Service, cx: &KindContext<'a>) -> Vec<&'a str> {
    let definition = cx.world.by_key::<TaskDefinition>(cx.scope, item.task_definition.as_str());
    definition.into_iter().flat_map(|it| &it.containers).filter_map(|it| it.image.as_deref()).map(image_name).collect()
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Service, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = judge(item, cx).assessment;
    let rollout = primary(item).and_then(|deployment| deployment.rollout.as_deref()).map(word);
    Some(json!({
        "name": item.name,
        "cluster": item.cluster.last(),
        "desired": item.desired,
        "running": item.running,
        "pending": item.pending,
        "rollout": rollout,
        "task_definition": revision_name(&item.task_definition),
        "images": images(item, cx),
        "health": assessment.health,
        "why": assessment.why,
        "delivery": delivery_json(item, cx),
    }))
}

/// How it is delivered, in `status --json`: strategy always, the rest while a deployment is on its way.
fn delivery_json(item: &Service, cx: &KindContext<'_>) -> serde_json::Value {
    let delivery = Delivery::of(item);
    let record = delivery.record;
    let awaiting = delivery.awaiting().map(|awaiting| {
        json!({
            "hook": awaiting.hook,
            "until": awaiting.until.map(|at| stamp(at, cx.zone)),
            "then": awaiting.then.map(super::delivery::Then::word),
        })
    });
    let alarms = record.and_then(|record| record.progress.alarms.as_ref());
    let alarms = alarms.filter(|alarms| !alarms.names.is_empty()).map(|alarms| {
        json!({ "status": alarms.status.as_deref().map(word), "names": alarms.names, "triggered": alarms.triggered })
    });
    let breaker = record.and_then(|record| Some((record.failures?, record.threshold?)));
    json!({
        "strategy": delivery.strategy.word(),
        "status": record.map(|record| word(&record.status)),
        "stage": delivery.stage().map(word),
        "weight": delivery.weights.map(super::delivery::Weights::to_json),
        "listener": listener_weights(item, &delivery, cx).map(super::delivery::Weights::to_json),
        "disagreement": disagreement(item, &delivery, cx),
        "awaiting": awaiting,
        "alarms": alarms,
        "circuit_breaker": breaker.map(|(failures, threshold)| json!({ "failures": failures, "threshold": threshold })),
    })
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Service, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let (cluster, name) = (console_url::encode(item.cluster.last()), console_url::encode(&item.name));
    console_url::page(region, &format!("ecs/v2/clusters/{cluster}/services/{name}/health?region={region}"))
}
