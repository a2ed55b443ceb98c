//! ProofLink's development stage keeps its office hours in the simulated account, in virtual time: the journal shows
//! exactly the computed edges, and two that run over one state directory act on each edge once.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::tz::TimeZone;

use super::*;
use crate::change::gate::Change;
use crate::console::msg::{Event, Msg};
use crate::console::scheduler_task::{Stopping, spawn_beside};
use crate::console::settings::Settings;
use crate::demo::{Demo, configured_environments};
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::{Mark, Switch};
use crate::operations::schedule::rule_handover::{Handover, Stage, Switches};
use crate::overview::assemble;
use crate::schedule::{Exceptions, Intent, Override, Record, Schedule};

fn office() -> Schedule {
    configured_environments().schedules.remove(0)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn local_scheduler(cloud: &Arc<Demo>, state: &Path) -> LocalScheduler {
    keeper_of(cloud, state, &Record::Tags)
}

/// The same, where that is the record of ProofLink's development stage.
fn keeper_of(cloud: &Arc<Demo>, state: &Path, record: &Record) -> LocalScheduler {
    let mut configured_environments = configured_environments();
    let dev = configured_environments
        .environments
        .iter_mut()
        .find(|environment_config| environment_config.name.as_str() == "prooflink-dev")
        .unwrap();
    dev.record = record.clone();
    let cloud: Arc<dyn Cloud> = Arc::clone(cloud) as Arc<dyn Cloud>;
    let view = View { configured_environments, zone: TimeZone::get("Asia/Tokyo").unwrap() };
    LocalScheduler {
        cloud,
        view,
        execution_log: ExecutionLog::Kept(state.to_owned()).into(),
        journal: Some(state.join("journal.jsonl")),
        gate: Gate::default(),
        poll_interval: SignedDuration::from_hours(12),
    }
}

async fn until(local_scheduler: &LocalScheduler, end: Timestamp) -> Vec<String> {
    let mut said = Vec::new();
    while local_scheduler.cloud.now() < end {
        let round = local_scheduler.round().await.unwrap();
        said.extend(round.said);
        let left = end.duration_since(local_scheduler.cloud.now()).max(SignedDuration::ZERO);
        local_scheduler.cloud.pause(round.next.min(left)).await;
    }
    said
}

/// The edges the journal shows: when each procedure of the schedule began, to the minute, and its verb.
fn journaled(state: &Path) -> Vec<(Timestamp, PowerAction)> {
    let text = std::fs::read_to_string(state.join("journal.jsonl")).unwrap_or_default();
    let mut transitions = Vec::new();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(reason) = line["reason"].as_str().filter(|_| line["part_of"].is_null()) else { continue };
        let Some(words) = reason.strip_prefix("schedule: ") else { continue };
        let verb = if words.starts_with("stop") { PowerAction::Stop } else { PowerAction::Start };
        let moment: Timestamp = line["at"].as_str().unwrap().parse().unwrap();
        transitions.push((Timestamp::from_second(moment.as_second().div_euclid(60) * 60).unwrap(), verb));
    }
    transitions
}

fn computed(exceptions: &Exceptions, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, PowerAction)> {
    let office = office();
    Intent::new(&office, exceptions)
        .transitions(from, to)
        .into_iter()
        .map(|transition| (transition.issue_at, transition.verb))
        .collect()
}

/// Through a weekend, a holiday, work days and the year's end, from a Friday morning on.
#[tokio::test(start_paused = true)]
async fn a_stretch_with_holidays_shows_exactly_the_computed_edges() {
    for (from, to) in [
        ("2026-11-19T23:30:00+09:00", "2026-11-26T23:30:00+09:00"),
        ("2026-12-27T23:30:00+09:00", "2027-01-05T23:30:00+09:00"),
    ] {
        let state = tempfile::tempdir().unwrap();
        let cloud = Arc::new(Demo::new(7, 1.0, at(from)).prompt());
        let local_scheduler = local_scheduler(&cloud, state.path());
        let said = until(&local_scheduler, at(to)).await;
        let expected = computed(&Exceptions::default(), at(from), at(to));
        assert!(expected.iter().any(|(_, verb)| *verb == PowerAction::Start), "{expected:?}");
        assert_eq!(journaled(state.path()), expected, "{said:#?}");
    }
}

