//! From a world to a picture: place every resource, judge it where it stands, roll up.
//! Pure; called by both faces whenever something arrived.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::{Counts, Environment, Member, Picture, Placed, Verdict, Wishes, place};
use crate::diagnosis;
use crate::kinds::tagged::Tagged;
use crate::kinds::{Context, Joins, KINDS, Pace, kind};
use crate::world::{EnvironmentName, Fault, Health, Scope, World};

/// Stages whose environments are not protected unless the configuration says so.
const OPEN_STAGES: &[&str] =
    &["dev", "develop", "development", "stg", "stage", "staging", "test", "qa", "uat", "poc", "demo", "sandbox"];

/// Makes the picture of `world` as of `now`, for a reader in `zone`.
#[must_use]
pub fn gather(world: &World, wishes: &Wishes, now: Timestamp, zone: &TimeZone) -> Picture {
    let mut subjects: Vec<_> = KINDS.iter().flat_map(|kind| kind.subjects(world)).collect();
    for subject in &mut subjects {
        // Tags told by the tagging API complete those that came with the resource itself.
        if let Some(tagged) = world.by_key::<Tagged>(&subject.id.scope, &subject.id.key) {
            for (key, value) in &tagged.tags {
                subject.tags.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    let joins = Joins::of(world);
    let mut homes: BTreeMap<EnvironmentName, Vec<Placed>> = BTreeMap::new();
    let mut lost = Vec::new();
    for placed in place(&subjects, wishes) {
        match placed.environment.clone() {
            Some(name) => homes.entry(name).or_default().push(placed),
            None => lost.push(placed),
        }
    }
    let mut environments: Vec<Environment> = homes
        .into_iter()
        .map(|(name, placed)| environment(name, placed, &Surroundings { world, joins: &joins, wishes, now, zone }))
        .collect();
    environments.sort_by(|a, b| b.verdict.health.cmp(&a.verdict.health).then_with(|| a.name.cmp(&b.name)));
    let mut unassigned: Vec<Member> = lost.into_iter().map(|placed| member(world, placed)).collect();
    sort_members(&mut unassigned);
    Picture { at: Some(now), environments, unassigned }
}

struct Surroundings<'a> {
    world: &'a World,
    joins: &'a Joins<'a>,
    wishes: &'a Wishes,
    now: Timestamp,
    zone: &'a TimeZone,
}

fn environment(name: EnvironmentName, placed: Vec<Placed>, around: &Surroundings<'_>) -> Environment {
    let wish = around.wishes.of(&name);
    let stage =
        wish.and_then(|wish| wish.stage.clone()).or_else(|| placed.iter().find_map(|placed| placed.stage.clone()));
    let project = placed.iter().find_map(|placed| placed.project.clone());
    let protected = wish
        .and_then(|wish| wish.protected)
        .unwrap_or_else(|| !stage.as_deref().is_some_and(|stage| OPEN_STAGES.contains(&stage.to_lowercase().as_str())));

    let mut scopes: Vec<Scope> = placed.iter().map(|placed| placed.id.scope.clone()).collect();
    scopes.sort();
    scopes.dedup();
    let mut members: Vec<Member> = placed.into_iter().map(|placed| member(around.world, placed)).collect();
    sort_members(&mut members);

    let mut counts = Counts::default();
    for member in &mut members {
        let cx = Context {
            world: around.world,
            joins: around.joins,
            scope: &member.id.scope,
            protected,
            now: around.now,
            zone: around.zone,
        };
        if let Some(kind) = kind(member.id.kind) {
            member.opinion = kind.opinion(&member.id, &cx);
            kind.count(&member.id, &cx, &mut counts);
        }
    }
    let (faults, read_at) = freshness(around.world, &scopes);
    let mut environment = Environment {
        name,
        project,
        stage,
        protected,
        account: single(scopes.iter().map(|scope| around.world.account(scope))),
        region: single(scopes.iter().map(|scope| Some(scope.region.clone()))),
        scopes,
        members,
        counts,
        verdict: Verdict { health: Health::Unknown, findings: Vec::new() },
        faults,
        read_at,
    };
    environment.verdict = diagnosis::read(&environment, around.world, around.joins, around.now, around.zone);
    environment
}

fn member(world: &World, placed: Placed) -> Member {
    let name = kind(placed.id.kind)
        .and_then(|kind| kind.title(world, &placed.id))
        .unwrap_or_else(|| placed.id.key.to_string());
    Member { id: placed.id, name, opinion: None, because: placed.because }
}

fn sort_members(members: &mut [Member]) {
    let order = |member: &Member| KINDS.iter().position(|kind| kind.name() == member.id.kind);
    members.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.id.cmp(&b.id)));
}

/// The faults that may hide something of an environment in these scopes, and the age of its oldest live data.
fn freshness(world: &World, scopes: &[Scope]) -> (Vec<(Scope, Fault)>, Option<Timestamp>) {
    let mut faults = Vec::new();
    let mut oldest: Option<Timestamp> = None;
    for (scope, name, shelf) in world.shelves().filter(|(scope, _, _)| scopes.contains(scope)) {
        for fault in shelf.faults() {
            if !faults.iter().any(|(at, known)| at == scope && known == fault) {
                faults.push((scope.clone(), fault.clone()));
            }
        }
        if kind(name).is_some_and(|kind| kind.pace() == Pace::Live) {
            oldest = match (oldest, shelf.oldest()) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }
    (faults, oldest)
}

fn single<T: PartialEq>(mut all: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}
