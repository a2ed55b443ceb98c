//! The one place for rectangles: centring, splitting, clamping. All of it saturates; an area that
//! does not fit becomes smaller, never wrong.

use ratatui::layout::{Position, Rect};

/// A rectangle of at most `columns` × `rows` in the middle of `area`.
pub fn centered(area: Rect, columns: u16, rows: u16) -> Rect {
    let (width, height) = (columns.min(area.width), rows.min(area.height));
    let x = area.x.saturating_add((area.width - width) / 2);
    let y = area.y.saturating_add((area.height - height) / 2);
    Rect::new(x, y, width, height)
}

/// The first `rows` rows of `area`, and the rest.
pub fn split_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let rest = Rect { y: area.y.saturating_add(rows), height: area.height - rows, ..area };
    (Rect { height: rows, ..area }, rest)
}

/// What is above the last `rows` rows of `area`, and these.
pub fn split_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    split_top(area, area.height.saturating_sub(rows))
}

/// The first `columns` columns of `area`, and the rest.
pub fn split_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let rest = Rect { x: area.x.saturating_add(columns), width: area.width - columns, ..area };
    (Rect { width: columns, ..area }, rest)
}

/// What is left of the last `columns` columns of `area`, and these.
pub fn split_right(area: Rect, columns: u16) -> (Rect, Rect) {
    split_left(area, area.width.saturating_sub(columns))
}

/// Stacks `wanted` heights from the top of `area`. When they do not fit, each keeps `least` rows
/// while there are any, and the first ones get the rest: panels come in order of importance.
pub fn stack(area: Rect, wanted: &[u16], least: u16) -> Vec<Rect> {
    let mut spare = area.height;
    let mut heights: Vec<u16> = wanted
        .iter()
        .map(|height| {
            let given = (*height).min(least).min(spare);
            spare -= given;
            given
        })
        .collect();
    for (height, wanted) in heights.iter_mut().zip(wanted) {
        let more = wanted.saturating_sub(*height).min(spare);
        *height += more;
        spare -= more;
    }
    let mut rest = area;
    heights
        .into_iter()
        .map(|height| {
            let (top, below) = split_top(rest, height);
            rest = below;
            top
        })
        .collect()
}

/// `area` without `columns` at either side and `rows` above and below.
pub fn inset(area: Rect, columns: u16, rows: u16) -> Rect {
    let (_, area) = split_left(area, columns);
    let (area, _) = split_right(area, columns);
    let (_, area) = split_top(area, rows);
    split_bottom(area, rows).0
}

/// The row of `area` that a click at `at` hits, from 0 at its top.
pub fn row_at(area: Rect, at: Position) -> Option<u16> {
    area.contains(at).then(|| at.y - area.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_overlay_is_in_the_middle_and_never_larger_than_the_screen() {
        let screen = Rect::new(0, 0, 80, 24);
        assert_eq!(centered(screen, 40, 10), Rect::new(20, 7, 40, 10));
        assert_eq!(centered(screen, 200, 100), screen);
    }

    #[test]
    fn panels_give_way_from_the_last_one_up() {
        let heights = |rows| -> Vec<u16> {
            stack(Rect::new(0, 0, 10, rows), &[5, 8, 4], 3).iter().map(|panel| panel.height).collect()
        };
        assert_eq!(heights(30), [5, 8, 4]);
        assert_eq!(heights(12), [5, 4, 3]);
        assert_eq!(heights(7), [3, 3, 1]);
        assert_eq!(heights(0), [0, 0, 0]);
    }

    #[test]
    fn a_click_finds_its_row() {
        let area = Rect::new(2, 3, 5, 4);
        assert_eq!(row_at(area, Position::new(2, 5)), Some(2));
        assert_eq!(row_at(area, Position::new(2, 7)), None);
    }

    proptest! {
        #[test]
        fn parts_make_up_the_whole(w in 0u16..300, h in 0u16..100, n in 0u16..400) {
            let area = Rect::new(3, 4, w, h);
            let (top, rest) = split_top(area, n);
            prop_assert_eq!(top.height + rest.height, h);
            let (left, right) = split_right(area, n);
            prop_assert_eq!(left.width + right.width, w);
            prop_assert_eq!(inset(area, n, n).intersection(area).area(), inset(area, n, n).area());
        }
    }
}
