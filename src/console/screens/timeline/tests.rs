//! The page of a timeline: newest first, one kind alone, and what was not read.

use super::*;
use crate::kinds::testing_samples::{ago, now, scope, service, tokyo};
use crate::overview::Picture;
use crate::world::{Resource, World};

fn told() -> Vec<Event> {
    let id = service().id(&scope());
    vec![
        Event::new(ago(9), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
            .about(id.clone(), "Backend")
            .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned())),
        Event::new(ago(4), EventKind::TaskStopped, "ecs:DescribeTasks", "a task stopped: app exited with code 1")
            .about(id, "Backend"),
    ]
}

fn shown(page: &TimelinePage) -> Vec<String> {
    let (world, picture, zone) = (World::default(), Picture::default(), tokyo());
    let around = Around { world: &world, picture: &picture, now: now(), zone: &zone };
    let blocks = page.blocks(&told(), &[], around, false);
    blocks.iter().flat_map(|block| block.items.iter().map(|item| item.look.texts().join(" | "))).collect()
}

#[test]
fn the_newest_stands_first_with_who_did_it() {
    let page = TimelinePage::new("city-prod".into(), None);
    insta::assert_snapshot!(shown(&page).join("\n"));
}

#[test]
fn one_kind_after_the_other_and_then_all_again() {
    let mut page = TimelinePage::new("city-prod".into(), None);
    let mut seen = Vec::new();
    while let Some(kind) = next_kind(&page) {
        page.kind = Some(kind);
        seen.push(kind);
    }
    assert_eq!(seen, EventKind::ALL);
    page.kind = Some(EventKind::Change);
    assert_eq!(shown(&page).len(), 1);
}
