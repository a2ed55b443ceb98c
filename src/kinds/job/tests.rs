//! How jobs are told and judged: clocks in the reader's time, runs found for their timer, and what is worth a word.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::launch::{JobInput, Launch, overrides};
use super::{JobClock, JobRun, JobView, RunState, assess, of_tasks};
use crate::kinds::ecs_task::{Container, Task};
use crate::kinds::event_rule::{Rule, view};
use crate::kinds::job_activity::JobActivity;
use crate::kinds::testing::{know, scope};
use crate::kinds::testing_samples::{Shelves, now};
use crate::kinds::{KindContext, ResourceIndex};
use crate::schedule::stored::target_effect::{Target, TaskLaunch, WorkKind};
use crate::world::{Arn, Health, World};

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").expect("a zone")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn run(state: RunState, began: Timestamp, took: Option<i64>) -> JobRun {
    JobRun {
        id: "r".to_owned(),
        state,
        created_at: Some(began),
        started_at: Some(began),
        ended_at: took.map(|took| began + SignedDuration::from_secs(took)),
        why: (state == RunState::Failed).then(|| "its container ended with exit code 1".to_owned()),
        open: None,
    }
}

fn job(runs: Vec<JobRun>) -> JobView {
    JobView {
        name: "city-prod-daily".to_owned(),
        kept_by: "rule",
        work: WorkKind::Task,
        what: "city-prod-batch".to_owned(),
        place: Some("city-prod-cluster".to_owned()),
        enabled: true,
        clock: None,
        runs,
        trouble: None,
        limit: None,
    }
}

fn hours(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn judged(job: &JobView) -> (Health, Option<String>) {
    let told = Shelves::default().seen(true, |cx| assess(job, cx));
    (told.health, told.why)
}

#[rstest]
#[case("cron(0 2 * * ? *)", None, Some("11:00"), Some("2026-11-22T02:00:00Z"), Some("2026-11-21T02:00:00Z"))]
#[case(
    "cron(0 2 * * ? *)",
    Some("Asia/Tokyo"),
    Some("02:00"),
    Some("2026-11-21T17:00:00Z"),
    Some("2026-11-20T17:00:00Z")
)]
#[case("cron(0 3 1 * ? *)", None, Some("12:00"), Some("2026-12-01T03:00:00Z"), Some("2026-11-01T03:00:00Z"))]
#[case("rate(5 minutes)", None, Some("every 5 min"), None, None)]
#[case("cron(nonsense)", None, None, None, None)]
#[case("cron(0 2 * * ? *)", Some("Asia/Nowhere"), None, None, None)]
fn a_clock_is_told_for_the_reader(
    #[case] expression: &str,
    #[case] stored: Option<&str>,
    #[case] local: Option<&str>,
    #[case] next: Option<&str>,
    #[case] due: Option<&str>,
) {
    let clock = JobClock::of((expression, stored), (None, None), at("2026-11-21T05:02:11Z"), &tokyo());
    assert_eq!(clock.local.as_deref(), local);
    assert_eq!((clock.next_at, clock.due_at), (next.map(at), due.map(at)));
}

#[test]
fn a_schedule_that_has_not_begun_was_never_due() {
    let begins = at("2026-12-01T00:00:00Z");
    let clock = JobClock::of(("cron(0 2 * * ? *)", None), (Some(begins), None), at("2026-11-21T05:00:00Z"), &tokyo());
    assert_eq!((clock.next_at, clock.due_at), (Some(at("2026-12-01T02:00:00Z")), None));
}

#[test]
fn a_failed_last_run_is_told_until_the_next_one() {
    let failed = run(RunState::Failed, hours(2), Some(97));
    let (health, why) = judged(&job(vec![failed.clone()]));
    assert_eq!(health, Health::Worrying);
    assert!(why.as_deref().is_some_and(|why| why.contains("failed at") && why.contains("exit code 1")), "{why:?}");
    let again = run(RunState::Succeeded, hours(1), Some(60));
    assert_eq!(judged(&job(vec![again, failed])).0, Health::Well);
    let old = run(RunState::Failed, hours(30), Some(97));
    assert_eq!(judged(&job(vec![old.clone()])).0, Health::Well, "nobody waits for its next run");
    let clock = JobClock::of(("cron(0 3 1 * ? *)", None), (None, None), now(), &tokyo());
    let monthly = JobView { clock: Some(clock), ..job(vec![old]) };
    assert_eq!(judged(&monthly).0, Health::Worrying, "its next run is what mends it");
    assert_eq!(judged(&JobView { enabled: false, ..monthly }).0, Health::Well, "switched off");
}

