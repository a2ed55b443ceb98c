//! The verdict of one look, clause by clause: each row differs from a look that is told otherwise in one thing alone.

use rstest::rstest;

use super::sequences::{new, old, ours, record, with};
use crate::kinds::ecs_service::{Deployment, Service};
use crate::kinds::ecs_task::Task;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::target_health::{Target, TargetHealth};
use crate::kinds::testing_samples::{ago, deployment, event, revision, rolling, target, targets, task};
use crate::operations::ecs_service::{Ours, ServiceObservation, Verdict, judge, record_of};
use crate::world::Arn;

fn look(service: &Service, record: Option<&ServiceDeployment>) -> Verdict {
    judge(&ours(), &ServiceObservation { service: Some(service), record, ..ServiceObservation::default() })
}

/// Ours is PRIMARY and alone, and all of it runs.
fn done() -> Service {
    with(vec![new(2, "COMPLETED")])
}

fn back(settled: bool, why: Option<&str>) -> Verdict {
    Verdict::RolledBack { to: revision(117), settled, why: why.map(str::to_owned) }
}

fn failed(why: &str) -> Verdict {
    Verdict::Failed(Some(why.to_owned()))
}

#[rstest]
#[case::through(done(), Verdict::Succeeded)]
#[case::under_way(with(vec![new(2, "IN_PROGRESS")]), Verdict::Moving)]
#[case::one_is_short(with(vec![new(1, "COMPLETED")]), Verdict::Moving)]
#[case::one_is_still_starting(with(vec![Deployment { pending: 1, ..new(2, "COMPLETED") }]), Verdict::Moving)]
#[case::given_up(with(vec![Deployment { reason: Some("no".to_owned()), ..new(2, "FAILED") }]), failed("no"))]
#[case::given_up_without_a_word(with(vec![new(2, "FAILED")]), Verdict::Failed(None))]
#[case::no_state_is_told(with(vec![Deployment { rollout: None, ..new(2, "") }]), Verdict::Succeeded)]
#[case::no_state_and_one_short(with(vec![Deployment { rollout: None, ..new(1, "") }]), Verdict::Moving)]
#[case::no_state_and_one_starting(with(vec![Deployment { rollout: None, pending: 1, ..new(2, "") }]), Verdict::Moving)]
#[case::no_state_and_the_old_one(with(vec![Deployment { rollout: None, ..new(2, "") }, old(0)]), Verdict::Moving)]
#[case::the_service_is_going(Service { status: "DRAINING".to_owned(), ..done() }, Verdict::Deleted("the service is being deleted (DRAINING)".to_owned()))]
#[case::the_service_is_gone(Service { status: "INACTIVE".to_owned(), ..done() }, Verdict::Deleted("the service is being deleted (INACTIVE)".to_owned()))]
#[case::it_has_no_deployment(with(Vec::new()), Verdict::Unseen)]
#[case::its_deployment_has_no_id(with(vec![Deployment { id: String::new(), ..old(2) }]), Verdict::Unseen)]
#[case::only_the_old_one_is_told_of(with(vec![deployment(119, 2, 2)]), Verdict::Unseen)]
fn what_the_service_itself_tells(#[case] service: Service, #[case] verdict: Verdict) {
    assert_eq!(look(&service, None), verdict);
}

#[test]
fn a_service_that_is_not_there_is_deleted() {
    let verdict = judge(&ours(), &ServiceObservation::default());
    assert_eq!(verdict, Verdict::Deleted("the service is not there any more".to_owned()));
}

#[rstest]
#[case::pending("PENDING", Verdict::Succeeded)]
#[case::in_progress("IN_PROGRESS", Verdict::Succeeded)]
#[case::successful("SUCCESSFUL", Verdict::Succeeded)]
#[case::stop_requested("STOP_REQUESTED", back(false, None))]
#[case::rollback_requested("ROLLBACK_REQUESTED", back(false, None))]
#[case::rollback_in_progress("ROLLBACK_IN_PROGRESS", back(false, None))]
#[case::rollback_successful("ROLLBACK_SUCCESSFUL", back(false, None))]
#[case::rollback_failed("ROLLBACK_FAILED", back(true, None))]
#[case::stopped("STOPPED", failed("it was stopped (STOPPED)"))]
fn what_its_record_adds_while_ours_is_primary(#[case] status: &str, #[case] verdict: Verdict) {
    assert_eq!(look(&done(), Some(&record(status))), verdict);
}

