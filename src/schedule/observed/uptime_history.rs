//! Whether something was up or down, as far as somebody saw it: marks of what was seen at an instant, and the spans
//! between two marks that agree. Pure. Where they do not agree nothing was seen, whatever a schedule says.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::power_state::Actual;
use crate::schedule::calendar::intervals::{OnSpan, joined};

/// How something was seen to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UptimeState {
    /// Up, or on its way down.
    Up,
    /// Down.
    Down,
}

impl UptimeState {
    /// What `actual` comes to; `None` where it tells neither.
    #[must_use]
    pub const fn of(actual: &Actual) -> Option<Self> {
        match actual {
            Actual::Up | Actual::GoingDown | Actual::Busy { serving: true, .. } => Some(Self::Up),
            Actual::Down => Some(Self::Down),
            _ => None,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

/// What was seen at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// How it was until then; `None` if that was not seen.
    pub before: Option<UptimeState>,
    /// How it was from then on; `None` if that was not seen.
    pub after: Option<UptimeState>,
}

impl Mark {
    /// It was seen to become `is`.
    #[must_use]
    pub const fn turned(at: Timestamp, is: UptimeState) -> Self {
        Self { at, before: Some(is.other()), after: Some(is) }
    }

    /// It was seen to be `is`; `None` says that it was looked at and could not be told.
    #[must_use]
    pub const fn stood(at: Timestamp, is: Option<UptimeState>) -> Self {
        Self { at, before: is, after: is }
    }

    /// Until then it was `is`; what came of it nobody saw.
    #[must_use]
    pub const fn left(at: Timestamp, is: UptimeState) -> Self {
        Self { at, before: Some(is), after: None }
    }

    /// From then on it was `is`; how it came to that nobody saw.
    #[must_use]
    pub const fn found(at: Timestamp, is: UptimeState) -> Self {
        Self { at, before: None, after: Some(is) }
    }
}

/// What was seen of many things, by kind and key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UptimeLog(BTreeMap<(String, String), Vec<Mark>>);

impl UptimeLog {
    /// Adds what was seen of the resource of that kind and key.
    pub fn note(&mut self, kind: &str, key: &str, mark: Mark) {
        self.0.entry((kind.to_owned(), key.to_owned())).or_default().push(mark);
    }

    /// What was seen of it.
    #[must_use]
    pub fn of(&self, kind: &str, key: &str) -> &[Mark] {
        self.0.get(&(kind.to_owned(), key.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }
}

/// When something was seen at all, and when it was seen down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObservedSpan {
    seen: Vec<OnSpan>,
    off: Vec<OnSpan>,
}

impl ObservedSpan {
    /// What marks come to, in whatever order: the spans at both of whose ends it was the same.
    #[must_use]
    pub fn of(mut marks: Vec<Mark>) -> Self {
        marks.sort_by_key(|mark| mark.at);
        let (mut seen, mut off) = (Vec::new(), Vec::new());
        for (mark, next) in marks.iter().zip(marks.iter().skip(1)) {
            let Some(is) = mark.after.filter(|is| next.before == Some(*is) && mark.at < next.at) else { continue };
            let span = OnSpan { start: mark.at, end: next.at };
            seen.push(span);
            if is == UptimeState::Down {
                off.push(span);
            }
        }
        Self { seen: joined(seen), off: joined(off) }
    }

    /// The same, and where it saw nothing what `other` saw.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut off = without(&other.off, &self.seen);
        off.extend(self.off);
        let mut seen = self.seen;
        seen.extend(other.seen);
        Self { seen: joined(seen), off: joined(off) }
    }

    /// How long it was seen between `from` and `to`.
    #[must_use]
    pub fn seen(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        length(&self.seen, from, to)
    }

    /// How long it was seen down between `from` and `to`.
    #[must_use]
    pub fn off(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        length(&self.off, from, to)
    }

    /// From when on it was seen between `from` and `to`, with or without gaps; `None` if it was not.
    #[must_use]
    pub fn seen_from(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let starts = self.seen.iter().map(|span| (span.start.max(from), span.end.min(to)));
        starts.filter(|(start, end)| start < end).map(|(start, _)| start).next()
    }
}

/// How much of the time between `from` and `to` is in `spans`, each moment counted once.
#[must_use]
pub fn length(spans: &[OnSpan], from: Timestamp, to: Timestamp) -> SignedDuration {
    joined(spans.to_vec())
        .into_iter()
        .map(|span| (span.start.max(from), span.end.min(to)))
        .filter(|(start, end)| start < end)
        .fold(SignedDuration::ZERO, |sum, (start, end)| sum.saturating_add(end.duration_since(start)))
}

/// What is left of `spans` outside `holes`, which are in order and do not overlap.
fn without(spans: &[OnSpan], holes: &[OnSpan]) -> Vec<OnSpan> {
    let mut left = Vec::new();
    for span in spans {
        let mut start = span.start;
        for hole in holes.iter().filter(|hole| hole.start < span.end && span.start < hole.end) {
            if start < hole.start {
                left.push(OnSpan { start, end: hole.start });
            }
            start = start.max(hole.end);
        }
        if start < span.end {
            left.push(OnSpan { start, end: span.end });
        }
    }
    left
}
