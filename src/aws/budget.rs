//! The call budget: how fast one scope may call one service, so that a console on somebody's
//! screen never eats the rate AWS gives the whole account. A bucket per scope and group of
//! operations, and eight calls in flight per service. A throttled group is slowed down and recovers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Calls in flight per scope and service.
const IN_FLIGHT: usize = 8;

/// The environment variable of this project's own tests: with any value, calls to an AWS on this machine are not paced
/// and are repeated at once. Everywhere else it has no effect.
pub(crate) const UNPACED: &str = "TOBAN_TEST_UNPACED";

/// What a group of operations may do.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Limit {
    /// Calls that may be made at once after a rest.
    burst: f64,
    /// Calls per second after that: a quarter of what AWS grants, or less.
    rate: f64,
}

/// The group an operation is counted in, and its limit. AWS's own figures (calls in a bucket, refill per second)
/// are: ECS 50, 20 per kind of read; Elastic Load Balancing 40, 10; RDS 300, 12; CloudWatch DescribeAlarms 9/s,
/// DescribeAlarmHistory 3/s, GetMetricData 50/s; CloudTrail LookupEvents 2/s; Logs DescribeMetricFilters 5/s; EC2 Describe 100, 20.
fn limit(operation: &str) -> (&str, Limit) {
    let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
    let of = |burst, rate| Limit { burst, rate };
    match (service, name) {
        ("ecs", name) if name.ends_with("Clusters") => ("ecs clusters", of(12.0, 5.0)),
        ("ecs", name) if name.ends_with("Tasks") => ("ecs tasks", of(20.0, 5.0)),
        ("ecs", name) if name.ends_with("TaskDefinition") => ("ecs task definitions", of(20.0, 5.0)),
        ("ecs", _) => ("ecs services", of(25.0, 5.0)),
        ("elasticloadbalancing", _) => ("elasticloadbalancing", of(20.0, 2.5)),
        ("rds", _) => ("rds", of(75.0, 3.0)),
        ("cloudwatch", "GetMetricData") => ("cloudwatch metrics", of(12.0, 12.0)),
        ("cloudwatch", "DescribeAlarmHistory") => ("cloudwatch history", of(2.0, 0.75)),
        ("cloudwatch", _) => ("cloudwatch alarms", of(4.0, 2.25)),
        ("logs", _) => ("logs", of(4.0, 1.25)),
        // CloudTrail looks up two pages a second for a whole account and region.
        ("cloudtrail", _) => ("cloudtrail", of(4.0, 0.5)),
        // Lambda's control plane: 15 calls per second together.
        ("lambda", _) => ("lambda", of(40.0, 4.0)),
        ("ec2", _) => ("ec2", of(25.0, 5.0)),
        (other, _) => (other, of(10.0, 2.5)),
    }
}

#[derive(Debug)]
struct Bucket {
    limit: Limit,
    /// Calls left; negative while callers wait for their turn.
    left: f64,
    /// When `left` was right.
    at: Instant,
    /// Less than one after AWS asked us to slow down.
    pace: f64,
}

impl Bucket {
    fn new(limit: Limit) -> Self {
        Self { limit, left: limit.burst, at: Instant::now(), pace: 1.0 }
    }

    fn refill(&mut self) {
        let now = Instant::now();
        let passed = now.duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + passed * self.limit.rate * self.pace).min(self.limit.burst);
        // A tenth of full pace comes back each minute.
        self.pace = (self.pace + passed * 0.1 / 60.0).min(1.0);
    }

    /// Takes one call and says how long to wait for it.
    fn take(&mut self) -> Duration {
        self.refill();
        self.left -= 1.0;
        if self.left >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-self.left / (self.limit.rate * self.pace))
        }
    }

    fn slow(&mut self) {
        self.refill();
        self.pace = (self.pace / 2.0).max(0.1);
        self.left = self.left.min(0.0);
    }
}

