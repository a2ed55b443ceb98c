//! Since when enforcing sees something wrongly up, where AWS does not tell: written into the ledger at the first look, so
//! that neither a restart nor another that runs begins the grace anew. Decides nothing and stops nothing.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;

use super::super::ledger::{Ledger, State};
use super::BACK;
use crate::environment::OffHours;
use crate::schedule::drift::{Drift, STOP_GRACE};
use crate::schedule::{ActionKey, Mode, Verb};

/// When each was first seen wrongly up, by ARN; remembers what is new of it and what is over. Empty unless the schedule
/// is enforced.
///
/// # Errors
/// Whatever the file system says of the ledger.
pub(super) fn sighted(
    ledger: &Ledger,
    known: &BTreeMap<ActionKey, State>,
    off: &OffHours,
    now: Timestamp,
) -> io::Result<BTreeMap<String, Timestamp>> {
    let mut first = BTreeMap::new();
    if off.routine.schedule.mode != Mode::Enforce {
        return Ok(first);
    }
    // What was seen before the last edge is another night's; what was seen later than now, another clock's.
    let back = now.checked_sub(BACK).unwrap_or(now);
    let from = off.intent().edges(back, now).into_iter().next_back().map_or(back, |edge| edge.issue_at);
    for (it, drift) in off.sleepers.iter().zip(&off.drifts).filter(|(it, _)| it.id.is_some()) {
        let open = known.iter().filter(|(key, state)| key.arn == it.arn && **state == State::Drifting);
        let open: Vec<ActionKey> = open.map(|(key, _)| key.clone()).collect();
        match drift {
            Drift::None => ledger.write(&open, State::Righted)?,
            Drift::Drifted { verb: Verb::Stop, .. } => {
                let before = open.iter().map(|key| key.at).filter(|at| (from..=now).contains(at)).min();
                let at = before.unwrap_or(now);
                if before.is_none() {
                    let key = ActionKey { arn: it.arn.clone(), at, verb: Verb::Stop };
                    ledger.write(&[key], State::Drifting)?;
                }
                first.insert(it.arn.clone(), at);
            }
            // Moving, untold, or wrongly down: that says nothing of it.
            _ => {}
        }
    }
    Ok(first)
}

/// The first moment at which one that was seen has been up for as long as is billed anyway: since AWS tells it was
/// started, else since it was seen.
pub(super) fn ripe(sighted: &BTreeMap<String, Timestamp>, off: &OffHours) -> Option<Timestamp> {
    let pairs = off.sleepers.iter().zip(&off.drifts);
    let ripe = pairs.filter_map(|(it, drift)| match drift {
        Drift::Drifted { since, .. } => since.or(sighted.get(&it.arn).copied())?.checked_add(STOP_GRACE).ok(),
        _ => None,
    });
    ripe.min()
}

/// The ledger's keys of what was seen.
pub(super) fn keys(sighted: &BTreeMap<String, Timestamp>) -> Vec<ActionKey> {
    sighted.iter().map(|(arn, at)| ActionKey { arn: arn.clone(), at: *at, verb: Verb::Stop }).collect()
}