#[rstest]
#[case::of_the_rollback(Some("went back"), Some("was asked to"), "went back")]
#[case::of_its_status(None, Some("was asked to"), "was asked to")]
fn a_record_gives_its_reason(#[case] rollback: Option<&str>, #[case] reason: Option<&str>, #[case] why: &str) {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let told = |status: &str| ServiceDeployment { rollback: own(rollback), reason: own(reason), ..record(status) };
    assert_eq!(look(&done(), Some(&told("STOPPED"))), failed(why));
    assert_eq!(look(&done(), Some(&told("STOP_REQUESTED"))), back(false, Some(why)));
}

#[test]
fn what_failed_has_its_own_reason_before_its_records() {
    let service = with(vec![Deployment { reason: Some("its own".to_owned()), ..new(2, "FAILED") }]);
    let stopped = ServiceDeployment { reason: Some("the record's".to_owned()), ..record("STOPPED") };
    assert_eq!(look(&service, Some(&stopped)), failed("its own"));
}

#[test]
fn where_it_was_before_is_not_known_it_goes_back_to_itself() {
    let ours = Ours { from: None, ..ours() };
    let (service, record) = (done(), record("STOP_REQUESTED"));
    let seen = ServiceObservation { service: Some(&service), record: Some(&record), ..ServiceObservation::default() };
    assert_eq!(judge(&ours, &seen), Verdict::RolledBack { to: revision(118), settled: false, why: None });
}

/// Another deployment is PRIMARY: of a revision of its own, younger than ours, which is still told of.
fn theirs() -> Deployment {
    Deployment { created_at: Some(ago(0)), ..deployment(119, 2, 2) }
}

fn mine() -> Deployment {
    Deployment { status: "ACTIVE".to_owned(), ..new(1, "IN_PROGRESS") }
}

fn superseded() -> Verdict {
    Verdict::Superseded { by: "ecs-svc/119".to_owned(), to: revision(119) }
}

fn back_to(number: u32, settled: bool, why: Option<&str>) -> Verdict {
    Verdict::RolledBack { to: revision(number), settled, why: why.map(str::to_owned) }
}

fn with_event(mut service: Service, message: &str) -> Service {
    service.events.insert(0, event(0, message));
    service
}

#[rstest]
#[case::nothing_else_is_said(with(vec![theirs(), mine()]), None, superseded())]
#[case::an_event_names_it(with_event(with(vec![theirs(), mine()]), "(service Backend) rolling back to deployment ecs-svc/119."), None, back_to(119, true, None))]
#[case::an_event_names_another(with_event(with(vec![theirs(), mine()]), "(service Backend) rolling back to deployment ecs-svc/11."), None, superseded())]
#[case::another_event_names_it(with_event(with(vec![theirs(), mine()]), "(service Backend) (deployment ecs-svc/119) deployment completed."), None, superseded())]
#[case::its_reason_says_so(with(vec![Deployment { reason: Some("ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/119.".to_owned()), ..theirs() }, mine()]), None, back_to(119, true, None))]
#[case::its_reason_says_something_else(with(vec![Deployment { reason: Some("ECS deployment ecs-svc/119 completed.".to_owned()), ..theirs() }, mine()]), None, superseded())]
#[case::our_record_says_so(with(vec![theirs(), mine()]), Some("ROLLBACK_IN_PROGRESS"), back_to(119, false, None))]
#[case::our_record_is_asked_to_stop(with(vec![theirs(), mine()]), Some("STOP_REQUESTED"), back_to(119, false, None))]
#[case::our_record_says_that_it_is_back(with(vec![theirs(), mine()]), Some("ROLLBACK_SUCCESSFUL"), back_to(119, true, None))]
#[case::our_record_says_that_it_did_not_get_back(with(vec![theirs(), mine()]), Some("ROLLBACK_FAILED"), back_to(119, true, None))]
#[case::our_record_says_something_else(with(vec![theirs(), mine()]), Some("STOPPED"), superseded())]
#[case::ours_was_given_up(with(vec![theirs(), Deployment { rollout: Some("FAILED".to_owned()), ..mine() }]), None, back_to(119, true, None))]
#[case::it_is_older_than_ours(with(vec![Deployment { created_at: Some(ago(2)), ..theirs() }, mine()]), None, back_to(119, true, None))]
#[case::it_is_as_old_as_ours(with(vec![Deployment { created_at: Some(ago(1)), ..theirs() }, mine()]), None, superseded())]
#[case::its_age_is_not_told(with(vec![Deployment { created_at: None, ..theirs() }, mine()]), None, superseded())]
#[case::it_is_of_the_revision_before(with(vec![Deployment { task_definition: revision(117), ..theirs() }, mine()]), None, back_to(117, true, None))]
#[case::ours_is_not_told_of_but_its_record(with(vec![theirs()]), Some("SUCCESSFUL"), superseded())]
#[case::neither_is_told_of(with(vec![theirs()]), None, Verdict::Unseen)]
fn one_witness_alone_tells_a_rollback(
    #[case] service: Service,
    #[case] status: Option<&str>,
    #[case] verdict: Verdict,
) {
    assert_eq!(look(&service, status.map(record).as_ref()), verdict);
}

