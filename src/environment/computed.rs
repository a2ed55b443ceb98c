//! What AWS should hold for an environment, computed from its schedule, what stands above it, who sleeps, and what is
//! remembered of them. Pure; writing it is a procedure's business.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::sleepers::Sleeper;
use super::stored::AtAws;
use super::{Environment, OffHours};
use crate::kinds::alarm::Alarm;
use crate::kinds::ecs_service::Service;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_group::change::Label;
use crate::schedule::materialise::{Planned, Wanted, addresses, materialise, stored_count};
use crate::schedule::scaled::{self, Scaling};
use crate::schedule::{Actual, Bounds, Intent, Member, MemberKind, Remembered, WakeDesired, tags};
use crate::world::{Resource, Scope, World};

/// What should be stored, and who can't be left to AWS alone, with the reason.
#[derive(Clone, Debug, Default)]
pub struct Computed {
    /// The schedules and scheduled actions, in the order to write them.
    pub planned: Vec<Planned>,
    /// Sentences about members that are left out.
    pub left_out: Vec<String>,
    /// What must be written on services first: what they wake to.
    pub memories: Vec<Label>,
    /// Names of what is stored for members that are left out: it stays as it is.
    kept: BTreeSet<String>,
}

impl Computed {
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

/// What is known of how a sleeper's service wakes.
struct Wakes {
    /// How many tasks it wakes to.
    count: Option<u32>,
    /// Its ResourceId and bounds, if it is scaled.
    scaling: Option<(String, Option<Bounds>)>,
}

impl OffHours {
    /// What AWS should hold from `now` on, where `scope` is where its schedules are.
    #[must_use]
    pub fn computed(&self, environment: &Environment, scope: &Scope, world: &World, now: Timestamp) -> Computed {
        let mut computed = Computed::default();
        let among: Vec<Member> = self.sleepers.iter().map(|it| it.member.clone()).collect();
        let intent = Intent::new(&self.routine.schedule, &self.exceptions);
        let group = self.routine.group_of(environment.name.as_str());
        let at_aws = AtAws::of(world, scope, &group);
        for it in &self.sleepers {
            let label = it.member.label();
            if it.id.is_none() || it.actual == Actual::Gone {
                computed.left_out.push(format!("{label} is not there"));
                continue;
            }
            if let Some(id) = it.id.as_ref().filter(|id| is_elsewhere(&id.scope, scope, world)) {
                let says = format!("{label} is in {}, where schedules kept in {scope} reach nothing", id.scope);
                computed.left_out.push(says);
                continue;
            }
            let wakes = wakes(it, environment, &at_aws, world);
            let scaling = wakes.scaling.as_ref();
            let scaling = scaling.map(|(resource, bounds)| Scaling { resource, group: &group, bounds: *bounds });
            let wanted = Wanted { member: &it.member, among: &among, arn: &it.arn, count: wakes.count, scaling };
            match materialise(intent, wanted, now) {
                Ok(planned) => computed.planned.extend(planned),
                Err(why) => {
                    computed.left_out.push(why.to_string());
                    computed.kept.extend(stored_of(it, wakes.scaling.as_ref(), &at_aws));
                }
            }
            computed.memories.extend(memory(it, &wakes, environment, scope));
        }
        computed.planned.sort_by_key(Planned::order);
        computed
    }

