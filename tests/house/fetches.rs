//! What reads from AWS changes nothing there.

use crate::none;
use crate::sources::sources;

#[test]
fn a_fetch_only_reads() {
    const CLIENTS: [&str; 27] = [
        "ecs",
        "elb",
        "rds",
        "cloudwatch",
        "logs",
        "ssm",
        "tags",
        "sts",
        "ec2",
        "lambda",
        "scaling",
        "events",
        "iam",
        "scheduler",
        "ecr",
        "batch",
        "states",
        "acm",
        "acm_at_home",
        "waf",
        "waf_at_home",
        "cognito",
        "apis",
        "cloudfront",
        "route53",
        "sns",
        "stacks",
    ];
    const CHANGING: [&str; 32] = [
        "create",
        "delete",
        "update",
        "put",
        "start",
        "stop",
        "modify",
        "register",
        "deregister",
        "run",
        "reboot",
        "enable",
        "disable",
        "set",
        "tag",
        "untag",
        "add",
        "remove",
        "send",
        "terminate",
        "execute",
        "cancel",
        "copy",
        "restore",
        "promote",
        "failover",
        "resume",
        "apply",
        "associate",
        "disassociate",
        "attach",
        "detach",
    ];
    let mut calls = 0;
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.contains("/fetch") && !source.is_test) {
        let text: String = source.code.chars().filter(|c| !c.is_whitespace()).collect();
        for client in CLIENTS {
            for (at, name) in text.match_indices(&format!("{client}.")) {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + name.len()..).unwrap_or_default();
                let operation: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_call = after.get(operation.len()..).is_some_and(|rest| rest.starts_with('('));
                if !is_call || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                calls += 1;
                // The small EC2 client takes the operation's name as its first argument.
                let named = after.get(operation.len() + 2..).unwrap_or_default();
                let operation = if operation == "call" { named } else { operation.as_str() };
                if CHANGING.iter().any(|verb| operation.to_lowercase().starts_with(verb)) {
                    let operation: String = operation.chars().take(40).collect();
                    found.push(format!("{}: {client}.{operation}", source.path));
                }
            }
        }
    }
    assert!(calls > 10, "only {calls} calls were recognised: the rule no longer sees them");
    none(&found, "a fetch.rs calls reading operations only");
}
