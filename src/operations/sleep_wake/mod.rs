//! Sleep and wake of a whole environment: the actions, the plan and the resumable procedure.
//! Pure: what was read comes in, the next step goes out.

mod actions;
mod member;
mod procedure;
mod wording;

pub use actions::Bedtime;
pub use member::Sleeper;
pub use procedure::Sleep;
