//! A stack in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::Stack;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::text::{when, word};
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("STACK", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(6, 28), 9),
    Column::text("CHANGED", Width::Fit(6, 20), 6),
    Column::text("DRIFT", Width::Fit(5, 12), 4),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &Stack, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::of(assessment.health, word(&item.status)),
            Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::or_none(item.drift.as_deref().map(word)),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Stack, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    json!({
        "name": item.name, "status": word(&item.status), "drift": item.drift.as_deref().map(word),
        "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &Stack, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("status", Cell::of(assessment.health, word(&item.status)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.extend([
        Fact::new("changed", Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone)))),
        Fact::new("drift", Cell::or_none(item.drift.as_deref().map(word))),
        Fact::new("id", Cell::plain(item.arn.as_str())),
    ]);
    vec![Section::Facts { title: "stack", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Stack, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let id = console_url::encode(item.arn.as_str());
    console_url::page(region, &format!("cloudformation/home?region={region}#/stacks/stackinfo?stackId={id}"))
}
