//! Moving the cursor of a page: by rows, by panels, to what is meant by name or by health. It knows rows by name, so that
//! they may move under it. Pure.

use super::{Item, Panel, RowTarget, Sheet, Spot};
use crate::world::Health;

impl Sheet {
    /// Puts the cursor on the row at `position`, or on the last one.
    pub fn go(&mut self, position: usize) {
        self.at = position.min(self.len().saturating_sub(1));
        self.cursor = self.row(self.at).map(|(block, item)| Spot { block: block.key.clone(), key: item.key.clone() });
    }

    /// Puts the cursor on the row that leads there, if one is shown.
    pub fn seek(&mut self, door: &RowTarget) {
        let found = self.rows().position(|(_, item)| item.door.as_ref() == Some(door));
        if let Some(at) = found {
            self.go(at);
        }
    }

    /// Moves the cursor by rows.
    pub fn step(&mut self, delta: isize) {
        self.go(self.position().saturating_add_signed(delta));
    }

    /// Moves the cursor to the first row of the next block that has rows, or of the one before; around the ends.
    pub fn panel(&mut self, forward: bool) {
        let mut starts = Vec::new();
        let mut at = 0;
        for arranged in self.arranged.iter().filter(|arranged| arranged.len() > 0) {
            starts.push(at);
            at += arranged.len();
        }
        let here = self.position();
        let current = starts.iter().rposition(|start| *start <= here).unwrap_or(0);
        let next = if forward { current + 1 } else { current + starts.len().saturating_sub(1) };
        if let Some(start) = starts.get(next % starts.len().max(1)) {
            self.go(*start);
        }
    }

    /// Moves the cursor to the first row of the block of that number, counted from 1 among those that have rows;
    /// `false` if there is none.
    pub fn panel_at(&mut self, number: usize) -> bool {
        let mut at = 0;
        for (place, arranged) in self.arranged.iter().filter(|arranged| arranged.len() > 0).enumerate() {
            if place + 1 == number {
                self.go(at);
                return true;
            }
            at += arranged.len();
        }
        false
    }

    /// The number of the block whose key or title begins like that, as [`Self::panel_at`] counts.
    #[must_use]
    pub fn panel_called(&self, name: &str) -> Option<usize> {
        let name = name.trim().to_lowercase().replace(' ', "_");
        let filled = self.panels().filter(|panel| !panel.is_empty());
        let named = |panel: Panel<'_>| {
            panel.block.key.to_lowercase().starts_with(&name)
                || panel.block.title.to_lowercase().replace(' ', "_").starts_with(&name)
        };
        filled.enumerate().find(|(_, panel)| named(*panel)).map(|(at, _)| at + 1)
    }

    /// Puts the cursor on the first row that is sick and leads somewhere; it stays where none is.
    pub fn seek_sick(&mut self) {
        let sick = |item: &Item| {
            item.door.is_some() && item.health.is_some_and(|health| matches!(health, Health::Bad | Health::Worrying))
        };
        let found = self.rows().position(|(_, item)| sick(item));
        if let Some(at) = found {
            self.go(at);
        }
    }
}
