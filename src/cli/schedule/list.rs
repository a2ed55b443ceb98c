//! `toban schedule list`: every environment that has a schedule, what should be, what comes next and why, and what
//! is not as it should be.

use crate::overview::EnvironmentStatus;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::exit::{Exit, Failure};
use super::{aligned, stored};
use crate::cli::read;
use crate::cli::read::Duty;
use crate::cli::{args, output};
use crate::engine::headless::Outlook;
use crate::offhours::OffHours;
use crate::schedule::observed::uptime_history::Diary;
use crate::schedule::{Desired, Mode, Record, Schedule, wording};
use crate::text::clean;
use crate::world::Watcher;
use crate::world::read_request::Want;

/// Runs it.
///
/// # Errors
/// When nothing could be read.
pub(super) async fn run(duty: &Duty, args: &args::Listing) -> Result<Exit, Failure> {
    let mut outlook = read::once(duty).await?;
    let mut unread = stored::read(duty, &mut outlook).await;
    // Why something drifts is told by what is read for the past.
    read::explain(duty, &mut outlook, &|_| false).await?;
    let past: Vec<Want> = scheduled(&outlook).flat_map(|(_, off)| off.past()).collect();
    unread.push_str(&stored::told(duty, &mut outlook, past).await);
    let (zone, diary) = (&duty.view.zone, stored::diary(duty));
    let text = if args.json {
        format!("{}\n", json(&outlook, &duty.view.wishes.schedules, &diary, zone))
    } else {
        table(&outlook, &duty.view.wishes.schedules, &diary, zone)
    };
    if args.json {
        output::json(&text)?
    } else {
        output::data(&text)?
    };
    if !args.json {
        output::note(&read::faults(&outlook));
        output::note(&unread);
    }
    Ok(Exit::Done)
}

fn scheduled(outlook: &Outlook) -> impl Iterator<Item = (&EnvironmentStatus, &OffHours)> {
    outlook.picture.environments.iter().filter_map(|it| Some((it, it.offhours.as_deref()?)))
}

const fn wished(desired: Desired) -> &'static str {
    match desired {
        Desired::On => "running",
        Desired::Off => "stopped",
        Desired::Any => "any",
    }
}

