//! What IAM and the account's settings say in the simulation: whoever comes may do what sessions take, and the account
//! has no wishes of its own. Pure.

use crate::kinds::session_settings::{Preferences, SessionSettings, Settings};
use crate::kinds::simulation::{Question, Simulation, Verdict};
use crate::world::{Coverage, Found, Harvest, KindName, Part, Resource};

/// The answer of a kind that is asked questions; `None` for all others.
pub(super) fn answer(kind: KindName, coverage: &Coverage) -> Option<Found> {
    let parts = match coverage {
        Coverage::All => Vec::new(),
        Coverage::Parts(parts) => parts.iter().cloned().collect(),
    };
    match kind {
        Simulation::KIND => Some(Harvest::of(parts.into_iter().filter_map(simulated).collect()).into()),
        SessionSettings::KIND => Some(Harvest::of(parts.into_iter().map(settings).collect()).into()),
        _ => None,
    }
}

fn simulated(part: Part) -> Option<(Part, Result<Vec<Simulation>, crate::world::Fault>)> {
    let question = Question::of(&part)?;
    let allowed = |action: &String, on: &String| Verdict {
        action: action.clone(),
        on: on.clone(),
        decision: "allowed".to_owned(),
        missing: Vec::new(),
    };
    let all = question.actions.iter().flat_map(|action| question.on.iter().map(move |on| allowed(action, on)));
    let item = Simulation { question: part.to_string(), answer: Ok(all.collect()) };
    Some((part, Ok(vec![item])))
}

fn settings(part: Part) -> (Part, Result<Vec<SessionSettings>, crate::world::Fault>) {
    let item = SessionSettings { part: part.to_string(), settings: Settings::Preferences(Preferences::default()) };
    (part, Ok(vec![item]))
}
