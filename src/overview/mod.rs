//! The picture both faces show: environments with members, verdict and off-hours, assembled once per reading.
//! Plain data and pure functions; never reads from AWS and never draws.

mod assemble;
mod awaited;
mod environment_status;
pub mod find;
mod freshness;
pub mod picture;
mod sharing;

pub use assemble::{assemble, assemble_early, is_open_stage};
pub use environment_status::EnvironmentStatus;
pub use picture::{Picture, Shared};
