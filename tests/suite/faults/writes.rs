//! Writes: everything that can be done with the systems, each of its writes failing in turn, in an account of its own. What
//! must not be done twice arrives once; what became of it is told and journaled; the same again is safe. What is done comes
//! from the catalogs of operations, and what must be tried from the permissions that the kinds declare.

use std::collections::{BTreeMap, BTreeSet};

use rstest::rstest;
use serde_json::{Value, json};
use toban::aws::{Idempotency, idempotency};
use toban::change::How;
use toban::engine::headless::Snapshot;
use toban::engine::journal;
use toban::kinds::catalog::KINDS;

use super::deeds::{Outcome, Site};
use super::planned::{Planned, block_on, everything, prepare, side_by_side};
use super::ways::Way;

/// Declared, and in no plan of the catalogs that can be made over the peer, with who tries it.
const ELSEWHERE: &[(&str, &str)] = &[
    ("ecs:ContinueServiceDeployment", "deploying::strategies: it takes a deployment that waits"),
    ("ecs:ExecuteCommand", "cloud::live::ecs_exec: it opens a session"),
    ("ecs:StopServiceDeployment", "kinds::ecs_service::change::lost: it takes a deployment that is on its way"),
    ("events:EnableRule", "schedules::rules, operations::schedule: it takes a rule that is held back"),
    ("events:TagResource", "schedules::rules: the same"),
    ("events:UntagResource", "schedules::rules: the same"),
    ("kms:GenerateDataKey", "ssm: a session that is encrypted"),
    ("lambda:InvokeFunction", "operations::job: nothing begins one here"),
    ("scheduler:TagResource", "schedules: it takes a group that is the record"),
    ("scheduler:UntagResource", "schedules: the same"),
    ("ssm:ResumeSession", "connect: a session that broke"),
    ("ssm:StartSession", "cloud::live::start_guard: it opens a session"),
    ("ssm:TerminateSession", "cloud::live::start_guard: it ends one"),
];

/// Writes whose failure leaves things as they should be: what was asked is done, and the log says what is left.
const TOLERATED: &[&str] = &["events:UntagResource"];

/// The writes that the kinds declare, but for what only AWS does with them.
fn declared() -> BTreeSet<&'static str> {
    let signed = ["iam:PassRole", "rds-db:connect", "ssmmessages:OpenDataChannel"];
    let all = KINDS.iter().flat_map(|kind| kind.changes().iter().copied());
    all.filter(|action| !signed.contains(action) && idempotency(action) != Idempotency::Reading).collect()
}

/// A new kind is in the matrix by itself: what it declares stands in a plan that is tried, or is named above.
#[test]
fn every_write_that_is_declared_is_tried_or_named() {
    let all = everything();
    let planned: BTreeSet<&str> = all.iter().flat_map(|one| one.writes.iter().map(String::as_str)).collect();
    let declared = declared();
    let named: BTreeSet<&str> = ELSEWHERE.iter().map(|(operation, _)| *operation).collect();
    let untried: Vec<&&str> = declared.iter().filter(|one| !planned.contains(*one) && !named.contains(*one)).collect();
    let undeclared: Vec<&&str> = planned.iter().filter(|one| !declared.contains(*one)).collect();
    let tried: Vec<&&str> = named.iter().filter(|one| planned.contains(*one)).collect();
    let deeds: Vec<_> = all.iter().map(|one| (&one.deed, &one.writes)).collect();
    assert!(
        untried.is_empty() && undeclared.is_empty() && tried.is_empty(),
        "not tried: {untried:?}\nnot declared: {undeclared:?}\nnamed, and tried: {tried:?}\n{deeds:#?}"
    );
}

/// How one write fails.
#[derive(Clone, Copy, Debug)]
struct Fate {
    way: Way,
    /// Whether AWS does it first.
    acts: bool,
}

/// The answer is lost, with the write done; AWS has an error before it does anything; it answers with nothing; half of what
/// it answers arrives; and it refuses.
const FATES: [Fate; 5] = [
    Fate { way: Way::Gone, acts: true },
    Fate { way: Way::Broken, acts: false },
    Fate { way: Way::Empty, acts: true },
    Fate { way: Way::Half, acts: true },
    Fate { way: Way::Denied, acts: false },
];

