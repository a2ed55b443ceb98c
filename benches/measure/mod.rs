//! Timing: a thing is done often enough to know its best, its median and its worst in a hundred.
//! On a shared machine the best is what the thing costs; the others tell what a user meets there. Measures only.
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Times `what`, `times` over after one time in ten to warm up, and says what came out under `name`. Another number of
/// times may be asked for, to count instructions: `cargo bench -p toban-benches --bench NAME -- 5`.
pub(crate) fn measure<T>(name: &str, times: usize, mut what: impl FnMut() -> T) {
    let times = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(times);
    for _ in 0..times.div_ceil(10) {
        black_box(what());
    }
    let all = (0..times)
        .map(|_| {
            let begun = Instant::now();
            let made = black_box(what());
            let took = begun.elapsed();
            drop(made);
            took
        })
        .collect();
    say(name, all);
}

/// Says best, median and the worst in a hundred of times taken.
pub(crate) fn say(name: &str, mut all: Vec<Duration>) {
    all.sort();
    let at = |percent: usize| {
        let at = (all.len() * percent / 100).min(all.len().saturating_sub(1));
        all.get(at).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    };
    println!("{name}: best {:.2} ms, median {:.2} ms, p99 {:.2} ms of {}", at(0), at(50), at(99), all.len());
}
