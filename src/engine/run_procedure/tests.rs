//! Procedures driven over the simulated account: seen to the end, journaled, kept inside their plan.

mod bedtime;
mod kept;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;

use super::*;
use crate::aws::Clients;
use crate::change::How;
use crate::change::gate::{Admitted, Approved, Change, Confirmation, Gate, GateContext, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::Proposal;
use crate::change::receipt::Receipt;
use crate::demo::Demo;
use crate::engine::journal;
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::Service;
use crate::world::{Resource, ResourceId, Scope};

#[derive(Clone)]
struct Scale(ResourceId, &'static str, u32);

impl Change for Scale {
    fn plan(&self) -> Plan {
        Plan::new(format!("scale to {}", self.2), self.1.into(), self.0.clone(), vec!["ecs:UpdateService".into()])
    }
    fn change_request(&self) -> ChangeRequest {
        ChangeRequest { verb: "scale", on: self.0.clone(), arguments: vec![("desired", self.2.to_string())] }
    }
    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Err(Fault::new(FaultKind::Odd, "test", "only the demo does this")) })
    }
}

/// Scales once and waits until it is seen.
struct Until {
    change: Scale,
    other: Option<Scale>,
    sent: bool,
    heard: Vec<bool>,
}

impl Procedure for Until {
    fn plan(&self) -> Plan {
        self.change.plan()
    }
    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        vec![ReadRequest::all(&self.change.0.scope, Service::KIND)]
    }
    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if !self.sent {
            self.sent = true;
            let all = [Some(self.change.clone()), self.other.clone()];
            return Step::Act(all.into_iter().flatten().map(|one| Box::new(one) as Box<dyn Change>).collect());
        }
        match observation.world.get::<Service>(&self.change.0) {
            Some(service) if service.running == self.change.2 => Step::End(Ending::done(format!("{:?}", self.heard))),
            Some(_) => Step::Wait(SignedDuration::from_secs(10)),
            None => Step::End(Ending::incomplete("it is gone")),
        }
    }
    fn told(&mut self, _change_request: &ChangeRequest, got: &Result<Receipt, Fault>, _now: Timestamp) {
        self.heard.push(got.is_ok());
    }
    fn report(&self, observation: &Observation<'_>) -> Report {
        let running = observation.world.get::<Service>(&self.change.0).map(|service| service.running);
        Report { message: format!("{running:?} running"), ..Report::default() }
    }
}

async fn a_service(demo: &Demo) -> Option<(ResourceId, World)> {
    let mut world = World::default();
    for scope in demo.scopes().await.ok()? {
        let of = kind(Service::KIND)?;
        let needs = of.needs().iter().filter_map(|need| kind(*need));
        for one in needs.chain([of]) {
            let got = demo.read(one, &scope, &crate::world::Coverage::All, &world).await;
            world.put(&scope, one.name(), &crate::world::Coverage::All, got, demo.now());
        }
    }
    let (scope, service) = world.everywhere::<Service>().find(|(_, service)| service.desired > 1)?;
    Some((ResourceId { kind: Service::KIND, scope: scope.clone(), key: service.key().into() }, world.clone()))
}

fn licensed(procedure: Until) -> ProcedureRun {
    let at = GateContext::seen_at(Timestamp::UNIX_EPOCH);
    let allowed = Gate::default().allow(Proposal::Procedure(Box::new(procedure)), &Confirmation::Yes, None, &at);
    match allowed.expect("nothing hinders it") {
        Admitted::Procedure(license, procedure) => ProcedureRun { id: 1, license, procedure, limit: None },
        Admitted::Change(approved) => unreachable(&approved),
    }
}

fn unreachable(approved: &Approved) -> ProcedureRun {
    panic!("a procedure became a change: {approved:?}")
}

