//! The range auto scaling keeps a service's count in, as something that is set: the offer, its plan, and the change. Pure;
//! the call is the kind's own for sleep and wake, which sets a range outright, so that asking twice changes nothing.

use crate::change::Planned;
use crate::change::plan::Difference;
use crate::change::procedure::Proposal;
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::{Service, memory, scaled_as};
use crate::kinds::scalable_target::ScalableTarget;
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::Bounds;
use crate::schedule::transition::sleep_wake_order::StageAction;
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Resource};

/// What it is called.
pub(crate) const VERB: &str = "bounds";
/// More than a service may run.
const MOST: u32 = 5000;

/// The offer.
pub(super) fn action(item: &Service, context: &ActionContext<'_>) -> Action {
    let initial = known(item, context).map(|bounds| format!("{}-{}", bounds.min, bounds.max)).unwrap_or_default();
    let prompt = "how few and how many tasks, as 2-6".to_owned();
    let reads = vec![ReadRequest::all(context.cx.scope, ScalableTarget::KIND)];
    Action::new(VERB, "set how few and how many tasks auto scaling may run")
        .asking(Prompt::Informed { prompt, initial, reads })
        .disabled_reason(disabled_reason(item))
}

fn disabled_reason(item: &Service) -> Option<String> {
    if item.status != "ACTIVE" {
        return Some(format!("the service is {}", item.status.to_lowercase()));
    }
    (item.scheduling == "DAEMON").then(|| "a DAEMON service runs one task an instance".to_owned())
}

fn known(item: &Service, context: &ActionContext<'_>) -> Option<Bounds> {
    let target = context.cx.world.by_key::<ScalableTarget>(context.cx.scope, &scaled_as(item))?;
    Some(Bounds { min: target.min, max: target.max })
}

/// That it is kept between what was typed already.
pub(super) fn already(item: &Service, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
    let asleep = item.desired == 0 && memory(item, context.cx.world, context.cx.scope).is_some();
    let now = known(item, context).filter(|_| disabled_reason(item).is_none() && !asleep)?;
    (now == parsed(value.unwrap_or_default()).ok()?).then(|| so_already(item, now))
}

fn so_already(item: &Service, now: Bounds) -> String {
    format!("{} is scaled between {} and {} tasks already", item.name, now.min, now.max)
}

/// The plan to keep it between what was typed: `2-6`, or `4` for both.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn propose(item: &Service, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let name = &item.name;
    if let Some(why) = disabled_reason(item) {
        return Err(format!("{VERB} of {name}: {why}"));
    }
    let bounds = parsed(value.unwrap_or_default())?;
    let Some(now) = known(item, context) else {
        let why = context.cx.world.store(context.cx.scope, ScalableTarget::KIND);
        let fault = why.and_then(|store| store.faults().next().map(Fault::sentence));
        return Err(match fault {
            Some(fault) => format!("whether {name} is scaled automatically could not be read: {fault}"),
            None => format!("{name} is not scaled automatically; `scale` sets how many tasks run"),
        });
    };
    let asleep = item.desired == 0 && memory(item, context.cx.world, context.cx.scope).is_some();
    if asleep {
        return Err(format!("{name} is asleep, and its bounds of before come back when it wakes; wake it first"));
    }
    if now == bounds {
        return Err(so_already(item, now));
    }
    let (world, id) = (context.cx.world, item.id(context.cx.scope));
    let inner = kind(Service::KIND)
        .and_then(|kind| kind.act(world, &id, StageAction::Bounds(bounds), &context.environment.name));
    let inner = inner.ok_or_else(|| format!("{name} is not there any more; nothing was changed"))?;
    let mut plan = context.plan(
        format!("let auto scaling keep {name} between {} and {}", bounds.min, counted(bounds.max as usize, "task")),
        id,
        inner.plan().calls,
    );
    for (what, from, to) in [("least tasks", now.min, bounds.min), ("most tasks", now.max, bounds.max)] {
        if from != to {
            let (from, to) = (Some(from.to_string()), Some(to.to_string()));
            plan.differences.push(Difference { what: what.to_owned(), from, to });
        }
    }
    let mut notices = Vec::new();
    if item.desired < bounds.min || item.desired > bounds.max {
        let to = item.desired.clamp(bounds.min, bounds.max);
        notices.push(format!(
            "it wants {} now: auto scaling brings it to {to} at once",
            counted(item.desired as usize, "task")
        ));
    }
    if bounds.min == 0 {
        notices.push(format!("a least of 0: {name} may be scaled to nothing and be down"));
    }
    notices.extend(super::plan_notes::of_service(item, context));
    plan.notices.splice(0..0, notices);
    Ok(Proposal::Change(Box::new(Planned { plan, change: inner })))
}

