//! Played incidents: what was read goes in, the first cause with its confidence comes out, and what must be quiet is
//! quiet. The fixtures stand beside, a file a sort.

mod controls;
mod databases;
mod fixtures;
mod others;
mod targets;
mod tasks;

use std::collections::BTreeSet;

use super::{Confidence, Explanation, explain, wants};
use crate::diagnosis::tests::environment;
use crate::diagnosis::{DiagnosisInput, read};
use crate::kinds::batch_queue::BatchQueue;
use crate::kinds::certificate::Certificate;
use crate::kinds::db_backup::DbBackup;
use crate::kinds::job_activity::JobActivity;
use crate::kinds::testing_samples::{Shelves, scope};
use crate::offhours::ExternalSchedulers;
use crate::timeline::Event;
use crate::world::{Coverage, Fault, FaultKind, Health, Resource};

pub(super) use fixtures::*;

/// One played incident.
pub(super) struct Played {
    /// What it is called.
    pub(super) name: &'static str,
    /// What was read.
    pub(super) world: Shelves,
    /// What happened before.
    pub(super) events: Vec<Event>,
    /// The rule that must come first.
    pub(super) rule: &'static str,
    /// How sure it must be.
    pub(super) confidence: Confidence,
    /// What its sentence and evidence must say.
    pub(super) says: &'static [&'static str],
}

/// An incident without events.
pub(super) fn played(
    name: &'static str,
    world: Shelves,
    (rule, confidence): (&'static str, Confidence),
    says: &'static [&'static str],
) -> Played {
    Played { name, world, events: Vec::new(), rule, confidence, says }
}

