//! AWS itself: SDK configuration and clients per scope, fault classification, paging, the call
//! budget, statistics, and `Live`, the real side of the cloud seam. SDK types stay in here
//! and in each kind's `fetch.rs` and `change.rs`.

mod answer_check;
pub mod budget;
pub mod call_log;
pub mod call_record;
mod cbor;
pub mod clients;
mod concurrent;
pub mod connect;
pub mod convert;
pub mod credentials;
pub mod direct;
mod doubt;
pub mod fault;
mod idempotency;
mod lost_answer;
pub mod pages;
mod profile_file;
pub mod profiles;
mod protocol;
mod single_flight;
pub mod source;
pub mod stats;
#[cfg(test)]
pub(crate) mod testing_account;
#[cfg(test)]
mod testing_http;
#[cfg(test)]
mod testing_replay;
pub mod variables;
mod whole_object;
mod xml;

pub use clients::Clients;
pub use concurrent::{batches, concurrently};
pub(crate) use convert::at;
pub use convert::{count, maybe, tally, text, texts, when};
pub use credentials::Attendant;
pub use direct::fields;
pub use direct::{Answer, Json, Query, Rest, RestJson, RestXml};
pub use fault::fault;
pub use idempotency::{Idempotency, idempotency};
pub(crate) use lost_answer::look_for;
pub use pages::{Paged, named, named_pages, pages};
pub use profiles::profile_names;
pub use single_flight::SingleFlight;
pub use source::{Source, Sources};
pub(crate) use whole_object::{RawAnswer, WrittenBack, knows_all};
pub use xml::Find;

#[cfg(test)]
pub(crate) use clients::mocked;
#[cfg(test)]
pub(crate) use idempotency::SendOnce;
#[cfg(test)]
pub(crate) use testing_http::Script;
#[cfg(test)]
pub(crate) use testing_replay::Replay;
