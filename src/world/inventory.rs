//! Stores: what was last read of one kind in one scope, part by part, with its age and faults.
//! A part is what one call covers (a cluster, a target group); a failing part keeps its old
//! items and stands beside fresh ones. Old data is never cleared by a fault.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::LoginHorizon;
use super::reading::{Items, most_named};
use super::{
    AccountId, AnyReading, Arn, Coverage, Fault, KindName, OwnTurn, OwnTurns, Part, QuickMap, Resource, ResourceId,
    SchedulerHeartbeat, Scope, SeenStops, Speed,
};

/// One part of a store.
#[derive(Clone, Debug, Default)]
pub struct StoredPart {
    pub(super) items: Option<Items>,
    /// When the items were read; `None` before the first success.
    pub read_at: Option<Timestamp>,
    /// Why the last reading failed, if it did. The items are then older than the attempt.
    pub fault: Option<Fault>,
    /// Whether an earlier run read it, and nobody since: it may look otherwise by now.
    pub remembered: bool,
}

impl StoredPart {
    /// The keys of its items.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().flat_map(|items| items.index.keys().map(AsRef::as_ref))
    }

    fn find(&self, key: &str) -> Option<(&Items, usize)> {
        let items = self.items.as_ref()?;
        items.index.get(key).map(|(at, _)| (items, *at))
    }
}

/// One kind's parts in one scope.
#[derive(Clone, Debug, Default)]
pub struct KindStore {
    pub(super) bins: BTreeMap<Part, StoredPart>,
    /// Which part each resource is in, where there are several: looking into each of them would cost too much.
    parts: Arc<QuickMap<Arc<str>, Part>>,
    /// Faults that cost no item.
    pub notes: Vec<Fault>,
    /// Why the whole kind could not be read the last time it was asked for.
    pub fault: Option<Fault>,
    /// When it was last asked for, successfully or not.
    pub tried_at: Option<Timestamp>,
}

impl KindStore {
    /// Its parts by name.
    pub fn bins(&self) -> impl Iterator<Item = (&Part, &StoredPart)> {
        self.bins.iter()
    }

    /// One part.
    #[must_use]
    pub fn bin(&self, part: &str) -> Option<&StoredPart> {
        self.bins.get(part)
    }

    /// The age of the oldest successful part, as the moment it was read; `None` if nothing ever was.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        self.bins.values().filter_map(|bin| bin.read_at).min()
    }

    /// When the part that holds that key was read; `None` if no part holds it.
    #[must_use]
    pub fn read_at(&self, key: &str) -> Option<Timestamp> {
        let holds = |bin: &&StoredPart| bin.items.as_ref().is_some_and(|items| items.index.contains_key(key));
        self.bins.values().find(holds).and_then(|bin| bin.read_at)
    }

    /// The keys of its resources.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.bins.values().flat_map(StoredPart::keys)
    }

    /// Every fault that stands: the whole kind's, its parts', its notes.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.fault.iter().chain(self.bins.values().filter_map(|bin| bin.fault.as_ref())).chain(&self.notes)
    }

    fn all<T: Resource>(&self) -> impl Iterator<Item = &T> {
        self.bins.values().filter_map(|bin| bin.items.as_ref()).flat_map(Items::list::<T>)
    }

    fn find(&self, key: &str) -> Option<(&Items, usize)> {
        if self.bins.len() == 1 {
            return self.bins.values().next()?.find(key);
        }
        // Kinds read part by part often have one item a part, keyed alike: look there first.
        let named = self.bins.get(key).and_then(|bin| bin.find(key));
        named.or_else(|| self.bins.get(self.parts.get(key)?)?.find(key))
    }

    pub(super) fn index(&mut self) {
        let mut parts = QuickMap::default();
        if self.bins.len() > 1 {
            for (part, bin) in &self.bins {
                for key in bin.items.iter().flat_map(|items| items.index.keys()).filter(|key| *key != part) {
                    parts.entry(Arc::clone(key)).or_insert_with(|| Arc::clone(part));
                }
            }
        }
        self.parts = Arc::new(parts);
    }

    /// What a resource looked like; it is likely in `part`, but may have moved there from another.
    fn fingerprint(&self, part: &str, key: &str) -> Option<u64> {
        let of = |bin: &StoredPart| {
            bin.items.as_ref().and_then(|items| items.index.get(key)).map(|(_, fingerprint)| *fingerprint)
        };
        self.bins.get(part).and_then(of).or_else(|| self.bins.values().find_map(of))
    }
}

