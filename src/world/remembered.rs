//! What an earlier run of toban read: put beside what is read now, marked, until it is read again. It helps to place and
//! to show; it makes no verdict better. Where it is kept is the engine's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{AccountId, AnyReading, KindName, KindStore, Part, Resource, Scope, StoredPart, World};

/// The items of one part, and when they were read.
pub type ReadPart<'a, T> = (&'a Part, Timestamp, &'a [T]);

impl World {
    /// The parts of a kind that this run read, with their items.
    pub fn read_parts<T: Resource>(&self, scope: &Scope) -> impl Iterator<Item = ReadPart<'_, T>> {
        let bins = self.store(scope, T::KIND).into_iter().flat_map(KindStore::bins).filter(|(_, bin)| !bin.remembered);
        bins.filter_map(|(part, bin)| Some((part, bin.read_at?, bin.items.as_ref()?.list::<T>())))
    }

    /// Takes in what an earlier run read at `read_at`, where nothing was read since. `found` is of one part.
    pub fn remember(&mut self, scope: &Scope, kind: KindName, part: &Part, found: AnyReading, read_at: Timestamp) {
        let Some((_, Ok(items))) = found.parts.into_iter().next() else { return };
        let store = Arc::make_mut(self.shelves.entry(scope.clone()).or_default().entry(kind).or_default());
        let bin = store.bins.entry(Arc::clone(part)).or_default();
        if bin.read_at.is_none() {
            *bin = StoredPart { items: Some(items), read_at: Some(read_at), fault: bin.fault.take(), remembered: true };
            store.index();
        }
    }

    /// All that an earlier run knew of `scope`, which was of `account` then, is in here.
    pub fn recalled(&mut self, scope: &Scope, account: AccountId) {
        self.recalled.insert(scope.clone(), account);
    }

    /// Whether all that an earlier run knew of `scope` was taken in.
    #[must_use]
    pub fn is_recalled(&self, scope: &Scope) -> bool {
        self.recalled.contains_key(scope)
    }

    /// Takes what an earlier run knew from `other`, wherever nothing was read here.
    pub fn recall(&mut self, other: Self) {
        for (scope, account) in &other.recalled {
            if self.identity(scope).is_none_or(|who| who.account == *account) {
                self.recalled.insert(scope.clone(), account.clone());
            }
        }
        let is_other_account = |world: &Self, scope: &Scope| {
            world.identity(scope).zip(other.recalled.get(scope)).is_some_and(|(who, account)| who.account != *account)
        };
        for (scope, kinds) in &other.shelves {
            if is_other_account(self, scope) {
                continue;
            }
            for (kind, theirs) in kinds {
                let ours = self.shelves.entry(scope.clone()).or_default().entry(*kind).or_default();
                // A kind that was read as a whole has every part it has.
                if ours.tried_at.is_some() {
                    continue;
                }
                let ours = Arc::make_mut(ours);
                for (part, bin) in &theirs.bins {
                    ours.bins.entry(Arc::clone(part)).or_insert_with(|| bin.clone());
                }
                ours.index();
            }
        }
    }

    /// Of what an earlier run read of a kind, keeps the parts that `is_there`.
    pub fn retain_remembered(&mut self, scope: &Scope, kind: KindName, is_there: impl Fn(&Self, &str) -> bool) {
        let parts = self.store(scope, kind).into_iter().flat_map(KindStore::bins);
        let gone: Vec<Part> = parts
            .filter(|(part, bin)| bin.remembered && !is_there(self, part))
            .map(|(part, _)| Part::clone(part))
            .collect();
        if let Some(store) =
            self.shelves.get_mut(scope).and_then(|kinds| kinds.get_mut(&kind)).filter(|_| !gone.is_empty())
        {
            let store = Arc::make_mut(store);
            store.bins.retain(|part, _| !gone.contains(part));
            store.index();
        }
    }

    /// Forgets what an earlier run read there: it was another account.
    pub(super) fn forget_remembered(&mut self, scope: &Scope) {
        self.recalled.remove(scope);
        for store in self.shelves.get_mut(scope).into_iter().flat_map(BTreeMap::values_mut) {
            let store = Arc::make_mut(store);
            store.bins.retain(|_, bin| !bin.remembered);
            store.index();
        }
    }
}
