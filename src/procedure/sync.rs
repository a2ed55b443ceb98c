//! Bringing EventBridge Scheduler to what was computed for one environment: labels first, then the group, single
//! schedules, recurring ones, deletions last. Works from what is read, so it resumes after any interruption; groups of
//! other owners are never touched.

use jiff::{SignedDuration, Timestamp};

use super::{Ending, Procedure, Report, Sight, Step, Want};
use crate::app::gate::{Change, Deed, Difference, Plan};
use crate::cloud::Receipt;
use crate::kinds::schedule_group::change::{DropGroup, DropSchedule, Label, MakeGroup, Place, PutSchedule};
use crate::kinds::schedule_group::{Group, Held};
use crate::schedule::drift::{self, Stored, schedule_drift};
use crate::schedule::materialise::{MAX_ATTEMPTS, MAX_EVENT_AGE, Planned};
use crate::schedule::tags;
use crate::world::{Fault, Health, Resource, World};

/// How often what was written is looked for again: answers may lag behind.
const LOOKS: u32 = 6;
/// How long between two looks.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What the server shall hold.
#[derive(Clone, Debug)]
pub enum Goal {
    /// These schedules and no others in the group.
    Hold(Vec<Planned>),
    /// No group.
    Nothing,
    /// Whatever it holds: only labels are written.
    AsItIs,
}

/// The procedure.
#[derive(Debug)]
pub struct Sync {
    /// What will be done, as it was shown.
    plan: Plan,
    place: Place,
    labels: Vec<Label>,
    goal: Goal,
    role: String,
    queue: Option<String>,
    /// Set once the changes were made.
    acted: bool,
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
        place: Place,
        goal: Goal,
        (role, queue): (String, Option<String>),
        (world, now): (&World, Timestamp),
    ) -> Self {
        let mut sync = Self {
            plan,
            place,
            labels: Vec::new(),
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

    /// The same, writing these labels before anything else.
    #[must_use]
    pub fn labelling(mut self, labels: Vec<Label>) -> Self {
        let calls = labels.iter().flat_map(|label| label.plan().calls);
        self.plan.calls = calls.chain(std::mem::take(&mut self.plan.calls)).collect();
        self.labels = labels;
        self
    }

    /// Adds what a reader should know first.
    pub fn notice(&mut self, says: impl Iterator<Item = String>) {
        self.plan.notices.extend(says);
    }

    /// Puts what will differ into the plan, from what is known now.
    fn describe(&mut self, world: &World) {
        if !matches!(self.goal, Goal::AsItIs) && world.shelf(&self.place.scope, Group::KIND).is_none() {
            let call =
                format!("scheduler: read the group {}, then write and delete what differs in it", self.place.group);
            self.plan.calls.push(call);
            return;
        }
        let group = self.group(world);
        let changes = self.changes(group);
        self.plan.calls.extend(changes.iter().flat_map(|change| change.plan().calls));
        let Goal::Hold(planned) = &self.goal else { return };
        let held: Vec<Stored> =
            group.map(|group| group.schedules.iter().map(Held::stored).collect()).unwrap_or_default();
        let differences = schedule_drift(planned, &held, self.now);
        self.plan.differences = differences.into_iter().map(|one| difference(one, &held)).collect();
    }

    fn group<'w>(&self, world: &'w World) -> Option<&'w Group> {
        world.all::<Group>(&self.place.scope).find(|group| group.name == self.place.group)
    }

    /// Whether the group is another environment's, or nobody's we know: then nothing of it is touched.
    fn foreign(&self, group: &Group) -> Option<String> {
        let mine = tags::allowed(self.place.environment.as_str());
        match group.tags.get(tags::ENV) {
            Some(owner) if *owner == mine => None,
            Some(owner) => {
                Some(format!("the schedule group {} belongs to {owner}; nothing of it was touched", group.name))
            }
            None => Some(format!(
                "the schedule group {} does not wear the tag {}={mine}: somebody else made it, and nothing of it was touched",
                group.name,
                tags::ENV
            )),
        }
    }

    /// The changes that lead from what is there to the goal, in the order they are safe in.
    fn changes(&self, group: Option<&Group>) -> Vec<Box<dyn Change>> {
        let mut changes: Vec<Box<dyn Change>> = Vec::new();
        let place = || self.place.clone();
        let planned = match &self.goal {
            Goal::Hold(planned) => planned,
            Goal::Nothing => {
                if group.is_some() {
                    changes.push(Box::new(DropGroup(place())));
                }
                return changes;
            }
            Goal::AsItIs => return changes,
        };
        if group.is_none() {
            changes.push(Box::new(MakeGroup(place())));
        }
        let held = group.map(|group| group.schedules.as_slice()).unwrap_or_default();
        for wanted in planned {
            let known = held.iter().find(|held| held.name == wanted.name);
            if known.is_some_and(|held| self.is_right(wanted, held)) {
                continue;
            }
            changes.push(Box::new(PutSchedule {
                place: place(),
                planned: wanted.clone(),
                role: self.role.clone(),
                queue: self.queue.clone(),
                known: known.is_some(),
            }));
        }
        for extra in held.iter().filter(|held| planned.iter().all(|wanted| wanted.name != held.name)) {
            changes.push(Box::new(DropSchedule { place: place(), name: extra.name.clone() }));
        }
        changes
    }

    fn is_right(&self, wanted: &Planned, held: &Held) -> bool {
        let queue = self.queue.as_ref().filter(|_| wanted.dead_letter);
        let same = schedule_drift(std::slice::from_ref(wanted), &[held.stored()], self.now).is_empty();
        same && held.role == self.role
            && held.attempts == Some(MAX_ATTEMPTS)
            && held.max_age == Some(MAX_EVENT_AGE)
            && held.dead_letter.as_ref() == queue
    }

    fn summary(&self) -> String {
        match self.done.len() {
            0 => "everything is as computed already".to_owned(),
            1 => "1 change made; it is as computed".to_owned(),
            many => format!("{many} changes made; it is as computed"),
        }
    }
}

