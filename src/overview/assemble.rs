//! From a world to a picture: place every resource, judge it where it stands, roll up.
//! Pure; called by both faces whenever something arrived.

use crate::overview::EnvironmentStatus;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

use super::Picture;
use super::awaited::{awaited, owners, unsettled};
use super::freshness::{Freshness, freshness};
use super::sharing::Sharing;
use crate::diagnosis::{self, DiagnosisInput};
use crate::environment::Environment;
use crate::environment::Member;
use crate::environment::Placed;
use crate::environment::infer::place_early;
use crate::environment::partial_inventory::held;
use crate::environment::{ConfiguredEnvironments, Unread};
use crate::kinds::Counts;
use crate::kinds::Subject;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::{AnyKind, Evidence, KindContext, ResourceIndex};
use crate::offhours::external_schedulers::{Timer, timers};
use crate::offhours::scheduled_members::{ScheduledMember, scheduled_members, wears_tools};
use crate::offhours::{ExternalSchedulers, OffHours};
use crate::world::{AccountId, EnvironmentName, Health, KindName, QuickMap, ResourceId, Scope, World};

/// Stages whose environments are not protected unless the configuration says so.
const OPEN_STAGES: &[&str] = &[
    "dev",
    "develop",
    "development",
    "stg",
    "stage",
    "staging",
    "test",
    "qa",
    "uat",
    "poc",
    "demo",
    "sandbox",
    "nonprod",
    "preview",
    "pr",
];

/// Makes the picture of `world` as of `now`, for a reader in `zone`.
#[must_use]
pub fn assemble(
    world: &World,
    configured_environments: &ConfiguredEnvironments,
    now: Timestamp,
    zone: &TimeZone,
) -> Picture {
    assemble_early(world, configured_environments, &Unread::new(), now, zone)
}

/// The same while scopes are `unread`: what could still turn out to belong elsewhere is not in it yet.
#[must_use]
pub fn assemble_early(
    world: &World,
    configured_environments: &ConfiguredEnvironments,
    unread: &Unread,
    now: Timestamp,
    zone: &TimeZone,
) -> Picture {
    let accounts: QuickMap<Scope, Option<AccountId>> =
        world.scopes().into_iter().map(|scope| (scope.clone(), world.account(&scope))).collect();
    let account = |scope: &Scope| accounts.get(scope).cloned().flatten();
    let mut subjects: Vec<Subject> =
        side_by_side(KINDS.to_vec(), &|kind: &dyn AnyKind| kind.subjects(world)).into_iter().flatten().collect();
    for subject in &mut subjects {
        subject.account = account(&subject.id.scope);
    }

    let mut homes: BTreeMap<EnvironmentName, Vec<Placed>> = BTreeMap::new();
    let mut lost = Vec::new();
    let mut sharing = Sharing::default();
    let held = held(world, unread);
    let all = place_early(&subjects, configured_environments, &held);
    let mut unsettled = unsettled(all.iter(), unread);
    for placed in all {
        match placed.environment.clone() {
            Some(name) => homes.entry(name).or_default().push(placed),
            None if !placed.shared.is_empty() => sharing.add(placed),
            None => lost.push(placed),
        }
    }
    let fresh = freshness(world, &homes);
    let resource_index = ResourceIndex::of(world);
    let timers = timers(world);
    let strays = sick_strays(&lost, world, &resource_index, (now, zone));
    let around = Surroundings {
        world,
        resource_index: &resource_index,
        configured_environments,
        account: &account,
        timers: &timers,
        sharing: &sharing,
        strays: &strays,
        now,
        zone,
    };
    unsettled.retain(|(id, _)| is_sick(id, world, &resource_index, (now, zone)));
    let homes: Vec<_> = homes.into_iter().zip(fresh).collect();
    let mut environments = side_by_side(homes, &|((name, placed), fresh)| environment(name, placed, fresh, &around));
    let owners = owners(&environments, unread);
    for environment in &mut environments {
        if let Some(awaited) = awaited(environment, (unread, &held), (&owners, &unsettled), world, now) {
            environment.verdict.withhold(&awaited);
        }
    }
    environments.sort_by(|a, b| {
        // Worst first; of equals what is protected; then the longest ill; then by name, so that the order holds still.
        let since = |it: &EnvironmentStatus| it.verdict.since.filter(|_| it.verdict.health > Health::Well);
        let rank = |it: &EnvironmentStatus| {
            let since = since(it);
            (std::cmp::Reverse(it.verdict.health), !it.protected, since.is_none(), since)
        };
        rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name))
    });
    let prices = configured_environments.prices.clone();
    Picture { at: Some(now), environments, shared: sharing.all(world), unassigned: members(world, lost), prices }
}