/// Who we are in a scope.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Identity {
    /// The account the credentials belong to.
    pub account: AccountId,
    /// The caller: user or assumed role.
    pub arn: Arn,
    /// How long the login lasts, where something is known of it.
    #[serde(skip)]
    pub login: Option<LoginHorizon>,
}

/// What we believe about every scope.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub(super) shelves: BTreeMap<Scope, BTreeMap<KindName, Arc<KindStore>>>,
    /// The places that an earlier run knew as a whole, with the account that was.
    pub(super) recalled: BTreeMap<Scope, AccountId>,
    identities: BTreeMap<Scope, Result<Identity, Fault>>,
    heartbeat: Option<Arc<SchedulerHeartbeat>>,
    pub(super) seen_stops: Option<Arc<SeenStops>>,
    own_turns: Arc<OwnTurns>,
    speed: Speed,
}

impl World {
    /// A world of which nothing is known yet, whose time runs at `speed`.
    #[must_use]
    pub fn at(speed: Speed) -> Self {
        Self { speed, ..Self::default() }
    }

    /// How fast the time runs that its moments are told in.
    #[must_use]
    pub const fn speed(&self) -> Speed {
        self.speed
    }

    /// How old what was read at a moment is `now`, in the time people and processes live in.
    #[must_use]
    pub fn age(&self, read_at: Timestamp, now: Timestamp) -> SignedDuration {
        self.speed.in_ours(now.duration_since(read_at))
    }

    /// The clock was set back by that much: what was read is as old as before, by the new clock.
    pub fn set_back(&mut self, by: SignedDuration) {
        let earlier = |at: Timestamp| at.checked_sub(by).unwrap_or(Timestamp::MIN);
        for store in self.shelves.values_mut().flat_map(BTreeMap::values_mut) {
            let store = Arc::make_mut(store);
            store.tried_at = store.tried_at.map(earlier);
            for bin in store.bins.values_mut() {
                bin.read_at = bin.read_at.map(earlier);
            }
        }
    }

    /// Puts what a reading brought on its store and returns the resources whose state changed since the last one,
    /// newcomers
    /// included; at the very first reading nothing counts as changed.
    /// On a fault the old items stay.
    pub fn put(
        &mut self,
        scope: &Scope,
        kind: KindName,
        coverage: &Coverage,
        got: Result<AnyReading, Fault>,
        at: Timestamp,
    ) -> Vec<ResourceId> {
        let store = Arc::make_mut(self.shelves.entry(scope.clone()).or_default().entry(kind).or_default());
        store.tried_at = Some(at);
        let found = match got {
            Ok(found) => found,
            Err(fault) => {
                match coverage {
                    Coverage::All => store.fault = Some(fault),
                    Coverage::Parts(parts) => {
                        for part in parts {
                            store.bins.entry(Arc::clone(part)).or_default().fault = Some(fault.clone());
                        }
                    }
                }
                return Vec::new();
            }
        };
        // What an earlier run saw is long ago: that it differs is no news.
        let first = store.bins.values().all(|bin| bin.read_at.is_none() || bin.remembered);
        // Bins share their items: this copies no resource.
        let before = store.clone();
        if matches!(coverage, Coverage::All) {
            store.fault = None;
            store.notes = found.notes;
            store.bins.retain(|part, _| found.parts.iter().any(|(seen, _)| seen == part));
        } else {
            // What was left out before may be left out still: only a reading of everything tells that it is not.
            for note in found.notes {
                if !store.notes.contains(&note) {
                    store.notes.push(note);
                }
            }
        }
        // A part that is read for the first time beside others is no news either.
        let is_new = |part: &Part| {
            matches!(coverage, Coverage::Parts(_))
                && before.bins.get(part).is_none_or(|bin| bin.read_at.is_none() || bin.remembered)
        };
        let mut changed: Vec<ResourceId> = Vec::new();
        for (part, got) in found.parts {
            if let Ok(items) = &got
                && !first
                && !is_new(&part)
            {
                let news = items
                    .index
                    .iter()
                    .filter(|(key, (_, fingerprint))| before.fingerprint(&part, key) != Some(*fingerprint));
                changed.extend(news.map(|(key, _)| ResourceId { kind, scope: scope.clone(), key: Arc::clone(key) }));
            }
            let bin = store.bins.entry(part).or_default();
            match got {
                Ok(items) => {
                    *bin = StoredPart { items: Some(items), read_at: Some(at), fault: None, remembered: false }
                }
                Err(fault) => bin.fault = Some(fault),
            }
        }
        store.index();
        changed.sort();
        changed.dedup();
        changed
    }