#[rstest]
#[case(5, None, 0, Health::Well)]
#[case(7, None, 0, Health::Worrying)]
#[case(3, Some(2), 0, Health::Worrying)]
#[case(5, None, 3, Health::Worrying)]
fn a_run_that_takes_too_long_is_told(
    #[case] runs: i64,
    #[case] limit: Option<i64>,
    #[case] before: usize,
    #[case] health: Health,
) {
    let mut all = vec![run(RunState::Running, hours(runs), None)];
    all.extend((0..before).map(|_| run(RunState::Succeeded, hours(48), Some(900))));
    let view = JobView { limit: limit.map(SignedDuration::from_hours), ..job(all) };
    assert_eq!(judged(&view).0, health);
}

#[test]
fn nothing_known_is_neither_well_nor_ill_news() {
    assert_eq!(judged(&job(Vec::new())), (Health::Well, None));
}

fn task(id: &str, started_by: Option<&str>, exit: Option<i32>) -> Task {
    let stopped = exit.map(|_| hours(1));
    Task {
        arn: Arn::from(format!("arn:aws:ecs:ap-northeast-1:1:task/c/{id}")),
        cluster: Arn::from("arn:aws:ecs:ap-northeast-1:1:cluster/c"),
        group: Some("family:batch".to_owned()),
        task_definition: Arn::from("arn:aws:ecs:ap-northeast-1:1:task-definition/batch:3"),
        last_status: if exit.is_some() { "STOPPED" } else { "RUNNING" }.to_owned(),
        desired_status: "RUNNING".to_owned(),
        health: None,
        started_by: started_by.map(str::to_owned),
        created_at: Some(hours(2)),
        started_at: Some(hours(2)),
        stopping_at: stopped,
        stopped_at: stopped,
        stop_code: exit.map(|_| "EssentialContainerExited".to_owned()),
        stopped_reason: exit.map(|_| "Essential container in task exited".to_owned()),
        zone: None,
        ips: Vec::new(),
        containers: vec![Container {
            name: "batch".to_owned(),
            image: None,
            digest: None,
            status: "STOPPED".to_owned(),
            exit_code: exit,
            reason: None,
            health: None,
            runtime_id: None,
            exec_agent: None,
        }],
        launch: None,
        platform_version: None,
        container_instance: None,
        exec_enabled: false,
        cpu: None,
        memory: None,
        tags: std::collections::BTreeMap::new(),
    }
}

#[test]
fn each_timer_finds_its_own_tasks_among_those_of_one_family() {
    let mut world = World::default();
    let service = Task { group: Some("service:web".to_owned()), ..task("d", None, None) };
    know(
        &mut world,
        vec![
            task("a", Some("events-rule/daily"), Some(0)),
            task("b", Some("events-rule/monthly"), Some(1)),
            task("c", Some("toban/daily"), None),
            service,
        ],
    );
    let states = |name: &str| {
        let runs = of_tasks(&world, &scope(), ("c", "batch"), name);
        runs.into_iter().map(|run| (run.id, run.state)).collect::<Vec<_>>()
    };
    let mut daily = states("daily");
    daily.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(daily, [("a".to_owned(), RunState::Succeeded), ("c".to_owned(), RunState::Running)]);
    assert_eq!(states("monthly"), [("b".to_owned(), RunState::Failed)]);
    assert_eq!(of_tasks(&world, &scope(), ("other", "batch"), "daily"), []);
}

fn rule(expression: &str) -> Rule {
    Rule {
        arn: Arn::from("arn:aws:events:ap-northeast-1:1:rule/daily"),
        name: "daily".to_owned(),
        expression: expression.to_owned(),
        enabled: true,
        about: None,
        managed_by: None,
        waits: false,
        targets: vec![Target {
            arn: "arn:aws:ecs:ap-northeast-1:1:cluster/c".to_owned(),
            task_definition: Some("arn:aws:ecs:ap-northeast-1:1:task-definition/batch:3".to_owned()),
            ..Target::default()
        }],
        whole: true,
    }
}

