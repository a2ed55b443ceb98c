//! Single schedules that take back what an override did to somebody else's rule: one that enables the rule again, and one
//! that stops what the rule would have stopped meanwhile, for a firing that is left out is never made up for. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::cron::once;
use super::due::client_token;
use super::materialise::{MAX_ATTEMPTS, MAX_EVENT_AGE, MAX_NAME, Planned, STAGE_GAP, call, name};
use super::model::{Member, Verb};

/// The universal target that enables a rule. (EventBridge Scheduler's guide on universal targets: the service as the SDK
/// names it, `eventbridge`; its input is that of the API.)
const TARGET: &str = "arn:aws:scheduler:::aws-sdk:eventbridge:enableRule";
/// What a role must be allowed, on the rule, to enable it again: the source of `policy --scheduler` and of what `doctor`
/// has simulated.
pub const ACTS: &[&str] = &["events:EnableRule"];
/// MaximumEventAgeInSeconds and MaximumRetryAttempts of a return, the most there is: late is well, never is not.
const UNTIRING: (u32, u32) = (185, 86_400);

/// How often and how long a schedule with that target tries, in seconds. A stop that could not be made must not come at
/// noon; a rule is enabled whenever that works.
#[must_use]
pub fn retries(target: &str) -> (u32, u32) {
    if target == TARGET { UNTIRING } else { (MAX_ATTEMPTS, MAX_EVENT_AGE) }
}

/// The name of the schedule that enables `rule` again: one a rule, so that a later override moves it.
#[must_use]
pub fn name_of(rule: &str) -> String {
    let full = format!("rule.{rule}.enable");
    if full.len() <= MAX_NAME {
        return full;
    }
    let hash: String = client_token(&full).chars().take(8).collect();
    let tail = format!(".{hash}.enable");
    let head: String = format!("rule.{rule}").chars().take(MAX_NAME.saturating_sub(tail.len())).collect();
    format!("{head}{tail}")
}

/// The rule that a stored schedule enables; `None` where it does something else.
#[must_use]
pub fn rule_of(target: &str, input: &str) -> Option<String> {
    let input: Value = serde_json::from_str(input).ok().filter(|_| target == TARGET)?;
    Some(input.get("Name")?.as_str()?.to_owned())
}

/// The schedule that enables `rule` at `at`.
#[must_use]
pub fn enabling(rule: &str, zone: &TimeZone, at: Timestamp) -> Planned {
    let input = json!({ "Name": rule }).to_string();
    single(name_of(rule), (TARGET.to_owned(), input), rule, zone, at)
}

/// The schedule that stops `member`, of `arn`, at `at`.
#[must_use]
pub fn stopping(member: &Member, arn: &str, zone: &TimeZone, at: Timestamp) -> Planned {
    let slot = zone.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string();
    single(name(member, Verb::Stop, &slot), call(member, Verb::Stop, 0), arn, zone, at)
}

/// How much later than its end an override stops `member` of all that it stops: what needs others goes before them.
#[must_use]
pub fn behind(member: &Member, among: &[&Member]) -> SignedDuration {
    let mut later: Vec<_> = among.iter().map(|it| it.order()).filter(|order| *order > member.order()).collect();
    later.sort_unstable();
    later.dedup();
    STAGE_GAP.saturating_mul(i32::try_from(later.len()).unwrap_or(i32::MAX))
}

fn single(name: String, (target, input): (String, String), whose: &str, zone: &TimeZone, at: Timestamp) -> Planned {
    let (expression, timezone) = once(zone, at);
    let token = client_token(&format!("{whose}|{expression}|{timezone}|{target}"));
    Planned {
        name,
        verb: Verb::Stop,
        expression,
        timezone,
        start_date: None,
        once: true,
        target,
        input,
        bounds: None,
        dead_letter: true,
        token,
        firings: vec![at],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::MemberKind;

    #[test]
    fn a_return_enables_its_rule_by_name_once_and_tries_for_a_day() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let back = enabling("shop-night", &zone, "2026-11-21T14:30:00Z".parse().unwrap());
        assert_eq!(back.target, "arn:aws:scheduler:::aws-sdk:eventbridge:enableRule");
        assert_eq!(
            (back.input.as_str(), back.expression.as_str()),
            (r#"{"Name":"shop-night"}"#, "at(2026-11-21T23:30:00)")
        );
        assert_eq!(
            (back.name.as_str(), back.timezone.as_str(), back.once),
            ("rule.shop-night.enable", "Asia/Tokyo", true)
        );
        assert_eq!(rule_of(&back.target, &back.input).as_deref(), Some("shop-night"));
        assert_eq!(rule_of("arn:aws:scheduler:::aws-sdk:rds:stopDBInstance", &back.input), None);
        assert_eq!((retries(&back.target), retries("else")), ((185, 86_400), (MAX_ATTEMPTS, MAX_EVENT_AGE)));
        let long = name_of(&"r".repeat(64));
        assert!(long.len() == MAX_NAME && long.ends_with(".enable") && long != name_of(&"r".repeat(63)), "{long}");
    }

    #[test]
    fn a_database_is_stopped_after_what_uses_it() {
        let (db, web) = (Member::new(MemberKind::RdsInstance, "db"), Member::new(MemberKind::Ec2Instance, "i-1"));
        let all = [&db, &web];
        assert_eq!((behind(&db, &all), behind(&web, &all)), (STAGE_GAP, SignedDuration::ZERO));
        assert_eq!(behind(&db, &[&db]), SignedDuration::ZERO);
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let stop = stopping(&db, "arn", &zone, "2026-11-21T14:30:00Z".parse().unwrap());
        assert_eq!(
            (stop.name.as_str(), stop.input.as_str()),
            ("rds-instance.db.stop.20261121T233000", r#"{"DbInstanceIdentifier":"db"}"#)
        );
    }
}
