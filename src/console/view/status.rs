//! The line above the hints of a screen that is high enough: where in the rows the reader is and what narrows or orders
//! them, and at its right what is looked at.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{looked_at, narrowed};
use crate::console::frame_info::FrameInfo;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::sheet::Sheet;
use crate::console::widgets::span_styles::{put_line, small};
use crate::text::{harmless, width};
use crate::theme::Role;

/// Rows and columns of a screen from which on it has this line.
const ROWS: u16 = 30;
const COLUMNS: u16 = 60;

pub(super) const fn fits(area: Rect) -> bool {
    area.height >= ROWS && area.width >= COLUMNS
}

/// Where in the rows the cursor is, and how they are ordered.
fn place(sheet: &Sheet) -> Vec<String> {
    let mut parts = Vec::new();
    if !sheet.is_empty() {
        parts.push(format!("row {} of {}", sheet.position() + 1, sheet.len()));
    }
    let filled: Vec<_> = sheet.panels().filter(|panel| !panel.is_empty()).collect();
    if let Some((block, _)) = sheet.current().filter(|(block, _)| filled.len() > 1 && !block.title.is_empty()) {
        let at = filled.iter().position(|panel| panel.block.key == block.key).map_or(0, |at| at + 1);
        parts.push(format!("panel {at} of {}", filled.len()));
    }
    if let Some(sorting) = sheet.sorting() {
        let block = sheet.blocks().iter().find(|block| block.key == sorting.block);
        let title = block.and_then(|block| block.columns.get(sorting.column)).map_or("", |column| column.title);
        let way = if sorting.descending { "▼" } else { "▲" };
        parts.push(format!("by {} {way}", title.to_lowercase()));
    }
    parts.extend(narrowed(sheet).map(|text| text.trim_start_matches(" · ").to_owned()));
    parts
}

pub(super) fn draw(model: &Model, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    if area.height == 0 {
        return;
    }
    let style = |role: Role| model.theme.style(role);
    put_line(buf, area, (0, 0), &"─".repeat(usize::from(area.width)), style(Role::Border));
    let mut parts = model.sheet().map(place).unwrap_or_default();
    if let Some(environment) = model.environment().filter(|_| model.places.iter().any(Page::is_inside)) {
        let next = environment.offhours.as_ref().and_then(|off| off.next_words(model.now, &model.settings.zone));
        parts.extend(next.map(|next| format!("next: {next}")));
        if let Some(read_at) = environment.read_at {
            parts.push(format!("read {}", shown.ago(read_at, model.now)));
        }
    }
    let left = format!(" {} ", harmless(&parts.join(" · ")));
    let used = if parts.is_empty() { 0 } else { put_line(buf, area, (1, 0), &left, style(Role::Dim)) + 1 };
    let room = usize::from(area.width.saturating_sub(used + 6));
    let right = looked_at(model).into_iter().map(|text| format!(" {} ", harmless(&text)));
    if let Some(text) = right.filter(|text| width(text) <= room).max_by_key(|text| width(text)) {
        let x = area.width.saturating_sub(small(width(&text)) + 1);
        put_line(buf, area, (x, 0), &text, style(Role::Dim));
    }
}