/// In how many parts the cells are tried, side by side.
const PARTS: usize = 2;

/// One write of something that is done, and how it fails.
struct Cell {
    planned: Planned,
    operation: String,
    fate: Fate,
    /// Whether the same is done once more when AWS is well again.
    again: bool,
    /// The part of the tests it is tried in: all cells of an operation are in one.
    part: usize,
}

/// The cells: what must arrive once fails in every way, what may be repeated in some of them, spread by a fixed seed over
/// the ways and over the plans that have the write in them. Plans that need nothing done before come first.
fn cells() -> Vec<Cell> {
    let mut by_operation: BTreeMap<&str, Vec<&Planned>> = BTreeMap::new();
    for one in everything() {
        for operation in &one.writes {
            by_operation.entry(operation).or_default().push(one);
        }
    }
    let mut all = Vec::new();
    for (seed, (operation, mut plans)) in by_operation.into_iter().enumerate() {
        plans.sort_by_key(|one| one.before.is_some());
        let plain = plans.iter().filter(|one| one.before.is_none()).count();
        let ways = match (idempotency(operation) == Idempotency::Once, plain) {
            (true, _) => FATES.len(),
            (false, 0) => 2,
            (false, _) => 3,
        };
        let among = if plain > 0 { plain } else { plans.len() };
        for turn in 0..ways {
            let (planned, fate) = (plans.get((seed + turn) % among), FATES.get((seed + turn) % FATES.len()));
            let (Some(planned), Some(fate)) = (planned, fate) else { continue };
            let (planned, operation) = ((*planned).clone(), operation.to_owned());
            all.push(Cell { planned, operation, fate: *fate, again: turn == 0, part: seed % PARTS });
        }
    }
    all
}

/// What a write was sent with, but for what is of one sending alone.
fn alike(params: &Value) -> String {
    let mut params = params.clone();
    if let Some(fields) = params.as_object_mut() {
        for own in ["Comment", "clientToken", "ClientToken", "clientRequestToken"] {
            fields.remove(own);
        }
    }
    params.to_string()
}

/// Whether it is a run that was begun, or found to be: those of the peer never end.
fn is_begun(outcome: &Outcome) -> bool {
    outcome.how == How::Incomplete && outcome.message.contains("the run goes on without toban")
}

/// Whether something was looked at between the calls at these places.
fn looked_between(site: &Site, first: usize, second: usize) -> bool {
    let calls = site.peer.calls();
    let between = calls.iter().take(second).skip(first + 1);
    let name = |call: &Value| {
        format!("{}:{}", call["service"].as_str().unwrap_or_default(), call["operation"].as_str().unwrap_or_default())
    };
    between.map(name).any(|operation| idempotency(&operation) == Idempotency::Reading)
}

