//! What can be done with an environment as a whole: the seam for offers that no single resource's kind can make.
//! Each group of offers stands in [`WHOLE`] by one line and lives elsewhere; the gate decides. Pure.

use super::{Action, ActionContext, Choice};
use crate::change::procedure::Proposal;

/// One group of things that can be done with an environment. A zero-sized type implements it.
pub trait EnvironmentActions: Send + Sync {
    /// What can be done: each shown even when barred.
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action>;

    /// What can be chosen for an offer that asks for a choice, once that was read.
    fn choices(&self, _verb: &str, _site: &ActionContext<'_>) -> Vec<Choice> {
        Vec::new()
    }

    /// That it is already as `verb` and `value` would have it, in a sentence; `propose` refuses the same by it.
    fn already(&self, _verb: &str, _value: Option<&str>, _context: &ActionContext<'_>) -> Option<String> {
        None
    }

    /// Makes one of its offers a proposal. `value` is what was typed or chosen.
    ///
    /// # Errors
    /// A sentence: why it cannot be done, and what to do instead.
    fn propose(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String>;
}

/// Every group there is, in the order of the actions menu.
static WHOLE: &[&dyn EnvironmentActions] = &[
    &crate::operations::sleep_wake::SleepWake,
    &super::schedule::actions::ScheduleActions,
    &super::schedule::suspended_rules::SuspendRules,
    &super::schedule::migrate::MigrateRules,
    &super::alarm::MuteAlarms,
];

/// What any environment can offer: what may be asked of one by name, wherever the reader is.
pub const VERBS: &[&str] =
    &["sleep", "wake", "override", "lease", "hold", "clear", "sync", "migrate", "mute", "unmute"];

/// What can be done with the site's environment.
#[must_use]
pub fn actions(context: &ActionContext<'_>) -> Vec<Action> {
    WHOLE.iter().flat_map(|whole| whole.actions(context)).collect()
}

/// What can be chosen for an offer of the site's environment.
#[must_use]
pub fn choices(verb: &str, context: &ActionContext<'_>) -> Vec<Choice> {
    WHOLE.iter().flat_map(|whole| whole.choices(verb, context)).collect()
}

/// That the site's environment is already as `verb` and `value` would have it, in a sentence. Scripts ask this first: to
/// them it is done.
#[must_use]
pub fn already(verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
    let offered = |whole: &&&dyn EnvironmentActions| whole.actions(context).iter().any(|action| action.verb == verb);
    WHOLE.iter().find(offered)?.already(verb, value, context)
}

/// Makes an offer of the site's environment a proposal.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub fn propose(verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let offered = |whole: &&&dyn EnvironmentActions| whole.actions(context).iter().any(|action| action.verb == verb);
    match WHOLE.iter().find(offered) {
        Some(whole) => whole.propose(verb, value, context),
        None => Err(format!("an environment knows no {verb:?}")),
    }
}
