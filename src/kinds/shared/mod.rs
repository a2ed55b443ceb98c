//! What several kinds of resources use: their shared readings and the phrases that AWS writes.
//! Never knows one kind in particular.

pub mod fetch;
pub mod phrase_table;

pub use fetch::{Measure, courses, db_events, extra, pending_maintenance, recommendations, with_ahead};
