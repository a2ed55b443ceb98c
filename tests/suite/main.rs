//! All integration tests, one module each, in one program: it is linked once, and its tests, which mostly wait for other
//! processes, wait side by side. `support`, `terminal`, `gateway` and `engine` are what they share and test nothing.
//! What a test changes is its own: a peer, a gateway, a home. Never a variable of this process, which all tests share.

mod engine;
mod gateway;
mod support;
mod terminal;

mod alarms;
mod cli;
mod completions;
mod connect;
mod console;
mod deploying;
mod environments;
mod faults;
mod keepers;
mod live;
mod logins;
mod logs;
mod memory;
mod offhours;
mod peer_self;
mod plain;
mod records;
mod restarts;
mod schedules;
mod session_gateway;
mod stopped_terminal;
mod systems;
mod triage;
mod weather;
