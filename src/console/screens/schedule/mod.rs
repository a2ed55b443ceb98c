//! An environment's schedule: what is and what comes next, the band of seven days, the next fourteen as a list with
//! their causes, who is not as it should be, and what sleeping saves. Makes blocks; the page is a sheet. Pure.

use super::detail::Around;
use super::external_schedulers;
use super::sheet::{Block, Item, RowTarget};
use crate::display::{Align, Cell, Column, Tone, Width};
use crate::offhours::{OffHours, unread};
use crate::overview::EnvironmentStatus;
use crate::schedule::cost::savings::NOT_INCLUDED;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::schedule::preview::{Line, preview};
use crate::schedule::timeline::{Day, band};
use crate::schedule::{Backend, Desired, Mode, PowerAction, Warning, wording};
use crate::world::{Health, SchedulerLiveness};

/// Days in the band.
const WEEK: usize = 7;

/// The hours stand in the heading of the band.
const BAND: &[Column] = &[
    Column { title: "", width: Width::Fit(9, 9), align: Align::Left, keep: 8 },
    Column {
        title: "0   2   4   6   8   10  12  14  16  18  20  22",
        width: Width::Fit(48, 48),
        align: Align::Left,
        keep: 9,
    },
    Column { title: "", width: Width::Fill(8), align: Align::Left, keep: 7 },
];

const LIST: &[Column] = &[
    Column::text("WHEN", Width::Fit(10, 20), 9),
    Column::text("WHAT", Width::Fit(10, 28), 8),
    Column::text("WHY", Width::Fill(10), 7),
];

const SLEEPERS: &[Column] = &[
    Column::text("RESOURCE", Width::Fit(10, 40), 9),
    Column::text("WHAT", Width::Fit(8, 14), 7),
    Column::text("ON SCHEDULE", Width::Fill(14), 8),
];

/// The blocks of the page; `uptime_log` is what the journal saw of stops and starts.
#[must_use]
pub fn blocks(environment: &EnvironmentStatus, around: Around<'_>, uptime_log: &UptimeLog) -> Vec<Block> {
    let others = external_schedulers::of_environment(&environment.others, around);
    let Some(off) = environment.offhours.as_deref() else {
        return std::iter::once(none(environment)).chain(others).collect();
    };
    let week = band(off.intent(), around.now, WEEK);
    let mut blocks = vec![head(environment, off, around), days(&week, off)];
    let seen = preview(off.intent(), around.now, &off.databases(around.world));
    blocks.push(list(&seen.lines, off, around));
    if !seen.warnings.is_empty() {
        blocks.push(warnings(&seen.warnings));
    }
    blocks.extend(others);
    blocks.push(scheduled_members(off, around));
    blocks.extend(at_aws(environment, off, around));
    blocks.push(saved(off, around, uptime_log));
    blocks
}

fn none(environment: &EnvironmentStatus) -> Block {
    let message = format!("{} has no schedule", environment.name);
    let how = format!(
        "`:office-hours` gives it one in three answers; or write `schedule = \"…\"` in [environment.\"{}\"] of the configuration",
        environment.name
    );
    let item = Item::prose("none", vec![Cell::plain(message), Cell::dim(how)]);
    Block { key: "none".to_owned(), items: vec![item], ..Block::default() }
}

