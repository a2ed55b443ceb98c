//! The last step to the buffer: text cleaned, clipped to its area, never outside the buffer.
//! Every widget writes through here, so no name from an account can move what stands beside it.

use crate::text::{harmless, truncate, unjoined, width};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// Writes `text` at column `dx`, row `dy` of `area`, in at most `columns` columns, with `…` where
/// it had to be cut. Returns the columns used.
pub fn put(buf: &mut Buffer, area: Rect, (dx, dy): (u16, u16), columns: u16, text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if dx >= area.width || dy >= area.height {
        return 0;
    }
    let room = usize::from(columns.min(area.width - dx));
    let text = truncate(&harmless(text), room);
    let text = unjoined(&text);
    buf.set_stringn(area.x + dx, area.y + dy, &text, room, style);
    small(width(&text))
}

/// Like [`put`], in all of the room to the right of `dx`.
pub fn put_line(buf: &mut Buffer, area: Rect, at: (u16, u16), text: &str, style: Style) -> u16 {
    put(buf, area, at, u16::MAX, text, style)
}

/// Lays `style` over row `dy` of `area`, from edge to edge.
pub fn tint_row(buf: &mut Buffer, area: Rect, dy: u16, style: Style) {
    let area = area.intersection(buf.area);
    if dy < area.height {
        buf.set_style(Rect::new(area.x, area.y + dy, area.width, 1), style);
    }
}

/// A count as columns or rows; more than a terminal can have is as good as the most it can.
pub fn small(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::widgets::testing::{at_every_small_size, draw};

    #[test]
    fn hostile_and_wide_text_stays_in_its_place() {
        let buffer = draw(8, 2, |area, buf| {
            assert_eq!(put(buf, area, (0, 0), 5, "本番環境", Style::new()), 5);
            assert_eq!(put_line(buf, area, (6, 0), "\u{1b}[31m", Style::new()), 2);
            assert_eq!(put_line(buf, area, (0, 2), "below", Style::new()), 0);
        });
        insta::assert_snapshot!(format!("{buffer:?}"));
    }

    #[test]
    fn nothing_leaves_the_area() {
        let drawn = at_every_small_size(|area, buf| {
            put_line(buf, area, (0, 0), "本番", Style::new());
            put(buf, area, (9, 3), 4, "本番", Style::new());
            tint_row(buf, area, 3, Style::new());
        });
        assert_eq!(drawn, 70);
    }
}
