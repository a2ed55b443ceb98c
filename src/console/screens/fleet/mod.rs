//! The first screen: which environment is sick, and why. Makes rows of a picture; the page itself
//! is a sheet. Pure.

pub mod view;

use crate::overview::EnvironmentStatus;
use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, tz::TimeZone};

use super::sheet::{Block, Item, RowTarget};
use crate::diagnosis::Finding;
use crate::display::{Cell, Column, Tone, Width};
use crate::environment::Member;
use crate::kinds::Counts;
use crate::kinds::catalog::kind;
use crate::overview::Picture;
use crate::text::{ago, when};
use crate::world::{FaultKind, Health, ResourceId};

/// The columns of the fleet. Where it is narrow STAGE goes first and the verdict is cut next; alarms and what happens next
/// by schedule stay.
const ENVIRONMENT: Column = Column::text("ENVIRONMENT", Width::Fit(8, 28), 9);
const PROTECTED: Column = Column::text("", Width::Fit(1, 1), 9);
const STAGE: Column = Column::text("STAGE", Width::Fit(5, 12), 1);
const VERDICT: Column = Column::text("VERDICT", Width::Fill(20), 8);
const SINCE: Column = Column::figure("SINCE", Width::Fit(5, 9), 4);
const TASKS: Column = Column::figure("TASKS", Width::Fit(5, 7), 5);
const TARGETS: Column = Column::figure("TARGETS", Width::Fit(7, 9), 5);
const DATABASE: Column = Column::text("DATABASE", Width::Fit(8, 14), 3);
const ALARMS: Column = Column::text("ALARMS", Width::Fit(6, 10), 6);
const NEXT: Column = Column::text("NEXT", Width::Fit(5, 21), 6);
const DEPLOYED: Column = Column::figure("DEPLOYED", Width::Fit(8, 9), 2);

/// The columns without what happens next by schedule, and with it where any environment has one.
const COLUMNS: &[Column] = &[ENVIRONMENT, PROTECTED, STAGE, VERDICT, SINCE, TASKS, TARGETS, DATABASE, ALARMS, DEPLOYED];
const WITH_NEXT: &[Column] =
    &[ENVIRONMENT, PROTECTED, STAGE, VERDICT, SINCE, TASKS, TARGETS, DATABASE, ALARMS, NEXT, DEPLOYED];

/// What stands where there are no environments (yet): sentences, worst first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// What is going on, or went wrong.
    pub message: String,
    /// What to do about it, or what happens next.
    pub remedy: String,
    /// Whether it went wrong.
    pub fault: bool,
}

/// The rows of the fleet.
#[must_use]
pub fn blocks(
    picture: &Picture,
    (now, zone): (Timestamp, &TimeZone),
    changed: &BTreeMap<ResourceId, Timestamp>,
    waiting: &[Waiting],
) -> Vec<Block> {
    if picture.environments.is_empty() {
        let items = waiting.iter().enumerate().map(|(at, waiting)| {
            let tone = if waiting.fault { Tone::Fault } else { Tone::Plain };
            Item::prose(
                at.to_string(),
                vec![Cell { text: waiting.message.clone(), tone }, Cell::dim(waiting.remedy.clone())],
            )
        });
        return vec![Block { key: "waiting".to_owned(), items: items.collect(), ..Block::default() }];
    }
    let changed: HashSet<&str> = changed.keys().map(|id| &*id.key).collect();
    let next = picture.environments.iter().any(|environment| environment.offhours.is_some());
    let columns = if next { WITH_NEXT } else { COLUMNS };
    let row = |environment| row(environment, columns, (now, zone), &changed);
    let items = picture.environments.iter().map(row).collect();
    vec![Block { key: "fleet".to_owned(), columns, items, ..Block::default() }]
}

/// An age in one unit, for a column whose heading says what it is the age of.
fn age(at: Timestamp, now: Timestamp) -> String {
    ago(now.duration_since(at).as_secs()).trim_end_matches(" ago").to_owned()
}

fn row(
    environment: &EnvironmentStatus,
    columns: &[Column],
    (now, zone): (Timestamp, &TimeZone),
    changed: &HashSet<&str>,
) -> Item {
    let health = environment.verdict.health;
    let counts = &environment.counts;
    let headline = environment.verdict.headline();
    let aside = environment.offhours.as_ref().and_then(|off| off.aside(now, zone));
    let verdict = match (health, aside) {
        (Health::Well, None) => Cell::dim(headline),
        (Health::Well, Some(aside)) if !aside.starts_with("until") => Cell::dim(format!("{headline} · {aside}")),
        (Health::Well, Some(_)) => Cell::dim(headline),
        (Health::Asleep, Some(aside)) if aside.starts_with("until") => {
            // `asleep until Tue 08:45, wakes to 2 tasks`.
            let rest = headline.strip_prefix("asleep").unwrap_or_default();
            Cell::of(health, format!("asleep {aside}{rest}"))
        }
        (Health::Asleep, Some(aside)) => Cell::of(health, format!("{headline} · {aside}")),
        _ => Cell::of(health, headline),
    };
    let sign = if environment.protected { "■" } else { "" };
    // How long it is sick; the evidence tells the time of day.
    let since = environment.verdict.since.filter(|_| health != Health::Well);
    let next = environment.offhours.as_ref().and_then(|off| off.next_words(now, zone));
    let mut cells = vec![
        Cell::strong(environment.name.as_str()),
        Cell { text: sign.to_owned(), tone: Tone::Protected },
        Cell::or_none(environment.stage.as_deref()),
        verdict,
        since.map_or_else(Cell::none, |at| Cell::of(health, age(at, now))),
        of(
            counts.tasks_running,
            counts.tasks_desired,
            counts.services > 0,
            counts.tasks_running < counts.tasks_desired,
        ),
        of(
            counts.targets_healthy,
            counts.targets_total,
            counts.targets_total > 0,
            counts.targets_healthy < counts.targets_total,
        ),
        database(counts),
        alarms(counts),
    ];
    if columns.len() == WITH_NEXT.len() {
        cells.push(Cell::or_none(next));
    }
    cells.push(Cell::or_none(counts.deployed_at.map(|at| age(at, now))));
    let news = !changed.is_empty() && environment.members.iter().any(|member| changed.contains(&*member.id.key));
    let stale = environment.faults.iter().any(|(_, fault)| {
        use crate::world::FaultKind::{Credentials, Expired, Offline};
        matches!(fault.kind, Credentials | Expired | Offline)
    });
    // What an earlier run read is no more than a memory.
    let stale = stale || environment.recalled.is_some();
    let item = Item::row(environment.name.as_str(), environment.name.as_str(), cells).of(health);
    let behind = behind(environment);
    Item { changed: news, stale, behind, ..item }.to(Some(RowTarget::Environment(environment.name.clone())))
}