    /// When anything was last read.
    #[must_use]
    pub fn latest(&self) -> Option<Timestamp> {
        self.shelves().flat_map(|(_, _, store)| store.bins().filter_map(|(_, bin)| bin.read_at)).max()
    }

    /// Takes over from `other` every part it read later than it was read here, in scopes something is known of; what it
    /// read at its very last look counts in any case: an answer that came here meanwhile may have been asked before.
    /// Returns the resources whose state differs from what was believed. What either forgot stays as it is here.
    pub fn adopt(&mut self, other: &Self) -> Vec<ResourceId> {
        let mut changed = Vec::new();
        let last = other.latest();
        for (scope, kind, theirs) in other.shelves() {
            let Some(kinds) = self.shelves.get_mut(scope) else { continue };
            let old = |part: &Part| kinds.get(&kind).and_then(|store| store.bin(part)).and_then(|bin| bin.read_at);
            let newer: Vec<(&Part, &StoredPart)> = theirs
                .bins()
                .filter(|(part, bin)| bin.read_at.is_some() && (bin.read_at > old(part) || bin.read_at == last))
                .collect();
            if newer.is_empty() {
                continue;
            }
            let ours = Arc::make_mut(kinds.entry(kind).or_default());
            let before = ours.clone();
            for (part, bin) in newer {
                let items = bin.items.iter().flat_map(|items| items.index.iter());
                let news = items.filter(|(key, (_, fingerprint))| before.fingerprint(part, key) != Some(*fingerprint));
                changed.extend(news.map(|(key, _)| ResourceId { kind, scope: scope.clone(), key: Arc::clone(key) }));
                ours.bins.insert(Arc::clone(part), bin.clone());
            }
            ours.tried_at = ours.tried_at.max(theirs.tried_at);
            ours.index();
        }
        changed
    }

    /// Takes what is known of whoever executes schedules on this machine.
    pub fn watched(&mut self, heartbeat: SchedulerHeartbeat) {
        self.heartbeat = Some(Arc::new(heartbeat));
    }

    /// Takes what the journal tells of stops and starts made from here.
    pub fn turned(&mut self, own_turns: OwnTurns) {
        self.own_turns = Arc::new(own_turns);
    }

    /// When it was last stopped or started from here, if it ever was.
    #[must_use]
    pub fn own_turn(&self, id: &ResourceId) -> Option<OwnTurn> {
        self.own_turns.of(id.kind.0, &id.key)
    }

    /// What is known of whoever executes schedules on this machine; `None` where nobody could be asked.
    #[must_use]
    pub fn heartbeat(&self) -> Option<&SchedulerHeartbeat> {
        self.heartbeat.as_deref()
    }

    /// Remembers who we are in `scope`, or why that could not be told. A known identity survives a fault.
    pub fn identify(&mut self, scope: &Scope, who: Result<Identity, Fault>) {
        if let Ok(who) = &who
            && self.recalled.get(scope).is_some_and(|account| *account != who.account)
        {
            self.forget_remembered(scope);
        }
        match (self.identities.get(scope), &who) {
            (Some(Ok(_)), Err(_)) => {}
            _ => {
                self.identities.insert(scope.clone(), who);
            }
        }
    }

