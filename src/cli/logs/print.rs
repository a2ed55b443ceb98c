//! How lines are printed: for people with a coloured short name of their task, for scripts one JSON object a line. No
//! reading, no deciding.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::output;
use crate::cli::args;
use crate::cli::exit::Failure;
use crate::cli::read::CommandContext;
use crate::logs::feed::Feed;
use crate::logs::filter::LineFilter;
use crate::logs::store::{Kind, Line};
use crate::logs::{Level, LineKey, Origin};
use crate::text::{align, harmless};
use crate::theme::{Role, Theme};
use crate::world::EnvironmentName;

/// Prints lines of an environment.
pub(super) struct Printer<'d> {
    environment: EnvironmentName,
    zone: TimeZone,
    theme: Option<&'d Theme>,
    json: bool,
    /// What AWS cannot look for in files is looked for here.
    grep: Option<LineFilter>,
    /// How many lines were printed.
    pub(super) printed: u64,
}

/// The time of a line with its offset, as precise as AWS tells it.
fn stamp(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone());
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// The role of a level.
fn role(level: Level) -> Role {
    match level {
        Level::Fatal | Level::Error => Role::Bad,
        Level::Warn => Role::Worrying,
        Level::Debug => Role::Dim,
        Level::None | Level::Info => Role::Text,
    }
}

impl<'d> Printer<'d> {
    pub(super) fn new(context: &'d CommandContext, args: &args::Logs, environment: EnvironmentName) -> Self {
        // A pattern of AWS's own syntax is no text.
        let plain = args.grep.as_deref().filter(|text| !text.starts_with(['{', '[', '?', '%']));
        Self {
            environment,
            zone: context.view.zone.clone(),
            theme: context.paint.as_ref(),
            json: args.json,
            grep: plain.map(LineFilter::literal),
            printed: 0,
        }
    }

    fn paint(&self, role: Role, text: &str) -> String {
        match self.theme {
            Some(theme) if !text.is_empty() => theme.ansi(role, text),
            _ => text.to_owned(),
        }
    }

    /// Says something beside the lines.
    pub(super) fn note(&mut self, text: &str) -> Result<(), Failure> {
        if self.json {
            output::json(&format!("{}\n", json!({ "note": text })))?;
        } else {
            output::note(&format!("toban: {text}\n"));
        }
        Ok(())
    }

    /// Prints the lines of these keys; `false` if nobody reads them any more.
    pub(super) fn lines(&mut self, feed: &Feed, keys: impl Iterator<Item = LineKey>) -> Result<bool, Failure> {
        let mut text = String::new();
        for line in keys.filter_map(|key| feed.store.find(key)) {
            let files = matches!(origin(feed, &line), Some(Origin::Files { .. }));
            let wanted =
                line.kind != Kind::Line || !files || self.grep.as_ref().is_none_or(|grep| grep.wants(line.text));
            if wanted {
                text.push_str(&if self.json { self.document(feed, &line) } else { self.line(feed, &line) });
                text.push('\n');
                self.printed += u64::from(line.kind == Kind::Line);
            }
        }
        match (text.is_empty(), self.json) {
            (true, _) => Ok(true),
            (false, true) => output::json(&text),
            (false, false) => output::data(&text),
        }
    }

    fn line(&self, feed: &Feed, line: &Line<'_>) -> String {
        let at = self.paint(Role::Dim, &stamp(line.key.at, &self.zone));
        match line.kind {
            Kind::Mark => format!("{at} {}", self.paint(Role::Accent, &format!("── {}", harmless(line.text)))),
            Kind::Gap => format!("{at} {}", self.paint(Role::Fault, &format!("╌╌ {}", harmless(line.text)))),
            Kind::Line => {
                let stream = feed.store.stream(line.stream);
                let source = stream.and_then(|stream| feed.tail.source(stream.source));
                let short = stream.map_or("", |stream| &*stream.told.short);
                let who = source.map(|source| match &source.container {
                    Some(container) => format!("{}/{container}", source.name),
                    None => source.name.clone(),
                });
                let short = self.paint(Role::lane(short), &align(&harmless(short), 6, crate::text::Align::Left));
                let who = self.paint(Role::Dim, &harmless(&who.unwrap_or_default()));
                format!("{at} {short} {who} {}", self.paint(role(line.level), &harmless(line.text)))
            }
        }
    }

    fn document(&self, feed: &Feed, line: &Line<'_>) -> String {
        let document: Value = match line.kind {
            Kind::Mark => json!({ "note": line.text, "at": stamp(line.key.at, &self.zone) }),
            Kind::Gap => {
                let to = feed.gap_end(line.key).map(|to| stamp(to, &self.zone));
                json!({ "gap": { "from": stamp(line.key.at, &self.zone), "to": to, "why": line.text } })
            }
            Kind::Line => {
                let stream = feed.store.stream(line.stream);
                let group = match origin(feed, line) {
                    Some(Origin::Group { group, .. }) => Some(group.clone()),
                    Some(Origin::Files { .. }) | None => None,
                };
                let source = stream.and_then(|stream| feed.tail.source(stream.source));
                let container = stream.and_then(|stream| stream.told.container.as_deref());
                json!({
                    "at": stamp(line.key.at, &self.zone),
                    "environment": self.environment,
                    "group": group,
                    "stream": stream.map(|stream| &*stream.name),
                    "task": stream.and_then(|stream| stream.told.task.as_deref()),
                    "container": container.or_else(|| source.and_then(|source| source.container.as_deref())),
                    "message": line.text,
                })
            }
        };
        document.to_string()
    }

    /// Prints the templates, worst first; what is new since `since` is said to be.
    pub(super) fn templates(&mut self, feed: &Feed, since: Option<Timestamp>) -> Result<(), Failure> {
        // Whether something is new can only be told where lines from before were read.
        let from = feed.tail.span().from;
        let since = since.filter(|since| *since > from).map(|since| since.as_millisecond());
        let mut text = String::new();
        for template in feed.miner.worst_first(since) {
            let new = since.map(|since| template.first >= since);
            let (first, last) = (stamp(template.first, &self.zone), stamp(template.last, &self.zone));
            if self.json {
                let level = Some(template.level.word()).filter(|word| !word.is_empty());
                let document = json!({
                    "template": template.text(), "count": template.count, "level": level,
                    "first": first, "last": last, "new": new,
                });
                text.push_str(&document.to_string());
            } else {
                let sign = if new == Some(true) { "new" } else { "" };
                let words = self.paint(role(template.level), &harmless(&template.text()));
                let clock = |stamp: &str| stamp.get(11..19).unwrap_or_default().to_owned();
                text.push_str(&format!(
                    "{:>7}  {:<5}  {:<3}  {}  {}  {words}",
                    template.count,
                    template.level.word(),
                    sign,
                    clock(&first),
                    clock(&last)
                ));
            }
            text.push('\n');
            self.printed += 1;
        }
        let heading =
            format!("{:>7}  {:<5}  {:<3}  {:<8}  {:<8}  TEMPLATE\n", "COUNT", "LEVEL", "NEW", "FIRST", "LAST");
        if self.json {
            output::json(&text)?
        } else {
            output::data(&format!("{heading}{text}"))?
        };
        Ok(())
    }
}

fn origin<'f>(feed: &'f Feed, line: &Line<'_>) -> Option<&'f Origin> {
    let stream = feed.store.stream(line.stream)?;
    feed.tail.source(stream.source).map(|source| &source.origin)
}
