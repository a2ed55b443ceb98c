//! An alarm in one line and as a JSON object, and its page in the web console; its own page is in `page`.
//! Pure: words and tones, no drawing, no colours.

use serde_json::json;

use super::model::Alarm;
use super::mute;
use super::rules::{assess, scales};
use super::watched_resource::in_words;
use crate::display::{Cell, Column, Row, Width};
use crate::kinds::{KindContext, console_url};
use crate::text::{moment, stamp, word};
use crate::world::{Assessment, Health, Resource, Scope};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("ALARM", Width::Fit(8, 44), 9),
    Column::text("STATE", Width::Fit(5, 18), 9),
    Column::figure("SINCE", Width::Fit(5, 22), 9),
    Column::text("WATCHES", Width::Fit(7, 36), 5),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(item: &Alarm, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = shown_opinion(item, cx);
    let state = word(&item.state).replace('_', " ");
    let since = item.since.map(|since| moment(since, cx.now, cx.zone));
    let dim = scales(item);
    // Firing, its sentence tells it already.
    let muted = mute::sentence(item, cx).filter(|_| item.state != "ALARM" || dim);
    let why: Vec<String> = assessment.why.into_iter().chain(muted).collect();
    let why = why.join("; ");
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        // In ALARM or not, one that only scales is neither well nor unwell.
        health: Some(assessment.health).filter(|_| !(dim && item.state == "ALARM")),
        cells: vec![
            if dim { Cell::dim(item.name.as_str()) } else { Cell::strong(item.name.as_str()) },
            state_cell(item, assessment.health, state),
            Cell::or_none(since),
            if dim { Cell::dim(in_words(item)) } else { Cell::plain(in_words(item)) },
            if assessment.health == Health::Well { Cell::dim(why) } else { Cell::of(assessment.health, why) },
        ],
    }]
}

/// The state in its tone.
pub(super) fn state_cell(item: &Alarm, health: Health, state: String) -> Cell {
    if item.state == "INSUFFICIENT_DATA" || scales(item) { Cell::dim(state) } else { Cell::of(health, state) }
}

/// Its opinion, with a word for scaling alarms, which have no say.
pub(super) fn shown_opinion(item: &Alarm, cx: &KindContext<'_>) -> Assessment {
    assess(item, cx).unwrap_or_else(|| Assessment::new(Health::Well, "drives autoscaling, not counted"))
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &Alarm, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let assessment = shown_opinion(item, cx);
    Some(json!({
        "name": item.name,
        "type": item.sort().word(),
        "state": word(&item.state),
        "evaluation": item.evaluation.as_deref().map(word),
        "since": item.since.map(|since| stamp(since, cx.zone)),
        "reason": item.reason,
        "muted": !item.actions_enabled,
        "mute_rule": mute::to_json(item, cx),
        "health": assessment.health,
        "why": assessment.why,
    }))
}

/// Its page in the AWS web console.
pub(super) fn web(item: &Alarm, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    console_url::page(
        region,
        &format!("cloudwatch/home?region={region}#alarmsV2:alarm/{}", console_url::encode(&item.name)),
    )
}
