//! How soon a large account is known, and by how many calls: 300 services, 120 target groups, 120 databases and 1,500 alarms
//! in 40 environments, read by the program's own readings at the program's own pace, in virtual time. The figures of
//! `docs/performance.md` come from here; what is asserted is what they are held to. Only tests.

mod server;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::{SignedDuration, tz::TimeZone};

use super::headless::{Progress, Snapshot, View, picture_with, watch};
use super::memory::{Memory, Recall};
use super::poller::PollIntervals;
use crate::aws::testing_account::ENVIRONMENTS;
use crate::cloud::Cloud;
use crate::environment::{ConfiguredEnvironments, Unread};
use crate::overview::{Picture, assemble_early};
use crate::world::Health;
use server::Large;

fn view() -> View {
    View { configured_environments: ConfiguredEnvironments::default(), zone: TimeZone::UTC }
}

/// When it was seen first, seconds after the start.
#[derive(Clone, Copy, Default, Debug)]
struct Times {
    first_row: Option<f64>,
    all_rows: Option<f64>,
    first_verdict: Option<f64>,
    half_of_the_verdicts: Option<f64>,
    all_verdicts: Option<f64>,
}

impl Times {
    fn see(&mut self, picture: &Picture, at: f64) {
        let rows = picture.environments.len();
        let known = |environment: &&crate::overview::EnvironmentStatus| environment.verdict.health != Health::Unknown;
        let known = picture.environments.iter().filter(known).count();
        let all = ENVIRONMENTS;
        let marks = [
            (&mut self.first_row, rows >= 1),
            (&mut self.all_rows, rows >= all),
            (&mut self.first_verdict, known >= 1),
            (&mut self.half_of_the_verdicts, known * 2 >= all),
            (&mut self.all_verdicts, known >= all),
        ];
        for (mark, reached) in marks {
            if reached && mark.is_none() {
                *mark = Some(at);
            }
        }
    }
}

/// One run of `status`: when what was seen, when it was complete, and what stood in the end.
async fn status(cloud: &Arc<Large>, memory: Option<&Memory>) -> (Times, f64, Snapshot) {
    let mut times = Times::default();
    let mut last = 0.0;
    let seam: Arc<dyn Cloud> = Arc::<Large>::clone(cloud);
    let mut progress = |progress: &Progress<'_>| {
        let at = cloud.seconds();
        if at - last < 0.2 {
            return;
        }
        last = at;
        let view = view();
        let picture =
            assemble_early(progress.world, &view.configured_environments, progress.unread, progress.now, &view.zone);
        times.see(&picture, at);
    };
    let snapshot = picture_with(&seam, &view(), memory, None, &mut progress).await.expect("a picture");
    let complete = cloud.seconds();
    times.see(&snapshot.picture, complete);
    let faults: Vec<String> = snapshot
        .world
        .shelves()
        .flat_map(|(_, _, store)| store.faults().map(crate::world::Fault::sentence).collect::<Vec<_>>())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    (times, complete, snapshot)
}

fn by_operation(cloud: &Large) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (operation, _) in cloud.server.calls() {
        *counts.entry(operation).or_insert(0) += 1;
    }
    counts
}

fn told(what: &str, cloud: &Large, times: &Times, complete: f64) {
    let (calls, floor) = (cloud.server.calls().len(), cloud.server.floor());
    println!("{what}: {calls} calls, complete after {complete:.1} s, floor {floor:.1} s, {times:.1?}");
    println!("{:?}", by_operation(cloud));
}

/// The picture that a second run draws before it has asked anything. Its figure is of a build that is not optimised; what is
/// asserted is that all of it is there.
async fn draws_every_row_at_once(dir: &std::path::Path, before: &Snapshot) {
    let cloud = Large::run(SignedDuration::from_mins(10));
    let scopes = cloud.scopes().await.expect("scopes");
    let began = std::time::Instant::now();
    let world = Memory::open(dir).expect("a memory").recall(&*cloud, &scopes, Recall::Everything, cloud.now());
    let recalled = began.elapsed();
    let configured = ConfiguredEnvironments::default();
    let picture = assemble_early(&world, &configured, &Unread::new(), cloud.now(), &TimeZone::UTC);
    println!("remembered: {recalled:?}, with its picture {:?}", began.elapsed());
    let names = |picture: &Picture| {
        let of = picture.environments.iter();
        let mut all: Vec<(String, usize)> = of.map(|one| (one.name.to_string(), one.members.len())).collect();
        all.sort();
        all
    };
    assert_eq!(names(&picture), names(&before.picture));
    assert!(picture.environments.iter().all(|one| one.verdict.health == Health::Unknown && one.recalled.is_some()));
    assert_eq!(cloud.server.calls().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_large_account_is_known_as_soon_as_its_rates_allow() {
    let dir = tempfile::tempdir().expect("a directory");
    let memory = Memory::open(dir.path()).expect("a memory");
    let cold = Large::run(SignedDuration::ZERO);
    let (first, took, snapshot) = status(&cold, Some(&memory)).await;
    memory.finish();
    told("cold", &cold, &first, took);
    assert_eq!(snapshot.picture.environments.len(), ENVIRONMENTS);
    draws_every_row_at_once(dir.path(), &snapshot).await;
    let again = Large::run(SignedDuration::from_mins(10));
    let (second, warm, same) = status(&again, Some(&memory)).await;
    told("warm", &again, &second, warm);
    let names = |snapshot: &Snapshot| -> Vec<(String, Health, usize)> {
        let of = snapshot.picture.environments.iter();
        of.map(|one| (one.name.to_string(), one.verdict.health, one.members.len())).collect()
    };
    assert_eq!(names(&snapshot), names(&same));
    assert_eq!((cold.server.beyond(), again.server.beyond()), (0, 0));
    // What AWS's rates allow, and half as long again; the second time half of the first.
    assert!(took <= 1.5 * cold.server.floor(), "{took} s where the rates allow {} s", cold.server.floor());
    let calls = again.server.calls().len();
    assert!(calls <= 420 && 2 * calls <= cold.server.calls().len() && warm <= took / 2.0, "{calls} calls, {warm} s");
    // Nobody waits for what somebody else's verdict rests on.
    for (times, complete) in [(first, took), (second, warm)] {
        let seen = [times.all_rows, times.half_of_the_verdicts, times.all_verdicts].map(Option::unwrap_or_default);
        assert!(seen[0] <= 1.0 && seen[1] <= 4.0 && seen[2] <= 9.0, "{times:?}, complete after {complete} s");
    }
}

#[tokio::test(start_paused = true)]
async fn keeping_watch_takes_no_more_calls_than_before() {
    let cloud = Large::run(SignedDuration::ZERO);
    let seam: Arc<dyn Cloud> = Arc::<Large>::clone(&cloud);
    let mut begun = None;
    let mut each = |_: &Snapshot| {
        let at = cloud.seconds();
        let since = *begun.get_or_insert(at);
        if at - since > 600.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    watch(&seam, &view(), PollIntervals::default(), None, (&mut |_| {}, &mut each)).await.expect("a watch");
    let begun = begun.expect("a first look");
    let calls = cloud.server.calls();
    let of = calls.iter().filter(|(_, at)| *at > begun).count();
    let minutes = (cloud.seconds() - begun) / 60.0;
    let rate = of as f64 / minutes;
    println!("watching: {rate:.0} calls a minute over {minutes:.0} minutes");
    assert!(rate <= 222.0, "{rate} calls a minute");
    assert_eq!(cloud.server.beyond(), 0);
}
