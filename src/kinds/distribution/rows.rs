//! A distribution in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::Distribution;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::text::{when, word};
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("DISTRIBUTION", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(6, 14), 8),
    Column::text("FROM", Width::Fit(8, 50), 6),
    Column::text("CHANGED", Width::Fit(6, 20), 4),
    Column::text("WHY", Width::Fill(12), 8),
];

fn status(item: &Distribution) -> String {
    if item.enabled { item.status.as_deref().map(word).unwrap_or_default() } else { "disabled".to_owned() }
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &Distribution, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::of(assessment.health, status(item)),
            Cell::or_none(Some(item.origins.join(", ")).filter(|text| !text.is_empty())),
            Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Distribution, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    json!({
        "id": item.id, "name": item.name, "host": item.host, "aliases": item.aliases, "status": status(item),
        "origins": item.origins, "web_acl": item.web_acl, "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &Distribution, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let list = |all: &[String]| Cell::or_none(Some(all.join(", ")).filter(|text| !text.is_empty()));
    let mut facts = vec![Fact::new("status", Cell::of(assessment.health, status(item)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.extend([
        Fact::new("id", Cell::plain(item.id.as_str())),
        Fact::new("host", Cell::plain(item.host.as_str())),
        Fact::new("aliases", list(&item.aliases)),
        Fact::new("origins", list(&item.origins)),
        Fact::new("certificate", Cell::or_none(item.certificate.as_ref().map(|arn| arn.as_str().to_owned()))),
        Fact::new("web ACL", Cell::or_none(item.web_acl.as_deref())),
        Fact::new("about", Cell::or_none(item.about.as_deref())),
        Fact::new("changed", Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone)))),
    ]);
    vec![Section::Facts { title: "distribution", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Distribution, scope: &Scope) -> Option<String> {
    console_url::page(&scope.region, &format!("cloudfront/v4/home#/distributions/{}", console_url::encode(&item.id)))
}