#[tokio::test(start_paused = true)]
async fn a_procedure_is_seen_to_its_end_and_journaled_step_by_step() {
    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (id, world) = a_service(&demo).await.expect("the demo has services");
    let home = tempfile::tempdir().expect("a directory");
    let journal_writer = JournalWriter { path: Some(home.path().join("journal.jsonl")), who: None };
    let elsewhere = ResourceId { scope: Scope::new("other", "nowhere-1"), ..id.clone() };
    let procedure = Until {
        change: Scale(id, "some-env", 0),
        other: Some(Scale(elsewhere, "some-env", 0)),
        sent: false,
        heard: Vec::new(),
    };
    let mut told = Vec::new();
    let ending = run_procedure(&demo, licensed(procedure), world, (&journal_writer, false), &mut |report| {
        told.push(report.message)
    })
    .await;
    assert_eq!(
        (ending.how, ending.message.as_str()),
        (How::Done, "[true, false]"),
        "the step outside the plan is refused"
    );
    assert_eq!(told.last().map(String::as_str), Some("Some(0) running"));
    let text = std::fs::read_to_string(home.path().join("journal.jsonl")).expect("the journal");
    let (entries, skipped) = journal::read(&text);
    assert_eq!((entries.len(), skipped), (2, 0), "the procedure and its one step");
    assert_eq!(entries[1].part_of.as_ref(), Some(&entries[0].id));
    assert!(entries.iter().all(|entry| entry.done == Some(true)), "{entries:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_journaled_is_not_begun() {
    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (id, world) = a_service(&demo).await.expect("the demo has services");
    let journal_writer = JournalWriter { path: Some("/dev/null/journal.jsonl".into()), who: None };
    let procedure = Until { change: Scale(id, "some-env", 0), other: None, sent: false, heard: Vec::new() };
    let ending = run_procedure(&demo, licensed(procedure), world, (&journal_writer, false), &mut |_| {}).await;
    assert_eq!(ending.how, How::Failed);
    assert!(ending.message.starts_with("nothing was changed"), "{}", ending.message);
}

/// What a procedure can do without is waited for three times in a row, the rest for ever; a login and the network always.
#[test]
fn an_optional_source_that_fails_three_times_is_left_out() {
    let want = |kind: KindName| ReadRequest::all(&Scope::new("p", "r"), kind);
    let (optional, needed) = (KindName("optional"), KindName("needed"));
    let fault = |kind: FaultKind| Fault::new(kind, "ecs:ListServiceDeployments", "");
    let look = |misses: &mut Misses, all: &[(KindName, FaultKind)]| {
        let passing = all.iter().map(|(of, kind)| (want(*of), fault(*kind))).collect();
        let (waited, left) = misses.sort(passing, Vec::new(), &[optional]);
        (waited.is_some(), left.len())
    };
    for (kind, of, ends) in [
        (FaultKind::Timeout, optional, true),
        (FaultKind::Throttled, optional, true),
        (FaultKind::Garbled, optional, true),
        (FaultKind::Expired, optional, false),
        (FaultKind::Credentials, optional, false),
        (FaultKind::Offline, optional, false),
        (FaultKind::Timeout, needed, false),
    ] {
        let mut misses = Misses::default();
        assert_eq!(look(&mut misses, &[(of, kind)]), (true, 0), "{kind:?}");
        assert_eq!(look(&mut misses, &[(of, kind)]), (true, 0), "{kind:?}");
        assert_eq!(look(&mut misses, &[(of, kind)]), if ends { (false, 1) } else { (true, 0) }, "{kind:?} of {of:?}");
        // One that answers again is waited for anew.
        assert_eq!(look(&mut misses, &[]), (false, 0));
        assert_eq!(look(&mut misses, &[(of, kind)]), (true, 0), "{kind:?}");
    }
    let mut misses = Misses::default();
    for _ in 0..2 {
        look(&mut misses, &[(optional, FaultKind::Timeout), (needed, FaultKind::Timeout)]);
    }
    let both = look(&mut misses, &[(optional, FaultKind::Timeout), (needed, FaultKind::Timeout)]);
    assert_eq!(both, (true, 1), "what is needed is waited for all the same");
}

/// What nobody ends ends with its limit, and never well; the last look counts.
#[tokio::test(start_paused = true)]
async fn a_limit_ends_what_is_not_over_with_what_is_waited_for() {
    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (id, world) = a_service(&demo).await.expect("the demo has services");
    let never = Until { change: Scale(id, "some-env", 4999), other: None, sent: true, heard: Vec::new() };
    let run = ProcedureRun { limit: Some(SignedDuration::from_mins(20)), ..licensed(never) };
    let began = demo.now();
    let ending = run_procedure(&demo, run, world, (&JournalWriter::default(), false), &mut |_| {}).await;
    assert_eq!(ending.how, How::Incomplete);
    assert!(ending.message.starts_with("not over after 20 min, still waiting: Some("), "{}", ending.message);
    let took = demo.now().duration_since(began);
    assert!(took >= SignedDuration::from_mins(20) && took < SignedDuration::from_mins(22), "{took}");
}

#[test]
fn no_pause_is_longer_than_what_is_left_of_the_limit() {
    let began = Timestamp::UNIX_EPOCH;
    let deadline = Deadline::after(Some(SignedDuration::from_secs(90)), began);
    let (minute, later) = (SignedDuration::from_mins(1), began + SignedDuration::from_secs(80));
    assert_eq!((deadline.cut(minute, began), deadline.cut(minute, later).as_secs()), (minute, 10));
    assert!(deadline.passed(later, &Report::default()).is_none());
    assert!(deadline.passed(began + SignedDuration::from_secs(90), &Report::default()).is_some());
    let none = Deadline::after(None, began);
    assert_eq!(none.cut(minute, later), minute);
    assert!(none.passed(Timestamp::MAX, &Report::default()).is_none());
}
