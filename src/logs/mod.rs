//! Log lines: where a thing's lines are, how they are read on and on, merged, kept, filtered, told apart and clustered.
//! Pure: what is to be read is handed out as data, and answers are taken as data; no clock, no call, no drawing.

pub mod feed;
pub mod field;
pub mod filter;
pub mod level;
pub mod location;
pub mod mark;
pub mod moment;
pub mod source;
pub mod store;
pub mod tail;
pub mod template;

pub use field::{Document, document};
pub use filter::LineFilter;
pub use level::Level;
pub use location::{Located, Wanted, locate, locate_all};
pub use mark::{Mark, MarkKind, marks};
pub use moment::parse_moment;
pub use source::{LogSource, Origin, StreamName};
pub use store::{Kind, Limit, Line, LineKey, LineStore};
pub use tail::{Ask, Heard, Span, Tail};
pub use template::{Miner, Template};
