//! `toban timeline ENV`: what happened to an environment, oldest first, as lines or as one JSON document. Reads through
//! the headless engine; what could not be read is told.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::args;
use super::exit::{Exit, Failure};
use super::explain::{chosen, entries, keep, memory, remembered, resource};
use super::interrupt::interrupt;
use super::output;
use super::read;
use super::read::CommandContext;
use crate::config::Dirs;
use crate::engine::explanation::{events, happened, own_events, read_timeline};
use crate::text::{harmless, stamp};
use crate::timeline::Event;
use crate::world::EnvironmentName;

/// Runs it.
///
/// # Errors
/// When nothing could be read, or the environment is not there.
pub(super) async fn run(
    context: &CommandContext,
    args: &args::Timeline,
    dirs: &Dirs,
    demo: bool,
) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let name = chosen(&snapshot, &args.env)?.name.clone();
    let from = snapshot.at.checked_sub(args.since).unwrap_or(snapshot.at);
    output::progress("reading what happened");
    let missing = tokio::select! {
        missing = read_timeline(&*context.cloud, &mut snapshot, &name, from) => Ok(missing),
        () = interrupt() => Err(Failure::new(Exit::Interrupted, "")),
    };
    output::progress("");
    let missing = missing?;
    let status = chosen(&snapshot, name.as_str())?;
    let memory = memory(dirs, demo);
    let mut own = own_events(&entries(dirs, demo), status);
    own.extend(remembered(memory.as_ref(), status, (from, snapshot.at)));
    let zone = &context.view.zone;
    let told = events(&snapshot.world, status, &own, (from, snapshot.at), (snapshot.at, zone));
    if let Some(memory) = &memory {
        let seen = happened(&snapshot.world, status, (from, snapshot.at), (snapshot.at, zone));
        keep(memory, status, snapshot.at, &seen);
    }
    if args.json {
        let document = document(&name, &told, ((from, snapshot.at), &missing), zone);
        output::json(&format!("{document:#}\n"))?;
    } else {
        output::data(&sheet(&told, &missing, args.since, zone))?;
    }
    Ok(Exit::Done)
}

type MissingPart = (String, &'static str, &'static str);

fn document(
    name: &EnvironmentName,
    told: &[Event],
    ((from, to), missing): ((Timestamp, Timestamp), &[MissingPart]),
    zone: &TimeZone,
) -> Value {
    let event = |event: &Event| {
        json!({
            "at": stamp(event.at, zone),
            "kind": event.kind.word(),
            "resource": event.subject.as_ref().map(|subject| resource(&subject.id, &subject.name)),
            "what": event.what,
            "by": event.by,
            "source": event.source,
            "times": event.times,
            "until": event.until.map(|at| stamp(at, zone)),
            "detail": event.detail,
            "learned": event.learned.map(|at| stamp(at, zone)),
        })
    };
    let missing = missing
        .iter()
        .map(|(operation, why, tells)| json!({ "operation": operation, "why": why, "would_tell": tells }));
    json!({
        "environment": name,
        "from": stamp(from, zone),
        "to": stamp(to, zone),
        "events": told.iter().map(event).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
    })
}

/// For people: a line an event, with its clock, its kind and its resource in columns.
fn sheet(told: &[Event], missing: &[MissingPart], since: SignedDuration, zone: &TimeZone) -> String {
    let mut text = String::new();
    if told.is_empty() {
        text.push_str(&format!("nothing happened within {}\n", crate::text::span(since.as_secs())));
    }
    let kinds = told.iter().map(|event| event.kind.word().len()).max().unwrap_or_default();
    let names: Vec<String> = told
        .iter()
        .map(|event| event.subject.as_ref().map(|it| harmless(&it.name).into_owned()).unwrap_or_default())
        .collect();
    let wide = names.iter().map(|name| crate::text::width(name)).max().unwrap_or_default().min(32);
    let mut day = None;
    for (event, name) in told.iter().zip(&names) {
        let local = event.at.to_zoned(zone.clone());
        if day != Some(local.date()) {
            text.push_str(&format!("── {} ──\n", local.strftime("%a %Y-%m-%d")));
            day = Some(local.date());
        }
        let times = match (event.times, event.until) {
            (1, _) => String::new(),
            (times, Some(until)) => format!(" ({times} times until {})", crate::text::clock(until, zone)),
            (times, None) => format!(" ({times} times)"),
        };
        let by = event.by.as_deref().map(|by| format!(", by {by}")).unwrap_or_default();
        let line = format!("{}{times}{by}", event.what);
        let kind = format!("{:kinds$}", event.kind.word());
        text.push_str(&format!(
            "{}  {kind}  {}  {}\n",
            local.strftime("%H:%M:%S"),
            crate::text::fit(name, wide),
            harmless(&line)
        ));
    }
    for (operation, why, tells) in missing {
        text.push_str(&format!("not read: {operation} ({}): would tell {tells}\n", why.replace('_', " ")));
    }
    text
}

/// `3h`, `45m`, `2d`.
///
/// # Errors
/// A sentence, where it is no span of time.
pub(super) fn span_of(text: &str) -> Result<SignedDuration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<i64>().ok());
    let span = match days {
        Some(days) => SignedDuration::from_hours(days.checked_mul(24).unwrap_or(i64::MAX / 3600)),
        None => text.parse().map_err(|_| "must be a span of time, such as 45m, 3h or 2d".to_owned())?,
    };
    if span <= SignedDuration::ZERO || span > SignedDuration::from_hours(24 * 90) {
        return Err("must be more than nothing and at most 90 days".to_owned());
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::kinds::testing_samples::{ago, now, scope, service, tokyo};
    use crate::timeline::EventKind;
    use crate::world::Resource;

    #[rstest]
    #[case("3h", Some(10_800))]
    #[case("45m", Some(2_700))]
    #[case("2d", Some(172_800))]
    #[case("0h", None)]
    #[case("91d", None)]
    #[case("soon", None)]
    #[case("99999999999999999999d", None)]
    fn spans(#[case] text: &str, #[case] seconds: Option<i64>) {
        assert_eq!(span_of(text).ok().map(|span| span.as_secs()), seconds);
    }

    fn told() -> Vec<Event> {
        let id = service().id(&scope());
        let mut repeated =
            Event::new(ago(40), EventKind::ServiceEvent, "ecs:DescribeServices", "is unable \u{202e}to place a task");
        repeated = repeated.about(id.clone(), "Backend");
        repeated.times = 4;
        repeated.until = Some(ago(10));
        let change = Event::new(ago(7), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
            .about(id, "Backend")
            .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
        vec![repeated, change]
    }

    #[test]
    fn a_sheet_has_a_line_an_event() {
        let missing = vec![("logs:GetLogEvents".to_owned(), "denied", "more")];
        insta::assert_snapshot!(sheet(&told(), &missing, SignedDuration::from_hours(3), &tokyo()));
        assert!(sheet(&[], &[], SignedDuration::from_hours(3), &tokyo()).contains("nothing happened within 3 h"));
    }

    #[test]
    fn the_document_has_the_fields_it_promises() {
        let document = document(&EnvironmentName::from("city-prod"), &told(), ((ago(60), now()), &[]), &tokyo());
        insta::assert_snapshot!(serde_json::to_string_pretty(&document).expect("it is JSON"));
    }
}