/// The explanation of a world, protected, without schedules.
pub(super) fn explained(world: &Shelves, events: &[Event]) -> Explanation {
    let environment = environment(world, true);
    let others = ExternalSchedulers::default();
    let input = DiagnosisInput {
        environment: &environment,
        offhours: None,
        others: &others,
        strays: &BTreeSet::new(),
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    world.seen(true, |cx| {
        let verdict = read(&input, &world.0, cx.resource_index, cx.now, cx.zone);
        explain(&input, cx, &verdict, events)
    })
}

/// Every incident that is played.
fn all() -> Vec<Played> {
    [tasks::played_incidents(), targets::played_incidents(), databases::played_incidents(), others::played_incidents()]
        .into_iter()
        .flatten()
        .collect()
}

fn text(explanation: &Explanation) -> String {
    let first = explanation.findings.first();
    let lines = first.iter().flat_map(|cause| {
        let evidence = cause.evidence.iter().map(|one| one.what.clone());
        let changes =
            cause.changes_before.iter().map(|one| format!("{} by {}", one.what, one.by.as_deref().unwrap_or("-")));
        std::iter::once(cause.message.clone()).chain(evidence).chain(changes)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_played_incident_is_told_by_its_cause_first() {
    let incidents = all();
    assert!(incidents.len() >= 40, "{} incidents", incidents.len());
    let mut wrong = Vec::new();
    for one in &incidents {
        let got = explained(&one.world, &one.events);
        let first = got.findings.first().map(|cause| (cause.rule, cause.confidence));
        let told = text(&got);
        let unsaid: Vec<&&str> = one.says.iter().filter(|words| !told.contains(**words)).collect();
        if first != Some((one.rule, one.confidence)) || !unsaid.is_empty() {
            let rules: Vec<_> = got.findings.iter().map(|cause| (cause.rule, cause.confidence.word())).collect();
            wrong.push(format!(
                "{}: wanted {} {}, got {rules:?}; not said: {unsaid:?}\n{told}\nunexplained: {:?}",
                one.name,
                one.rule,
                one.confidence.word(),
                got.unexplained.iter().map(|it| &it.what).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), incidents.len(), wrong.join("\n\n"));
}

#[test]
fn no_symptom_of_a_played_incident_stays_unexplained() {
    for one in all() {
        let got = explained(&one.world, &one.events);
        assert!(got.unexplained.is_empty(), "{}: {:?}", one.name, got.unexplained);
        assert!(got.since.is_some() || got.findings.iter().all(|cause| cause.since.is_none()), "{}", one.name);
    }
}

#[test]
fn without_a_source_nothing_becomes_well_or_surer() {
    let denied = |operation: &str| Fault::new(FaultKind::Denied, operation, "not authorized");
    for one in all() {
        let before = explained(&one.world, &one.events);
        let shelves: Vec<_> = one.world.0.shelves().map(|(_, kind, _)| kind).collect();
        for kind in shelves {
            let mut without = Shelves::default();
            let mut read = one.world.0.clone();
            let fault = denied(&format!("removed:{kind}"));
            read.forget(&scope(), kind);
            read.put(&scope(), kind, &Coverage::All, Err(fault), crate::kinds::testing_samples::now());
            without.0 = read;
            let after = explained(&without, &one.events);
            // A missing right to what nothing points to is told, and takes no verdict away: see `hidden_evidence`.
            let unmissed = [Certificate::KIND, JobActivity::KIND, DbBackup::KIND, BatchQueue::KIND].contains(&kind);
            assert!(
                after.health > Health::Changing || before.health <= Health::Changing || unmissed,
                "{} without {kind} is {}",
                one.name,
                after.health.word()
            );
            for cause in &after.findings {
                let known = before
                    .findings
                    .iter()
                    .find(|known| known.rule == cause.rule && known.resource.id == cause.resource.id);
                if let Some(known) = known {
                    assert!(
                        cause.confidence <= known.confidence,
                        "{} without {kind}: {} rises from {} to {}",
                        one.name,
                        cause.rule,
                        known.confidence.word(),
                        cause.confidence.word()
                    );
                }
            }
            let told = after.missing.iter().any(|missing| missing.operation == format!("removed:{kind}"));
            let lead = |it: &Explanation| it.findings.first().map(|cause| (cause.rule, cause.confidence));
            assert!(
                told || lead(&after) == lead(&before) || after.findings.is_empty(),
                "{} without {kind}: {:?}",
                one.name,
                after.missing
            );
        }
    }
}

#[test]
fn what_is_read_on_demand_is_bounded_and_nothing_is_read_where_all_is_well() {
    let asked = |world: &Shelves| {
        let environment = environment(world, true);
        let others = ExternalSchedulers::default();
        let input = DiagnosisInput {
            environment: &environment,
            offhours: None,
            others: &others,
            strays: &BTreeSet::new(),
            notes_days: crate::kinds::db_instance::NOTES_DAYS,
        };
        world.seen(true, |cx| wants(&input, cx))
    };
    assert!(asked(&well()).is_empty());
    for one in all() {
        assert!(asked(&one.world).len() <= 24, "{}", one.name);
    }
}

#[test]
fn a_whole_explanation_reads_from_cause_to_symptom() {
    let incidents = tasks::played_incidents();
    let one = incidents.iter().find(|one| one.name == "out of memory after a deployment").expect("it is played");
    let got = explained(&one.world, &one.events);
    let mut lines = Vec::new();
    for cause in &got.findings {
        lines.push(format!("{} [{} {}]", cause.message, cause.rule, cause.confidence.word()));
        lines.extend(cause.evidence.iter().map(|it| format!("  for: {}", it.what)));
        lines.extend(cause.against.iter().map(|it| format!("  against: {}", it.what)));
        lines.extend(cause.changes_before.iter().map(|it| format!("  before: {}", it.what)));
        lines.extend(cause.effects.iter().map(|it| format!("  effect: {}", it.name)));
        lines.extend(cause.next.iter().map(|it| format!("  next: {it}")));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_verdict_leads_with_what_explains_it() {
    let mut wrong = Vec::new();
    for one in all() {
        let environment = environment(&one.world, true);
        let others = ExternalSchedulers::default();
        let input = DiagnosisInput {
            environment: &environment,
            offhours: None,
            others: &others,
            strays: &BTreeSet::new(),
            notes_days: crate::kinds::db_instance::NOTES_DAYS,
        };
        let verdict = one.world.seen(true, |cx| read(&input, &one.world.0, cx.resource_index, cx.now, cx.zone));
        // What happened before is not known to a verdict: it is compared with what is told without that.
        let got = explained(&one.world, &[]);
        let Some(cause) = got.findings.first() else { continue };
        let told = verdict.findings.iter().filter(|finding| finding.health == verdict.health);
        let agrees = told.clone().any(|finding| {
            let here = finding.about.as_ref() == Some(&cause.resource.id)
                || cause.effects.iter().any(|effect| finding.about.as_ref() == Some(&effect.id));
            finding.message == cause.message || (here && (finding.depth < 3 || cause.confidence < Confidence::Likely))
        });
        let symptomatic = super::weigh::is_symptomatic(cause.rule);
        if !agrees && !symptomatic {
            let told: Vec<_> = told.map(|finding| (finding.depth, &finding.message)).collect();
            wrong.push(format!("{}: {told:?} but {} [{}]", one.name, cause.message, cause.rule));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_thousand_stopped_tasks_are_one_cause_with_bounded_evidence() {
    let many: Vec<_> = (0..1_000).map(|n| killed(&format!("t{n}"), 1 + n % 6)).collect();
    let world = well().with([short(2, 4, 7)]).with(many);
    let got = explained(&world, &[]);
    let first = got.findings.first().expect("a cause");
    assert_eq!((first.rule, first.confidence), ("task-out-of-memory", Confidence::Certain));
    assert!(first.evidence.len() < 12, "{:#?}", first.evidence);
    assert!(first.evidence.iter().any(|one| one.what.starts_with("1000 tasks")), "{:#?}", first.evidence);
}
