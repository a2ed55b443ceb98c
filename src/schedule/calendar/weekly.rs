//! A schedule as an ordinary week by the clock on the wall: when it stops and starts if no holiday and no
//! exception comes between. Pure; what recurs on the server is made from this.

use crate::schedule::model::{Guard, Mode, Schedule};

/// Minutes in a week.
const WEEK: i64 = 7 * 24 * 60;

/// A start of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct WeeklyStart {
    /// Day of the start, Monday is 0.
    pub(crate) day: i64,
    /// Minute of that day.
    pub(crate) minute: i64,
    /// How many minutes earlier to issue it.
    pub(crate) lead: i64,
}

/// Joined on-spans of a week in minutes since Monday 00:00; an end may lie in the next week.
fn spans(schedule: &Schedule) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for period in &schedule.on {
        for day in period.days().iter() {
            let midnight = i64::from(day.to_monday_zero_offset()) * 1440;
            let (from, to) = (midnight + i64::from(period.from().minutes()), midnight + period.end_minutes());
            // Last week's and next week's copies let spans join across Sunday night.
            spans.extend([-WEEK, 0, WEEK].map(|week| (from + week, to + week)));
        }
    }
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, last)) if from <= *last => *last = (*last).max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// How many minutes before `from` its start is issued: the lead, unless the stop before it is nearer.
fn lead_before(schedule: &Schedule, spans: &[(i64, i64)], from: i64) -> i64 {
    let ended = spans.iter().map(|(_, to)| *to).filter(|to| *to < from).max().unwrap_or(i64::MIN / 2);
    schedule.start_lead.as_mins().min(from - ended)
}

/// The stops of a week as (day, minute), Monday is 0. With a guard the latest one is on every day. None of
/// those that, made `shift` minutes later, would meet the next start.
pub(crate) fn stops(schedule: &Schedule, shift: i64) -> Vec<(i64, i64)> {
    if schedule.mode == Mode::StopOnly {
        return schedule
            .stop
            .iter()
            .flat_map(|stop| {
                stop.days.iter().map(|day| (i64::from(day.to_monday_zero_offset()), i64::from(stop.at.minutes())))
            })
            .collect();
    }
    let spans = spans(schedule);
    let mut minutes: Vec<i64> = spans.iter().map(|(_, to)| *to).filter(|to| (0..WEEK).contains(to)).collect();
    if let Some(end) = schedule.latest_end().filter(|_| schedule.guard == Guard::Daily) {
        let daily = (0..7).map(|day| day * 1440 + i64::from(end.minutes()));
        minutes.extend(daily.filter(|minute| !spans.iter().any(|(from, to)| from <= minute && minute < to)));
    }
    minutes.retain(|minute| {
        !spans.iter().any(|(from, _)| {
            let issued = from - lead_before(schedule, &spans, *from);
            minute < from && issued <= *minute + shift
        })
    });
    minutes.sort_unstable();
    minutes.dedup();
    minutes.into_iter().map(|minute| (minute.div_euclid(1440), minute.rem_euclid(1440))).collect()
}

/// The starts of a week.
pub(crate) fn starts(schedule: &Schedule) -> Vec<WeeklyStart> {
    let spans = spans(schedule);
    spans
        .iter()
        .map(|(from, _)| *from)
        .filter(|from| (0..WEEK).contains(from))
        .map(|from| WeeklyStart {
            day: from.div_euclid(1440),
            minute: from.rem_euclid(1440),
            lead: lead_before(schedule, &spans, from),
        })
        .collect()
}
