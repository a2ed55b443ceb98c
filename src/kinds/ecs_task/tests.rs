//! Tests of how tasks are judged and shown.

use rstest::rstest;

use super::{Task, Tasks};
use crate::kinds::sample::*;
use crate::kinds::{Kind, Section};
use crate::world::Health;

fn job(code: i32, minutes: i64) -> Task {
    let mut task = stopped("job", minutes, "EssentialContainerExited", "Essential container in task exited");
    task.group = Some("family:city-prod-backend".to_owned());
    task.containers[0].exit_code = Some(code);
    task
}

#[rstest]
#[case::running(task("a"), None)]
#[case::unhealthy(Task { health: Some("UNHEALTHY".to_owned()), ..task("a") }, Some(Health::Worrying))]
#[case::told_by_its_service(stopped("a", 5, "TaskFailedToStart", "CannotPullContainerError: x"), None)]
#[case::job_done(job(0, 5), None)]
#[case::job_failed(job(1, 5), Some(Health::Worrying))]
#[case::job_failed_long_ago(job(1, 90), None)]
#[case::job_stopped_by_hand(Task { stop_code: Some("UserInitiated".to_owned()), ..job(143, 5) }, None)]
fn tasks_have_a_say_only_when_nobody_else_has(#[case] task: Task, #[case] health: Option<Health>) {
    let shelves = Shelves::default().with([service()]);
    assert_eq!(shelves.seen(true, |cx| Tasks::opinion(&task, cx)).map(|opinion| opinion.health), health);
}

#[test]
fn a_failed_job_says_what_and_when() {
    let opinion = Shelves::default().seen(true, |cx| Tasks::opinion(&job(1, 5), cx)).unwrap();
    assert_eq!(opinion.why.as_deref(), Some("task city-prod-backend:117 failed at 13:57: app exited with code 1"));
}

#[test]
fn tasks_of_services_stand_on_their_service_page() {
    let shelves = Shelves::default().with([service()]);
    shelves.seen(true, |cx| {
        assert!(Tasks::rows(&task("a"), cx).is_empty());
        let rows = Tasks::rows(&job(1, 5), cx);
        assert_eq!(rows[0].cells.len(), Tasks::SHOWN.unwrap().columns.len());
        assert_eq!((rows[0].health, rows[0].cells[6].text.as_str()), (Health::Worrying, "app exited with code 1"));
    });
}

#[test]
fn its_page_shows_containers_with_what_really_runs() {
    let shelves = Shelves::default().with([service()]);
    let sections = shelves.seen(true, |cx| Tasks::detail(&job(1, 5), cx));
    let Section::Facts { facts, .. } = &sections[0] else { panic!("facts first") };
    let fact = |label: &str| facts.iter().find(|fact| fact.label == label).unwrap();
    assert_eq!(fact("why it stopped").value.text, "app exited with code 1");
    assert_eq!(fact("size").value.text, "0.5 vCPU, 1 GiB");
    let Section::Table { rows, columns, .. } = &sections[1] else { panic!("then containers") };
    let texts: Vec<&str> = rows[0].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(texts, ["app", "running", "1", "city-backend:latest", "sha256:0123456789ab", "running", ""]);
    assert_eq!(columns.len(), texts.len());
    assert!(
        Tasks::web(&task("a"), &scope())
            .unwrap()
            .ends_with("/clusters/city-prod/tasks/a/configuration?region=ap-northeast-1")
    );
}
