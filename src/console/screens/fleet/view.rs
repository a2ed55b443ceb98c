//! Draws the fleet: the table, and below it the evidence for the row under the cursor.
//! Colours come from roles, text is made harmless by the widgets.

use crate::overview::EnvironmentStatus;
use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::frame_info::FrameInfo;
use crate::console::preview::Preview;
use crate::console::screens::charts;
use crate::console::screens::sheet::Sheet;
use crate::console::screens::sheet::view::{Paint, draw as sheet, role};
use crate::console::widgets::area::{split_bottom, split_left, split_top};
use crate::console::widgets::span_styles::{put_line, small};
use crate::text::{harmless, wrap};
use crate::theme::Role;
use crate::world::World;

/// Rows of evidence at most, its title included.
const EVIDENCE: u16 = 8;
/// From so many rows on, the environment under the cursor is shown with its panels.
const PANELS: u16 = 12;
/// From so many columns on, its charts stand beside its panels.
pub const WIDE: u16 = 150;

/// Draws the page; `under` is the environment under the cursor, `preview` what is shown of it where there is room.
pub fn draw(
    page: &Sheet,
    (under, preview): (Option<&EnvironmentStatus>, Option<&Preview>),
    (paint, world): (Paint<'_>, &World),
    area: Rect,
    buf: &mut Buffer,
    shown: &mut FrameInfo,
) {
    // The table comes first: of a low screen it leaves a third to the evidence, of a high one half; what a short table
    // leaves is the evidence's. Where it begins does not depend on the cursor.
    let left = area.height.saturating_sub(small(page.len()).saturating_add(2));
    let share = if area.height < 40 { (area.height / 3).min(EVIDENCE) } else { area.height / 2 };
    let room = if area.height < 9 { 0 } else { share.max(left) };
    let (table, below) = split_bottom(area, if under.is_some() { room } else { 0 });
    sheet(page, paint, table, buf, shown);
    shown.beside = below.height >= PANELS;
    match (under, preview.filter(|_| shown.beside)) {
        (Some(_), Some(preview)) => {
            let quiet = Paint { focused: false, ..paint };
            let (_, below) = split_top(below, 1);
            let mut there = FrameInfo::default();
            if below.width < WIDE || preview.charts.is_empty() {
                let charts = preview.charts_in(below.height / 4);
                let (panels, courses) = split_bottom(below, charts);
                sheet(&preview.sheet, quiet, panels, buf, &mut there);
                courses_of(preview, paint, world, courses, buf);
            } else {
                let (panels, courses) = split_left(below, below.width * 3 / 5);
                sheet(&preview.sheet, quiet, panels, buf, &mut there);
                let (_, courses) = split_left(courses, 2);
                courses_of(preview, paint, world, courses, buf);
            }
            shown.until = [shown.until, there.until].into_iter().flatten().min();
        }
        (Some(environment), None) if below.height > 1 => evidence(environment, paint, below, buf),
        _ => {}
    }
}

fn courses_of(preview: &Preview, paint: Paint<'_>, world: &World, area: Rect, buf: &mut Buffer) {
    let paint = charts::view::Paint { theme: paint.theme, world, now: paint.now, zone: paint.zone };
    charts::view::compact(&preview.charts, paint, area, buf);
}

fn evidence(environment: &EnvironmentStatus, paint: Paint<'_>, area: Rect, buf: &mut Buffer) {
    let transition = paint.theme.style(Role::Border);
    put_line(buf, area, (0, 0), &"─".repeat(usize::from(area.width)), transition);
    put_line(buf, area, (2, 0), &format!(" {} ", environment.name), paint.theme.style(Role::Title));
    let mut y = 1;
    for cell in super::evidence(environment, (paint.now, paint.zone)) {
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
