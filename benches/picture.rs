//! How long the picture of a large account takes: inference, health and verdicts of 300 services,
//! 1,200 targets, 120 databases and 1,500 alarms. `cargo bench -p toban-benches --bench picture`.

mod large;
mod measure;

use std::hint::black_box;

use jiff::tz::TimeZone;
use toban::environment::ConfiguredEnvironments;
use toban::overview::assemble;

fn main() {
    let world = large::world();
    let configured_environments = ConfiguredEnvironments::default();
    let seen = assemble(&world, &configured_environments, large::now(), &TimeZone::UTC);
    assert_eq!(seen.environments.len(), large::ENVIRONMENTS, "the large account is not placed as it should be");
    assert!(seen.unassigned.is_empty(), "{} resources are nowhere", seen.unassigned.len());
    measure::measure("gather a large account", 200, || {
        assemble(black_box(&world), &configured_environments, large::now(), &TimeZone::UTC)
    });
}
