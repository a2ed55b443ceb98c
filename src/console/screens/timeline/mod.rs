//! What happened to an environment, or to one resource of it: newest first, a line each, with who did it. Makes blocks;
//! the page is a sheet. Pure.

use jiff::{SignedDuration, Timestamp};

use super::detail::Around;
use super::explain::Filling;
use super::sheet::{Block, Item, RowTarget, Sheet};
use crate::display::{Align, Cell, Column, Width};
use crate::engine::explanation::events;
use crate::engine::headless::at_once;
use crate::kinds::catalog::kind;
use crate::overview::EnvironmentStatus;
use crate::text::{clock, span};
use crate::timeline::{self, Event, EventKind, Want, missing};
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Health, ResourceId};

/// How far back the page can look, in hours: as far as CloudTrail and the memory reach.
const SPANS: [i64; 7] = [1, 3, 12, 24, 3 * 24, 7 * 24, 30 * 24];
/// How far it looks when it is opened.
const OPENED: usize = 2;

const COLUMNS: &[Column] = &[
    Column { title: "TIME", width: Width::Fit(5, 12), align: Align::Left, keep: 9 },
    Column::text("KIND", Width::Fit(5, 13), 7),
    Column::text("RESOURCE", Width::Fit(8, 28), 6),
    Column::text("WHAT", Width::Fill(20), 8),
    Column::text("BY", Width::Fit(4, 28), 5),
];

/// The page, with what it wants to have read.
#[derive(Clone, Debug)]
pub struct TimelinePage {
    /// Of which environment.
    pub environment: EnvironmentName,
    /// Of which resource alone, if of one.
    pub of: Option<ResourceId>,
    /// Which kind of events alone, if one was chosen.
    pub kind: Option<EventKind>,
    /// How far back it looks, as a place in [`SPANS`].
    span: usize,
    /// Its rows.
    pub sheet: Sheet,
    /// What it wants to have read.
    pub wants: Vec<ReadRequest>,
}

impl TimelinePage {
    /// The page before anything was read for it.
    #[must_use]
    pub fn new(environment: EnvironmentName, of: Option<ResourceId>) -> Self {
        Self { environment, of, kind: None, span: OPENED, sheet: Sheet::default(), wants: Vec::new() }
    }

    /// How far back it looks.
    #[must_use]
    pub fn back(&self) -> SignedDuration {
        SignedDuration::from_hours(SPANS.get(self.span).copied().unwrap_or(12))
    }

    /// Looks further back, or less far; `false` at the end of the scale.
    pub fn zoom(&mut self, longer: bool) -> bool {
        let span = if longer { self.span + 1 } else { self.span.wrapping_sub(1) };
        let there = span < SPANS.len();
        if there {
            self.span = span;
        }
        there
    }

    /// Shows only what touches that resource, or all again where it did so already.
    pub fn narrow(&mut self, to: Option<ResourceId>) {
        self.of = if self.of == to { None } else { to };
    }

    /// Fills it with what is known now; `known` is what the journal and the memory tell, and `is_reading` tells whether answers are still waited for.
    pub fn fill(
        &mut self,
        status: &EnvironmentStatus,
        around: Around<'_>,
        known: Vec<Event>,
        (is_reading, resort): Filling<'_>,
    ) {
        let from = around.now.checked_sub(self.back()).unwrap_or(around.now);
        let wants = timeline::wants(status, around.world, from);
        let mut told = events(around.world, status, &known, (from, around.now), (around.now, around.zone));
        if let Some(of) = &self.of {
            told.retain(|event| event.subject.as_ref().is_some_and(|subject| subject.id == *of));
        }
        self.wants = at_once(&wants.iter().map(|want| want.request.clone()).collect::<Vec<_>>());
        let blocks = self.blocks(&told, &wants, around, is_reading(&self.wants));
        // The newest stands first, whatever was under the cursor before.
        self.sheet.fill(blocks, resort);
    }

