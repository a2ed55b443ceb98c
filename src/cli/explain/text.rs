//! An explanation for people: causes with evidence in the order of time, each with its clock in one column; what speaks
//! against it, what was changed before, and advice apart. Pure: text in, text out.

use jiff::{Timestamp, tz::TimeZone};

use crate::diagnosis::explain::{Cause, Evidence, Explanation};
use crate::text::{clock, harmless, moment, span};
use crate::theme::{Role, Theme, mark};
use crate::world::EnvironmentName;

/// How it is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// Colours; `None` for none.
    pub(super) theme: Option<&'a Theme>,
}

impl Shown<'_> {
    fn paint(&self, text: &str, role: Role) -> String {
        match self.theme {
            Some(theme) => theme.ansi(role, &harmless(text)),
            None => harmless(text).into_owned(),
        }
    }

    fn since(&self, at: Option<Timestamp>) -> String {
        at.map(|at| {
            let ago = span(self.now.duration_since(at).as_secs());
            format!(" since {} ({ago})", moment(at, self.now, self.zone))
        })
        .unwrap_or_default()
    }

    /// A line with its clock in one column.
    fn line(&self, at: Option<Timestamp>, text: &str) -> String {
        let time = at.map(|at| clock(at, self.zone)).unwrap_or_default();
        format!("   {} {}\n", self.paint(&format!("{time:>5}"), Role::Dim), harmless(text))
    }
}

/// The whole explanation.
#[must_use]
pub(super) fn sheet(name: &EnvironmentName, it: &Explanation, shown: &Shown<'_>) -> String {
    let (glyph, word, role) = mark(it.health);
    let mut text = format!("{}\n", shown.paint(&format!("{glyph} {name} is {word}{}", shown.since(it.since)), role));
    if it.findings.is_empty() && it.unexplained.is_empty() {
        text.push_str("nothing to explain\n");
    }
    for (at, cause) in it.findings.iter().enumerate() {
        text.push('\n');
        text.push_str(&finding(at + 1, cause, shown));
    }
    if !it.unexplained.is_empty() {
        text.push_str("\nnot explained:\n");
        for one in &it.unexplained {
            text.push_str(&shown.line(one.since, &one.what));
        }
    }
    if !it.missing.is_empty() {
        text.push_str("\nnot read:\n");
        for one in &it.missing {
            let line = format!("{} ({}): would tell {}", one.operation, one.why.replace('_', " "), one.would_tell);
            text.push_str(&format!("   {}\n", harmless(&line)));
        }
    }
    text
}

fn finding(number: usize, cause: &Cause, shown: &Shown<'_>) -> String {
    let (.., role) = mark(cause.health);
    let head = shown.paint(&format!("{number}  {}", cause.message), role);
    let sure = format!("{}{}", cause.confidence.word(), shown.since(cause.since));
    let mut text = format!("{head}  {}\n", shown.paint(&format!("[{sure}]"), Role::Dim));
    for one in &cause.evidence {
        text.push_str(&shown.line(one.at, &one.what));
    }
    text.push_str(&part("against", &cause.against, shown));
    if !cause.changes_before.is_empty() {
        text.push_str("   changed before:\n");
        for event in &cause.changes_before {
            let by = event.by.as_deref().map(|by| format!(", by {by}")).unwrap_or_default();
            text.push_str(&shown.line(Some(event.at), &format!("{}{by}", event.what)));
        }
    }
    if !cause.effects.is_empty() {
        let names: Vec<&str> = cause.effects.iter().map(|effect| effect.name.as_str()).collect();
        text.push_str(&format!("   suffers from it: {}\n", harmless(&names.join(", "))));
    }
    for next in &cause.next {
        text.push_str(&format!("   {}\n", shown.paint(&format!("→ {next}"), Role::Accent)));
    }
    text
}

fn part(title: &str, all: &[Evidence], shown: &Shown<'_>) -> String {
    if all.is_empty() {
        return String::new();
    }
    let lines: String = all.iter().map(|one| shown.line(one.at, &one.what)).collect();
    format!("   {title}:\n{lines}")
}
