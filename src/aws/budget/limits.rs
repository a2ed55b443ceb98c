//! What AWS grants each group of operations, and the share of it that a console takes which only keeps watch. Figures
//! alone: who counts by them is `bucket`'s business.

/// What a group of operations may do.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Limit {
    /// AWS's own: calls in its bucket, and calls a second that it is refilled by, for the whole account in a region.
    pub(super) granted: (f64, f64),
    /// The same for a console that keeps watch: a quarter of it, or less.
    pub(super) polite: (f64, f64),
}

/// The group an operation is counted in, and its limit. AWS's own figures (calls in a bucket, refill per second)
/// are: ECS 50, 20 per kind of read; Elastic Load Balancing 40, 10; RDS 300, 12; CloudWatch DescribeAlarms 9/s,
/// DescribeAlarmHistory 3/s, GetMetricData 50/s; CloudTrail LookupEvents 2/s; Logs DescribeMetricFilters 5/s; Lambda 15/s; EC2 Describe 100, 20.
/// Where none is published, twice the polite rate is tried; a throttle tells.
pub(super) fn limit(operation: &str) -> (&str, Limit) {
    let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
    let group = match (service, name) {
        ("ecs", name) if name.ends_with("Clusters") => "ecs clusters",
        ("ecs", name) if name.ends_with("Tasks") => "ecs tasks",
        ("ecs", name) if name.ends_with("TaskDefinition") => "ecs task definitions",
        ("ecs", _) => "ecs services",
        ("cloudwatch", "GetMetricData") => "cloudwatch metrics",
        ("cloudwatch", "DescribeAlarmHistory") => "cloudwatch history",
        ("cloudwatch", _) => "cloudwatch alarms",
        (other, _) => other,
    };
    (group, of_group(group))
}

/// The limit of a group by its name.
pub(super) fn of_group(group: &str) -> Limit {
    let of = |granted, polite| Limit { granted, polite };
    match group {
        "ecs clusters" => of((50.0, 20.0), (12.0, 5.0)),
        "ecs tasks" | "ecs task definitions" => of((50.0, 20.0), (20.0, 5.0)),
        "ecs services" => of((50.0, 20.0), (25.0, 5.0)),
        "elasticloadbalancing" => of((40.0, 10.0), (20.0, 2.5)),
        "rds" => of((300.0, 12.0), (75.0, 3.0)),
        "cloudwatch metrics" => of((50.0, 50.0), (12.0, 12.0)),
        "cloudwatch history" => of((3.0, 3.0), (2.0, 0.75)),
        "cloudwatch alarms" => of((9.0, 9.0), (4.0, 2.25)),
        "logs" => of((5.0, 5.0), (4.0, 1.25)),
        // CloudTrail looks up two pages a second for a whole account and region.
        "cloudtrail" => of((4.0, 2.0), (4.0, 0.5)),
        // Lambda's control plane: 15 calls per second together.
        "lambda" => of((40.0, 15.0), (40.0, 4.0)),
        "ec2" => of((100.0, 20.0), (25.0, 5.0)),
        _ => of((20.0, 5.0), (10.0, 2.5)),
    }
}

/// Which of the operations of one group go first: what ends a reading that was begun, so that some are whole early rather
/// than all of them late; then what tells of health and counts, and what must be known before it; what only tells how things
/// hang together is asked last.
pub(super) fn rank(operation: &str) -> u8 {
    const ENDS: [&str; 2] = ["DescribeServices", "DescribeTasks"];
    const STRUCTURE: [&str; 4] =
        ["DescribeListeners", "DescribeRules", "DescribeTaskDefinition", "ListTagsForResource"];
    match operation.split_once(':') {
        Some((_, name)) if ENDS.contains(&name) => 0,
        Some((_, name)) if STRUCTURE.contains(&name) => 2,
        _ => 1,
    }
}
