//! Tests of how services are judged, counted and listed.

use rstest::rstest;

use super::{Deployment, Service, judge};
use crate::display::Section;
use crate::kinds::Counts;
use crate::kinds::Kind;
use crate::kinds::ecs_task::Task;
use crate::kinds::testing_samples::*;
use crate::world::{Health, Scope};

fn assess(service: Service, tasks: Vec<Task>) -> (Health, String) {
    let shelves = Shelves::default().with([service.clone()]).with(tasks).with([definition()]);
    let assessment = shelves.seen(true, |cx| judge(&service, cx)).assessment;
    (assessment.health, assessment.why.unwrap_or_default())
}

fn sized(desired: u32, running: u32, pending: u32) -> Service {
    Service { desired, running, pending, ..service() }
}

#[rstest]
#[case::all_run(sized(2, 2, 0), Health::Well, "")]
#[case::some_run(sized(4, 2, 0), Health::Worrying, "Backend: only 2 of 4 tasks running")]
#[case::none_runs(sized(2, 0, 0), Health::Bad, "Backend: only 0 of 2 tasks running")]
#[case::scaling_out(sized(4, 2, 2), Health::Changing, "Backend: 2 of 4 tasks running, 2 starting")]
#[case::scaling_in(sized(2, 3, 0), Health::Changing, "Backend: 3 of 2 tasks running, the rest is being stopped")]
#[case::asleep(sized(0, 0, 0), Health::Asleep, "Backend is asleep: 0 desired tasks")]
#[case::going_to_sleep(sized(0, 2, 0), Health::Changing, "Backend is going to sleep: 2 tasks left")]
#[case::draining(Service { status: "DRAINING".to_owned(), ..service() }, Health::Changing, "Backend is being deleted, 2 tasks left (DRAINING)")]
#[case::deleted(Service { status: "INACTIVE".to_owned(), ..service() }, Health::Well, "Backend is deleted (INACTIVE)")]
#[case::odd(Service { status: "NEW".to_owned(), ..service() }, Health::Unknown, "Backend has the status NEW, which toban does not know")]
fn counts_of_tasks(#[case] service: Service, #[case] health: Health, #[case] why: &str) {
    assert_eq!(assess(service, Vec::new()), (health, why.to_owned()));
}

fn deploying(deployments: Vec<Deployment>, running: u32) -> Service {
    Service { desired: 4, running, deployments, ..service() }
}

fn old(running: u32) -> Deployment {
    Deployment { id: "ecs-svc/117".to_owned(), status: "ACTIVE".to_owned(), running, ..deployment(117, running, 4) }
}

#[rstest]
#[case::moves(deploying(vec![rolling(118, 2, 4, 3), old(4)], 6), Health::Changing, "Backend is rolling out revision 118 (2 of 4 new)")]
#[case::moves_while_short(deploying(vec![rolling(118, 2, 4, 3)], 2), Health::Changing, "Backend is rolling out revision 118 (2 of 4 new)")]
#[case::stalls(deploying(vec![rolling(118, 2, 4, 12), old(2)], 4), Health::Worrying, "Backend rollout stalled 12 min (2 of 4 new)")]
#[case::stalls_at_zero(deploying(vec![rolling(118, 0, 4, 12)], 0), Health::Bad, "Backend rollout stalled 12 min (0 of 4 new)")]
#[case::fails_to_start(deploying(vec![Deployment { failed: 3, ..rolling(118, 0, 4, 3) }, old(4)], 4), Health::Worrying, "Backend rollout: 3 tasks failed to start (0 of 4 new)")]
#[case::failed(deploying(vec![Deployment { rollout: Some("FAILED".to_owned()), ..rolling(118, 0, 4, 3) }, old(4)], 4), Health::Bad, "Backend rollout revision 118 failed: its tasks did not start")]
#[case::other_controller(deploying(vec![Deployment { rollout: None, ..rolling(118, 1, 4, 3) }, Deployment { rollout: None, ..old(3) }], 4), Health::Changing, "Backend is rolling out revision 118 (1 of 4 new)")]
fn rollouts(#[case] service: Service, #[case] health: Health, #[case] why: &str) {
    assert_eq!(assess(service, Vec::new()), (health, why.to_owned()));
}

