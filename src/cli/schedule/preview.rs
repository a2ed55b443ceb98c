//! `toban schedule preview ENV`: the band of the next days and every edge with its cause; or the same as JSON.
//! Reads and prints; changes nothing.

use crate::overview::EnvironmentStatus;
use serde_json::{Value, json};

use super::super::exit::{Exit, Failure};
use super::{aligned, list, offhours, stored, zone_name};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, change, output};
use crate::engine::headless::Snapshot;
use crate::offhours::OffHours;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::schedule::preview::{Database, Preview, preview_days};
use crate::schedule::timeline::{band, ruler};
use crate::schedule::{Mode, wording};
use crate::text::harmless;

/// Runs it.
///
/// # Errors
/// When nothing could be read, or the environment is not there or has no schedule.
pub(super) async fn run(context: &CommandContext, args: &args::Previewing) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    read::explain(context, &mut snapshot, &|_| false).await?;
    let off = offhours(change::environment(&snapshot, &args.env)?)?;
    let wants = off.past().into_iter().chain(off.maintenance(&snapshot.world, snapshot.at)).collect();
    let unread = stored::told(context, &mut snapshot, wants).await;
    let environment = change::environment(&snapshot, &args.env)?;
    let off = offhours(environment)?;
    let uptime_log = stored::uptime_log(context);
    let days = i64::from(args.days);
    let seen = preview_days(off.intent(), snapshot.at, days, &off.databases(&snapshot.world));
    let text = if args.json {
        format!("{}\n", json((environment, off), &seen, &snapshot, &uptime_log))
    } else {
        page((environment, off), &seen, &snapshot, (args.days, &uptime_log))
    };
    if args.json {
        output::json(&text)?
    } else {
        output::data(&text)?
    };
    if !args.json {
        output::note(&unread);
    }
    Ok(Exit::Done)
}

/// For people, in the schedule's own zone.
pub(crate) fn page(
    (environment, off): (&EnvironmentStatus, &OffHours),
    seen: &Preview,
    snapshot: &Snapshot,
    (days, uptime_log): (u16, &UptimeLog),
) -> String {
    let schedule = &off.routine.schedule;
    let zone = &schedule.zone;
    let mut text = format!("schedule {} ({}, {})\n\n", schedule.name, schedule.mode.word(), zone_name(zone));
    text.push_str(&format!("{:<11}{}\n", "", ruler()));
    for day in band(off.intent(), snapshot.at, usize::from(days).min(7)) {
        let holiday = day.holiday.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
        text.push_str(&format!("{:<11}{}{holiday}\n", day.date.strftime("%a %m-%d").to_string(), day.drawn()));
    }
    text.push('\n');
    let rows: Vec<Vec<String>> = seen
        .lines
        .iter()
        .map(|(at, line)| {
            let (what, why) = wording::line(line, zone);
            vec![at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d").to_string(), what, why]
        })
        .collect();
    text.push_str(&if rows.is_empty() { "no changes\n".to_owned() } else { aligned(&rows) });
    if let Some(message) = off.unkept(snapshot.at, zone) {
        text.push_str(&format!("! {message}\n"));
    }
    if let Some(message) = off.record.sentence() {
        text.push_str(&format!("! {}\n", harmless(message)));
    }
    for warning in &seen.warnings {
        text.push_str(&format!("! {warning}\n"));
    }
    if schedule.mode == Mode::Enforce
        && let Some(why) = environment.others.bar_enforcing()
    {
        text.push_str(&format!("! it is not enforced: {}\n", harmless(&why)));
    }
    for message in stored::worth_a_line(&environment.others, snapshot, zone) {
        text.push_str(&format!("! {}\n", harmless(&message)));
    }
    if let Some(savings) = off.savings(&snapshot.world, snapshot.at) {
        text.push_str(&format!("\nthis month: {savings}\n"));
    }
    if let Some(past) = off.past_savings(&snapshot.world, uptime_log, snapshot.at) {
        text.push_str(&format!("{}\n", past.sentence(snapshot.at)));
    }
    text
}

/// For scripts.
pub(crate) fn json(
    (environment, off): (&EnvironmentStatus, &OffHours),
    seen: &Preview,
    snapshot: &Snapshot,
    uptime_log: &UptimeLog,
) -> Value {
    let zone = &off.routine.schedule.zone;
    let lines: Vec<Value> = seen.lines.iter().map(|(at, line)| wording::line_json(*at, line, zone)).collect();
    let warnings: Vec<String> = seen.warnings.iter().map(ToString::to_string).collect();
    let mut object = list::object((environment, off), snapshot, uptime_log, zone);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("at".to_owned(), json!(wording::rfc(snapshot.at, zone)));
        fields.insert("lines".to_owned(), json!(lines));
        fields.insert("warnings".to_owned(), json!(warnings));
        let pending = |database: &Database| json!({ "id": database.name, "actions": database.pending.actions() });
        let of: Vec<Value> = off.databases(&snapshot.world).iter().map(pending).collect();
        fields.insert("pending_maintenance".to_owned(), json!(of));
        let (others, jobs) = stored::others_json(&environment.others, zone);
        fields.insert("others".to_owned(), json!(others));
        fields.insert("jobs".to_owned(), json!(jobs));
    }
    object
}
