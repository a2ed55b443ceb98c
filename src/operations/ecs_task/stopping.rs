//! Stopping one task as a procedure: it is watched until ECS says that it stopped, and until its service runs as many
//! as it wants again. Pure; never times out into success.

use jiff::{SignedDuration, Timestamp};

use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::change::StopTask;
use crate::kinds::target_health::TargetHealth;
use crate::operations::attempt::{AGAIN, Attempt, Sent};
use crate::schedule::transition::sleep_wake_order::How;
use crate::text::{counted, span};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Fault, Health, KindName, Resource, ResourceId, World};

/// Looks are this far apart.
const LOOK: SignedDuration = SignedDuration::from_secs(5);
/// So long without a change is told as a stall.
const STALLED: SignedDuration = SignedDuration::from_mins(10);

/// Stopping one task.
pub(super) struct Stopping {
    plan: Plan,
    name: String,
    cluster: Arn,
    service: Option<ResourceId>,
    reads: Vec<ReadRequest>,
    sent_at: Option<Timestamp>,
    attempt: Attempt,
    over: Option<Ending>,
}

/// How far it has come.
enum Stage {
    /// It is not stopped yet; its status.
    Stops(String),
    /// It is stopped, and its service has not yet what it wants: how many run of how many, and how many serve.
    Refills { running: u32, desired: u32 },
    /// Nothing more is to come, in words.
    There(String),
}

impl Stopping {
    /// Stops `task`, of `service` where it is of one that was read.
    pub(super) fn new(plan: Plan, task: &Task, service: Option<&Service>) -> Self {
        let scope = &plan.on.scope;
        let part = |kind| ReadRequest::part(scope, kind, task.cluster.as_str());
        let groups = service.map(Service::target_groups).unwrap_or_default();
        let health = groups.into_iter().map(|group| ReadRequest::part(scope, TargetHealth::KIND, group.as_str()));
        let reads = [part(Task::KIND), part(Service::KIND)].into_iter().chain(health).collect();
        Self {
            name: task.arn.last().to_owned(),
            cluster: task.cluster.clone(),
            service: service.map(|service| service.id(scope)),
            reads,
            plan,
            sent_at: None,
            attempt: Attempt::default(),
            over: None,
        }
    }

    fn stage(&self, world: &World) -> Stage {
        let name = &self.name;
        if let Some(task) = world.get::<Task>(&self.plan.on).filter(|task| task.last_status != "STOPPED") {
            return Stage::Stops(task.last_status.clone());
        }
        let Some(id) = &self.service else { return Stage::There(format!("task {name} is stopped")) };
        let Some(service) = world.get::<Service>(id).filter(|service| service.status == "ACTIVE") else {
            return Stage::There(format!("task {name} is stopped; its service is gone or going"));
        };
        // The service's own count may lag behind: the tasks themselves are counted too.
        let mine = |task: &&Task| task.service() == Some(&service.name) && task.cluster == service.cluster;
        let runs = |task: &&Task| task.last_status == "RUNNING" && task.desired_status == "RUNNING";
        let tasks = world.all::<Task>(&id.scope).filter(mine).filter(runs).count();
        let running = service.running.min(u32::try_from(tasks).unwrap_or(u32::MAX));
        let ready = match kind(Service::KIND).and_then(|kind| kind.member_state(world, id)).map(|seen| seen.how) {
            Some(How::Service(seen)) => seen.tasks.ready,
            Some(How::Machine(_) | How::Gone) | None => true,
        };
        if running >= service.desired && ready {
            let all = counted(service.desired as usize, "task");
            return Stage::There(format!("task {name} is stopped; {} runs {all}", service.name));
        }
        Stage::Refills { running, desired: service.desired }
    }
}

impl Procedure for Stopping {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        if self.sent_at.is_some() { self.reads.clone() } else { Vec::new() }
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(ending) = &self.over {
            return Step::End(ending.clone());
        }
        if self.sent_at.is_none() {
            if self.attempt.must_wait(observation.now) {
                return Step::Wait(AGAIN);
            }
            let (plan, cluster) = (self.plan.clone(), self.cluster.to_string());
            return Step::Act(vec![Box::new(StopTask { plan, cluster })]);
        }
        let hidden = |(want, _): &&(ReadRequest, Fault)| want.kind != TargetHealth::KIND;
        if let Some((_, fault)) = observation.faults.iter().find(hidden) {
            let message = format!("ECS stops task {}; how far it is cannot be seen: {}", self.name, fault.sentence());
            return Step::End(Ending::incomplete(message));
        }
        match self.stage(observation.world) {
            Stage::There(message) => Step::End(Ending::done(message)),
            Stage::Stops(_) | Stage::Refills { .. } => Step::Wait(LOOK),
        }
    }

    fn told(&mut self, _request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        match self.attempt.told(got, now) {
            Sent::Taken => self.sent_at = Some(now),
            Sent::Later => {}
            Sent::Unsure(why) => {
                let again = "its page shows it, and asking again is safe";
                let message = format!("whether task {} is being stopped is not known ({again}): {why}", self.name);
                self.over = Some(Ending::incomplete(message));
            }
            Sent::Refused(why) => self.over = Some(Ending::failed(format!("nothing was changed: {why}"))),
        }
    }

    fn optional(&self) -> &'static [KindName] {
        &[TargetHealth::KIND]
    }

    fn goes_on(&self) -> bool {
        self.sent_at.is_some()
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let name = &self.name;
        if let Some(report) = self.attempt.report() {
            return report;
        }
        let unanswered = Some(format!("whether ECS took it is not known; the page of task {name} shows it"));
        let Some(sent) = self.sent_at else {
            let stands = Some("nothing was changed".to_owned());
            let message = format!("stopping task {name}");
            return Report { message, health: Health::Changing, stands, unanswered, ..Report::default() };
        };
        let for_ = observation.now.duration_since(sent);
        let health = if for_ >= STALLED { Health::Worrying } else { Health::Changing };
        let (message, bar) = match self.stage(observation.world) {
            Stage::There(message) => (message, (1, 1, String::new(), Health::Well)),
            Stage::Stops(status) => {
                let status = crate::text::word(&status);
                let late = if for_ < STALLED { String::new() } else { format!(", for {}", span(for_.as_mins() * 60)) };
                (format!("task {name} is {status}{late}"), (0, 1, status, health))
            }
            Stage::Refills { running, desired } => {
                let all = counted(desired as usize, "task");
                let message = format!("task {name} is stopped; {running} of {all} are up and serve");
                let message =
                    if for_ < STALLED { message } else { format!("{message}, for {}", span(for_.as_mins() * 60)) };
                (message, (running, desired, String::new(), health))
            }
        };
        let (done, all, note, of) = bar;
        let stands = Some(format!("ECS goes on with task {name} by itself"));
        let bars = vec![Bar { label: "tasks".to_owned(), done, all, note, health: of }];
        Report { message, health, stands, unanswered, bars, ..Report::default() }
    }
}
