//! AWS itself: SDK configuration and clients per scope, fault classification, paging, the call
//! budget, statistics, and `Live`, the real side of the cloud seam. SDK types stay in here
//! and in each kind's `fetch.rs` and `change.rs`.

mod budget;
mod clients;
mod direct;
mod extra;
mod fault;
mod kms;
mod live;
mod metrics;
mod open;
mod pages;
mod plain;
mod probe;
mod profiles;
mod rds_token;
mod recent;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod script;
mod sessions;
mod source;
mod stats;
mod together;
mod xml;

pub use clients::Clients;
pub use direct::{Answer, Json, Query, Rest, RestJson};
pub use extra::{db_events, extra, pending_maintenance, with_ahead};
pub use fault::fault;
pub use live::Live;
pub use metrics::{Measure, courses};
pub use pages::{Paged, pages};
pub(crate) use plain::at;
pub use plain::{count, maybe, tally, text, texts, when};
pub use recent::Recent;
pub use sessions::Sessions;
pub use source::{Source, Sources};
pub use together::{batches, together};
pub use xml::Find;

#[cfg(test)]
pub(crate) use clients::mocked;
#[cfg(test)]
pub(crate) use replay::Replay;
#[cfg(test)]
pub(crate) use script::Script;
