//! Worlds of which a part could not be read, for tests: what is known otherwise stays as it is. Nothing here is used
//! outside tests.

use std::sync::Arc;

use super::{KindStore, StoredPart, World};
use crate::world::{Fault, KindName, Part, Scope};

impl World {
    /// The same world where a kind, or one part of it, could not be read and never was.
    pub(crate) fn faulted(&self, scope: &Scope, kind: KindName, part: Option<&Part>, fault: &Fault) -> Self {
        let mut world = self.clone();
        let store = Arc::make_mut(world.shelves.entry(scope.clone()).or_default().entry(kind).or_default());
        match part {
            None => *store = KindStore { fault: Some(fault.clone()), tried_at: store.tried_at, ..KindStore::default() },
            Some(part) => {
                let unread = StoredPart { fault: Some(fault.clone()), ..StoredPart::default() };
                store.bins.insert(Arc::clone(part), unread);
                store.index();
            }
        }
        world
    }

    /// The same world where the list of a kind was cut short before anything came.
    pub(crate) fn cut_short(&self, scope: &Scope, kind: KindName, fault: &Fault) -> Self {
        let mut world = self.clone();
        let store = Arc::make_mut(world.shelves.entry(scope.clone()).or_default().entry(kind).or_default());
        store.bins.values_mut().for_each(|bin| bin.items = None);
        store.notes.push(fault.clone());
        store.index();
        world
    }

    /// The same world where a kind was never asked for.
    pub(crate) fn unasked(&self, scope: &Scope, kind: KindName) -> Self {
        let mut world = self.clone();
        world.shelves.entry(scope.clone()).or_default().remove(&kind);
        world
    }
}
