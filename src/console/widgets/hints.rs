//! The last line of a screen: which keys do what here. Told in order of use; when the line is
//! narrow, the last ones go, and none is cut in half.

use super::span_styles::{put_line, small};
use crate::text::{harmless, width};
use crate::theme::{Role, Theme};
use ratatui::{buffer::Buffer, layout::Rect, widgets::Widget};
use std::borrow::Cow;

/// One key and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint<'a> {
    /// The key as it is written on screen.
    pub key: Cow<'a, str>,
    /// What it does, in a word or two.
    pub words: Cow<'a, str>,
}

impl<'a> Hint<'a> {
    /// A hint for `key`.
    pub fn new(key: impl Into<Cow<'a, str>>, words: impl Into<Cow<'a, str>>) -> Self {
        Hint { key: key.into(), words: words.into() }
    }

    fn columns(&self) -> usize {
        width(&harmless(&self.key)) + 1 + width(&harmless(&self.words))
    }
}

/// A line of hints.
pub struct Hints<'a> {
    /// The most useful first.
    pub hints: &'a [Hint<'a>],
    /// How they look.
    pub theme: &'a Theme,
}

const BETWEEN: &str = " · ";

impl Widget for Hints<'_> {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let area = area.intersection(buf.area);
        let mut x = 0;
        for hint in self.hints {
            let gap = if x == 0 { "" } else { BETWEEN };
            if usize::from(x) + width(gap) + hint.columns() > usize::from(area.width) {
                return;
            }
            x += put_line(buf, area, (x, 0), gap, self.theme.style(Role::Faint));
            x += put_line(buf, area, (x, 0), &hint.key, self.theme.style(Role::Key));
            put_line(buf, area, (x + 1, 0), &hint.words, self.theme.style(Role::Dim));
            x += 1 + small(width(&harmless(&hint.words)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw, night};

    fn picture(columns: u16, hints: &[Hint<'_>]) -> String {
        let theme = night();
        format!("{:?}", draw(columns, 1, |area, buf| Hints { hints, theme: &theme }.render(area, buf)))
    }

    fn fleet() -> Vec<Hint<'static>> {
        vec![Hint::new("enter", "open"), Hint::new("X", "説明"), Hint::new("a", "actions"), Hint::new("?", "help")]
    }

    #[test]
    fn empty() {
        insta::assert_snapshot!(picture(20, &[]));
    }

    #[test]
    fn many() {
        insta::assert_snapshot!(picture(50, &fleet()));
    }

    #[test]
    fn narrow_drops_the_last() {
        insta::assert_snapshot!(picture(24, &fleet()));
    }

    #[test]
    fn no_size_breaks_it() {
        let (theme, hints) = (night(), fleet());
        let drawn = at_every_small_size(|area, buf| Hints { hints: &hints, theme: &theme }.render(area, buf));
        assert_eq!(drawn, 70);
    }
}
