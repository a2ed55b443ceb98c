//! An EC2 instance in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::json;

use super::model::Instance;
use super::rules::{assess, serving};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::target_group::{TargetGroup, words};
use crate::kinds::{KindContext, console_url};
use crate::text::{first_line, when, word};
use crate::world::{Health, Resource, Scope};

/// Columns of its panel, shared with managed nodes.
pub(crate) const COLUMNS: &[Column] = &[
    Column::text("INSTANCE", Width::Fit(8, 32), 9),
    Column::text("ID", Width::Fit(10, 20), 7),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("SESSION MANAGER", Width::Fit(6, 16), 7),
    Column::text("CLASS", Width::Fit(5, 14), 4),
    Column::text("ZONE", Width::Fit(4, 16), 3),
    Column::text("WHY", Width::Fill(12), 8),
];

const SERVES: &[Column] = &[
    Column::text("TARGET GROUP", Width::Fit(8, 40), 9),
    Column::figure("PORT", Width::Fit(4, 6), 6),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &Instance, cx: &KindContext<'_>) -> Vec<Row> {
    let Some(assessment) = assess(item, cx) else { return Vec::new() };
    let node = cx.resource_index.node(cx.scope, &item.id);
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_deref().unwrap_or(&item.id)),
            Cell::plain(item.id.as_str()),
            Cell::of(assessment.health, item.state.as_str()),
            node.map_or_else(Cell::none, |node| Cell::plain(word(&node.ping).replace('_', " "))),
            Cell::or_none(item.class.as_deref()),
            Cell::or_none(item.zone.as_deref()),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Instance, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = assess(item, cx)?;
    Some(json!({
        "id": item.id,
        "name": item.name,
        "state": item.state,
        "ssm": cx.resource_index.node(cx.scope, &item.id).map(|node| word(&node.ping)),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// The sections of its page.
pub(super) fn detail(item: &Instance, cx: &KindContext<'_>) -> Vec<Section> {
    vec![
        Section::Facts { title: "instance", facts: facts(item, cx) },
        Section::Table { title: "serves", columns: SERVES, rows: serves(item, cx), empty: "it is in no target group" },
    ]
}

fn facts(item: &Instance, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = assess(item, cx).unwrap_or_default();
    let node = cx.resource_index.node(cx.scope, &item.id);
    let mut facts = vec![Fact::new("state", Cell::of(assessment.health, item.state.as_str()))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    let agent = match node {
        Some(node) => Cell::plain(word(&node.ping).replace('_', " ")),
        None => Cell::dim("not known to Systems Manager: no agent, no instance role, or no route to it"),
    };
    facts.extend([
        Fact::to("Session Manager", agent, node.map(|node| node.id(cx.scope))),
        Fact::new("platform", Cell::or_none(node.and_then(|node| node.platform.as_deref()))),
        Fact::new("class", Cell::or_none(item.class.as_deref())),
        Fact::new("lifecycle", Cell::or_none(item.lifecycle.as_deref())),
        Fact::new("zone", Cell::or_none(item.zone.as_deref())),
        Fact::new("private address", Cell::or_none(item.private_ip.as_deref())),
        Fact::new("public address", Cell::or_none(item.public_ip.as_deref())),
        Fact::new("VPC", Cell::or_none(item.vpc.as_deref())),
        Fact::new("subnet", Cell::or_none(item.subnet.as_deref())),
        Fact::new(
            "security groups",
            Cell::or_none((!item.security_groups.is_empty()).then(|| item.security_groups.join(" "))),
        ),
        Fact::new("image", Cell::or_none(item.image.as_deref())),
        Fact::new("instance profile", Cell::or_none(item.profile.as_deref().map(|arn| first_line(arn, 120)))),
        Fact::new("last started", Cell::or_none(item.launched_at.map(|at| when(at, cx.now, cx.zone)))),
    ]);
    if let Some(at) = item.stopped_at.filter(|_| item.state == "stopped") {
        facts.push(Fact::new("stopped", Cell::plain(when(at, cx.now, cx.zone))));
    }
    if item.root_device.as_deref() == Some("instance-store") {
        facts.push(Fact::new(
            "note",
            Cell::of(Health::Worrying, "its disk is instance store: it cannot be stopped without losing it"),
        ));
    }
    facts
}

fn serves(item: &Instance, cx: &KindContext<'_>) -> Vec<Row> {
    serving(item, cx)
        .map(|(health, target)| {
            let group = cx.world.by_key::<TargetGroup>(cx.scope, health.group.as_str());
            let words = words(target, group.and_then(|group| group.check.matcher.as_deref()));
            Row {
                key: health.group.to_string(),
                open: group.map(|group| group.id(cx.scope)),
                health: Some(words.health),
                cells: vec![
                    Cell::strong(group.map_or_else(|| health.group.last(), |group| group.name.as_str())),
                    Cell::or_none(target.port.map(|port| port.to_string())),
                    Cell::of(words.health, target.state.as_str()),
                    Cell::of(words.health, words.full()),
                ],
            }
        })
        .collect()
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Instance, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    console_url::page(
        region,
        &format!("ec2/home?region={region}#InstanceDetails:instanceId={}", console_url::encode(&item.id)),
    )
}
