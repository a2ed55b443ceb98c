//! One rig for all pictures in tests: draws into a buffer of a given size, styles included.
//! Built for tests only.

use crate::theme::Theme;
use ratatui::{buffer::Buffer, layout::Rect};

pub(crate) fn night() -> Theme {
    Theme::built_in("night")
}

pub(crate) fn draw(columns: u16, rows: u16, paint: impl FnOnce(Rect, &mut Buffer)) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    paint(area, &mut buffer);
    buffer
}

/// Every size at which something might break; also an area that lies outside of the buffer.
pub(crate) fn at_every_small_size(mut paint: impl FnMut(Rect, &mut Buffer)) -> usize {
    let mut drawn = 0;
    for columns in 0..14 {
        for rows in 0..5 {
            draw(columns, rows, &mut paint);
            drawn += 1;
        }
    }
    let mut small = Buffer::empty(Rect::new(0, 0, 5, 2));
    paint(Rect::new(3, 1, 40, 10), &mut small);
    paint(Rect::new(50, 50, 40, 10), &mut small);
    drawn
}
