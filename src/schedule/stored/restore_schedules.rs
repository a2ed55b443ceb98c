//! Single schedules that take back what an override or a hold did to somebody else's rule: one that enables the rule
//! again, and one that stops or starts what the rule would have meanwhile, for a firing that is left out is never made
//! up for. Pure.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::planned_schedules::{MAX_ATTEMPTS, MAX_EVENT_AGE, MAX_NAME, Planned, STAGE_GAP, addresses, call, name};
use crate::schedule::due::client_token;
use crate::schedule::expression::write::once;
use crate::schedule::model::{Member, PowerAction};

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

/// The schedule that stops or starts `member`, of `arn`, at `at`.
#[must_use]
pub fn turning(member: &Member, verb: PowerAction, arn: &str, zone: &TimeZone, at: Timestamp) -> Planned {
    let slot = zone.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string();
    Planned { verb, ..single(name(member, verb, &slot), call(member, verb, 0), arn, zone, at) }
}

/// Which of the two a stored schedule does to `member`; `None` where it is about somebody else.
#[must_use]
pub fn turns(member: &Member, target: &str, input: &str) -> Option<PowerAction> {
    let does = |verb: &PowerAction| call(member, *verb, 0).0 == target;
    [PowerAction::Stop, PowerAction::Start].into_iter().find(does).filter(|_| addresses(member, target, input))
}

/// How much later than the end `member` is stopped or started of all that are: what needs others stops before them, and
/// starts after them.
#[must_use]
pub fn behind(member: &Member, verb: PowerAction, among: &[&Member]) -> SignedDuration {
    let before = |order: &(u8, u8)| match verb {
        PowerAction::Stop => *order > member.order(),
        PowerAction::Start => *order < member.order(),
    };
    let mut before: Vec<_> = among.iter().map(|it| it.order()).filter(before).collect();
    before.sort_unstable();
    before.dedup();
    STAGE_GAP.saturating_mul(i32::try_from(before.len()).unwrap_or(i32::MAX))
}

fn single(name: String, (target, input): (String, String), whose: &str, zone: &TimeZone, at: Timestamp) -> Planned {
    let (expression, timezone) = once(zone, at);
    let token = client_token(&format!("{whose}|{expression}|{timezone}|{target}"));
    Planned {
        name,
        verb: PowerAction::Stop,
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
    fn a_database_is_stopped_after_what_uses_it_and_started_before() {
        let (db, web) = (Member::new(MemberKind::RdsInstance, "db"), Member::new(MemberKind::Ec2Instance, "i-1"));
        let all = [&db, &web];
        let both = |verb: PowerAction| (behind(&db, verb, &all), behind(&web, verb, &all));
        assert_eq!(both(PowerAction::Stop), (STAGE_GAP, SignedDuration::ZERO));
        assert_eq!(both(PowerAction::Start), (SignedDuration::ZERO, STAGE_GAP));
        assert_eq!(behind(&db, PowerAction::Stop, &[&db]), SignedDuration::ZERO);
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        for (verb, name) in [(PowerAction::Stop, "stop"), (PowerAction::Start, "start")] {
            let one = turning(&db, verb, "arn", &zone, "2026-11-21T14:30:00Z".parse().unwrap());
            assert_eq!(one.name, format!("rds-instance.db.{name}.20261121T233000"));
            assert_eq!((one.verb, one.input.as_str()), (verb, r#"{"DbInstanceIdentifier":"db"}"#));
            assert_eq!(turns(&db, &one.target, &one.input), Some(verb));
            assert_eq!(turns(&Member::new(MemberKind::RdsInstance, "else"), &one.target, &one.input), None);
        }
    }
}
