//! The command table: each command a name, a sentence, where it is offered and what it does.
//! Help, palette, hints, actions and docs/keys.md are all derived from it. Pure data and
//! matching; what a command does to the model stands in `console::dispatch`.

mod docs;
mod matching;
mod table;

pub use docs::markdown;
pub use matching::{Matched, Matching, RowFilter, nearest};
pub use table::{Argument, COMMANDS, Command, Need, Spec, Where};