fn parsed(typed: &str) -> Result<Bounds, String> {
    let wrong = || format!("{typed:?} are no bounds: write the least and the most, as 2-6, each 0 to {MOST}");
    let number = |text: &str| text.parse::<u32>().ok().filter(|count| *count <= MOST);
    let split = |c: char| matches!(c, '-' | '–' | ',') || c.is_whitespace();
    let parts: Vec<&str> = typed.split(split).filter(|part| !part.is_empty()).collect();
    let (min, max) = match parts.as_slice() {
        _ if typed.trim().starts_with('-') => None,
        [one] => number(one).zip(number(one)),
        [min, max] => number(min).zip(number(max)),
        _ => None,
    }
    .ok_or_else(wrong)?;
    if min > max {
        return Err(format!("the least, {min}, is more than the most, {max}"));
    }
    Ok(Bounds { min, max })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::change::plan::Plan;
    use crate::kinds::testing_samples::{Shelves, scope, service};
    use crate::overview::EnvironmentStatus;

    fn plan(item: &Service, targets: Vec<ScalableTarget>, typed: &str) -> Result<Plan, String> {
        let environment = EnvironmentStatus::new("city-dev", vec![scope()]);
        Shelves::default().with([item.clone()]).with(targets).seen(false, |cx| {
            let context = ActionContext { cx: *cx, environment: &environment };
            propose(item, Some(typed), &context).map(|proposal| proposal.plan())
        })
    }

    fn scaled(min: u32, max: u32) -> Vec<ScalableTarget> {
        vec![ScalableTarget { id: scaled_as(&service()), min, max }]
    }

    #[rstest]
    #[case::both("3-8", (3, 8))]
    #[case::spaces(" 3 - 8 ", (3, 8))]
    #[case::words("3 8", (3, 8))]
    #[case::one("3", (3, 3))]
    fn what_is_typed_is_understood(#[case] typed: &str, #[case] wanted: (u32, u32)) {
        let plan = plan(&service(), scaled(1, 4), typed).expect("a plan");
        assert!(plan.calls[0].ends_with(&format!("min {}, max {}", wanted.0, wanted.1)), "{plan:?}");
        assert_eq!(plan.differences.len(), if wanted.1 == 4 { 1 } else { 2 });
    }

    #[rstest]
    #[case::no_number("few", "no bounds")]
    #[case::nothing("", "no bounds")]
    #[case::below("-3", "no bounds")]
    #[case::beyond("1-5001", "no bounds")]
    #[case::upside_down("6-2", "more than the most")]
    #[case::so_already("1-4", "already")]
    fn what_cannot_be_is_refused_with_its_reason(#[case] typed: &str, #[case] why: &str) {
        let refused = plan(&service(), scaled(1, 4), typed).expect_err("it cannot be");
        assert!(refused.contains(why), "{refused}");
    }

    #[test]
    fn one_that_is_not_scaled_by_itself_leads_to_scale_and_one_asleep_to_wake() {
        assert!(plan(&service(), Vec::new(), "1-2").expect_err("no").contains("`scale` sets"));
        let mut asleep = Service { desired: 0, ..service() };
        asleep.tags.insert(crate::schedule::stored::tags::REMEMBERED.to_owned(), "desired=2".to_owned());
        assert!(plan(&asleep, scaled(0, 0), "1-2").expect_err("no").contains("wake it first"));
    }

    #[test]
    fn a_count_outside_is_told_before_it_is_moved() {
        let plan = plan(&service(), scaled(1, 4), "3-5").expect("a plan");
        assert!(plan.notices[0].contains("it wants 2 tasks now: auto scaling brings it to 3"), "{plan:?}");
    }
}
