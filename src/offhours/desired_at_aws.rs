//! What AWS should hold for an environment, computed from its schedule, what stands above it, who sleeps, and what is
//! remembered of them. Pure; writing it is a procedure's business.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::OffHours;
use super::actual_at_aws::ActualAtAws;
use super::scheduled_members::ScheduledMember;
use super::tag_store::{note, noted_of};
use crate::environment::Environment;
use crate::kinds::alarm::Alarm;
use crate::kinds::ecs_service::Service;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_group::change::{Label, Mark, SchedulePlace};
use crate::schedule::stored::planned_schedules::{LIFTED, Planned, Wanted, addresses, materialise, stored_count};
use crate::schedule::stored::scheduled_actions;
use crate::schedule::stored::scheduled_actions::Scaling;
use crate::schedule::stored::tag_record::key_of;
use crate::schedule::stored::tags;
use crate::schedule::{Actual, Bounds, Intent, Member, MemberKind, PowerAction, Record, Remembered, WakeDesired};
use crate::world::{Resource, Scope, World};

/// What should be stored, and who can't be left to AWS alone, with the reason.
#[derive(Clone, Debug, Default)]
pub struct DesiredAtAws {
    /// The schedules and scheduled actions, in the order to write them.
    pub planned: Vec<Planned>,
    /// Sentences about members that are left out.
    pub left_out: Vec<String>,
    /// Sentences about members that are not left out, and worth a word.
    pub noted: Vec<String>,
    /// What must be written on services first: what they wake to.
    pub memories: Vec<Mark>,
    /// Names of what is stored for members that are left out: it stays as it is.
    kept: BTreeSet<String>,
}

impl DesiredAtAws {
    /// Whether something stored under that name belongs to somebody left out.
    #[must_use]
    pub fn keeps(&self, name: &str) -> bool {
        self.kept.contains(name)
    }

    /// Computed to be just `planned`.
    #[cfg(test)]
    #[must_use]
    pub fn only(planned: Vec<Planned>) -> Self {
        Self { planned, ..Self::default() }
    }
}

/// What is known of how a scheduled member's service wakes.
struct Wakes {
    /// How many tasks it wakes to.
    count: Option<u32>,
    /// Its ResourceId and bounds, if it is scaled.
    scaling: Option<(String, Option<Bounds>)>,
}

impl OffHours {
    /// What AWS should hold from `now` on, where `scope` is where its schedules are.
    #[must_use]
    pub fn computed(&self, environment: &Environment, scope: &Scope, world: &World, now: Timestamp) -> DesiredAtAws {
        let mut computed = DesiredAtAws::default();
        let among: Vec<Member> = self.scheduled_members.iter().map(|it| it.member.clone()).collect();
        let intent = Intent::new(&self.routine.schedule, &self.exceptions);
        let group = self.routine.group_of(environment.name.as_str());
        let at_aws = ActualAtAws::of(world, scope, &group);
        let seen = ObservedSchedules { environment, at_aws: &at_aws, world, lifting: self.is_lifting(now) };
        for it in &self.scheduled_members {
            let label = it.member.label();
            if it.id.is_none() || it.actual == Actual::Gone {
                computed.left_out.push(format!("{label} is not there"));
                continue;
            }
            if let Some(id) = it.id.as_ref().filter(|id| is_elsewhere(&id.scope, scope, world)) {
                let message = format!("{label} is in {}, where schedules kept in {scope} reach nothing", id.scope);
                computed.left_out.push(message);
                continue;
            }
            let wakes = wakes(it, &seen);
            let scaling = wakes.scaling.as_ref();
            let scaling = scaling.map(|(resource, bounds)| Scaling { resource, group: &group, bounds: *bounds });
            let wanted = Wanted { member: &it.member, among: &among, arn: &it.arn, count: wakes.count, scaling };
            match materialise(intent, wanted, now) {
                Ok(planned) => {
                    computed.noted.extend(left_to_scaling(&label, &wakes).filter(|_| !planned.is_empty()));
                    computed.planned.extend(planned);
                }
                Err(why) => {
                    computed.left_out.push(why.to_string());
                    computed.kept.extend(stored_of(it, wakes.scaling.as_ref(), &at_aws));
                }
            }
            computed.memories.extend(memory(it, &wakes, &seen, scope));
        }
        computed.planned.sort_by_key(Planned::order);
        computed
    }