fn head(environment: &EnvironmentStatus, off: &OffHours, around: Around<'_>) -> Block {
    let schedule = &off.routine.schedule;
    // The whole page is in the schedule's zone; a reader elsewhere is told what their clock shows besides.
    let told = |at| wording::told(at, around.now, &schedule.zone, around.zone);
    let now = around.now;
    let is = match off.desired {
        Desired::On => "should be up",
        Desired::Off => "should be asleep",
        Desired::Any => "no state is scheduled now",
    };
    let next = off.next.as_ref().map_or_else(
        || "no change in the next 60 days".to_owned(),
        |transition| {
            let when = told(transition.issue_at);
            format!("next: {} {when} ({})", wording::whole(transition.verb), wording::cause(&transition.cause))
        },
    );
    let mut items = vec![Item::prose("is", vec![Cell::strong(format!("{is} · {next}"))])];
    let mut say = |key: &str, cell: Cell| items.push(Item::prose(key, vec![cell]));
    if off.exceptions.protect {
        say("protect", Cell { text: "protected: it never sleeps by schedule".to_owned(), tone: Tone::Protected });
    }
    if let Some(over) = off.over(now) {
        let by = if over.by.is_empty() { "somebody" } else { &over.by };
        let text = format!("override: {} until {}, by {by}", over.state.word(), told(over.until));
        say("override", Cell::of(Health::Changing, text));
    }
    if let Some(hold) = off.hold(now) {
        let by = if hold.by.is_empty() { "somebody" } else { &hold.by };
        say("hold", Cell::of(Health::Changing, format!("hold: until {}, by {by}", told(hold.until))));
    }
    let who = match off.routine.backend {
        Backend::EventBridge => {
            let group = format!("group {} at EventBridge Scheduler", off.routine.group_of(environment.name.as_str()));
            match off.watcher {
                SchedulerLiveness::Here => {
                    format!("{group}; drift is corrected by this console")
                }
                SchedulerLiveness::Looked(_) => {
                    format!("{group}; drift is corrected from this machine")
                }
                SchedulerLiveness::Untold | SchedulerLiveness::Nobody(_) => group,
            }
        }
        Backend::Local => match off.watcher {
            SchedulerLiveness::Here => "this console while it is open, or `toban schedule run`".to_owned(),
            SchedulerLiveness::Looked(at) => {
                format!("`toban schedule run` on this machine, which looked at {}", told(at))
            }
            SchedulerLiveness::Untold | SchedulerLiveness::Nobody(_) => {
                "`toban schedule run`, or a console while it is open".to_owned()
            }
        },
        Backend::Observe => "not executed: the schedule is only shown".to_owned(),
    };
    say("who", Cell::dim(format!("executed by {who}")));
    if let Some(group) = environment.record.group() {
        say(
            "record",
            Cell::dim(format!("overrides, holds and what services had are written on the schedule group {group}")),
        );
    }
    if let Some(message) = off.record.sentence() {
        let health = if off.record.unknown().is_some() { Health::Worrying } else { Health::Unknown };
        say("standing", Cell::of(health, message));
    }
    if let Some(message) = off.unkept(now, &schedule.zone) {
        say("unkept", Cell::of(Health::Worrying, message));
    }
    if schedule.mode == Mode::Enforce
        && let Some(why) = environment.others.bar_enforcing()
    {
        say("enforce", Cell::of(Health::Worrying, format!("it is not enforced: {why}")));
    }
    let zone = schedule.zone.iana_name().unwrap_or("?");
    let title = format!("schedule {} · {} · {zone}", schedule.name, schedule.mode.word());
    Block { key: "head".to_owned(), title, items, ..Block::default() }
}

fn days(week: &[Day], off: &OffHours) -> Block {
    let zone = &off.routine.schedule.zone;
    let items = week.iter().map(|day| {
        let mut message: Vec<String> = day.holiday.clone().into_iter().collect();
        message.extend(day.transitions.iter().map(|transition| wording::transition(transition, zone)));
        let date = day.date.strftime("%a %m-%d").to_string();
        let tone = if day.holiday.is_some() { Tone::Of(Health::Asleep) } else { Tone::Plain };
        let cells = vec![Cell { text: date, tone }, Cell::plain(day.drawn()), Cell::dim(message.join(" · "))];
        Item::row(day.date.to_string(), day.date.to_string(), cells)
    });
    let title = "seven days · █ up ▒ asleep ▓ kept up ░ kept asleep ╌ gone by ┃ now".to_owned();
    Block { key: "band".to_owned(), title, columns: BAND, items: items.collect(), ..Block::default() }
}

