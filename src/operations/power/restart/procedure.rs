//! Rebooting or failing over as a procedure: asked once, then watched until it is seen to have happened and the database
//! is available again. What is seen: its status, where it runs or who writes, and what RDS tells. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Bar, Ending, Report};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::db_instance::{Class, DbInstance, class};
use crate::operations::attempt::{AGAIN, Attempt, Sent};
use crate::text::span;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Health, KindName, Resource, World};

/// Looks are this far apart: a reboot may be over within half a minute.
const LOOK: SignedDuration = SignedDuration::from_secs(5);
/// So long it may be available without a sign before it is told that none was seen.
const UNSEEN: SignedDuration = SignedDuration::from_mins(10);
/// The same where it is not known that AWS took it at all.
const UNSURE: SignedDuration = SignedDuration::from_mins(3);
/// So long is usual; beyond it is told as slow.
const SLOW: SignedDuration = SignedDuration::from_mins(15);

/// What is to be seen in the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Goal {
    /// The instance restarted.
    Reboot,
    /// The instance runs where its standby was.
    Standby,
    /// Another member writes: that one, or any.
    Writer(Option<String>),
}

/// What is seen of it.
struct Seen {
    status: String,
    /// The zone it runs in, or the member that writes.
    place: Option<String>,
    /// When RDS last told that it restarted or failed over.
    told: Option<Timestamp>,
    /// When RDS last told that it could not.
    refused: Option<Timestamp>,
}

/// Rebooting or failing over one.
pub(super) struct Restart {
    plan: Plan,
    called: String,
    goal: Goal,
    make: Box<dyn Fn() -> Box<dyn Change> + Send>,
    before: Option<Before>,
    sent: Option<(Timestamp, bool)>,
    /// Why AWS's answer was not heard.
    unheard: Option<String>,
    /// It was seen to be away since it was asked.
    left: bool,
    attempt: Attempt,
    over: Option<Ending>,
}

/// As it was before it was asked.
struct Before {
    status: String,
    place: Option<String>,
    /// The last that RDS had told; `None` inside where nothing was, outside where RDS's events could not be read.
    told: Option<Option<Timestamp>>,
    refused: Option<Timestamp>,
}

impl Restart {
    /// Does `plan` by the change that `make` makes, to what is `called` so, until `goal` is seen.
    pub(super) fn new(plan: Plan, called: String, goal: Goal, make: Box<dyn Fn() -> Box<dyn Change> + Send>) -> Self {
        Self {
            plan,
            called,
            goal,
            make,
            before: None,
            sent: None,
            unheard: None,
            left: false,
            attempt: Attempt::default(),
            over: None,
        }
    }

    /// What RDS says where it is done, and where it could not be, in its own words; see "Amazon RDS event categories and
    /// event messages".
    fn words(&self) -> (&'static str, &'static str) {
        match self.goal {
            Goal::Reboot => ("db instance restarted", "\0"),
            Goal::Standby => ("failover completed", "failover failed"),
            Goal::Writer(_) => ("completed failover", "failover failed"),
        }
    }

    fn seen(&self, world: &World) -> Option<Seen> {
        let on = &self.plan.on;
        let (status, place) = if on.kind == DbCluster::KIND {
            let cluster = world.get::<DbCluster>(on)?;
            let writer = cluster.members.iter().find(|member| member.writer).map(|member| member.id.clone());
            let of = |id: &String| world.all::<DbInstance>(&on.scope).find(|one| one.id == *id);
            // A cluster is available while its new writer still starts.
            let busy = writer.as_ref().and_then(of).map(|one| one.status.clone()).filter(|status| !is_up(status));
            (busy.filter(|_| is_up(&cluster.status)).unwrap_or_else(|| cluster.status.clone()), writer)
        } else {
            let instance = world.get::<DbInstance>(on)?;
            (instance.status.clone(), instance.zone.clone())
        };
        let (done, failed) = self.words();
        let events = world.by_key::<PowerEvents>(&on.scope, &on.key);
        let last = |words: &str| {
            let mut all = events?.messages.iter().rev();
            all.find(|event| event.message.to_lowercase().contains(words)).map(|event| event.at)
        };
        Some(Seen { status, place, told: last(done), refused: last(failed) })
    }

    /// Whether it is seen that it happened since it was asked.
    fn happened(&self, seen: &Seen) -> bool {
        let Some(before) = &self.before else { return false };
        let told = before.told.is_some_and(|before| seen.told > before);
        let moved = seen.place.is_some() && before.place.is_some() && seen.place != before.place;
        match &self.goal {
            Goal::Reboot => told || self.left,
            Goal::Standby => told || moved,
            Goal::Writer(Some(to)) => seen.place.as_ref() == Some(to),
            Goal::Writer(None) => moved,
        }
    }

    fn done(&self, seen: &Seen) -> Ending {
        let place = seen.place.as_deref().unwrap_or("the other zone");
        Ending::done(match self.goal {
            Goal::Reboot => format!("{} was rebooted and is {}", self.called, seen.status),
            Goal::Standby => format!("{} failed over and is {} in {place}", self.called, seen.status),
            Goal::Writer(_) => format!("{} failed over: {place} is the writer now", self.called),
        })
    }

