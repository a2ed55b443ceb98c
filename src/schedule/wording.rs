//! Edges, causes, previews and drift in words and as JSON, the same for the console and the command line.
//! Pure; the moment and the reader's zone come in.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::calendar::intervals::local_date;
use super::desired_state::{Cause, Transition};
use super::drift::{Drift, Why};
use super::model::PowerAction;
use super::override_rules::Refusal;
use super::preview::{AutoRestart, Line};

/// `23:30` today, `Tue 08:45` within six days, `2027-01-04 08:45` beyond.
#[must_use]
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let shape = if local_date(zone, at) == local_date(zone, now) {
        "%H:%M"
    } else if at.duration_since(now).abs() < SignedDuration::from_hours(6 * 24) {
        "%a %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    local.strftime(shape).to_string()
}

/// `Fri 2026-11-20 22:00`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// A time of a schedule, for a reader whose clock may show another: `22:00`, or `22:00 Asia/Tokyo, 13:00 here`.
#[must_use]
pub fn told(at: Timestamp, now: Timestamp, zone: &TimeZone, here: &TimeZone) -> String {
    let said = when(at, now, zone);
    match elsewhere(at, zone, here) {
        Some(name) => format!("{said} {name}, {} here", when(at, now, here)),
        None => said,
    }
}

/// Why an override or a hold was not granted, with its times as [`told`] tells them.
#[must_use]
pub fn refusal(why: &Refusal, now: Timestamp, zone: &TimeZone, here: &TimeZone) -> String {
    let told = |at: Timestamp| told(at, now, zone, here);
    match why {
        Refusal::Protected => {
            "this environment is protected: it has no sleep actions, and needs no override".to_owned()
        }
        Refusal::Past { until } => format!("it would end at {}, which is already over", told(*until)),
        Refusal::TooLong { latest, limit } => {
            format!("it may last until {} at most ({})", told(*latest), limit.words())
        }
        Refusal::TooLate { transition, instead } => format!(
            "the {} at {} may already be on its way and can no longer be held back; {} again after it instead",
            transition.verb.word(),
            told(transition.issue_at),
            instead.word()
        ),
    }
}

/// The same with its date: `Fri 2026-11-20 22:00`, or `Fri 2026-11-20 22:00 Asia/Tokyo, 13:00 here`.
#[must_use]
pub fn told_moment(at: Timestamp, zone: &TimeZone, here: &TimeZone) -> String {
    let said = moment(at, zone);
    let Some(name) = elsewhere(at, zone, here) else { return said };
    let shape = if local_date(zone, at) == local_date(here, at) { "%H:%M" } else { "%a %H:%M" };
    format!("{said} {name}, {} here", at.to_zoned(here.clone()).strftime(shape))
}

/// What a schedule's zone is called where the reader's clock shows another time than it at that moment.
#[must_use]
pub fn elsewhere<'z>(at: Timestamp, zone: &'z TimeZone, here: &TimeZone) -> Option<&'z str> {
    (zone.to_offset(at) != here.to_offset(at)).then(|| zone.iana_name().unwrap_or("there"))
}

/// RFC 3339 with the zone's offset, to the second.
#[must_use]
pub fn rfc(at: Timestamp, zone: &TimeZone) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    whole.display_with_offset(zone.to_offset(at)).to_string()
}

/// What a verb does to an environment: `sleep`, `wake`.
#[must_use]
pub const fn whole(verb: PowerAction) -> &'static str {
    match verb {
        PowerAction::Stop => "sleep",
        PowerAction::Start => "wake",
    }
}

/// Why an edge is there.
#[must_use]
pub fn cause(cause: &Cause) -> String {
    let whose = |what: &str, by: &str| if by.is_empty() { what.to_owned() } else { format!("{what} of {by}") };
    match cause {
        Cause::Period => "period".to_owned(),
        Cause::Holiday { name } => format!("holiday: {name}"),
        Cause::Override { by } => format!("end of the {}", whose("override", by)),
        Cause::HoldEnd { by } => format!("end of the {}", whose("hold", by)),
        Cause::Guard => "guard: the stop is repeated".to_owned(),
        Cause::AutoRestart => "AWS started it after seven days; stopped again".to_owned(),
        Cause::Drift => "it drifted from its schedule".to_owned(),
    }
}

/// An edge: `start 08:45, up from 09:00` or `stop 22:00`.
#[must_use]
pub fn transition(transition: &Transition, zone: &TimeZone) -> String {
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%H:%M").to_string();
    let message = format!("{} {}", transition.verb.word(), time(transition.issue_at));
    let lead = transition.verb == PowerAction::Start && transition.at != transition.issue_at;
    if lead { format!("{message}, up from {}", time(transition.at)) } else { message }
}

