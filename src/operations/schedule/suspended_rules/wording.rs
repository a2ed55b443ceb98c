//! What is said of rules that are held back and of those that are not, in the plan and where it is refused.
//! Pure; decides nothing.

use jiff::Timestamp;

use super::one_shot_schedules::OneShot;
use super::{Case, one_shot_schedules, select};
use crate::change::plan::Plan;
use crate::kinds::event_rule::Rule;
use crate::offhours::ScheduledMember;
use crate::offhours::event_rules::{Ruling, Why};
use crate::operations::schedule::migrate::instead;
use crate::schedule::active_exception::{ActiveException, ExceptionKind};
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::{PowerAction, TargetState, wording};

/// What the rules do that are held back: `stop`, `start`, or both.
fn does(case: &Case<'_>) -> [&'static str; 2] {
    match (case.why, case.under.over.as_ref().map(|over| over.state)) {
        (Why::Override, Some(TargetState::Stopped)) => ["start", "starts"],
        (Why::Override, _) => ["stop", "stops"],
        (Why::Hold, _) => ["stop and start", "stops or starts"],
    }
}

/// That there is nothing to hold back.
pub(super) fn nothing(case: &Case<'_>) -> String {
    let [_, does] = does(case);
    format!("{} has no schedule, and no rule that could be held back {does} anything of it until then", case.name())
}

/// What is done where no schedule of ours is changed besides.
pub(super) fn title(case: &Case<'_>) -> String {
    let at = wording::told_moment(case.asked(), case.zone(), case.context.cx.zone);
    let [does, _] = does(case);
    format!("hold back the rules that {does} {} until {at}", case.name())
}

/// The command that goes on where it was left.
pub(super) fn again(case: &Case<'_>) -> String {
    let (name, until) = (case.name(), wording::rfc(case.asked(), case.zone()));
    match (case.why, case.under.over.as_ref().map(|over| over.state)) {
        (Why::Hold, _) => format!("toban schedule hold {name} --until {until}"),
        (Why::Override, Some(TargetState::Stopped)) => {
            format!("toban schedule override {name} --until {until} --state stopped")
        }
        (Why::Override, _) => format!("toban schedule override {name} --until {until}"),
    }
}

/// That what enables a rule again may be on its way.
pub(super) fn returns_soon(case: &Case<'_>, rule: &Rule, at: Timestamp) -> String {
    let anew = match case.why {
        Why::Override => "override it",
        Why::Hold => "hold it",
    };
    format!(
        "rule {} is enabled again at {}: that may already be on its way; {anew} anew after that",
        rule.name,
        case.told(at)
    )
}

/// That a firing may be on its way.
pub(super) fn fires_soon(case: &Case<'_>, (ruling, above): (&Ruling<'_>, &ActiveException), at: Timestamp) -> String {
    let instead = match select::bars(above, ruling).first() {
        Some((PowerAction::Start, _)) => PowerAction::Stop,
        Some((PowerAction::Stop, _)) | None => PowerAction::Start,
    };
    format!(
        "rule {} {} at {}: that may already be on its way and can no longer be held back; {} it again after it instead",
        ruling.rule.name,
        ruling.does(),
        case.told(at),
        instead.word()
    )
}

/// That nobody tells when a rule fires.
pub(super) fn sometime(ruling: &Ruling<'_>) -> String {
    let rule = ruling.rule;
    format!(
        "rule {} {} at {}: AWS does not publish when that is next, so it is not held back; disable it by hand, or give it a cron()",
        rule.name,
        ruling.does(),
        rule.expression
    )
}

/// That a rule fires, and why it is not held back.
pub(super) fn all_the_same(case: &Case<'_>, ruling: &Ruling<'_>, at: Timestamp, why: &str) -> String {
    format!("rule {} {} at {} all the same: {why}", ruling.rule.name, ruling.does(), case.told(at))
}

