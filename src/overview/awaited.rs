//! What an environment's verdict waits for while the first readings arrive: kinds that verdicts rest on, its own parts of
//! those that come a few at a time, and whatever may still turn out to belong to it. Pure; missing data makes nothing better.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::EnvironmentStatus;
use crate::environment::{PartialInventory, Placed, Unread};
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::ecs_service::Service;
use crate::kinds::{AnyKind, Evidence, PollClass};
use crate::text;
use crate::world::{EnvironmentName, KindName, KindStore, ResourceId, Scope, World};

/// Where things are that others are parts of: target groups, clusters, load balancers.
pub(super) type Owners = BTreeMap<ResourceId, EnvironmentName>;

/// The places of such things, while something is unread.
pub(super) fn owners(environments: &[EnvironmentStatus], unread: &Unread) -> Owners {
    if unread.is_empty() {
        return Owners::new();
    }
    let kinds: BTreeSet<KindName> = KINDS.iter().filter_map(|kind| kind.parts_of()).collect();
    let of = |environment: &EnvironmentStatus| {
        let members = environment.members.iter().filter(|member| kinds.contains(&member.id.kind));
        members.map(|member| (member.id.clone(), environment.name.clone())).collect::<Vec<_>>()
    };
    environments.iter().flat_map(of).collect()
}

/// What says nothing of its place by itself, and is sick: ties that were not read yet may move it.
pub(super) type Unsettled = Vec<(ResourceId, Option<EnvironmentName>)>;

/// Those of `placed` that may still move, in places where some ties were not read.
pub(super) fn unsettled<'a>(placed: impl Iterator<Item = &'a Placed>, unread: &Unread) -> Unsettled {
    if !unread.values().any(|early| *early == PartialInventory::Named) {
        return Unsettled::new();
    }
    let may_move = placed.filter(|placed| !placed.by_itself && unread.contains_key(&placed.id.scope));
    may_move.map(|placed| (placed.id.clone(), placed.environment.clone())).collect()
}

/// What the verdict on `environment` waits for, as the end of a sentence; `None` where it stands as it is.
pub(super) fn awaited(
    environment: &EnvironmentStatus,
    (unread, held): (&Unread, &Unread),
    (owners, sick): (&Owners, &Unsettled),
    world: &World,
    now: Timestamp,
) -> Option<String> {
    let here: Vec<&Scope> = environment.scopes.iter().filter(|scope| unread.contains_key(*scope)).collect();
    let is_held = environment.scopes.iter().any(|scope| held.contains_key(scope));
    let mut names: Vec<String> = Vec::new();
    for kind in KINDS.iter().filter(|kind| kind.pace() != PollClass::OnDemand) {
        let counts = kind.evidence() != Evidence::None || (is_held && kind.places());
        let waits =
            here.iter().filter(|_| counts).find_map(|scope| waits_for(*kind, scope, environment, (owners, world)));
        if let Some(name) = waits.filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    let stranger = sick.iter().find(|(id, home)| {
        here.contains(&&id.scope)
            && unread.get(&id.scope) == Some(&PartialInventory::Named)
            && home.as_ref() != Some(&environment.name)
    });
    if names.is_empty() {
        return match stranger {
            _ if is_held => Some(String::new()),
            Some((id, _)) => Some(format!("whether {} is of it", name(id, world))),
            None => None,
        };
    }
    let shown = match names.as_slice() {
        [first, second, more @ ..] if more.len() > 1 => format!("{first}, {second} and {} more", more.len()),
        few => few.join(", "),
    };
    let of = |scope: &&Scope| world.shelves().filter(|(at, _, _)| at == scope).filter_map(|(_, _, s)| s.tried_at).min();
    let waited =
        here.iter().filter_map(of).min().map(|since| world.age(since, now).as_secs()).filter(|secs| *secs >= 3);
    Some(waited.map_or_else(|| shown.clone(), |secs| format!("{shown} ({})", text::span(secs))))
}

/// Whether a kind was not read yet of what `environment` is judged by, in words. Of what comes in pieces that is what is in
/// it, where its services run, and what is in no environment.
fn waits_for(
    kind: &dyn AnyKind,
    scope: &Scope,
    environment: &EnvironmentStatus,
    (owners, world): (&Owners, &World),
) -> Option<String> {
    let store = world.store(scope, kind.name());
    let Some(owner) = kind.parts_of() else {
        return store.is_none_or(|store| store.tried_at.is_none()).then(|| word(kind));
    };
    let services = environment.members.iter().filter_map(|it| world.get::<Service>(&it.id));
    let clusters: BTreeSet<&str> = services.map(|service| service.cluster.as_str()).collect();
    let is_ours = |key: &&str| {
        let id = ResourceId { kind: owner, scope: scope.clone(), key: (*key).into() };
        clusters.contains(key) || owners.get(&id).is_none_or(|home| *home == environment.name)
    };
    let there = world.store(scope, owner).into_iter().flat_map(KindStore::keys);
    let parts: Vec<&str> = there.filter(is_ours).collect();
    let is_read = |part: &&&str| {
        let bin = store.and_then(|store| store.bin(part));
        bin.is_some_and(|bin| (bin.read_at.is_some() && !bin.remembered) || bin.fault.is_some())
    };
    // One fault of the whole kind is all that there will be.
    let failed = store.is_some_and(|store| store.fault.is_some());
    let left = if failed { 0 } else { parts.len() - parts.iter().filter(is_read).count() };
    match left {
        0 => None,
        left if left == parts.len() => Some(word(kind)),
        left => Some(format!("{} of {left} more", word(kind))),
    }
}

fn word(kind: &dyn AnyKind) -> String {
    kind.shown().map_or_else(|| kind.name().0.replace('-', " "), |shown| shown.list.replace('_', " "))
}

fn name(id: &ResourceId, world: &World) -> String {
    kind(id.kind).and_then(|kind| kind.title(world, id)).unwrap_or_else(|| id.key.to_string())
}
