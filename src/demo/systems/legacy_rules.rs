//! What people left at EventBridge before there was a schedule: at ProofLink's, rules that stop and start the database of
//! the development stage, written as if a rule knew the time in Tokyo, and a nightly job that finds it asleep; in the API
//! backend's development stage a rule that goes on beside the schedules at AWS, and could give way to them. Pure.

use crate::demo::account::SimulatedAccount;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::event_rule::Rule;
use crate::schedule::stored::target_effect::Target;

/// The database that sleeps when the account begins.
pub(crate) const ASLEEP: &str = "prooflink-dev-db";

/// All of them, as they stand from the beginning.
pub(crate) fn rules(scenario: &ScenarioContext<'_>) -> Vec<Rule> {
    let document = |name: &str, input: String| Target {
        arn: scenario.arn("ssm", &format!("automation-definition/{name}:$DEFAULT")).to_string(),
        input: Some(input),
        ..Target::default()
    };
    let instance = |name: &str| document(name, r#"{"InstanceId":["prooflink-dev-db"]}"#.to_owned());
    let cluster = format!(r#"{{"ClusterName":["{}"],"Action":["Stop"]}}"#, super::scaled(scenario).database);
    let report = Target {
        arn: scenario.arn("ecs", "cluster/prooflink-dev-cluster").to_string(),
        task_definition: Some(scenario.arn("ecs", "task-definition/prooflink-dev-usage-report:3").to_string()),
        ..Target::default()
    };
    let rule = |name: &str, (expression, enabled): (&str, bool), about: &str, target: Target| Rule {
        arn: scenario.arn("events", &format!("rule/{name}")),
        name: name.to_owned(),
        expression: expression.to_owned(),
        enabled,
        about: Some(about.to_owned()),
        managed_by: None,
        waits: false,
        targets: vec![target],
        whole: true,
    };
    vec![
        rule(
            "prooflink-dev-db-stop",
            ("cron(0 22 * * ? *)", true),
            "開発DBを毎日22時に停止",
            instance("AWS-StopRdsInstance"),
        ),
        rule(
            "prooflink-dev-db-start",
            ("cron(0 9 * * ? *)", false),
            "開発DBを毎日9時に起動",
            instance("AWS-StartRdsInstance"),
        ),
        rule("prooflink-dev-usage-report", ("cron(0 18 * * ? *)", true), "利用状況の集計（毎日3時）", report),
        // 23:00 in Tokyo on work days.
        rule(
            "backend-dev-cluster-stop",
            ("cron(0 14 ? * MON-FRI *)", true),
            "stops the development cluster at 23:00 JST",
            document("AWS-StartStopAuroraCluster", cluster),
        ),
    ]
}

/// Puts them into the scene.
pub(super) fn fill(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    for rule in rules(scenario) {
        simulated.put("", rule);
    }
}
