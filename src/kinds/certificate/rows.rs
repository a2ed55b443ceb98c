//! A certificate in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::Certificate;
use super::rules::{assess, left, user};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::schedule::wording::rfc;
use crate::text::{span, when, word};
use crate::world::{Arn, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("DOMAIN", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(6, 20), 8),
    Column::figure("ENDS IN", Width::Fit(4, 10), 9),
    Column::text("KIND", Width::Fit(6, 14), 4),
    Column::text("USED BY", Width::Fit(8, 40), 5),
    Column::text("WHY", Width::Fill(12), 8),
];

fn users(item: &Certificate) -> Vec<String> {
    item.used_by
        .iter()
        .map(|arn| {
            let arn = Arn::from(user(arn));
            let resource = arn.resource();
            // A load balancer's ARN ends with a number behind its name.
            let name = resource.strip_prefix("loadbalancer/").and_then(|rest| rest.split('/').nth(1));
            name.unwrap_or(arn.last()).to_owned()
        })
        .collect()
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &Certificate, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::of(assessment.health, word(&item.status)),
            Cell::or_none(left(item, cx).map(span)),
            Cell::or_none(item.kind.as_deref().map(word)),
            Cell::or_none(Some(users(item).join(", ")).filter(|text| !text.is_empty())),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Certificate, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    json!({
        "domain": item.name, "status": word(&item.status), "type": item.kind.as_deref().map(word),
        "until": item.until.map(|at| rfc(at, cx.zone)), "renewal": item.renewal.as_deref().map(word),
        "used_by": users(item), "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &Certificate, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("status", Cell::of(assessment.health, word(&item.status)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.extend([
        Fact::new("further domains", Cell::or_none(Some(item.names.join(", ")).filter(|text| !text.is_empty()))),
        Fact::new("ends", Cell::or_none(item.until.map(|at| when(at, cx.now, cx.zone)))),
        Fact::new("type", Cell::or_none(item.kind.as_deref().map(word))),
        Fact::new("renewal", Cell::or_none(item.renewal.as_deref().map(word))),
        Fact::new("used by", Cell::or_none(Some(users(item).join(", ")).filter(|text| !text.is_empty()))),
        Fact::new("region", Cell::or_none(item.arn.region())),
    ]);
    vec![Section::Facts { title: "certificate", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Certificate, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let id = console_url::encode(item.arn.last());
    console_url::page(region, &format!("acm/home?region={region}#/certificates/{id}"))
}
