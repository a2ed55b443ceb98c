//! Courses of metrics read from mocked answers: many in one call, gaps as gaps, faults with each of them.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataError, GetMetricDataOutput};
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, mocked};
use crate::kinds::metric_series::Metric;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{FaultKind, World};

fn query(metric: &str, span: (u32, u32)) -> MetricQuery {
    Metric::average("x", "", ("AWS/RDS", metric), &[("DBInstanceIdentifier", "app-db")]).over_span(span)
}

async fn series(rule: &Rule, queries: &[MetricQuery]) -> Reading<MetricSeries> {
    let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, [rule]), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let named: Vec<Part> = queries.iter().map(MetricQuery::part).collect();
    let named: Vec<&str> = named.iter().map(|part| &**part).chain(["arn:aws:rds:r:1:db:other"]).collect();
    read(ask(&aws, &scope, &world, &parts(&named))).await.expect("a reading")
}

#[tokio::test]
async fn metrics_of_one_span_are_one_call_and_gaps_stay_gaps() {
    let rule = mock!(Client::get_metric_data)
        .match_requests(|input| input.metric_data_queries().len() == 2)
        .then_output(|| {
            let now = Timestamp::now().as_second();
            let at = aws_smithy_types::DateTime::from_secs(now - now.rem_euclid(60) - 600);
            let result = |id: &str| MetricDataResult::builder().id(id).timestamps(at).values(7.0).build();
            GetMetricDataOutput::builder().metric_data_results(result("m0")).metric_data_results(result("m1")).build()
        });
    let got = series(&rule, &[query("CPUUtilization", (3_600, 60)), query("DatabaseConnections", (3_600, 60))]).await;
    assert_eq!((got.parts.len(), rule.num_calls()), (2, 1));
    let one = &got.parts[0].1.as_ref().expect("a series")[0];
    let known: Vec<f64> = one.points.iter().filter_map(|(_, value)| *value).collect();
    assert!((59..=61).contains(&one.points.len()), "{}", one.points.len());
    assert_eq!(known, [7.0]);
}

#[tokio::test]
async fn a_denial_stands_with_each_of_them() {
    let rule = mock!(Client::get_metric_data).then_error(|| {
        GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDenied").message("no").build())
    });
    let got = series(&rule, &[query("CPUUtilization", (3_600, 60)), query("ReadIOPS", (3_600, 60))]).await;
    let kinds: Vec<FaultKind> =
        got.parts.iter().filter_map(|(_, got)| got.as_ref().err()).map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Denied, FaultKind::Denied]);
}
