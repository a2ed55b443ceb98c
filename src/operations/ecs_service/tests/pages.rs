//! The page of a watched rollout at every stage, as the console draws it: what `sequences` judges by its end is looked
//! at here with its colours. Only pictures.

use super::sequences::{new, old, ours, record, with};
use crate::change::plan::Plan;
use crate::change::procedure::{Observation, Procedure, Step};
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::page::Page;
use crate::console::screens::rig::{model, picture, tell_at, text};
use crate::console::screens::sheet::Sheet;
use crate::engine::running::Underway;
use crate::kinds::ecs_service::{Deployment, Service};
use crate::kinds::ecs_task::{Container, Task};
use crate::kinds::log_tail::{self, Line, LogTail};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::target_health::Target;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::testing_samples::{
    Shelves, container, definition, deployment, event, healthy, now, revision, rolling, scope, service, stopped,
    target, targets, task,
};
use crate::operations::ecs_service::Rollout;
use crate::world::Resource;

/// A console on the page of a rollout to revision 118.
struct WatchPage {
    model: Model,
    rollout: Rollout,
}

impl WatchPage {
    fn open() -> Self {
        let begun = vec![new(0, "IN_PROGRESS"), old(2)];
        let service = Service { deployments: begun, ..service() };
        let id = service.id(&scope());
        let calls = vec!["ecs:UpdateService Backend in city-prod: city-prod-backend:118".to_owned()];
        let plan = Plan::new("deploy city-prod-backend:118 to Backend", "city-prod".into(), id.clone(), calls);
        let rollout = Rollout::watching(plan.clone(), &id, &service, now()).expect("a rollout on its way");
        let mut model = model();
        model.underway.push(Underway::new(1, plan.clone(), now()));
        model.enter(Page::Progress(1, plan.message, Sheet::default()));
        Self { model, rollout }
    }

    /// Looks at what is on the stores, `seconds` after it began.
    fn look(&mut self, shelves: Shelves, seconds: i64) {
        let at = now() + jiff::SignedDuration::from_secs(seconds);
        let shelves =
            shelves.with([definition(), TaskDefinition { arn: revision(118), revision: 118, ..definition() }]);
        let observation = Observation { world: &shelves.0, faults: &[], now: at };
        let step = self.rollout.step(&observation);
        tell_at(&mut self.model, at, Event::Progress(1, self.rollout.report(&observation)));
        if let Step::End(ending) = step {
            tell_at(&mut self.model, at, Event::Ended(1, ending));
        }
    }

    /// The page as it is at 80 columns and 24 rows.
    fn small(&mut self) -> String {
        picture(&mut self.model, 80, 24)
    }
}

/// A task of ours at 10.0.2.`n`.
fn ours_at(n: u32) -> Task {
    let ips = vec![format!("10.0.2.{n}")];
    Task { started_by: Some(ours().id), task_definition: revision(118), ips, ..task(&format!("new{n}cafe0123")) }
}

/// A task of ours whose program ended `minutes` ago.
fn crashed(id: &str, minutes: i64) -> Task {
    let ended = Container { exit_code: Some(1), status: "STOPPED".to_owned(), ..container("app") };
    let reason = "Essential container in task exited";
    let task = stopped(id, minutes, "EssentialContainerExited", reason);
    Task { started_by: Some(ours().id), task_definition: revision(118), containers: vec![ended], ..task }
}

fn failing(running: u32, failed: u32) -> Deployment {
    Deployment { failed, pending: 1, ..new(running, "IN_PROGRESS") }
}

/// Two of its tasks crashed, the log of the newer one says why.
fn trouble(deployments: Vec<Deployment>) -> Shelves {
    let line = |message: &str| Line { at: Some(now()), message: message.to_owned() };
    let lines =
        vec![line("starting"), line("Error: 設定がありません: DB_HOST is not set"), line("exiting with code 1")];
    Shelves::default()
        .with([with(deployments)])
        .with([crashed("beef0001cafe", 2), crashed("beef0002cafe", 1)])
        .with([LogTail { key: log_tail::part("/ecs/backend", "app/app/beef0002cafe"), lines }])
        .with([ServiceDeployment { failures: Some(2), threshold: Some(3), ..record("IN_PROGRESS") }])
}

