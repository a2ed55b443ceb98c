//! Bad weather: a laptop asleep over an edge, a process killed between any two calls, an execution log that cannot be
//! read or
//! written, two that act at once. Nothing is done twice, nothing runs all night, and all of it is told.

use futures_util::future::BoxFuture;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::Notify;

use super::*;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::schedule::{Mode, ScheduleBinding};
use crate::world::Scope;

/// The account as one process sees it, which is killed when it has sent or awaited so much.
struct Mortal {
    demo: Arc<Demo>,
    left: AtomicI64,
    killed: Notify,
    /// AWS refuses everything.
    refuses: bool,
    /// Calls about what has this in its key are never answered.
    stuck: Option<&'static str>,
    /// What it sent and awaited, in order: whether it was sent.
    lived: Mutex<Vec<bool>>,
    /// What the account took, and did not call done already: verb and resource.
    took: Arc<Mutex<Vec<(Timestamp, String)>>>,
}

impl Mortal {
    fn new(demo: &Arc<Demo>, steps: i64) -> Self {
        Self {
            demo: Arc::clone(demo),
            left: AtomicI64::new(steps),
            killed: Notify::new(),
            refuses: false,
            stuck: None,
            lived: Mutex::default(),
            took: Arc::default(),
        }
    }

    /// One more thing happens; the last one never ends.
    async fn live(&self, sends: bool) {
        self.lived.lock().unwrap().push(sends);
        if self.left.fetch_sub(1, Ordering::Relaxed) == 0 {
            self.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

impl Cloud for Mortal {
    crate::delegate_cloud!(self.demo: scopes, identify, read, look, renew, stats, login, now);

    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            self.live(true).await;
            if self.refuses {
                return Err(Fault::new(FaultKind::Refused, "rds:StartDBInstance", "there is no capacity"));
            }
            if self.stuck.is_some_and(|stuck| change.change_request().on.key.contains(stuck)) {
                std::future::pending::<()>().await;
            }
            let got = self.demo.change(change, scope).await;
            let message = got.as_ref().ok().and_then(|receipt| receipt.message.as_deref()).unwrap_or_default();
            if got.is_ok() && !message.contains("already") {
                let change_request = change.change_request();
                self.took
                    .lock()
                    .unwrap()
                    .push((self.now(), format!("{} {}", change_request.verb, change_request.on.key)));
            }
            self.live(true).await;
            got
        })
    }

    fn pause(&self, span: SignedDuration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.live(false).await;
            self.demo.pause(span).await;
        })
    }
}

/// What was sent to the account so far that starts, stops or scales, in order.
fn power(took: &Mutex<Vec<(Timestamp, String)>>) -> Vec<String> {
    let is_power = |message: &&String| ["start ", "stop ", "scale "].iter().any(|verb| message.starts_with(verb));
    took.lock().unwrap().iter().map(|(_, message)| message).filter(is_power).cloned().collect()
}

/// What came of an evening: what the account took of power, whether a process was killed, what the first lived through,
/// and what the second said.
struct Evening {
    took: Vec<String>,
    killed: bool,
    lived: Vec<bool>,
    said: Vec<String>,
}

