//! Alarms read from mocked answers: when the state began, metric math, composite alarms, history.

use aws_sdk_cloudwatch::types::{
    ActionsSuppressedBy, AlarmHistoryItem, CompositeAlarm, LogAlarm, Metric, MetricAlarm, MetricDataQuery, MetricStat,
    ScheduledQueryConfiguration, StateValue,
};
use aws_smithy_types::DateTime;

use super::{composite_alarm, log_alarm, measure, metric_alarm, moment};
use crate::display::Tone;
use crate::world::Health;

fn bare() -> aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder {
    MetricAlarm::builder()
        .alarm_arn("arn:aws:cloudwatch:r:1:alarm:5xx")
        .alarm_name("5xx")
        .state_value(StateValue::Alarm)
}

#[test]
fn since_is_when_the_state_began() {
    let updated = bare().state_updated_timestamp(DateTime::from_secs(900));
    let both = updated.clone().state_transitioned_timestamp(DateTime::from_secs(100)).build();
    let seconds = |alarm: &MetricAlarm| metric_alarm(alarm).and_then(|alarm| alarm.since).map(|at| at.as_second());
    assert_eq!((seconds(&both), seconds(&updated.build())), (Some(100), Some(900)));
}

#[test]
fn metric_math_keeps_its_metrics_and_its_period() {
    let metric = Metric::builder().namespace("AWS/ApplicationELB").metric_name("HTTPCode_Target_5XX_Count").build();
    let stat = MetricStat::builder().metric(metric).period(300).stat("Sum").build();
    let alarm = bare()
        .metrics(MetricDataQuery::builder().id("e1").expression("m1 * 100").build())
        .metrics(MetricDataQuery::builder().id("m1").metric_stat(stat).build())
        .build();
    let alarm = metric_alarm(&alarm).expect("an alarm");
    assert_eq!((alarm.metrics.len(), alarm.period), (2, Some(300)));
    assert_eq!(alarm.metrics[0].expression.as_deref(), Some("m1 * 100"));
    assert_eq!(alarm.metrics[1].statistic.as_deref(), Some("Sum"));
    assert_eq!(measure(&alarm), None, "there is no one metric to draw");
}

#[test]
fn a_single_metric_is_drawn_with_its_threshold() {
    let alarm =
        bare().namespace("AWS/RDS").metric_name("CPUUtilization").extended_statistic("p99").threshold(80.0).period(30);
    let measure = measure(&metric_alarm(&alarm.build()).expect("an alarm")).expect("a measure");
    assert_eq!((measure.unit, measure.statistic.as_str(), measure.threshold), ("%", "p99", Some(80.0)));
}

#[test]
fn a_composite_alarm_tells_its_rule_and_what_holds_it_back() {
    let alarm = CompositeAlarm::builder()
        .alarm_arn("arn:aws:cloudwatch:r:1:alarm:all")
        .alarm_rule("ALARM(a) OR ALARM(b)")
        .actions_suppressed_by(ActionsSuppressedBy::Alarm)
        .actions_suppressor("maintenance")
        .build();
    let alarm = composite_alarm(&alarm).expect("an alarm");
    assert_eq!((alarm.name.as_str(), alarm.rule.as_deref()), ("all", Some("ALARM(a) OR ALARM(b)")));
    assert_eq!((alarm.suppressed_by.as_deref(), alarm.state.as_str()), (Some("maintenance"), "UNKNOWN"));
}