fn back(rollout: &str) -> Deployment {
    let reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/117.";
    Deployment { rollout: Some(rollout.to_owned()), reason: Some(reason.to_owned()), ..deployment(117, 2, 2) }
}

fn broken() -> Deployment {
    let reason = "ECS deployment circuit breaker: tasks failed to start.";
    Deployment { status: "ACTIVE".to_owned(), failed: 3, reason: Some(reason.to_owned()), ..new(0, "FAILED") }
}

#[test]
fn it_begins() {
    let mut page = WatchPage::open();
    insta::assert_snapshot!("begins", page.small());
    page.look(Shelves::default().with([with(vec![new(0, "IN_PROGRESS"), old(2)])]), 5);
    insta::assert_snapshot!("began", page.small());
}

#[test]
fn new_tasks_come_up_and_their_targets_are_waited_for() {
    let mut page = WatchPage::open();
    let looks = || {
        let mut service = with(vec![Deployment { pending: 1, ..new(1, "IN_PROGRESS") }, old(2)]);
        service.events.insert(0, event(0, "(service Backend) has started 1 tasks: (task new6cafe0123)."));
        let waits = target(6, "initial", "Elb.RegistrationInProgress", "Target registration is in progress");
        let waits = Target { id: "10.0.2.6".to_owned(), ..waits };
        Shelves::default().with([service]).with([ours_at(6), task("old")]).with([targets([healthy(5), waits])])
    };
    page.look(looks(), 40);
    insta::assert_snapshot!("coming_up", page.small());
    insta::assert_snapshot!("coming_up_wide", picture(&mut page.model, 120, 35));
}

#[test]
fn a_failing_task_is_there_with_its_reason_and_its_last_words() {
    let mut page = WatchPage::open();
    page.look(trouble(vec![failing(0, 2), old(2)]), 70);
    page.look(trouble(vec![failing(0, 2), old(2)]), 75);
    let shown = text(&mut page.model, 120, 35);
    assert!(shown.contains("exited with code 1") && shown.contains("DB_HOST is not set"), "{shown}");
    insta::assert_snapshot!("failing", page.small());
    insta::assert_snapshot!("failing_wide", picture(&mut page.model, 120, 35));
}

#[test]
fn it_is_rolled_back() {
    let mut page = WatchPage::open();
    page.look(trouble(vec![failing(0, 2), old(2)]), 70);
    page.look(trouble(vec![back("IN_PROGRESS"), broken()]), 130);
    insta::assert_snapshot!("rolling_back", page.small());
    page.look(trouble(vec![back("COMPLETED")]), 160);
    insta::assert_snapshot!("rolled_back", page.small());
}

#[test]
fn another_one_takes_its_place() {
    let mut page = WatchPage::open();
    page.look(Shelves::default().with([with(vec![new(1, "IN_PROGRESS"), old(2)])]), 40);
    let mine = Deployment { status: "ACTIVE".to_owned(), ..new(1, "IN_PROGRESS") };
    page.look(Shelves::default().with([with(vec![rolling(119, 0, 2, 0), mine, old(2)])]), 60);
    insta::assert_snapshot!("superseded", page.small());
}

#[test]
fn it_stalls() {
    let mut page = WatchPage::open();
    for minutes in [1, 6, 12] {
        page.look(Shelves::default().with([with(vec![new(1, "IN_PROGRESS"), old(2)])]), minutes * 60);
    }
    assert!(text(&mut page.model, 80, 24).contains("stalled: no change for 11 min"));
    insta::assert_snapshot!("stalled", page.small());
}

#[test]
fn it_is_done() {
    let mut page = WatchPage::open();
    page.look(Shelves::default().with([with(vec![new(1, "IN_PROGRESS"), old(2)])]), 40);
    let mine = |n: u32| Target { id: format!("10.0.2.{n}"), ..healthy(n) };
    let shelves = Shelves::default().with([with(vec![new(2, "COMPLETED")])]).with([ours_at(6), ours_at(7)]);
    page.look(shelves.with([targets([mine(6), mine(7)])]), 120);
    insta::assert_snapshot!("done", page.small());
}
