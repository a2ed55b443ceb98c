//! The states of something over time, as a band: from when on which state, and where none is known. Plain data and its
//! arithmetic; no drawing, no clock.

use jiff::Timestamp;

use crate::world::Health;

/// A state, and from when on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateSpan {
    /// From when on.
    pub from: Timestamp,
    /// Its word.
    pub word: String,
    /// How it is.
    pub health: Health,
}

/// The states of one thing over a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateBand {
    /// Whose.
    pub title: String,
    /// The beginning of the span.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
    /// The states, oldest first. Before the first one none is known.
    pub spans: Vec<StateSpan>,
    /// Why something of it is not known.
    pub note: Option<String>,
}

impl StateBand {
    /// The worst state in each of `count` equal parts of the span, so that a short one is not lost; `None` where none is
    /// known.
    #[must_use]
    pub fn parts(&self, count: u16) -> Vec<Option<Health>> {
        let (from, whole) = (self.from.as_second(), self.until.as_second().saturating_sub(self.from.as_second()));
        let edge = |at: i64| from.saturating_add(whole.saturating_mul(at) / i64::from(count.max(1)));
        let part = |at: i64| {
            let (begin, end) = (edge(at), edge(at + 1));
            let ends = self.spans.iter().skip(1).map(|span| span.from.as_second()).chain([i64::MAX]);
            let within =
                self.spans.iter().zip(ends).filter(|(span, next)| span.from.as_second() < end && *next > begin);
            within.map(|(span, _)| span.health).max()
        };
        (0..i64::from(count)).map(part).collect()
    }

    /// The state at its end.
    #[must_use]
    pub fn last(&self) -> Option<&StateSpan> {
        self.spans.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    fn band(spans: &[(i64, Health)]) -> StateBand {
        let span = |(from, health): &(i64, Health)| StateSpan { from: at(*from), word: String::new(), health: *health };
        StateBand {
            title: String::new(),
            from: at(0),
            until: at(100),
            spans: spans.iter().map(span).collect(),
            note: None,
        }
    }

    #[test]
    fn a_short_bad_state_is_not_lost_and_what_is_not_known_stays_so() {
        let told = band(&[(20, Health::Well), (50, Health::Bad), (51, Health::Well)]).parts(5);
        let well = Some(Health::Well);
        assert_eq!(told, [None, well, Some(Health::Bad), well, well]);
        assert_eq!(band(&[]).parts(2), [None, None]);
        assert_eq!(band(&[(0, Health::Bad)]).parts(0), []);
    }
}
