//! Alarms that watch for anomalies: they have no threshold but a band, computed by CloudWatch from the metric itself.
//! Which metric is the band, where its ends are, and the words for it. Pure.

use serde_json::Value;

use super::measured_value::{MeasuredValue, number};
use super::model::{Alarm, AlarmMetric};

/// How the expression begins that makes a band: `ANOMALY_DETECTION_BAND(m1, 2)`.
const MAKES: &str = "ANOMALY_DETECTION_BAND";
/// How AWS's sentence begins.
const CROSSED: &str = "thresholds crossed: ";

/// Whether a metric of an alarm is the band that another is held against.
pub(super) fn is_band(metric: &AlarmMetric) -> bool {
    let expression = metric.expression.as_deref().map(str::trim_start).unwrap_or_default();
    expression.get(..MAKES.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(MAKES))
}

/// The lower and the upper end of a band.
type Ends = (Option<f64>, Option<f64>);

/// The ends of the band in StateReasonData, of its newest point.
pub(super) fn in_data(data: &Value) -> Ends {
    let last = |name: &str| data.get(name).and_then(Value::as_array)?.last()?.as_f64();
    (last("recentLowerThresholds"), last("recentUpperThresholds"))
}

/// The datapoints and the ends of the band in AWS's sentence: `Thresholds Crossed: 1 out of the last 1 datapoints
/// [91.0 (21/11/26 04:54:00)] was greater than the upper thresholds [60.1] (minimum 1 datapoint for OK -> ALARM
/// transition).`
pub(super) fn in_words(reason: &str) -> Option<(&str, Ends)> {
    if !reason.get(..CROSSED.len())?.eq_ignore_ascii_case(CROSSED) {
        return None;
    }
    let listed =
        |text: &str| text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(list, _)| list.len());
    let list = |from: usize| {
        let rest = reason.get(from..)?;
        let at = rest.find('[')? + 1;
        rest.get(at..at + listed(rest)?)
    };
    let end = |which: &str| {
        let at = reason.find(which)?;
        list(at)?.split(',').next()?.trim().parse().ok()
    };
    Some((list(0)?, (end("lower threshold"), end("upper threshold"))))
}

/// `above the band of 20 to 60.1`, as far as its ends are known; `None` for an alarm that has no band.
pub(super) fn in_sight(alarm: &Alarm, seen: &MeasuredValue, metric: &str) -> Option<String> {
    if !alarm.metrics.iter().any(is_band) {
        return None;
    }
    let side = match alarm.comparison.as_deref() {
        Some("LessThanLowerThreshold") => "below",
        Some("GreaterThanUpperThreshold") => "above",
        _ => "outside",
    };
    let ends = match seen.band {
        (Some(low), Some(high)) => format!(" of {} to {}", number(low, metric), number(high, metric)),
        (Some(low), None) => format!(" from {}", number(low, metric)),
        (None, Some(high)) => format!(" up to {}", number(high, metric)),
        (None, None) => " that CloudWatch expects".to_owned(),
    };
    Some(format!("{side} the band{ends}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::{in_words, measured, reading};
    use crate::kinds::alarm::{Alarm, AlarmMetric};
    use crate::kinds::testing_samples::{alarm, tokyo};

    fn anomaly(reason: &str, data: Option<&str>) -> Alarm {
        let plain = AlarmMetric {
            id: Some("m1".to_owned()),
            namespace: Some("AWS/ECS".to_owned()),
            name: Some("CPUUtilization".to_owned()),
            dimensions: vec![
                ("ClusterName".to_owned(), "city".to_owned()),
                ("ServiceName".to_owned(), "web".to_owned()),
            ],
            statistic: Some("Average".to_owned()),
            expression: None,
            label: None,
            account: None,
        };
        let band = AlarmMetric {
            id: Some("ad1".to_owned()),
            expression: Some("ANOMALY_DETECTION_BAND(m1, 2)".to_owned()),
            label: Some("CPUUtilization (expected)".to_owned()),
            namespace: None,
            name: None,
            dimensions: Vec::new(),
            statistic: None,
            account: None,
        };
        Alarm {
            state: "ALARM".to_owned(),
            reason: Some(reason.to_owned()),
            reason_data: data.map(str::to_owned),
            // CloudWatch names the band before or behind the metric.
            metrics: vec![band, plain],
            threshold: None,
            comparison: Some("GreaterThanUpperThreshold".to_owned()),
            period: Some(300),
            evaluation_periods: Some(1),
            datapoints_to_alarm: Some(1),
            ..alarm()
        }
    }

    const WORDS: &str = "Thresholds Crossed: 1 out of the last 1 datapoints [91.0 (21/11/26 04:54:00)] was less than the \
        lower thresholds [20.0] or greater than the upper thresholds [60.25] (minimum 1 datapoint for OK -> ALARM \
        transition).";

    #[rstest]
    #[case::by_its_words(WORDS, None, "CPUUtilization 91 % above the band of 20 to 60.25 for 5 min (13:54)")]
    #[case::by_its_data(
        "odd",
        Some(
            r#"{"recentDatapoints":[91.0],"recentLowerThresholds":[19.0,20.0],"recentUpperThresholds":[61.0,60.25]}"#
        ),
        "CPUUtilization 91 % above the band of 20 to 60.25 for 5 min"
    )]
    #[case::without_its_ends(
        "odd",
        Some(r#"{"recentDatapoints":[91.0]}"#),
        "CPUUtilization 91 % above the band that CloudWatch expects for 5 min"
    )]
    fn a_band_is_said_in_one_line(#[case] reason: &str, #[case] data: Option<&str>, #[case] said: &str) {
        let alarm = anomaly(reason, data);
        assert_eq!(measured(&alarm, &tokyo()).as_deref(), Some(said));
        assert_eq!(in_words(&alarm), "CPUUtilization of service web");
    }

    #[rstest]
    #[case("Thresholds Crossed: [")]
    #[case("Thresholds Crossed: 応答なし")]
    #[case("Thresholds Crossed: 1 datapoint [] lower thresholds ] upper threshold [")]
    fn odd_words_are_no_reading(#[case] reason: &str) {
        assert_eq!(reading(&anomaly(reason, None)).value, None);
    }
}
