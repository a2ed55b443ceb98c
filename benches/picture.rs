//! How long the picture of a large account takes: inference, health and verdicts of 300 services,
//! 1,200 targets, 120 databases and 1,500 alarms. `cargo bench -p toban-benches --bench picture`.

mod large;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use toban::environment::{Wishes, gather};

fn picture(c: &mut Criterion) {
    let world = large::world();
    let wishes = Wishes::default();
    let seen = gather(&world, &wishes, large::now(), &TimeZone::UTC);
    assert_eq!(seen.environments.len(), large::ENVIRONMENTS, "the large account is not placed as it should be");
    assert!(seen.unassigned.is_empty(), "{} resources are nowhere", seen.unassigned.len());
    c.bench_function("gather a large account", |b| {
        b.iter(|| gather(black_box(&world), &wishes, large::now(), &TimeZone::UTC));
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(30); targets = picture }
criterion_main!(benches);
