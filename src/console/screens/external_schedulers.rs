//! What schedules of other owners do, as a block of a page: the environment's schedule and each resource they touch
//! show the same. Makes blocks; the page is a sheet. Pure.

use super::sheet::{Block, Item};
use crate::display::{Cell, Tone};
use crate::offhours::{ExternalSchedulers, Job, Owner, Source};
use crate::schedule::wording;
use crate::world::{Health, ResourceId};

/// Everything that others do in an environment; `None` where they do nothing.
#[must_use]
pub(super) fn of_environment(others: &ExternalSchedulers, around: super::detail::Around<'_>) -> Option<Block> {
    let unknown = others.unknown().map(|message| Item::prose("unknown", vec![Cell::of(Health::Unknown, message)]));
    let owners = others.owners.iter().map(|owner| of_owner(owner, around));
    let jobs = others.jobs.iter().map(|job| of_job(job, around));
    let migrates = others.owning().any(|owner| owner.source == Source::Rule).then(|| {
        let message = "the action migrate lets schedules at EventBridge Scheduler take the place of these rules";
        Item::prose("migrate", vec![Cell::dim(message.to_owned())])
    });
    block(unknown.into_iter().chain(owners).chain(migrates).chain(jobs).collect())
}

/// What others do to one resource; `None` where they do nothing.
#[must_use]
pub(super) fn of_resource(
    others: &ExternalSchedulers,
    id: &ResourceId,
    around: super::detail::Around<'_>,
) -> Option<Block> {
    block(others.on(id).map(|owner| of_owner(owner, around)).collect())
}

fn block(mut items: Vec<Item>) -> Option<Block> {
    // A rule with several targets does several things, and each is a line.
    for (at, item) in items.iter_mut().enumerate() {
        item.key = format!("{at} {}", item.key);
    }
    let title = "schedules of others".to_owned();
    (!items.is_empty()).then(|| Block { key: "others".to_owned(), title, items, ..Block::default() })
}

fn of_owner(owner: &Owner, around: super::detail::Around<'_>) -> Item {
    let (now, zone) = (around.now, around.zone);
    let doubt = owner.clock.as_ref().is_some_and(|clock| clock.doubt.is_some());
    let mut cells = vec![line(owner.sentence(), doubt, owner.enabled)];
    let worrying = |message: String| Cell::of(Health::Worrying, message);
    let next = owner.clock.as_ref().and_then(|clock| clock.next_at).filter(|_| owner.enabled);
    cells.extend(next.map(|at| Cell::dim(format!("next {}", wording::when(at, now, zone)))));
    cells.extend(owner.conflict(now, zone).map(worrying));
    let held = if owner.is_forgotten() { Health::Worrying } else { Health::Changing };
    cells.extend(owner.held_back(now, zone).map(|message| Cell::of(held, message)));
    match owner.failure(now, zone) {
        Some(message) => cells.push(worrying(message)),
        None => cells.extend(owner.last.as_ref().map(|last| Cell::dim(format!("last: {}", last.sentence(now, zone))))),
    }
    Item::prose(
        format!("{} {} {}", owner.who(), owner.on, owner.verb.map_or("", crate::schedule::PowerAction::word)),
        cells,
    )
}

fn of_job(job: &Job, around: super::detail::Around<'_>) -> Item {
    let mut cells = vec![line(job.sentence(), job.clock.doubt.is_some(), job.enabled)];
    cells.extend(job.clash(around.now, around.zone).map(|message| Cell::of(Health::Worrying, message)));
    Item::prose(format!("{} {} {}", job.source.word(), job.name, job.what), cells)
}

fn line(message: String, doubt: bool, enabled: bool) -> Cell {
    match (doubt, enabled) {
        (_, false) => Cell::dim(message),
        (true, true) => Cell::of(Health::Worrying, message),
        (false, true) => Cell { text: message, tone: Tone::Plain },
    }
}
