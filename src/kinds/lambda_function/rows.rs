//! A Lambda function in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::json;

use super::model::Function;
use super::rules::{assess, deprecated};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::lambda_version::FunctionVersions;
use crate::kinds::{KindContext, console_url};
use crate::text::{when, word};
use crate::world::{Health, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("FUNCTION", Width::Fit(8, 40), 9),
    Column::text("STATE", Width::Fit(6, 12), 9),
    Column::text("RUNTIME", Width::Fit(6, 14), 6),
    Column::figure("MEMORY", Width::Fit(6, 8), 4),
    Column::figure("TIMEOUT", Width::Fit(4, 7), 3),
    Column::text("CHANGED", Width::Fit(6, 20), 5),
    Column::text("WHY", Width::Fill(12), 8),
];

const ALIASES: &[Column] = &[
    Column::text("ALIAS", Width::Fit(6, 24), 9),
    Column::text("SENDS TO", Width::Fit(6, 32), 9),
    Column::text("CALLED BY", Width::Fill(12), 7),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &Function, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx).unwrap_or_default();
    let runtime = match (&item.runtime, deprecated(item)) {
        (Some(runtime), Some(_)) => Cell::of(Health::Worrying, runtime.as_str()),
        (Some(runtime), None) => Cell::plain(runtime.as_str()),
        (None, _) => Cell::or_none(item.package.as_deref().map(word)),
    };
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            state(item, assessment.health),
            runtime,
            Cell::or_none(item.memory.map(|memory| format!("{memory} MB"))),
            Cell::or_none(item.timeout.map(|timeout| format!("{timeout} s"))),
            Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

fn state(item: &Function, health: Health) -> Cell {
    match (item.update.as_deref(), item.state.as_deref()) {
        (Some("InProgress"), _) => Cell::of(health, "updating"),
        (_, Some(state)) => Cell::of(health, word(state)),
        (_, None) => Cell::none(),
    }
}

/// Its object in `status --json`.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind stand in another's object")]
pub(super) fn to_json(item: &Function, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = assess(item, cx).unwrap_or_default();
    Some(json!({
        "name": item.name,
        "state": item.state.as_deref().map(word),
        "update": item.update.as_deref().map(word),
        "package": item.package.as_deref().map(word),
        "runtime": item.runtime,
        "memory": item.memory,
        "timeout": item.timeout,
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// The sections of its page.
pub(super) fn detail(item: &Function, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("state", state(item, assessment.health))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    let runtime = match deprecated(item) {
        Some(since) => {
            let runtime = item.runtime.as_deref().unwrap_or_default();
            Cell::of(Health::Worrying, format!("{runtime}, which gets no updates since {since}"))
        }
        None => Cell::or_none(item.runtime.as_deref()),
    };
    facts.extend([
        Fact::new("about", Cell::or_none(item.about.as_deref())),
        Fact::new("package", Cell::or_none(item.package.as_deref().map(word))),
        Fact::new("runtime", runtime),
        Fact::new("architecture", Cell::or_none(item.architecture.as_deref())),
        Fact::new("memory", Cell::or_none(item.memory.map(|memory| format!("{memory} MB")))),
        Fact::new("timeout", Cell::or_none(item.timeout.map(|timeout| format!("{timeout} s")))),
        Fact::new("VPC", Cell::or_none(item.vpc.as_deref())),
        Fact::new("log group", Cell::plain(item.log_group.as_str())),
        Fact::new("changed", Cell::or_none(item.changed_at.map(|at| when(at, cx.now, cx.zone)))),
        Fact::new("code", Cell::or_none(item.code.as_deref())),
    ]);
    let mut sections = vec![Section::Facts { title: "function", facts }];
    // Known once something was to be done with it.
    if let Some(release) = cx.world.by_key::<FunctionVersions>(cx.scope, item.key()) {
        let row = |alias: &crate::kinds::lambda_version::Alias| Row {
            key: alias.name.clone(),
            open: None,
            health: Some(Health::Well),
            cells: vec![
                Cell::strong(alias.name.as_str()),
                Cell::plain(alias.sends()),
                Cell::or_none(Some(release.callers_of(&alias.name).join(", ")).filter(|text| !text.is_empty())),
            ],
        };
        let rows = release.aliases.iter().map(row).collect();
        sections.push(Section::Table { title: "aliases", columns: ALIASES, rows, empty: "it has none" });
    }
    sections
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Function, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    console_url::page(region, &format!("lambda/home?region={region}#/functions/{}", console_url::encode(&item.name)))
}
