//! What stands above a schedule from a moment on, held against what others do by the clock: which of their stops and
//! starts go against an override or a hold, and what is so when it ends. Pure; no clock is read.

use jiff::Timestamp;

use super::model::{Exceptions, Keep, Verb};
use super::observed::power_state::Actual;

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Is {
    /// An override, and what it keeps.
    Override(Keep),
    /// A hold: everything stays as it is.
    Hold,
}

/// What counts between two instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Above {
    /// From then on.
    pub from: Timestamp,
    /// Up to, not including, then.
    pub to: Timestamp,
    /// This.
    pub is: Is,
}

impl Exceptions {
    /// What stands above the schedule from `now` on, in the order of time and without a gap: a live override, then the
    /// hold that outlasts it. Nothing where it is protected: nobody acts there.
    #[must_use]
    pub fn above(&self, now: Timestamp) -> Vec<Above> {
        if self.protect {
            return Vec::new();
        }
        let over = self.over.as_ref().filter(|over| now < over.until);
        let from = over.map_or(now, |over| over.until);
        let hold = self.hold.as_ref().filter(|hold| from < hold.until);
        let over = over.map(|over| Above { from: now, to: over.until, is: Is::Override(over.state) });
        over.into_iter().chain(hold.map(|hold| Above { from, to: hold.until, is: Is::Hold })).collect()
    }
}

impl Above {
    /// Whether `verb` goes against it, done to somebody who is as `actual` says. A hold bars what the environment's own
    /// schedule would not do under it: it starts nobody, and repeats the stop of who is down, for AWS starts a
    /// stopped database after seven days.
    #[must_use]
    pub const fn bars(&self, verb: Verb, actual: &Actual) -> bool {
        match (self.is, verb) {
            (Is::Override(Keep::Running), Verb::Stop) | (Is::Override(Keep::Stopped) | Is::Hold, Verb::Start) => true,
            (Is::Override(Keep::Running), Verb::Start) | (Is::Override(Keep::Stopped), Verb::Stop) => false,
            (Is::Hold, Verb::Stop) => !is_down(actual),
        }
    }

    /// What somebody who is as `actual` says is when it ends.
    #[must_use]
    pub const fn leaves(&self, actual: &Actual) -> Keep {
        match self.is {
            Is::Override(keep) => keep,
            Is::Hold if is_down(actual) => Keep::Stopped,
            Is::Hold => Keep::Running,
        }
    }
}

const fn is_down(actual: &Actual) -> bool {
    matches!(actual, Actual::Down | Actual::GoingDown)
}

/// The edge where an exception that left somebody `before` gives way to what was done last by then: none where that is
/// so already.
#[must_use]
pub const fn edge(before: Keep, last: Verb) -> Option<Verb> {
    match (before, last) {
        (Keep::Running, Verb::Stop) | (Keep::Stopped, Verb::Start) => Some(last),
        (Keep::Running, Verb::Start) | (Keep::Stopped, Verb::Stop) => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::schedule::{Hold, Override};

    fn at(hour: i8) -> Timestamp {
        format!("2026-11-21T{hour:02}:00:00Z").parse().unwrap()
    }

    fn exceptions(over: Option<i8>, hold: Option<i8>) -> Exceptions {
        let over =
            over.map(|until| Override { state: Keep::Running, until: at(until), by: String::new(), reason: None });
        let hold = hold.map(|until| Hold { state: Keep::Stopped, until: at(until), by: String::new(), reason: None });
        Exceptions { protect: false, over, hold }
    }

    #[rstest]
    #[case::none(None, None, "")]
    #[case::over(Some(4), None, "override 4")]
    #[case::hold(None, Some(8), "hold 8")]
    #[case::an_override_counts_first(Some(4), Some(8), "override 4, hold 8")]
    #[case::a_hold_that_ends_before_counts_never(Some(8), Some(4), "override 8")]
    #[case::over_and_gone(Some(1), Some(1), "")]
    fn what_stands_above_it(#[case] over: Option<i8>, #[case] hold: Option<i8>, #[case] expected: &str) {
        let above = exceptions(over, hold).above(at(2));
        let hour = |at: Timestamp| at.strftime("%-H").to_string();
        let says = |one: &Above| match one.is {
            Is::Override(_) => format!("override {}", hour(one.to)),
            Is::Hold => format!("hold {}", hour(one.to)),
        };
        assert_eq!(above.iter().map(says).collect::<Vec<_>>().join(", "), expected);
        assert!(above.windows(2).all(|two| two[0].to == two[1].from), "without a gap");
        assert_eq!(above.first().map(|first| first.from), (!expected.is_empty()).then(|| at(2)));
        let protected = Exceptions { protect: true, ..exceptions(over, hold) };
        assert_eq!(protected.above(at(2)), []);
    }

    #[rstest]
    #[case(Is::Override(Keep::Running), Actual::Up, (true, false), Keep::Running)]
    #[case(Is::Override(Keep::Running), Actual::Down, (true, false), Keep::Running)]
    #[case(Is::Override(Keep::Stopped), Actual::Up, (false, true), Keep::Stopped)]
    #[case(Is::Hold, Actual::Up, (true, true), Keep::Running)]
    #[case(Is::Hold, Actual::GoingUp, (true, true), Keep::Running)]
    #[case(Is::Hold, Actual::Down, (false, true), Keep::Stopped)]
    #[case(Is::Hold, Actual::GoingDown, (false, true), Keep::Stopped)]
    #[case::who_knows(Is::Hold, Actual::Unknown { status: "odd".to_owned() }, (true, true), Keep::Running)]
    fn what_goes_against_it(
        #[case] is: Is,
        #[case] actual: Actual,
        #[case] (stop, start): (bool, bool),
        #[case] leaves: Keep,
    ) {
        let above = Above { from: at(2), to: at(4), is };
        assert_eq!((above.bars(Verb::Stop, &actual), above.bars(Verb::Start, &actual)), (stop, start));
        assert_eq!(above.leaves(&actual), leaves);
    }

    #[test]
    fn there_is_an_edge_only_where_what_should_be_changes() {
        assert_eq!(edge(Keep::Running, Verb::Stop), Some(Verb::Stop));
        assert_eq!(edge(Keep::Running, Verb::Start), None);
        assert_eq!(edge(Keep::Stopped, Verb::Start), Some(Verb::Start));
        assert_eq!(edge(Keep::Stopped, Verb::Stop), None);
    }
}
