//! What both faces share: the poller, the read loop, name resolution, the executor, the journal, the local
//! scheduler, sessions and the snapshot without a screen. Never draws and never parses arguments.

pub mod execute;
pub mod explanation;
pub mod headless;
pub mod journal;
pub mod known_names;
#[cfg(test)]
mod large_account;
pub mod left_sessions;
pub mod log_reader;
pub mod login;
pub mod memory;
pub mod open_tunnel;
pub mod plugin_process;
pub mod poller;
pub mod read_requests;
pub mod resolve_name;
pub mod run_procedure;
pub mod running;
pub mod scheduler;
pub mod seen_events;
pub mod session;
pub mod session_command;
pub mod session_terminal;
pub mod transcript;
pub mod tunnel_supervisor;
