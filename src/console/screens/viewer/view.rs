//! Draws a text, with what is looked for lit, and moves in it: only the view knows how long lines break.
//! The text comes masked; nothing is masked or unmasked here.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Viewer;
use crate::console::frame_info::FrameInfo;
use crate::console::screens::sheet::view::role;
use crate::console::widgets::lines::{Line, Lines, ScrollPosition};
use crate::theme::Theme;

fn lines(viewer: &Viewer) -> Vec<Line<'_>> {
    viewer.lines.iter().map(|cell| Line::new(cell.text.as_str(), role(cell.tone))).collect()
}

/// Draws `viewer` in `area`.
pub fn draw(viewer: &Viewer, theme: &Theme, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let area = Rect { x: area.x.saturating_add(1).min(area.right()), width: area.width.saturating_sub(2), ..area };
    (shown.columns, shown.page) = (area.width, usize::from(area.height));
    Lines { lines: &lines(viewer), wrap: true, search: &viewer.search, theme }.render(area, buf, viewer.place);
}

/// The place `delta` rows on, in a window of the size last shown.
#[must_use]
pub fn moved(viewer: &Viewer, theme: &Theme, delta: isize, shown: &FrameInfo) -> ScrollPosition {
    let height = u16::try_from(shown.page).unwrap_or(u16::MAX);
    let lines = lines(viewer);
    viewer.place.moved(&Lines { lines: &lines, wrap: true, search: "", theme }, delta, shown.columns.max(1), height)
}
