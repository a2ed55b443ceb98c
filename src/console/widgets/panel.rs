//! A pane with a title at the left and a note (its age, its fault) at the right of its top edge.
//! The pane with the keys has a thicker edge, not only another colour.

use super::area::inset;
use super::span_styles::{put, small};
use crate::text::{harmless, width};
use crate::theme::{Role, Theme};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    widgets::{Block, BorderType, Widget},
};

/// A pane's frame.
pub struct Panel<'a> {
    /// What is in it.
    pub title: &'a str,
    /// Its age or its fault, with what it means.
    pub note: Option<(&'a str, Role)>,
    /// Whether the keys go here.
    pub focused: bool,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Panel<'_> {
    /// Draws the frame and returns the room inside. When both do not fit, the note goes before the
    /// title is cut: unless it is a fault, which stays.
    pub fn render(&self, area: Rect, buf: &mut Buffer) -> Rect {
        let area = area.intersection(buf.area);
        let (role, border) =
            if self.focused { (Role::BorderFocus, BorderType::Thick) } else { (Role::Border, BorderType::Rounded) };
        Block::bordered().border_type(border).border_style(self.theme.style(role)).render(area, buf);
        let room = area.width.saturating_sub(4);
        let mut title_room = room;
        if let Some((note, role)) = self.note {
            let wanted = small(width(&harmless(note))).saturating_add(2);
            let title = small(width(&harmless(self.title))).saturating_add(2);
            let fits = title.saturating_add(wanted).saturating_add(1) <= room;
            let given = if fits { wanted } else { wanted.min(room * 2 / 3) };
            if fits || (role == Role::Fault && given > 4) {
                let x = area.width.saturating_sub(given + 2);
                self.caption(buf, area, (x, given), note, role);
                title_room = room.saturating_sub(given + 1);
            }
        }
        self.caption(buf, area, (2, title_room), self.title, Role::Title);
        inset(area, 1, 1)
    }

    /// Text with a space at either side, so that the edge does not touch it.
    fn caption(&self, buf: &mut Buffer, area: Rect, (x, room): (u16, u16), text: &str, role: Role) {
        if room < 3 || text.is_empty() || area.height == 0 {
            return;
        }
        let style = self.theme.style(role);
        let used = put(buf, area, (x + 1, 0), room - 2, text, style);
        put(buf, area, (x, 0), 1, " ", style);
        put(buf, area, (x + 1 + used, 0), 1, " ", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn picture(columns: u16, rows: u16, title: &str, note: Option<(&str, Role)>, focused: bool) -> String {
        let theme = night();
        let buffer = draw(columns, rows, |area, buf| {
            let inner = Panel { title, note, focused, theme: &theme }.render(area, buf);
            put(buf, inner, (0, 0), inner.width, "inside", theme.style(Role::Text));
        });
        format!("{buffer:?}")
    }

    #[test]
    fn with_its_age() {
        insta::assert_snapshot!(picture(30, 3, "services", Some(("10 s ago", Role::Dim)), false));
    }

    #[test]
    fn focused_and_wide() {
        insta::assert_snapshot!(picture(30, 3, "データベース", Some(("4 min ago", Role::Dim)), true));
    }

    #[test]
    fn a_fault_stays_where_an_age_would_go() {
        let fault = Some(("AccessDenied: no cloudwatch:DescribeAlarms", Role::Fault));
        insta::assert_snapshot!(picture(30, 3, "alarms of this environment", fault, false));
    }

    #[test]
    fn narrow() {
        insta::assert_snapshot!(picture(10, 3, "load balancing", Some(("now", Role::Dim)), false));
    }

    #[test]
    fn no_size_breaks_it() {
        let theme = night();
        let drawn = at_every_small_size(|area, buf| {
            let inner =
                Panel { title: "本番", note: Some(("拒否された", Role::Fault)), focused: true, theme: &theme }
                    .render(area, buf);
            assert!(inner.width <= area.width && inner.height <= area.height);
        });
        assert_eq!(drawn, 70);
    }
}
