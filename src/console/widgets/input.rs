//! The line one types into: a sign, the text, and in faint letters what would complete it. Editing
//! itself is `tui_input`'s; which keys edit is decided elsewhere.

use super::area::split_left;
use super::span_styles::{put, put_line, small};
use crate::text::{harmless, width};
use crate::theme::{Role, Theme};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::Input;

/// A prompt line to be drawn.
pub struct Prompt<'a> {
    /// What stands before the text, such as `:` or `/`.
    pub sign: &'a str,
    /// The text and its cursor.
    pub input: &'a Input,
    /// What would follow if the completion were taken; drawn only behind the end of the text.
    pub ghost: Option<&'a str>,
    /// How it looks.
    pub theme: &'a Theme,
}

impl Prompt<'_> {
    /// Draws the line, scrolled so that the cursor is in sight. Returns where the terminal's cursor
    /// belongs, if there is room for one.
    pub fn render(&self, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return None;
        }
        let sign = put_line(buf, area, (0, 0), self.sign, self.theme.style(Role::Key));
        let (_, line) = split_left(area, sign);
        if line.width == 0 {
            return None;
        }
        let before: String = self.input.value().chars().take(self.input.cursor()).collect();
        let before = width(&harmless(&before));
        // One column stays free for the cursor behind the last letter.
        let scroll = before.saturating_sub(usize::from(line.width) - 1);
        let value = harmless(self.input.value());
        let (shown, indent) = behind(&value, scroll);
        let used = put(buf, line, (indent, 0), line.width, shown, self.theme.style(Role::Text));
        if let Some(ghost) = self.ghost.filter(|_| self.input.cursor() == self.input.value().chars().count()) {
            put_line(buf, line, (indent + used, 0), ghost, self.theme.style(Role::Ghost));
        }
        let x = line.x.saturating_add(small(before - scroll)).min(line.right().saturating_sub(1));
        Some(Position::new(x, line.y))
    }
}

/// What is left of `text` behind its first `columns` columns, and how many columns of a wide
/// character that was cut in half stay empty before it.
fn behind(text: &str, columns: usize) -> (&str, u16) {
    use unicode_segmentation::UnicodeSegmentation;
    let mut gone = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if gone >= columns {
            return (text.get(at..).unwrap_or_default(), small(gone - columns));
        }
        gone += width(grapheme);
    }
    ("", 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn picture(columns: u16, input: &Input, ghost: Option<&str>) -> String {
        let theme = night();
        let mut cursor = None;
        let buffer = draw(columns, 1, |area, buf| {
            cursor = Prompt { sign: ":", input, ghost, theme: &theme }.render(area, buf);
        });
        format!("{cursor:?}\n{buffer:?}")
    }

    #[test]
    fn empty_with_ghost() {
        insta::assert_snapshot!(picture(20, &Input::default(), Some("env")));
    }

    #[test]
    fn typed_with_ghost() {
        insta::assert_snapshot!(picture(20, &Input::new("sch".to_owned()), Some("edule")));
    }

    #[test]
    fn no_ghost_inside_the_text() {
        insta::assert_snapshot!(picture(20, &Input::new("sch".to_owned()).with_cursor(1), Some("edule")));
    }

    #[test]
    fn long_wide_text_scrolls_to_the_cursor() {
        insta::assert_snapshot!(picture(10, &Input::new("本番環境の台帳".to_owned()), None));
    }

    #[test]
    fn no_size_breaks_it() {
        let (theme, input) = (night(), Input::new("本番\u{1b}環境 prod".to_owned()).with_cursor(3));
        let drawn = at_every_small_size(|area, buf| {
            let at = Prompt { sign: "検:", input: &input, ghost: Some("x"), theme: &theme }.render(area, buf);
            assert!(at.is_none_or(|at| area.contains(at)));
        });
        assert_eq!(drawn, 70);
    }
}