#[test]
fn the_same_revision_anew_is_no_way_back() {
    let again = Ours { from: Some(revision(118)), ..ours() };
    let service = with(vec![Deployment { task_definition: revision(118), ..theirs() }, mine()]);
    let seen = ServiceObservation { service: Some(&service), ..ServiceObservation::default() };
    assert_eq!(judge(&again, &seen), Verdict::Superseded { by: "ecs-svc/119".to_owned(), to: revision(118) });
}

#[rstest]
#[case::completed(Some("COMPLETED"), 0, true)]
#[case::given_up(Some("FAILED"), 0, true)]
#[case::under_way(Some("IN_PROGRESS"), 0, false)]
#[case::no_state_is_told(None, 0, true)]
#[case::no_state_and_one_starting(None, 1, false)]
fn a_rollback_is_there_when_what_took_its_place_is(
    #[case] rollout: Option<&str>,
    #[case] pending: u32,
    #[case] settled: bool,
) {
    let first = Deployment { rollout: rollout.map(str::to_owned), pending, ..old(2) };
    let first = Deployment { status: "PRIMARY".to_owned(), ..first };
    assert_eq!(look(&with(vec![first.clone(), mine()]), None), back(settled, None));
    let short = Deployment { running: 1, ..first };
    let told = rollout.is_some();
    assert_eq!(look(&with(vec![short, mine()]), None), back(settled && told, None), "one is short");
}

#[test]
fn a_rollback_has_our_reason_before_the_records() {
    let service = |reason: Option<&str>| {
        with(vec![
            theirs(),
            Deployment { reason: reason.map(str::to_owned), rollout: Some("FAILED".to_owned()), ..mine() },
        ])
    };
    let told = ServiceDeployment { reason: Some("the record's".to_owned()), ..record("STOPPED") };
    assert_eq!(look(&service(Some("its own")), Some(&told)), back_to(119, true, Some("its own")));
    assert_eq!(look(&service(None), Some(&told)), back_to(119, true, Some("the record's")));
}

/// A task of ours at 10.0.1.5.
fn of_ours() -> Task {
    Task { started_by: Some("ecs-svc/118".to_owned()), ..task("new") }
}

fn by_targets(task: &Task, seen: Vec<Target>) -> Verdict {
    let (service, tasks, health) = (done(), [task], targets(seen));
    let health: [&TargetHealth; 1] = [&health];
    let seen = ServiceObservation { service: Some(&service), record: None, tasks: &tasks, health: &health };
    judge(&ours(), &seen)
}

#[rstest]
#[case::healthy("healthy", Verdict::Succeeded)]
#[case::without_health_checks("unavailable", Verdict::Succeeded)]
#[case::without_a_listener("unused", Verdict::Succeeded)]
#[case::initial("initial", Verdict::Settling(1))]
#[case::unhealthy("unhealthy", Verdict::Settling(1))]
#[case::draining("draining", Verdict::Settling(1))]
#[case::something_new("pondering", Verdict::Settling(1))]
fn its_targets_have_to_pass(#[case] state: &str, #[case] verdict: Verdict) {
    assert_eq!(by_targets(&of_ours(), vec![target(5, state, "", "")]), verdict);
}

