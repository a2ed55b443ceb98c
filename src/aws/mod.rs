//! AWS itself: SDK configuration and clients per scope, fault classification, paging, the call
//! budget, statistics, and `Live`, the real side of the cloud seam. SDK types stay in here
//! and in each kind's `fetch.rs` and `change.rs`.

mod clients;

pub use clients::Clients;
