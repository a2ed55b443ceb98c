//! A page of blocks (tables, facts, sentences, courses) with one cursor through all of them. Every
//! screen of rows is one: fleet, environment, detail, faults, unassigned. The cursor, the order
//! and the filter know rows by name, so that they survive every refresh. Pure; `view` draws it.

mod arranged;
mod cursor;
mod order;
pub mod view;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use jiff::Timestamp;

use crate::command::RowFilter;
use crate::display::{Cell, Column, Moment, Series, StateBand, Tone};
use crate::world::{EnvironmentName, Health, ResourceId};

use arranged::Arranged;

pub use arranged::Panel;
pub use order::natural;

/// Where a row leads.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RowTarget {
    /// To an environment.
    Environment(EnvironmentName),
    /// To a resource.
    Resource(ResourceId),
    /// To a tunnel of this console.
    Tunnel(u64),
    /// To an entry of the journal.
    Entry(String),
    /// To something that is done with a resource.
    Step(NextStep, ResourceId),
}

/// What a line of advice does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum NextStep {
    /// Shows what it wrote: around a moment, or lately.
    Logs(Option<Timestamp>),
    /// Takes up an operation, by its verb.
    Act(&'static str),
    /// Runs the container's own health check in a task of it, and shows the answer.
    HealthCheck,
}

impl RowTarget {
    /// The resource it leads to, if it is one.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceId> {
        match self {
            Self::Resource(id) | Self::Step(_, id) => Some(id),
            Self::Environment(_) | Self::Entry(_) | Self::Tunnel(_) => None,
        }
    }
}

/// What an item looks like.
#[derive(Clone, PartialEq, Debug)]
pub enum RowStyle {
    /// A row of its block's table.
    Cells(Vec<Cell>),
    /// Sentences, broken into lines where the page is narrow; the first at the margin, the others below it.
    Prose(Vec<Cell>),
    /// A label with its value.
    Fact(&'static str, Cell),
    /// Something that happened.
    Moment(Moment),
    /// How a metric went.
    Course(Series),
    /// Which states something had.
    States(StateBand),
}

impl RowStyle {
    /// Its texts: for the filter, the order and copying.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Cells(cells) | Self::Prose(cells) => cells.iter().map(|cell| cell.text.as_str()).collect(),
            Self::Fact(label, value) => vec![label, &value.text],
            Self::Moment(moment) => vec![&moment.message],
            Self::Course(series) => vec![&series.title],
            Self::States(band) => vec![&band.title],
        }
    }

    /// The text in a column of a table, if this is one of its rows and reaches that far.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&str> {
        match self {
            Self::Cells(cells) => cells.get(column).map(|cell| cell.text.as_str()),
            Self::Prose(_) | Self::Fact(..) | Self::Moment(_) | Self::Course(_) | Self::States(_) => None,
        }
    }
}

/// One row of a page.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// What tells it from the others of its block across refreshes.
    pub key: String,
    /// What it is called: what copying the name copies.
    pub name: String,
    /// The key of the row it is a part of: a target's of its target group. The title of its block counts wholes.
    pub part_of: Option<String>,
    /// Where it leads.
    pub door: Option<RowTarget>,
    /// Its health, for the mark in front and for only-what-is-not-well; `None` where that means nothing.
    pub health: Option<Health>,
    /// What it looks like.
    pub look: RowStyle,
    /// What stands behind it and a filter finds too, such as the names of an environment's resources.
    pub behind: Vec<String>,
    /// Known only from before a fault.
    pub stale: bool,
    /// Its state changed a moment ago.
    pub changed: bool,
}

impl Item {
    /// A sentence without anything behind it.
    #[must_use]
    pub fn prose(key: impl Into<String>, cells: Vec<Cell>) -> Self {
        let name = cells.first().map(|cell| cell.text.clone()).unwrap_or_default();
        Self::new(key.into(), name, RowStyle::Prose(cells))
    }

    /// A row of a table.
    #[must_use]
    pub fn row(key: impl Into<String>, name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self::new(key.into(), name.into(), RowStyle::Cells(cells))
    }

    fn new(key: String, name: String, look: RowStyle) -> Self {
        Self {
            key,
            name,
            part_of: None,
            door: None,
            health: None,
            look,
            behind: Vec::new(),
            stale: false,
            changed: false,
        }
    }

    /// The same, leading somewhere.
    #[must_use]
    pub fn to(self, door: Option<RowTarget>) -> Self {
        Self { door, ..self }
    }

    /// The same, with a health.
    #[must_use]
    pub fn of(self, health: Health) -> Self {
        Self { health: Some(health), ..self }
    }
}

/// What stands at the right of a block's title.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Note {
    /// When the oldest of its data was read.
    pub read_at: Option<Timestamp>,
    /// Why the last reading failed, or that something is missing.
    pub fault: Option<String>,
    /// Whether that is but a missing right, which stays for long and must not outshout what is sick.
    pub quiet: bool,
}

