//! How an alarm is judged, with a sentence, and what it adds to its environment's counts.
//! Pure. Scaling alarms never count: for them ALARM is how autoscaling works.

use jiff::SignedDuration;

use super::measured_value::{measured, reading};
use super::model::Alarm;
use super::mute as muting;
use super::rule;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::text::{first_line, moment, span};
use crate::world::{Arn, Assessment, Health};

/// After this long without data an alarm watches nothing.
const NEVER: SignedDuration = SignedDuration::from_hours(24);

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &Alarm, cx: &KindContext<'_>) -> Option<Assessment> {
    (!scales(item)).then(|| judge(item, cx))
}

/// Adds `item` to `counts`.
pub(super) fn count(item: &Alarm, _cx: &KindContext<'_>, counts: &mut Counts) {
    if scales(item) {
        return;
    }
    counts.alarms_total += 1;
    if item.state == "ALARM" {
        counts.alarms_firing += 1;
        if !item.actions_enabled {
            counts.alarms_muted += 1;
        }
    }
}

/// Whether it only drives autoscaling: an alarm that scales and tells somebody too is one like any other.
#[must_use]
pub fn scales(alarm: &Alarm) -> bool {
    let mut actions = alarm.alarm_actions.iter().chain(&alarm.ok_actions);
    let drives = alarm.name.starts_with("TargetTracking-") || actions.clone().any(is_scaling);
    drives && actions.all(is_scaling)
}

/// Whether an action changes how many run, and tells nobody.
fn is_scaling(action: &Arn) -> bool {
    action.service() == Some("autoscaling")
}

/// Those of its actions on ALARM that somebody hears of.
fn telling(alarm: &Alarm) -> impl Iterator<Item = &Arn> {
    alarm.alarm_actions.iter().filter(|action| !is_scaling(action))
}

/// Whether it tells only topics for warnings.
#[must_use]
pub fn only_warns(alarm: &Alarm) -> bool {
    telling(alarm).next().is_some()
        && telling(alarm).all(|action| {
            action.service() == Some("sns")
                && action.last().to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| {
                    matches!(word, "warn" | "warns" | "warning" | "warnings" | "info" | "notice" | "notices")
                })
        })
}

fn judge(alarm: &Alarm, cx: &KindContext<'_>) -> Assessment {
    let name = &alarm.name;
    match alarm.state.as_str() {
        "OK" => match alarm.evaluation.as_deref() {
            Some("EVALUATION_ERROR" | "EVALUATION_FAILURE") => {
                Assessment::new(Health::Well, format!("alarm {name} cannot be evaluated (permissions or metric math)"))
            }
            Some("PARTIAL_DATA") => {
                Assessment::new(Health::Well, format!("alarm {name} is evaluated on part of its data only"))
            }
            _ => Assessment::well(),
        },
        "ALARM" => {
            let why = told(alarm, cx);
            let mute = if !alarm.actions_enabled {
                " (muted: its actions are off)"
            } else if alarm.alarm_actions.is_empty() {
                " (no notification: it has no actions)"
            } else if telling(alarm).next().is_none() {
                " (no notification: it only scales)"
            } else if alarm.suppressed_by.is_some() {
                " (its actions are suppressed)"
            } else {
                ""
            };
            let mild = !mute.is_empty() || only_warns(alarm);
            // A rule that mutes it makes it no milder: what it tells is as bad as ever.
            let until = muting::sentence(alarm, cx).map(|message| format!(" ({message})")).unwrap_or_default();
            let message = format!("alarm {name}: {why}{mute}{until}");
            Assessment::new(if mild { Health::Worrying } else { Health::Bad }, message)
        }
        "INSUFFICIENT_DATA" => {
            let age = alarm.since.map(|since| cx.now.duration_since(since));
            match age.filter(|age| *age > NEVER) {
                Some(age) => Assessment::new(
                    Health::Well,
                    format!("alarm {name} has had no data for {}: does its metric exist?", span(age.as_secs())),
                ),
                None => Assessment::new(Health::Well, format!("alarm {name} has no data")),
            }
        }
        other => {
            Assessment::new(Health::Unknown, format!("alarm {name} has the state {other}, which toban does not know"))
        }
    }
}

/// Why it fires, in words.
#[must_use]
pub fn told(alarm: &Alarm, cx: &KindContext<'_>) -> String {
    if let Some(measured) = measured(alarm, cx.zone) {
        return measured;
    }
    if reading(alarm).missing {
        return "no data came, which counts as a breach".to_owned();
    }
    match (&alarm.rule, &alarm.reason, alarm.since) {
        (Some(rule), ..) => first_line(&format!("its rule holds: {}", rule::in_one_line(rule)), 180),
        (_, Some(reason), _) => first_line(reason, 160),
        (_, _, Some(since)) => format!("fires since {}", moment(since, cx.now, cx.zone)),
        _ => "fires".to_owned(),
    }
}