/// What a filter finds besides the row: every resource by its name, every cause.
fn behind(environment: &EnvironmentStatus) -> Vec<String> {
    let called = |member: &Member| {
        let singular = kind(member.id.kind).and_then(|kind| kind.shown()).map(|shown| shown.singular);
        format!("{} {}", singular.unwrap_or(member.id.kind.0), member.name)
    };
    let causes = environment.verdict.findings.iter().skip(1).map(|finding| finding.message.clone());
    let project = environment.project.iter().map(|project| format!("system {project}"));
    environment.members.iter().map(called).chain(causes).chain(project).collect()
}

fn of(part: u32, whole: u32, any: bool, short: bool) -> Cell {
    match (any, short) {
        (false, _) => Cell::none(),
        (true, true) => Cell::of(Health::Worrying, format!("{part}/{whole}")),
        (true, false) => Cell::plain(format!("{part}/{whole}")),
    }
}

fn database(counts: &Counts) -> Cell {
    // One word is enough: the worst database speaks for all.
    let Some((health, word)) = counts.databases.iter().max_by_key(|(health, _)| *health) else { return Cell::none() };
    let others = counts.databases.len() - 1;
    let text = if others == 0 { word.clone() } else { format!("{word} +{others}") };
    if *health == Health::Well { Cell::plain(text) } else { Cell::of(*health, text) }
}

fn alarms(counts: &Counts) -> Cell {
    if counts.alarms_firing == 0 && counts.alarms_muted > 0 {
        return Cell::of(Health::Asleep, format!("{} muted", counts.alarms_muted));
    }
    match (counts.alarms_firing, counts.alarms_total) {
        (0, 0) => Cell::none(),
        (0, total) => Cell::plain(format!("0 of {total}")),
        (firing, total) => Cell::of(Health::Bad, format!("{firing} of {total}")),
    }
}

/// The findings that tell why it is as it is: notes on what is well only where nothing else is told.
fn telling(environment: &EnvironmentStatus) -> impl Iterator<Item = &Finding> {
    let findings = &environment.verdict.findings;
    let sick = findings.iter().any(|finding| finding.health != Health::Well);
    findings.iter().filter(move |finding| !sick || finding.health != Health::Well)
}

/// The sentences below the table: why the environment under the cursor is as it is.
#[must_use]
pub fn evidence(environment: &EnvironmentStatus, (now, zone): (Timestamp, &TimeZone)) -> Vec<Cell> {
    let mut message = Vec::new();
    for (at, finding) in telling(environment).enumerate() {
        let since = environment.verdict.since.filter(|_| at == 0 && !finding.message.contains(" since "));
        let since = since.map(|since| format!(" · since {}", when(since, now, zone))).unwrap_or_default();
        message.push(Cell::sentence(finding.health, format!("{}{since}", finding.message)));
        let evidence = finding.evidence.iter().filter(|line| **line != finding.message);
        message.extend(evidence.map(|line| Cell::dim(format!("  {line}"))));
    }
    if message.is_empty() {
        message.push(Cell::of(environment.verdict.health, environment.verdict.headline()));
        message.push(Cell::dim(format!("{} resources, nothing to say about any of them", environment.members.len())));
    }
    // Briefly: what AWS said at length stands among the faults, and must not outshine the cause above.
    for (scope, fault) in environment.faults.iter().take(3) {
        let text = format!("not everything could be read in {scope}: {} (:faults tells more)", fault.brief());
        // What is denied stays so for long: only what went wrong just now is as loud as a cause.
        let tone = if fault.kind == FaultKind::Denied { Tone::Of(Health::Unknown) } else { Tone::Fault };
        message.push(Cell { text, tone });
    }
    message
}

/// `7 environments · 1 bad, 1 worrying`.
#[must_use]
pub fn summary(picture: &Picture) -> String {
    let count = picture.environments.len();
    let mut text = format!("{count} {}", if count == 1 { "environment" } else { "environments" });
    let parts: Vec<String> = [Health::Bad, Health::Worrying, Health::Unknown]
        .into_iter()
        .filter_map(|health| {
            let many = picture.environments.iter().filter(|environment| environment.verdict.health == health).count();
            (many > 0).then(|| format!("{many} {}", health.word()))
        })
        .collect();
    if !parts.is_empty() {
        text.push_str(" · ");
        text.push_str(&parts.join(", "));
    }
    text
}

#[cfg(test)]
mod tests;