/// One line of a preview: what happens, and why.
#[must_use]
pub fn line(line: &Line, zone: &TimeZone) -> (String, String) {
    match line {
        Line::Edge(one) => (transition(one, zone), cause(&one.cause)),
        Line::DayOff { name, off: true, .. } => ("no start".to_owned(), format!("holiday: {name}")),
        Line::DayOff { name, off: false, .. } => ("starts all the same".to_owned(), format!("holiday: {name}")),
        Line::AutoRestart(AutoRestart { stopped_again, .. }) => {
            let then = stopped_again.map_or_else(
                || "nothing stops it again".to_owned(),
                |at| format!("stopped again {}", moment(at, zone)),
            );
            ("AWS starts it".to_owned(), format!("stopped for seven days; {then}"))
        }
    }
}

/// An edge as JSON.
#[must_use]
pub fn edge_json(transition: &Transition, zone: &TimeZone) -> Value {
    json!({
        "at": rfc(transition.at, zone),
        "issue_at": rfc(transition.issue_at, zone),
        "verb": transition.verb.word(),
        "cause": cause_word(&transition.cause),
        "why": cause(&transition.cause),
    })
}

const fn cause_word(cause: &Cause) -> &'static str {
    match cause {
        Cause::Period => "period",
        Cause::Holiday { .. } => "holiday",
        Cause::Override { .. } => "override",
        Cause::HoldEnd { .. } => "hold",
        Cause::Guard => "guard",
        Cause::AutoRestart => "auto-restart",
        Cause::Drift => "drift",
    }
}

/// One line of a preview as JSON.
#[must_use]
pub fn line_json(at: Timestamp, line: &Line, zone: &TimeZone) -> Value {
    match line {
        Line::Edge(transition) => {
            let mut value = edge_json(transition, zone);
            if let Some(object) = value.as_object_mut() {
                object.insert("kind".to_owned(), json!("edge"));
            }
            value
        }
        Line::DayOff { date, name, off } => {
            json!({ "kind": "day-off", "at": rfc(at, zone), "date": date.to_string(), "name": name, "off": off })
        }
        Line::AutoRestart(restart) => json!({
            "kind": "auto-restart",
            "at": rfc(restart.at, zone),
            "stopped_again": restart.stopped_again.map(|at| rfc(at, zone)),
        }),
    }
}

/// A drift in words; `None` where there is nothing to say.
#[must_use]
pub fn drift(drift: &Drift, now: Timestamp, zone: &TimeZone) -> Option<String> {
    match drift {
        Drift::None | Drift::Settling => None,
        Drift::Slow { since } => Some(format!("has been moving since {}", when(*since, now, zone))),
        Drift::Untold => Some("cannot be told: its status needs a person".to_owned()),
        Drift::Drifted { verb, since, why, righted_at } => {
            let message = is_not((*verb, *since, *why), now, zone);
            let then = righted_at.map(|at| format!("; {} {}", verb.word(), when(at, now, zone))).unwrap_or_default();
            Some(format!("{message}{then}"))
        }
    }
}

/// The same without what comes of it: `should be off, is on since 13:08 (by hand)`. `None` where nothing drifts.
#[must_use]
pub fn drifted(drift: &Drift, now: Timestamp, zone: &TimeZone) -> Option<String> {
    match drift {
        Drift::Drifted { verb, since, why, .. } => Some(is_not((*verb, *since, *why), now, zone)),
        Drift::None | Drift::Settling | Drift::Slow { .. } | Drift::Untold => None,
    }
}

fn is_not((verb, since, why): (PowerAction, Option<Timestamp>, Why), now: Timestamp, zone: &TimeZone) -> String {
    let (should, is) = match verb {
        PowerAction::Stop => ("off", "on"),
        PowerAction::Start => ("on", "off"),
    };
    let since = since.map(|at| format!(" since {}", when(at, now, zone))).unwrap_or_default();
    let why = match why {
        Why::Manual => "by hand",
        Why::Own if verb == PowerAction::Stop => "started from here",
        Why::Own => "stopped from here",
        Why::AutoRestart => "AWS started it after seven days",
        Why::Missed => "the last scheduled change had no effect",
        Why::Unknown => "why is not known",
    };
    format!("should be {should}, is {is}{since} ({why})")
}

/// A drift as JSON.
#[must_use]
pub fn drift_json(of: &Drift, zone: &TimeZone) -> Value {
    match of {
        Drift::None => json!({ "state": "none" }),
        Drift::Settling => json!({ "state": "settling" }),
        Drift::Slow { since } => json!({ "state": "slow", "since": rfc(*since, zone) }),
        Drift::Untold => json!({ "state": "unknown" }),
        Drift::Drifted { verb, since, why, righted_at } => json!({
            "state": "drifted",
            "needs": verb.word(),
            "since": since.map(|at| rfc(at, zone)),
            "why": match why {
                Why::Manual => Some("manual"),
                Why::Own => Some("own"),
                Why::AutoRestart => Some("auto-restart"),
                Why::Missed => Some("missed"),
                Why::Unknown => None,
            },
            "righted_at": righted_at.map(|at| rfc(at, zone)),
        }),
    }
}
