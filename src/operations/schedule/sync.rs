//! Bringing EventBridge Scheduler and the scheduled actions of Application Auto Scaling to what was computed for one
//! environment: labels first, then the group, what remembers, single ones, recurring ones, deletions last; what fails
//! keeps all that comes after it. Works from what is read, so it resumes after any interruption; groups and actions of
//! other owners are never touched.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Difference, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::kinds::schedule_group::Held;
use crate::kinds::schedule_group::change::{DropGroup, DropSchedule, MakeGroup, Mark, PutSchedule, SchedulePlace};
use crate::kinds::schedule_record::Notes;
use crate::kinds::schedule_record::change::Note;
use crate::kinds::scheduled_action::ScheduledAction;
use crate::kinds::scheduled_action::change::{DropAction, PutAction, Target};
use crate::offhours::{ActualAtAws, DesiredAtAws, must_stay, schedule_reads};
use crate::schedule::PowerAction;
use crate::schedule::drift::{self, Stored, schedule_drift};
use crate::schedule::stored::planned_schedules::{MAX_ATTEMPTS, MAX_EVENT_AGE, Planned};
use crate::schedule::stored::tag_record::Tags;
use crate::schedule::stored::{scheduled_actions, tags};
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Health, Resource, World};

/// How often what was written is looked for again: answers may lag behind.
const LOOKS: u32 = 6;
/// How long between two looks.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What AWS shall hold.
#[derive(Clone, Debug)]
pub enum Goal {
    /// What was computed and no other schedule in the group, nor action of ours.
    Hold(DesiredAtAws),
    /// No group, and no action of ours.
    Nothing,
    /// Whatever it holds: only labels are written.
    AsItIs,
}

/// The procedure.
#[derive(Debug)]
pub struct Sync {
    /// What will be done, as it was shown.
    plan: Plan,
    place: SchedulePlace,
    /// What is written first: on resources, or on the group that is the record.
    marks: Vec<Mark>,
    /// Whether the group is the environment's record.
    record: bool,
    goal: Goal,
    role: String,
    queue: Option<String>,
    /// Set once the changes were worked out.
    acted: bool,
    /// Changes still to be made: each lot only if the one before it went well.
    lots: VecDeque<Vec<Box<dyn Change>>>,
    /// What to read.
    reads: Vec<ReadRequest>,
    looks: u32,
    done: Vec<String>,
    faults: Vec<Fault>,
    now: Timestamp,
}

impl Sync {
    /// Brings `place` to `goal` by `role`. `plan` is how it begins: the differences are added here from `world`.
    #[must_use]
    pub fn new(
        plan: Plan,
        place: SchedulePlace,
        goal: Goal,
        (role, queue): (String, Option<String>),
        (world, now): (&World, Timestamp),
    ) -> Self {
        let mut sync = Self {
            lots: VecDeque::new(),
            reads: if matches!(goal, Goal::AsItIs) { Vec::new() } else { schedule_reads(&place.scope, world) },
            plan,
            place,
            marks: Vec::new(),
            record: false,
            goal,
            role,
            queue,
            acted: false,
            looks: 0,
            done: Vec::new(),
            faults: Vec::new(),
            now,
        };
        sync.describe(world);
        sync
    }

    /// The same, writing these before anything else; what goes on the group, at once.
    #[must_use]
    pub fn marking(mut self, marks: Vec<Mark>) -> Self {
        let before = self.calls_of_marks();
        let had = std::mem::take(&mut self.marks);
        let (mut noted, mut labels): (Option<Note>, Vec<Mark>) = (None, Vec::new());
        for mark in marks.into_iter().chain(had) {
            match (mark, &mut noted) {
                (Mark::Note(note), Some(noted)) => noted.join(note),
                (Mark::Note(note), none) => *none = Some(note),
                (label, _) => labels.push(label),
            }
        }
        self.marks = noted.map(Mark::Note).into_iter().chain(labels).collect();
        let mut rest = self.plan.calls.split_off(before.len());
        if self.makes_group() {
            let making = Note::making(&self.place);
            rest.retain(|call| *call != making);
        }
        self.plan.calls = self.calls_of_marks().into_iter().chain(rest).collect();
        self
    }

