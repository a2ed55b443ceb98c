//! Readings that several kinds share: series of metrics, and the extra facts of a page. The only files of this folder
//! with the network and SDK types; reading operations only.

pub mod metrics;
mod page_extras;

pub use metrics::{Measure, courses};
pub use page_extras::{db_events, extra, pending_maintenance, recommendations, with_ahead};