/// The budget of one scope.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    buckets: Mutex<HashMap<String, Bucket>>,
    flights: Mutex<HashMap<String, Arc<Semaphore>>>,
    /// No call waits for its turn.
    unpaced: bool,
}

/// Whether `endpoint` is a port of this machine: what listens there has no rate that others share.
fn is_loopback(endpoint: &str) -> bool {
    let uri: Option<http::Uri> = endpoint.parse().ok();
    let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

impl Budget {
    /// The same budget, or one without pauses where a test asks for it and `endpoint` is its own peer. Calls in flight are
    /// bounded by both.
    pub(super) fn for_endpoint(self: Arc<Self>, endpoint: Option<&str>, unpaced: bool) -> Arc<Self> {
        if unpaced && endpoint.is_some_and(is_loopback) {
            return Arc::new(Self { unpaced, ..Self::default() });
        }
        self
    }

    /// Whether no call waits for its turn.
    pub(super) const fn is_unpaced(&self) -> bool {
        self.unpaced
    }

    /// Waits until `operation` (`ecs:ListServices`) may be called; the call counts as in flight while the answer lives.
    pub(crate) async fn turn(&self, operation: &str) -> Option<OwnedSemaphorePermit> {
        let service = operation.split(':').next().unwrap_or(operation);
        let flight = {
            let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(flights.entry(service.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(IN_FLIGHT))))
        };
        let permit = flight.acquire_owned().await.ok();
        if self.unpaced {
            return permit;
        }
        let (group, limit) = limit(operation);
        let wait = {
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            buckets.entry(group.to_owned()).or_insert_with(|| Bucket::new(limit)).take()
        };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        permit
    }

    /// Halves the pace of `operation`'s group: AWS asked for it.
    pub(crate) fn slow(&self, operation: &str) {
        let (group, limit) = limit(operation);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.entry(group.to_owned()).or_insert_with(|| Bucket::new(limit)).slow();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rstest::rstest;
    use tokio::time::Instant;

    use super::{Budget, Limit, limit};

    const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";

    /// How long `calls` calls take, one after the other, on a clock that only tokio moves.
    async fn spent(budget: &Budget, operation: &str, calls: usize) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            budget.turn(operation).await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_account_waits_for_nothing() {
        let budget = Budget::default();
        assert_eq!(spent(&budget, HEALTH, 15).await, Duration::ZERO);
        assert_eq!(spent(&budget, "ecs:DescribeServices", 20).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_one_stays_at_a_quarter_of_the_limit() {
        let budget = Budget::default();
        let spent = spent(&budget, HEALTH, 20 + 100).await.as_secs_f64();
        assert!((39.0..42.0).contains(&spent), "100 calls at 2.5 a second: {spent}");
    }

    /// One operation for each row of the table, with one beside it that is no longer of that row.
    #[rstest]
    #[case("ecs:ListClusters", "ecs clusters", 12.0, 5.0)]
    #[case("ecs:DescribeClusters", "ecs clusters", 12.0, 5.0)]
    #[case("ecs:DescribeTasks", "ecs tasks", 20.0, 5.0)]
    #[case("ecs:ListTasks", "ecs tasks", 20.0, 5.0)]
    #[case("ecs:DescribeTaskDefinition", "ecs task definitions", 20.0, 5.0)]
    #[case("ecs:RegisterTaskDefinition", "ecs task definitions", 20.0, 5.0)]
    #[case("ecs:ListTaskDefinitions", "ecs services", 25.0, 5.0)]
    #[case("ecs:ListServices", "ecs services", 25.0, 5.0)]
    #[case("elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing", 20.0, 2.5)]
    #[case("rds:DescribeDBInstances", "rds", 75.0, 3.0)]
    #[case("cloudwatch:GetMetricData", "cloudwatch metrics", 12.0, 12.0)]
    #[case("cloudwatch:DescribeAlarmHistory", "cloudwatch history", 2.0, 0.75)]
    #[case("cloudwatch:DescribeAlarms", "cloudwatch alarms", 4.0, 2.25)]
    #[case("logs:DescribeMetricFilters", "logs", 4.0, 1.25)]
    #[case("lambda:ListFunctions", "lambda", 40.0, 4.0)]
    #[case("ec2:DescribeInstances", "ec2", 25.0, 5.0)]
    #[case("scheduler:ListSchedules", "scheduler", 10.0, 2.5)]
    #[case("tag:GetResources", "tag", 10.0, 2.5)]
    fn an_operation_is_counted_in_its_group(
        #[case] operation: &str,
        #[case] group: &str,
        #[case] burst: f64,
        #[case] rate: f64,
    ) {
        assert_eq!(limit(operation), (group, Limit { burst, rate }));
    }

    #[tokio::test(start_paused = true)]
    async fn the_pace_has_a_floor_and_a_rest_gives_no_more_than_a_burst() {
        let budget = Budget::default();
        for _ in 0..10 {
            budget.slow(HEALTH);
        }
        let slowed = spent(&budget, HEALTH, 10).await.as_secs_f64();
        assert!((28.0..38.0).contains(&slowed), "10 calls at a tenth of 2.5 a second: {slowed}");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let after = spent(&budget, HEALTH, 20 + 10).await.as_secs_f64();
        assert!((3.5..4.5).contains(&after), "20 at once, then 10 at 2.5 a second: {after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_group_slows_no_other() {
        let budget = Budget::default();
        budget.slow(HEALTH);
        assert_eq!(spent(&budget, "ecs:ListServices", 25).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_halves_the_pace_and_time_brings_it_back() {
        let budget = Budget::default();
        budget.slow(HEALTH);
        let slowed = spent(&budget, HEALTH, 10).await.as_secs_f64();
        assert!((6.5..8.5).contains(&slowed), "10 calls at half of 2.5 a second: {slowed}");
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(spent(&budget, HEALTH, 20).await, Duration::ZERO);
    }

    #[rstest]
    #[case::no_endpoint_was_named(None, true, false)]
    #[case::aws(Some("https://rds.ap-northeast-1.amazonaws.com"), true, false)]
    #[case::another_machine(Some("http://10.0.0.7:4566"), true, false)]
    #[case::a_name_that_only_begins_so(Some("http://127.0.0.1.example.com"), true, false)]
    #[case::nobody_asked(Some("http://127.0.0.1:5000"), false, false)]
    #[case::a_peer(Some("http://127.0.0.1:5000"), true, true)]
    #[case::a_peer_by_name(Some("http://localhost:5000"), true, true)]
    #[case::a_peer_by_version_six(Some("http://[::1]:5000"), true, true)]
    #[tokio::test(start_paused = true)]
    async fn only_a_test_with_a_peer_of_its_own_is_not_paced(
        #[case] endpoint: Option<&str>,
        #[case] asked: bool,
        #[case] unpaced: bool,
    ) {
        let budget = Arc::<Budget>::default().for_endpoint(endpoint, asked);
        let waits = spent(&budget, HEALTH, 40).await > Duration::ZERO;
        assert_eq!(waits, !unpaced);
    }

    #[tokio::test(start_paused = true)]
    async fn eight_calls_of_a_service_are_in_flight_at_most() {
        let budget = Budget::default();
        let mut flying = Vec::new();
        for _ in 0..8 {
            flying.push(budget.turn("rds:DescribeDBInstances").await);
        }
        let ninth = tokio::time::timeout(Duration::from_secs(60), budget.turn("rds:DescribeDBInstances"));
        assert!(ninth.await.is_err(), "the ninth waits");
        assert!(budget.turn("ecs:ListServices").await.is_some(), "another service does not");
        flying.pop();
        assert!(budget.turn("rds:DescribeDBInstances").await.is_some());
    }
}
