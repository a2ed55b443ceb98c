//! `toban schedule list`: every environment that has a schedule, what should be, what comes next and why, and what
//! is not as it should be.

use crate::overview::EnvironmentStatus;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::exit::{Exit, Failure};
use super::{aligned, stored};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, output};
use crate::engine::headless::Snapshot;
use crate::offhours::OffHours;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::schedule::{Desired, Mode, Record, Schedule, wording};
use crate::text::harmless;
use crate::world::SchedulerLiveness;
use crate::world::read_request::ReadRequest;

/// Runs it.
///
/// # Errors
/// When nothing could be read.
pub(super) async fn run(context: &CommandContext, args: &args::Listing) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let mut unread = stored::read(context, &mut snapshot).await;
    // Why something drifts is told by what is read for the past.
    read::explain(context, &mut snapshot, &|_| false).await?;
    let past: Vec<ReadRequest> = scheduled(&snapshot).flat_map(|(_, off)| off.past()).collect();
    unread.push_str(&stored::told(context, &mut snapshot, past).await);
    let (zone, uptime_log) = (&context.view.zone, stored::uptime_log(context));
    let text = if args.json {
        format!("{}\n", json(&snapshot, &context.view.configured_environments.schedules, &uptime_log, zone))
    } else {
        table(&snapshot, &context.view.configured_environments.schedules, &uptime_log, zone)
    };
    if args.json {
        output::json(&text)?
    } else {
        output::data(&text)?
    };
    if !args.json {
        output::note(&read::faults(&snapshot));
        output::note(&unread);
    }
    Ok(Exit::Done)
}

fn scheduled(snapshot: &Snapshot) -> impl Iterator<Item = (&EnvironmentStatus, &OffHours)> {
    snapshot.picture.environments.iter().filter_map(|it| Some((it, it.offhours.as_deref()?)))
}

const fn wished(desired: Desired) -> &'static str {
    match desired {
        Desired::On => "running",
        Desired::Off => "stopped",
        Desired::Any => "any",
    }
}

/// For people.
pub(crate) fn table(snapshot: &Snapshot, schedules: &[Schedule], uptime_log: &UptimeLog, zone: &TimeZone) -> String {
    let headings = ["ENVIRONMENT", "SCHEDULE", "BACKEND", "DESIRED", "NEXT", "WHY", "DRIFT"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for (environment, off) in scheduled(snapshot) {
        let drifted = off.drifted(snapshot.at, zone);
        let drift: Vec<String> =
            drifted.iter().map(|(it, message)| format!("{} {message}", it.member.label())).collect();
        let none = || "–".to_owned();
        rows.push(vec![
            environment.name.to_string(),
            off.routine.schedule.name.clone(),
            off.routine.backend.word().to_owned(),
            wished(off.desired).to_owned(),
            off.next_words(snapshot.at, zone).unwrap_or_else(none),
            off.next.as_ref().map_or_else(none, |transition| wording::cause(&transition.cause)),
            if drift.is_empty() { "none".to_owned() } else { drift.join("; ") },
        ]);
    }
    let mut text = if rows.len() > 1 { aligned(&rows) } else { "no environment has a schedule\n".to_owned() };
    for (environment, off) in scheduled(snapshot) {
        if let Some(message) = off.unkept(snapshot.at, zone) {
            text.push_str(&format!("! {}: {message}\n", environment.name));
        }
        if let Some(message) = off.record.sentence() {
            text.push_str(&format!("! {}: {}\n", environment.name, harmless(message)));
        }
    }
    for (environment, off) in scheduled(snapshot) {
        for message in stored::drift(environment, off, snapshot).iter().flatten() {
            text.push_str(&format!("! {}: at AWS {message}\n", environment.name));
        }
    }
    for (environment, others) in stored::others_of(snapshot, zone) {
        for message in stored::worth_a_line(&others, snapshot, zone) {
            text.push_str(&format!("! {}: {}\n", environment.name, harmless(&message)));
        }
    }
    for (environment, off) in scheduled(snapshot) {
        if let Some(past) = off.past_savings(&snapshot.world, uptime_log, snapshot.at) {
            text.push_str(&format!("{}: {}\n", environment.name, harmless(&past.sentence(snapshot.at))));
        }
    }
    let unused: Vec<&str> = schedules
        .iter()
        .map(|schedule| schedule.name.as_str())
        .filter(|name| !scheduled(snapshot).any(|(_, off)| off.routine.schedule.name == *name))
        .collect();
    if !unused.is_empty() {
        text.push_str(&format!("unused schedules: {}\n", unused.join(", ")));
    }
    text
}

/// For scripts.
pub(crate) fn json(snapshot: &Snapshot, schedules: &[Schedule], uptime_log: &UptimeLog, zone: &TimeZone) -> Value {
    let environments: Vec<Value> = scheduled(snapshot).map(|it| object(it, snapshot, uptime_log, zone)).collect();
    let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    let (mut others, mut jobs) = (Vec::new(), Vec::new());
    for (environment, found) in stored::others_of(snapshot, zone) {
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
        "at": wording::rfc(snapshot.at, zone), "schedules": names, "environments": environments,
        "others": others, "jobs": jobs,
    })
}

/// What was observed of the last days.
fn past_json(off: &OffHours, snapshot: &Snapshot, uptime_log: &UptimeLog, zone: &TimeZone) -> Option<Value> {
    let past = off.past_savings(&snapshot.world, uptime_log, snapshot.at)?;
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
        SchedulerLiveness::Untold => return Value::Null,
        SchedulerLiveness::Here => (true, None),
        SchedulerLiveness::Looked(at) => (true, Some(at)),
        SchedulerLiveness::Nobody(at) => (false, at),
    };
    json!({ "kept": kept, "looked_at": at.map(|at| wording::rfc(at, zone)) })
}

/// One environment's off-hours.
pub(super) fn object(
    (environment, off): (&EnvironmentStatus, &OffHours),
    snapshot: &Snapshot,
    uptime_log: &UptimeLog,
    zone: &TimeZone,
) -> Value {
    let schedule = &off.routine.schedule;
    let members: Vec<Value> = off
        .scheduled_members
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
    let savings = off.savings(&snapshot.world, snapshot.at).map(|savings| {
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
    let over = off.over(snapshot.at);
    let hold = off.hold(snapshot.at);
    json!({
        "name": environment.name,
        "schedule": schedule.name,
        "mode": schedule.mode.word(),
        "timezone": schedule.zone.iana_name(),
        "backend": off.routine.backend.word(),
        "protected": off.exceptions.protect,
        "wanted": wished(off.desired),
        "next": off.next.as_ref().map(|transition| wording::edge_json(transition, zone)),
        "override": over.map(|it| json!({ "state": it.state.word(), "until": wording::rfc(it.until, zone), "by": it.by })),
        "hold": hold.map(|it| json!({ "until": wording::rfc(it.until, zone), "by": it.by })),
        "record": environment.record.group().map_or(Record::TAGS, |_| Record::GROUP),
        "record_unknown": off.record.unknown(),
        "members": members,
        "savings": savings,
        "observed": past_json(off, snapshot, uptime_log, zone),
        "schedule_drift": stored::drift(environment, off, snapshot),
        "kept": kept(off, zone),
        "others_unknown": environment.others.unknown(),
        "not_enforced": environment.others.bar_enforcing().filter(|_| schedule.mode == Mode::Enforce),
    })
}
