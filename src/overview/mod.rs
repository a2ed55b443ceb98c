//! The picture both faces show: environments with members, verdict and off-hours, assembled once per reading.
//! Plain data and pure functions; never reads from AWS and never draws.

mod assemble;
mod environment_status;
mod freshness;
pub mod picture;

pub use assemble::{assemble, assemble_early};
pub use environment_status::EnvironmentStatus;
pub use picture::Picture;
