//! What to do about how a resource is to get it where it is wanted: the table of actual and want, before any call.
//! Pure; the API is the judge of what is tried.

use jiff::SignedDuration;

use crate::schedule::model::{PowerAction, TargetState};
use crate::schedule::observed::power_state::Actual;
use crate::schedule::stoppable::Ineligible;

/// A stop is billed for at least this long a run.
const MIN_BILLED: SignedDuration = SignedDuration::from_mins(10);

/// What the `Actual × Want` table says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is so.
    Done,
    /// Call the API, saying `note` first if there is one.
    Issue {
        /// The call.
        verb: PowerAction,
        /// What to say before it.
        note: Option<String>,
    },
    /// It is on its way: watch it.
    Attach,
    /// Wait until it has settled, then look again.
    Queue {
        /// What for.
        reason: String,
        /// Whether it is moving between up and down, which is waited for without end.
        moving: bool,
    },
    /// Not possible.
    Refuse(String),
    /// It does not exist any more.
    Gone,
}

/// The verb that brings about `want`.
#[must_use]
pub const fn verb_for(want: TargetState) -> PowerAction {
    match want {
        TargetState::Running => PowerAction::Start,
        TargetState::Stopped => PowerAction::Stop,
    }
}

/// What to do about `actual` to get `want`. `up_for` is how long it has been up.
#[must_use]
pub fn decide(
    actual: &Actual,
    want: TargetState,
    ineligible: Option<&Ineligible>,
    up_for: Option<SignedDuration>,
) -> Decision {
    let issue = |note| Decision::Issue { verb: verb_for(want), note };
    let queue = |reason: &str, moving| Decision::Queue { reason: reason.to_owned(), moving };
    if matches!(actual, Actual::Gone) {
        return Decision::Gone;
    }
    if let Some(why) = ineligible.filter(|_| want == TargetState::Stopped && *actual != Actual::Down) {
        return Decision::Refuse(why.to_string());
    }
    match (actual, want) {
        (Actual::Up, TargetState::Running) | (Actual::Down, TargetState::Stopped) => Decision::Done,
        (Actual::Up, TargetState::Stopped) => issue(
            up_for
                .filter(|up_for| *up_for < MIN_BILLED)
                .map(|_| "it has been up for less than 10 minutes, and 10 minutes are billed anyway".to_owned()),
        ),
        (Actual::Down, TargetState::Running) => issue(None),
        (Actual::GoingUp, TargetState::Running) | (Actual::GoingDown, TargetState::Stopped) => Decision::Attach,
        (Actual::GoingUp, TargetState::Stopped) => queue("it is starting; it can be stopped once it is up", true),
        (Actual::GoingDown, TargetState::Running) => queue("it is stopping; it can be started once it is down", true),
        (Actual::Busy { serving: true, .. }, TargetState::Running) => Decision::Done,
        (Actual::Busy { serving: false, .. }, TargetState::Running) => Decision::Attach,
        (Actual::Busy { try_stop: true, status, .. }, TargetState::Stopped) => {
            issue(Some(format!("it is {status}; AWS may refuse to stop it until that is over")))
        }
        (Actual::Busy { status, .. }, TargetState::Stopped) => queue(&format!("it is busy ({status})"), false),
        (Actual::Blocked { serving: true, .. }, TargetState::Running) => Decision::Done,
        (Actual::Blocked { start_cures: true, status, .. }, TargetState::Running) => {
            issue(Some(format!("it is {status}; starting it only helps once its KMS key is usable again")))
        }
        (Actual::Blocked { status, .. }, _) => Decision::Refuse(format!("it is {status}, which needs a person")),
        (Actual::Unknown { status }, _) => {
            issue(Some(format!("its status is {status}, which is not known here; AWS will decide")))
        }
        (Actual::Gone, _) => Decision::Gone,
    }
}
