//! What a large account weighs: the resident memory of a process that holds it with its picture.
//! `cargo bench -p toban-benches --bench memory`. Linux only: it reads `/proc`.
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod large;

use jiff::tz::TimeZone;
use toban::environment::ConfiguredEnvironments;
use toban::overview::assemble;

/// Resident memory in MiB; `None` where the system does not tell.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

fn main() {
    let before = resident();
    let world = large::world();
    let picture = assemble(&world, &ConfiguredEnvironments::default(), large::now(), &TimeZone::UTC);
    let after = resident();
    let members: usize = picture.environments.iter().map(|environment| environment.members.len()).sum();
    println!("{members} members in {} environments", picture.environments.len());
    match (before, after) {
        (Some(before), Some(after)) => println!("resident: {before:.1} MiB before, {after:.1} MiB with the account"),
        _ => println!("this system does not tell resident memory"),
    }
}
