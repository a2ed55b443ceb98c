//! What we believe about the accounts: scopes, stores of resources with their age and
//! faults, identities, health words. Pure data; it is written by arrivals only and keeps
//! old data when a reading fails. No SDK type, clock or drawing here.

pub mod access_check;
mod fast_map;
mod fault;
mod health;
mod id;
mod inventory;
mod login;
mod own_turns;
mod partition;
mod reading;
mod remembered;
mod scheduler_heartbeat;
mod seen_stops;
mod time_scale;

pub(crate) use fast_map::{Quick, QuickMap, QuickSet};
pub use fault::{Fault, FaultKind};
pub use health::{Assessment, Health};
pub use id::{AccountId, Arn, EnvironmentName, KindName, Region, ResourceId, Scope, SourceName};
pub use inventory::{Identity, KindStore, StoredPart, World};
pub use login::{LoginHorizon, TokenRenewal};
pub use own_turns::{OwnTurn, OwnTurns};
pub use partition::{Partition, regional_host, registry_host};
pub use reading::{AnyReading, Coverage, Part, Reading, Resource};
pub use remembered::ReadPart;
pub use scheduler_heartbeat::{SchedulerHeartbeat, SchedulerLiveness};
pub use seen_stops::{SeenStop, SeenStops};
pub use time_scale::Speed;

pub mod read_request;
#[cfg(test)]
mod tests;

pub use read_request::ReadRequest;
