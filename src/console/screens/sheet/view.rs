//! Draws a page: one table by itself, anything else as blocks below each other (`page`). Only what is
//! on the screen is built. Says where each row went.

mod item;
mod page;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect, widgets::StatefulWidget};

use super::{Panel, RowTarget, Sheet};
use crate::console::frame_info::{FrameInfo, Zone};
use crate::console::widgets::grid::{Grid, GridState};
use crate::console::widgets::span_styles::put_line;
use crate::display::Tone;
use crate::theme::{Role, Theme, mark};
use table::Table;

/// What a page is drawn with.
#[derive(Clone, Copy)]
pub struct Paint<'a> {
    /// The look.
    pub theme: &'a Theme,
    /// Now.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
    /// What the reader marked.
    pub marks: &'a BTreeSet<RowTarget>,
    /// The columns of lists that the reader put away.
    pub hidden: &'a BTreeMap<String, Vec<String>>,
    /// Whether the keys go here: what is shown beside a list has no cursor and no bar.
    pub focused: bool,
}

/// Draws `sheet` in `area`.
pub fn draw(sheet: &Sheet, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    let area = area.intersection(buf.area);
    shown.columns = area.width;
    let panels: Vec<Panel<'_>> = sheet.panels().collect();
    match panels.as_slice() {
        [] => nothing_left(sheet, paint, area, buf),
        [panel] if panel.block.title.is_empty() && !panel.block.columns.is_empty() => {
            whole(sheet, *panel, paint, area, buf, shown);
        }
        _ => page::page(sheet, &panels, paint, area, buf, shown),
    }
}

/// All rows are hidden: why, and that they are still there.
fn nothing_left(sheet: &Sheet, paint: Paint<'_>, area: Rect, buf: &mut Buffer) {
    let filter = sheet.filter();
    let message = match (sheet.unwell(), filter.is_empty()) {
        (true, true) => "nothing here is other than well; going back shows all rows".to_owned(),
        (true, false) => format!("nothing that is not well matches {filter:?}; going back shows all rows"),
        (false, _) => format!("nothing here matches {filter:?}; going back shows all rows"),
    };
    put_line(buf, area, (2, 1), &message, paint.theme.style(Role::Faint));
}

/// A page that is one table: its heading stays when it scrolls.
fn whole(sheet: &Sheet, panel: Panel<'_>, paint: Paint<'_>, area: Rect, buf: &mut Buffer, shown: &mut FrameInfo) {
    if !paint.focused {
        return page::page(sheet, &[panel], paint, area, buf, shown);
    }
    let plan = Table::of(sheet, panel, (area.width, paint));
    let mut state = GridState { selected: sheet.position(), offset: sheet.offset };
    Grid::new(&plan.columns, panel.len(), paint.theme, |at| plan.row(panel.item(at), paint))
        .sort(plan.sort)
        .empty(&panel.block.empty)
        .render(area, buf, &mut state);
    shown.offset = state.offset;
    shown.page = usize::from(area.height.saturating_sub(1));
    for line in 1..area.height {
        let at = state.offset + usize::from(line) - 1;
        if at < panel.len() {
            shown.rows.push((Zone { x: area.x, y: area.y + line, width: area.width, height: 1 }, at));
        }
    }
}

/// What a tone looks like.
#[must_use]
pub fn role(tone: Tone) -> Role {
    match tone {
        Tone::Plain => Role::Text,
        Tone::Dim => Role::Dim,
        Tone::Strong => Role::Title,
        Tone::Of(health) => mark(health).2,
        Tone::Protected => Role::Protected,
        Tone::Fault => Role::Fault,
    }
}