    /// What must be written on services before their schedules go: what those asleep wake to, which nothing else may
    /// remember; nothing on those that are up.
    #[must_use]
    pub fn leaving(&self, environment: &Environment, scope: &Scope, world: &World) -> Vec<Label> {
        let group = self.routine.group_of(environment.name.as_str());
        let at_aws = AtAws::of(world, scope, &group);
        let label = |it: &Sleeper| match it.desired {
            Some(0) => memory(it, &wakes(it, environment, &at_aws, world), environment, scope),
            _ if it.tags.contains_key(tags::WAKES_TO) => labelled(it, None, environment, scope),
            _ => None,
        };
        self.sleepers.iter().filter_map(label).collect()
    }
}

/// Whether what is kept in `scope` reaches nothing in `other`: a target is called in its own account and region.
fn is_elsewhere(other: &Scope, scope: &Scope, world: &World) -> bool {
    other.region != scope.region || world.account(other) != world.account(scope)
}

/// Names of everything stored for a sleeper.
fn stored_of(it: &Sleeper, scaling: Option<&(String, Option<Bounds>)>, at_aws: &AtAws<'_>) -> Vec<String> {
    let schedules = at_aws.schedules().filter(|held| addresses(&it.member, &held.target, &held.input));
    let schedules = schedules.map(|held| held.name.clone());
    let actions =
        at_aws.actions.iter().filter(|action| scaling.is_some_and(|(resource, _)| action.resource == *resource));
    schedules.chain(actions.map(|action| action.name.clone())).collect()
}

fn wakes(it: &Sleeper, environment: &Environment, at_aws: &AtAws<'_>, world: &World) -> Wakes {
    if it.member.kind != MemberKind::EcsService {
        return Wakes { count: None, scaling: None };
    }
    let scaling = scaling(it, environment, at_aws, world);
    let lifted = || scaling.as_ref().and_then(|(_, bounds)| bounds.map(|bounds| bounds.min)).filter(|min| *min > 0);
    Wakes { count: count(it, at_aws).or_else(lifted), scaling }
}

/// How many tasks a service wakes to: what the configuration says, else what it has, else what its tag or the wake that
/// is stored at AWS remembers. Never guessed.
fn count(it: &Sleeper, at_aws: &AtAws<'_>) -> Option<u32> {
    if let WakeDesired::Count(count) = it.member.wake_desired {
        return Some(count);
    }
    let stored = || at_aws.schedules().find_map(|held| stored_count(&it.member, &held.target, &held.input));
    it.desired.filter(|count| *count > 0).or_else(|| tags::remembered(&it.tags)?.desired).or_else(stored)
}

/// The resource of a service that is scaled, and its bounds while it is up: those it has, else what its tag remembers,
/// else what the wake that is stored at AWS sets. Where nothing of that was read, its alarms tell that it is scaled:
/// target tracking names them after it.
fn scaling(
    it: &Sleeper,
    environment: &Environment,
    at_aws: &AtAws<'_>,
    world: &World,
) -> Option<(String, Option<Bounds>)> {
    let resource = scaled::resource(it.member.cluster.as_deref().unwrap_or("default"), &it.member.id);
    let id = it.id.as_ref()?;
    if world.shelf(&id.scope, ScalableTarget::KIND).is_some_and(|shelf| shelf.oldest().is_some()) {
        let target = world.by_key::<ScalableTarget>(&id.scope, &resource)?;
        let open = Some(Bounds { min: target.min, max: target.max }).filter(|bounds| bounds.max > 0);
        let remembered =
            || tags::remembered(&it.tags).and_then(|memory| memory.bounds).or_else(|| at_aws.remembered(&resource));
        return Some((resource.clone(), open.or_else(remembered)));
    }
    let prefix = format!("TargetTracking-{resource}-");
    let mut alarms = environment.scopes.iter().flat_map(|scope| world.all::<Alarm>(scope));
    alarms.any(|alarm| alarm.name.starts_with(&prefix)).then_some((resource, None))
}

/// The tag a service must wear, if it does not.
fn memory(it: &Sleeper, wakes: &Wakes, environment: &Environment, scope: &Scope) -> Option<Label> {
    let had = Remembered { desired: wakes.count, bounds: wakes.scaling.as_ref().and_then(|(_, bounds)| *bounds) };
    let worn = it.tags.get(tags::WAKES_TO).and_then(|text| text.parse().ok());
    let new = had != Remembered::default() && worn != Some(had);
    if new { labelled(it, Some(had.to_string()), environment, scope) } else { None }
}

fn labelled(it: &Sleeper, value: Option<String>, environment: &Environment, scope: &Scope) -> Option<Label> {
    let on = it.id.as_ref().filter(|id| id.scope == *scope && id.kind == Service::KIND)?.clone();
    let tags = BTreeMap::from([(tags::WAKES_TO, value)]);
    Some(Label { environment: environment.name.clone(), on, arn: it.arn.clone(), tags })
}