    /// The same, where the group is the environment's record: what is written on it is read with the rest.
    #[must_use]
    pub fn on_record(mut self) -> Self {
        self.record = true;
        self.reads.push(ReadRequest::part(&self.place.scope, Notes::KIND, &self.place.group));
        self
    }

    fn calls_of_marks(&self) -> Vec<String> {
        self.marks.iter().cloned().flat_map(|mark| mark.change().plan().calls).collect()
    }

    /// What it writes on the group, if it writes anything there.
    #[must_use]
    pub fn note(&self) -> Option<&Note> {
        self.marks.iter().find_map(|mark| match mark {
            Mark::Note(note) => Some(note),
            Mark::Label(_) => None,
        })
    }

    /// Whether what is written on the group makes it.
    fn makes_group(&self) -> bool {
        self.note().is_some_and(Note::makes)
    }

    /// Adds what a reader should know first.
    pub fn notice(&mut self, message: impl Iterator<Item = String>) {
        self.plan.notices.extend(message);
    }

    /// Puts what will differ into the plan, from what is known now.
    fn describe(&mut self, world: &World) {
        let at_aws = self.at_aws(world);
        let calls =
            self.changes(&at_aws).into_iter().flatten().flat_map(|change| change.plan().calls).collect::<Vec<_>>();
        let differences = match &self.goal {
            Goal::Hold(computed) => at_aws.differences(computed, self.now),
            Goal::Nothing | Goal::AsItIs => Vec::new(),
        };
        self.plan.calls.extend(calls);
        self.plan.differences = differences.into_iter().map(|(one, stored)| difference(one, stored)).collect();
    }

    fn at_aws<'w>(&'w self, world: &'w World) -> ActualAtAws<'w> {
        ActualAtAws::of(world, &self.place.scope, &self.place.group)
    }

    /// Whether the group is another environment's, or nobody's we know: then nothing of it is touched.
    fn foreign(&self, name: &str, worn: &Tags) -> Option<String> {
        let mine = tags::allowed(self.place.environment.as_str());
        match worn.get(tags::ENV) {
            Some(owner) if *owner == mine => None,
            Some(owner) => Some(format!("the schedule group {name} belongs to {owner}; nothing in it was changed")),
            None => Some(format!(
                "the schedule group {name} lacks the tag {}={mine}: somebody else created it, and nothing in it was changed",
                tags::ENV
            )),
        }
    }

    /// Why nothing may be done to the group as it is seen: it is another's, or it is a record and must stay.
    fn stands_against(&self, at_aws: &ActualAtAws<'_>, observation: &Observation<'_>) -> Option<String> {
        let SchedulePlace { environment, scope, group } = &self.place;
        let noted = observation.world.by_key::<Notes>(scope, group).map(|notes| &notes.tags).filter(|_| self.record);
        let worn = noted.or_else(|| at_aws.group.map(|group| &group.tags))?;
        match self.goal {
            Goal::AsItIs if !self.record => None,
            Goal::AsItIs | Goal::Hold(_) => self.foreign(group, worn),
            Goal::Nothing => self.foreign(group, worn).or_else(|| {
                let zone = TimeZone::UTC;
                must_stay((group, worn), environment.as_str(), (scope, observation.world), (observation.now, &zone))
            }),
        }
    }