/// What `make` makes of each of `all`, in their order, half of them on another thread: a large account is to be seen
/// within a few milliseconds, and one thread more costs a small one nothing that could be noticed.
fn side_by_side<A: Send, B: Send>(mut all: Vec<A>, make: &(dyn Fn(A) -> B + Sync)) -> Vec<B> {
    let behind = all.split_off(all.len().div_ceil(2));
    if behind.is_empty() {
        return all.into_iter().map(make).collect();
    }
    std::thread::scope(|scope| {
        let behind = scope.spawn(move || behind.into_iter().map(make).collect::<Vec<B>>());
        let mut made: Vec<B> = all.into_iter().map(make).collect();
        match behind.join() {
            Ok(more) => made.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        made
    })
}

pub(crate) struct Surroundings<'a> {
    pub(crate) world: &'a World,
    pub(crate) resource_index: &'a ResourceIndex<'a>,
    configured_environments: &'a ConfiguredEnvironments,
    account: &'a (dyn Fn(&Scope) -> Option<AccountId> + Sync),
    timers: &'a [Timer],
    sharing: &'a Sharing,
    strays: &'a BTreeSet<Scope>,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a TimeZone,
}

/// The scopes in which something of no environment is sick while a kind that may tell whose it is could not be read.
fn sick_strays(
    lost: &[Placed],
    world: &World,
    resource_index: &ResourceIndex<'_>,
    (now, zone): (Timestamp, &TimeZone),
) -> BTreeSet<Scope> {
    let optional: Vec<KindName> =
        KINDS.iter().filter(|kind| kind.evidence() == Evidence::Optional).map(|kind| kind.name()).collect();
    let unread = |scope: &Scope| {
        let stores = optional.iter().filter_map(|kind| world.store(scope, *kind));
        stores.into_iter().any(|store| store.faults().next().is_some())
    };
    let blind: BTreeSet<Scope> = world.scopes().into_iter().filter(unread).collect();
    let strays = lost.iter().filter(|placed| blind.contains(&placed.id.scope));
    let sick = strays.filter(|placed| is_sick(&placed.id, world, resource_index, (now, zone)));
    sick.map(|placed| placed.id.scope.clone()).collect()
}

/// Whether one thing by itself is worse than unknown.
fn is_sick(
    id: &ResourceId,
    world: &World,
    resource_index: &ResourceIndex<'_>,
    (now, zone): (Timestamp, &TimeZone),
) -> bool {
    let cx = KindContext { world, resource_index, scope: &id.scope, protected: true, now, zone };
    let assessment = kind(id.kind).and_then(|kind| kind.assess(id, &cx));
    assessment.is_some_and(|assessment| assessment.health > Health::Unknown)
}

