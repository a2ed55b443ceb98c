//! How one ECS service goes to sleep and wakes: remember, close the bounds, set the count; and back.
//! Pure, and derived anew from what is seen each time, so that it resumes wherever it was interrupted.

use super::sleep_wake_order::{NextStage, StageAction};
use crate::schedule::model::WakeDesired;
use crate::schedule::observed::power_state::{Actual, Tasks, of_service};
use crate::schedule::stored::tags::{Bounds, Remembered};
use crate::text::counted;

/// What is seen of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ServiceSeen {
    /// Its counts.
    pub tasks: Tasks,
    /// Its bounds, if App Auto Scaling has it as a target.
    pub bounds: Option<Bounds>,
    /// What its tag remembers.
    pub memory: Option<Remembered>,
}

/// The next step towards sleep.
pub(crate) fn sleep(seen: ServiceSeen) -> NextStage {
    let tasks = seen.tasks;
    if tasks.desired > 0 && tasks.deploying {
        return NextStage::Wait("a deployment is in progress".to_owned());
    }
    let memory = to_remember(seen);
    if let Some(memory) = memory.filter(|memory| seen.memory != Some(*memory)) {
        return NextStage::Act(StageAction::Remember(memory));
    }
    if seen.bounds.is_some_and(|bounds| bounds != Bounds::ZERO) {
        return NextStage::Act(StageAction::Bounds(Bounds::ZERO));
    }
    if tasks.desired > 0 {
        return NextStage::Act(StageAction::Count(0));
    }
    match of_service(tasks) {
        Actual::Down => NextStage::Done,
        _ => NextStage::Wait(format!("{} still running", counted((tasks.running + tasks.pending) as usize, "task"))),
    }
}

/// What must be in the tag before anything is set to zero. A zero never replaces something known.
fn to_remember(seen: ServiceSeen) -> Option<Remembered> {
    let open = seen.bounds.filter(|bounds| bounds.max > 0);
    let desired = (seen.tasks.desired > 0).then_some(seen.tasks.desired);
    let Some(old) = seen.memory else {
        let new = Remembered { desired, bounds: open };
        return (new != Remembered::default()).then_some(new);
    };
    if seen.bounds.is_some() && open.is_none() && old.bounds.is_some() {
        // Bounds closed and remembered: interrupted on the way down, and the count may be falling already.
        return Some(Remembered { desired: old.desired.or(desired), bounds: old.bounds });
    }
    if open.is_some() && open == old.bounds && desired < old.desired && desired == open.map(|bounds| bounds.min) {
        // Bounds restored and the count pulled up to the lower one: interrupted on the way up.
        return Some(old);
    }
    Some(Remembered { desired: desired.or(old.desired), bounds: open.or(old.bounds) })
}

/// Whether its own scaling has it at no task, and nobody's sleep: it may be scaled to 0, and no count was put away.
#[must_use]
pub fn is_idle(seen: &ServiceSeen) -> bool {
    let count = seen.memory.and_then(|memory| memory.desired);
    let own = seen.memory.map_or(seen.bounds, |memory| memory.bounds);
    let may_be_zero = own.is_some_and(|bounds| bounds.min == 0 && bounds.max > 0);
    seen.tasks.desired == 0 && count.is_none() && may_be_zero && seen.bounds.is_some()
}

/// The next step of one that slept as [idle](is_idle) as it was: its scaling decides again how many tasks it has.
fn let_go(seen: ServiceSeen) -> NextStage {
    match (seen.bounds, seen.memory) {
        (Some(Bounds { max: 0, .. }), Some(Remembered { bounds: Some(bounds), .. })) => {
            NextStage::Act(StageAction::Bounds(bounds))
        }
        (_, Some(_)) => NextStage::Act(StageAction::Forget),
        (_, None) => NextStage::Done,
    }
}

/// The next step towards being awake.
pub(crate) fn wake(seen: ServiceSeen, wanted: WakeDesired) -> NextStage {
    let tasks = seen.tasks;
    let remembered = seen.memory.and_then(|memory| memory.desired);
    let count = match wanted {
        WakeDesired::Count(count) => Some(count).filter(|count| *count > 0),
        WakeDesired::Remembered => remembered,
    };
    let Some(count) = count.or((tasks.desired > 0).then_some(tasks.desired)) else {
        if is_idle(&seen) {
            return let_go(seen);
        }
        return NextStage::Stuck("how many tasks it had is not known: say how many, or set wake_desired".to_owned());
    };
    if seen.bounds.is_some_and(|bounds| bounds.max == 0) {
        return match seen.memory.and_then(|memory| memory.bounds) {
            Some(bounds) => NextStage::Act(StageAction::Bounds(bounds)),
            None => {
                NextStage::Stuck("its scaling bounds are 0, and what they were is not known: set them first".to_owned())
            }
        };
    }
    // A memory still there means that nobody has finished waking it; without one a running service is left alone.
    if tasks.desired == 0 || (seen.memory.is_some() && tasks.desired < count) {
        return NextStage::Act(StageAction::Count(count));
    }
    match of_service(tasks) {
        Actual::Up if seen.memory.is_some() => NextStage::Act(StageAction::Forget),
        Actual::Up => NextStage::Done,
        _ => NextStage::Wait(format!("{} of {} running", tasks.running, counted(tasks.desired as usize, "task"))),
    }
}
