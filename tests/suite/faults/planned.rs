//! Everything that can be done with the systems, with what its plan says it writes: found once for all tests, in accounts as
//! they were built and in accounts where something else was done before. A plan costs a few readings, so that nothing need
//! be done to know it. Asserts nothing about faults.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use toban::aws::{Idempotency, idempotency};
use toban::change::How;
use toban::change::plan::Plan;
use toban::engine::headless::Snapshot;

use super::deeds::{Deed, On, Outcome, SYSTEMS, Site, offers};

/// Accounts at work at the same time, in each test.
const AT_ONCE: usize = 3;

/// Something that can be done, with what it writes.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) system: &'static str,
    /// What is done before, so that there is something to do.
    pub(super) before: Option<Deed>,
    pub(super) deed: Deed,
    /// The account as it is found.
    pub(super) seen: Arc<Snapshot>,
    pub(super) writes: BTreeSet<String>,
}

pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// Does `each` with all of `items`, some at a time; what came of them, in their order.
pub(super) fn side_by_side<T: Sync, U: Send>(items: &[T], each: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let got = each(item);
                    done.lock().expect("no test has failed").push((at, got));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no test has failed");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, got)| got).collect()
}

/// The operations that a plan says it writes by: its calls name them as IAM does.
fn writes(plan: &Plan) -> BTreeSet<String> {
    let is_name = |word: &&str| {
        word.split_once(':').is_some_and(|(service, action)| {
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            plain(service) && plain(action) && action.starts_with(|c: char| c.is_ascii_uppercase())
        })
    };
    let words = plan.calls.iter().flat_map(|call| call.split(|c: char| c.is_whitespace() || ",;()".contains(c)));
    let names = words.map(|word| word.trim_end_matches(':')).filter(is_name);
    names.filter(|name| idempotency(name) != Idempotency::Reading).map(str::to_owned).collect()
}

/// Does what comes before.
pub(super) async fn prepare(site: &Site, before: &Deed) {
    let mut snapshot = site.look().await;
    let outcome = site.does(&mut snapshot, before).await;
    assert!(matches!(&outcome, Ok(Outcome { how: How::Done, .. })), "{before:?}: {outcome:?}");
}

/// What is offered in an account and has a plan that writes. The same verb with the same writes is once enough; so is what
/// is offered on another resource of the kind.
async fn planned(
    site: &Site,
    seen: &Arc<Snapshot>,
    before: Option<&Deed>,
    known: &mut BTreeSet<(&'static str, BTreeSet<String>)>,
) -> Vec<Planned> {
    let mut found = Vec::new();
    let mut tried: BTreeSet<(String, &'static str)> = BTreeSet::new();
    for (on, action) in offers(seen).into_iter().filter(|(_, action)| action.disabled_reason.is_none()) {
        let bare = Deed { on, verb: action.verb, value: None };
        // Behind something that was done, only what it was done to is new.
        let follows = before.is_none_or(|before| before.on == bare.on || matches!(before.on, On::Environment(_)));
        if !follows || tried.contains(&bare.place()) {
            continue;
        }
        let mut snapshot = Snapshot::clone(seen);
        for value in site.answers(&mut snapshot, &bare, &action.prompt).await {
            let deed = Deed { value, ..bare.clone() };
            let Ok(proposal) = site.propose(&mut snapshot, &deed).await else { continue };
            let writes = writes(&proposal.plan());
            if matches!(deed.on, On::Resource(_)) {
                tried.insert(bare.place());
            }
            if !writes.is_empty() && known.insert((deed.verb, writes.clone())) {
                let (system, before, seen) = (site.system, before.cloned(), Arc::clone(seen));
                found.push(Planned { system, before, deed, seen, writes });
            }
        }
    }
    found
}

/// What opens the way to something else when it is done.
fn opens(deed: &Deed) -> bool {
    let whole = matches!(deed.on, On::Environment(_));
    (whole && matches!(deed.verb, "sleep" | "override" | "mute" | "sync"))
        || (!whole && matches!(deed.verb, "stop" | "deploy"))
}

/// Everything that can be done, found once for all tests.
pub(super) fn everything() -> &'static Vec<Planned> {
    static EVERYTHING: OnceLock<Vec<Planned>> = OnceLock::new();
    EVERYTHING.get_or_init(|| {
        side_by_side(SYSTEMS, |system| {
            block_on(async {
                let site = Site::new(system);
                let plain = Arc::new(site.look().await);
                let mut known = BTreeSet::new();
                let mut all = planned(&site, &plain, None, &mut known).await;
                let openers: Vec<Deed> = all.iter().map(|one| one.deed.clone()).filter(opens).collect();
                for before in openers {
                    let site = Site::new(system);
                    prepare(&site, &before).await;
                    let site = site.again();
                    let seen = Arc::new(site.look().await);
                    all.extend(planned(&site, &seen, Some(&before), &mut known).await);
                }
                all
            })
        })
        .into_iter()
        .flatten()
        .collect()
    })
}
