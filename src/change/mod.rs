//! What any change to an account must carry: a plan, the gate that judges it, the pass that only the gate makes,
//! the receipt, and the contract of procedures with several steps. Knows no resource kind and makes no call.

pub mod gate;
pub mod plan;
mod planned;
pub mod procedure;
mod progress;
pub mod receipt;
mod release;
mod sequence;

pub use planned::Planned;
pub use procedure::{Observation, Step};
pub use progress::{Bar, Ending, How, Report};
pub use release::{PartPhase, Release, ReleasePart, ReleasePartState, SkippedPart, TakeBack};
pub use sequence::After;
