//! Sleep and wake of a whole environment: the actions, the plan and the resumable procedure.
//! Pure: what was read comes in, the next step goes out.

mod actions;
mod member;
mod mutes;
mod procedure;
mod wording;

pub use actions::SleepWake;
pub(crate) use actions::{is_awake, waking};
pub use member::MemberProgress;
pub use procedure::Sleep;
