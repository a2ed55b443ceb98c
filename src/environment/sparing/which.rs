//! Which rules an override holds back: those that would stop somebody before its end. What cannot be held back is told.
//! Pure; nothing is changed here.

use jiff::Timestamp;

use super::super::migrating::instead;
use super::super::rules::Ruling;
use super::super::{Others, Owner, Sleeper, Source};
use super::{Case, words};
use crate::kinds::event_rule::Rule;
use crate::schedule::Verb;
use crate::schedule::overrides::TOO_LATE;

/// The rules that are held back, and what is said of them and of those that are not.
pub(super) struct Which<'r, 'w> {
    /// These are.
    pub(super) held: Vec<&'r Ruling<'w>>,
    /// Sentences.
    pub(super) notices: Vec<String>,
}

/// Those among `rulings`.
///
/// # Errors
/// A sentence, where a firing may be on its way: of a rule, or of what enables one that is held back already.
pub(super) fn of<'r, 'w>(case: &Case<'_>, rulings: &'r [Ruling<'w>]) -> Result<Which<'r, 'w>, String> {
    let (now, over) = (case.site.cx.now, case.over);
    let mut which = Which { held: Vec::new(), notices: Vec::new() };
    for ruling in rulings.iter().filter(|ruling| !stops(ruling).is_empty()) {
        let rule = ruling.rule;
        if !rule.enabled {
            // Held back already: it is until the new end.
            let Some(away) = owners_of(&case.others, rule).find_map(|owner| owner.away.as_ref()) else { continue };
            if let Some(at) = away.returns.filter(|at| at.duration_since(now) < TOO_LATE) {
                return Err(words::returns_soon(case, rule, at));
            }
            which.held.push(ruling);
            continue;
        }
        let Some(at) = next_of(&case.others, rule).filter(|at| *at < over.until) else { continue };
        if at.duration_since(now) < TOO_LATE {
            return Err(words::fires_soon(case, ruling, at));
        }
        match ruling.bar.clone().or_else(|| uncovered(case, ruling)) {
            Some(why) => which.notices.push(words::all_the_same(case, ruling, at, &why)),
            None => {
                which.held.push(ruling);
                which.notices.push(words::second_best(case, ruling, at));
            }
        }
    }
    Ok(which)
}

/// Whom a rule stops.
pub(super) fn stops<'a>(ruling: &Ruling<'a>) -> Vec<&'a Sleeper> {
    ruling.hits.iter().filter(|(verb, _)| *verb == Verb::Stop).map(|(_, it)| *it).collect()
}

/// Whom these rules stop, each once.
pub(super) fn hit<'a>(rulings: &[&Ruling<'a>]) -> Vec<&'a Sleeper> {
    let mut hit: Vec<&Sleeper> = Vec::new();
    for it in rulings.iter().flat_map(|ruling| stops(ruling)) {
        if !hit.iter().any(|known| known.arn == it.arn) {
            hit.push(it);
        }
    }
    hit
}

/// When a rule fires next.
pub(super) fn next_of(others: &Others, rule: &Rule) -> Option<Timestamp> {
    owners_of(others, rule).find_map(|owner| owner.clock.as_ref()?.next_at)
}

fn owners_of<'o>(others: &'o Others, rule: &Rule) -> impl Iterator<Item = &'o Owner> {
    let name = rule.name.clone();
    others.owners.iter().filter(move |owner| owner.source == Source::Rule && owner.name == name)
}

/// That nothing of ours would do what is left out, where AWS keeps schedules of ours that should.
fn uncovered(case: &Case<'_>, ruling: &Ruling<'_>) -> Option<String> {
    let without = |it: &&Sleeper| instead(Verb::Stop, it, &case.computed).next().is_none();
    let it = stops(ruling).into_iter().find(|it| case.at_aws && without(it))?;
    Some(format!("nothing of ours would stop {} afterwards", it.member.label()))
}