fn environment(
    name: EnvironmentName,
    placed: Vec<Placed>,
    fresh: Freshness,
    around: &Surroundings<'_>,
) -> EnvironmentStatus {
    let environment_config = around.configured_environments.of(&name);
    let stage = environment_config
        .and_then(|environment_config| environment_config.stage.clone())
        .or_else(|| placed.iter().find_map(|placed| placed.stage.clone()));
    let project = placed.iter().find_map(|placed| placed.project.clone());
    let confirmed = environment_config.is_some_and(|environment_config| {
        environment_config.protected == Some(false) || environment_config.allow_stop == Some(true)
    });
    let doubts: Vec<String> = placed.iter().filter(|_| !confirmed).filter_map(|placed| placed.doubt.clone()).collect();
    let protected = environment_config
        .and_then(|environment_config| environment_config.protected)
        .unwrap_or_else(|| !doubts.is_empty() || !stage.as_deref().is_some_and(is_open_stage));

    let mut scopes: Vec<Scope> = Vec::new();
    for placed in &placed {
        if scopes.last() != Some(&placed.id.scope) && !scopes.contains(&placed.id.scope) {
            scopes.push(placed.id.scope.clone());
        }
    }
    scopes.sort();
    let mut members = members(around.world, placed);

    let mut counts = Counts::default();
    for member in &mut members {
        let cx = KindContext {
            world: around.world,
            resource_index: around.resource_index,
            scope: &member.id.scope,
            protected,
            now: around.now,
            zone: around.zone,
        };
        if let Some(kind) = kind(member.id.kind) {
            member.assessment = kind.assess(&member.id, &cx);
            kind.count(&member.id, &cx, &mut counts);
        }
    }
    let shared = around.sharing.of(&name, around);
    let environment = Environment {
        name,
        project,
        stage,
        protected,
        allow_stop: environment_config.and_then(|environment_config| environment_config.allow_stop).unwrap_or(false),
        named: environment_config
            .map(|environment_config| environment_config.scheduled_members.clone())
            .unwrap_or_default(),
        record: environment_config.map(|environment_config| environment_config.record.clone()).unwrap_or_default(),
        account: single(scopes.iter().map(around.account)),
        region: single(scopes.iter().map(|scope| Some(scope.region.clone()))),
        scopes,
        members,
        shared,
        doubts,
        counts,
        faults: fresh.faults,
        read_at: fresh.read_at,
        recalled: fresh.recalled,
        deploy: environment_config.and_then(|environment_config| environment_config.deploy.clone()),
    };
    let mut environment = EnvironmentStatus::unjudged(environment);
    environment.offhours = OffHours::of(&environment, around.world, environment_config, around.now).map(Box::new);
    let others = match environment.offhours.as_deref() {
        Some(off) => others(&environment, &off.scheduled_members, around),
        None if concerned(&environment, around) => {
            others(&environment, &scheduled_members(&environment, around.world, environment_config), around)
        }
        None => ExternalSchedulers::default(),
    };
    if others.bar_enforcing().is_some()
        && let Some(off) = environment.offhours.as_deref_mut()
    {
        off.disabled_reason(around.now);
    }
    *environment.others = others;
    let input = DiagnosisInput {
        environment: &environment,
        offhours: environment.offhours.as_deref(),
        others: &environment.others,
        strays: around.strays,
        notes_days: around.configured_environments.notes_days(),
    };
    let mut verdict = diagnosis::read(&input, around.world, around.resource_index, around.now, around.zone);
    verdict.with_shared(&environment.shared);
    if let Some(at) = environment.recalled {
        verdict.recall(around.world.age(at, around.now));
    }
    environment.verdict = verdict;
    environment
}

/// Whether there is anything of others in it at all: of most environments there is not, and that is told cheaply.
fn concerned(environment: &EnvironmentStatus, around: &Surroundings<'_>) -> bool {
    let near = |timer: &Timer| environment.scopes.contains(&timer.scope);
    around.timers.iter().any(near) || wears_tools(environment, around.world)
}

fn others(
    environment: &EnvironmentStatus,
    scheduled_members: &[ScheduledMember],
    around: &Surroundings<'_>,
) -> ExternalSchedulers {
    environment.external_schedulers(scheduled_members, around.world, around.timers, (around.zone, around.now))
}

/// Whether a stage is known not to be production; `dev2`, `dev-blue` and `preview-pr-7` are as open as `dev`.
#[must_use]
pub fn is_open_stage(stage: &str) -> bool {
    let stage = stage.to_lowercase();
    let first = stage.split('-').next().unwrap_or_default();
    OPEN_STAGES.contains(&first.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// Members with their names, in the order of kinds, then by name.
pub(crate) fn members(world: &World, placed: Vec<Placed>) -> Vec<Member> {
    let kinds: QuickMap<KindName, (usize, &dyn AnyKind)> =
        KINDS.iter().enumerate().map(|(at, kind)| (kind.name(), (at, *kind))).collect();
    let ranked: Vec<(usize, Member)> = placed
        .into_iter()
        .map(|placed| {
            let kind = kinds.get(&placed.id.kind);
            let name =
                kind.and_then(|(_, kind)| kind.title(world, &placed.id)).unwrap_or_else(|| placed.id.key.to_string());
            let rank = kind.map_or(usize::MAX, |(rank, _)| *rank);
            (rank, Member { id: placed.id, name, assessment: None, because: placed.because })
        })
        .collect();
    // Members are large: their places are put in order, then each moves once.
    let mut order: Vec<usize> = (0..ranked.len()).collect();
    order.sort_by(|a, b| match (ranked.get(*a), ranked.get(*b)) {
        (Some((a, one)), Some((b, other))) => {
            a.cmp(b).then_with(|| one.name.cmp(&other.name)).then_with(|| one.id.cmp(&other.id))
        }
        _ => a.cmp(b),
    });
    let mut members: Vec<Option<Member>> = ranked.into_iter().map(|(_, member)| Some(member)).collect();
    order.into_iter().filter_map(|at| members.get_mut(at).and_then(Option::take)).collect()
}

fn single<T: PartialEq>(mut all: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

#[cfg(test)]
mod tests;
