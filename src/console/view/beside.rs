//! A page of rows with the page of what is under the cursor beside it, where the screen is wide enough for both.
//! Draws a model; changes nothing.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::console::frame_info::FrameInfo;
use crate::console::model::Model;
use crate::console::screens::charts;
use crate::console::screens::sheet::Sheet;
use crate::console::screens::sheet::view::{Paint, draw as sheet};
use crate::console::widgets::area::{split_bottom, split_left};
use crate::console::widgets::span_styles::put;
use crate::theme::Role;

/// From so many columns on there is room for two pages.
const WIDE: u16 = 150;
/// What the list gets at least and at most.
const LIST: u16 = 90;

/// Draws `page`, and what is under its cursor to the right.
pub(super) fn draw(page: &Sheet, model: &Model, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    if area.width < WIDE {
        sheet(page, paint, area, buf, shown);
        return;
    }
    let (list, rest) = split_left(area, (area.width * 3 / 5).max(LIST));
    sheet(page, paint, list, buf, shown);
    shown.beside = true;
    let (edge, rest) = split_left(rest, 2);
    for y in 0..edge.height {
        put(buf, edge, (0, y), 1, "│", paint.theme.style(Role::Border));
    }
    let Some(preview) = &model.preview else { return };
    let mut there = FrameInfo::default();
    let (panels, courses) = split_bottom(rest, preview.charts_in(rest.height / 3));
    sheet(&preview.sheet, Paint { focused: false, ..paint }, panels, buf, &mut there);
    let (zone, world) = (paint.zone, &model.world);
    let of_charts = charts::view::Paint { theme: paint.theme, world, now: paint.now, zone };
    charts::view::compact(&preview.charts, of_charts, courses, buf);
    shown.until = [shown.until, there.until].into_iter().flatten().min();
}