fn with_event(minutes: i64, message: &str, running: u32) -> Service {
    let mut service = sized(4, running, 0);
    service.events.insert(0, event(minutes, message));
    service.events.sort_by_key(|event| std::cmp::Reverse(event.at));
    service
}

#[rstest]
#[case::crash_loop(
    "(service Backend) is unable to consistently start tasks successfully.",
    2,
    Health::Bad,
    "Backend: tasks keep failing, ECS starts them again and again (2 of 4 tasks running)"
)]
#[case::no_capacity(
    "(service Backend) was unable to place a task. Reason: Capacity is unavailable at this time.",
    2,
    Health::Bad,
    "Backend: a task cannot be placed: AWS has no capacity now (2 of 4 tasks running)"
)]
#[case::placed_since(
    "(service Backend) was unable to place a task. Reason: Capacity is unavailable at this time.",
    4,
    Health::Well,
    ""
)]
#[case::deadlock(
    "(service Backend) was unable to stop or start tasks during a deployment because of the service deployment configuration.",
    4,
    Health::Worrying,
    "Backend: the rollout cannot move: minimum and maximum percent leave no room"
)]
#[case::replaced(
    "(service Backend) Amazon ECS replaced 1 tasks due to an unhealthy status.",
    4,
    Health::Worrying,
    "Backend: tasks were replaced because they were unhealthy"
)]
#[case::routine("(service Backend) has started 1 tasks: (task 0123).", 4, Health::Well, "")]
#[case::never_seen("(service Backend) does something new.", 4, Health::Well, "")]
#[case::targets_tell(
    "(service Backend) (port 5000) is unhealthy in (target-group arn) due to (reason Request timed out).",
    4,
    Health::Well,
    ""
)]
fn events(#[case] message: &str, #[case] running: u32, #[case] health: Health, #[case] why: &str) {
    assert_eq!(assess(with_event(5, message, running), Vec::new()), (health, why.to_owned()));
}

#[test]
fn events_before_the_last_steady_state_are_history() {
    let service = with_event(90, "(service Backend) is unable to consistently start tasks successfully.", 4);
    assert_eq!(assess(service, Vec::new()).0, Health::Well);
}

#[test]
fn the_stopped_tasks_tell_the_deep_cause() {
    let pull = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x/app:latest: not found";
    let tasks = vec![stopped("a", 2, "TaskFailedToStart", pull), stopped("b", 4, "TaskFailedToStart", pull)];
    let sick = with_event(1, "(service Backend) is unable to consistently start tasks successfully.", 0);
    let shelves = Shelves::default().with([sick.clone()]).with(tasks);
    let judged = shelves.seen(true, |cx| judge(&sick, cx));
    assert_eq!(
        judged.assessment.why.as_deref(),
        Some("Backend: image cannot be pulled: tag not found (0 of 4 tasks running)")
    );
    assert_eq!((judged.assessment.health, judged.depth), (Health::Bad, 0));
    assert_eq!(judged.stops.unwrap().line(), "2 tasks stopped, image cannot be pulled: tag not found, revision 117");
}

#[test]
fn a_rollback_says_so_with_its_cause_until_it_is_done() {
    let mut service =
        deploying(vec![rolling(117, 2, 4, 2), Deployment { status: "ACTIVE".to_owned(), ..rolling(118, 0, 4, 20) }], 4);
    service.deployments[0].id = "ecs-svc/9".to_owned();
    service
        .events
        .insert(0, event(3, "(service Backend) (deployment ecs-svc/118) deployment failed: tasks failed to start."));
    service.events.insert(0, event(2, "(service Backend) rolling back to deployment ecs-svc/9."));
    let mut task = stopped("a", 6, "EssentialContainerExited", "Essential container in task exited");
    task.containers[0].exit_code = Some(1);
    let (health, why) = assess(service.clone(), vec![task]);
    assert_eq!(
        (health, why.as_str()),
        (Health::Worrying, "Backend is rolling back to revision 117: app exited with code 1")
    );

    service.deployments.truncate(1);
    service.deployments[0].rollout = Some("COMPLETED".to_owned());
    service.deployments[0].running = 4;
    service.events.insert(0, event(1, "(service Backend) has reached a steady state."));
    let (health, why) = assess(service, Vec::new());
    assert_eq!((health, why.as_str()), (Health::Well, "Backend runs revision 117 after a rollback"));
}

