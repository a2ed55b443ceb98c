//! A DB cluster in lines (itself, then its members) and as a JSON object; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use serde_json::json;

use super::model::{ClusterMember, DbCluster};
use super::rules::assess;
use crate::display::{Cell, Column, Row};
use crate::kinds::db_instance::{engine, green, line, pair_json};
use crate::kinds::{KindContext, console_url};
use crate::text::stamp;
use crate::world::{Health, Resource, Scope};

/// Columns of its panel, shared with DB instances.
pub(super) const COLUMNS: &[Column] = crate::kinds::db_instance::DATABASE_COLUMNS;

/// Its lines in the environment screen: one; its members stand on its page.
pub(super) fn rows(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    let members = item.members.iter().filter_map(|member| cx.resource_index.database(cx.scope, &member.id));
    let class = item.class.clone().or_else(|| members.clone().find_map(|member| member.class.clone()));
    let mut zones: Vec<&str> = members.filter_map(|member| member.zone.as_deref()).collect();
    zones.sort_unstable();
    zones.dedup();
    if zones.is_empty() {
        zones = item.zones.iter().map(String::as_str).collect();
    }
    let own = Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.id.as_str()),
            Cell::of(assessment.health, item.status.as_str()),
            Cell::plain(engine(&item.engine, item.version.as_deref())),
            Cell::or_none(class),
            Cell::or_none((!zones.is_empty()).then(|| zones.join(" "))),
            Cell::plain("cluster"),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    };
    std::iter::once(own).chain(green(item.key(), cx)).collect()
}

/// Its members, one a line.
pub(super) fn members(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Row> {
    let row = |member: &ClusterMember| {
        let role = Cell::plain(if member.writer { "writer" } else { "reader" });
        match cx.resource_index.database(cx.scope, &member.id) {
            Some(known) => line(known, cx, role),
            None => Row {
                key: member.id.clone(),
                open: None,
                health: Some(Health::Unknown),
                cells: vec![
                    Cell::strong(member.id.as_str()),
                    Cell::of(Health::Unknown, "unknown"),
                    Cell::none(),
                    Cell::none(),
                    Cell::none(),
                    role,
                    Cell::of(Health::Unknown, "the instance was not read"),
                ],
            },
        }
    };
    item.members.iter().map(row).collect()
}

/// Its object in `status --json`, with its members inside.
pub(super) fn to_json(item: &DbCluster, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = assess(item, cx)?;
    let member = |member: &ClusterMember| {
        let known = cx.resource_index.database(cx.scope, &member.id);
        json!({
            "id": member.id,
            "writer": member.writer,
            "status": known.map(|known| known.status.as_str()),
            "class": known.and_then(|known| known.class.as_deref()),
            "zone": known.and_then(|known| known.zone.as_deref()),
        })
    };
    let mut known = item.members.iter().filter_map(|member| cx.resource_index.database(cx.scope, &member.id));
    Some(json!({
        "id": item.id,
        "kind": "cluster",
        "engine": item.engine,
        "version": item.version,
        "class": item.class.as_deref().or_else(|| known.find_map(|known| known.class.as_deref())),
        "status": item.status,
        "multi_az": item.multi_az,
        "auto_restart_at": item.auto_restart_at.map(|at| stamp(at, cx.zone)),
        "blue_green": pair_json(item.key(), cx),
        "auto_pause_seconds": item.auto_pause_seconds,
        "members": item.members.iter().map(member).collect::<Vec<_>>(),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// Its page in the AWS web console.
pub(super) fn web(item: &DbCluster, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    console_url::page(
        region,
        &format!("rds/home?region={region}#database:id={};is-cluster=true", console_url::encode(&item.id)),
    )
}
