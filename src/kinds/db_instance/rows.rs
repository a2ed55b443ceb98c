//! A DB instance in one line and as a JSON object, and its page in the web console; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use serde_json::json;

use super::model::DbInstance;
use super::rules::assess;
use super::status::judge;
use crate::display::{Cell, Column, Row, Width};
use crate::kinds::db_blue_green::{Role, pair_of};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::{KindContext, console_url};
use crate::text::{stamp, word};
use crate::world::{Resource, Scope};

/// Columns of its panel, shared with DB clusters.
pub(crate) const COLUMNS: &[Column] = &[
    Column::text("DATABASE", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(8, 22), 9),
    Column::text("ENGINE", Width::Fit(6, 26), 6),
    Column::text("CLASS", Width::Fit(6, 16), 5),
    Column::text("ZONES", Width::Fit(5, 34), 3),
    Column::text("ROLE", Width::Fit(4, 10), 4),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen; members stand under their cluster.
pub(super) fn rows(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Row> {
    let Some(assessment) = assess(item, cx) else { return Vec::new() };
    let role = if item.replica_of.is_some() {
        "replica"
    } else if item.multi_az {
        "multi-AZ"
    } else {
        "single-AZ"
    };
    let mut row = line(item, cx, Cell::plain(role));
    row.health = Some(assessment.health);
    if let Some(why) = row.cells.last_mut() {
        *why = Cell::of(assessment.health, assessment.why.unwrap_or_default());
    }
    let mut rows = vec![row];
    rows.extend(green(item.key(), cx));
    rows
}

/// The line of the copy that will take its place, where there is one.
pub(crate) fn green(arn: &str, cx: &KindContext<'_>) -> Option<Row> {
    let (pair, _) = pair_of(arn, cx.world, cx.scope).filter(|(_, role)| *role == Role::Blue)?;
    let role = Cell::plain("green");
    let copy = pair.green.as_ref()?;
    if let Some(known) = cx.world.by_key::<DbInstance>(cx.scope, copy.as_str()) {
        return Some(line(known, cx, role));
    }
    let known = cx.world.by_key::<DbCluster>(cx.scope, copy.as_str())?;
    let health = judge(&known.id, &known.status, cx.protected).health;
    Some(Row {
        key: known.key().to_owned(),
        open: Some(known.id(cx.scope)),
        health: Some(health),
        cells: vec![
            Cell::strong(known.id.as_str()),
            Cell::of(health, known.status.as_str()),
            Cell::plain(engine(&known.engine, known.version.as_deref())),
            Cell::or_none(known.class.as_deref()),
            Cell::none(),
            role,
            Cell::plain(""),
        ],
    })
}

/// `{"name","status","role","with"}` of the blue/green deployment it is part of.
pub(crate) fn pair_json(arn: &str, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let (pair, role) = pair_of(arn, cx.world, cx.scope)?;
    let other = if role == Role::Blue { pair.green.as_ref() } else { Some(&pair.blue) };
    let other = other.map(|arn| arn.resource().rsplit(':').next().unwrap_or(arn.last()));
    Some(json!({ "name": pair.name, "status": word(&pair.status), "role": role.word(), "with": other }))
}

/// One instance in one line with its role: also used for the members of a cluster.
pub(crate) fn line(item: &DbInstance, cx: &KindContext<'_>, role: Cell) -> Row {
    let assessment = judge(&item.id, &item.status, cx.protected);
    Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.id.as_str()),
            Cell::of(assessment.health, item.status.as_str()),
            Cell::plain(engine(&item.engine, item.version.as_deref())),
            Cell::or_none(item.class.as_deref()),
            Cell::or_none(zones(item)),
            role,
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }
}

/// `postgres 15.4`.
pub(crate) fn engine(engine: &str, version: Option<&str>) -> String {
    version.map_or_else(|| engine.to_owned(), |version| format!("{engine} {version}"))
}

pub(super) fn zones(item: &DbInstance) -> Option<String> {
    match (item.zone.as_deref(), item.second_zone.as_deref()) {
        (Some(zone), Some(second)) => Some(format!("{zone} {second}")),
        (zone, second) => zone.or(second).map(str::to_owned),
    }
}

/// Its object in `status --json`; members stand inside their cluster's.
pub(super) fn to_json(item: &DbInstance, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = assess(item, cx)?;
    Some(json!({
        "id": item.id,
        "kind": "instance",
        "engine": item.engine,
        "version": item.version,
        "class": item.class,
        "status": item.status,
        "multi_az": item.multi_az,
        "auto_restart_at": item.auto_restart_at.map(|at| stamp(at, cx.zone)),
        "blue_green": pair_json(item.key(), cx),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// Its page in the AWS web console.
pub(super) fn web(item: &DbInstance, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    console_url::page(
        region,
        &format!("rds/home?region={region}#database:id={};is-cluster=false", console_url::encode(&item.id)),
    )
}
