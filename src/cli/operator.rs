//! `toban policy --operator`: what changing things takes, as an IAM policy beside the reading one, in a statement a
//! feature. Its actions are exactly those the kinds name, so it cannot drift from what is called. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::kinds::catalog::KINDS;

/// What a statement covers, and in which order statements stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Feature {
    Deploy,
    DeployTags,
    PassTaskRoles,
    Targets,
    Databases,
    Sleep,
    Schedules,
    ScheduleTags,
    Rules,
    PassSchedulerRole,
    Sessions,
    DatabaseLogins,
    DeployCode,
    Commands,
    Jobs,
    Other,
}

/// The policy document; without `tags`, for environments whose record is their schedule group, nothing of it tags a
/// database or a service.
#[must_use]
pub(super) fn operator(tags: bool) -> Value {
    let mut statements: BTreeMap<Feature, BTreeSet<&str>> = BTreeMap::new();
    for kind in KINDS {
        for action in kind.changes() {
            statements.entry(feature(action, kind.changes())).or_default().insert(action);
        }
    }
    statements.retain(|feature, _| tags || *feature != Feature::ScheduleTags);
    let statements: Vec<Value> =
        statements.into_iter().map(|(feature, actions)| statement(feature, &actions)).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Which feature an action serves; `beside` are the actions of the kind that names it.
fn feature(action: &str, beside: &[&str]) -> Feature {
    let schedules = beside.iter().any(|one| one.starts_with("scheduler:"));
    let (service, name) = action.split_once(':').unwrap_or((action, ""));
    match (service, name) {
        ("iam", "PassRole") if schedules => Feature::PassSchedulerRole,
        ("iam", "PassRole") => Feature::PassTaskRoles,
        ("ecs", "TagResource") if !schedules => Feature::DeployTags,
        ("events", _) => Feature::Rules,
        ("scheduler", _) => Feature::Schedules,
        (_, "TagResource" | "UntagResource" | "AddTagsToResource" | "RemoveTagsFromResource") => Feature::ScheduleTags,
        ("ecs", "RunTask") | ("lambda", "InvokeFunction") | ("batch" | "states", _) => Feature::Jobs,
        ("ecs", "ExecuteCommand") => Feature::Sessions,
        ("ecs" | "lambda", _) => Feature::Deploy,
        // Lambda fetches new code as whoever asks for it.
        ("ecr" | "s3", _) => Feature::DeployCode,
        ("rds-db", _) => Feature::DatabaseLogins,
        ("ssmmessages" | "kms", _) => Feature::Sessions,
        ("elasticloadbalancing", _) => Feature::Targets,
        ("rds", _) => Feature::Databases,
        ("cloudwatch" | "application-autoscaling" | "ec2" | "autoscaling", _) => Feature::Sleep,
        ("ssm", "SendCommand" | "CancelCommand") => Feature::Commands,
        ("ssm", _) => Feature::Sessions,
        _ => Feature::Other,
    }
}

fn statement(feature: Feature, actions: &BTreeSet<&str>) -> Value {
    let (sid, on): (&str, &[&str]) = match feature {
        Feature::Deploy => ("TobanDeploy", &["*"]),
        // Tags can be given to a revision as it is registered, and not otherwise.
        Feature::DeployTags => ("TobanDeployTags", &["arn:aws:ecs:*:*:task-definition/*"]),
        Feature::PassTaskRoles => ("TobanDeployPassTaskRoles", &["arn:aws:iam::*:role/*"]),
        Feature::Targets => ("TobanDeployTargets", &["arn:aws:elasticloadbalancing:*:*:targetgroup/*"]),
        Feature::Databases => (
            "TobanDatabases",
            &[
                "arn:aws:rds:*:*:db:*",
                "arn:aws:rds:*:*:cluster:*",
                "arn:aws:rds:*:*:snapshot:*",
                "arn:aws:rds:*:*:cluster-snapshot:*",
            ],
        ),
        Feature::Sleep => ("TobanSleep", &["*"]),
        Feature::Schedules => ("TobanSchedules", &["*"]),
        Feature::ScheduleTags => ("TobanScheduleTags", &["*"]),
        Feature::Rules => ("TobanRules", &["arn:aws:events:*:*:rule/*"]),
        Feature::PassSchedulerRole => ("TobanSchedulesPassRole", &["arn:aws:iam::*:role/toban-*"]),
        Feature::Sessions => ("TobanSessions", &["*"]),
        Feature::DatabaseLogins => ("TobanDatabaseLogins", &["arn:aws:rds-db:*:*:dbuser:*/*"]),
        Feature::DeployCode => ("TobanDeployCode", &["arn:aws:ecr:*:*:repository/*", "arn:aws:s3:::*/*"]),
        Feature::Commands => (
            "TobanCommands",
            &[
                "arn:aws:ec2:*:*:instance/*",
                "arn:aws:ssm:*:*:managed-instance/*",
                "arn:aws:ssm:*:*:document/AWS-RunShellScript",
            ],
        ),
        Feature::Jobs => (
            "TobanJobs",
            &[
                "arn:aws:ecs:*:*:task-definition/*",
                "arn:aws:lambda:*:*:function:*",
                "arn:aws:batch:*:*:job-definition/*",
                "arn:aws:batch:*:*:job-queue/*",
                "arn:aws:states:*:*:stateMachine:*",
            ],
        ),
        Feature::Other => ("TobanOther", &["*"]),
    };
    let mut statement = json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": on });
    let condition = match feature {
        Feature::DeployTags => Some(("ecs:CreateAction", "RegisterTaskDefinition")),
        // Without it whoever deploys could hand any role to any service.
        Feature::PassTaskRoles => Some(("iam:PassedToService", "ecs-tasks.amazonaws.com")),
        Feature::PassSchedulerRole => Some(("iam:PassedToService", "scheduler.amazonaws.com")),
        Feature::Deploy
        | Feature::Targets
        | Feature::Databases
        | Feature::Sleep
        | Feature::Schedules
        | Feature::ScheduleTags
        | Feature::Rules
        | Feature::Sessions
        | Feature::DatabaseLogins
        | Feature::DeployCode
        | Feature::Commands
        | Feature::Jobs
        | Feature::Other => None,
    };
    if let (Some((key, value)), Value::Object(fields)) = (condition, &mut statement) {
        fields.insert("Condition".to_owned(), json!({ "StringEquals": { key: value } }));
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions() -> BTreeSet<&'static str> {
        KINDS.iter().flat_map(|kind| kind.changes()).copied().collect()
    }

    #[test]
    fn it_has_exactly_what_the_kinds_name_and_nothing_else() {
        let policy = operator(true);
        let statements = policy["Statement"].as_array().unwrap();
        let mut printed = BTreeSet::new();
        for statement in statements {
            assert_ne!(statement["Sid"], "TobanOther", "no feature knows {}", statement["Action"]);
            for action in statement["Action"].as_array().unwrap() {
                printed.insert(action.as_str().unwrap());
            }
        }
        assert_eq!(printed, actions());
        assert!(printed.contains("rds:StopDBInstance"), "{printed:?}");
    }

    #[test]
    fn nothing_that_only_reads_is_in_it() {
        // The code of a function is read by Lambda in the name of whoever deploys it.
        let code = |action: &&str| feature(action, &[]) == Feature::DeployCode;
        // What only finds a write whose answer was lost, or is read before it is written whole, is read by nobody else.
        let finds = |action: &&str| ["ssm:DescribeSessions", "lambda:GetAlias"].contains(action);
        for action in actions().into_iter().filter(|action| !code(action) && !finds(action)) {
            let name = action.split(':').nth(1).unwrap();
            assert!(!["Describe", "List", "Get"].iter().any(|read| name.starts_with(read)), "{action}");
        }
    }

    #[test]
    fn a_role_is_passed_to_the_service_that_needs_it_only() {
        let deploy = ["ecs:RegisterTaskDefinition", "ecs:TagResource", "iam:PassRole"];
        assert_eq!(feature("iam:PassRole", &deploy), Feature::PassTaskRoles);
        assert_eq!(feature("ecs:TagResource", &deploy), Feature::DeployTags);
        let schedules = ["scheduler:CreateSchedule", "ecs:TagResource", "iam:PassRole"];
        assert_eq!(feature("iam:PassRole", &schedules), Feature::PassSchedulerRole);
        assert_eq!(feature("ecs:TagResource", &schedules), Feature::ScheduleTags);
        let pass = statement(Feature::PassTaskRoles, &["iam:PassRole"].into());
        assert_eq!(pass["Condition"]["StringEquals"]["iam:PassedToService"], "ecs-tasks.amazonaws.com");
    }
}