    /// What must be written on services before their schedules go: what those asleep wake to, which nothing else may
    /// remember; nothing on those that are up.
    #[must_use]
    pub fn leaving(&self, environment: &Environment, scope: &Scope, world: &World) -> Vec<Mark> {
        // With the group its words go; what must not go keeps it from being deleted.
        if environment.record.group().is_some() {
            return Vec::new();
        }
        let group = self.routine.group_of(environment.name.as_str());
        let at_aws = ActualAtAws::of(world, scope, &group);
        // What is asleep is not being lifted.
        let seen = ObservedSchedules { environment, at_aws: &at_aws, world, lifting: false };
        let label = |it: &ScheduledMember| match it.desired {
            Some(0) => memory(it, &wakes(it, &seen), &seen, scope),
            _ if it.tags.contains_key(tags::WAKES_TO) => labelled(it, None, &seen, scope),
            _ => None,
        };
        self.scheduled_members.iter().filter_map(label).collect()
    }

    /// Whether the last start is so short ago that a service may still be lifted by it.
    fn is_lifting(&self, now: Timestamp) -> bool {
        let lead = self.routine.schedule.start_lead;
        let span = LIFTED.saturating_add(LIFTED).saturating_add(lead);
        let from = now.checked_sub(span).unwrap_or(now);
        self.intent().transitions(from, now).iter().any(|transition| transition.verb == PowerAction::Start)
    }
}

/// What is known besides the scheduled members.
struct ObservedSchedules<'a> {
    environment: &'a Environment,
    at_aws: &'a ActualAtAws<'a>,
    world: &'a World,
    /// Whether bounds that are open now may be those of a lift.
    lifting: bool,
}

/// That a service which may be scaled to 0 tasks is only let go of when it wakes.
fn left_to_scaling(label: &str, wakes: &Wakes) -> Option<String> {
    let (_, bounds) = wakes.scaling.as_ref()?;
    (bounds.is_some_and(|bounds| bounds.min == 0 && bounds.max > 0) && wakes.count.is_none()).then(|| {
        format!(
            "{label} may be scaled to 0 tasks, and how many it wakes to is not known: its bounds are opened and its scaling \
             alone starts it; wake_desired = NUMBER has it started"
        )
    })
}

/// Whether what is kept in `scope` reaches nothing in `other`: a target is called in its own account and region.
fn is_elsewhere(other: &Scope, scope: &Scope, world: &World) -> bool {
    other.region != scope.region || world.account(other) != world.account(scope)
}

/// Names of everything stored for a scheduled member.
fn stored_of(
    it: &ScheduledMember,
    scaling: Option<&(String, Option<Bounds>)>,
    at_aws: &ActualAtAws<'_>,
) -> Vec<String> {
    let schedules = at_aws.schedules().filter(|held| addresses(&it.member, &held.target, &held.input));
    let schedules = schedules.map(|held| held.name.clone());
    let actions =
        at_aws.actions.iter().filter(|action| scaling.is_some_and(|(resource, _)| action.resource == *resource));
    schedules.chain(actions.map(|action| action.name.clone())).collect()
}

fn wakes(it: &ScheduledMember, seen: &ObservedSchedules<'_>) -> Wakes {
    if it.member.kind != MemberKind::EcsService {
        return Wakes { count: None, scaling: None };
    }
    let (scaling, at_aws) = (scaling(it, seen), seen.at_aws);
    if let Some((resource, Some(Bounds { min: 0, max: 1.. }))) = &scaling {
        // Its count moves all day, and what it wakes to must not move with it.
        let said = match it.member.wake_desired {
            WakeDesired::Count(count) => Some(count).filter(|count| *count > 0),
            WakeDesired::Remembered => None,
        };
        let worn = || tags::remembered(&it.tags)?.desired.filter(|count| *count > 0);
        let has = || it.desired.filter(|count| *count > 0);
        let count = said.or_else(|| at_aws.lifted(resource)).or_else(worn).or_else(has);
        return Wakes { count, scaling };
    }
    let lifted = || scaling.as_ref().and_then(|(_, bounds)| bounds.map(|bounds| bounds.min)).filter(|min| *min > 0);
    Wakes { count: count(it, at_aws).or_else(lifted), scaling }
}