#[rstest]
#[case::ours(of_ours(), Verdict::Settling(1))]
#[case::of_another_deployment(Task { started_by: Some("ecs-svc/117".to_owned()), ..of_ours() }, Verdict::Succeeded)]
#[case::nobody_says_whose(Task { started_by: None, ..of_ours() }, Verdict::Succeeded)]
#[case::stopping(Task { desired_status: "STOPPED".to_owned(), ..of_ours() }, Verdict::Succeeded)]
#[case::starting(Task { last_status: "PENDING".to_owned(), ..of_ours() }, Verdict::Succeeded)]
#[case::without_an_address(Task { ips: Vec::new(), ..of_ours() }, Verdict::Succeeded)]
fn only_our_running_tasks_are_waited_for(#[case] task: Task, #[case] verdict: Verdict) {
    assert_eq!(by_targets(&task, vec![target(5, "unhealthy", "", "")]), verdict);
}

#[rstest]
#[case::not_registered_yet(vec![target(6, "healthy", "", "")], Verdict::Settling(1))]
#[case::instances_alone(vec![Target { id: "i-0123".to_owned(), ..target(6, "unhealthy", "", "") }], Verdict::Succeeded)]
#[case::instances_too(
    vec![Target { id: "i-0123".to_owned(), ..target(6, "healthy", "", "") }, target(7, "healthy", "", "")],
    Verdict::Settling(1)
)]
#[case::no_target_at_all(Vec::new(), Verdict::Succeeded)]
fn what_cannot_be_told_apart_is_not_waited_for(#[case] seen: Vec<Target>, #[case] verdict: Verdict) {
    assert_eq!(by_targets(&of_ours(), seen), verdict);
}

/// A record of another number, of our revision, which began `after` seconds after our deployment.
fn unnumbered(after: i64) -> ServiceDeployment {
    let revision = record("PENDING").revision.map(|arn| Arn::from(format!("{arn}9")));
    let created_at = Some(ago(1) + jiff::SignedDuration::from_secs(after));
    ServiceDeployment { revision, created_at, ..record("PENDING") }
}

#[rstest]
#[case::its_number(ServiceDeployment { created_at: None, ..record("PENDING") }, true)]
#[case::its_number_and_another_revision(ServiceDeployment { task_definition: Some(revision(9)), ..record("PENDING") }, true)]
#[case::it_began_with_it(unnumbered(60), true)]
#[case::it_began_before_it(unnumbered(-60), true)]
#[case::it_began_later(unnumbered(61), false)]
#[case::it_began_earlier(unnumbered(-61), false)]
#[case::of_another_revision(ServiceDeployment { task_definition: Some(revision(9)), ..unnumbered(0) }, false)]
#[case::of_no_revision_that_is_told(ServiceDeployment { task_definition: None, ..unnumbered(0) }, true)]
#[case::of_no_age(ServiceDeployment { created_at: None, ..unnumbered(0) }, false)]
fn a_record_is_known_by_its_number_or_its_beginning(#[case] record: ServiceDeployment, #[case] known: bool) {
    let found = record_of([&record], "ecs-svc/118", &revision(118), Some(ago(1)));
    assert_eq!(found.is_some(), known);
}

#[test]
fn of_several_records_the_numbered_one_counts_then_the_nearest() {
    let (far, near) = (unnumbered(50), unnumbered(-10));
    let found = |records: &[&ServiceDeployment], began| {
        record_of(records.iter().copied(), "ecs-svc/118", &revision(118), began).map(|found| found.created_at)
    };
    assert_eq!(found(&[&far, &near], Some(ago(1))), Some(near.created_at));
    let numbered = ServiceDeployment { created_at: Some(ago(500)), ..record("PENDING") };
    assert_eq!(found(&[&near, &numbered], Some(ago(1))), Some(numbered.created_at));
    assert_eq!(found(&[&near], None), None, "when ours began is not known");
    let nameless = record_of([&numbered], "", &revision(118), None);
    assert_eq!(nameless.map(|found| found.created_at), None, "ours has no number");
    assert_eq!(rolling(118, 0, 2, 1).created_at, Some(ago(1)), "what the rows lean on");
}
