//! Draws the fleet: the table, and below it the evidence for the row under the cursor.
//! Colours come from roles, text is made harmless by the widgets.

use crate::overview::EnvironmentStatus;
use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::frame_info::FrameInfo;
use crate::console::screens::sheet::Sheet;
use crate::console::screens::sheet::view::{Paint, draw as sheet, role};
use crate::console::widgets::area::split_bottom;
use crate::console::widgets::span_styles::{put_line, small};
use crate::text::{harmless, wrap};
use crate::theme::Role;

/// Rows of evidence at most, its title included.
const EVIDENCE: u16 = 8;

/// Draws the page; `under` is the environment under the cursor.
pub fn draw(
    page: &Sheet,
    under: Option<&EnvironmentStatus>,
    paint: Paint<'_>,
    area: Rect,
    buf: &mut Buffer,
    shown: &mut FrameInfo,
) {
    // The table comes first: evidence gets a third of a full screen, what a short table leaves of another, and
    // nothing of a low one. Where it begins does not depend on the cursor.
    let left = area.height.saturating_sub(small(page.len()).saturating_add(2));
    let room = if area.height < 9 { 0 } else { (area.height / 3).min(EVIDENCE).max(left) };
    let (table, below) = split_bottom(area, if under.is_some() { room } else { 0 });
    sheet(page, paint, table, buf, shown);
    if let Some(environment) = under.filter(|_| below.height > 1) {
        evidence(environment, paint, below, buf);
    }
}

fn evidence(environment: &EnvironmentStatus, paint: Paint<'_>, area: Rect, buf: &mut Buffer) {
    let transition = paint.theme.style(Role::Border);
    put_line(buf, area, (0, 0), &"─".repeat(usize::from(area.width)), transition);
    put_line(buf, area, (2, 0), &format!(" {} ", environment.name), paint.theme.style(Role::Title));
    let mut y = 1;
    for cell in super::evidence(environment) {
        let indent = if cell.text.starts_with("  ") { 3 } else { 1 };
        for line in wrap(harmless(cell.text.trim_start()).as_ref(), usize::from(area.width.saturating_sub(indent + 1)))
        {
            if y >= area.height {
                return;
            }
            put_line(buf, area, (indent, small(usize::from(y))), &line, paint.theme.style(role(cell.tone)));
            y += 1;
        }
    }
}