/// That a rule is held back, and what would be better.
pub(super) fn second_best(case: &Case<'_>, (ruling, above): (&Ruling<'_>, &ActiveException), at: Timestamp) -> String {
    let (name, disabled_reason) = (case.name(), select::bars(above, ruling));
    let stops = disabled_reason.iter().any(|(verb, _)| *verb == PowerAction::Stop);
    let left = if stops {
        format!("it would leave {name} up for ever")
    } else {
        format!("nothing would start {name} any more")
    };
    let schedule = match case.context.environment.offhours {
        Some(_) => String::new(),
        None => format!(" once `toban schedule set {name} SCHEDULE` gave it one"),
    };
    format!(
        "second best: rule {0}, which {1} at {2}, is disabled, and a single schedule of ours enables it again at {3}; \
         forgotten, {left}, and `toban schedule migrate {name}` needs none of this{schedule}",
        ruling.rule.name,
        ruling.does(),
        case.told(at),
        case.told(case.end()),
    )
}

/// What makes up for the firings that are left out, and who is left as they are.
pub(super) fn made_up(case: &Case<'_>, held: &[&Ruling<'_>], turns: &[OneShot<'_>]) -> Vec<String> {
    let hit = select::hit(held);
    let mut done: Vec<String> = turns.iter().map(|turn| turned(case, (turn.it, turn.verb), turn.at)).collect();
    let mut said = Vec::new();
    for it in hit {
        if turns.iter().any(|turn| turn.it.arn == it.arn) {
            continue;
        }
        match case.at_aws {
            true => match by_ours(case, it, held) {
                Ok(ours) => done.extend(ours),
                Err(message) => said.push(message),
            },
            false => said.extend(left_as_it_is(case, it, held)),
        }
    }
    let done = (!done.is_empty()).then(|| {
        format!(
            "a firing that is left out is not made up for when the rule is enabled again: a schedule of ours {}",
            done.join(", ")
        )
    });
    done.into_iter().chain(said).collect()
}

/// `stops shop-dev-db at 19:00`.
fn turned(case: &Case<'_>, (it, verb): (&ScheduledMember, PowerAction), at: Timestamp) -> String {
    format!("{}s {} at {}", verb.word(), it.member.label(), case.told(at))
}

/// What schedules of ours at AWS do next of what the rules that are held back would have done to `it`.
fn by_ours(case: &Case<'_>, it: &ScheduledMember, held: &[&Ruling<'_>]) -> Result<Option<String>, String> {
    let Some(leaves) = case.leaves(it) else { return Ok(None) };
    let verb = match leaves {
        TargetState::Running => PowerAction::Stop,
        TargetState::Stopped => PowerAction::Start,
    };
    let does = |ruling: &&&Ruling<'_>| ruling.hits.iter().any(|(does, on)| *does == verb && on.arn == it.arn);
    if held.iter().find(does).is_none() {
        return Ok(None);
    }
    let ours: Vec<&Planned> = instead(verb, it, &case.computed).collect();
    if ours.is_empty() && verb == PowerAction::Start {
        let (name, schedule) = (it.member.label(), &case.off.routine.schedule.name);
        return Err(format!(
            "nothing of ours starts {name} afterwards, for the schedule {schedule} leaves that to people: start it by hand, \
             or its rule does at its next firing"
        ));
    }
    let first = ours.iter().filter_map(|planned| planned.firings.first()).min();
    Ok(Some(turned(case, (it, verb), first.copied().unwrap_or_else(|| case.end()))))
}

/// That a left-out firing is none to make up for: something else comes after it, or leaves it as it is.
fn left_as_it_is(case: &Case<'_>, it: &ScheduledMember, held: &[&Ruling<'_>]) -> Option<String> {
    let (rule, verb, at) = one_shot_schedules::last(case, it, held)?;
    let who = rule.map_or_else(|| "somebody else's schedule".to_owned(), |rule| format!("rule {}", rule.name));
    let stays = match case.leaves(it)? {
        TargetState::Running => "stays up",
        TargetState::Stopped => "stays asleep",
    };
    let name = it.member.label();
    let does = format!("{who} {}s it last, at {}", verb.word(), case.told(at));
    Some(match crate::schedule::active_exception::transition(case.leaves(it)?, verb) {
        None => format!("{name} {stays} when the {} ends: of all that fires by then, {does}", last_word(case)),
        Some(_) => format!(
            "{name} is as {who} leaves it when the {} ends: it {}s it at {}",
            last_word(case),
            verb.word(),
            case.told(at)
        ),
    })
}

/// What ends last.
fn last_word(case: &Case<'_>) -> &'static str {
    match case.above.last().map(|above| above.is) {
        Some(ExceptionKind::Hold) => "hold",
        Some(ExceptionKind::Override(_)) | None => "override",
    }
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