fn trouble(fired: &[&str], failed: &[&str], moment: &str) -> Option<String> {
    let mut world = World::default();
    let times = |all: &[&str]| all.iter().map(|text| at(text)).collect::<Vec<_>>();
    let activity = JobActivity {
        key: JobActivity::of_rule("daily"),
        since: at("2026-11-07T00:00:00Z"),
        until: at(moment),
        fired: times(fired),
        failed: times(failed).into_iter().map(|at| (at, 2.0)).collect(),
    };
    know(&mut world, vec![activity]);
    let (resource_index, zone, scope) = (ResourceIndex::of(&world), tokyo(), scope());
    let cx = KindContext {
        world: &world,
        resource_index: &resource_index,
        scope: &scope,
        protected: true,
        now: at(moment),
        zone: &zone,
    };
    view(&rule("cron(0 2 * * ? *)"), &cx).expect("a job").trouble
}

#[test]
fn a_firing_that_did_not_come_is_missed_and_a_target_that_could_not_be_called_is_told() {
    let days = ["2026-11-19T02:00:00Z", "2026-11-20T02:00:00Z"];
    let missed = trouble(&days, &[], "2026-11-21T05:00:00Z").expect("a word");
    assert!(missed.contains("was missed") && missed.contains("11:00"), "{missed}");
    let all = ["2026-11-19T02:00:00Z", "2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z"];
    assert_eq!(trouble(&all, &[], "2026-11-21T05:00:00Z"), None);
    assert_eq!(trouble(&days, &[], "2026-11-21T02:10:00Z"), None, "metrics come late");
    assert_eq!(trouble(&[], &[], "2026-11-21T05:00:00Z"), None, "a new rule, or no metrics at all");
    let failed = trouble(&all, &["2026-11-21T02:00:00Z"], "2026-11-21T05:00:00Z").expect("a word");
    assert!(failed.contains("could not be started") && failed.contains("role"), "{failed}");
}

#[test]
fn what_is_typed_becomes_values_or_a_document() {
    let values = |text: &str| JobInput::parse(text).map(|input| input.values);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(values("IMPORT_FILE_KEY=in/1.csv X=2"), Ok(vec![pair("IMPORT_FILE_KEY", "in/1.csv"), pair("X", "2")]));
    assert_eq!(values("NOTE=two words\nX=2\n"), Ok(vec![pair("NOTE", "two words"), pair("X", "2")]));
    assert_eq!(values(""), Ok(Vec::new()));
    assert!(values("nothing").is_err() && values("=x").is_err() && values("a b=c").is_err());
    assert_eq!(JobInput::parse(r#"{"a":1}"#).map(|input| input.document), Ok(Some(r#"{"a":1}"#.to_owned())));
    assert!(JobInput::parse("{").is_err());
    assert_eq!(JobInput::parse("queue=q").map(|input| input.queue), Ok(Some("q".to_owned())));
}

#[test]
fn what_a_timer_tells_its_containers_is_told_again() {
    let input =
        r#"{"containerOverrides":[{"name":"batch","command":["monthly"],"environment":[{"name":"A","value":"1"}]}]}"#;
    let [one] = &overrides(Some(input))[..] else { panic!("one container") };
    assert_eq!((one.name.as_str(), &one.command[..], one.environment.len()), ("batch", &["monthly".to_owned()][..], 1));
    assert_eq!(overrides(Some("not json")), []);
    let launch = Launch::Task {
        cluster: "arn:aws:ecs:ap-northeast-1:1:cluster/c".to_owned(),
        definition: "batch:3".to_owned(),
        launch: TaskLaunch::default(),
        overrides: overrides(Some(&input.replace("\"A\"", "\"DB_PASSWORD\"").replace("\"1\"", "\"hunter2\""))),
    };
    let told = launch.sentence();
    assert!(told.contains("batch: monthly DB_PASSWORD=") && !told.contains("hunter2"), "{told}");
}
