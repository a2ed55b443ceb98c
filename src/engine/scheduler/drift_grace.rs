//! Since when enforcing sees something not as it should be: written into the execution log at the first look, so that
//! neither a
//! restart nor another that runs begins the grace anew, and that putting it right has one key whoever does it. Decides
//! nothing and changes nothing.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;

use super::BACK;
use super::execution_log::{ExecutionLog, State};
use crate::offhours::OffHours;
use crate::schedule::drift::{Drift, STOP_GRACE};
use crate::schedule::{ActionKey, Mode, PowerAction};

/// One that is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Sighting {
    /// When that was first seen, and what puts it right.
    pub key: ActionKey,
    /// Whether putting it right was given up.
    pub given_up: bool,
}

/// What was first seen when, by ARN; remembers what is new of it and what is over. Empty unless the schedule is enforced.
/// `looked_at` is when the look ended that tells of it: what was put right since then is no news.
///
/// # Errors
/// Whatever the file system says of the execution log.
pub(super) fn sighted(
    execution_log: &ExecutionLog,
    known: &BTreeMap<ActionKey, State>,
    off: &OffHours,
    (looked_at, now): (Timestamp, Timestamp),
) -> io::Result<BTreeMap<String, Sighting>> {
    let mut first = BTreeMap::new();
    if off.routine.schedule.mode != Mode::Enforce {
        return Ok(first);
    }
    // What was seen before the last edge is another night's; what was seen later than now, another clock's.
    let back = now.checked_sub(BACK).unwrap_or(now);
    let from =
        off.intent().transitions(back, now).into_iter().next_back().map_or(back, |transition| transition.issue_at);
    for (it, drift) in off.scheduled_members.iter().zip(&off.drifts).filter(|(it, _)| it.id.is_some()) {
        let of = |key: &ActionKey| key.arn == it.arn;
        let open = known.iter().filter(|(key, state)| of(key) && matches!(state, State::Drifting | State::GivenUp));
        let open: Vec<(ActionKey, State)> = open.map(|(key, state)| (key.clone(), *state)).collect();
        match drift {
            Drift::None => {
                let over: Vec<ActionKey> = open.into_iter().map(|(key, _)| key).collect();
                execution_log.write(&over, State::Righted)?;
            }
            Drift::Drifted { verb, .. } => {
                let before =
                    open.into_iter().filter(|(key, _)| key.verb == *verb && (from..=now).contains(&key.at)).min();
                let righted = |(key, state): (&ActionKey, &State)| {
                    of(key) && *state == State::Righted && (looked_at..=now).contains(&key.at)
                };
                let sighting = match before {
                    Some((key, state)) => Sighting { key, given_up: state == State::GivenUp },
                    None if known.iter().any(righted) => continue,
                    None => {
                        let key = ActionKey { arn: it.arn.clone(), at: now, verb: *verb };
                        execution_log.write(std::slice::from_ref(&key), State::Drifting)?;
                        Sighting { key, given_up: false }
                    }
                };
                first.insert(it.arn.clone(), sighting);
            }
            // Moving or untold: that says nothing of it.
            Drift::Settling | Drift::Slow { .. } | Drift::Untold => {}
        }
    }
    Ok(first)
}

/// The first moment at which one that was seen has been up for as long as is billed anyway: since AWS tells it was
/// started, else since it was seen.
pub(super) fn ripe(sighted: &BTreeMap<String, Sighting>, off: &OffHours) -> Option<Timestamp> {
    let pairs = off.scheduled_members.iter().zip(&off.drifts);
    let ripe = pairs.filter_map(|(it, drift)| match (drift, sighted.get(&it.arn)) {
        (Drift::Drifted { verb: PowerAction::Stop, since, .. }, Some(seen)) if !seen.given_up => {
            since.unwrap_or(seen.key.at).checked_add(STOP_GRACE).ok()
        }
        _ => None,
    });
    ripe.min()
}

/// Writes down that what was seen is put right: whoever looked before `now` finds nothing left to do.
///
/// # Errors
/// Whatever the file system says of the execution log.
pub(super) fn righted(
    execution_log: &ExecutionLog,
    sighted: &BTreeMap<String, Sighting>,
    now: Timestamp,
) -> io::Result<()> {
    let ends = sighted.values().map(|it| ActionKey { at: now, ..it.key.clone() });
    let keys: Vec<ActionKey> = sighted.values().map(|it| it.key.clone()).chain(ends).collect();
    execution_log.write(&keys, State::Righted)
}
