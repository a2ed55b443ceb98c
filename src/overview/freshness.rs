//! How fresh the data behind each environment is, and which faults may hide something of it.
//! A fault of one target group concerns the environment of that group only. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::environment::Placed;
use crate::kinds::PollClass;
use crate::kinds::catalog::kind;
use crate::world::{EnvironmentName, Fault, QuickMap, Scope, StoredPart, World};

/// What is known of the data behind one environment.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Freshness {
    /// What could not be read and may hide something of it.
    pub(crate) faults: Vec<(Scope, Fault)>,
    /// When the oldest of its live data was read.
    pub(crate) read_at: Option<Timestamp>,
    /// When the oldest of what an earlier run read of it was read, if any of its live data is so.
    pub(crate) recalled: Option<Timestamp>,
}

impl Freshness {
    fn hide(&mut self, scope: &Scope, fault: &Fault) {
        if !self.faults.iter().any(|(at, known)| at == scope && known == fault) {
            self.faults.push((scope.clone(), fault.clone()));
        }
    }
}

/// The environments of a scope, and of the keys in it, by their place in the list of homes.
#[derive(Default)]
struct Residents<'a> {
    all: BTreeSet<usize>,
    by_key: QuickMap<&'a str, usize>,
}

impl Residents<'_> {
    /// Whom a part concerns: the homes of what it is named after and of what is in it; all if that is nobody's.
    fn of(&self, part: &str, bin: &StoredPart) -> BTreeSet<usize> {
        if part.is_empty() {
            return self.all.clone();
        }
        let owners = self.owners(part, bin);
        if owners.is_empty() { self.all.clone() } else { owners }
    }

    fn owners(&self, part: &str, bin: &StoredPart) -> BTreeSet<usize> {
        std::iter::once(part).chain(bin.keys()).filter_map(|key| self.by_key.get(key)).copied().collect()
    }
}

/// The freshness of every environment, in the order of `homes`.
pub(crate) fn freshness(world: &World, homes: &BTreeMap<EnvironmentName, Vec<Placed>>) -> Vec<Freshness> {
    let mut residents: QuickMap<&Scope, Residents<'_>> = QuickMap::default();
    for (at, members) in homes.values().enumerate() {
        for member in members {
            let there = residents.entry(&member.id.scope).or_default();
            there.all.insert(at);
            there.by_key.insert(&member.id.key, at);
        }
    }
    let mut fresh = vec![Freshness::default(); homes.len()];
    for (scope, name, store) in world.shelves() {
        let Some(there) = residents.get(scope) else { continue };
        let live = kind(name).is_some_and(|kind| kind.pace() == PollClass::Live);
        for (part, bin) in store.bins().filter(|(_, bin)| live && bin.remembered) {
            let concerned = if part.is_empty() { there.all.clone() } else { there.owners(part, bin) };
            for at in concerned {
                let Some(fresh) = fresh.get_mut(at) else { continue };
                fresh.recalled = bin.read_at.map(|at| fresh.recalled.map_or(at, |oldest| oldest.min(at)));
            }
        }
        for (part, bin) in store.bins().filter(|(_, bin)| live || bin.fault.is_some()) {
            let concerned =
                if bin.remembered && !part.is_empty() { there.owners(part, bin) } else { there.of(part, bin) };
            for at in concerned {
                let Some(fresh) = fresh.get_mut(at) else { continue };
                if let Some(fault) = &bin.fault {
                    fresh.hide(scope, fault);
                }
                if live && let Some(read_at) = bin.read_at {
                    fresh.read_at = Some(fresh.read_at.map_or(read_at, |oldest| oldest.min(read_at)));
                }
            }
        }
        for fault in store.fault.iter().chain(&store.notes) {
            let only = fault.on.as_deref().and_then(|on| there.by_key.get(on));
            for at in there.all.iter().filter(|at| only.is_none_or(|only| only == *at)) {
                if let Some(fresh) = fresh.get_mut(*at) {
                    fresh.hide(scope, fault);
                }
            }
        }
    }
    fresh
}