/// How many tasks a service wakes to: what the configuration says, else what it has, else what its tag or the wake that
/// is stored at AWS remembers. Never guessed.
fn count(it: &ScheduledMember, at_aws: &ActualAtAws<'_>) -> Option<u32> {
    if let WakeDesired::Count(count) = it.member.wake_desired {
        return Some(count);
    }
    let stored = || at_aws.schedules().find_map(|held| stored_count(&it.member, &held.target, &held.input));
    it.desired.filter(|count| *count > 0).or_else(|| tags::remembered(&it.tags)?.desired).or_else(stored)
}

/// The resource of a service that is scaled, and its bounds while it is up: those it has, else what its tag remembers,
/// else what the wake that is stored at AWS sets. Where nothing of that was read, its alarms tell that it is scaled:
/// target tracking names them after it.
fn scaling(it: &ScheduledMember, seen: &ObservedSchedules<'_>) -> Option<(String, Option<Bounds>)> {
    let ObservedSchedules { environment, at_aws, world, lifting } = *seen;
    let resource = scheduled_actions::resource(it.member.cluster.as_deref().unwrap_or("default"), &it.member.id);
    let id = it.id.as_ref()?;
    if world.store(&id.scope, ScalableTarget::KIND).is_some_and(|store| store.oldest().is_some()) {
        let target = world.by_key::<ScalableTarget>(&id.scope, &resource)?;
        let open = Some(Bounds { min: target.min, max: target.max }).filter(|bounds| bounds.max > 0);
        // While it is lifted its bounds are not its own.
        let is_lifted = |bounds: &Bounds| lifting && at_aws.lifted(&resource) == Some(bounds.min);
        let open = open.filter(|bounds| !is_lifted(bounds));
        let remembered =
            || tags::remembered(&it.tags).and_then(|memory| memory.bounds).or_else(|| at_aws.remembered(&resource));
        return Some((resource.clone(), open.or_else(remembered)));
    }
    let prefix = format!("TargetTracking-{resource}-");
    let mut alarms = environment.scopes.iter().flat_map(|scope| world.all::<Alarm>(scope));
    alarms.any(|alarm| alarm.name.starts_with(&prefix)).then_some((resource, None))
}

/// The tag a service must wear, if it does not.
fn memory(it: &ScheduledMember, wakes: &Wakes, seen: &ObservedSchedules<'_>, scope: &Scope) -> Option<Mark> {
    let had = Remembered { desired: wakes.count, bounds: wakes.scaling.as_ref().and_then(|(_, bounds)| *bounds) };
    // What is written where nothing is written any more will not be there for ever.
    let written = match seen.environment.record {
        Record::Tags => it.tags.get(tags::WAKES_TO).map(String::as_str),
        Record::Group(_) => noted_of(it, tags::WAKES_TO, seen.world),
    };
    let new = had != Remembered::default() && written.and_then(|text| text.parse().ok()) != Some(had);
    if new { labelled(it, Some(had.to_string()), seen, scope) } else { None }
}

