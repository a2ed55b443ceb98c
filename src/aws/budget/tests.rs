//! The budget in virtual time: alone, against a simulated AWS that throttles, and with other consoles.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use rstest::rstest;
use tokio::time::Instant;

use super::bucket::Bucket;
use super::limits::{limit, of_group};
use super::{Budget, Clock, Priority, Shared};
use crate::store::{Place, Store};

const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";

/// How long `calls` calls take, one after the other, on a clock that only tokio moves.
async fn spent(budget: &Budget, operation: &str, calls: usize) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        budget.turn(operation, Priority::Background).await;
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_small_account_waits_for_nothing() {
    let budget = polite();
    assert_eq!(spent(&budget, HEALTH, 15).await, Duration::ZERO);
    assert_eq!(spent(&budget, "ecs:DescribeServices", 20).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_large_one_stays_at_a_quarter_of_the_limit() {
    let budget = polite();
    let spent = spent(&budget, HEALTH, 20 + 100).await.as_secs_f64();
    assert!((39.0..42.0).contains(&spent), "100 calls at 2.5 a second: {spent}");
}

#[tokio::test(start_paused = true)]
async fn a_throttle_halves_the_pace_and_time_brings_it_back() {
    let budget = polite();
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
    let waits = spent(&budget, HEALTH, 50).await > Duration::ZERO;
    assert_eq!(waits, !unpaced);
}

#[tokio::test(start_paused = true)]
async fn sixteen_calls_of_a_service_are_in_flight_at_most() {
    let budget = Budget::default();
    let mut flying = Vec::new();
    for _ in 0..16 {
        flying.push(budget.turn("rds:DescribeDBInstances", Priority::Background).await);
    }
    let one_more =
        tokio::time::timeout(Duration::from_secs(60), budget.turn("rds:DescribeDBInstances", Priority::Background));
    assert!(one_more.await.is_err(), "the seventeenth waits");
    assert!(budget.turn("ecs:ListServices", Priority::Background).await.is_some(), "another service does not");
    flying.pop();
    assert!(budget.turn("rds:DescribeDBInstances", Priority::Background).await.is_some());
}

/// One that only keeps watch.
fn polite() -> Budget {
    let budget = Budget::default();
    budget.calm();
    budget
}

/// An AWS that grants a bucket of calls, as it does: each refill is counted to the moment.
struct Server {
    bucket: Mutex<(f64, Instant)>,
    granted: (f64, f64),
    answered: AtomicUsize,
    throttled: AtomicUsize,
}

impl Server {
    /// One whose bucket of `burst` calls has `left` in it.
    fn granting(left: f64, burst: f64, rate: f64) -> Self {
        Self {
            bucket: Mutex::new((left, Instant::now())),
            granted: (burst, rate),
            answered: AtomicUsize::new(0),
            throttled: AtomicUsize::new(0),
        }
    }

    /// One call, with the attempts that the SDK makes.
    async fn call(&self, budget: &Budget) {
        let _flight = budget.turn(HEALTH, Priority::Background).await;
        for attempt in 1_u32.. {
            tokio::time::sleep(Duration::from_millis(60)).await;
            let granted = {
                let mut bucket = self.bucket.lock().expect("the bucket");
                let now = Instant::now();
                let passed = now.duration_since(bucket.1).as_secs_f64();
                *bucket = ((bucket.0 + passed * self.granted.1).min(self.granted.0), now);
                let granted = bucket.0 >= 1.0;
                if granted {
                    bucket.0 -= 1.0;
                }
                granted
            };
            if granted {
                self.answered.fetch_add(1, Ordering::Relaxed);
                return;
            }
            self.throttled.fetch_add(1, Ordering::Relaxed);
            budget.slow(HEALTH);
            tokio::time::sleep(Duration::from_millis(500) * 2_u32.pow(attempt.min(5) - 1)).await;
        }
    }
}

/// What AWS grants, and what another tool leaves of it. At most as many throttles as calls were under way when the first
/// came, and some while the rate is felt for; at most half as long again as the rate allows.
#[rstest]
#[case::all_of_it(40.0, 40.0, 10.0, 2)]
#[case::half_of_the_rate(40.0, 40.0, 5.0, 20)]
#[case::an_empty_bucket(0.0, 40.0, 10.0, 70)]
#[case::a_third(20.0, 20.0, 3.3, 80)]
#[case::more_than_is_published(80.0, 80.0, 20.0, 0)]
#[tokio::test(start_paused = true)]
async fn a_first_picture_takes_what_is_granted_and_little_longer(
    #[case] left: f64,
    #[case] burst: f64,
    #[case] rate: f64,
    #[case] most: usize,
) {
    let (budget, server) = (Budget::default(), Server::granting(left, burst, rate));
    let (began, calls) = (Instant::now(), 300);
    join_all((0..calls).map(|_| server.call(&budget))).await;
    let took = began.elapsed().as_secs_f64();
    let floor = (300.0 - left.min(40.0)) / rate.min(10.0);
    let throttled = server.throttled.load(Ordering::Relaxed);
    assert_eq!(server.answered.load(Ordering::Relaxed), calls);
    assert!(throttled <= most, "{throttled} throttles in {took} s");
    assert!(took <= floor * 1.5, "{took} s where AWS's rate allows {floor} s, {throttled} throttles");
}

#[tokio::test(start_paused = true)]
async fn once_the_picture_is_there_a_quarter_is_taken() {
    let budget = Budget::default();
    let first = spent(&budget, HEALTH, 140).await.as_secs_f64();
    assert!((9.5..10.5).contains(&first), "100 calls at 10 a second: {first}");
    budget.calm();
    let watching = spent(&budget, HEALTH, 20 + 100).await.as_secs_f64();
    assert!((39.0..42.0).contains(&watching), "100 calls at 2.5 a second: {watching}");
}

#[tokio::test(start_paused = true)]
async fn what_matters_more_goes_first() {
    let budget = Arc::new(Budget::default());
    spent(&budget, HEALTH, 40).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let ask = |name: &'static str, operation: &'static str, priority| {
        let (budget, order) = (Arc::clone(&budget), Arc::clone(&order));
        async move {
            budget.turn(operation, priority).await;
            order.lock().expect("the order").push(name);
        }
    };
    tokio::join!(
        ask("rules", "elasticloadbalancing:DescribeRules", Priority::Background),
        ask("health", HEALTH, Priority::Background),
        ask("more health", HEALTH, Priority::Background),
        ask("rules in focus", "elasticloadbalancing:DescribeRules", Priority::Focused),
        ask("health in focus", HEALTH, Priority::Focused),
        ask("a key", "elasticloadbalancing:DescribeListeners", Priority::Asked),
    );
    let order = order.lock().expect("the order");
    assert_eq!(*order, ["a key", "health in focus", "rules in focus", "health", "more health", "rules"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_the_queue_holds_up_nobody() {
    let budget = Budget::default();
    spent(&budget, HEALTH, 40).await;
    let given_up = tokio::time::timeout(Duration::from_millis(10), budget.turn(HEALTH, Priority::Asked));
    let (gone, took) = tokio::join!(given_up, spent(&budget, HEALTH, 1));
    assert!(gone.is_err());
    assert!(took < Duration::from_millis(150), "{took:?}");
}

/// Consoles of one machine, on a clock that only tokio moves.
fn consoles(dir: &std::path::Path, many: usize) -> Vec<Budget> {
    let began = Instant::now();
    let clock: Clock = Arc::new(move || 1_000.0 + began.elapsed().as_secs_f64());
    let place = Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() };
    let console = || {
        let budget = Budget::by(Arc::clone(&clock));
        let store = Store::open(dir).expect("a store");
        budget.join(Shared { store, place: place.clone(), clock: Arc::clone(&clock) });
        budget
    };
    (0..many).map(|_| console()).collect()
}

#[tokio::test(start_paused = true)]
async fn consoles_of_one_machine_share_what_one_may_take() {
    let dir = tempfile::tempdir().expect("a directory");
    let consoles = consoles(dir.path(), 3);
    let began = Instant::now();
    join_all(consoles.iter().map(|budget| spent(budget, HEALTH, 60))).await;
    let together = began.elapsed().as_secs_f64();
    assert!((13.5..15.0).contains(&together), "140 of 180 calls at 10 a second: {together}");
    // Those that go take nothing more: one alone has it all.
    let [left, ..] = &consoles[..] else { panic!("three consoles") };
    let alone = spent(left, HEALTH, 50).await.as_secs_f64();
    assert!((4.5..5.5).contains(&alone), "50 calls at 10 a second: {alone}");
    for budget in &consoles {
        budget.calm();
    }
    tokio::time::sleep(Duration::from_secs(600)).await;
    let began = Instant::now();
    join_all(consoles.iter().map(|budget| spent(budget, HEALTH, 20))).await;
    let watching = began.elapsed().as_secs_f64();
    assert!((15.0..17.0).contains(&watching), "40 of 60 calls at 2.5 a second, together: {watching}");
}

#[tokio::test(start_paused = true)]
async fn what_was_called_before_the_account_was_known_counts() {
    let dir = tempfile::tempdir().expect("a directory");
    let began = Instant::now();
    let clock: Clock = Arc::new(move || 1_000.0 + began.elapsed().as_secs_f64());
    let budget = Budget::by(Arc::clone(&clock));
    spent(&budget, HEALTH, 40).await;
    let place = Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() };
    budget.join(Shared { store: Store::open(dir.path()).expect("a store"), place, clock });
    let more = spent(&budget, HEALTH, 10).await.as_secs_f64();
    assert!((0.9..1.1).contains(&more), "10 calls at 10 a second: {more}");
}

#[test]
fn a_clock_that_was_set_back_gives_nothing_and_takes_nothing() {
    let limit = of_group("elasticloadbalancing");
    let mut bucket = Bucket::new(limit, 5_000.0);
    bucket.spend(40.0, false);
    assert!(bucket.take(limit, false, 1_000.0).is_err());
    assert!(bucket.take(limit, false, 1_000.2).is_ok(), "by the new clock two came back");
    bucket.slow(limit, 900.0);
    assert!(bucket.take(limit, false, 902.0).is_ok());
}

/// One operation for each row of the table, with one beside it that is no longer of that row: what a console takes that
/// only keeps watch, and never more than is granted.
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
    let (name, limit) = limit(operation);
    assert_eq!((name, limit.polite), (group, (burst, rate)));
    assert!(limit.granted.0 >= burst && limit.granted.1 >= rate);
}

#[tokio::test(start_paused = true)]
async fn the_pace_has_a_floor_and_a_rest_gives_no_more_than_a_burst() {
    let budget = polite();
    for _ in 0..10 {
        budget.slow(HEALTH);
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let slowed = spent(&budget, HEALTH, 10).await.as_secs_f64();
    assert!((28.0..41.0).contains(&slowed), "10 calls at a tenth of 2.5 a second: {slowed}");
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let after = spent(&budget, HEALTH, 20 + 10).await.as_secs_f64();
    assert!((3.5..4.5).contains(&after), "20 at once, then 10 at 2.5 a second: {after}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_group_slows_no_other() {
    let budget = polite();
    budget.slow(HEALTH);
    assert_eq!(spent(&budget, "ecs:ListServices", 25).await, Duration::ZERO);
}
