//! CPU credits from answered calls: the balance that was reported last, the mode, and each without the other.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataError, GetMetricDataOutput};
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::DateTime;
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, Query, Script, mocked};
use crate::kinds::testing::{ask, parts, scope};
use crate::world::World;

const BOTH: &str = r#"<DescribeInstanceCreditSpecificationsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
 <requestId>r-1</requestId><instanceCreditSpecificationSet>
  <item><instanceId>i-1</instanceId><cpuCredits>standard</cpuCredits></item>
  <item><instanceId>i-2</instanceId><cpuCredits>unlimited</cpuCredits></item>
  <item><instanceId>i-3</instanceId><cpuCredits>boundless</cpuCredits></item>
 </instanceCreditSpecificationSet></DescribeInstanceCreditSpecificationsResponse>"#;

/// Ten minutes of reports of an instance, the newest five minutes ago.
fn reports(id: &'static str, balance: f64) -> Rule {
    mock!(Client::get_metric_data)
        .match_requests(move |input| {
            let metric = input.metric_data_queries()[0].metric_stat().and_then(|stat| stat.metric());
            metric.is_some_and(|metric| {
                let by = metric.dimensions().iter().map(|one| (one.name(), one.value())).collect::<Vec<_>>();
                metric.metric_name() == Some("CPUCreditBalance") && by == [(Some("InstanceId"), Some(id))]
            })
        })
        .then_compute_output(move |input| {
            // Of the moment it was asked at: a clock of its own may be in the next five minutes already.
            let end = input.end_time().expect("until when").secs() / 300 * 300;
            let at = |ago: i64| DateTime::from_secs(end - ago);
            let result = MetricDataResult::builder()
                .set_id(input.metric_data_queries()[0].id().map(str::to_owned))
                .set_timestamps(Some(vec![at(300), at(600)]))
                .set_values(Some(vec![balance, 99.0]))
                .build();
            GetMetricDataOutput::builder().metric_data_results(result).build()
        })
}

async fn credits(rules: &[&Rule], script: &Script, ids: &[&str]) -> Reading<Credits> {
    let cloudwatch = mocked!(aws_sdk_cloudwatch, rules.iter().copied());
    let aws = Clients { cloudwatch, ec2: Query::ec2_by(script), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    read(ask(&aws, &scope, &world, &parts(ids))).await.expect("a harvest")
}

fn of(reading: &Reading<Credits>, id: &str) -> (Option<f64>, Option<bool>) {
    let (_, got) = reading.parts.iter().find(|(part, _)| &**part == id).expect("the part");
    let one = &got.as_ref().expect("credits")[0];
    (one.balance, one.unlimited)
}

#[tokio::test]
async fn the_last_balance_and_the_mode_are_read_and_an_unknown_mode_is_none() {
    let rules = [reports("i-1", 11.5), reports("i-2", 0.0), reports("i-3", 3.0)];
    let script = Script::new([(200, BOTH)]);
    let reading = credits(&rules.each_ref(), &script, &["i-1", "i-2", "i-3"]).await;
    assert_eq!(of(&reading, "i-1"), (Some(11.5), Some(false)));
    assert_eq!(of(&reading, "i-2"), (Some(0.0), Some(true)));
    assert_eq!(of(&reading, "i-3"), (Some(3.0), None));
    let [sent] = &script.sent()[..] else { panic!("one call for all of them") };
    assert!(sent.body.starts_with("Action=DescribeInstanceCreditSpecifications&"), "{}", sent.body);
    assert!(sent.body.ends_with("InstanceId.1=i-1&InstanceId.2=i-2&InstanceId.3=i-3"), "{}", sent.body);
}

#[tokio::test]
async fn a_mode_that_may_not_be_read_costs_no_balance_and_is_noted() {
    let no = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not</Message></Error></Errors>\
              <RequestID>r-1</RequestID></Response>";
    let reading = credits(&[&reports("i-1", 11.5)], &Script::new([(403, no)]), &["i-1"]).await;
    assert_eq!(of(&reading, "i-1"), (Some(11.5), None));
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
}

#[tokio::test]
async fn a_balance_that_may_not_be_read_is_the_parts_own_fault() {
    let denied = mock!(Client::get_metric_data).then_error(|| {
        GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDenied").message("not you").build())
    });
    let reading = credits(&[&denied], &Script::new([(200, BOTH)]), &["i-1"]).await;
    let [(part, Err(fault))] = reading.parts.as_slice() else { panic!("{:?}", reading.parts) };
    assert_eq!((&**part, fault.kind, fault.on.as_deref()), ("i-1", FaultKind::Denied, Some("i-1")));
}

#[test]
fn what_is_no_list_of_modes_is_garbled() {
    for odd in ["", "<html></html>", "{}"] {
        assert_eq!(parse(odd).map_err(|fault| fault.kind), Err(FaultKind::Garbled), "{odd}");
    }
}

#[test]
fn the_last_reported_value_counts() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let points = vec![(at(0), Some(40.0)), (at(300), Some(12.5)), (at(600), None)];
    let series = Series { title: String::new(), unit: "", points, threshold: None };
    assert_eq!(last(&series), Some(12.5));
    assert_eq!(last(&Series { points: Vec::new(), ..series }), None);
}
