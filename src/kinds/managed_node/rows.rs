//! A managed node in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::json;

use super::model::Node;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section};
use crate::kinds::{KindContext, console_url};
use crate::text::{when, word};
use crate::world::{Resource, Scope};

/// Columns of its panel, shared with EC2 instances.
pub(super) const COLUMNS: &[Column] = crate::kinds::ec2_instance::INSTANCE_COLUMNS;

/// Its lines in the environment screen; none where its EC2 instance tells of it.
pub(super) fn rows(item: &Node, cx: &KindContext<'_>) -> Vec<Row> {
    let Some(assessment) = assess(item, cx) else { return Vec::new() };
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_deref().or(item.computer.as_deref()).unwrap_or(&item.id)),
            Cell::plain(item.id.as_str()),
            Cell::none(),
            Cell::of(assessment.health, word(&item.ping).replace('_', " ")),
            Cell::none(),
            Cell::none(),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`; its EC2 state is not known then.
pub(super) fn to_json(item: &Node, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = assess(item, cx)?;
    Some(json!({
        "id": item.id,
        "name": item.name.as_deref().or(item.computer.as_deref()),
        "state": null,
        "ssm": word(&item.ping),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// The sections of its page.
pub(super) fn detail(item: &Node, cx: &KindContext<'_>) -> Vec<Section> {
    let instance = cx.resource_index.instance(cx.scope, &item.id);
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("Session Manager", Cell::of(assessment.health, word(&item.ping).replace('_', " ")))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.extend([
        Fact::new("last answer", Cell::or_none(item.pinged_at.map(|at| when(at, cx.now, cx.zone)))),
        Fact::to(
            "instance",
            Cell::or_none(instance.map(|instance| instance.state.as_str())),
            instance.map(|instance| instance.id(cx.scope)),
        ),
        Fact::new("computer", Cell::or_none(item.computer.as_deref())),
        Fact::new("platform", Cell::or_none(item.platform.as_deref())),
        Fact::new("agent", Cell::or_none(item.agent.as_deref())),
        Fact::new("address", Cell::or_none(item.ip.as_deref())),
    ]);
    vec![Section::Facts { title: "managed node", facts }]
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Node, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let id = console_url::encode(&item.id);
    console_url::page(region, &format!("systems-manager/fleet-manager/managed-nodes/{id}/general?region={region}"))
}
