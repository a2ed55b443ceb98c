//! What is said of rules that are held back and of those that are not, in the plan and where it is refused.
//! Pure; decides nothing.

use jiff::Timestamp;

use super::super::Sleeper;
use super::super::migrating::instead;
use super::super::rules::Ruling;
use super::{Case, singles, which};
use crate::app::gate::Plan;
use crate::kinds::event_rule::Rule;
use crate::schedule::materialise::Planned;
use crate::schedule::{Verb, words};
use crate::world::EnvironmentName;

/// That there is nothing to hold back.
pub(super) fn nothing(name: &EnvironmentName) -> String {
    format!("{name} has no schedule, and no rule that could be held back stops anything of it until then")
}

/// What is done where no schedule of ours is changed besides.
pub(super) fn title(case: &Case<'_>) -> String {
    let at = words::told_moment(case.over.until, case.zone(), case.site.cx.zone);
    format!("hold back the rules that stop {} until {at}", case.name())
}

/// That what enables a rule again may be on its way.
pub(super) fn returns_soon(case: &Case<'_>, rule: &Rule, at: Timestamp) -> String {
    format!(
        "rule {} is enabled again at {}: that may already be on its way; override it anew after that",
        rule.name,
        case.told(at)
    )
}

/// That a firing may be on its way.
pub(super) fn fires_soon(case: &Case<'_>, ruling: &Ruling<'_>, at: Timestamp) -> String {
    format!(
        "rule {} {} at {}: that may already be on its way and can no longer be held back; start it again after it instead",
        ruling.rule.name,
        ruling.does(),
        case.told(at)
    )
}

/// That a rule fires, and why it is not held back.
pub(super) fn all_the_same(case: &Case<'_>, ruling: &Ruling<'_>, at: Timestamp, why: &str) -> String {
    format!("rule {} {} at {} all the same: {why}", ruling.rule.name, ruling.does(), case.told(at))
}

/// That a rule is held back, and what would be better.
pub(super) fn second_best(case: &Case<'_>, ruling: &Ruling<'_>, at: Timestamp) -> String {
    format!(
        "second best: rule {0}, which {1} at {2}, is disabled, and a single schedule of ours enables it again at {3}; \
         forgotten, it would leave {name} up for ever, and `toban schedule migrate {name}` needs none of this",
        ruling.rule.name,
        ruling.does(),
        case.told(at),
        case.told(case.over.until),
        name = case.name()
    )
}

/// What makes up for the firings that are left out.
pub(super) fn made_up(case: &Case<'_>, held: &[&Ruling<'_>]) -> String {
    let hit = which::hit(held);
    let stop = |it: &&Sleeper| {
        let ours = instead(Verb::Stop, it, &case.computed).filter_map(|planned| planned.firings.first()).min().copied();
        let at = match case.at_aws {
            true => ours.unwrap_or(case.over.until),
            false => singles::stopped_at(case, it, &hit),
        };
        format!("{} at {}", it.member.label(), case.told(at))
    };
    let stopped: Vec<String> = hit.iter().map(stop).collect();
    format!(
        "a firing that is left out is not made up for when the rule is enabled again: a schedule of ours stops {}",
        stopped.join(", ")
    )
}

/// Puts the calls around those of the plan, in their order, and takes back what it says of rules that go on.
pub(super) fn write(plan: &mut Plan, (singles, old): (&[Planned], &[String]), held: &[&Ruling<'_>]) {
    let goes_on: Vec<String> = held.iter().map(|ruling| format!("rule {} ", ruling.rule.name)).collect();
    plan.notices.retain(|notice| {
        !(notice.contains(": it goes on beside this") && goes_on.iter().any(|rule| notice.starts_with(rule)))
    });
    let put =
        singles.iter().map(|one| format!("scheduler:CreateSchedule {} {} {}", one.name, one.expression, one.timezone));
    let drop = old.iter().map(|name| format!("scheduler:DeleteSchedule {name}"));
    let off = held.iter().map(|ruling| {
        format!(
            "events:TagResource and events:DisableRule {}, once the schedules above are seen at AWS",
            ruling.rule.name
        )
    });
    let mut calls: Vec<String> = put.chain(drop).collect();
    calls.append(&mut plan.calls);
    calls.extend(off);
    plan.calls = calls;
}
