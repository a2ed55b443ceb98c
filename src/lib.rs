//! toban: the engine behind the console and its headless commands. Thin: it only names the
//! folders. `docs/architecture.md` says which does what.

pub mod app;
pub mod aws;
pub mod cli;
pub mod cloud;
pub mod command;
pub mod config;
pub mod demo;
pub mod deploy;
pub mod diagnosis;
pub mod environment;
pub mod keys;
pub mod kinds;
pub mod os;
pub mod procedure;
pub mod schedule;
pub mod screens;
pub mod session;
pub mod text;
pub mod theme;
pub mod widgets;
pub mod world;

/// The picture of a large account is made of many small strings, on two threads: this allocator takes four tenths off its time (see
/// `docs/performance.md`). It stands in the library so that the benches measure with what the program runs with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
