//! The engine and the console: what is read when, the gate every change goes through, the
//! journal, and the loop that turns keys and arrivals into screens. Only the runner acts;
//! everything else here is values in, values out.

mod announce;
pub mod carry;
pub mod drive;
pub mod effect;
pub mod gate;
pub mod headless;
pub mod journal;
pub mod keeper;
pub mod ledger;
mod many;
pub mod meant;
pub mod model;
pub mod msg;
pub mod notices;
pub mod offers;
pub mod overlay;
pub mod pace;
mod peek;
pub mod perform;
pub mod place;
pub mod run;
pub mod runner;
pub mod settings;
pub mod shown;
pub mod tunnelling;
pub mod tunnels;
pub mod underway;
pub mod update;
pub mod visit;
pub mod visits;

pub use run::run;
pub use settings::{Choice, Settings};
