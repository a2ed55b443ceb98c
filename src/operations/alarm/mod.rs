//! Muting alarms by hand: one, or all of an environment, until a time, and taking that back. Offers, plans and the work;
//! the calls are the kind's. An alarm's state changes and counts as ever: only what it would do is held back.

mod muted;
mod procedure;

use jiff::{SignedDuration, Timestamp};

use self::procedure::MuteProcedure;
use super::environment_actions::EnvironmentActions;
use super::{Action, ActionContext, Prompt, ResourceActions};
use crate::change::procedure::Proposal;
use crate::kinds::alarm::change::{MuteByHand, RuleWrite, is_by_hand, rules_by_hand};
use crate::kinds::alarm::{Alarm, Alarms, MUTED_AT_MOST, scales};
use crate::kinds::mute_rule::MuteRule;
use crate::schedule::calendar::deadline;
use crate::text::{counted, when};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, Scope};
pub use muted::{MutedAlarm, muted};

const MUTE: &str = "mute";
const UNMUTE: &str = "unmute";
/// The least that a rule mutes.
const LEAST: SignedDuration = SignedDuration::from_mins(2);

/// What can be done with the alarms of an environment together.
pub(crate) struct MuteAlarms;

impl EnvironmentActions for MuteAlarms {
    fn actions(&self, context: &ActionContext<'_>) -> Vec<Action> {
        let alarms = alarms_of(context);
        if alarms.is_empty() {
            return Vec::new();
        }
        let ours = rules_of(context);
        let none = ours.is_empty().then(|| "none of its alarms was muted by hand".to_owned());
        vec![
            Action::new(MUTE, "mute all its alarms until a time").asking(until_when(reads(&alarms))),
            Action::new(UNMUTE, "take back the muting of its alarms by hand")
                .asking(Prompt::Look { reads: reads(&alarms) })
                .disabled_reason(none),
        ]
    }

    fn already(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
        let name = &context.environment.name;
        let all = alarms_of(context);
        match verb {
            _ if all.is_empty() => None,
            UNMUTE => rules_of(context).is_empty().then(|| unmuted(name.as_str())),
            MUTE => {
                let until = end(value, context).ok()?;
                let lasts = |scope: &Scope, alarm: &String| {
                    let mut rules = context.cx.world.all::<MuteRule>(scope).filter(|rule| rule.alarms.contains(alarm));
                    rules.any(|rule| mutes_until(rule, context.cx.now).is_some_and(|at| reaches(at, until)))
                };
                let so = all.iter().all(|(scope, names)| names.iter().all(|alarm| lasts(scope, alarm)));
                so.then(|| format!("every alarm of {name} is muted until {} already", told(until, context)))
            }
            _ => None,
        }
    }

    fn propose(&self, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let name = &context.environment.name;
        match verb {
            MUTE => {
                let until = end(value, context)?;
                let mut changes = Vec::new();
                let all = alarms_of(context);
                for (scope, names) in &all {
                    changes.extend(rules_by_hand(names, false, (name, scope), (context.cx.now, until)));
                }
                let count = all.iter().map(|(_, names)| names.len()).sum();
                let message = format!("mute {} of {name} until {}", counted(count, "alarm"), told(until, context));
                proposed(message, changes, context)
            }
            UNMUTE => {
                let rules = rules_of(context);
                let delete = |(scope, rule): (Scope, String)| MuteByHand {
                    rule,
                    write: RuleWrite::Delete,
                    environment: name.clone(),
                    scope,
                };
                let changes: Vec<MuteByHand> = rules.into_iter().map(delete).collect();
                if changes.is_empty() {
                    return Err(unmuted(name.as_str()));
                }
                proposed(format!("unmute the alarms of {name}"), changes, context)
            }
            other => Err(format!("alarms know no {other:?}")),
        }
    }
}