/// One difference for the plan: as it is stored, as it was computed.
fn difference(one: drift::Difference, held: &[Stored]) -> Difference {
    match one {
        drift::Difference::Missing(planned) => Difference {
            what: planned.name,
            from: None,
            to: Some(format!("{} {}", planned.expression, planned.timezone)),
        },
        drift::Difference::Extra { name } => {
            let from = held.iter().find(|held| held.name == name).map(|held| held.expression.clone());
            Difference { what: name, from, to: None }
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

    fn wants(&self, _now: Timestamp) -> Vec<Want> {
        match self.goal {
            Goal::AsItIs => Vec::new(),
            Goal::Hold(_) | Goal::Nothing => vec![Want::all(&self.place.scope, Group::KIND)],
        }
    }

    fn step(&mut self, sight: &Sight<'_>) -> Step {
        if let Some((_, fault)) = sight.faults.first() {
            let says = format!("what EventBridge Scheduler holds can't be read: {}", fault.sentence());
            return Step::End(if self.acted { Ending::incomplete(says) } else { Ending::failed(says) });
        }
        self.now = sight.now;
        let group = self.group(sight.world).cloned();
        if let Some(says) = group.as_ref().and_then(|group| self.foreign(group))
            && !matches!(self.goal, Goal::AsItIs)
        {
            return Step::End(if self.acted { Ending::incomplete(says) } else { Ending::failed(says) });
        }
        let changes = self.changes(group.as_ref());
        if !self.acted {
            self.acted = true;
            let labels = self.labels.iter().cloned().map(|label| Box::new(label) as Box<dyn Change>);
            let all: Vec<Box<dyn Change>> = labels.chain(changes).collect();
            return if all.is_empty() { Step::End(Ending::done(self.summary())) } else { Step::Act(all) };
        }
        if let Some(fault) = self.faults.first() {
            let stands = format!(
                "{} of the changes were made; `toban schedule sync {}` goes on",
                self.done.len(),
                self.place.environment
            );
            let says = format!("{}; {stands}", fault.sentence());
            return Step::End(if self.done.is_empty() {
                Ending::failed(fault.sentence())
            } else {
                Ending::incomplete(says)
            });
        }
        if changes.is_empty() {
            return Step::End(Ending::done(self.summary()));
        }
        self.looks += 1;
        if self.looks < LOOKS {
            return Step::Wait(AGAIN);
        }
        let first = changes.first().map(|change| change.plan().says).unwrap_or_default();
        Step::End(Ending::incomplete(format!("everything was written, and yet something differs: {first}")))
    }

    fn told(&mut self, deed: &Deed, got: &Result<Receipt, Fault>, _now: Timestamp) {
        match got {
            Ok(_) => self.done.push(deed.verb.to_owned()),
            Err(fault) => self.faults.push(fault.clone()),
        }
    }

    fn report(&self, _sight: &Sight<'_>) -> Report {
        let says = if self.acted { "looking at what was written" } else { "reading what the server holds" };
        let stands = format!("{} changes were made; asking again goes on", self.done.len());
        Report { says: says.to_owned(), health: Health::Changing, stands: Some(stands), ..Report::default() }
    }
}

#[cfg(test)]
mod tests;
