//! What people left at EventBridge before there was a schedule: at ProofLink's, rules that stop and start the database of
//! the development stage, written as if a rule knew the time in Tokyo, and a nightly job that finds it asleep; in the API
//! backend's development stage a rule that goes on beside the schedules at AWS, and could give way to them. Pure.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::demo::play::Play;
use crate::demo::scene::Scene;
use crate::kinds::automation_run::Run;
use crate::kinds::event_rule::Rule;
use crate::schedule::expression::Expression;
use crate::schedule::foreign::Target;

const STOP: &str = "AWS-StopRdsInstance";
const EVENING: &str = "cron(0 22 * * ? *)";

/// The rule beside the schedules of the backend's development stage: 23:00 in Tokyo on work days.
pub(super) fn backend(scene: &mut Scene, play: &Play<'_>) {
    let name = "backend-dev-cluster-stop";
    let stop = Target {
        arn: play.arn("ssm", "automation-definition/AWS-StartStopAuroraCluster:$DEFAULT").to_string(),
        input: Some(format!(r#"{{"ClusterName":["{}"],"Action":["Stop"]}}"#, super::scaled(play).database)),
        ..Target::default()
    };
    scene.put(
        "",
        Rule {
            arn: play.arn("events", &format!("rule/{name}")),
            name: name.to_owned(),
            expression: "cron(0 14 ? * MON-FRI *)".to_owned(),
            enabled: true,
            about: Some("stops the development cluster at 23:00 JST".to_owned()),
            managed_by: None,
            waits: false,
            targets: vec![stop],
            whole: true,
        },
    );
}

/// The rules, and how the one that stops went last.
pub(super) fn dev(scene: &mut Scene, play: &Play<'_>) {
    let database = "prooflink-dev-db";
    let document = |name: &str| Target {
        arn: play.arn("ssm", &format!("automation-definition/{name}:$DEFAULT")).to_string(),
        input: Some(format!(r#"{{"InstanceId":["{database}"]}}"#)),
        ..Target::default()
    };
    let report = Target {
        arn: play.arn("ecs", "cluster/prooflink-dev-cluster").to_string(),
        task_definition: Some(play.arn("ecs", "task-definition/prooflink-dev-usage-report:3").to_string()),
        ..Target::default()
    };
    let mut rule = |name: &str, expression: &str, enabled: bool, about: &str, target: Target| {
        scene.put(
            "",
            Rule {
                arn: play.arn("events", &format!("rule/{name}")),
                name: name.to_owned(),
                expression: expression.to_owned(),
                enabled,
                about: Some(about.to_owned()),
                managed_by: None,
                waits: false,
                targets: vec![target],
                whole: true,
            },
        );
    };
    rule("prooflink-dev-db-stop", EVENING, true, "開発DBを毎日22時に停止", document(STOP));
    rule(
        "prooflink-dev-db-start",
        "cron(0 9 * * ? *)",
        false,
        "開発DBを毎日9時に起動",
        document("AWS-StartRdsInstance"),
    );
    rule("prooflink-dev-usage-report", "cron(0 18 * * ? *)", true, "利用状況の集計（毎日3時）", report);
    let now = play.at(play.now);
    let day = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let fired = Expression::parse(EVENING).and_then(|it| it.firings(&TimeZone::UTC, day, now, 1).first().copied());
    if let Some(fired) = fired {
        scene.put(
            STOP,
            Run {
                id: play.uuid(&format!("automation/{fired}")),
                document: STOP.to_owned(),
                status: "Success".to_owned(),
                started_at: Some(fired),
                ended_at: fired.checked_add(SignedDuration::from_secs(14)).ok(),
                failure: None,
                parameters: Some(BTreeMap::from([("InstanceId".to_owned(), vec![database.to_owned()])])),
            },
        );
    }
}
