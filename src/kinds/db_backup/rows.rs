//! What is kept of a database in one line, as a JSON object, and its page. Pure: words and tones, no drawing, no colours,
//! no clock.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::model::DbBackup;
use super::rules::{assess, copies, database, days};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::schedule::wording::rfc;
use crate::text::when;
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("DATABASE", Width::Fit(8, 40), 9),
    Column::text("AUTOMATIC", Width::Fit(6, 20), 9),
    Column::figure("KEPT", Width::Fit(4, 8), 6),
    Column::text("BY HAND", Width::Fit(6, 20), 7),
    Column::text("OLDEST", Width::Fit(6, 20), 4),
    Column::text("COPY", Width::Fit(6, 36), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

fn at(moment: Option<Timestamp>, cx: &KindContext<'_>) -> Cell {
    Cell::or_none(moment.map(|at| when(at, cx.now, cx.zone)))
}

fn copied(item: &DbBackup, cx: &KindContext<'_>) -> Option<String> {
    let told: Vec<String> = copies(item, cx)
        .into_iter()
        .map(|(scope, copy)| {
            let at = copy.newest_at().map_or_else(|| "none finished".to_owned(), |at| when(at, cx.now, cx.zone));
            format!("{} {at}", scope.region)
        })
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &DbBackup, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            at(item.automatic_at, cx),
            Cell::or_none(days(item, cx).map(|days| format!("{days} d"))),
            at(item.manual_at, cx),
            at(item.oldest_at, cx),
            Cell::or_none(copied(item, cx)),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &DbBackup, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    let at = |at: Option<Timestamp>| at.map(|at| rfc(at, cx.zone));
    let copies: Vec<Value> = copies(item, cx)
        .into_iter()
        .map(|(scope, copy)| json!({ "region": scope.region, "at": at(copy.newest_at()), "count": copy.automatic + copy.manual }))
        .collect();
    json!({
        "database": item.name, "kind": if item.cluster { "cluster" } else { "instance" }, "retention_days": days(item, cx),
        "automatic_at": at(item.automatic_at), "automatic": item.automatic,
        "manual_at": at(item.manual_at), "manual": item.manual, "oldest_at": at(item.oldest_at),
        "unfinished": item.unfinished.iter().map(|(id, status)| json!({ "id": id, "status": status })).collect::<Vec<_>>(),
        "copies": copies, "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &DbBackup, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::to("database", Cell::strong(item.name.as_str()), database(item, cx))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    let unfinished: Vec<String> = item.unfinished.iter().map(|(id, status)| format!("{id} {status}")).collect();
    facts.extend([
        Fact::new("last automatic", at(item.automatic_at, cx)),
        Fact::new("automatic ones", Cell::plain(item.automatic.to_string())),
        Fact::new("kept for", Cell::or_none(days(item, cx).map(|days| format!("{days} days")))),
        Fact::new("last by hand", at(item.manual_at, cx)),
        Fact::new("by hand", Cell::plain(item.manual.to_string())),
        Fact::new("oldest", at(item.oldest_at, cx)),
        Fact::new("not finished", Cell::or_none(Some(unfinished.join(", ")).filter(|text| !text.is_empty()))),
        Fact::new("copies", Cell::or_none(copied(item, cx))),
        Fact::new(
            "to restore",
            Cell::dim("a snapshot becomes a new database with a new endpoint; nothing here is overwritten"),
        ),
    ]);
    vec![Section::Facts { title: "backups", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &DbBackup, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let name = console_url::encode(&item.name);
    console_url::page(region, &format!("rds/home?region={region}#snapshots-list:quickFilter={name}"))
}
