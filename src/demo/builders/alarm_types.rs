//! Alarms that are on no single metric: on metric math, on a Metrics Insights query over many series, on PromQL, and on
//! lines of logs. All are OK, as they have been for weeks. Pure.

use super::alarm::arn;
use super::owned;
use crate::demo::account::SimulatedAccount;
use crate::demo::details::{ResourceDetails, Wave};
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::alarm::{Alarm, AlarmMetric};

/// When they were OK first.
const SINCE: i64 = -20 * 86_400;

/// What is looked at, without a metric of its own.
fn query(expression: &str, label: Option<&str>) -> AlarmMetric {
    AlarmMetric {
        id: Some("q1".to_owned()),
        namespace: None,
        name: None,
        dimensions: Vec::new(),
        statistic: None,
        expression: Some(expression.to_owned()),
        label: label.map(str::to_owned),
        account: None,
    }
}

fn put(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (name, about, topic): (&str, &str, &str),
    metrics: Vec<AlarmMetric>,
    (threshold, courses): (f64, &[(&str, f64)]),
) {
    let (arn, actions) = (arn(scenario, name), vec![scenario.arn("sns", topic)]);
    let wave = |(at, (title, level)): (usize, &(&str, f64))| Wave {
        title: (*title).to_owned(),
        unit: "",
        levels: vec![(SINCE, Some(*level))],
        swing: 0.1,
        threshold: (at == 0).then_some(threshold),
    };
    let waves = courses.iter().enumerate().map(wave).collect();
    // What has no metric is shown by its states.
    let bands = if courses.is_empty() { vec![(name.to_owned(), vec![(SINCE, "OK")])] } else { Vec::new() };
    simulated.look_at::<Alarm>(arn.as_str(), ResourceDetails { waves, bands, ..ResourceDetails::default() });
    simulated.put(
        "",
        Alarm {
            arn,
            name: name.to_owned(),
            description: Some(about.to_owned()),
            state: "OK".to_owned(),
            reason: Some("Threshold Crossed: no datapoints were received or all were within the threshold.".to_owned()),
            reason_data: None,
            since: Some(scenario.at(SINCE)),
            updated_at: Some(scenario.at(SINCE)),
            actions_enabled: true,
            ok_actions: actions.clone(),
            alarm_actions: actions,
            metrics,
            rule: None,
            comparison: Some("GreaterThanThreshold".to_owned()),
            threshold: Some(threshold),
            period: Some(300),
            evaluation_periods: Some(1),
            datapoints_to_alarm: Some(1),
            missing: Some("notBreaching".to_owned()),
            evaluation: None,
            suppressed_by: None,
        },
    );
}

/// One of each about `prefix`, whose load balancer counts requests under `of` and whose lines are in `log_group`.
pub(crate) fn one_of_each(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (prefix, topic): (&str, &str),
    of: &[(&str, &str)],
    log_group: &str,
) {
    let named = |what: &str| format!("{prefix}-{what}");
    let counted = |id: &str, metric: &str| AlarmMetric {
        id: Some(id.to_owned()),
        namespace: Some("AWS/ApplicationELB".to_owned()),
        name: Some(metric.to_owned()),
        dimensions: owned(of),
        statistic: Some("Sum".to_owned()),
        expression: None,
        label: None,
        account: None,
    };
    let rate = AlarmMetric { id: Some("e1".to_owned()), ..query("100 * m1 / m2", Some("error rate in percent")) };
    put(
        simulated,
        scenario,
        (&named("error-rate"), "Share of requests that fail.", topic),
        vec![rate, counted("m1", "HTTPCode_Target_5XX_Count"), counted("m2", "RequestCount")],
        (5.0, &[("error rate in percent", 0.4), ("HTTPCode_Target_5XX_Count", 2.0), ("RequestCount", 540.0)]),
    );
    let busiest = "SELECT MAX(CPUUtilization) FROM SCHEMA(\"AWS/ECS\", ClusterName, ServiceName) GROUP BY ServiceName";
    put(
        simulated,
        scenario,
        (&named("any-service-busy"), "Any of its services.", topic),
        vec![query(busiest, None)],
        (85.0, &[("shop-staging-web", 22.0), ("shop-staging-api", 31.0)]),
    );
    let slow = "histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 2";
    put(
        simulated,
        scenario,
        (&named("slow-requests"), "By the services' own histograms.", topic),
        vec![query(slow, Some("PromQL"))],
        (2.0, &[]),
    );
    let lines = AlarmMetric {
        id: None,
        dimensions: owned(&[("LogGroupName", log_group)]),
        ..query("fields @message | filter level = \"fatal\" | stats count(*)", None)
    };
    put(
        simulated,
        scenario,
        (&named("fatal-lines"), "Lines that must never be written.", topic),
        vec![lines],
        (0.0, &[]),
    );
}