/// For people.
pub(crate) fn table(outlook: &Outlook, schedules: &[Schedule], diary: &Diary, zone: &TimeZone) -> String {
    let headings = ["ENVIRONMENT", "SCHEDULE", "BACKEND", "WANTED", "NEXT", "WHY", "DRIFT"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for (environment, off) in scheduled(outlook) {
        let drifted = off.drifted(outlook.at, zone);
        let drift: Vec<String> = drifted.iter().map(|(it, says)| format!("{} {says}", it.member.label())).collect();
        let none = || "–".to_owned();
        rows.push(vec![
            environment.name.to_string(),
            off.routine.schedule.name.clone(),
            off.routine.backend.word().to_owned(),
            wished(off.desired).to_owned(),
            off.next_words(outlook.at, zone).unwrap_or_else(none),
            off.next.as_ref().map_or_else(none, |edge| wording::cause(&edge.cause)),
            if drift.is_empty() { "none".to_owned() } else { drift.join("; ") },
        ]);
    }
    let mut text = if rows.len() > 1 { aligned(&rows) } else { "no environment has a schedule\n".to_owned() };
    for (environment, off) in scheduled(outlook) {
        if let Some(says) = off.unkept(outlook.at, zone) {
            text.push_str(&format!("! {}: {says}\n", environment.name));
        }
        if let Some(says) = off.record.says() {
            text.push_str(&format!("! {}: {}\n", environment.name, clean(says)));
        }
    }
    for (environment, off) in scheduled(outlook) {
        for says in stored::drift(environment, off, outlook).iter().flatten() {
            text.push_str(&format!("! {}: at AWS {says}\n", environment.name));
        }
    }
    for (environment, others) in stored::others_of(outlook, zone) {
        for says in stored::worth_a_line(&others, outlook, zone) {
            text.push_str(&format!("! {}: {}\n", environment.name, clean(&says)));
        }
    }
    for (environment, off) in scheduled(outlook) {
        if let Some(past) = off.past_savings(&outlook.world, diary, outlook.at) {
            text.push_str(&format!("{}: {}\n", environment.name, clean(&past.says(outlook.at))));
        }
    }
    let unused: Vec<&str> = schedules
        .iter()
        .map(|schedule| schedule.name.as_str())
        .filter(|name| !scheduled(outlook).any(|(_, off)| off.routine.schedule.name == *name))
        .collect();
    if !unused.is_empty() {
        text.push_str(&format!("schedules nobody has: {}\n", unused.join(", ")));
    }
    text
}

/// For scripts.
pub(crate) fn json(outlook: &Outlook, schedules: &[Schedule], diary: &Diary, zone: &TimeZone) -> Value {
    let environments: Vec<Value> = scheduled(outlook).map(|it| object(it, outlook, diary, zone)).collect();
    let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    let (mut others, mut jobs) = (Vec::new(), Vec::new());
    for (environment, found) in stored::others_of(outlook, zone) {
        let (owners, work) = stored::others_json(&found, zone);
        for (of, into) in [(owners, &mut others), (work, &mut jobs)] {
            into.extend(of.into_iter().map(|mut one| {
                if let Some(fields) = one.as_object_mut() {
                    fields.insert("environment".to_owned(), json!(environment.name));
                }
                one
            }));
        }
    }
    json!({
        "at": wording::rfc(outlook.at, zone), "schedules": names, "environments": environments,
        "others": others, "jobs": jobs,
    })
}

/// What was observed of the last days.
fn past_json(off: &OffHours, outlook: &Outlook, diary: &Diary, zone: &TimeZone) -> Option<Value> {
    let past = off.past_savings(&outlook.world, diary, outlook.at)?;
    let members: Vec<Value> = past
        .members
        .iter()
        .map(|(name, seen)| {
            let seen = seen.as_ref();
            json!({
                "id": name,
                "off_seconds": seen.map(|rested| rested.off.as_secs()),
                "usd": seen.and_then(|rested| rested.usd),
                "seen_seconds": seen.map(|rested| rested.seen.as_secs()),
                "seen_from": seen.map(|rested| wording::rfc(rested.seen_from, zone)),
                "seen_by": seen.map(|rested| rested.by.clone()),
            })
        })
        .collect();
    Some(json!({ "from": wording::rfc(past.from, zone), "members": members }))
}

/// Who executes its edges on this machine, where AWS does not: null where that cannot be told.
fn kept(off: &OffHours, zone: &TimeZone) -> Value {
    let (kept, at) = match off.watcher {
        Watcher::Untold => return Value::Null,
        Watcher::Here => (true, None),
        Watcher::Looked(at) => (true, Some(at)),
        Watcher::Nobody(at) => (false, at),
    };
    json!({ "kept": kept, "looked_at": at.map(|at| wording::rfc(at, zone)) })
}

/// One environment's off-hours.
pub(super) fn object(
    (environment, off): (&EnvironmentStatus, &OffHours),
    outlook: &Outlook,
    diary: &Diary,
    zone: &TimeZone,
) -> Value {
    let schedule = &off.routine.schedule;
    let members: Vec<Value> = off
        .sleepers
        .iter()
        .zip(&off.drifts)
        .map(|(it, drift)| {
            json!({
                "kind": it.member.kind.word(),
                "id": it.member.label(),
                "stage": it.member.stage,
                "found": it.id.is_some(),
                "auto_restart_at": it.restarts_at.map(|at| wording::rfc(at, zone)),
                "drift": wording::drift_json(drift, zone),
            })
        })
        .collect();
    let savings = off.savings(&outlook.world, outlook.at).map(|savings| {
        let (usd, unknown) = savings.sum();
        let known = savings.parts.len() > unknown.len();
        json!({
            "off_seconds": savings.hours.off.as_secs(),
            "month_seconds": savings.hours.total.as_secs(),
            "usd": known.then_some(usd),
            "price_unknown": unknown,
            "prices_read_on": crate::schedule::cost::prices::READ_ON,
            "own_prices": savings.own,
        })
    });
    let over = off.over(outlook.at);
    let hold = off.hold(outlook.at);
    json!({
        "name": environment.name,
        "schedule": schedule.name,
        "mode": schedule.mode.word(),
        "timezone": schedule.zone.iana_name(),
        "backend": off.routine.backend.word(),
        "protected": off.exceptions.protect,
        "wanted": wished(off.desired),
        "next": off.next.as_ref().map(|edge| wording::edge_json(edge, zone)),
        "override": over.map(|it| json!({ "state": it.state.word(), "until": wording::rfc(it.until, zone), "by": it.by })),
        "hold": hold.map(|it| json!({ "until": wording::rfc(it.until, zone), "by": it.by })),
        "record": environment.record.group().map_or(Record::TAGS, |_| Record::GROUP),
        "record_unknown": off.record.unknown(),
        "members": members,
        "savings": savings,
        "observed": past_json(off, outlook, diary, zone),
        "schedule_drift": stored::drift(environment, off, outlook),
        "kept": kept(off, zone),
        "others_unknown": environment.others.unknown(),
        "not_enforced": environment.others.bar_enforcing().filter(|_| schedule.mode == Mode::Enforce),
    })
}