impl ResourceActions for Alarms {
    fn actions(item: &Alarm, context: &ActionContext<'_>) -> Vec<Action> {
        let scaling = scales(item).then(|| "it only scales; muted, nothing would be scaled".to_owned());
        let reads = vec![ReadRequest::all(context.cx.scope, MuteRule::KIND)];
        let taken = own_rules(item, context).err();
        vec![
            Action::new(MUTE, "mute it until a time: its state still shows and counts")
                .asking(until_when(reads.clone()))
                .disabled_reason(scaling),
            Action::new(UNMUTE, "take back its muting by hand").asking(Prompt::Look { reads }).disabled_reason(taken),
        ]
    }

    fn already(item: &Alarm, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
        match verb {
            MUTE if !scales(item) => muted_longer(item, end(value, context).ok()?, context),
            UNMUTE => muting(item, context).next().is_none().then(|| format!("{} is not muted", item.name)),
            _ => None,
        }
    }

    fn propose(item: &Alarm, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
        let (name, scope) = (&context.environment.name, context.cx.scope);
        match verb {
            MUTE if scales(item) => Err(format!("{} only scales; muted, nothing would be scaled", item.name)),
            MUTE => {
                let until = end(value, context)?;
                if let Some(why) = muted_longer(item, until, context) {
                    return Err(why);
                }
                let names = [item.name.clone()];
                let changes = rules_by_hand(&names, true, (name, scope), (context.cx.now, until));
                proposed(format!("mute the alarm {} until {}", item.name, told(until, context)), changes, context)
            }
            UNMUTE => {
                let rules = own_rules(item, context)?;
                let delete = |rule: &MuteRule| MuteByHand {
                    rule: rule.name.clone(),
                    write: RuleWrite::Delete,
                    environment: name.clone(),
                    scope: scope.clone(),
                };
                let changes = rules.into_iter().map(delete).collect();
                proposed(format!("unmute the alarm {}", item.name), changes, context)
            }
            other => Err(format!("an alarm knows no {other:?}")),
        }
    }
}

fn until_when(reads: Vec<ReadRequest>) -> Prompt {
    Prompt::Informed { prompt: "until when (23:30, +2h)".to_owned(), initial: String::new(), reads }
}

/// The alarms of the environment that a rule may mute, by scope: those that only scale tell nobody.
fn alarms_of(context: &ActionContext<'_>) -> Vec<(Scope, Vec<String>)> {
    let mut all: Vec<(Scope, Vec<String>)> = Vec::new();
    for member in &context.environment.members {
        let Some(alarm) = context.cx.world.get::<Alarm>(&member.id).filter(|alarm| !scales(alarm)) else { continue };
        match all.iter_mut().find(|(scope, _)| *scope == member.id.scope) {
            Some((_, names)) => names.push(alarm.name.clone()),
            None => all.push((member.id.scope.clone(), vec![alarm.name.clone()])),
        }
    }
    all
}

fn reads(alarms: &[(Scope, Vec<String>)]) -> Vec<ReadRequest> {
    alarms.iter().map(|(scope, _)| ReadRequest::all(scope, MuteRule::KIND)).collect()
}

/// The rules by hand that mute any alarm of the environment.
fn rules_of(context: &ActionContext<'_>) -> Vec<(Scope, String)> {
    let of = |(scope, names): (Scope, Vec<String>)| {
        let rules = context.cx.world.all::<MuteRule>(&scope);
        let ours = rules.filter(|rule| is_by_hand(&rule.name) && is_ahead_or_on(rule, context.cx.now));
        let found = ours.filter(|rule| rule.alarms.iter().any(|alarm| names.contains(alarm)));
        found.map(|rule| (scope.clone(), rule.name.clone())).collect::<Vec<_>>()
    };
    alarms_of(context).into_iter().flat_map(of).collect()
}

fn is_ahead_or_on(rule: &MuteRule, now: Timestamp) -> bool {
    rule.mutes(now) || rule.is_ahead(now)
}

/// The rules that mute it now or soon.
fn muting<'a>(item: &'a Alarm, context: &ActionContext<'a>) -> impl Iterator<Item = &'a MuteRule> {
    let now = context.cx.now;
    let all = context.cx.world.all::<MuteRule>(context.cx.scope);
    all.filter(move |rule| rule.alarms.contains(&item.name) && is_ahead_or_on(rule, now))
}

