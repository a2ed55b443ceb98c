//! An alarm's page: facts, threshold against value, what it watches and leads to, who is told.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::band;
use super::measured_value::{figure, lasting, metric_name, number, reading, sign};
use super::model::{Alarm, AlarmMetric};
use super::mute;
use super::rows::{shown_opinion, state_cell};
use super::watched_resource::{in_words, leads_to};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::metric_filter::MetricFilter;
use crate::text::{first_line, span, when, word};
use crate::world::{Arn, Health};

const METRICS: &[Column] = &[
    Column::text("METRIC", Width::Fit(8, 40), 9),
    Column::text("NAMESPACE", Width::Fit(8, 30), 6),
    Column::text("STATISTIC", Width::Fit(5, 10), 7),
    Column::text("OF", Width::Fill(12), 8),
];

/// The sections of its page.
pub(super) fn detail(item: &Alarm, cx: &KindContext<'_>) -> Vec<Section> {
    vec![
        Section::Facts { title: "alarm", facts: facts(item, cx) },
        Section::Table {
            title: "metrics",
            columns: METRICS,
            rows: item.metrics.iter().enumerate().map(|(at, metric)| line(at, metric)).collect(),
            empty: "it watches other alarms, no metric; its states and theirs stand below",
        },
        Section::Facts { title: "actions", facts: actions(item, cx) },
    ]
}

fn facts(item: &Alarm, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = shown_opinion(item, cx);
    let seen = reading(item);
    let metric = metric_name(item);
    let at = |at: Option<jiff::Timestamp>| Cell::or_none(at.map(|at| when(at, cx.now, cx.zone)));
    let mut facts = vec![
        Fact::new("state", state_cell(item, assessment.health, word(&item.state).replace('_', " "))),
        Fact::new("since", at(item.since)),
    ];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("type", Cell::plain(item.sort().word())));
    if let Some(state) = &item.evaluation {
        facts.push(Fact::new("evaluation", evaluation(state)));
    }
    facts.push(Fact::new("watches", Cell::plain(in_words(item))));
    if let Some((name, id)) = leads_to(item, cx) {
        facts.push(Fact::to("about", Cell::plain(name), Some(id)));
    }
    for group in log_groups(item, cx) {
        facts.push(Fact::new("counts lines of", Cell::plain(group)));
    }
    facts.push(Fact::new("value", Cell::or_none(seen.value.map(|value| figure(&metric, value)))));
    facts.push(Fact::new("measured", at(seen.at)));
    let threshold = seen.threshold.map(|threshold| format!("{} {}", sign(item), number(threshold, &metric)));
    let threshold = threshold.or_else(|| band::in_sight(item, &seen, &metric));
    facts.push(Fact::new("fires when", Cell::or_none(threshold)));
    let lasting = lasting(item).map(|seconds| {
        let of = item.evaluation_periods.zip(item.datapoints_to_alarm).filter(|(of, n)| of != n);
        of.map_or_else(|| span(seconds), |(of, n)| format!("{n} of {of} periods ({})", span(seconds)))
    });
    facts.push(Fact::new("for", Cell::or_none(lasting)));
    facts.push(Fact::new("missing data", Cell::or_none(item.missing.as_deref().map(missing))));
    facts.push(Fact::new("last evaluated", at(item.updated_at)));
    facts.push(Fact::new("AWS message", Cell::or_none(item.reason.as_deref().map(|reason| first_line(reason, 300)))));
    facts.push(Fact::new("description", Cell::or_none(item.description.as_deref().map(|text| first_line(text, 200)))));
    facts
}

/// What EvaluationState means: an alarm that cannot be evaluated watches nothing.
fn evaluation(state: &str) -> Cell {
    match state {
        "PARTIAL_DATA" => Cell::of(Health::Worrying, "on part of the data: not all that it watches could be looked at"),
        "EVALUATION_ERROR" => Cell::of(
            Health::Worrying,
            "blind: its query or metric math is in error, or it may not read what it watches",
        ),
        "EVALUATION_FAILURE" => Cell::of(Health::Worrying, "blind: CloudWatch could not evaluate it"),
        other => Cell::of(Health::Unknown, word(other).replace('_', " ")),
    }
}

fn missing(treatment: &str) -> &str {
    match treatment {
        "missing" => "makes it insufficient data",
        "notBreaching" => "counts as good",
        "breaching" => "counts as a breach",
        "ignore" => "keeps the state",
        other => other,
    }
}

/// The log groups whose filters make the metrics it watches.
fn log_groups(item: &Alarm, cx: &KindContext<'_>) -> Vec<String> {
    let mut groups: Vec<String> = cx
        .world
        .all::<MetricFilter>(cx.scope)
        .filter(|filter| {
            filter.metrics.iter().any(|(namespace, name)| {
                item.metrics.iter().any(|metric| {
                    metric.account.is_none()
                        && metric.namespace.as_deref() == Some(namespace.as_str())
                        && metric.name.as_deref() == Some(name.as_str())
                })
            })
        })
        .map(|filter| filter.log_group.clone())
        .collect();
    groups.sort();
    groups.dedup();
    groups
}

fn line(at: usize, metric: &AlarmMetric) -> Row {
    let of = metric.dimensions.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ");
    let name = metric.name.as_deref().or(metric.expression.as_deref()).or(metric.label.as_deref());
    Row {
        key: metric.id.clone().unwrap_or_else(|| at.to_string()),
        open: None,
        health: Some(Health::Well),
        cells: vec![
            Cell::or_none(name.map(|name| first_line(name, 80))),
            Cell::or_none(metric.namespace.as_deref()),
            Cell::or_none(metric.statistic.as_deref()),
            Cell::dim(first_line(&of, 200)),
        ],
    }
}

fn actions(item: &Alarm, cx: &KindContext<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if !item.actions_enabled {
        facts.push(Fact::new("actions", Cell::of(Health::Worrying, "off: no notification")));
    } else if item.alarm_actions.is_empty() {
        facts.push(Fact::new("actions", Cell::of(Health::Worrying, "none: no notification")));
    }
    facts.extend(mute::fact(item, cx).map(|cell| Fact::new("muted", cell)));
    if let Some(by) = &item.suppressed_by {
        facts.push(Fact::new("suppressed by", Cell::plain(first_line(by, 120))));
    }
    let told = |label: &'static str, to: &Arn| {
        let service = to.service().unwrap_or_default();
        let kind = if service == "sns" { "topic " } else { "" };
        Fact::new(label, Cell::plain(format!("{kind}{}", if kind.is_empty() { to.as_str() } else { to.last() })))
    };
    facts.extend(item.alarm_actions.iter().map(|to| told("on ALARM", to)));
    facts.extend(item.ok_actions.iter().map(|to| told("on OK", to)));
    facts
}
