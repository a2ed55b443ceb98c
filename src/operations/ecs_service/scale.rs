//! Scaling as a procedure: another number of tasks is wanted, and they are waited for. Somebody else's number ends it.
//! Pure; scaling starts no deployment, so there is none to follow.

use jiff::{SignedDuration, Timestamp};

use super::watch::STALLED;
use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::kinds::ecs_service::Service;
use crate::operations::attempt::{AGAIN, Attempt, Sent};
use crate::text::{counted, span};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Fault, Health, Resource, ResourceId};

/// Looks are this far apart.
const LOOK: SignedDuration = SignedDuration::from_secs(5);
/// An answer may be older than our change, for this long.
const TOO_NEW: SignedDuration = SignedDuration::from_secs(30);

/// Wanting another number of tasks.
pub struct Scaling {
    plan: Plan,
    id: ResourceId,
    name: String,
    cluster: Arn,
    count: u32,
    make: Box<dyn Fn() -> Box<dyn Change> + Send>,
    sent_at: Option<Timestamp>,
    over: Option<Ending>,
    attempt: Attempt,
    moved: (u32, u32, Timestamp),
}

impl Scaling {
    /// Wants `count` tasks of `service`; `make` makes the change.
    #[must_use]
    pub fn new(plan: Plan, service: &Service, count: u32, make: Box<dyn Fn() -> Box<dyn Change> + Send>) -> Self {
        Self {
            id: plan.on.clone(),
            plan,
            name: service.name.clone(),
            cluster: service.cluster.clone(),
            count,
            make,
            sent_at: None,
            over: None,
            attempt: Attempt::default(),
            moved: (service.running, service.pending, Timestamp::UNIX_EPOCH),
        }
    }

    fn look(&mut self, observation: &Observation<'_>, sent: Timestamp) -> Step {
        if let Some((_, fault)) = observation.faults.iter().find(|(want, _)| want.kind == Service::KIND) {
            let message = format!(
                "the desired count is {}; whether it is reached is not known: {}",
                self.count,
                fault.sentence()
            );
            return Step::End(Ending::incomplete(message));
        }
        let Some(service) = observation.world.get::<Service>(&self.id).filter(|service| service.status == "ACTIVE")
        else {
            return Step::End(Ending::incomplete(format!("{} is gone or going", self.name)));
        };
        if (service.running, service.pending) != (self.moved.0, self.moved.1) {
            self.moved = (service.running, service.pending, observation.now);
        }
        if service.desired != self.count {
            if observation.now.duration_since(sent) < TOO_NEW {
                return Step::Wait(LOOK);
            }
            let message = format!(
                "somebody or auto scaling set the desired count to {} of {} now, not {}",
                counted(service.desired as usize, "task"),
                self.name,
                self.count
            );
            return Step::End(Ending::incomplete(message));
        }
        if service.running == self.count && service.pending == 0 {
            return Step::End(Ending::done(format!("{} runs {}", self.name, counted(self.count as usize, "task"))));
        }
        Step::Wait(LOOK)
    }
}

impl Procedure for Scaling {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let part = || ReadRequest::part(&self.id.scope, Service::KIND, self.cluster.as_str());
        self.sent_at.iter().map(|_| part()).collect()
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(ending) = &self.over {
            return Step::End(ending.clone());
        }
        if let Some(sent) = self.sent_at {
            return self.look(observation, sent);
        }
        if self.attempt.must_wait(observation.now) {
            return Step::Wait(AGAIN);
        }
        Step::Act(vec![(self.make)()])
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        match self.attempt.told(got, now) {
            Sent::Taken => {
                self.sent_at = Some(now);
                // Nothing can have stood still for longer than since it was asked for.
                self.moved.2 = now;
            }
            Sent::Later => {}
            Sent::Unsure(why) => {
                let message = format!("whether {} is being scaled is not known: {why}", self.name);
                self.over = Some(Ending::incomplete(message));
            }
            Sent::Refused(why) => self.over = Some(Ending::failed(format!("nothing was changed: {why}"))),
        }
    }

    fn goes_on(&self) -> bool {
        self.sent_at.is_some()
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let name = &self.name;
        if let Some(report) = self.attempt.report() {
            return report;
        }
        let goes_on = format!("ECS goes on to {} of {name} by itself", counted(self.count as usize, "task"));
        let Some(service) = self.sent_at.and_then(|_| observation.world.get::<Service>(&self.id)) else {
            let message = format!("setting the desired count of {name} to {}", counted(self.count as usize, "task"));
            let stands = Some(if self.sent_at.is_some() { goes_on } else { "nothing was changed".to_owned() });
            let unanswered =
                Some(format!("whether ECS took the change is not known; the desired count of {name} shows it"));
            return Report { message, health: Health::Changing, stands, unanswered, ..Report::default() };
        };
        let still = observation.now.duration_since(self.moved.2);
        let stalled = still >= STALLED;
        let tasks = counted(self.count as usize, "task");
        let message = match stalled {
            true => {
                format!("no change for {}: {} of {tasks} running", span(still.as_secs()), service.running)
            }
            false => format!("{} of {tasks} running", service.running),
        };
        let health = if stalled { Health::Worrying } else { Health::Changing };
        let note = if service.pending > 0 { format!("{} starting", service.pending) } else { String::new() };
        Report {
            message,
            health,
            stands: Some(goes_on),
            bars: vec![Bar {
                label: "tasks".into(),
                done: service.running,
                all: self.count.max(service.running),
                note,
                health,
            }],
            ..Report::default()
        }
    }
}