#[test]
fn history_reads_as_sentences() {
    let item = AlarmHistoryItem::builder()
        .timestamp(DateTime::from_secs(100))
        .history_summary("Alarm updated from OK to ALARM")
        .history_data(r#"{"newState":{"stateValue":"ALARM","stateReason":"Threshold Crossed"}}"#);
    let found = moment(&item.clone().build()).expect("a moment");
    assert_eq!(
        (found.message.as_str(), found.tone),
        ("Alarm updated from OK to ALARM: Threshold Crossed", Tone::Of(Health::Bad))
    );
    let odd = moment(&item.history_data("{broken").build()).expect("a moment");
    assert_eq!((odd.message.as_str(), odd.tone), ("Alarm updated from OK to ALARM", Tone::Dim));
}

#[test]
fn a_log_alarm_watches_its_log_groups() {
    let query = ScheduledQueryConfiguration::builder()
        .query_string("filter @message like /ERROR/")
        .log_group_identifiers("/ecs/web")
        .log_group_identifiers("arn:aws:logs:r:1:log-group:/ecs/api:*")
        .log_group_identifiers("arn:aws:logs:r:2:log-group:/ecs/far");
    let alarm = LogAlarm::builder()
        .alarm_arn("arn:aws:cloudwatch:r:1:alarm:errors")
        .alarm_name("errors")
        .state_value(StateValue::Alarm)
        .state_transitioned_timestamp(DateTime::from_secs(100))
        .scheduled_query_configuration(query.build())
        .query_results_to_evaluate(5)
        .query_results_to_alarm(3)
        .threshold(0.0)
        .build();
    let alarm = log_alarm(&alarm).expect("an alarm");
    assert_eq!((alarm.state.as_str(), alarm.since.map(|at| at.as_second())), ("ALARM", Some(100)));
    assert_eq!((alarm.datapoints_to_alarm, alarm.evaluation_periods), (Some(3), Some(5)));
    let watched: Vec<_> =
        alarm.metrics.iter().map(|one| (one.dimensions[0].1.as_str(), one.account.as_deref())).collect();
    assert_eq!(watched, [("/ecs/web", None), ("/ecs/api", None), ("/ecs/far", Some("2"))]);
    assert_eq!(measure(&alarm), None, "there is no metric to draw");
    assert!(log_alarm(&LogAlarm::builder().alarm_name("nobody").build()).is_none(), "without an ARN it is none");
}

#[test]
fn every_type_of_alarm_is_asked_for() {
    let mut types: Vec<&str> = super::TYPES.iter().map(aws_sdk_cloudwatch::types::AlarmType::as_str).collect();
    let mut known: Vec<&str> = aws_sdk_cloudwatch::types::AlarmType::values().to_vec();
    types.sort_unstable();
    known.sort_unstable();
    assert_eq!(types, known, "what is not asked for by its type is not answered");
}

mod contributors {
    use aws_sdk_cloudwatch::operation::describe_alarm_contributors::DescribeAlarmContributorsOutput;
    use aws_sdk_cloudwatch::operation::describe_alarm_history::DescribeAlarmHistoryOutput;
    use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
    use aws_sdk_cloudwatch::types::{
        AlarmContributor, AlarmPromQlCriteria, EvaluationCriteria, MetricAlarm, MetricDataQuery, StateValue,
    };
    use aws_smithy_mocks::{Rule, mock};
    use rstest::rstest;

    use super::super::{look, metric_alarm};
    use crate::aws::{Clients, mocked};
    use crate::kinds::alarm::{Alarm, AlarmType};
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, World};

    fn alarm() -> aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder {
        MetricAlarm::builder()
            .alarm_arn("arn:aws:cloudwatch:ap-northeast-1:1:alarm:errors")
            .alarm_name("errors")
            .state_value(StateValue::Alarm)
    }

    fn insights() -> Alarm {
        let query = MetricDataQuery::builder()
            .id("q1")
            .expression("SELECT SUM(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName) GROUP BY FunctionName");
        metric_alarm(&alarm().metrics(query.build()).build()).expect("an alarm")
    }

    fn promql() -> Alarm {
        let criteria = AlarmPromQlCriteria::builder().query("sum by (pod) (rate(errors[5m])) > 1").build();
        let alarm = alarm().evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria));
        metric_alarm(&alarm.build()).expect("an alarm")
    }

    fn history() -> Rule {
        mock!(aws_sdk_cloudwatch::Client::describe_alarm_history)
            .then_output(|| DescribeAlarmHistoryOutput::builder().build())
    }

    async fn told(item: &Alarm, rules: &[Rule]) -> Vec<String> {
        let gone =
            mock!(aws_sdk_cloudwatch::Client::describe_alarms).then_output(|| DescribeAlarmsOutput::builder().build());
        let rules: Vec<Rule> = rules.iter().cloned().chain([gone]).collect();
        let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, &rules), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let extra = look(ask(&aws, &scope, &world, &Coverage::All), item, jiff::Timestamp::UNIX_EPOCH).await;
        extra.expect("something").contributors.into_iter().map(|fact| fact.value.text).collect()
    }

    #[rstest]
    #[case::insights(insights(), AlarmType::Query)]
    #[case::promql(promql(), AlarmType::PromQl)]
    #[tokio::test]
    async fn what_breaches_of_many_is_told_from_all_pages(#[case] item: Alarm, #[case] sort: AlarmType) {
        assert_eq!(item.sort(), sort);
        let page = |name: &'static str, next: Option<&str>| {
            let one = AlarmContributor::builder()
                .contributor_id("1a2b")
                .contributor_attributes("FunctionName", name)
                .state_reason("Threshold Crossed: 3 datapoints")
                .build();
            DescribeAlarmContributorsOutput::builder()
                .alarm_contributors(one)
                .set_next_token(next.map(str::to_owned))
                .build()
        };
        let first = mock!(aws_sdk_cloudwatch::Client::describe_alarm_contributors)
            .match_requests(|input| input.next_token().is_none() && input.alarm_name() == Some("errors"))
            .then_output(move || page("resize", Some("n")));
        let second = mock!(aws_sdk_cloudwatch::Client::describe_alarm_contributors)
            .match_requests(|input| input.next_token() == Some("n"))
            .then_output(move || page("mail", None));
        let all = told(&item, &[history(), first, second]).await;
        let expected = [
            "FunctionName=resize: Threshold Crossed: 3 datapoints",
            "FunctionName=mail: Threshold Crossed: 3 datapoints",
        ];
        assert_eq!(all, expected);
    }

    #[tokio::test]
    async fn a_denial_costs_a_line_and_a_quiet_alarm_is_not_asked_about() {
        let denied = mock!(aws_sdk_cloudwatch::Client::describe_alarm_contributors).then_error(|| {
            use aws_sdk_cloudwatch::operation::describe_alarm_contributors::DescribeAlarmContributorsError;
            use aws_smithy_types::error::ErrorMetadata;
            DescribeAlarmContributorsError::generic(ErrorMetadata::builder().code("AccessDenied").message("no").build())
        });
        let rules = [history(), denied];
        let all = told(&insights(), &rules).await;
        assert!(all.len() == 1 && all[0].contains("not known: "), "{all:?}");
        let quiet = Alarm { state: "OK".to_owned(), ..insights() };
        assert!(told(&quiet, &rules).await.is_empty());
        assert_eq!(rules[1].num_calls(), 1);
    }
}