/// An evening with a wake at 21:30, when the lie-in ends, and a stop at 22:00; killed after `steps` of it, and another
/// takes over.
async fn killed_after(steps: i64) -> Evening {
    let (from, to) = (at("2026-11-25T21:25:00+09:00"), at("2026-11-25T22:55:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let demo = Arc::new(Demo::new(7, 1.0, at("2026-11-25T20:50:00+09:00")).prompt());
    demo.pause(from.duration_since(demo.now())).await;
    let mortal = Arc::new(Mortal::new(&demo, steps));
    let second = Mortal { took: Arc::clone(&mortal.took), ..Mortal::new(&demo, i64::MAX) };
    let process = |cloud: Arc<dyn Cloud>| LocalScheduler { cloud, ..local_scheduler(&demo, state.path()) };
    let first = process(Arc::clone(&mortal) as Arc<dyn Cloud>);
    let killed = tokio::select! {
        _ = until(&first, to) => false,
        () = mortal.killed.notified() => true,
    };
    let second = process(Arc::new(second));
    let said = until(&second, to).await;
    let snapshot = headless::picture(&second.cloud, &second.view, &mut |_, _| {}).await.unwrap();
    let off = snapshot.picture.environment(&"prooflink-dev".into()).unwrap().offhours.as_deref().unwrap();
    assert!(is_so(off, PowerAction::Stop), "killed after {steps}, it runs all night: {said:#?}");
    Evening { took: power(&mortal.took), killed, lived: mortal.lived.lock().unwrap().clone(), said }
}

/// Before and after each call, and in the pause that follows it: every place where something is half done.
#[tokio::test(start_paused = true)]
async fn killed_between_any_two_calls_another_finishes_and_nothing_is_done_twice() {
    let whole = killed_after(i64::MAX).await;
    assert!(!whole.killed && whole.took.len() == 4, "{:#?}", whole.took);
    let calls = whole.lived.iter().filter(|sends| **sends).count();
    assert!(calls >= 2 * whole.took.len(), "{calls}");
    let mut last = true;
    for (steps, sends) in whole.lived.iter().enumerate() {
        if *sends || last {
            let evening = killed_after(i64::try_from(steps).unwrap()).await;
            assert!(evening.killed);
            assert_eq!(evening.took, whole.took, "killed after {steps}: {:#?}", evening.said);
        }
        last = *sends;
    }
}

/// A laptop that slept over an edge for less than the late window does it when it wakes, once; and of two edges that it
/// slept over only the last, which undoes the other.
#[tokio::test(start_paused = true)]
async fn a_laptop_that_slept_over_an_edge_does_it_late_and_of_several_the_last() {
    let from = at("2026-11-24T23:30:00+09:00");
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
    let local_scheduler = local_scheduler(&cloud, state.path());
    let asleep_until = |text: &str| local_scheduler.cloud.pause(at(text).duration_since(local_scheduler.cloud.now()));
    until(&local_scheduler, at("2026-11-25T21:30:00+09:00")).await;
    asleep_until("2026-11-25T22:50:00+09:00").await;
    let late = local_scheduler.round().await.unwrap();
    assert!(late.said.iter().any(|message| message.contains("is asleep")), "{:?}", late.said);
    assert!(local_scheduler.round().await.unwrap().said.is_empty());
    // It sleeps on over the morning's start and the next evening's stop.
    asleep_until("2026-11-26T22:30:00+09:00").await;
    let said = local_scheduler.round().await.unwrap().said;
    assert!(said.len() == 1 && said[0].contains("sleep"), "{said:?}");
    let verbs: Vec<PowerAction> = journaled(state.path()).into_iter().map(|(_, verb)| verb).collect();
    assert_eq!(verbs, [PowerAction::Start, PowerAction::Stop, PowerAction::Stop]);
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_read_or_written_is_told_and_nothing_is_done_before_it_can() {
    let (from, stop) = (at("2026-11-25T21:55:00+09:00"), at("2026-11-25T22:00:00+09:00"));
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-25T08:00:00+09:00")).prompt());
    let fine = tempfile::tempdir().unwrap();
    until(&local_scheduler(&cloud, fine.path()), from).await;
    let state = tempfile::tempdir().unwrap();
    let execution_log = state.path().join("state/schedule-ledger.jsonl");
    // A directory in its place can be neither read nor written, by whoever it is.
    std::fs::create_dir_all(&execution_log).unwrap();
    let local_scheduler = local_scheduler(&cloud, &state.path().join("state"));
    local_scheduler.cloud.pause(stop.duration_since(from)).await;
    let round = local_scheduler.round().await.unwrap();
    let told = round.said.iter().any(|message| message.starts_with("prooflink-dev: ") && message.contains("ledger"));
    assert!(told && round.next <= AGAIN, "{round:?}");
    assert!(journaled(&state.path().join("state")).is_empty(), "what cannot be remembered is not done");
    std::fs::remove_dir(&execution_log).unwrap();
    local_scheduler.cloud.pause(round.next).await;
    let round = local_scheduler.round().await.unwrap();
    assert!(round.said.iter().any(|message| message.contains("is asleep")), "{round:?}");
}

/// Half a line, bytes that are no text, a whole execution log gone: at worst it looks again, and sends nothing twice.
#[tokio::test(start_paused = true)]
async fn a_ledger_that_lost_lines_leads_to_a_look_and_to_no_second_call() {
    let (from, to) = (at("2026-11-25T20:50:00+09:00"), at("2026-11-25T22:40:00+09:00"));
    for torn in ["", "half", "noise"] {
        let state = tempfile::tempdir().unwrap();
        let demo = Arc::new(Demo::new(7, 1.0, from).prompt());
        let mortal = Mortal::new(&demo, i64::MAX);
        let took = Arc::clone(&mortal.took);
        let local_scheduler = LocalScheduler { cloud: Arc::new(mortal), ..local_scheduler(&demo, state.path()) };
        until(&local_scheduler, to).await;
        let (execution_log, once) = (state.path().join("schedule-ledger.jsonl"), power(&took));
        let whole = std::fs::read(&execution_log).unwrap();
        let left = match torn {
            "" => Vec::new(),
            "half" => whole[..whole.len() - 20].to_vec(),
            _ => [&whole[..whole.len() / 2], &[0, 0xff, 0xfe, b'\n', 0, 0]].concat(),
        };
        std::fs::write(&execution_log, left).unwrap();
        let round = local_scheduler.round().await.unwrap();
        assert!(!round.said.iter().any(|message| message.contains("ledger")), "{torn}: {round:?}");
        assert_eq!(power(&took), once, "{torn}");
        assert!(local_scheduler.round().await.unwrap().said.is_empty(), "{torn}: and it is remembered again");
    }
}

/// A person puts it to sleep by key in the very moment the edge comes: both end well, the account is asked once.
#[tokio::test(start_paused = true)]
async fn a_person_and_the_schedule_at_the_same_moment_end_well() {
    let (from, stop) = (at("2026-11-25T20:50:00+09:00"), at("2026-11-25T22:00:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let demo = Arc::new(Demo::new(7, 1.0, from).prompt());
    let mortal = Mortal::new(&demo, i64::MAX);
    let took = Arc::clone(&mortal.took);
    let local_scheduler = LocalScheduler { cloud: Arc::new(mortal), ..local_scheduler(&demo, state.path()) };
    until(&local_scheduler, stop).await;
    took.lock().unwrap().clear();
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let proposal = local_scheduler.proposal(environment, &snapshot, "sleep").unwrap().unwrap();
    let fair = GateContext::seen_at(snapshot.at);
    let Admitted::Procedure(license, procedure) =
        local_scheduler.gate.allow(proposal, &Confirmation::Yes, None, &fair).unwrap()
    else {
        panic!("a procedure")
    };
    let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
    let journal_writer = JournalWriter::default();
    let mut silent = |_| {};
    let by_hand = run_procedure(
        &*local_scheduler.cloud,
        procedure_run,
        snapshot.world.clone(),
        (&journal_writer, false),
        &mut silent,
    );
    let (round, ending) = tokio::join!(local_scheduler.round(), by_hand);
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let said = round.unwrap().said;
    assert!(said.iter().any(|message| message.contains("is asleep")), "{said:?}");
    let took = power(&took);
    assert_eq!(took.len(), 2, "one service, one database, once each: {took:?}");
}

/// A local scheduler that enforces `on` for the municipal proof of concept.
fn enforcing(cloud: &Arc<Demo>, state: &Path) -> LocalScheduler {
    let mut local_scheduler = local_scheduler(cloud, state);
    let always =
        Schedule { mode: Mode::Enforce, on: vec!["mon-sun 00:00-24:00".parse().unwrap()], holidays: None, ..office() };
    let routine = ScheduleBinding { backend: Backend::Local, ..ScheduleBinding::new(always) };
    let environment_config =
        EnvironmentConfig { protected: Some(false), routine: Some(routine), ..EnvironmentConfig::new("city-poc") };
    local_scheduler.view.configured_environments.environments = vec![environment_config];
    local_scheduler
}

/// Somebody puts the municipal proof of concept to sleep, although it is to be up.
async fn put_to_sleep(one: &LocalScheduler) {
    one.cloud.pause(SignedDuration::from_mins(10)).await;
    by_hand(one, "city-poc", "sleep").await;
}

/// Both looked while it was down; the one that comes second finds it done, although what it saw says otherwise.
#[tokio::test(start_paused = true)]
async fn what_is_down_by_mistake_is_started_and_journaled_once_by_two_that_saw_it() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let (one, other) = (enforcing(&cloud, state.path()), enforcing(&cloud, state.path()));
    put_to_sleep(&one).await;
    let snapshot = headless::picture(&one.cloud, &one.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"city-poc".into()).unwrap();
    let off = environment.offhours.as_deref().unwrap();
    assert!(is_so(off, PowerAction::Stop), "{:?}", off.drifts);
    for local_scheduler in [&one, &other] {
        let mut round = SchedulerRound::default();
        assert!(local_scheduler.keep(environment, off, &snapshot, &mut round).await.unwrap(), "{round:?}");
    }
    let verbs: Vec<PowerAction> = journaled(state.path()).into_iter().map(|(_, verb)| verb).collect();
    assert_eq!(verbs, [PowerAction::Start]);
    let known = one.execution_log.read().unwrap();
    assert!(known.values().all(|state| *state == State::Righted), "{known:?}");
    // And whoever looks from now on sees it up; should it go down again, that is another time.
    assert!(other.round().await.unwrap().said.is_empty());
}

/// AWS has no capacity for it all day: it is tried each minute of the retry window, told and journaled each time, and
/// then let be until the next edge or until somebody starts it; it does not fill the journal for ever.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_put_right_is_given_up_after_the_retry_window() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    put_to_sleep(&enforcing(&cloud, state.path())).await;
    let refused = Mortal { refuses: true, ..Mortal::new(&cloud, i64::MAX) };
    let mut local_scheduler = LocalScheduler { cloud: Arc::new(refused), ..enforcing(&cloud, state.path()) };
    let routine = local_scheduler.view.configured_environments.environments[0].routine.as_mut().unwrap();
    routine.schedule.retry_window = SignedDuration::from_mins(10);
    let begun = cloud.now();
    let later = |minutes: i64| begun.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    until(&local_scheduler, later(30)).await;
    let tried = journaled(state.path()).len();
    assert!((5..=12).contains(&tried), "{tried}");
    let given_up = |known: BTreeMap<ActionKey, State>| known.values().any(|state| *state == State::GivenUp);
    assert!(given_up(local_scheduler.execution_log.read().unwrap()));
    until(&local_scheduler, later(120)).await;
    assert_eq!(journaled(state.path()).len(), tried);
    // Once it is up, by whomever, the next time is another time.
    let local_scheduler = enforcing(&cloud, state.path());
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"city-poc".into()).unwrap();
    let proposal = local_scheduler.proposal(environment, &snapshot, "wake").unwrap().unwrap();
    carried_out(&local_scheduler, &snapshot, proposal).await;
    local_scheduler.round().await.unwrap();
    assert!(!given_up(local_scheduler.execution_log.read().unwrap()));
}

/// One environment hangs in the midst of its stop, for a day: the other keeps its hours.
#[tokio::test(start_paused = true)]
async fn one_that_never_ends_keeps_no_other_from_its_edges() {
    let (from, to) = (at("2026-11-24T23:30:00+09:00"), at("2026-11-26T23:30:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let demo = Arc::new(Demo::new(7, 1.0, from).prompt());
    let mortal = Arc::new(Mortal { stuck: Some("poc"), ..Mortal::new(&demo, i64::MAX) });
    let mut local_scheduler =
        LocalScheduler { cloud: Arc::clone(&mortal) as Arc<dyn Cloud>, ..local_scheduler(&demo, state.path()) };
    let configured_environments = &mut local_scheduler.view.configured_environments.environments;
    let poc = EnvironmentConfig { name: "city-poc".into(), ..configured_environments[0].clone() };
    // It is up at night: enforcing wants it down.
    let routine = poc
        .routine
        .clone()
        .map(|it| ScheduleBinding { schedule: Schedule { mode: Mode::Enforce, ..it.schedule.clone() }, ..it });
    configured_environments.insert(0, EnvironmentConfig { routine, ..poc });
    let mut told = Vec::new();
    let mut tell = |now: Timestamp, message: String| told.push(format!("{now} {message}"));
    tokio::select! {
        () = run_loop(&local_scheduler, &mut tell) => {}
        () = demo.pause(to.duration_since(from)) => {}
    }
    let text = std::fs::read_to_string(state.path().join("journal.jsonl")).unwrap();
    let (entries, _) = crate::engine::journal::read(&text);
    let open: Vec<&str> =
        entries.iter().filter(|entry| entry.done.is_none()).map(|entry| entry.environment.as_str()).collect();
    assert!(!open.is_empty() && open.iter().all(|name| *name == "city-poc"), "it hangs: {open:?}");
    let ours = entries.iter().filter(|entry| entry.environment == "prooflink-dev" && entry.part_of.is_none());
    let began: Vec<Timestamp> =
        ours.map(|entry| Timestamp::from_second(entry.at.as_second().div_euclid(60) * 60).unwrap()).collect();
    let transitions: Vec<Timestamp> =
        computed(&Exceptions::default(), from, to).into_iter().map(|(at, _)| at).collect();
    assert_eq!(began, transitions, "{told:#?}");
}
