//! An API in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::{RestApi, Stage};
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::schedule::wording::rfc;
use crate::text::{when, word};
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("API", Width::Fit(8, 40), 9),
    Column::text("KIND", Width::Fit(4, 10), 6),
    Column::text("STAGES", Width::Fit(6, 36), 7),
    Column::text("CHANGED", Width::Fit(6, 20), 5),
    Column::text("WHY", Width::Fill(12), 8),
];

const STAGES: &[Column] = &[
    Column::text("STAGE", Width::Fit(6, 24), 9),
    Column::figure("RATE", Width::Fit(4, 10), 7),
    Column::figure("BURST", Width::Fit(4, 10), 6),
    Column::text("LOGGED", Width::Fit(4, 8), 6),
    Column::text("WEB ACL", Width::Fit(6, 40), 5),
    Column::text("CHANGED", Width::Fit(6, 20), 7),
];

fn names(item: &RestApi) -> Option<String> {
    let names: Vec<&str> = item.stages.iter().map(|stage| stage.name.as_str()).collect();
    Some(names.join(", ")).filter(|text| !text.is_empty())
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &RestApi, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    let changed = item.stages.iter().filter_map(|stage| stage.changed_at).max();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::plain(word(&item.kind)),
            Cell::or_none(names(item)),
            Cell::or_none(changed.map(|at| when(at, cx.now, cx.zone))),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &RestApi, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    let stage = |stage: &Stage| {
        json!({
            "name": stage.name, "rate": stage.rate, "burst": stage.burst, "logged": stage.logged,
            "web_acl": stage.web_acl, "changed_at": stage.changed_at.map(|at| rfc(at, cx.zone)),
        })
    };
    json!({
        "id": item.id, "name": item.name, "kind": word(&item.kind), "endpoint": item.endpoint.as_deref().map(word),
        "stages": item.stages.iter().map(stage).collect::<Vec<_>>(), "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &RestApi, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("kind", Cell::plain(word(&item.kind)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("id", Cell::plain(item.id.as_str())));
    facts.push(Fact::new("endpoint", Cell::or_none(item.endpoint.as_deref().map(word))));
    let rows = item.stages.iter().map(|stage| Row {
        key: stage.name.clone(),
        open: None,
        health: None,
        cells: vec![
            Cell::strong(stage.name.as_str()),
            Cell::or_none(stage.rate.map(|rate| rate.to_string())),
            Cell::or_none(stage.burst.map(|burst| burst.to_string())),
            Cell::plain(if stage.logged { "yes" } else { "no" }),
            Cell::or_none(stage.web_acl.as_deref()),
            Cell::or_none(stage.changed_at.map(|at| when(at, cx.now, cx.zone))),
        ],
    });
    let rows = rows.collect();
    vec![
        Section::Facts { title: "API", facts },
        Section::Table { title: "stages", columns: STAGES, rows, empty: "it has none, so nobody can call it" },
    ]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &RestApi, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let id = console_url::encode(&item.id);
    console_url::page(region, &format!("apigateway/main/apis/{id}/resources?api={id}&region={region}"))
}
