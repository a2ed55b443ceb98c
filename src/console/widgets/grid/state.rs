//! Where the reader is in a grid, and how that place survives when rows come, go and move.
//! The index is only how it is drawn: the row itself is known by its key.

/// Cursor and scroll position. Both are kept in range by [`GridState::shown`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridState {
    /// The row under the cursor.
    pub selected: usize,
    /// The first row on the screen.
    pub offset: usize,
}

impl GridState {
    /// In range for `len` rows, with the cursor among the `rows` that fit on the screen.
    #[must_use]
    pub fn shown(self, len: usize, rows: usize) -> GridState {
        let selected = self.selected.min(len.saturating_sub(1));
        let rows = rows.max(1);
        let lowest = selected.saturating_sub(rows - 1);
        let last_page = len.saturating_sub(rows);
        GridState { selected, offset: self.offset.clamp(lowest, selected).min(last_page) }
    }

    /// The cursor `delta` rows on, stopping at either end.
    #[must_use]
    pub fn moved(self, delta: isize, len: usize) -> GridState {
        let selected = self.selected.saturating_add_signed(delta).min(len.saturating_sub(1));
        GridState { selected, ..self }
    }

    /// After the rows changed: the cursor stays on the row called `key`, on the same line of the
    /// screen where possible. When that row is gone, it stays at its place in the list.
    #[must_use]
    pub fn followed<K: PartialEq>(self, key: Option<&K>, rows: impl IntoIterator<Item = K>) -> GridState {
        let mut len = 0;
        let mut found = None;
        for (at, row) in rows.into_iter().enumerate() {
            len = at + 1;
            if found.is_none() && Some(&row) == key {
                found = Some(at);
            }
        }
        let selected = found.unwrap_or(self.selected).min(len.saturating_sub(1));
        let line = self.selected.saturating_sub(self.offset);
        GridState { selected, offset: selected.saturating_sub(line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_stays_on_its_row_and_line() {
        let state = GridState { selected: 2, offset: 1 };
        assert_eq!(state.followed(Some(&"c"), ["x", "y", "a", "b", "c"]), GridState { selected: 4, offset: 3 });
        assert_eq!(state.followed(Some(&"c"), ["a", "b"]), GridState { selected: 1, offset: 0 });
        assert_eq!(state.followed(Some(&"c"), []), GridState::default());
        assert_eq!(state.followed(None, ["a", "b", "c"]), state);
    }

    #[test]
    fn moving_stops_at_the_ends() {
        let state = GridState { selected: 2, offset: 0 };
        assert_eq!(state.moved(-9, 5).selected, 0);
        assert_eq!(state.moved(isize::MAX, 5).selected, 4);
        assert_eq!(state.moved(1, 0).selected, 0);
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_on_the_screen(selected in 0usize..60, offset in 0usize..60, len in 0usize..50, rows in 0usize..20) {
            let state = GridState { selected, offset }.shown(len, rows);
            prop_assert!(state.selected < len.max(1));
            prop_assert!(state.offset <= state.selected && state.selected < state.offset + rows.max(1));
            // No empty lines below the last row while rows are hidden above the first.
            prop_assert!(state.offset + rows <= len || state.offset == 0 || rows == 0);
        }
    }
}