/// Courses of alarms that look at more than one metric.
mod charts {
    use aws_sdk_cloudwatch::operation::describe_alarm_history::DescribeAlarmHistoryOutput;
    use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
    use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
    use aws_sdk_cloudwatch::types::{
        AlarmPromQlCriteria, EvaluationCriteria, Metric, MetricAlarm, MetricDataQuery, MetricDataResult, MetricStat,
    };
    use aws_smithy_mocks::{Rule, mock};
    use aws_smithy_types::DateTime;

    use super::super::{look, metric_alarm};
    use crate::aws::{Clients, mocked};
    use crate::display::Series;
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, World};

    fn stat(id: &str, name: &str) -> MetricDataQuery {
        let metric = Metric::builder().namespace("AWS/ApplicationELB").metric_name(name).build();
        let stat = MetricStat::builder().metric(metric).period(300).stat("Sum").build();
        MetricDataQuery::builder().id(id).metric_stat(stat).return_data(false).build()
    }

    fn computed() -> MetricAlarm {
        MetricAlarm::builder()
            .alarm_arn("arn:aws:cloudwatch:ap-northeast-1:1:alarm:rate")
            .alarm_name("rate")
            .threshold(5.0)
            .metrics(stat("m1", "HTTPCode_Target_5XX_Count"))
            .metrics(stat("m2", "RequestCount"))
            .metrics(MetricDataQuery::builder().id("e1").expression("100*m1/m2").label("error rate").build())
            .build()
    }

    fn result(id: &str, label: &str, value: f64) -> MetricDataResult {
        MetricDataResult::builder().id(id).label(label).timestamps(DateTime::from_secs(86_400)).values(value).build()
    }

    async fn series(alarm: MetricAlarm, more: Vec<Rule>) -> Vec<Series> {
        let item = metric_alarm(&alarm).expect("an alarm");
        let described = mock!(aws_sdk_cloudwatch::Client::describe_alarms)
            .match_requests(|input| input.alarm_names() == ["rate"])
            .then_output(move || DescribeAlarmsOutput::builder().metric_alarms(alarm.clone()).build());
        let history = mock!(aws_sdk_cloudwatch::Client::describe_alarm_history)
            .then_output(|| DescribeAlarmHistoryOutput::builder().build());
        let rules: Vec<Rule> = [described, history].into_iter().chain(more).collect();
        let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, &rules), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let now = "1970-01-02T00:10:00Z".parse().expect("a time");
        look(ask(&aws, &scope, &world, &Coverage::All), &item, now).await.expect("something").series
    }

    #[tokio::test]
    async fn metric_math_is_drawn_with_its_threshold_and_what_it_is_computed_from() {
        let data = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
            .match_requests(|input| {
                let returned: Vec<(&str, bool)> = input
                    .metric_data_queries()
                    .iter()
                    .filter_map(|query| Some((query.id()?, query.return_data()?)))
                    .collect();
                returned == [("m1", true), ("m2", true), ("e1", true)]
            })
            .then_output(|| {
                GetMetricDataOutput::builder()
                    .metric_data_results(result("m1", "", 3.0))
                    .metric_data_results(result("m2", "requests", 60.0))
                    .metric_data_results(result("e1", "error rate", 5.0))
                    .build()
            });
        let all = series(computed(), vec![data]).await;
        let titles: Vec<(&str, Option<f64>)> = all.iter().map(|one| (one.title.as_str(), one.threshold)).collect();
        assert_eq!(titles, [("error rate", Some(5.0)), ("HTTPCode_Target_5XX_Count", None), ("requests", None)]);
        assert!(all.iter().all(|one| one.points.iter().filter(|(_, value)| value.is_some()).count() == 1), "{all:?}");
    }

    #[tokio::test]
    async fn each_group_of_a_query_is_a_course_and_no_more_than_a_handful() {
        let query = "SELECT SUM(Errors) FROM SCHEMA(\"AWS/Lambda\", FunctionName) GROUP BY FunctionName";
        let query = MetricDataQuery::builder().id("q1").expression(query).period(60).build();
        let alarm = MetricAlarm::builder()
            .alarm_arn("arn:aws:cloudwatch:ap-northeast-1:1:alarm:rate")
            .alarm_name("rate")
            .threshold(1.0)
            .metrics(query)
            .build();
        let data = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_output(|| {
            let groups = (0..20).map(|at| result("q1", &format!("function-{at}"), f64::from(at)));
            GetMetricDataOutput::builder().set_metric_data_results(Some(groups.collect())).build()
        });
        let all = series(alarm, vec![data]).await;
        assert_eq!(all.len(), 6);
        assert!(all[0].title == "function-0" && all.iter().all(|one| one.threshold == Some(1.0)), "{all:?}");
    }

    #[tokio::test]
    async fn a_query_of_another_language_is_not_asked_for() {
        let criteria = AlarmPromQlCriteria::builder().query("sum(rate(errors[5m])) > 1").build();
        let alarm = MetricAlarm::builder()
            .alarm_arn("arn:aws:cloudwatch:ap-northeast-1:1:alarm:rate")
            .alarm_name("rate")
            .evaluation_criteria(EvaluationCriteria::PromQlCriteria(criteria))
            .build();
        assert!(series(alarm, Vec::new()).await.is_empty());
    }
}
