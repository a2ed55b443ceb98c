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

#[test]
fn it_looks_further_back_and_less_far_and_ends_at_both_ends() {
    let mut page = TimelinePage::new("city-prod".into(), None);
    assert_eq!(page.back().as_hours(), 12);
    assert!(page.zoom(false) && page.zoom(false));
    assert_eq!((page.back().as_hours(), page.zoom(false), page.back().as_hours()), (1, false, 1));
    while page.zoom(true) {}
    assert_eq!(page.back().as_hours(), 30 * 24);
}

#[test]
fn a_row_narrows_to_its_resource_and_widens_again() {
    let id = service().id(&scope());
    let mut page = TimelinePage::new("city-prod".into(), None);
    page.narrow(Some(id.clone()));
    assert_eq!(page.of, Some(id.clone()));
    page.narrow(Some(id));
    assert_eq!(page.of, None);
}

#[test]
fn what_is_remembered_says_so_and_tells_how_containers_ended() {
    let mut stop = told().remove(1);
    stop.detail = vec!["app ended with exit code 1".to_owned(), "app wrote last: no".to_owned(), "more".to_owned()];
    stop.learned = Some(ago(3));
    let (world, picture, zone) = (World::default(), Picture::default(), tokyo());
    let item = row(&stop, Around { world: &world, picture: &picture, now: now(), zone: &zone });
    let text = item.look.texts().join(" | ");
    assert!(text.contains("app ended with exit code 1 · app wrote last: no (remembered)"), "{text}");
}
