//! A web ACL in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::WebAcl;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("WEB ACL", Width::Fit(8, 40), 9),
    Column::text("DEFAULT", Width::Fit(5, 8), 7),
    Column::figure("RULES", Width::Fit(4, 6), 6),
    Column::figure("COUNTING", Width::Fit(4, 9), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

const RULES: &[Column] = &[
    Column::text("RULE", Width::Fit(8, 40), 9),
    Column::text("ACTION", Width::Fit(5, 10), 9),
    Column::text("LOOKS AT", Width::Fill(12), 8),
];

fn counting(item: &WebAcl) -> usize {
    item.rules.iter().filter(|rule| rule.action == "count").count()
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &WebAcl, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::or_none(item.default.as_deref()),
            Cell::plain(item.rules.len().to_string()),
            Cell::plain(counting(item).to_string()),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &WebAcl, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    json!({
        "name": item.name, "scope": if item.global { "cloudfront" } else { "regional" }, "default": item.default,
        "rules": item.rules, "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &WebAcl, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("default", Cell::or_none(item.default.as_deref()))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("in front of", Cell::plain(if item.global { "CloudFront" } else { "this region" })));
    let rules = item.rules.iter().map(|rule| Row {
        key: rule.name.clone(),
        open: None,
        health: None,
        cells: vec![
            Cell::strong(rule.name.as_str()),
            Cell::plain(rule.action.as_str()),
            Cell::plain(rule.looks_at.as_str()),
        ],
    });
    let rows = rules.collect();
    vec![
        Section::Facts { title: "web ACL", facts },
        Section::Table { title: "rules", columns: RULES, rows, empty: "it has none" },
    ]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &WebAcl, scope: &Scope) -> Option<String> {
    let place = if item.global { "global".to_owned() } else { scope.region.to_string() };
    let name = console_url::encode(&item.name);
    console_url::page(&scope.region, &format!("wafv2/homev2/web-acls?region={place}#{name}"))
}