#[test]
fn a_task_that_was_replaced_lately_is_worth_a_word() {
    let mut task = stopped("a", 5, "EssentialContainerExited", "Essential container in task exited");
    task.containers[0].exit_code = Some(139);
    let (health, why) = assess(service(), vec![task]);
    assert_eq!(health, Health::Worrying);
    assert_eq!(why, "Backend: 1 task stopped, app crashed (code 139: segmentation fault), revision 117; replaced");
}

#[test]
fn services_are_counted() {
    let mut counts = Counts::default();
    Shelves::default().seen(true, |cx| {
        super::Services::count(&sized(4, 2, 1), cx, &mut counts);
        super::Services::count(&Service { status: "INACTIVE".to_owned(), ..service() }, cx, &mut counts);
    });
    assert_eq!((counts.services, counts.tasks_running, counts.tasks_desired), (1, 2, 4));
}

#[test]
fn its_object_and_its_web_page() {
    let shelves = Shelves::default().with([service()]).with([definition()]);
    let listed = shelves.seen(true, |cx| super::Services::to_json(&sized(4, 2, 1), cx)).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&listed).unwrap(), @r#"
    {
      "name": "Backend",
      "cluster": "city-prod",
      "desired": 4,
      "running": 2,
      "pending": 1,
      "rollout": "completed",
      "task_definition": "city-prod-backend:117",
      "images": [
        "city-backend:latest"
      ],
      "health": "worrying",
      "why": "Backend: only 2 of 4 tasks running",
      "delivery": {
        "strategy": "rolling",
        "status": null,
        "stage": null,
        "weight": null,
        "listener": null,
        "disagreement": null,
        "awaiting": null,
        "alarms": null,
        "circuit_breaker": null
      }
    }
    "#);
    let web = super::Services::web(&service(), &scope()).unwrap();
    assert_eq!(
        web,
        "https://ap-northeast-1.console.aws.amazon.com/ecs/v2/clusters/city-prod/services/Backend/health?region=ap-northeast-1"
    );
    let china = super::Services::web(&service(), &Scope::new("x", "cn-north-1")).unwrap();
    assert!(china.starts_with("https://cn-north-1.console.amazonaws.cn/ecs/"), "{china}");
    assert_eq!(super::Services::web(&service(), &Scope::new("x", "us-iso-east-1")), None);
}

#[test]
fn its_line_and_page_lead_on() {
    let shelves = Shelves::default()
        .with([service()])
        .with([definition()])
        .with([group()])
        .with([targets([healthy(5)])])
        .with([task("a"), stopped("b", 4, "UserInitiated", "Task stopped by user")]);
    shelves.seen(true, |cx| {
        let rows = super::Services::rows(&service(), cx);
        let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(
            texts,
            ["Backend", "2/2", "completed", "city-prod-backend:117", "city-backend:latest", "1 d ago", ""]
        );
        assert_eq!(rows[0].cells.len(), super::Services::SHOWN.unwrap().columns.len());
        let tables: Vec<(&str, usize, bool)> = super::Services::detail(&service(), cx)
            .iter()
            .filter_map(|section| match section {
                Section::Table { title, rows, columns, .. } => {
                    assert!(rows.iter().all(|row| row.cells.len() == columns.len()), "{title}");
                    Some((*title, rows.len(), rows.iter().any(|row| row.open.is_some())))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            tables,
            [
                ("deployments", 1, false),
                ("tasks", 1, true),
                ("stopped tasks", 1, true),
                ("target groups", 1, true),
                ("deployments of the last 90 days", 0, false),
            ]
        );
    });
}
