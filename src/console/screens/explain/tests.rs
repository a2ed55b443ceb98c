//! The page of an explanation: what leads where, and what is said while answers are waited for.

use super::*;
use crate::kinds::testing_samples::{ago, now, service, tokyo};
use crate::overview::Picture;
use crate::timeline::EventKind;
use crate::world::{Resource, World};

fn told() -> Explanation {
    let id = service().id(&crate::kinds::testing_samples::scope());
    let named = Named { id: id.clone(), name: "Backend".to_owned() };
    let evidence = Evidence {
        what: "4 tasks killed, OutOfMemoryError".to_owned(),
        at: Some(ago(4)),
        source: "ecs:DescribeTasks",
        resource: Some(named.clone()),
    };
    let change = Event::new(ago(7), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
        .about(id, "Backend")
        .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
    Explanation {
        health: Health::Bad,
        since: Some(ago(4)),
        findings: vec![Cause {
            rule: "task-out-of-memory",
            message: "Backend of revision 118 runs out of memory".to_owned(),
            confidence: crate::diagnosis::explain::Confidence::Certain,
            health: Health::Bad,
            resource: named,
            since: Some(ago(4)),
            evidence: vec![evidence],
            against: Vec::new(),
            effects: Vec::new(),
            changes_before: vec![change],
            next: vec!["raise the memory".to_owned()],
        }],
        unexplained: Vec::new(),
        missing: Vec::new(),
    }
}

fn texts(blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .flat_map(|block| {
            std::iter::once(format!("── {}", block.title))
                .chain(block.items.iter().map(|item| item.look.texts().join(" · ")))
        })
        .collect()
}

fn of(told: &Explanation, reading: bool) -> Vec<Block> {
    let status = EnvironmentStatus::new("city-prod", vec![crate::kinds::testing_samples::scope()]);
    let (world, picture, zone) = (World::default(), Picture::default(), tokyo());
    blocks(&status, told, Around { world: &world, picture: &picture, now: now(), zone: &zone }, reading)
}

#[test]
fn every_line_leads_to_what_it_speaks_of() {
    let blocks = of(&told(), false);
    insta::assert_snapshot!(texts(&blocks).join("\n"));
    let finding = &blocks[1];
    assert!(finding.items.iter().all(|item| item.door.is_some()), "{finding:#?}");
}

#[test]
fn while_answers_are_waited_for_nothing_is_called_missing() {
    let mut told = told();
    told.missing.push(crate::diagnosis::explain::Missing {
        operation: "logs:GetLogEvents".to_owned(),
        why: "not_read",
        would_tell: "what the program wrote last".to_owned(),
    });
    assert!(of(&told, true).iter().all(|block| block.key != "missing"));
    assert!(of(&told, false).iter().any(|block| block.key == "missing"));
}
