//! Where one is in a long text, and how one moves. A place is a line and a row of it, so that a
//! line longer than the screen can be read to its end.

use super::Lines;

/// A place in a text. Kept in range by moving; a stale one draws nothing rather than breaking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScrollPosition {
    /// The line at the top.
    pub line: usize,
    /// The first row of it that is shown, when lines are broken.
    pub row: usize,
    /// Columns hidden at the left, when lines are cut.
    pub left: usize,
}

impl ScrollPosition {
    /// `delta` rows on in a window of `columns` × `height`. Stops when the last row of the text is
    /// the last of the window. With lines cut, a row is a line.
    #[must_use]
    pub fn moved(self, lines: &Lines<'_>, delta: isize, columns: u16, height: u16) -> ScrollPosition {
        let mut place = ScrollPosition { line: self.line.min(lines.lines.len().saturating_sub(1)), ..self };
        place.row = place.row.min(lines.rows_of(place.line, columns).saturating_sub(1));
        for _ in 0..delta.unsigned_abs() {
            let next = if delta < 0 { place.back(lines, columns) } else { place.on(lines, columns) };
            if next == place {
                break;
            }
            place = next;
        }
        let last = ScrollPosition::end(lines, columns, height);
        if (place.line, place.row) > (last.line, last.row) { ScrollPosition { left: self.left, ..last } } else { place }
    }

    /// The place from which the window just shows the end.
    #[must_use]
    pub fn end(lines: &Lines<'_>, columns: u16, height: u16) -> ScrollPosition {
        let line = lines.lines.len().saturating_sub(1);
        let mut place = ScrollPosition { line, row: lines.rows_of(line, columns).saturating_sub(1), left: 0 };
        for _ in 1..height {
            place = place.back(lines, columns);
        }
        place
    }

    fn on(self, lines: &Lines<'_>, columns: u16) -> ScrollPosition {
        if self.row + 1 < lines.rows_of(self.line, columns) {
            ScrollPosition { row: self.row + 1, ..self }
        } else if self.line + 1 < lines.lines.len() {
            ScrollPosition { line: self.line + 1, row: 0, ..self }
        } else {
            self
        }
    }

    fn back(self, lines: &Lines<'_>, columns: u16) -> ScrollPosition {
        if self.row > 0 {
            ScrollPosition { row: self.row - 1, ..self }
        } else if self.line > 0 {
            ScrollPosition { line: self.line - 1, row: lines.rows_of(self.line - 1, columns).saturating_sub(1), ..self }
        } else {
            self
        }
    }
}
