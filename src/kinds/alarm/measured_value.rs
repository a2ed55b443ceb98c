//! Reading why an alarm is as it is: value against threshold, missing data. The JSON of StateReasonData
//! first, AWS's sentence as a fallback. Pure.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex_lite::Regex;
use serde_json::Value;

use super::band;
use super::model::Alarm;
use crate::text::{bytes, clock, first_line, span};

/// What the last evaluation saw.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct MeasuredValue {
    /// The newest value.
    pub value: Option<f64>,
    /// The threshold it was held against.
    pub threshold: Option<f64>,
    /// Whether the state rests on missing data, not on a value.
    pub missing: bool,
    /// When the newest value was measured, in UTC as AWS says it, if told.
    pub at: Option<jiff::Timestamp>,
    /// The band it was held against, lower and upper end, where the alarm watches for anomalies.
    pub band: (Option<f64>, Option<f64>),
}

/// `Threshold Crossed: 1 out of the last 1 datapoints [91.0 (21/11/26 04:55:00)] was greater than the threshold (80.0) …`
static CROSSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^Threshold Crossed: (\d+) (?:out of the last (\d+) )?datapoints? \[([^\]]*)\] (?:was|were) (?:not )?(?:greater than or equal to|greater than|less than or equal to|less than) the threshold \(([-\d.eE+]+)\)",
    )
    .ok()
});

const CROSSED_BEGINS: &str = "Threshold Crossed: ";

/// What the last evaluation of `alarm` saw.
#[must_use]
pub fn reading(alarm: &Alarm) -> MeasuredValue {
    let reason = alarm.reason.as_deref().unwrap_or_default();
    let lower = first_line(reason, 600).to_lowercase();
    let missing = lower.contains("no datapoints were received")
        || lower.starts_with("insufficient data")
        || lower.starts_with("unchecked");
    let mut told = alarm.reason_data.as_deref().and_then(from_data).or_else(|| from_words(reason)).unwrap_or_default();
    told.threshold = told.threshold.or(alarm.threshold);
    told.missing = missing;
    told
}

fn from_data(text: &str) -> Option<MeasuredValue> {
    let data: Value = serde_json::from_str(text).ok()?;
    let newest = data.get("evaluatedDatapoints").and_then(Value::as_array).and_then(|points| {
        points.iter().max_by(|a, b| {
            let at = |point: &Value| point.get("timestamp").and_then(Value::as_str).unwrap_or_default().to_owned();
            at(a).cmp(&at(b))
        })
    });
    let value = newest
        .and_then(|point| point.get("value").and_then(Value::as_f64))
        .or_else(|| data.get("recentDatapoints").and_then(Value::as_array)?.last()?.as_f64());
    let at = newest.and_then(|point| point.get("timestamp")).and_then(Value::as_str).and_then(timestamp);
    let threshold = data.get("threshold").and_then(Value::as_f64);
    let (newest, band) = (value, band::in_data(&data));
    let is_told = newest.is_some() || threshold.is_some();
    is_told.then_some(MeasuredValue { value, threshold, missing: false, at, band })
}

/// `2026-11-21T04:55:00.000+0000`.
fn timestamp(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| {
        let plain = text.split_once('+').map_or(text, |(plain, _)| plain);
        format!("{}Z", plain.trim_end_matches('Z')).parse().ok()
    })
}

fn from_words(reason: &str) -> Option<MeasuredValue> {
    if let Some((points, band)) = band::in_words(reason) {
        let (value, at) = newest_of(points);
        return Some(MeasuredValue { value, threshold: None, missing: false, at, band });
    }
    // The cheap look first: most sentences are others, and patterns are dear.
    if !reason.get(..CROSSED_BEGINS.len())?.eq_ignore_ascii_case(CROSSED_BEGINS) {
        return None;
    }
    let found = CROSSED.as_ref()?.captures(reason)?;
    let points = found.get(3)?.as_str();
    let threshold = found.get(4)?.as_str().parse().ok();
    let (value, at) = newest_of(points);
    Some(MeasuredValue { value, threshold, missing: false, at, band: (None, None) })
}

