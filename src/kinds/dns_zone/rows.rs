//! A hosted zone in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::DnsZone;
use super::rules::{assess, dangling};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::world::{Health, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("ZONE", Width::Fit(8, 40), 9),
    Column::figure("RECORDS HERE", Width::Fit(4, 12), 7),
    Column::text("WHY", Width::Fill(12), 8),
];

const RECORDS: &[Column] = &[
    Column::text("RECORD", Width::Fit(8, 40), 9),
    Column::text("TYPE", Width::Fit(4, 6), 6),
    Column::text("POINTS TO", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &DnsZone, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::plain(item.records.len().to_string()),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &DnsZone, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    let dangling: Vec<&str> = dangling(item, cx).into_iter().map(|record| record.name.as_str()).collect();
    json!({
        "id": item.id, "name": item.name, "private": item.private, "records": item.records, "dangling": dangling,
        "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &DnsZone, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("id", Cell::plain(item.id.as_str()))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("asked by", Cell::plain(if item.private { "VPCs alone" } else { "the internet" })));
    let lost = dangling(item, cx);
    let rows = item.records.iter().map(|record| {
        let health = if lost.contains(&record) { Health::Worrying } else { Health::Well };
        Row {
            key: format!("{} {}", record.name, record.kind),
            open: None,
            health: Some(health),
            cells: vec![
                Cell::strong(record.name.as_str()),
                Cell::plain(record.kind.as_str()),
                Cell::of(health, record.to.as_str()),
            ],
        }
    });
    let rows = rows.collect();
    vec![
        Section::Facts { title: "hosted zone", facts },
        Section::Table { title: "records into AWS", columns: RECORDS, rows, empty: "none points into AWS" },
    ]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &DnsZone, scope: &Scope) -> Option<String> {
    let id = console_url::encode(&item.id);
    console_url::page(&scope.region, &format!("route53/v2/hostedzones#ListRecordSets/{id}"))
}
