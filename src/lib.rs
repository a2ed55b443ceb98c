//! toban: the engine behind the console and its headless commands. Thin: it only names the
//! folders. `docs/architecture.md` says which does what.

pub mod aws;
pub mod change;
pub mod charts;
pub mod cli;
pub mod cloud;
pub mod command;
pub mod config;
pub mod console;
pub mod demo;
pub mod diagnosis;
pub mod display;
pub mod engine;
pub mod environment;
pub mod keys;
pub mod kinds;
pub mod logs;
pub mod offhours;
pub mod operations;
pub mod os;
pub mod overview;
pub mod schedule;
pub mod ssm;
pub mod store;
pub mod text;
pub mod theme;
pub mod timeline;
pub mod world;

/// The picture of a large account is made of many small strings, on two threads: this allocator takes four tenths off its time (see
/// `docs/performance.md`). It stands in the library so that the benches measure with what the program runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
