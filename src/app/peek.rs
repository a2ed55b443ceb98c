//! What is read beside the pace because of what is seen: why a database drifts, and for the schedule on the open page what AWS
//! holds of it and what maintenance waits. Each is asked for once in a while, quietly. Pure.

use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::model::Model;
use super::place::Place;
use super::tunnels::Readings;
use crate::environment::{OffHours, schedule_place, schedule_reads};
use crate::procedure::Want;
use crate::schedule::Backend;

/// How long what was read counts as known: each schedule of a group takes a call.
pub(super) const KNOWN: SignedDuration = SignedDuration::from_mins(5);

/// What was asked for, and when.
pub(super) type Peeked = Vec<(Want, Timestamp)>;

/// What should be read now, whether it was or not.
fn wants(model: &Model) -> Vec<Want> {
    let scheduled = model.picture.environments.iter().filter_map(|it| it.offhours.as_deref());
    let mut wants: Vec<Want> = scheduled.flat_map(OffHours::causes).collect();
    if let Some(Place::Schedule(name, _)) = model.here()
        && let Some(environment) = model.picture.environment(name)
        && let Some(off) = environment.offhours.as_deref()
    {
        let place = schedule_place(environment).filter(|_| off.routine.backend == Backend::EventBridge);
        wants.extend(place.map(|scope| schedule_reads(&scope, &model.world)).unwrap_or_default());
        wants.extend(off.past());
        wants.extend(off.maintenance(&model.world, model.now));
    }
    wants.sort_by(|a, b| (&a.scope, a.kind).cmp(&(&b.scope, b.kind)));
    wants.dedup();
    wants
}

/// Asks for what is not known.
pub(super) fn peek(model: &mut Model) -> Option<Effect> {
    let now = model.now;
    let known = model.settings.speed.apart(KNOWN);
    model.peeked.retain(|(_, at)| now.duration_since(*at) < known);
    let mut wants = wants(model);
    wants.retain(|want| !model.peeked.iter().any(|(known, _)| known == want));
    if wants.is_empty() {
        return None;
    }
    model.peeked.extend(wants.iter().map(|want| (want.clone(), now)));
    model.asked += 1;
    model.peeking.insert(model.asked);
    Some(Effect::Consult(model.asked, wants))
}

/// When something becomes due again.
pub(super) fn next_at(model: &Model) -> Option<Timestamp> {
    let wants = wants(model);
    let wanted = model.peeked.iter().filter(|(want, _)| wants.contains(want));
    let known = model.settings.speed.apart(KNOWN);
    wanted.filter_map(|(_, at)| at.checked_add(known).ok()).min()
}

/// Takes what was read, if it was asked for here. A fault stands beside the data, and is said on the page.
///
/// # Errors
/// The answers, if somebody else asked.
pub(super) fn consulted(model: &mut Model, ask: u64, got: Readings) -> Result<(), Readings> {
    if !model.peeking.remove(&ask) {
        return Err(got);
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    for (want, got) in got {
        world.put(&want.scope, want.kind, &want.coverage, got, model.now);
    }
    (model.stirred, model.dirty) = (true, true);
    model.refill(false);
    Ok(())
}
