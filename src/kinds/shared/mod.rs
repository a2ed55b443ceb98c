//! What several kinds of resources use: metrics, extra facts for pages, phrases that AWS writes.
//! Never knows one kind in particular.

mod metrics;
mod page_extras;
pub mod phrase_table;

pub use metrics::{Measure, courses};
pub use page_extras::{db_events, extra, pending_maintenance, with_ahead};
