//! Memory between runs: what was read is kept in the local store per account and region, and taken in at the next start,
//! marked with its age. It serves to place and to show at once, and spares calls for what seldom changes; what it holds
//! is read again. Nothing of a simulated account is kept, and nothing that looks like a secret.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::known_names;
use super::seen_events::{self, SeenEvents};
use crate::cloud::Cloud;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::{AnyKind, PollClass};
use crate::overview::Picture;
use crate::store::{CachedPart, Place, Store, StoreFault};
use crate::world::{AccountId, AnyReading, KindName, Part, Resource, Scope, World};

/// How the items are written. Others are not taken in: it changes with every change of a kind's `model.rs`.
const FORM: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// A picture older than this is not drawn.
const PICTURE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// What seldom changes is taken as it was for so long by a command that reads once.
const STRUCTURE: SignedDuration = SignedDuration::from_hours(1);

/// The kind under which it is kept which account a source led to.
const ACCOUNT: &str = "account";

/// A part of a kind as it was kept and as it was read.
type Thawed = (&'static dyn AnyKind, CachedPart, AnyReading);

/// Fewer bytes than this are sooner read by one thread.
const WORTH_A_THREAD: usize = 128 * 1024;

/// How much of what is kept is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recall {
    /// All of it: to draw the last picture, or to read one environment alone.
    Everything,
    /// Only what spares calls: revisions of task definitions, which never change, and what seldom does.
    Structure,
}

/// What is kept between runs. Clones share it.
#[derive(Clone, Debug)]
pub struct Memory {
    store: Store,
    /// What writes at the moment.
    writing: Arc<Mutex<Option<JoinHandle<()>>>>,
    /// What was written last, of each kind in each place.
    written: Arc<Mutex<BTreeMap<(Scope, KindName), Timestamp>>>,
    /// When what happened was recorded last.
    recorded: Arc<Mutex<Option<Timestamp>>>,
}

impl Memory {
    /// The memory in the store of a state directory.
    ///
    /// # Errors
    /// As [`Store::open`]: then one goes on without.
    pub fn open(state_dir: &Path) -> Result<Self, StoreFault> {
        let (writing, written, recorded) = (Arc::default(), Arc::default(), Arc::default());
        Ok(Self { store: Store::open(state_dir)?, writing, written, recorded })
    }

    /// What the reader should hear once.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        self.store.notice()
    }

    /// What earlier runs knew of `scopes`. What cannot be read is not known: nobody waits for a store.
    #[must_use]
    pub fn recall(&self, cloud: &dyn Cloud, scopes: &[Scope], what: Recall, now: Timestamp) -> World {
        let mut world = World::at(cloud.speed());
        for scope in scopes {
            if let Err(fault) = self.recall_scope(cloud, scope, (what, now), &mut world) {
                tracing::warn!(%scope, %fault, "nothing is remembered");
            }
        }
        world
    }

    fn recall_scope(
        &self,
        cloud: &dyn Cloud,
        scope: &Scope,
        (what, now): (Recall, Timestamp),
        world: &mut World,
    ) -> Result<(), StoreFault> {
        let Some(region) = cloud.kept_as(scope) else { return Ok(()) };
        let led = self.store.parts(&whose(&region), FORM, Timestamp::MIN)?;
        let account = led.into_iter().find(|part| part.kind == ACCOUNT && part.part == scope.source.as_str());
        let Some(account) = account.and_then(|part| String::from_utf8(part.body).ok()) else { return Ok(()) };
        let place = Place { account: account.clone(), region };
        let kept = self.store.parts(&place, FORM, Timestamp::MIN)?.into_iter().filter_map(|part| {
            let kind = KINDS.iter().copied().find(|kind| kind.name().0 == part.kind)?;
            (now.duration_since(part.read_at) <= longest(kind, what)).then_some((kind, part))
        });
        for (kind, part, found) in thaw(kept.collect()) {
            world.remember(scope, kind.name(), &Part::from(part.part), found, part.read_at);
        }
        if what == Recall::Everything && world.shelves().any(|(at, _, _)| at == scope) {
            world.recalled(scope, AccountId::from(account));
        }
        Ok(())
    }

    /// Writes down what `world` read, and what happened as far as the picture of it tells, on a thread of its own. One that
    /// still writes is let finish: the next time writes the rest.
    pub fn keep_beside(&self, cloud: Arc<dyn Cloud>, world: Arc<World>, picture: Option<(Picture, TimeZone)>) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if writing.as_ref().is_some_and(|writing| !writing.is_finished()) {
            return;
        }
        let memory = Self { writing: Arc::default(), ..self.clone() };
        *writing = Some(std::thread::spawn(move || {
            if let Err(fault) = memory.keep(&*cloud, &world) {
                tracing::warn!(%fault, "what was read is not remembered");
            }
            if let Some((picture, zone)) = picture {
                let now = picture.at.unwrap_or_else(|| cloud.now());
                memory.record(&*cloud, (&*world, &picture), (now, &zone));
            }
        }));
    }

    /// Writes down what happened, as far as a picture tells. What cannot be kept is tried again the next time.
    pub fn record(&self, cloud: &dyn Cloud, seen: (&World, &Picture), (now, zone): (Timestamp, &TimeZone)) {
        if let Err(fault) = known_names::keep(&self.store, &known_names::known(seen.1, seen.0), now) {
            tracing::warn!(%fault, "names for completion are not remembered");
        }
        let last = *self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        match seen_events::record(&self.store, cloud, seen, (now, zone), last) {
            Ok(()) => *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) = Some(now),
            Err(fault) => tracing::warn!(%fault, "what happened is not remembered"),
        }
    }

    /// What is remembered of what happened in the last days; nothing where it cannot be read.
    #[must_use]
    pub fn seen(&self, now: Timestamp) -> Option<SeenEvents> {
        let told = SeenEvents::load(&self.store, now);
        told.inspect_err(|fault| tracing::warn!(%fault, "what happened before cannot be read")).ok()
    }

    /// Waits until what is being written is written.
    pub fn finish(&self) {
        let writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = writing.map(JoinHandle::join) {
            tracing::warn!("what was read is not remembered");
        }
    }

    /// Writes down what `world` read since it was written last.
    ///
    /// # Errors
    /// As [`Store::open`]; what was not written is tried again the next time.
    pub fn keep(&self, cloud: &dyn Cloud, world: &World) -> Result<(), StoreFault> {
        for scope in world.scopes() {
            let (Some(region), Some(who)) = (cloud.kept_as(&scope), world.identity(&scope)) else { continue };
            let place = Place { account: who.account.to_string(), region: region.clone() };
            let led = CachedPart {
                kind: ACCOUNT.to_owned(),
                part: scope.source.to_string(),
                form: FORM.to_owned(),
                read_at: world.latest().unwrap_or_default(),
                body: who.account.as_str().as_bytes().to_vec(),
            };
            self.store.keep_parts(&whose(&region), &[led])?;
            for (at, name, store) in world.shelves().filter(|(at, _, _)| **at == scope) {
                let Some(kind) = kind(name).filter(|kind| kind.pace() != PollClass::OnDemand) else { continue };
                let key = (at.clone(), name);
                let newest = store.bins().filter(|(_, bin)| !bin.remembered).filter_map(|(_, bin)| bin.read_at).max();
                let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
                let (Some(newest), Some(oldest)) = (newest, store.oldest()) else { continue };
                if written.is_some_and(|written| written >= newest) {
                    continue;
                }
                let news =
                    kind.freeze(world, at).into_iter().filter(|(_, at, _)| written.is_none_or(|last| *at > last));
                let parts: Vec<CachedPart> = news
                    .map(|(part, read_at, body)| CachedPart {
                        kind: name.to_string(),
                        part: part.to_string(),
                        form: FORM.to_owned(),
                        read_at,
                        body,
                    })
                    .collect();
                self.store.keep_kind(&place, name.0, oldest, &parts)?;
                self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(key, newest);
            }
        }
        Ok(())
    }
}