/// What is wrong with one cell, and whether its write was sent at all.
async fn wrongs(cell: &Cell) -> (Vec<String>, bool) {
    let Cell { planned, operation, fate, .. } = cell;
    let mut wrong = Vec::new();
    let mut complain = |what: String| wrong.push(format!("{:?} {operation} {fate:?}: {what}", planned.deed));
    let site = Site::new(planned.system);
    let site = match &planned.before {
        Some(before) => {
            prepare(&site, before).await;
            site.again()
        }
        None => site,
    };
    let mut snapshot = Snapshot::clone(&planned.seen);
    let proposal = match site.propose(&mut snapshot, &planned.deed).await {
        Ok(proposal) => proposal,
        Err(why) => return (vec![format!("{:?}: {why}", planned.deed)], false),
    };
    let script = if fate.acts { fate.way.script_after(operation) } else { fate.way.script(operation) };
    let ids = site.peer.script(&json!([script]));
    site.peer.forget_calls();
    let outcome = site.carry(&snapshot, proposal).await;
    site.peer.unscript(&ids);

    let once = idempotency(operation) == Idempotency::Once;
    let lost = fate.way != Way::Denied;
    let mut sent: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (written, params, place) in site.writes() {
        if written == *operation {
            sent.entry(alike(&params)).or_default().push(place);
        } else if !planned.writes.contains(&written) {
            complain(format!("{written} was sent, and the plan does not say so"));
        }
    }
    // A plan may name what it does only where something goes wrong.
    if sent.is_empty() {
        if outcome.how != How::Done && !outcome.message.contains("nothing was changed") {
            complain(format!("it was not sent, and it did not end well: {}", outcome.message));
        }
        return (wrong, false);
    }
    for (params, places) in &sent {
        let blind =
            places.windows(2).any(|pair| matches!(pair, [first, second] if !looked_between(&site, *first, *second)));
        match (once && lost, fate.acts) {
            (true, true) if places.len() > 1 => complain(format!("arrived {} times: {params}", places.len())),
            (true, false) if blind => complain(format!("sent again without a look: {params}")),
            (false, _) if !lost && places.len() > 20 => complain(format!("refused {} times", places.len())),
            _ => {}
        }
    }
    let tolerated = TOLERATED.contains(&operation.as_str());
    match outcome.how {
        // What does not hold up the rest is told beside it.
        How::Done if !fate.acts && !tolerated && !outcome.message.contains(operation.as_str()) => {
            complain(format!("it ended well without a word: {}", outcome.message));
        }
        How::Done => {}
        How::Failed | How::Incomplete if is_begun(&outcome) => {}
        How::Failed | How::Incomplete if !outcome.message.contains(operation.as_str()) => {
            complain(format!("what failed is not told: {}", outcome.message));
        }
        How::Failed if lost && fate.acts => complain(format!("nothing is said to be changed: {}", outcome.message)),
        How::Failed | How::Incomplete => {}
    }
    for why in unjournaled(&site.journal_text(), cell, &outcome) {
        complain(why);
    }
    if cell.again {
        let site = site.again();
        let mut snapshot = site.look().await;
        match site.does(&mut snapshot, &planned.deed).await {
            Ok(Outcome { how: How::Done, .. }) => {}
            Ok(outcome) if is_begun(&outcome) => {}
            Ok(outcome) => complain(format!("the same again: {}", outcome.message)),
            // It is so already.
            Err(_) if fate.acts => {}
            Err(why) => complain(format!("the same again cannot be done: {why}")),
        }
    }
    (wrong, true)
}

/// What is wrong with the journal.
fn unjournaled(text: &str, cell: &Cell, outcome: &Outcome) -> Vec<String> {
    let (entries, skipped) = journal::read(text);
    let mut wrong = Vec::new();
    if skipped > 0 {
        wrong.push(format!("{skipped} lines of the journal cannot be read"));
    }
    wrong.extend(
        entries.iter().filter(|it| it.outcome == journal::UNKNOWN).map(|it| format!("no end in the journal: {it:?}")),
    );
    let lost = cell.fate.way != Way::Denied;
    let tells = |entry: &&journal::Entry| {
        entry.outcome.contains(&cell.operation) || entry.outcome.contains("the answer was lost; found")
    };
    let told: Vec<_> = entries.iter().filter(tells).collect();
    if told.is_empty() && (outcome.how != How::Done || idempotency(&cell.operation) == Idempotency::Once) {
        wrong.push(format!("the journal does not tell of it: {entries:?}"));
    }
    let steps = told.iter().filter(|entry| entry.change_request.is_some());
    let lied = steps.filter(|entry| match entry.done {
        Some(true) => !entry.outcome.contains("found") && !entry.outcome.contains("already"),
        // What was refused was not done; what was not heard of is not known.
        Some(false) => lost && cell.fate.acts,
        None => !lost,
    });
    wrong.extend(lied.map(|entry| format!("the journal says {:?}: {}", entry.done, entry.outcome)));
    wrong
}

#[rstest]
fn a_write_that_fails_is_told_and_never_done_twice(#[values(0, 1)] part: usize) {
    let mine: Vec<Cell> = cells().into_iter().filter(|cell| cell.part == part).collect();
    assert!(mine.len() > 30, "there is hardly anything that can be done");
    let (mut wrong, mut sent, mut all) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (cell, (complaints, was_sent)) in mine.iter().zip(side_by_side(&mine, |cell| block_on(wrongs(cell)))) {
        wrong.extend(complaints);
        all.insert(cell.operation.as_str());
        if was_sent {
            sent.insert(cell.operation.as_str());
        }
    }
    wrong.extend(all.difference(&sent).map(|operation| format!("{operation} was never sent")));
    assert!(wrong.is_empty(), "{} in {} cells:\n{}", wrong.len(), mine.len(), wrong.join("\n"));
}