    /// The changes that lead from what is there to the goal, in lots: each is safe only after the one before it.
    fn changes(&self, at_aws: &ActualAtAws<'_>) -> Vec<Vec<Box<dyn Change>>> {
        let place = || self.place.clone();
        let computed = match &self.goal {
            Goal::Hold(computed) => computed,
            Goal::Nothing => {
                let mut lots = self.dropped(&at_aws.actions);
                if at_aws.group.is_some() {
                    lots.push(vec![Box::new(DropGroup(place()))]);
                }
                return lots;
            }
            Goal::AsItIs => return Vec::new(),
        };
        let mut lots: Vec<Vec<Box<dyn Change>>> = Vec::new();
        if at_aws.group.is_none()
            && !self.makes_group()
            && computed.planned.iter().any(|wanted| wanted.bounds.is_none())
        {
            lots.push(vec![Box::new(MakeGroup(place()))]);
        }
        let mut last = None;
        for wanted in &computed.planned {
            let Some(change) = self.written(wanted, at_aws) else { continue };
            let order = Some(wanted.order());
            match lots.last_mut().filter(|_| order == last) {
                Some(lot) => lot.push(change),
                None => lots.push(vec![change]),
            }
            last = order;
        }
        let extra = |name: &str, scales: bool| {
            !computed.keeps(name)
                && computed.planned.iter().all(|wanted| wanted.name != name || wanted.bounds.is_some() != scales)
        };
        let schedules = at_aws.comparable().filter(|held| extra(&held.name, false));
        let schedules: Vec<Box<dyn Change>> =
            schedules.map(|held| Box::new(DropSchedule { place: place(), name: held.name.clone() }) as _).collect();
        let actions: Vec<&ScheduledAction> =
            at_aws.actions.iter().copied().filter(|action| extra(&action.name, true)).collect();
        lots.extend(self.dropped(&actions));
        if !schedules.is_empty() {
            lots.push(schedules);
        }
        lots
    }

    /// Deletions of actions: what closes goes before what would open again.
    fn dropped(&self, actions: &[&ScheduledAction]) -> Vec<Vec<Box<dyn Change>>> {
        let of = |verb: PowerAction| -> Vec<Box<dyn Change>> {
            let does = |action: &&&ScheduledAction| {
                scheduled_actions::ours(&self.place.group, &action.resource, &action.name) == Some(verb)
            };
            let change = |action: &&ScheduledAction| {
                Box::new(DropAction { target: self.target(&action.resource), name: action.name.clone() }) as _
            };
            actions.iter().filter(does).map(change).collect()
        };
        [of(PowerAction::Stop), of(PowerAction::Start)].into_iter().filter(|lot| !lot.is_empty()).collect()
    }

    /// The change that writes `wanted`, unless it is there as it should be.
    fn written(&self, wanted: &Planned, at_aws: &ActualAtAws<'_>) -> Option<Box<dyn Change>> {
        let planned = wanted.clone();
        if wanted.bounds.is_some() {
            let same = |action: &&&ScheduledAction| action.name == wanted.name && action.resource == wanted.target;
            let known = at_aws.actions.iter().find(same).map(|action| action.stored());
            let right = known.as_ref().is_some_and(|held| self.is_same(wanted, held));
            let (target, known) = (self.target(&wanted.target), known.is_some());
            return (!right).then(|| Box::new(PutAction { target, planned, known }) as _);
        }
        let known = at_aws.schedules().find(|held| held.name == wanted.name);
        if known.is_some_and(|held| self.is_right(wanted, held)) {
            return None;
        }
        let (role, queue) = (self.role.clone(), self.queue.clone());
        Some(Box::new(PutSchedule { place: self.place.clone(), planned, role, queue, known: known.is_some() }))
    }

    fn target(&self, resource: &str) -> Target {
        let SchedulePlace { environment, scope, .. } = self.place.clone();
        Target { environment, scope, resource: resource.to_owned() }
    }

    fn is_same(&self, wanted: &Planned, held: &Stored) -> bool {
        schedule_drift(std::slice::from_ref(wanted), std::slice::from_ref(held), self.now).is_empty()
    }

