//! Tests of the schedule, by theme, and the schedules they share.

mod expression;
mod foreign;
mod grammar;
mod holidays;
mod lights;
mod oracle;
mod outlook;
mod overrides;
mod power;
mod record;
mod rest;
mod saga;
mod savings;
mod semantics;
mod server;
mod status;
mod tags;
mod tasks_told;
mod toggle;
mod vectors;
mod windows;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::calendar::{date_range, intervals, rds_window, time_of_day, weekdays};
use super::stored::planned_schedules;
use super::*;

pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

pub(super) fn tokyo() -> TimeZone {
    zone("Asia/Tokyo")
}

/// A local time such as `2026-11-20 22:00` in the schedule's zone.
pub(super) fn at(schedule: &Schedule, text: &str) -> Timestamp {
    time_of_day::settle_local(&schedule.zone, text.parse().unwrap()).at
}

/// The way back, with the weekday.
pub(super) fn said(schedule: &Schedule, at: Timestamp) -> String {
    at.to_zoned(schedule.zone.clone()).strftime("%a %m-%d %H:%M").to_string()
}

pub(super) fn jp(closed: &[&str], open: &[&str]) -> Option<Holidays> {
    let ranges = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    let calendar = Calendar {
        builtin: Some(Builtin::JpNationalHolidays),
        closed: ranges(closed),
        open: ranges(open),
        own: Vec::new(),
    };
    Some(Holidays { calendar, policy: HolidayPolicy::Off })
}

/// mon-fri 09:00–22:00 in Tokyo, holidays off, without guard.
pub(super) fn office() -> Schedule {
    let mut schedule = Schedule::new("office", tokyo());
    schedule.on = vec!["mon-fri 09:00-22:00".parse().unwrap()];
    schedule.holidays = jp(&["2026-12-29..2027-01-03"], &[]);
    schedule.override_hard_end = Some("03:00".parse().unwrap());
    schedule
}

pub(super) fn of(zone_name: &str, periods: &[&str]) -> Schedule {
    let mut schedule = Schedule::new("test", zone(zone_name));
    schedule.on = periods.iter().map(|text| text.parse().unwrap()).collect();
    schedule
}

pub(super) fn over(schedule: &Schedule, state: TargetState, until: &str) -> Override {
    Override { state, until: at(schedule, until), by: "tanaka".into(), reason: None }
}

pub(super) fn with_override(over: Override) -> Exceptions {
    Exceptions { over: Some(over), ..Exceptions::default() }
}

/// Edges as `verb when-issued`, between two local times.
pub(super) fn transitions(schedule: &Schedule, exceptions: &Exceptions, from: &str, to: &str) -> Vec<String> {
    Intent::new(schedule, exceptions)
        .transitions(at(schedule, from), at(schedule, to))
        .iter()
        .map(|transition| format!("{} {}", transition.verb.word(), said(schedule, transition.issue_at)))
        .collect()
}

pub(super) fn plain(schedule: &Schedule, from: &str, to: &str) -> Vec<String> {
    transitions(schedule, &Exceptions::default(), from, to)
}

pub(super) const fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}
