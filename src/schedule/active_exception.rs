//! What stands above a schedule from a moment on, held against what others do by the clock: which of their stops and
//! starts go against an override or a hold, and what is so when it ends. Pure; no clock is read.

use jiff::Timestamp;

use super::model::{Exceptions, PowerAction, TargetState};
use super::observed::power_state::Actual;

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExceptionKind {
    /// An override, and what it keeps.
    Override(TargetState),
    /// A hold: everything stays as it is.
    Hold,
}

/// What counts between two instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActiveException {
    /// From then on.
    pub from: Timestamp,
    /// Up to, not including, then.
    pub to: Timestamp,
    /// This.
    pub is: ExceptionKind,
}

impl Exceptions {
    /// What stands above the schedule from `now` on, in the order of time and without a gap: a live override, then the
    /// hold that outlasts it. Nothing where it is protected: nobody acts there.
    #[must_use]
    pub fn above(&self, now: Timestamp) -> Vec<ActiveException> {
        if self.protect {
            return Vec::new();
        }
        let over = self.over.as_ref().filter(|over| now < over.until);
        let from = over.map_or(now, |over| over.until);
        let hold = self.hold.as_ref().filter(|hold| from < hold.until);
        let over =
            over.map(|over| ActiveException { from: now, to: over.until, is: ExceptionKind::Override(over.state) });
        over.into_iter()
            .chain(hold.map(|hold| ActiveException { from, to: hold.until, is: ExceptionKind::Hold }))
            .collect()
    }
}

impl ActiveException {
    /// Whether `verb` goes against it, done to somebody who is as `actual` says. A hold bars what the environment's own
    /// schedule would not do under it: it starts nobody, and repeats the stop of who is down, for AWS starts a
    /// stopped database after seven days.
    #[must_use]
    pub const fn bars(&self, verb: PowerAction, actual: &Actual) -> bool {
        match (self.is, verb) {
            (ExceptionKind::Override(TargetState::Running), PowerAction::Stop)
            | (ExceptionKind::Override(TargetState::Stopped) | ExceptionKind::Hold, PowerAction::Start) => true,
            (ExceptionKind::Override(TargetState::Running), PowerAction::Start)
            | (ExceptionKind::Override(TargetState::Stopped), PowerAction::Stop) => false,
            (ExceptionKind::Hold, PowerAction::Stop) => !is_down(actual),
        }
    }

    /// What somebody who is as `actual` says is when it ends.
    #[must_use]
    pub const fn leaves(&self, actual: &Actual) -> TargetState {
        match self.is {
            ExceptionKind::Override(keep) => keep,
            ExceptionKind::Hold if is_down(actual) => TargetState::Stopped,
            ExceptionKind::Hold => TargetState::Running,
        }
    }
}

const fn is_down(actual: &Actual) -> bool {
    matches!(actual, Actual::Down | Actual::GoingDown)
}

/// The edge where an exception that left somebody `before` gives way to what was done last by then: none where that is
/// so already.
#[must_use]
pub const fn transition(before: TargetState, last: PowerAction) -> Option<PowerAction> {
    match (before, last) {
        (TargetState::Running, PowerAction::Stop) | (TargetState::Stopped, PowerAction::Start) => Some(last),
        (TargetState::Running, PowerAction::Start) | (TargetState::Stopped, PowerAction::Stop) => None,
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
        let over = over.map(|until| Override {
            state: TargetState::Running,
            until: at(until),
            by: String::new(),
            reason: None,
        });
        let hold =
            hold.map(|until| Hold { state: TargetState::Stopped, until: at(until), by: String::new(), reason: None });
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
        let message = |one: &ActiveException| match one.is {
            ExceptionKind::Override(_) => format!("override {}", hour(one.to)),
            ExceptionKind::Hold => format!("hold {}", hour(one.to)),
        };
        assert_eq!(above.iter().map(message).collect::<Vec<_>>().join(", "), expected);
        assert!(above.windows(2).all(|two| two[0].to == two[1].from), "without a gap");
        assert_eq!(above.first().map(|first| first.from), (!expected.is_empty()).then(|| at(2)));
        let protected = Exceptions { protect: true, ..exceptions(over, hold) };
        assert_eq!(protected.above(at(2)), []);
    }

    #[rstest]
    #[case(ExceptionKind::Override(TargetState::Running), Actual::Up, (true, false), TargetState::Running)]
    #[case(ExceptionKind::Override(TargetState::Running), Actual::Down, (true, false), TargetState::Running)]
    #[case(ExceptionKind::Override(TargetState::Stopped), Actual::Up, (false, true), TargetState::Stopped)]
    #[case(ExceptionKind::Hold, Actual::Up, (true, true), TargetState::Running)]
    #[case(ExceptionKind::Hold, Actual::GoingUp, (true, true), TargetState::Running)]
    #[case(ExceptionKind::Hold, Actual::Down, (false, true), TargetState::Stopped)]
    #[case(ExceptionKind::Hold, Actual::GoingDown, (false, true), TargetState::Stopped)]
    #[case::who_knows(ExceptionKind::Hold, Actual::Unknown { status: "odd".to_owned() }, (true, true), TargetState::Running)]
    fn what_goes_against_it(
        #[case] is: ExceptionKind,
        #[case] actual: Actual,
        #[case] (stop, start): (bool, bool),
        #[case] leaves: TargetState,
    ) {
        let above = ActiveException { from: at(2), to: at(4), is };
        assert_eq!((above.bars(PowerAction::Stop, &actual), above.bars(PowerAction::Start, &actual)), (stop, start));
        assert_eq!(above.leaves(&actual), leaves);
    }

    #[test]
    fn there_is_an_edge_only_where_what_should_be_changes() {
        assert_eq!(transition(TargetState::Running, PowerAction::Stop), Some(PowerAction::Stop));
        assert_eq!(transition(TargetState::Running, PowerAction::Start), None);
        assert_eq!(transition(TargetState::Stopped, PowerAction::Start), Some(PowerAction::Start));
        assert_eq!(transition(TargetState::Stopped, PowerAction::Stop), None);
    }
}
