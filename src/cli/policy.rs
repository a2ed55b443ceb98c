//! `toban policy --read-only`: the least that looking takes, as an IAM policy. Its actions are
//! exactly those the kinds name, so it cannot drift from what is called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::kinds::KINDS;

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
    fn it_only_reads() {
        for action in read_only_actions() {
            let verb = action.split(':').nth(1).unwrap();
            assert!(["Describe", "List", "Get"].iter().any(|read| verb.starts_with(read)), "{action}");
        }
    }

    #[test]
    fn a_sid_is_letters_and_digits() {
        assert_eq!(sid("ecs"), "TobanReadEcs");
        assert_eq!(sid("resource-groups"), "TobanReadResourcegroups");
    }
}
