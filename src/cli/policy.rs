//! `toban policy --read-only`: the least that looking takes, as an IAM policy. Its actions are
//! exactly those the kinds name, so it cannot drift from what is called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::kinds::catalog::KINDS;
use crate::kinds::schedule_group::Group;
use crate::kinds::schedule_record::Notes;
use crate::schedule::MemberKind;
use crate::schedule::binding::acts;
use crate::schedule::stored::restore_schedules;
use crate::world::Resource;

/// What identity takes, beside the kinds.
const IDENTITY: &str = "sts:GetCallerIdentity";

/// Every action that looking takes.
#[must_use]
pub(super) fn read_only_actions() -> BTreeSet<&'static str> {
    let of_kinds = KINDS.iter().flat_map(|kind| kind.permissions());
    of_kinds.copied().chain([IDENTITY]).collect()
}

/// The policy document.
#[must_use]
pub(super) fn read_only() -> Value {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for action in read_only_actions() {
        let service = action.split(':').next().unwrap_or(action);
        services.entry(service).or_default().push(action);
    }
    let statements: Vec<Value> = services
        .into_iter()
        .map(|(service, actions)| json!({ "Sid": sid(service), "Effect": "Allow", "Action": actions, "Resource": "*" }))
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The role that schedules act by, in the account of that number: who may take it, and what it may do; and what whoever
/// writes the schedules needs besides; without `tags`, where the group is the record, nothing of it tags what sleeps.
#[must_use]
pub(super) fn scheduler(account: &str, tags: bool) -> Value {
    let groups = format!("arn:aws:scheduler:*:{account}:schedule-group/toban-*");
    let role = format!("arn:aws:iam::{account}:role/{}", crate::schedule::binding::ROLE);
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:*:{account}:{rest}");
    let allow = |sid: &str, actions: &[&str], on: Vec<String>| json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": on });
    // Without the account and the group anybody's schedules could make AWS take this role.
    let trust = json!({
        "Effect": "Allow",
        "Principal": { "Service": "scheduler.amazonaws.com" },
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": { "aws:SourceAccount": account },
            "ArnLike": { "aws:SourceArn": groups },
        },
    });
    let databases = [acts(MemberKind::RdsInstance), acts(MemberKind::RdsCluster)].concat();
    let acts = [
        allow("TobanDatabases", &databases, vec![arn("rds", "db:*"), arn("rds", "cluster:*")]),
        allow("TobanServices", acts(MemberKind::EcsService), vec![arn("ecs", "service/*")]),
        allow("TobanInstances", acts(MemberKind::Ec2Instance), vec![arn("ec2", "instance/*")]),
        // An override that holds back a rule of others has a schedule that enables it again.
        allow("TobanRules", restore_schedules::ACTS, vec![arn("events", "rule/*")]),
    ];
    let pass = json!({
        "Sid": "TobanPassSchedulerRole",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": role,
        "Condition": { "StringEquals": { "iam:PassedToService": "scheduler.amazonaws.com" } },
    });
    let kinds =
        [<Group as Resource>::KIND, <Notes as Resource>::KIND].into_iter().filter_map(crate::kinds::catalog::kind);
    let mut writes: Vec<&str> = Vec::new();
    for action in kinds.flat_map(|kind| kind.permissions().iter().chain(kind.changes())) {
        let tags_members = !action.starts_with("scheduler:");
        if !writes.contains(action) && (tags || !tags_members) {
            writes.push(action);
        }
    }
    let version = "2012-10-17";
    json!({
        "role": role,
        "trust": { "Version": version, "Statement": [trust] },
        "policy": { "Version": version, "Statement": acts },
        "caller": { "Version": version, "Statement": [allow("TobanSchedules", &writes, vec!["*".to_owned()]), pass] },
    })
}

/// A statement id may hold letters and digits only.
fn sid(service: &str) -> String {
    let letters: String = service.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut rest = letters.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase()).unwrap_or_default();
    format!("TobanRead{first}{}", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_has_exactly_what_the_kinds_name_and_who_we_are() {
        let policy = read_only();
        let mut actions: Vec<&str> = Vec::new();
        for statement in policy["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow");
            assert_eq!(statement["Resource"], "*");
            assert!(statement["Sid"].as_str().unwrap().chars().all(|c| c.is_ascii_alphanumeric()));
            actions.extend(statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()));
        }
        let mut expected: Vec<&str> =
            KINDS.iter().flat_map(|kind| kind.permissions().iter().copied()).chain(["sts:GetCallerIdentity"]).collect();
        expected.sort_unstable();
        expected.dedup();
        assert_eq!(actions, expected, "sorted, each once");
        assert!(actions.contains(&"ecs:DescribeServices") && actions.contains(&"rds:DescribeDBInstances"));
    }

    #[test]
    fn the_scheduler_role_can_be_taken_for_our_groups_only() {
        let printed = scheduler("123456789012", true);
        let trust = &printed["trust"]["Statement"][0];
        assert_eq!(trust["Condition"]["StringEquals"]["aws:SourceAccount"], "123456789012");
        let groups = "arn:aws:scheduler:*:123456789012:schedule-group/toban-*";
        assert_eq!(trust["Condition"]["ArnLike"]["aws:SourceArn"], groups);
        let caller = printed["caller"]["Statement"].as_array().unwrap();
        assert_eq!(caller[1]["Resource"], "arn:aws:iam::123456789012:role/toban-scheduler");
        assert!(caller[0]["Action"].as_array().unwrap().iter().any(|action| action == "scheduler:UpdateSchedule"));
        let acts: Vec<String> =
            printed["policy"]["Statement"].as_array().unwrap().iter().map(ToString::to_string).collect();
        assert!(
            acts.iter().any(|one| one.contains("events:EnableRule") && one.contains(":123456789012:rule/*")),
            "{acts:?}"
        );
        assert!(acts.iter().all(|statement| !statement.contains("Delete") && !statement.contains("\"*\"")), "{acts:?}");
    }

    #[test]
    fn where_the_group_is_the_record_nothing_that_sleeps_is_tagged() {
        let calls = |tags| scheduler("123456789012", tags)["caller"]["Statement"][0]["Action"].to_string();
        assert!(calls(true).contains("rds:AddTagsToResource") && calls(true).contains("ecs:TagResource"));
        assert!(!calls(false).contains("rds:") && !calls(false).contains("ecs:"), "{}", calls(false));
        for own in ["scheduler:TagResource", "scheduler:UntagResource", "scheduler:ListTagsForResource"] {
            assert!(calls(false).contains(own), "{own}");
        }
        let operator = |tags| crate::cli::operator::operator(tags).to_string();
        assert!(operator(true).contains("rds:AddTagsToResource") && !operator(false).contains("rds:AddTagsToResource"));
        // A revision may wear tags all the same.
        assert!(operator(false).contains("TobanDeployTags") && operator(false).contains("scheduler:UntagResource"));
    }

    #[test]
    fn it_only_reads() {
        // API Gateway's rights are named by methods: GET is the one that reads.
        for action in read_only_actions().into_iter().filter(|action| *action != "apigateway:GET") {
            let verb = action.split(':').nth(1).unwrap();
            assert!(
                ["Describe", "List", "Get", "BatchGet", "Simulate", "Lookup", "Filter", "Download"]
                    .iter()
                    .any(|read| verb.starts_with(read)),
                "{action}"
            );
        }
    }

    #[test]
    fn a_sid_is_letters_and_digits() {
        assert_eq!(sid("ecs"), "TobanReadEcs");
        assert_eq!(sid("resource-groups"), "TobanReadResourcegroups");
    }
}
