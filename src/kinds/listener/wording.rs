//! A listener and its rules in words, for the pages of load balancers and target groups.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::model::{Listener, Rule};
use crate::text::first_line;

/// `HTTPS:443`.
#[must_use]
pub fn address(listener: &Listener) -> String {
    match (listener.protocol.as_deref(), listener.port) {
        (Some(protocol), Some(port)) => format!("{protocol}:{port}"),
        (Some(protocol), None) => protocol.to_owned(),
        (None, Some(port)) => port.to_string(),
        (None, None) => "–".to_owned(),
    }
}

/// `path /api/* and host example.jp`; `everything else` for the default rule.
#[must_use]
pub fn conditions(rule: &Rule) -> String {
    if rule.conditions.is_empty() {
        return "everything else".to_owned();
    }
    first_line(&rule.conditions.join(" and "), 160)
}