fn list(lines: &[(jiff::Timestamp, Line)], off: &OffHours, around: Around<'_>) -> Block {
    let zone = &off.routine.schedule.zone;
    let items = lines.iter().enumerate().map(|(at, (when, line))| {
        let (what, why) = wording::line(line, zone);
        let strong = match line {
            Line::Edge(transition) if transition.cause == crate::schedule::Cause::Guard => Cell::dim(what),
            Line::Edge(transition) if transition.verb == PowerAction::Stop => Cell::of(Health::Asleep, what),
            Line::Edge(_) => Cell::plain(what),
            Line::DayOff { .. } | Line::AutoRestart(_) => Cell::dim(what),
        };
        let day = when.to_zoned(zone.clone()).strftime("%a %Y-%m-%d").to_string();
        let name = format!("{} {why}", wording::moment(*when, around.zone));
        Item::row(at.to_string(), name, vec![Cell::plain(day), strong, Cell::dim(why)])
    });
    Block {
        key: "list".to_owned(),
        title: "next fourteen days".to_owned(),
        columns: LIST,
        items: items.collect(),
        empty: "no changes".to_owned(),
        ..Block::default()
    }
}

fn warnings(warnings: &[Warning]) -> Block {
    let item = |(at, warning): (usize, &Warning)| {
        let text = warning.to_string();
        Item::prose(at.to_string(), vec![Cell::of(Health::Worrying, text)])
    };
    let items = warnings.iter().enumerate().map(item).collect();
    Block { key: "warnings".to_owned(), title: "notes".to_owned(), items, ..Block::default() }
}

fn scheduled_members(off: &OffHours, around: Around<'_>) -> Block {
    let drifted = off.drifted(around.now, around.zone);
    let items = off.scheduled_members.iter().map(|it| {
        let message = drifted.iter().find(|(other, _)| other.arn == it.arn).map(|(_, message)| message.clone());
        let gone = it.id.is_none().then(|| "it is not there: take it out of the configuration".to_owned());
        let cell = match message.or(gone) {
            Some(message) => Cell::of(Health::Worrying, message),
            None => Cell::dim("yes"),
        };
        let cells = vec![Cell::plain(it.member.label()), Cell::dim(it.member.kind.word()), cell];
        Item::row(it.arn.clone(), it.member.label(), cells).to(it.id.clone().map(RowTarget::Resource))
    });
    Block {
        key: "sleepers".to_owned(),
        title: "members, in the order they wake".to_owned(),
        columns: SLEEPERS,
        items: items.collect(),
        empty: "nothing here can sleep".to_owned(),
        ..Block::default()
    }
}

/// How what AWS holds differs from what was computed: another matter than whether a resource is as it should be.
fn at_aws(environment: &EnvironmentStatus, off: &OffHours, around: Around<'_>) -> Option<Block> {
    let scope = environment.schedule_place().filter(|_| off.routine.backend == Backend::EventBridge)?;
    let cell = match (off.schedule_drift(environment, around.world, around.now), unread(&scope, around.world)) {
        (Some(differences), _) if differences.is_empty() => vec![Cell::dim("up to date".to_owned())],
        (Some(differences), _) => {
            let message = differences.into_iter().map(|message| Cell::of(Health::Worrying, message));
            message.chain([Cell::dim("the action sync writes the differences".to_owned())]).collect()
        }
        (None, Some((kind, Some(fault)))) => {
            vec![Cell::of(Health::Unknown, format!("not known ({kind}): {}", fault.sentence()))]
        }
        (None, _) => vec![Cell::dim("being read…".to_owned())],
    };
    let items = cell.into_iter().enumerate().map(|(at, cell)| Item::prose(format!("held {at}"), vec![cell])).collect();
    Some(Block { key: "at-aws".to_owned(), title: "schedules at AWS".to_owned(), items, ..Block::default() })
}

fn saved(off: &OffHours, around: Around<'_>, uptime_log: &UptimeLog) -> Block {
    let message = off.savings(around.world, around.now).map_or_else(
        || "how long it is off is not known: people start it by hand".to_owned(),
        |savings| format!("planned this month: {savings}"),
    );
    let past = off
        .past_savings(around.world, uptime_log, around.now)
        .map(|past| Cell::plain(format!("observed: {}", past.sentence(around.now))));
    let cells = [Some(Cell::plain(message)), past, Some(Cell::dim(NOT_INCLUDED))].into_iter().flatten().collect();
    let items = vec![Item::prose("saved", cells)];
    Block { key: "saved".to_owned(), title: "hours and costs".to_owned(), items, ..Block::default() }
}

#[cfg(test)]
mod tests;