fn labelled(it: &ScheduledMember, value: Option<String>, seen: &ObservedSchedules<'_>, scope: &Scope) -> Option<Mark> {
    let on = it.id.as_ref().filter(|id| id.scope == *scope && id.kind == Service::KIND)?.clone();
    let environment = seen.environment;
    match &environment.record {
        Record::Tags => {
            let tags = BTreeMap::from([(tags::WAKES_TO, value)]);
            Some(Mark::Label(Label { environment: environment.name.clone(), on, arn: it.arn.clone(), tags }))
        }
        Record::Group(group) => {
            let cluster = it.member.cluster.as_deref()?;
            let words = BTreeMap::from([(key_of(tags::WAKES_TO, cluster, &it.member.id), value)]);
            let place =
                SchedulePlace { environment: environment.name.clone(), scope: scope.clone(), group: group.clone() };
            // Whether there is room, and whether it is known, is looked at for all of them together.
            note(environment, &place, seen.world, words).ok().flatten()
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::kinds::scheduled_action::ScheduledAction;
    use crate::kinds::testing::{know, scope};
    use crate::schedule::{Desired, Exceptions, Schedule, ScheduleBinding};
    use crate::world::{ResourceId, SchedulerLiveness};

    const RESOURCE: &str = "service/c/web";

    /// A service in office hours that may be scaled to nothing, and what stands at AWS for it.
    fn computed(bounds: (u32, u32), desired: u32, stored: bool, now: &str) -> DesiredAtAws {
        let mut scheduled_member = ScheduledMember {
            member: Member::new(MemberKind::EcsService, "web"),
            id: Some(ResourceId { kind: Service::KIND, scope: scope(), key: "arn:web".into() }),
            arn: "arn:web".to_owned(),
            actual: Actual::Up,
            desired: Some(desired),
            tags: BTreeMap::new(),
            restarts_at: None,
        };
        scheduled_member.member.cluster = Some("c".to_owned());
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let office = Schedule { on: vec!["mon-fri 09:00-22:00".parse().unwrap()], ..Schedule::new("office", zone) };
        let off = OffHours {
            routine: ScheduleBinding::new(office),
            exceptions: Exceptions::default(),
            scheduled_members: vec![scheduled_member],
            desired: Desired::On,
            next: None,
            drifts: Vec::new(),
            watcher: SchedulerLiveness::Untold,
            record: crate::offhours::RecordState::Known,
        };
        let mut world = World::default();
        know(&mut world, vec![target(bounds)]);
        let action = |slot: &str, min: u32, max: u32| ScheduledAction {
            arn: format!("arn:{slot}"),
            name: scheduled_actions::name("toban-dev", RESOURCE, PowerAction::Start, slot),
            resource: RESOURCE.to_owned(),
            expression: "cron(0 9 ? * MON-FRI *)".to_owned(),
            timezone: Some("Asia/Tokyo".to_owned()),
            start: None,
            end: None,
            min: Some(min),
            max: Some(max),
        };
        if stored {
            know(&mut world, vec![action("0845", 2, 4), action("0855", 0, 4)]);
        }
        let environment = Environment::new("dev", vec![scope()]);
        off.computed(&environment, &scope(), &world, now.parse().unwrap())
    }

    fn target((min, max): (u32, u32)) -> ScalableTarget {
        ScalableTarget { id: RESOURCE.to_owned(), min, max }
    }

    fn opens(computed: &DesiredAtAws) -> Vec<&str> {
        let starts = computed.planned.iter().filter(|planned| planned.verb == PowerAction::Start);
        starts.map(|planned| planned.input.as_str()).collect()
    }

    #[test]
    fn what_a_service_wakes_to_does_not_move_with_its_scaling_and_is_never_a_zero_of_sleep() {
        let (noon, night) = ("2026-11-19T12:00:00+09:00", "2026-11-19T23:00:00+09:00");
        assert_eq!(opens(&computed((0, 4), 2, false, noon)), ["min=2 max=4", "min=0 max=4"]);
        assert_eq!(opens(&computed((0, 4), 3, true, noon)), ["min=2 max=4", "min=0 max=4"], "not 3, which is now's");
        let asleep = computed((0, 0), 0, true, night);
        assert_eq!(opens(&asleep), ["min=2 max=4", "min=0 max=4"], "{:?}", asleep.left_out);
        let [Mark::Label(memory)] = &asleep.memories[..] else { panic!("{:?}", asleep.memories) };
        assert_eq!(memory.tags[tags::WAKES_TO].as_deref(), Some("desired=2 min=0 max=4"));
        assert!(computed((0, 0), 0, false, night).left_out[0].contains("is not known"), "nothing is guessed");
        let idle = computed((0, 4), 0, false, noon);
        assert_eq!(opens(&idle), ["min=0 max=4"]);
        assert!(idle.noted[0].contains("its scaling alone starts it; wake_desired = NUMBER"), "{:?}", idle.noted);
    }

    #[test]
    fn bounds_of_a_lift_are_not_taken_for_its_own() {
        let lifted = |now: &str| opens(&computed((2, 4), 2, true, now)).join(", ");
        assert_eq!(lifted("2026-11-19T08:50:00+09:00"), "min=2 max=4, min=0 max=4", "it is being lifted");
        assert_eq!(lifted("2026-11-19T12:00:00+09:00"), "min=2 max=4", "somebody gave it a lower bound");
    }
}
