//! A user pool in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::UserPool;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::{KindContext, console_url};
use crate::text::{when, word};
use crate::world::{Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("USER POOL", Width::Fit(8, 40), 9),
    Column::figure("USERS", Width::Fit(4, 10), 7),
    Column::text("MFA", Width::Fit(4, 10), 5),
    Column::text("TRIGGERS", Width::Fit(6, 40), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

fn triggers(item: &UserPool) -> Option<String> {
    let names: Vec<&str> = item.triggers.iter().map(|(name, _)| name.as_str()).collect();
    Some(names.join(", ")).filter(|text| !text.is_empty())
}

/// Its lines in the environment screen.
pub(super) fn rows(item: &UserPool, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::or_none(item.users.map(|users| users.to_string())),
            Cell::or_none(item.mfa.as_deref().map(word)),
            Cell::or_none(triggers(item)),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &UserPool, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx).unwrap_or_default();
    let triggers: Vec<Value> =
        item.triggers.iter().map(|(name, arn)| json!({ "name": name, "function": arn.as_str() })).collect();
    json!({
        "id": item.id, "name": item.name, "users": item.users, "mfa": item.mfa.as_deref().map(word), "triggers": triggers,
        "health": assessment.health, "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &UserPool, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("id", Cell::plain(item.id.as_str()))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("users", Cell::or_none(item.users.map(|users| format!("about {users}")))));
    facts.push(Fact::new("MFA", Cell::or_none(item.mfa.as_deref().map(word))));
    facts.push(Fact::new("changed", Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone)))));
    facts.extend(
        item.triggers
            .iter()
            .map(|(name, arn)| Fact::new("trigger", Cell::plain(format!("{name} → {}", arn.resource())))),
    );
    vec![Section::Facts { title: "user pool", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &UserPool, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let id = console_url::encode(&item.id);
    console_url::page(region, &format!("cognito/v2/idp/user-pools/{id}/info/overview?region={region}"))
}