/// A part of a page.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Block {
    /// What tells it from the others of its page.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// Its age and fault.
    pub note: Note,
    /// The columns of its table; empty if it is none.
    pub columns: &'static [Column],
    /// Its rows.
    pub items: Vec<Item>,
    /// What is said when there are none.
    pub empty: String,
}

/// Where the cursor is, by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The block.
    pub block: String,
    /// The item in it.
    pub key: String,
}

/// The order a reader chose for a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sorting {
    /// Of which block.
    pub block: String,
    /// By which column.
    pub column: usize,
    /// Largest first.
    pub descending: bool,
}

/// A page and the reader's place in it.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    blocks: Vec<Block>,
    /// Each block that is shown, with its items in the order shown.
    arranged: Vec<Arranged>,
    cursor: Option<Spot>,
    /// Where the cursor is among the rows shown, found anew whenever they are arranged; it stays there when its row
    /// is gone. A key that only moves the cursor must not look at every row.
    at: usize,
    filter: String,
    /// What that looks for among the rows there are; `None` without a filter.
    looking: Option<RowFilter>,
    unwell: bool,
    sorting: Option<Sorting>,
    /// The first line on the screen, as the last frame had it.
    pub offset: usize,
}

impl Sheet {
    /// The page has new content. Rows keep their order while the cursor is on one of them, unless `resort`.
    pub fn fill(&mut self, blocks: Vec<Block>, resort: bool) {
        let keep = !resort && self.cursor.is_some() && self.position() > 0;
        let old = std::mem::replace(&mut self.blocks, blocks);
        let places = keep.then(|| {
            let rows = self.arranged.iter().filter_map(|arranged| arranged.on(&old));
            let rows = rows.flat_map(|panel| panel.items().map(move |item| (panel.block, item)));
            let seen: HashMap<(&str, &str), usize> =
                rows.enumerate().map(|(at, (block, item))| ((block.key.as_str(), item.key.as_str()), at)).collect();
            let place = |block: &Block, item: &Item| seen.get(&(block.key.as_str(), item.key.as_str())).copied();
            let places = |block: &Block| block.items.iter().map(|item| place(block, item)).collect();
            self.blocks.iter().map(places).collect::<Vec<_>>()
        });
        self.arrange(places.as_deref());
    }

    /// Puts blocks into the order that they stand in here, where they are the same: what a reader is amid does not move.
    pub fn keep_order(&self, blocks: &mut [Block]) {
        let place = |key: &str| self.blocks.iter().position(|block| block.key == key);
        if self.position() > 0 && blocks.len() == self.blocks.len() && blocks.iter().all(|it| place(&it.key).is_some())
        {
            blocks.sort_by_key(|block| place(&block.key));
        }
    }

    /// Puts the rows back into their order.
    pub fn resort(&mut self) {
        self.arrange(None);
    }

