//! What a second run of the console takes until it has all rows of a large account to draw: opening the local store, taking
//! in what was kept, and the picture. `cargo bench -p toban-benches --bench recall`.
#![expect(clippy::expect_used, reason = "an account that cannot be set up has nothing to measure")]
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod large;
mod measure;

use std::future::{Future, ready};
use std::pin::Pin;

use jiff::{Timestamp, tz::TimeZone};
use toban::aws::stats::Stats;
use toban::change::gate::Approved;
use toban::change::receipt::Receipt;
use toban::cloud::Cloud;
use toban::display::Extra;
use toban::engine::memory::{Memory, Recall};
use toban::environment::ConfiguredEnvironments;
use toban::kinds::AnyKind;
use toban::overview::assemble;
use toban::world::{AnyReading, Coverage, Fault, FaultKind, Identity, ResourceId, Scope, SourceName, World};

/// A place that may be remembered, and of which nothing can be asked.
struct Place;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

fn nothing<'a, T: Send + 'a>() -> Answer<'a, T> {
    Box::pin(ready(Err(Fault::new(FaultKind::Offline, "bench", "nobody is asked here"))))
}

impl Cloud for Place {
    fn scopes(&self) -> Answer<'_, Vec<Scope>> {
        Box::pin(ready(Ok(vec![large::scope()])))
    }
    fn identify<'a>(&'a self, _: &'a Scope) -> Answer<'a, Identity> {
        Box::pin(ready(Ok(large::identity())))
    }
    fn read<'a>(
        &'a self,
        _: &'static dyn AnyKind,
        _: &'a Scope,
        _: &'a Coverage,
        _: &'a World,
    ) -> Answer<'a, AnyReading> {
        nothing()
    }
    fn look<'a>(&'a self, _: &'static dyn AnyKind, _: &'a ResourceId, _: &'a World, _: Timestamp) -> Answer<'a, Extra> {
        nothing()
    }
    fn change<'a>(&'a self, _: &'a Approved, _: &'a Scope) -> Answer<'a, Receipt> {
        nothing()
    }
    fn renew(&self, _: &SourceName) {}
    fn kept_as(&self, scope: &Scope) -> Option<String> {
        Some(scope.region.to_string())
    }
    fn stats(&self) -> Stats {
        Stats::default()
    }
    fn login(&self, _: &SourceName) -> Option<Vec<String>> {
        None
    }
    fn now(&self) -> Timestamp {
        large::now()
    }
}

fn main() {
    let dir = std::env::temp_dir().join(format!("toban-bench-recall-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let kept = Memory::open(&dir).expect("a store").keep(&Place, &large::world());
    kept.expect("kept");
    let scopes = [large::scope()];
    let recall = || {
        let world = Memory::open(&dir).expect("a store").recall(&Place, &scopes, Recall::Everything, large::now());
        assemble(&world, &ConfiguredEnvironments::default(), large::now(), &TimeZone::UTC)
    };
    println!("{} environments are remembered", recall().environments.len());
    measure::measure("recall and picture", 50, recall);
    std::fs::remove_dir_all(&dir).expect("a directory that can go");
}