/// What was kept, as it was read; what cannot be read any more is left out. Half of it on another thread: the picture of a
/// large account is to be there at once.
fn thaw(mut kept: Vec<(&'static dyn AnyKind, CachedPart)>) -> Vec<Thawed> {
    let all = |some: Vec<(&'static dyn AnyKind, CachedPart)>| -> Vec<Thawed> {
        some.into_iter().filter_map(|(kind, part)| kind.thaw(&part.body).map(|found| (kind, part, found))).collect()
    };
    // The largest first, each to whoever has less to do.
    kept.sort_by_key(|(_, part)| std::cmp::Reverse(part.body.len()));
    let mut halves = [(0, Vec::new()), (0, Vec::new())];
    for one in kept {
        if let Some((bytes, half)) = halves.iter_mut().min_by_key(|(bytes, _)| *bytes) {
            *bytes += one.1.body.len();
            half.push(one);
        }
    }
    let [(_, mine), (bytes, behind)] = halves;
    if bytes < WORTH_A_THREAD {
        return all(mine).into_iter().chain(all(behind)).collect();
    }
    std::thread::scope(|scope| {
        let behind = scope.spawn(|| all(behind));
        let mut thawed = all(mine);
        match behind.join() {
            Ok(more) => thawed.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        thawed
    })
}

/// Where it is kept which account the sources of a region lead to.
fn whose(region: &str) -> Place {
    Place { account: String::new(), region: region.to_owned() }
}

/// How old it may be to be of use.
fn longest(kind: &dyn AnyKind, what: Recall) -> SignedDuration {
    let revisions = kind.name() == TaskDefinition::KIND;
    match what {
        // A registered revision never changes.
        _ if revisions => SignedDuration::MAX,
        Recall::Everything => PICTURE,
        Recall::Structure if kind.slow_parts_of().is_some() => STRUCTURE,
        Recall::Structure => SignedDuration::MIN,
    }
}

/// After `kind` was read in `scope`: what is remembered of parts that are not there any more goes.
pub(crate) fn drop_gone(world: &mut World, scope: &Scope, kind: KindName) {
    for of in KINDS.iter().filter(|of| of.parts_of() == Some(kind)) {
        world.retain_remembered(scope, of.name(), |world, part| {
            world.store(scope, kind).is_none_or(|owners| owners.keys().any(|key| key == part))
        });
    }
}

#[cfg(test)]
mod tests;
