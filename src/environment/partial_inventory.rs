//! How far placement may go while the first readings arrive. Half an account misleads: a system whose stages were
//! not read yet has none, a lone `shop-api-prod` is of `shop-api` until `shop-web-prod` comes. Pure.

use std::collections::BTreeMap;

use crate::world::{Scope, World};

/// How much of a scope was read, where not all of it was yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum PartialInventory {
    /// Too little to place anything: tags may still come, and they go before names.
    Little,
    /// Enough for resources that tell system and stage by themselves.
    Enough,
    /// Every name and tag; some ties between resources may still come, and move what says nothing by itself.
    Named,
    /// Everything that places.
    Placed,
}

/// The scopes of which not every kind was asked for yet.
pub type Unread = BTreeMap<Scope, PartialInventory>;

/// Every scope of `world` that must wait, with how far it may go: names are compared within an account, so a scope
/// waits for all others of its account, as far as that is known, and of its source.
pub(crate) fn held(world: &World, unread: &Unread) -> Unread {
    let accounts: BTreeMap<&Scope, _> = unread.keys().map(|scope| (scope, world.account(scope))).collect();
    let waits_for = |scope: &Scope, other: &Scope| {
        let account = world.account(scope);
        scope.source == other.source || (account.is_some() && accounts.get(other) == Some(&account))
    };
    // Of what an earlier run knew as a whole, names can be compared.
    let held = world.scopes().into_iter().filter(|scope| !world.is_recalled(scope)).filter_map(|scope| {
        let early = unread.iter().filter(|(other, _)| waits_for(&scope, other)).map(|(_, early)| *early).min()?;
        Some((scope, early))
    });
    held.filter(|(_, early)| *early <= PartialInventory::Enough).collect()
}