    const fn doing(&self) -> &'static str {
        match self.goal {
            Goal::Reboot => "reboot",
            Goal::Standby | Goal::Writer(_) => "failover",
        }
    }

    fn look(&mut self, observation: &Observation<'_>, (sent, sure): (Timestamp, bool)) -> Step {
        let (called, doing) = (&self.called, self.doing());
        let Some(seen) = self.seen(observation.world) else {
            return Step::End(Ending::incomplete(format!("{called} is not there any more")));
        };
        let up = is_up(&seen.status);
        self.left |= !up;
        if self.happened(&seen) && up {
            return Step::End(self.done(&seen));
        }
        if self.before.as_ref().is_some_and(|before| before.told.is_some() && seen.refused > before.refused) {
            let message = format!("RDS tells that the {doing} of {called} failed; its events show why");
            return Step::End(Ending::incomplete(message));
        }
        let for_ = observation.now.duration_since(sent);
        if up && for_ >= (if sure { UNSEEN } else { UNSURE }) {
            let for_ = span(for_.as_secs());
            let message = match sure {
                true => format!(
                    "RDS took the {doing} of {called}, and for {for_} no sign was seen that it was done; look at its events"
                ),
                false => format!(
                    "whether RDS took the {doing} of {called} is not known, and for {for_} no sign of it was seen: it was hardly done ({})",
                    self.unheard.as_deref().unwrap_or("no answer")
                ),
            };
            return Step::End(Ending::incomplete(message));
        }
        // One that was blocked before stays so for a moment.
        let as_before = self.before.as_ref().is_some_and(|before| before.status == seen.status) && for_ < UNSEEN;
        if matches!(class(&seen.status), Class::Blocked | Class::Going | Class::Down) && !as_before {
            let message =
                format!("{called} went to {:?} on its {doing}; its page and its events show why", seen.status);
            return Step::End(Ending::incomplete(message));
        }
        Step::Wait(LOOK)
    }
}

/// Whether it serves, whatever else it does.
fn is_up(status: &str) -> bool {
    matches!(class(status), Class::Up | Class::Limping)
}

impl Procedure for Restart {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let on = &self.plan.on;
        let cluster = (on.kind == DbCluster::KIND).then(|| ReadRequest::all(&on.scope, DbCluster::KIND));
        let rest =
            [ReadRequest::all(&on.scope, DbInstance::KIND), ReadRequest::part(&on.scope, PowerEvents::KIND, &on.key)];
        cluster.into_iter().chain(rest).collect()
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(ending) = &self.over {
            return Step::End(ending.clone());
        }
        let unseen = |(want, _): &&(ReadRequest, Fault)| want.kind != PowerEvents::KIND;
        if let Some((_, fault)) = observation.faults.iter().find(unseen) {
            let message = format!("{} cannot be seen any more: {}", self.called, fault.sentence());
            return Step::End(if self.sent.is_some() { Ending::incomplete(message) } else { Ending::failed(message) });
        }
        if let Some(sent) = self.sent {
            return self.look(observation, sent);
        }
        if self.attempt.must_wait(observation.now) {
            return Step::Wait(AGAIN);
        }
        let Some(seen) = self.seen(observation.world) else {
            return Step::End(Ending::failed(format!("{} is not there any more; nothing was changed", self.called)));
        };
        let events = !observation.faults.iter().any(|(want, _)| want.kind == PowerEvents::KIND);
        let told = events.then_some(seen.told);
        self.before = Some(Before { status: seen.status, place: seen.place, told, refused: seen.refused });
        Step::Act(vec![(self.make)()])
    }

    fn told(&mut self, _request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        match self.attempt.told(got, now) {
            Sent::Taken => self.sent = Some((now, true)),
            Sent::Later => {}
            // It is not sent again: what is seen tells whether it was done.
            Sent::Unsure(why) => (self.sent, self.unheard) = (Some((now, false)), Some(why)),
            Sent::Refused(why) => self.over = Some(Ending::failed(format!("nothing was changed: {why}"))),
        }
    }

    fn optional(&self) -> &'static [KindName] {
        &[PowerEvents::KIND]
    }

    fn goes_on(&self) -> bool {
        // Where the answer was lost it has to be seen first.
        self.sent.is_some_and(|(_, sure)| sure || self.left)
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let (called, doing) = (&self.called, self.doing());
        if let Some(report) = self.attempt.report() {
            return report;
        }
        let unanswered = Some(format!("whether RDS took the {doing} of {called} is not known; its events show it"));
        let (Some((sent, sure)), Some(seen)) = (self.sent, self.seen(observation.world)) else {
            let stands = Some("nothing was changed".to_owned());
            let message = format!("{doing} of {called}");
            return Report { message, health: Health::Changing, stands, unanswered, ..Report::default() };
        };
        let for_ = observation.now.duration_since(sent);
        let health = if for_ >= SLOW || !sure { Health::Worrying } else { Health::Changing };
        let happened = self.happened(&seen) && is_up(&seen.status);
        let message = match (sure, happened) {
            (_, true) => self.done(&seen).message,
            // Seconds in it would make each look a line of its own where nobody looks on.
            (true, false) if for_ < SignedDuration::from_mins(1) => format!("{called} is {}", seen.status),
            (true, false) => {
                let minutes = span(for_.as_mins() * 60);
                format!("{called} is {}, {minutes} after the {doing} was asked for", seen.status)
            }
            (false, false) => {
                let why = self.unheard.as_deref().unwrap_or("no answer");
                format!("AWS's answer was lost; toban looks whether {called} does its {doing} ({why})")
            }
        };
        let stands = match sure {
            true => Some(format!("RDS goes on with the {doing} of {called} by itself")),
            false => unanswered.clone(),
        };
        let note = seen.place.map_or_else(|| seen.status.clone(), |place| format!("{}  {place}", seen.status));
        let of = if happened { Health::Well } else { health };
        let bars = vec![Bar { label: called.clone(), done: u32::from(happened), all: 1, note, health: of }];
        Report { message, health: of, stands, unanswered, bars, ..Report::default() }
    }
}