/// The newest is written first: `91.2 (21/11/26 04:56:00), 85.0 (21/11/26 04:55:00)`.
fn newest_of(points: &str) -> (Option<f64>, Option<jiff::Timestamp>) {
    let newest = points.split(',').next().unwrap_or_default().trim();
    let (value, at) = newest.split_once(' ').unwrap_or((newest, ""));
    (value.parse().ok(), day_first(at))
}

/// `(21/11/26 04:55:00)`: day first, UTC.
fn day_first(text: &str) -> Option<jiff::Timestamp> {
    let text = text.trim().trim_matches(['(', ')']);
    let civil = jiff::civil::DateTime::strptime("%d/%m/%y %H:%M:%S", text).ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// `CPUUtilization 91 % > 80 for 5 min (13:55)`; `None` where nothing was measured.
#[must_use]
pub fn measured(alarm: &Alarm, zone: &TimeZone) -> Option<String> {
    let reading = reading(alarm);
    let value = reading.value.filter(|_| !reading.missing)?;
    let name = metric_name(alarm);
    let against = match reading.threshold {
        Some(threshold) => format!("{} {}", sign(alarm), number(threshold, &name)),
        None => band::in_sight(alarm, &reading, &name)?,
    };
    let lasting = lasting(alarm).map(|seconds| format!(" for {}", span(seconds))).unwrap_or_default();
    let at = reading.at.map(|at| format!(" ({})", clock(at, zone))).unwrap_or_default();
    Some(format!("{name} {} {against}{lasting}{at}", figure(&name, value)))
}

/// How long the metric must breach: seconds.
#[must_use]
pub(super) fn lasting(alarm: &Alarm) -> Option<i64> {
    let periods = alarm.datapoints_to_alarm.or(alarm.evaluation_periods)?;
    Some(i64::from(alarm.period?) * i64::from(periods))
}

/// `>`, `≥`, `<`, `≤`, or the raw word of what is not known.
#[must_use]
pub(super) fn sign(alarm: &Alarm) -> &str {
    match alarm.comparison.as_deref() {
        Some("GreaterThanThreshold") => ">",
        Some("GreaterThanOrEqualToThreshold") => "≥",
        Some("LessThanThreshold") => "<",
        Some("LessThanOrEqualToThreshold") => "≤",
        Some("LessThanLowerOrGreaterThanUpperThreshold") => "outside the band of",
        Some("LessThanLowerThreshold") => "below the band of",
        Some("GreaterThanUpperThreshold") => "above the band of",
        Some(other) => other,
        None => "against",
    }
}

/// The metric's name, or its label where it is computed.
#[must_use]
pub(super) fn metric_name(alarm: &Alarm) -> String {
    // A band is computed from the metric that is watched: it is not what is watched.
    let mut watched = alarm.metrics.iter().filter(|metric| !band::is_band(metric));
    let computed = watched.clone().find(|metric| metric.expression.is_some());
    let metric = computed.or_else(|| watched.next());
    metric
        .and_then(|metric| {
            metric
                .label
                .as_deref()
                .filter(|_| computed.is_some())
                .or(metric.name.as_deref())
                .or(metric.expression.as_deref())
        })
        .map_or_else(|| "value".to_owned(), |name| first_line(name, 60))
}

/// A value with its unit, as far as the metric's name tells it.
#[must_use]
pub(super) fn figure(metric: &str, value: f64) -> String {
    let unit = match metric {
        name if name.ends_with("Utilization") || name.contains("Percent") => " %",
        name if name.ends_with("ResponseTime") || name.ends_with("Latency") => " s",
        "AuroraReplicaLag" | "Duration" => " ms",
        "ReplicaLag" => " s",
        _ => "",
    };
    format!("{}{unit}", number(value, metric))
}

/// A number without needless digits; bytes in words.
#[must_use]
pub(super) fn number(value: f64, metric: &str) -> String {
    if (metric.contains("Bytes") || metric.contains("Memory") || metric.contains("Storage"))
        && value >= 1024.0
        && !metric.ends_with("Utilization")
    {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 1024 here, and a saturated figure is still readable"
        )]
        return bytes(value as u64);
    }
    if value == value.trunc() && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    if value.abs() >= 100.0 { format!("{value:.1}") } else { format!("{value:.2}").trim_end_matches('0').to_owned() }
}