/// The schedule group as the record, and where everything is written then.
fn group() -> Record {
    Record::Group("toban-prooflink-dev".to_owned())
}

/// What it had is written on the group at each stop and read from there at each start, and no tag anywhere else.
#[tokio::test(start_paused = true)]
async fn with_the_group_as_record_a_week_shows_the_computed_edges_and_no_tag() {
    let (from, to) = (at("2026-11-19T23:30:00+09:00"), at("2026-11-26T23:30:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
    let local_scheduler = keeper_of(&cloud, state.path(), &group());
    let said = until(&local_scheduler, to).await;
    assert_eq!(journaled(state.path()), computed(&Exceptions::default(), from, to), "{said:#?}");
    let text = std::fs::read_to_string(state.path().join("journal.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let deeds = |verb: &str| lines.iter().filter(|line| line["deed"]["verb"] == verb).count();
    let on_group = |line: &&serde_json::Value| line["deed"]["arguments"]["record"] == "toban-prooflink-dev";
    let remembered = lines.iter().filter(|line| line["deed"]["verb"] == "remember").filter(on_group).count();
    assert!(remembered > 0 && remembered == deeds("remember") && deeds("label") == 0, "{text}");
}

/// One late evening: the override postpones the stop, and undoes itself, whatever it is written on.
#[rstest::rstest]
#[case::tags(Record::Tags)]
#[case::group(group())]
#[tokio::test(start_paused = true)]
async fn a_late_evening_stops_when_it_said(#[case] record: Record) {
    let (from, to) = (at("2026-11-25T08:00:00+09:00"), at("2026-11-26T23:30:00+09:00"));
    let said_at = at("2026-11-25T21:45:00+09:00");
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
    let local_scheduler = keeper_of(&cloud, state.path(), &record);
    until(&local_scheduler, said_at).await;
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let (scope, when) = (&environment.scopes[0], (snapshot.at, &local_scheduler.view.zone));
    let late = |context: &ActionContext<'_>| environment_actions::propose("override", Some("23:30"), context);
    let proposal = ActionContext::within(environment, scope, &snapshot.world, when, late).unwrap();
    carried_out(&local_scheduler, &snapshot, proposal).await;
    until(&local_scheduler, to).await;
    let over = Override {
        state: crate::schedule::TargetState::Running,
        until: at("2026-11-25T23:30:00+09:00"),
        by: String::new(),
        reason: None,
    };
    // What is above the schedule counts from when it was said.
    let mut expected = computed(&Exceptions::default(), from, said_at);
    expected.extend(computed(&Exceptions { over: Some(over), ..Exceptions::default() }, said_at, to));
    assert!(expected.contains(&(at("2026-11-25T23:30:00+09:00"), PowerAction::Stop)), "{expected:?}");
    assert_eq!(journaled(state.path()), expected);
}

#[tokio::test(start_paused = true)]
async fn two_over_one_state_directory_act_on_each_edge_once() {
    let (from, to) = (at("2026-11-19T23:30:00+09:00"), at("2026-11-26T20:00:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
    let (one, other) = (local_scheduler(&cloud, state.path()), local_scheduler(&cloud, state.path()));
    tokio::join!(until(&one, to), until(&other, to));
    let mut times: BTreeMap<(Timestamp, PowerAction), u32> = BTreeMap::new();
    for transition in journaled(state.path()) {
        *times.entry(transition).or_default() += 1;
    }
    let expected = computed(&Exceptions::default(), from, to);
    assert_eq!(times.keys().copied().collect::<Vec<_>>(), expected);
    assert!(times.values().all(|count| *count == 1), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_too_late_is_told_once_and_not_done() {
    let from = at("2026-11-24T12:00:00+09:00");
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
    let local_scheduler = local_scheduler(&cloud, state.path());
    // It lies in until 12:40; nobody looks before 15:00.
    local_scheduler.cloud.pause(SignedDuration::from_hours(3)).await;
    let first = local_scheduler.round().await.unwrap();
    assert!(first.said.iter().any(|message| message.contains("missed the wake of")), "{:?}", first.said);
    let second = local_scheduler.round().await.unwrap();
    assert!(second.said.is_empty(), "{:?}", second.said);
    assert!(journaled(state.path()).is_empty(), "nothing was done");
    let text = std::fs::read_to_string(state.path().join("journal.jsonl")).unwrap();
    let (entries, skipped) = crate::engine::journal::read(&text);
    assert_eq!(
        (entries.len(), skipped, entries[0].done),
        (1, 0, Some(false)),
        "and that it was missed is written down"
    );
    assert!(entries[0].outcome.contains("too late to do it now"), "{entries:?}");
}

/// The clock goes back an hour, past a wake and a stop that were done: neither is done again.
#[tokio::test(start_paused = true)]
async fn a_clock_set_back_repeats_no_edge() {
    let (from, to) = (at("2026-11-25T20:50:00+09:00"), at("2026-11-25T22:40:00+09:00"));
    let state = tempfile::tempdir().unwrap();
    for round in 0..2 {
        // The same evening again, under another clock and over the same execution log.
        let cloud = Arc::new(Demo::new(7, 1.0, from).prompt());
        until(&local_scheduler(&cloud, state.path()), to).await;
        let done = journaled(state.path());
        let verbs: Vec<PowerAction> = done.iter().map(|(_, verb)| *verb).collect();
        assert_eq!(verbs, [PowerAction::Start, PowerAction::Stop], "round {round}: {done:?}");
    }
}

/// Enforcing over what somebody else stops and starts: nothing is put right, and it is told who owns it.
#[tokio::test(start_paused = true)]
async fn what_somebody_else_owns_is_not_enforced() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let mut local_scheduler = local_scheduler(&cloud, state.path());
    let environment_config = local_scheduler.view.configured_environments.environments.first_mut().unwrap();
    let always =
        Schedule { mode: Mode::Enforce, on: vec!["mon-sun 00:00-24:00".parse().unwrap()], holidays: None, ..office() };
    environment_config.routine = Some(crate::schedule::ScheduleBinding {
        backend: Backend::Local,
        ..crate::schedule::ScheduleBinding::new(always)
    });
    let round = local_scheduler.round().await.unwrap();
    let [first, ..] = round.standing.as_slice() else { panic!("told: {round:?}") };
    let message = "prooflink-dev: prooflink-dev-db should be on, is off";
    assert!(first.contains("; it is not corrected: rule prooflink-dev-db-stop stops prooflink-dev-db"), "{first}");
    assert!(first.starts_with(message), "{first}");
    assert!(first.contains("disable the rule prooflink-dev-db-stop, or choose mode"), "{first}");
    assert!(round.said.is_empty() && journaled(state.path()).is_empty(), "{round:?}");

    // The same is told once, however often it is looked; and with the rule gone it would be put right.
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let off = environment.offhours.as_deref().unwrap();
    let righted = enforce(off.intent(), &off.drifts[0], None, snapshot.at).map(|transition| transition.verb);
    assert_eq!(righted, Some(PowerAction::Start), "but for the owner");
    let finding = environment.verdict.findings.iter().find(|finding| finding.message.contains("is not enforced"));
    let finding = finding.expect("a finding");
    assert_eq!(finding.health, crate::world::Health::Worrying);
    assert!(finding.evidence[0].contains("disable the rule"), "{:?}", finding.evidence);
}

/// Nothing tells since when services are up: the ten minutes count from the first look of whoever looked first, through
/// a restart and beside another that runs, and then they are stopped, once.
#[tokio::test(start_paused = true)]
async fn what_is_up_by_mistake_is_stopped_ten_minutes_after_the_first_look_whoever_looks() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let enforcing = || {
        let mut local_scheduler = local_scheduler(&cloud, state.path());
        let office = Schedule { mode: Mode::Enforce, ..office() };
        let routine = crate::schedule::ScheduleBinding {
            backend: Backend::Local,
            ..crate::schedule::ScheduleBinding::new(office)
        };
        let environment_config =
            EnvironmentConfig { protected: Some(false), routine: Some(routine), ..EnvironmentConfig::new("city-poc") };
        local_scheduler.view.configured_environments.environments = vec![environment_config];
        local_scheduler
    };
    let (minutes, one) = (SignedDuration::from_mins, enforcing());
    let first = one.round().await.unwrap();
    assert!(journaled(state.path()).is_empty() && first.next <= minutes(10), "{first:?}");
    cloud.pause(minutes(6)).await;
    let restarted = enforcing();
    let second = restarted.round().await.unwrap();
    assert!(journaled(state.path()).is_empty() && second.next <= minutes(4), "{second:?}");
    cloud.pause(second.next).await;
    let third = restarted.round().await.unwrap();
    let verbs = || journaled(state.path()).into_iter().map(|(_, verb)| verb).collect::<Vec<_>>();
    assert_eq!(verbs(), [PowerAction::Stop], "{third:?}");
    cloud.pause(minutes(11)).await;
    let last = one.round().await.unwrap();
    assert_eq!((verbs(), last.said), (vec![PowerAction::Stop], Vec::new()));
}

/// What screens and lists say of an enforced stop is when it will be: ten minutes after the first look of whoever looks.
#[tokio::test(start_paused = true)]
async fn the_moment_of_an_enforced_stop_is_told_as_the_ledger_knows_it_and_that_nobody_is_set_to_act() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let mut local_scheduler = local_scheduler(&cloud, state.path());
    let office = Schedule { mode: Mode::Enforce, ..office() };
    let routine =
        crate::schedule::ScheduleBinding { backend: Backend::Local, ..crate::schedule::ScheduleBinding::new(office) };
    local_scheduler.view.configured_environments.environments = vec![EnvironmentConfig {
        protected: Some(false),
        routine: Some(routine),
        ..EnvironmentConfig::new("city-poc")
    }];
    let zone = local_scheduler.view.zone.clone();
    let told = async |here: bool| {
        let mut snapshot =
            headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
        let seen =
            heartbeat(&local_scheduler.view.configured_environments, &local_scheduler.execution_log, snapshot.at)
                .expect("an environment of ours")
                .unwrap();
        snapshot.world.watched(SchedulerHeartbeat { here, ..seen });
        let picture = assemble(&snapshot.world, &local_scheduler.view.configured_environments, snapshot.at, &zone);
        let off = picture.environment(&"city-poc".into()).unwrap().offhours.clone().unwrap();
        (
            off.drifted(snapshot.at, &zone).first().map(|(_, message)| message.clone()).unwrap(),
            off.unkept(snapshot.at, &zone),
        )
    };
    let (message, unkept) = told(false).await;
    assert!(message.ends_with("(why is not known); nothing here is set to stop it"), "{message}");
    assert!(unkept.is_some_and(|message| message.starts_with("nothing on this machine executes its schedule; ")));

    local_scheduler.round().await.unwrap();
    local_scheduler.cloud.pause(SignedDuration::from_mins(6)).await;
    let (message, unkept) = told(false).await;
    assert!(
        message.ends_with("; stop 14:10") && unkept.is_none(),
        "six minutes later it is the same moment: {message}"
    );
    local_scheduler.cloud.pause(SignedDuration::from_mins(30)).await;
    let (message, unkept) = told(false).await;
    assert!(message.ends_with("nothing here is set to stop it"), "{message}");
    assert!(unkept.is_some_and(|message| message.contains("(it was looked at last 14:00)")));
    let (message, unkept) = told(true).await;
    assert!(message.ends_with("; stop 14:36") && unkept.is_none(), "this console does it at once: {message}");
    // Tried in vain for long enough, nobody tries again before the next edge.
    let open = local_scheduler.execution_log.read().unwrap().into_iter().filter(|(_, state)| *state == State::Drifting);
    let open: Vec<ActionKey> = open.map(|(key, _)| key).collect();
    local_scheduler.execution_log.write(&open, State::GivenUp).unwrap();
    let given_up = told_of(&local_scheduler, "Backend", &zone).await;
    assert!(given_up.ends_with("; stop 22:00"), "{given_up}");
}

/// What this console would say of the drift of one service of the municipal system.
async fn told_of(local_scheduler: &LocalScheduler, who: &str, zone: &TimeZone) -> String {
    let mut snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let seen = heartbeat(&local_scheduler.view.configured_environments, &local_scheduler.execution_log, snapshot.at)
        .expect("an environment of ours")
        .unwrap();
    // Nothing else drifts that somebody would still put right.
    let world = &mut snapshot.world;
    world.watched(SchedulerHeartbeat { here: true, ..seen });
    let environment_config = local_scheduler.view.configured_environments.of(&"city-poc".into()).unwrap().clone();
    let scheduled_members = crate::offhours::scheduled_members(
        assemble(world, &local_scheduler.view.configured_environments, snapshot.at, zone)
            .environment(&"city-poc".into())
            .unwrap(),
        world,
        Some(&environment_config),
    );
    let only = scheduled_members.iter().find(|it| it.member.id == who).unwrap().member.clone();
    let mut configured_environments = local_scheduler.view.configured_environments.clone();
    configured_environments.environments =
        vec![EnvironmentConfig { scheduled_members: vec![only], ..environment_config }];
    let picture = assemble(world, &configured_environments, snapshot.at, zone);
    let off = picture.environment(&"city-poc".into()).unwrap().offhours.clone().unwrap();
    off.drifted(snapshot.at, zone).first().map(|(_, message)| message.clone()).unwrap()
}

/// Does what is proposed, as somebody would by key.
async fn carried_out(local_scheduler: &LocalScheduler, snapshot: &Snapshot, proposal: Proposal) {
    let fair = GateContext::seen_at(snapshot.at);
    let Admitted::Procedure(license, procedure) =
        local_scheduler.gate.allow(proposal, &Confirmation::Yes, None, &fair).unwrap()
    else {
        panic!("a procedure")
    };
    let (procedure_run, journal_writer) =
        (ProcedureRun { id: 1, license, procedure, limit: None }, JournalWriter::default());
    let ending = run_procedure(
        &*local_scheduler.cloud,
        procedure_run,
        snapshot.world.clone(),
        (&journal_writer, false),
        &mut |_| {},
    )
    .await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
}

/// The rule that others left in the backend's development stage is disabled: nothing is enforced beside it.
async fn without_rules(local_scheduler: &LocalScheduler) {
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let name = "backend-dev-cluster-stop";
    let (scope, rule) = snapshot.world.everywhere::<Rule>().find(|(_, rule)| rule.name == name).unwrap();
    let rules = Switches::new("backend-dev".into(), vec![(scope.clone(), rule.clone(), Mark::Keep)], false);
    let on = Switch::of(rule, scope, &"backend-dev".into(), false);
    let (again, idle) = (String::new(), String::new());
    let procedure = Handover::new(Change::plan(&on), vec![Stage::Rules(rules)], again, idle);
    carried_out(local_scheduler, &snapshot, Proposal::Procedure(Box::new(procedure))).await;
}

/// Somebody puts an environment to sleep, or wakes it, with a toban that knows of no schedule: no override goes first.
async fn by_hand(local_scheduler: &LocalScheduler, name: &str, verb: &str) {
    let mut view = local_scheduler.view.clone();
    view.configured_environments
        .environments
        .iter_mut()
        .for_each(|environment_config| environment_config.routine = None);
    let snapshot = headless::picture(&local_scheduler.cloud, &view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&name.into()).unwrap();
    let (scope, when) = (&environment.scopes[0], (snapshot.at, &view.zone));
    let propose = |context: &ActionContext<'_>| environment_actions::propose(verb, None, context);
    let proposal = ActionContext::within(environment, scope, &snapshot.world, when, propose).unwrap();
    carried_out(local_scheduler, &snapshot, proposal).await;
}

/// A database that somebody woke: AWS tells since when it is up, so that its ten minutes count from there, and what is
/// said and journaled names the cause.
#[tokio::test(start_paused = true)]
async fn what_somebody_woke_is_stopped_ten_minutes_after_it_came_up_and_the_journal_says_why() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let mut local_scheduler = local_scheduler(&cloud, state.path());
    let office = Schedule { mode: Mode::Enforce, holidays: None, ..office() };
    let routine =
        crate::schedule::ScheduleBinding { backend: Backend::Local, ..crate::schedule::ScheduleBinding::new(office) };
    let environment_config =
        EnvironmentConfig { protected: Some(false), routine: Some(routine), ..EnvironmentConfig::new("backend-dev") };
    local_scheduler.view.configured_environments.environments = vec![environment_config];
    without_rules(&local_scheduler).await;
    for verb in ["sleep", "wake"] {
        by_hand(&local_scheduler, "backend-dev", verb).await;
    }
    let first = local_scheduler.round().await.unwrap();
    assert!(journaled(state.path()).is_empty() && first.next < SignedDuration::from_mins(10), "{first:?}");
    local_scheduler.cloud.pause(first.next).await;
    let second = local_scheduler.round().await.unwrap();
    let [said] = second.said.as_slice() else { panic!("{second:?}") };
    let cause = "should be off, is on since 14:";
    assert!(said.starts_with("backend-dev: sleep (") && said.contains(cause) && said.contains("(by hand)"), "{said}");
    let text = std::fs::read_to_string(state.path().join("journal.jsonl")).unwrap();
    let reasons: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["part_of"].is_null())
        .filter_map(|line| line["reason"].as_str().map(str::to_owned))
        .collect();
    assert!(reasons[0].starts_with("schedule: stop 14:"), "{reasons:?}");
    assert!(reasons[0].contains(cause) && reasons[0].contains("(by hand)"), "{reasons:?}");
}

/// Who wakes it at night by a toban that knows the schedule keeps it up: an override goes first, and ends by itself.
#[rstest::rstest]
#[case::on_tags(Record::Tags, "rds:AddTagsToResource")]
#[case::on_the_group(Record::Group("toban-backend-dev".to_owned()), "scheduler:TagResource toban-backend-dev")]
#[tokio::test(start_paused = true)]
async fn what_is_woken_by_hand_where_it_is_enforced_gets_an_override_first(#[case] record: Record, #[case] call: &str) {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let mut local_scheduler = local_scheduler(&cloud, state.path());
    let office = Schedule { mode: Mode::Enforce, ..office() };
    let routine =
        crate::schedule::ScheduleBinding { backend: Backend::Local, ..crate::schedule::ScheduleBinding::new(office) };
    let environment_config = EnvironmentConfig {
        protected: Some(false),
        routine: Some(routine),
        record,
        ..EnvironmentConfig::new("backend-dev")
    };
    local_scheduler.view.configured_environments.environments = vec![environment_config];
    without_rules(&local_scheduler).await;
    by_hand(&local_scheduler, "backend-dev", "sleep").await;

    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"backend-dev".into()).unwrap();
    let proposal = local_scheduler.proposal(environment, &snapshot, "wake").unwrap().unwrap();
    let plan = proposal.plan();
    assert_eq!(plan.message, "wake backend-dev");
    let end = snapshot.at + SignedDuration::from_hours(6);
    let told = wording::told_moment(end, &local_scheduler.view.zone, &local_scheduler.view.zone);
    assert_eq!(plan.notices[0], format!("first: keep backend-dev running until {told}"), "six hours are the most");
    let written = plan.calls.iter().position(|said| said.contains(call)).unwrap();
    let started = plan.calls.iter().position(|call| call.contains("rds:StartDB")).unwrap();
    assert!(written < started, "{:?}", plan.calls);
    carried_out(&local_scheduler, &snapshot, proposal).await;

    until(&local_scheduler, end - SignedDuration::from_mins(1)).await;
    assert!(journaled(state.path()).is_empty(), "it is meant to be up");
    until(&local_scheduler, end + SignedDuration::from_mins(30)).await;
    let minute = Timestamp::from_second(end.as_second().div_euclid(60) * 60).unwrap();
    assert_eq!(journaled(state.path()), [(minute, PowerAction::Stop)]);

    // The schedule's own wake needs none, early as it is; and by day neither does a person's.
    let snapshot = async |when: &str| {
        until(&local_scheduler, at(when)).await;
        let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
        let environment = snapshot.picture.environment(&"backend-dev".into()).unwrap();
        let plan = |verb: &str| local_scheduler.proposal(environment, &snapshot, verb).unwrap().unwrap().plan().notices;
        (plan("wake"), plan("sleep"))
    };
    let first = |notices: &[String]| notices.iter().any(|notice| notice.starts_with("first: keep backend-dev"));
    // Tuesday, as Monday is a holiday: 08:45 is a quarter of an hour before the day begins.
    let (wake, _) = snapshot("2026-11-24T08:45:00+09:00").await;
    assert!(!first(&wake), "{wake:?}");
    let (wake, sleep) = snapshot("2026-11-24T12:00:00+09:00").await;
    assert!(!first(&wake) && first(&sleep), "{wake:?} {sleep:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sync_to_an_enforced_schedule_names_the_owner_and_what_to_do() {
    let state = tempfile::tempdir().unwrap();
    let cloud = Arc::new(Demo::new(7, 1.0, at("2026-11-21T14:00:00+09:00")).prompt());
    let mut local_scheduler = local_scheduler(&cloud, state.path());
    let environment_config = local_scheduler.view.configured_environments.environments.first_mut().unwrap();
    let enforced = Schedule { mode: Mode::Enforce, ..office() };
    environment_config.routine = Some(crate::schedule::ScheduleBinding::new(enforced));
    let snapshot = headless::picture(&local_scheduler.cloud, &local_scheduler.view, &mut |_, _| {}).await.unwrap();
    let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let (scope, when) = (&environment.scopes[0], (snapshot.at, &local_scheduler.view.zone));
    let proposed = ActionContext::within(environment, scope, &snapshot.world, when, |context: &ActionContext<'_>| {
        environment_actions::propose("sync", Some("hold"), context).map(|proposal| proposal.plan())
    });
    let why = proposed.expect_err("a refusal");
    assert!(why.starts_with("schedule office cannot be enforced: rule prooflink-dev-db-stop stops"), "{why}");
    assert!(why.contains("disable the rule prooflink-dev-db-stop, or choose mode = \"edge\""), "{why}");
}

/// What happens beside a console is on its screen.
#[tokio::test(start_paused = true)]
async fn the_console_is_told_what_was_done_beside_it() {
    let from = at("2026-11-25T22:00:00+09:00");
    let state = tempfile::tempdir().unwrap();
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::new(7, 1.0, at("2026-11-25T20:50:00+09:00")).prompt());
    let settings = Settings {
        configured_environments: configured_environments(),
        zone: TimeZone::get("Asia/Tokyo").unwrap(),
        execution_log: Some(state.path().to_owned()),
        journal: Some(state.path().join("journal.jsonl")),
        ..Settings::default()
    };
    let (tell, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let keeping = spawn_beside(&cloud, &settings, &ExecutionLog::Kept(state.path().to_owned()).into(), tell)
        .expect("an environment of ours");
    let _stopping = Stopping(tokio::spawn(keeping));
    let told = heard.recv().await.unwrap();
    let Event::Kept(message) = told.news else { panic!("{told:?}") };
    assert!(message.starts_with("prooflink-dev: wake ") && told.now < from, "{message} {}", told.now);
    let mut model = crate::console::model::Model::new(settings, 7, told.now);
    let effects = crate::console::update::update(&mut model, Msg { now: told.now, news: Event::Kept(message.clone()) });
    assert_eq!(model.notices.now().map(|(_, shown)| shown), Some(message.as_str()));
    assert!(effects.contains(&crate::console::effect::Effect::Journal), "{effects:?}");
}

mod fast;
mod hardship;
