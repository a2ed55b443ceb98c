//! What the status of a database tells of a start or stop whose end nobody wrote down; the same for
//! instances and clusters. Pure.

use super::status::{Class, class};
use crate::kinds::{ObservedOutcome, UnresolvedChange};

/// What can be told of it, if anything.
#[must_use]
pub fn settled(id: &str, status: &str, unresolved: &UnresolvedChange<'_>) -> Option<ObservedOutcome> {
    let class = class(status);
    let (up, down) =
        (matches!(class, Class::Up | Class::GoingUp | Class::Limping), matches!(class, Class::Down | Class::GoingDown));
    match unresolved.verb {
        "stop" if down => Some(ObservedOutcome::done(format!("{id} is {status}"))),
        "start" if up => Some(ObservedOutcome::done(format!("{id} is {status}"))),
        "stop" if up => {
            Some(ObservedOutcome::not(format!("{id} is {status}: it was not stopped, or was started again since")))
        }
        "start" if down => {
            Some(ObservedOutcome::not(format!("{id} is {status}: it was not started, or was stopped again since")))
        }
        _ => None,
    }
}
