//! How a web ACL is judged: rules that only count, and a default that blocks whatever no rule allows.
//! Pure.

use super::model::WebAcl;
use crate::kinds::{KindContext, Subject};
use crate::world::{Assessment, Health, Resource, Scope};

/// What is known of `item` for placing it: its name.
#[expect(clippy::unnecessary_wraps, reason = "the trait lets a kind have no subject")]
pub(super) fn subject(item: &WebAcl, scope: &Scope) -> Option<Subject> {
    Some(Subject::new(item.id(scope)).named(&item.name).watching())
}

/// How it is.
pub(super) fn assess(item: &WebAcl, _cx: &KindContext<'_>) -> Option<Assessment> {
    let allows = item.rules.iter().any(|rule| rule.action == "allow");
    if item.default.as_deref() == Some("block") && !allows {
        return Some(Assessment::new(
            Health::Worrying,
            format!("web ACL {} blocks every request: no rule allows any", item.name),
        ));
    }
    let counting: Vec<&str> =
        item.rules.iter().filter(|rule| rule.action == "count").map(|rule| rule.name.as_str()).collect();
    match counting.as_slice() {
        [] => Some(Assessment::well()),
        names => {
            let verb = if names.len() == 1 { "only counts and blocks" } else { "only count and block" };
            let why = format!("web ACL {}: {} {verb} nothing", item.name, names.join(", "));
            Some(Assessment::new(Health::Well, why))
        }
    }
}
