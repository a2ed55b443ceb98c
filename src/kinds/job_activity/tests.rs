//! What is asked of metrics, and how seldom.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_smithy_mocks::mock;
use jiff::Timestamp;

use super::{Activities, JobActivity};
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::event_rule::Rule;
use crate::kinds::testing::{ask, know, scope};
use crate::schedule::stored::target_effect::Target;
use crate::world::{Arn, Coverage, World};

fn rule(name: &str, target: &str) -> Rule {
    Rule {
        arn: Arn::from(format!("arn:aws:events:ap-northeast-1:1:rule/{name}")),
        name: name.to_owned(),
        expression: "rate(1 hour)".to_owned(),
        enabled: true,
        about: None,
        managed_by: None,
        waits: false,
        targets: vec![Target { arn: target.to_owned(), ..Target::default() }],
        whole: true,
    }
}

fn result(id: &str, points: &[(i64, f64)]) -> MetricDataResult {
    MetricDataResult::builder()
        .id(id)
        .set_timestamps(Some(points.iter().map(|(at, _)| DateTime::from_secs(*at)).collect()))
        .set_values(Some(points.iter().map(|(_, value)| *value).collect()))
        .build()
}

#[tokio::test]
async fn one_call_tells_of_all_and_is_not_made_again_at_once() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let answer = mock!(Client::get_metric_data).then_output(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let found =
            [result("f0", &[(7_200, 3.0), (3_600, 1.0)]), result("x0", &[(7_200, 2.0)]), result("f1", &[(3_600, 0.0)])];
        GetMetricDataOutput::builder().set_metric_data_results(Some(found.into())).build()
    });
    let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, [&answer]), ..Clients::silent() };
    let (mut world, scope) = (World::default(), scope());
    know(
        &mut world,
        vec![
            rule("hourly", "arn:aws:lambda:ap-northeast-1:1:function:f"),
            rule("odd", "arn:aws:sqs:ap-northeast-1:1:q"),
        ],
    );
    let read = |world: World| {
        let (aws, scope) = (aws.clone(), scope.clone());
        async move {
            let reading = Activities::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("metrics");
            reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect::<Vec<JobActivity>>()
        }
    };
    let all = read(world.clone()).await;
    assert_eq!(all.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(), ["function:f", "rule:hourly"]);
    let at = |seconds| Timestamp::from_second(seconds).expect("a moment");
    assert_eq!((&all[0].fired[..], &all[0].failed[..]), (&[at(3_600), at(7_200)][..], &[(at(7_200), 2.0)][..]));
    assert!(all[1].fired.is_empty());
    know(&mut world, all.clone());
    assert_eq!(read(world).await, all);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn without_jobs_nothing_is_asked() {
    let (aws, scope, world) = (Clients::silent(), scope(), World::default());
    let reading = Activities::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("nothing");
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(0));
}