    fn is_right(&self, wanted: &Planned, held: &Held) -> bool {
        let queue = self.queue.as_ref().filter(|_| wanted.dead_letter);
        self.is_same(wanted, &held.stored())
            && held.role == self.role
            && held.attempts == Some(MAX_ATTEMPTS)
            && held.max_age == Some(MAX_EVENT_AGE)
            && held.dead_letter.as_ref() == queue
    }

    fn summary(&self) -> String {
        match self.done.len() {
            0 => "nothing to change: the schedules at AWS are up to date".to_owned(),
            made => format!("{} made and checked at AWS", counted(made, "change")),
        }
    }
}

/// One difference for the plan: as it is stored, as it was computed.
fn difference(one: drift::Difference, held: Option<Stored>) -> Difference {
    match one {
        drift::Difference::Missing(planned) => {
            let sets =
                planned.bounds.map(|bounds| format!(" {}", scheduled_actions::words(bounds))).unwrap_or_default();
            let to = Some(format!("{} {}{sets}", planned.expression, planned.timezone));
            Difference { what: planned.name, from: None, to }
        }
        drift::Difference::Extra { name } => {
            Difference { what: name, from: held.map(|held| held.expression), to: None }
        }
        drift::Difference::Changed { name, field, computed, stored } => {
            Difference { what: format!("{field} of {name}"), from: Some(stored), to: Some(computed) }
        }
    }
}

impl Procedure for Sync {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        // Between two lots nothing new is looked for: what was worked out is carried to its end.
        if self.lots.is_empty() { self.reads.clone() } else { Vec::new() }
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if let Some((_, fault)) = observation.faults.first() {
            let message = format!("what AWS holds of the schedule can't be read: {}", fault.sentence());
            return Step::End(if self.acted { Ending::incomplete(message) } else { Ending::failed(message) });
        }
        self.now = observation.now;
        let at_aws = self.at_aws(observation.world);
        if let Some(message) = self.stands_against(&at_aws, observation) {
            return Step::End(if self.acted { Ending::incomplete(message) } else { Ending::failed(message) });
        }
        let changes = self.changes(&at_aws);
        if !self.acted {
            self.acted = true;
            let marks = self.marks.iter().cloned().map(Mark::change).collect();
            self.lots = std::iter::once(marks).chain(changes).filter(|lot: &Vec<_>| !lot.is_empty()).collect();
            return match self.lots.pop_front() {
                Some(lot) => Step::Act(lot),
                None => Step::End(Ending::done(self.summary())),
            };
        }
        if let Some(fault) = self.faults.first() {
            let stands = format!(
                "{} of the changes were made; `toban schedule sync {}` goes on",
                self.done.len(),
                self.place.environment
            );
            let message = format!("{}; {stands}", fault.sentence());
            return Step::End(if self.done.is_empty() {
                Ending::failed(fault.sentence())
            } else {
                Ending::incomplete(message)
            });
        }
        if let Some(lot) = self.lots.pop_front() {
            return Step::Act(lot);
        }
        if changes.is_empty() {
            return Step::End(Ending::done(self.summary()));
        }
        self.looks += 1;
        if self.looks < LOOKS {
            return Step::Wait(AGAIN);
        }
        let first = changes.first().and_then(|lot| lot.first()).map(|change| change.plan().message).unwrap_or_default();
        Step::End(Ending::incomplete(format!("everything was written, and yet something differs: {first}")))
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, _now: Timestamp) {
        match got {
            Ok(_) => self.done.push(change_request.verb.to_owned()),
            Err(fault) => self.faults.push(fault.clone()),
        }
    }

    fn report(&self, _sight: &Observation<'_>) -> Report {
        let message = if self.acted { "checking what was written" } else { "reading the schedules at AWS" };
        let stands = format!("{} made so far; sync again to go on", counted(self.done.len(), "change"));
        Report { message: message.to_owned(), health: Health::Changing, stands: Some(stands), ..Report::default() }
    }
}

#[cfg(test)]
mod tests;