/// When a rule that mutes now, or from the next minute on, ends. One that begins later leaves a gap before it.
fn mutes_until(rule: &MuteRule, now: Timestamp) -> Option<Timestamp> {
    let window = rule.window?;
    (window.from.duration_since(now) <= LEAST).then_some(window.until)
}

/// Whether an end is as late as one that is asked for: rules end on whole minutes.
fn reaches(at: Timestamp, until: Timestamp) -> bool {
    until.duration_since(at) < SignedDuration::from_mins(1)
}

/// That it is muted at least as long, if it is.
fn muted_longer(item: &Alarm, until: Timestamp, context: &ActionContext<'_>) -> Option<String> {
    let now = context.cx.now;
    let longer = muting(item, context).filter_map(|rule| Some((rule, mutes_until(rule, now)?)));
    let (rule, at) = longer.filter(|(_, at)| reaches(*at, until)).max_by_key(|(_, at)| *at)?;
    Some(format!("{} is muted until {} already, by the rule {}", item.name, told(at, context), rule.name))
}

fn unmuted(environment: &str) -> String {
    format!("no alarm of {environment} is muted by hand")
}

/// The rules by hand that mute it alone.
///
/// # Errors
/// When there is none; the sentence says what mutes it instead.
fn own_rules<'a>(item: &'a Alarm, context: &ActionContext<'a>) -> Result<Vec<&'a MuteRule>, String> {
    let all: Vec<&MuteRule> = muting(item, context).collect();
    let (own, others): (Vec<&MuteRule>, Vec<&MuteRule>) =
        all.into_iter().partition(|rule| is_by_hand(&rule.name) && rule.alarms.len() == 1);
    if !own.is_empty() {
        return Ok(own);
    }
    let name = &context.environment.name;
    Err(match others.first() {
        None => "it is not muted by hand".to_owned(),
        Some(rule) if is_by_hand(&rule.name) => {
            format!("it is muted with the other alarms of {name}: `unmute` on {name} takes that back")
        }
        Some(rule) if rule.name.starts_with("toban-sleep-") => {
            format!("it is muted while {name} sleeps: waking {name} takes that back")
        }
        Some(rule) => format!("it is muted by the rule {}, which toban did not make", rule.name),
    })
}

/// The end that was typed.
///
/// # Errors
/// When it is no time, is over, or is further away than CloudWatch mutes.
fn end(value: Option<&str>, context: &ActionContext<'_>) -> Result<Timestamp, String> {
    let typed = value.map(str::trim).filter(|typed| !typed.is_empty());
    let typed = typed.ok_or("until when? Write 23:30, +2h, or 2026-11-24 23:30")?;
    let until = deadline::until(typed, context.cx.now, context.cx.zone)?;
    let lasts = until.duration_since(context.cx.now);
    if lasts < LEAST {
        return Err(format!("{} is over, or as good as: a rule mutes from the next minute on", told(until, context)));
    }
    if lasts > MUTED_AT_MOST {
        return Err("CloudWatch mutes for 15 days at most".to_owned());
    }
    Ok(until)
}

fn told(at: Timestamp, context: &ActionContext<'_>) -> String {
    when(at, context.cx.now, context.cx.zone)
}

/// The proposal to write and delete these rules.
fn proposed(message: String, changes: Vec<MuteByHand>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let first = changes.first().ok_or("there is no alarm that could be muted")?;
    let on = crate::change::gate::Change::change_request(first).on;
    let calls = changes.iter().map(MuteByHand::call).collect();
    let mut plan = context.plan(message, on, calls);
    let further: Vec<Scope> = changes.iter().map(|one| one.scope.clone()).filter(|it| *it != plan.scope).collect();
    for scope in further {
        if !plan.besides.contains(&scope) {
            plan.besides.push(scope);
        }
    }
    if changes.iter().any(|one| one.write != RuleWrite::Delete) {
        plan.notices.push("muted, an alarm changes its state and counts here as ever; it does nothing".to_owned());
        plan.notices.push("one that still fires when the rule ends does then what it would have done".to_owned());
    }
    Ok(Proposal::Procedure(Box::new(MuteProcedure::new(plan, changes))))
}

#[cfg(test)]
mod tests;
