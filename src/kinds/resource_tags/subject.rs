//! What inference may know of one: names, tags, VPC, keys others use for it, ties to others.
//! Pure; it decides nothing.

use super::model::TaggedResource;
use crate::kinds::Subject;
use crate::world::{Resource, Scope};

/// Tags of a resource that is read otherwise go with it; VPCs, log groups, topics and the like, which are not,
/// are clues by themselves; whatever else is tagged says nothing to us.
pub(super) fn subject(item: &TaggedResource, scope: &Scope) -> Option<Subject> {
    let resource = item.arn.resource();
    let last = item.arn.last();
    let subject = match (item.arn.service()?, resource.split(['/', ':']).next().unwrap_or_default()) {
        ("ec2", "instance") => Subject::about(item.id(scope), last),
        ("ec2", "vpc") => Subject::hint(item.id(scope)).in_vpc(Some(last)),
        ("logs", "log-group") => {
            let name = resource.strip_prefix("log-group:").unwrap_or(resource).trim_end_matches(":*");
            Subject::hint(item.id(scope)).named(name).known_as(format!("log-group:{name}"))
        }
        ("sns", _) => Subject::hint(item.id(scope)).named(resource).known_as(format!("topic:{resource}")),
        ("sqs", _) => Subject::hint(item.id(scope)).named(resource).known_as(format!("queue:{resource}")),
        ("ecs", "cluster" | "service" | "task")
        | ("rds", "db" | "cluster")
        | ("elasticloadbalancing", "loadbalancer" | "targetgroup")
        | ("lambda", "function")
        | ("cloudwatch", "alarm") => Subject::about(item.id(scope), item.arn.as_str()),
        _ => return None,
    };
    Some(subject.tagged(&item.tags))
}
