//! Played incidents of alarms, functions, instances and scaling.

use super::*;
use crate::diagnosis::explain::Confidence::{Certain, Likely};
use crate::kinds::alarm::Alarm;
use crate::kinds::certificate::Certificate;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_version::{Alias, FunctionVersions, Version};
use crate::kinds::resource_tags::TaggedResource;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::testing_samples::*;

fn shifted() -> FunctionVersions {
    let version = |number, minutes| Version { number, published_at: Some(ago(minutes)), code: None, about: None };
    FunctionVersions {
        function: function().arn,
        aliases: vec![Alias {
            name: "live".to_owned(),
            version: "7".to_owned(),
            share: Some(("8".to_owned(), 10)),
            revision: None,
        }],
        versions: vec![version(8, 12), version(7, 9000)],
        callers: [].into(),
    }
}

/// A certificate of the load balancer that ended an hour ago.
fn ended_certificate() -> Certificate {
    Certificate {
        arn: crate::world::Arn::from("arn:aws:acm:ap-northeast-1:123456789012:certificate/c-1"),
        name: "www.city.example".to_owned(),
        names: Vec::new(),
        status: "EXPIRED".to_owned(),
        kind: Some("IMPORTED".to_owned()),
        until: Some(ago(60)),
        renewal: None,
        reason: None,
        waiting: Vec::new(),
        used_by: vec![balancer().arn.as_str().to_owned()],
    }
}

/// An alarm over other alarms that fires.
fn composite(minutes: i64, of: &str) -> Alarm {
    Alarm {
        arn: crate::world::Arn::from("arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:city-down"),
        name: "city-down".to_owned(),
        rule: Some(format!("ALARM(\"{of}\")")),
        metrics: Vec::new(),
        since: Some(ago(minutes)),
        reason: Some("arn:… transitioned to ALARM".to_owned()),
        threshold: None,
        ..firing()
    }
}

pub(super) fn played_incidents() -> Vec<Played> {
    let function_alarm = |metric: &str| fires("report", 6, metric, &[("FunctionName", "city-report")]);
    let stopped = Instance {
        state: "stopped".to_owned(),
        state_reason: Some("User initiated (2026-11-21 04:50:00 GMT)".to_owned()),
        stopped_at: Some(ago(12)),
        ..instance()
    };
    let on_instances = || {
        let group = TargetGroup { target_type: Some("instance".to_owned()), ..group() };
        let mut gone = target(1, "unused", "Target.InvalidState", "Target is in the stopped state");
        gone.id = instance().id;
        Shelves::default().with([group]).with([balancer()]).with([targets([gone])])
    };
    let by = did(12, "StopInstances i-0123456789abcdef0", &stopped, "arn:aws:iam::123456789012:user/alice");
    let silent = Alarm {
        reason: Some("Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].".to_owned()),
        ..firing()
    };
    vec![
        played(
            "scaled to its maximum",
            well().with([Service { desired: 4, running: 4, ..service() }]).with([firing()]).with([ScalableTarget {
                id: "service/city-prod/Backend".to_owned(),
                min: 1,
                max: 4,
            }]),
            ("scaled-to-maximum", Certain),
            &["Backend has reached its maximum of 4 tasks"],
        ),
        played(
            "function throttled",
            well().with([function()]).with([function_alarm("Throttles")]),
            ("function-throttled", Certain),
            &["city-report is throttled"],
        ),
        played(
            "alias shifted before errors",
            well().with([function()]).with([function_alarm("Errors")]).with([shifted()]),
            ("alias-shift-errors", Likely),
            &["alias live sends to version 8, new 6 min before the errors"],
        ),
        played(
            "function failed",
            well()
                .with([Function {
                    state: Some("Failed".to_owned()),
                    state_reason: (Some("SubnetOutOfIPAddresses".to_owned()), Some("no addresses".to_owned())),
                    ..function()
                }])
                // Its tags still tell of it where functions may not be read.
                .with([TaggedResource {
                    arn: function().arn,
                    tags: [("Environment".to_owned(), "city-prod".to_owned())].into(),
                }]),
            ("function-failed", Certain),
            &["SubnetOutOfIPAddresses"],
        ),
        played(
            "composite and child",
            well()
                .with([short(2, 4, 7)])
                .with([killed("a", 3), killed("b", 5)])
                .with([targets([healthy(5), answers(6, 502)])])
                .with([errors_alarm(4), composite(3, "city-5xx")]),
            ("task-out-of-memory", Certain),
            &["runs out of memory"],
        ),
        Played {
            events: vec![by],
            ..played(
                "instance stopped by hand",
                on_instances().with([stopped.clone()]),
                ("instance-stopped", Certain),
                &["was stopped by alice", "StopInstances i-0123456789abcdef0 by arn:aws:iam::123456789012:user/alice"],
            )
        },
        played(
            "instance stopped by nobody seen",
            on_instances().with([stopped]),
            ("instance-stopped", Certain),
            &["stopped by hand"],
        ),
        played(
            "certificate ended",
            well().with([ended_certificate()]),
            ("certificate-in-trouble", Certain),
            &["certificate www.city.example has ended"],
        ),
        played("alarm without data", well().with([silent]), ("metric-without-data", Certain), &["gets no data"]),
    ]
}

#[test]
fn an_alarm_that_nothing_explains_is_said_to_be_so() {
    let odd = fires("orders-per-minute", 30, "OrdersPerMinute", &[("Shop", "1")]);
    let got = explained(&well().with([odd]), &[]);
    assert!(got.findings.is_empty(), "{got:#?}");
    assert!(got.unexplained[0].what.contains("orders-per-minute"), "{got:#?}");
    assert_eq!(got.since, Some(ago(30)));
}

#[test]
fn a_denied_log_is_named_with_what_it_would_tell() {
    use crate::kinds::log_tail::LogTail;
    let denied = Fault::new(FaultKind::Denied, "logs:GetLogEvents", "not authorized");
    let world = well().with([short(1, 2, 10)]).with([ended("x", 4, 1)]).failing::<LogTail>(denied);
    let got = explained(&world, &[]);
    let missing = got.missing.iter().find(|it| it.operation == "logs:GetLogEvents").expect("it is told");
    assert_eq!((missing.why, missing.would_tell.as_str()), ("denied", "what the program wrote last"));
    assert_eq!(got.findings[0].confidence, Likely);
}
