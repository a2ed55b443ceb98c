//! The way from one desired state to another: stages, starting and stopping decisions, errors of the API.
//! Pure state machines; never a call.

mod api_error;
mod decide;
pub mod ecs_service;
pub mod sleep_wake_order;
pub mod start_stop;

pub use api_error::Rejection;
pub use decide::{Decision, decide, verb_for};
