//! What AWS holds of an environment's schedule, as it was read: the schedules in its group, the scheduled actions on its
//! services that are ours, and how both differ from what was computed. Pure; nothing is read or written here.

use jiff::Timestamp;

use super::OffHours;
use super::desired_at_aws::DesiredAtAws;
use super::tag_store::schedule_place;
use crate::environment::Environment;
use crate::kinds::ecs_service::Service;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_group::{Group, Held};
use crate::kinds::scheduled_action::ScheduledAction;
use crate::schedule::drift::{Difference, Stored, schedule_drift};
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::{restore_schedules, scheduled_actions};
use crate::schedule::{Backend, Bounds, PowerAction};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, KindName, Resource, Scope, World};

/// What is held in one place under one group's name.
#[derive(Clone, Debug)]
pub struct ActualAtAws<'w> {
    /// The group, if there is one.
    pub group: Option<&'w Group>,
    /// The scheduled actions that are ours, single ones that had their time among them.
    pub actions: Vec<&'w ScheduledAction>,
    name: &'w str,
}

/// What has to be read in `scope` before anything can be said of schedules there: who has no services needs no leave
/// to read what scales them.
#[must_use]
pub fn schedule_reads(scope: &Scope, world: &World) -> Vec<ReadRequest> {
    let services = world.all::<Service>(scope).next().is_some();
    let scaled: &[KindName] = if services { &[ScalableTarget::KIND, ScheduledAction::KIND] } else { &[] };
    std::iter::once(&Group::KIND).chain(scaled).map(|kind| ReadRequest::all(scope, *kind)).collect()
}

/// What of that was never read, with its fault if one hindered it.
#[must_use]
pub fn unread(scope: &Scope, world: &World) -> Option<(KindName, Option<Fault>)> {
    let lacks = |want: &ReadRequest| {
        let store = world.store(scope, want.kind);
        let known = store.is_some_and(|store| store.oldest().is_some());
        (!known).then(|| (want.kind, store.and_then(|store| store.faults().next().cloned())))
    };
    schedule_reads(scope, world).iter().find_map(lacks)
}

impl<'w> ActualAtAws<'w> {
    /// What is held in `scope` under the name of `group`.
    #[must_use]
    pub fn of(world: &'w World, scope: &Scope, group: &'w str) -> Self {
        let ours = |action: &&ScheduledAction| scheduled_actions::ours(group, &action.resource, &action.name).is_some();
        Self {
            group: world.all::<Group>(scope).find(|known| known.name == group),
            actions: world.all::<ScheduledAction>(scope).filter(ours).collect(),
            name: group,
        }
    }

    /// The schedules in the group.
    pub fn schedules(&self) -> impl Iterator<Item = &'w Held> + use<'w> {
        self.group.into_iter().flat_map(|group| &group.schedules)
    }

    /// Those that are held against what was computed: all but what an override wrote to enable a rule again, which goes by
    /// itself.
    pub fn comparable(&self) -> impl Iterator<Item = &'w Held> + use<'w> {
        self.schedules().filter(|held| restore_schedules::rule_of(&held.target, &held.input).is_none())
    }

    /// What the actions on `resource` remember of its bounds: those it is woken to.
    #[must_use]
    pub fn remembered(&self, resource: &str) -> Option<Bounds> {
        // A service that may be scaled to 0 is lifted first, and let go of then: what lets go has the lower bound.
        self.opened(resource).max_by_key(|bounds| (bounds.max, std::cmp::Reverse(bounds.min)))
    }

    /// To how many tasks the actions on `resource` lift it before they let it go to a lower bound of 0.
    #[must_use]
    pub fn lifted(&self, resource: &str) -> Option<u32> {
        let let_go = self.remembered(resource).filter(|bounds| bounds.min == 0)?;
        self.opened(resource).filter(|bounds| bounds.max == let_go.max && bounds.min > 0).map(|bounds| bounds.min).max()
    }

    fn opened(&self, resource: &str) -> impl Iterator<Item = Bounds> {
        let wakes = move |action: &&&ScheduledAction| {
            action.resource == resource
                && scheduled_actions::ours(self.name, resource, &action.name) == Some(PowerAction::Start)
        };
        self.actions.iter().filter(wakes).filter_map(|action| action.bounds()).filter(|bounds| bounds.max > 0)
    }

    /// How it differs from what was computed, and what it holds there. Single actions that had their time mean nothing
    /// any more, and what belongs to somebody left out is left as it is.
    #[must_use]
    pub fn differences(&self, computed: &DesiredAtAws, now: Timestamp) -> Vec<(Difference, Option<Stored>)> {
        let (scaling, scheduler): (Vec<Planned>, Vec<Planned>) =
            computed.planned.iter().cloned().partition(|planned| planned.bounds.is_some());
        let schedules: Vec<Stored> = self.comparable().map(Held::stored).collect();
        let open = |action: &&&ScheduledAction| {
            !scheduled_actions::is_spent(&action.expression, action.timezone.as_deref(), now)
        };
        let actions: Vec<Stored> = self.actions.iter().filter(open).map(|action| action.stored()).collect();
        let mut all = Vec::new();
        for (planned, held) in [(scheduler, schedules), (scaling, actions)] {
            let held: Vec<Stored> = held.into_iter().filter(|held| !computed.keeps(&held.name)).collect();
            for one in schedule_drift(&planned, &held, now) {
                let name = match &one {
                    Difference::Missing(_) => None,
                    Difference::Extra { name } | Difference::Changed { name, .. } => Some(name),
                };
                let stored = name.and_then(|name| held.iter().find(|held| held.name == *name)).cloned();
                all.push((one, stored));
            }
        }
        all
    }
}

impl OffHours {
    /// How AWS differs from what was computed, in sentences; `None` where it keeps nothing, or that was never read.
    #[must_use]
    pub fn schedule_drift(&self, environment: &Environment, world: &World, now: Timestamp) -> Option<Vec<String>> {
        let scope = schedule_place(environment, self).filter(|_| self.routine.backend == Backend::EventBridge)?;
        if unread(&scope, world).is_some() {
            return None;
        }
        let group = self.routine.group_of(environment.name.as_str());
        let computed = self.computed(environment, &scope, world, now);
        let words = |(one, _): (Difference, Option<Stored>)| match one {
            Difference::Missing(planned) => format!("{} is missing", planned.name),
            Difference::Extra { name } => format!("{name} is at AWS but not in the configuration"),
            Difference::Changed { name, field, computed, stored } => {
                format!("{field} of {name} is {stored} instead of {computed}")
            }
        };
        Some(ActualAtAws::of(world, &scope, &group).differences(&computed, now).into_iter().map(words).collect())
    }
}
