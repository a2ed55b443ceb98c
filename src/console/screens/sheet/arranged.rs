//! A block as it is shown: its items that are wanted, in order, and what all of them together say of its
//! table. Made once whenever rows are arranged, so that drawing a frame looks at visible rows only. Pure.

use std::collections::HashSet;

use super::{Block, Item, RowStyle};
use crate::text::width;

/// A block that is shown, by indices.
#[derive(Clone, Debug)]
pub(super) struct Arranged {
    /// The block's place among all blocks.
    pub(super) block: usize,
    items: Vec<usize>,
    widest: Vec<usize>,
    marked: bool,
    wholes: usize,
    common: usize,
}

impl Arranged {
    /// The `items` of `block`, which stands at `at`.
    pub(super) fn new(at: usize, block: &Block, items: Vec<usize>) -> Self {
        let shown = || items.iter().filter_map(|item| block.items.get(*item));
        let mut widest = vec![0; block.columns.len()];
        for item in shown() {
            let RowStyle::Cells(cells) = &item.look else { continue };
            for (widest, cell) in widest.iter_mut().zip(cells) {
                // No text is wider than it has bytes, and few must be measured.
                if cell.text.len() > *widest {
                    *widest = width(&cell.text).max(*widest);
                }
            }
        }
        let wholes: HashSet<&str> = shown().map(|item| item.part_of.as_deref().unwrap_or(&item.key)).collect();
        let (marked, wholes) = (shown().any(|item| item.health.is_some()), wholes.len());
        let common = common(shown());
        Self { block: at, items, widest, marked, wholes, common }
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Its rows' places among the items of its block.
    pub(super) fn items(&self) -> &[usize] {
        &self.items
    }

    /// The same with the block it is of.
    pub(super) fn on<'a>(&'a self, blocks: &'a [Block]) -> Option<Panel<'a>> {
        blocks.get(self.block).map(|block| Panel { block, arranged: self })
    }
}

/// Names of fewer rows than this, and beginnings of fewer bytes, are left alone.
const ROWS: usize = 3;
const BYTES: usize = 4;

/// The bytes at the beginning of the names of resources that all of them share, up to a sign between words.
fn common<'i>(items: impl Iterator<Item = &'i Item>) -> usize {
    let wholes = items.filter(|item| item.part_of.is_none() && item.door.is_some());
    let names: Vec<&str> = wholes.filter_map(|item| item.look.cell(0)).collect();
    let Some((first, others)) = names.split_first().filter(|(_, others)| others.len() + 1 >= ROWS) else { return 0 };
    if !first.starts_with(char::is_alphabetic) {
        return 0;
    }
    let mut same = first.len();
    for other in others {
        let shared = first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        same = same.min(shared);
    }
    let words = first.char_indices().filter(|(at, sign)| *at < same && matches!(sign, '-' | '_' | '/' | ':' | '.'));
    // A name that is nothing but the beginning of the others must not become empty.
    let shortest = names.iter().map(|name| name.len()).min().unwrap_or(0);
    let end = words.map(|(at, _)| at + 1).filter(|end| *end < shortest).max().unwrap_or(0);
    if end >= BYTES { end } else { 0 }
}

/// A block that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    /// The block.
    pub block: &'a Block,
    arranged: &'a Arranged,
}

impl<'a> Panel<'a> {
    /// How many of its rows are shown.
    #[must_use]
    pub fn len(self) -> usize {
        self.arranged.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The row at a place among those shown.
    #[must_use]
    pub fn item(self, at: usize) -> Option<&'a Item> {
        self.block.items.get(*self.arranged.items.get(at)?)
    }

    /// Its rows in the order shown.
    pub fn items(self) -> impl Iterator<Item = &'a Item> {
        self.arranged.items.iter().filter_map(move |at| self.block.items.get(*at))
    }

    /// How many things its rows are of: a row that is a part of another counts with it.
    #[must_use]
    pub fn wholes(self) -> usize {
        self.arranged.wholes
    }

    /// The columns that the widest text of a table's column takes.
    #[must_use]
    pub fn widest(self, column: usize) -> usize {
        self.arranged.widest.get(column).copied().unwrap_or(0)
    }

    /// How many bytes the names of all its resources begin with alike.
    #[must_use]
    pub fn common(self) -> usize {
        self.arranged.common
    }

    /// Whether any of its rows has a health to mark.
    #[must_use]
    pub fn marked(self) -> bool {
        self.arranged.marked
    }
}
