//! What we believe about the accounts: scopes, shelves of resources with their age and
//! faults, identities, health words. Pure data; it is written by arrivals only and keeps
//! old data when a reading fails. No SDK type, clock or drawing here.

mod fault;
mod harvest;
mod health;
mod id;
mod quick;
mod shelf;
mod speed;
mod vigil;

pub use fault::{Fault, FaultKind};
pub use harvest::{Coverage, Found, Harvest, Part, Resource};
pub use health::{Health, Opinion};
pub use id::{AccountId, Arn, EnvironmentName, KindName, Region, ResourceId, Scope, SourceName};
pub(crate) use quick::{QuickMap, QuickSet};
pub use shelf::{Bin, Identity, Shelf, World};
pub use speed::Speed;
pub use vigil::{Vigil, Watcher};

#[cfg(test)]
mod tests;