    fn blocks(&self, told: &[Event], wants: &[Want], around: Around<'_>, reading: bool) -> Vec<Block> {
        let shown = told.iter().rev().filter(|event| self.kind.is_none_or(|kind| event.kind == kind));
        let items: Vec<Item> = shown.map(|event| row(event, around)).collect();
        let name = |id: &ResourceId| kind(id.kind).and_then(|kind| kind.title(around.world, id));
        let of = self.of.as_ref().map(|id| name(id).unwrap_or_else(|| id.key.to_string()));
        let of = of.map(|name| format!(" · only {name}")).unwrap_or_default();
        let only = self.kind.map(|kind| format!(" · only {}", kind.word())).unwrap_or_default();
        let more = if reading { " · reading more…" } else { "" };
        let title = format!("last {}{of}{only}{more}", span(self.back().as_secs()));
        let empty = if reading { "reading…" } else { "nothing happened that was read" };
        let mut blocks = vec![Block {
            key: "events".to_owned(),
            title,
            columns: COLUMNS,
            items,
            empty: empty.to_owned(),
            ..Block::default()
        }];
        let missing = missing(around.world, wants);
        if !missing.is_empty() && !reading {
            let items = missing.into_iter().map(|(operation, why, tells)| {
                let what = format!("{operation} ({})", why.replace('_', " "));
                Item::prose(what.clone(), vec![Cell::plain(what), Cell::dim(format!("would tell {tells}"))])
            });
            blocks.push(Block {
                key: "missing".to_owned(),
                title: "what was not read".to_owned(),
                items: items.collect(),
                ..Block::default()
            });
        }
        blocks
    }
}

/// The kinds of events in a page, in their order, for its filter.
#[must_use]
pub fn next_kind(page: &TimelinePage) -> Option<EventKind> {
    match page.kind {
        None => EventKind::ALL.first().copied(),
        Some(now) => {
            let at = EventKind::ALL.iter().position(|kind| *kind == now)?;
            EventKind::ALL.get(at + 1).copied()
        }
    }
}

fn row(event: &Event, around: Around<'_>) -> Item {
    let name = event.subject.as_ref().map(|subject| subject.name.clone()).unwrap_or_default();
    let times = match (event.times, event.until) {
        (1, _) => String::new(),
        (times, Some(until)) => format!(" ({times} times until {})", clock(until, around.zone)),
        (times, None) => format!(" ({times} times)"),
    };
    let mut what = format!("{}{times}", event.what);
    for line in event.detail.iter().take(DETAILS) {
        what.push_str(" · ");
        what.push_str(line);
    }
    if event.learned.is_some() {
        what.push_str(" (remembered)");
    }
    let who = event.who().map(str::to_owned);
    let tone = match event.kind {
        EventKind::Alarm if event.what.contains("ALARM") => Cell::of(Health::Bad, what.clone()),
        EventKind::TaskStopped => Cell::of(Health::Worrying, what.clone()),
        EventKind::Change | EventKind::OwnChange | EventKind::Deployment => Cell::strong(what.clone()),
        _ => Cell::plain(what.clone()),
    };
    let cells = vec![
        Cell::dim(time(event.at, around)),
        Cell::dim(event.kind.word()),
        Cell::plain(name),
        tone,
        who.map_or_else(Cell::none, Cell::plain),
    ];
    let door = event.subject.as_ref().map(|subject| RowTarget::Resource(subject.id.clone()));
    Item::row(format!("{} {} {what}", event.at, event.kind.word()), what, cells).to(door)
}

/// So many lines beside an event stand on its row; the page it leads to has all.
const DETAILS: usize = 2;

/// The time of day, with the day where it is not today's.
fn time(at: Timestamp, around: Around<'_>) -> String {
    let local = at.to_zoned(around.zone.clone());
    let today = around.now.to_zoned(around.zone.clone()).date();
    if local.date() == today { local.strftime("%H:%M:%S").to_string() } else { local.strftime("%a %H:%M").to_string() }
}

#[cfg(test)]
mod tests;
