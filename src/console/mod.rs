//! The engine and the console: what is read when, the gate every change goes through, the
//! journal, and the loop that turns keys and arrivals into screens. Only the runner acts;
//! everything else here is values in, values out.

pub mod actions;
mod charts;
mod compare;
pub mod dispatch;
pub mod effect;
pub mod event_loop;
pub mod frame_info;
mod health_check;
pub mod hours;
pub mod input;
pub mod keys_page;
pub mod locks;
mod logs;
pub mod model;
pub mod msg;
pub mod notifications;
pub mod on_demand_reads;
pub mod overlay;
pub mod page;
mod plain;
pub mod preferences;
mod preview;
pub mod question;
mod release_marked;
mod roll_back;
mod run_on_marked;
pub mod runner;
pub mod scheduler_task;
pub mod screens;
pub mod sessions;
pub mod settings;
mod stop_warnings;
mod take_back;
pub mod terminal;
pub mod tunnels;
pub mod update;
pub mod view;
pub mod watch;
pub mod widgets;

pub use event_loop::{run, run_plain};
pub use settings::{Choice, Settings};