    /// Its blocks as they were filled in.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// What is shown: each block with its items, in order.
    pub fn panels(&self) -> impl Iterator<Item = Panel<'_>> {
        self.arranged.iter().filter_map(|arranged| arranged.on(&self.blocks))
    }

    /// How many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.arranged.iter().map(Arranged::len).sum()
    }

    /// Whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows there are without filter.
    #[must_use]
    pub fn total(&self) -> usize {
        self.blocks.iter().map(|block| block.items.len()).sum()
    }

    /// The cursor's place among the rows shown.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at.min(self.len().saturating_sub(1))
    }

    /// The row under the cursor with its block.
    #[must_use]
    pub fn current(&self) -> Option<(&Block, &Item)> {
        self.row(self.position())
    }

    fn row(&self, position: usize) -> Option<(&Block, &Item)> {
        let mut left = position;
        for panel in self.panels() {
            if left < panel.len() {
                return panel.item(left).map(|item| (panel.block, item));
            }
            left -= panel.len();
        }
        None
    }

    /// Every row shown, with its block.
    pub fn rows(&self) -> impl Iterator<Item = (&Block, &Item)> {
        self.panels().flat_map(|panel| panel.items().map(move |item| (panel.block, item)))
    }

    /// The reader let go of the cursor: it is at the top, and rows may find their order.
    pub fn release(&mut self) {
        self.cursor = None;
        self.at = 0;
        self.resort();
    }

    /// Shows only rows that match.
    pub fn set_filter(&mut self, text: &str) {
        self.filter = text.to_owned();
        let mut places: Vec<Vec<Option<usize>>> =
            self.blocks.iter().map(|block| vec![None; block.items.len()]).collect();
        let shown =
            self.arranged.iter().flat_map(|arranged| arranged.items().iter().map(|item| (arranged.block, *item)));
        for (place, (block, item)) in shown.enumerate() {
            if let Some(known) = places.get_mut(block).and_then(|items| items.get_mut(item)) {
                *known = Some(place);
            }
        }
        self.arrange(Some(&places));
        // The best place to be among what is left is its beginning; the cursor's own row is not forgotten.
        if !self.rows().any(|(block, item)| self.is_cursor(block, item)) {
            self.at = 0;
        }
    }

    fn is_cursor(&self, block: &Block, item: &Item) -> bool {
        self.cursor.as_ref().is_some_and(|cursor| item.key == cursor.key && block.key == cursor.block)
    }

    /// What rows must match.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Shows only rows that are not well, or all of them.
    pub fn set_unwell(&mut self, unwell: bool) {
        self.unwell = unwell;
        self.resort();
    }

    /// Whether only rows that are not well are shown.
    #[must_use]
    pub fn unwell(&self) -> bool {
        self.unwell
    }

    /// Sorts the table under the cursor; `None` gives it back its own order.
    pub fn sort(&mut self, sorting: Option<Sorting>) {
        self.sorting = sorting;
        self.resort();
    }

    /// How a table is sorted, where the reader chose.
    #[must_use]
    pub fn sorting(&self) -> Option<&Sorting> {
        self.sorting.as_ref()
    }

    /// The reader saw a row: its mark of change goes.
    pub fn seen_under_cursor(&self) -> Option<ResourceId> {
        self.current().and_then(|(_, item)| item.door.as_ref()?.resource().cloned())
    }

    /// Arranges what is wanted: in the order of `places` where rows had one, which for each item of each block tells
    /// where it stood; else in the order chosen, or the blocks' own.
    fn arrange(&mut self, places: Option<&[Vec<Option<usize>>]>) {
        let mut filter =
            RowFilter::new(&self.filter).among(self.blocks.iter().flat_map(|block| &block.items).map(|item| {
                let behind = item.behind.iter().map(String::as_str);
                item.look.texts().into_iter().chain(behind).collect()
            }));
        let mut arranged = Vec::new();
        let narrowed = !filter.is_empty() || self.unwell;
        for (at, block) in self.blocks.iter().enumerate() {
            let mut wanted = |item: &Item| {
                (!self.unwell || item.health.is_some_and(|health| health != Health::Well))
                    && (filter.is_empty() || filter.wants_within(&item.look.texts(), &behind(item)).0)
            };
            let items = block.items.iter().enumerate().filter(|(_, item)| !narrowed || wanted(item));
            let mut items: Vec<usize> = items.map(|(at, _)| at).collect();
            if let Some(sorting) = self.sorting.as_ref().filter(|sorting| sorting.block == block.key) {
                order::sort(&mut items, block, sorting);
            }
            if let Some(places) = places.and_then(|places| places.get(at)) {
                items.sort_by_key(|item| places.get(*item).copied().flatten().unwrap_or(usize::MAX));
            }
            if !items.is_empty() || !narrowed {
                arranged.push(Arranged::new(at, block, items));
            }
        }
        self.arranged = arranged;
        self.looking = (!filter.is_empty()).then_some(filter);
        let found =
            self.cursor.as_ref().and_then(|_| self.rows().position(|(block, item)| self.is_cursor(block, item)));
        self.at = found.unwrap_or(self.at).min(self.len().saturating_sub(1));
    }

    /// Which bytes of a row's texts the filter matched.
    #[must_use]
    pub fn matches(&self, item: &Item) -> Vec<Vec<Range<usize>>> {
        self.looking.clone().and_then(|mut filter| filter.matched(&item.look.texts())).unwrap_or_default()
    }

    /// What a filter found behind a row, where the row itself does not show it.
    #[must_use]
    pub fn hit_behind<'i>(&self, item: &'i Item) -> Option<&'i str> {
        if item.behind.is_empty() {
            return None;
        }
        let (_, hit) = self.looking.clone()?.wants_within(&item.look.texts(), &behind(item));
        item.behind.get(hit?).map(String::as_str)
    }

    /// The names of what rows lead to, each once, as far as `doors` has it. What stands in a sentence and in a table is
    /// called as in the table.
    #[must_use]
    pub fn names_of(&self, doors: &HashSet<&RowTarget>) -> Vec<String> {
        let mut named: Vec<(&RowTarget, &Item)> = Vec::new();
        for (_, item) in self.rows() {
            let Some(door) = item.door.as_ref().filter(|door| doors.contains(door)) else { continue };
            match named.iter_mut().find(|(known, _)| *known == door) {
                Some((_, told)) if matches!(told.look, RowStyle::Prose(_)) => *told = item,
                Some(_) => {}
                None => named.push((door, item)),
            }
        }
        named.into_iter().map(|(_, item)| item.name.clone()).collect()
    }
}

fn behind(item: &Item) -> Vec<&str> {
    item.behind.iter().map(String::as_str).collect()
}

/// A line of one tone, as most prose is.
#[must_use]
pub fn line(text: impl Into<String>, tone: Tone) -> Cell {
    Cell { text: text.into(), tone }
}

#[cfg(test)]
mod tests;
