//! What the status of a database tells of a start or stop whose end nobody wrote down; the same for
//! instances and clusters. Pure.

use super::status::{Class, class};
use crate::kinds::{Loose, Seen};

/// What can be told of it, if anything.
#[must_use]
pub fn settled(id: &str, status: &str, loose: &Loose<'_>) -> Option<Seen> {
    let class = class(status);
    let (up, down) =
        (matches!(class, Class::Up | Class::GoingUp | Class::Limping), matches!(class, Class::Down | Class::GoingDown));
    match loose.verb {
        "stop" if down => Some(Seen::done(format!("{id} is {status}"))),
        "start" if up => Some(Seen::done(format!("{id} is {status}"))),
        "stop" if up => Some(Seen::not(format!("{id} is {status}: it was not stopped, or was started again since"))),
        "start" if down => Some(Seen::not(format!("{id} is {status}: it was not started, or was stopped again since"))),
        _ => None,
    }
}
