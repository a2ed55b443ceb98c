//! What the last frame showed where, as values: for clicks, for pages, for the next moment at
//! which it would read differently. Written by the view, read by the update; no drawing here.

use jiff::Timestamp;

use crate::text;

/// A rectangle of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Zone {
    /// Its left column.
    pub x: u16,
    /// Its upper row.
    pub y: u16,
    /// Its columns.
    pub width: u16,
    /// Its rows.
    pub height: u16,
}

impl Zone {
    /// Whether a column and row are in it.
    #[must_use]
    pub fn holds(self, x: u16, y: u16) -> bool {
        let inside = |at: u16, from: u16, len: u16| at >= from && at - from < len;
        inside(x, self.x, self.width) && inside(y, self.y, self.height)
    }
}

/// What a frame showed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FrameInfo {
    /// The first line of the page that was on the screen.
    pub offset: usize,
    /// How many rows fit on it.
    pub page: usize,
    /// The columns that text had.
    pub columns: u16,
    /// Where each row was, by its place among the rows.
    pub rows: Vec<(Zone, usize)>,
    /// Where each entry of the menu on top was.
    pub entries: Vec<(Zone, usize)>,
    /// Lines of the plan laid on top that were above what was on the screen.
    pub above: usize,
    /// Those that were below it.
    pub below: usize,
    /// Whether there is room to show what is under the cursor beside the rows.
    pub beside: bool,
    /// When it will read differently: an age or the clock.
    pub until: Option<Timestamp>,
}

impl FrameInfo {
    /// The age of `at` in words, noted so that the frame is drawn again when they change.
    pub fn ago(&mut self, at: Timestamp, now: Timestamp) -> String {
        let secs = now.as_second().saturating_sub(at.as_second());
        self.until_in(text::next_change(secs), now);
        text::ago(secs)
    }

    /// The time of day with its zone, noted likewise.
    pub fn clock(&mut self, now: Timestamp, zone: &jiff::tz::TimeZone) -> String {
        self.until_in(60 - now.as_second().rem_euclid(60), now);
        format!("{} {}", text::clock(now, zone), zone.to_offset_info(now).abbreviation())
    }

    /// Notes that something will read differently in so many seconds.
    pub fn until_in(&mut self, secs: i64, now: Timestamp) {
        let at = Timestamp::from_second(now.as_second().saturating_add(secs)).unwrap_or(Timestamp::MAX);
        self.until = Some(self.until.map_or(at, |until| until.min(at)));
    }

    /// The row at a column and row of the screen.
    #[must_use]
    pub fn row_at(&self, x: u16, y: u16) -> Option<usize> {
        self.rows.iter().find(|(zone, _)| zone.holds(x, y)).map(|(_, row)| *row)
    }

    /// The menu's entry there.
    #[must_use]
    pub fn entry_at(&self, x: u16, y: u16) -> Option<usize> {
        self.entries.iter().find(|(zone, _)| zone.holds(x, y)).map(|(_, entry)| *entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_knows_when_it_will_read_differently() {
        let at = |second| Timestamp::from_second(second).expect("a second in range");
        let mut shown = FrameInfo::default();
        assert_eq!(shown.clock(at(30), &jiff::tz::TimeZone::UTC), "00:00 UTC");
        assert_eq!(shown.until, Some(at(60)));
        assert_eq!(shown.ago(at(8), at(30)), "20 s ago");
        assert_eq!(shown.until, Some(at(38)));
    }

    #[test]
    fn a_click_finds_the_row_it_hit() {
        let zone = Zone { x: 2, y: 3, width: 4, height: 2 };
        let shown = FrameInfo { rows: vec![(zone, 7)], ..FrameInfo::default() };
        assert_eq!(shown.row_at(5, 4), Some(7));
        assert_eq!(shown.row_at(6, 4), None);
        assert_eq!(shown.row_at(1, 3), None);
    }
}