    /// Who we are in `scope`, if it was found out.
    #[must_use]
    pub fn identity(&self, scope: &Scope) -> Option<&Identity> {
        self.identities.get(scope).and_then(|who| who.as_ref().ok())
    }

    /// Why the identity in `scope` could not be told.
    #[must_use]
    pub fn identity_fault(&self, scope: &Scope) -> Option<&Fault> {
        self.identities.get(scope).and_then(|who| who.as_ref().err())
    }

    /// Every scope whose identity could not be told, with the reason.
    pub fn identity_faults(&self) -> impl Iterator<Item = (&Scope, &Fault)> {
        self.identities.iter().filter_map(|(scope, who)| who.as_ref().err().map(|fault| (scope, fault)))
    }

    /// The account a scope belongs to: by its identity, else the one that most of what was read there names. `None` where
    /// that is a draw: a guess could take what is ours for another account's.
    #[must_use]
    pub fn account(&self, scope: &Scope) -> Option<AccountId> {
        self.identity(scope).map(|who| who.account.clone()).or_else(|| {
            let bins = self.shelves.get(scope)?.values().flat_map(|store| store.bins.values());
            most_named(bins.filter_map(|bin| bin.items.as_ref()?.account.clone()))
        })
    }

    /// The scopes anything is known of, in order.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        let mut scopes: Vec<Scope> = self.shelves.keys().chain(self.identities.keys()).cloned().collect();
        scopes.sort();
        scopes.dedup();
        scopes
    }

    /// All items of a kind in one scope.
    pub fn all<'a, T: Resource>(&'a self, scope: &Scope) -> impl Iterator<Item = &'a T> + use<'a, T> {
        self.store(scope, T::KIND).into_iter().flat_map(KindStore::all::<T>)
    }

    /// All items of a kind everywhere, with their scope.
    pub fn everywhere<T: Resource>(&self) -> impl Iterator<Item = (&Scope, &T)> {
        let shelves = self.shelves.iter().filter_map(|(scope, kinds)| Some((scope, kinds.get(&T::KIND)?)));
        shelves.flat_map(|(scope, store)| store.all::<T>().map(move |item| (scope, item)))
    }

    /// One resource, if it is (still) there.
    #[must_use]
    pub fn get<T: Resource>(&self, id: &ResourceId) -> Option<&T> {
        if id.kind != T::KIND {
            return None;
        }
        self.store(&id.scope, id.kind)
            .and_then(|store| store.find(&id.key))
            .and_then(|(items, at)| items.list::<T>().get(at))
    }

    /// One resource of kind `T` by its key.
    #[must_use]
    pub fn by_key<T: Resource>(&self, scope: &Scope, key: &str) -> Option<&T> {
        self.store(scope, T::KIND).and_then(|store| store.find(key)).and_then(|(items, at)| items.list::<T>().get(at))
    }

    /// The store of a kind in a scope; `None` before it was first asked for.
    #[must_use]
    pub fn store(&self, scope: &Scope, kind: KindName) -> Option<&KindStore> {
        self.shelves.get(scope)?.get(&kind).map(AsRef::as_ref)
    }

    /// Every store with its scope and kind.
    pub fn shelves(&self) -> impl Iterator<Item = (&Scope, KindName, &KindStore)> {
        self.shelves
            .iter()
            .flat_map(|(scope, kinds)| kinds.iter().map(move |(kind, store)| (scope, *kind, store.as_ref())))
    }

    /// Forgets everything that was read of a kind, for tests of what is said then.
    #[cfg(test)]
    pub(crate) fn forget(&mut self, scope: &Scope, kind: KindName) {
        if let Some(kinds) = self.shelves.get_mut(scope) {
            kinds.remove(&kind);
        }
    }

    /// Forgets everything about scopes that are not in `keep` (another profile was chosen).
    pub fn retain(&mut self, keep: &[Scope]) {
        self.shelves.retain(|scope, _| keep.contains(scope));
        self.identities.retain(|scope, _| keep.contains(scope));
        self.recalled.retain(|scope, _| keep.contains(scope));
    }
}

#[cfg(test)]
mod faulted;
