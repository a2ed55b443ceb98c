//! The same program at the highest speed there is, in real time and with the simulated network's accidents: however
//! loaded the machine, the journal shows exactly the computed edges, none late, none refused.

use super::*;
use crate::world::Speed;

/// The fastest that `--demo-speed` takes: a day is a second.
const FASTEST: f64 = 86_400.0;

/// The loop of `toban schedule run`, over a simulation that begins at `from`, until `to`; meanwhile somebody does
/// `meanwhile`. What it told.
async fn run(
    state: &Path,
    (from, to): (Timestamp, Timestamp),
    meanwhile: impl AsyncFnOnce(&Arc<dyn Cloud>, &LocalScheduler),
) -> Vec<String> {
    let demo: Arc<dyn Cloud> = Arc::new(Demo::new(7, FASTEST, from));
    let at_home = at_work(&demo);
    let view = View { configured_environments: configured_environments(), zone: TimeZone::get("Asia/Tokyo").unwrap() };
    let local_scheduler = LocalScheduler {
        cloud: Arc::clone(&demo),
        view,
        execution_log: ExecutionLog::fleeting().into(),
        journal: Some(state.join("journal.jsonl")),
        gate: Gate::default(),
        poll_interval: SignedDuration::from_hours(12),
    };
    let mut told = Vec::new();
    let mut tell = |now: Timestamp, message: String| told.push(format!("{now} {message}"));
    let person = async {
        meanwhile(&at_home, &local_scheduler).await;
        at_home.pause(to.duration_since(at_home.now())).await;
        assert_eq!(at_home.now(), to, "to the second");
    };
    tokio::select! {
        () = run_loop(&local_scheduler, &mut tell) => {}
        () = person => {}
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_with_a_late_evening_shows_exactly_the_computed_edges_at_the_highest_speed() {
    let (from, to) = (at("2026-11-19T23:30:00+09:00"), at("2026-11-26T23:30:00+09:00"));
    let said_at = at("2026-11-25T21:45:00+09:00");
    let state = tempfile::tempdir().unwrap();
    let told = run(state.path(), (from, to), async |cloud: &Arc<dyn Cloud>, local_scheduler: &LocalScheduler| {
        cloud.pause(said_at.duration_since(cloud.now())).await;
        let snapshot = headless::picture(cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
        let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
        let (scope, when) = (&environment.scopes[0], (snapshot.at, &local_scheduler.view.zone));
        let late = |context: &ActionContext<'_>| environment_actions::propose("override", Some("23:30"), context);
        let proposal = ActionContext::within(environment, scope, &snapshot.world, when, late).unwrap();
        // Whoever has to think about it for a minute and a half lets a quarter of a year go by there.
        let thinks = snapshot.world.speed().of_ours(SignedDuration::from_secs(90));
        let circumstances = GateContext {
            protected: environment.protected,
            pinned: None,
            region: None,
            account: None,
            read_at: environment.read_at,
            now: cloud.now().checked_add(thinks).unwrap(),
            speed: snapshot.world.speed(),
            guard: Guard::NONE,
        };
        let allowed = local_scheduler.gate.allow(proposal, &Confirmation::Yes, None, &circumstances);
        let Admitted::Procedure(license, procedure) = allowed.unwrap() else { panic!("a procedure") };
        let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
        let ending =
            run_procedure(&**cloud, procedure_run, snapshot.world, (&JournalWriter::default(), false), &mut |_| {})
                .await;
        assert_eq!(ending.how, How::Done, "{}", ending.message);
    })
    .await;
    let over = Override {
        state: crate::schedule::TargetState::Running,
        until: at("2026-11-25T23:30:00+09:00"),
        by: String::new(),
        reason: None,
    };
    let mut expected = computed(&Exceptions::default(), from, said_at);
    expected.extend(computed(&Exceptions { over: Some(over), ..Exceptions::default() }, said_at, to));
    assert_eq!(journaled(state.path()), expected, "{told:#?}");
    assert_eq!(told.len(), expected.len(), "and nothing was missed, refused or tried again: {told:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_years_end_shows_exactly_the_computed_edges_at_the_highest_speed() {
    let (from, to) = (at("2026-12-27T23:30:00+09:00"), at("2027-01-05T08:30:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let told = run(state.path(), (from, to), async |_: &Arc<dyn Cloud>, _: &LocalScheduler| {}).await;
    let expected = computed(&Exceptions::default(), from, to);
    assert_eq!(expected.iter().filter(|(_, verb)| *verb == PowerAction::Start).count(), 2, "{expected:?}");
    assert_eq!(journaled(state.path()), expected, "{told:#?}");
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

#[test]
fn a_patrol_is_rare_in_our_time_and_never_so_rare_that_an_edge_is_too_late() {
    assert_eq!(poll_interval(Speed::REAL), PATROL);
    assert_eq!(poll_interval(Speed::times(60.0)), PATROL);
    assert_eq!(poll_interval(Speed::times(3_600.0)), SignedDuration::from_mins(15));
    assert_eq!(poll_interval(Speed::times(FASTEST)), SELDOM);
    assert!(SELDOM < office().late_window);
}
