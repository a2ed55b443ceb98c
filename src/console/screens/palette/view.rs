//! Draws the command line at the bottom of the screen and the proposals above it.
//! Which proposals there are is decided by the command table.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    widgets::{Clear, Widget},
};

use super::Palette;
use crate::console::frame_info::{FrameInfo, Zone};
use crate::console::widgets::area::split_bottom;
use crate::console::widgets::input::Prompt;
use crate::console::widgets::menu::hidden;
use crate::console::widgets::span_styles::{put, put_line, small, tint_row};
use crate::text::width;
use crate::theme::{Role, Theme};

/// Proposals shown at most.
const MOST: usize = 8;

/// Draws over `area`; the line is its last row.
pub fn draw(palette: &Palette, theme: &Theme, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) -> Option<Position> {
    let (above, line) = split_bottom(area, 1);
    Clear.render(line, buf);
    let cursor = Prompt { sign: ":", input: &palette.input, ghost: palette.ghost(), theme }.render(line, buf);
    let rows = palette.proposals.len().min(MOST).min(usize::from(above.height));
    let (_, list) = split_bottom(above, small(rows));
    Clear.render(list, buf);
    let at = palette.at.unwrap_or(0);
    let first = (at + 1).saturating_sub(rows.max(1));
    let widest = palette.proposals.iter().map(|proposal| width(&proposal.line)).max().unwrap_or(0);
    for (row, (at, proposal)) in palette.proposals.iter().enumerate().skip(first).take(rows).enumerate() {
        let row = small(row);
        tint_row(buf, list, row, theme.style(Role::HeaderBar));
        if Some(at) == palette.at {
            tint_row(buf, list, row, theme.style(Role::Selected));
            put(buf, list, (0, row), 1, "▸", theme.style(Role::Accent));
        }
        put(buf, list, (1, row), list.width, &proposal.line, theme.style(Role::Key));
        put_line(buf, list, (small(widest) + 3, row), &proposal.message, theme.style(Role::Dim));
        shown.entries.push((Zone { x: list.x, y: list.y + row, width: list.width, height: 1 }, at));
    }
    // Nobody should take the eight that are shown for all there are.
    let (above, below) = (first, palette.proposals.len().saturating_sub(first + rows));
    if let Some(more) = hidden(above, below).filter(|_| rows > 0) {
        let more = format!(" {more} ");
        let x = list.width.saturating_sub(small(width(&more)));
        put_line(buf, list, (x, small(rows - 1)), &more, theme.style(Role::HeaderBar));
    }
    cursor
}
