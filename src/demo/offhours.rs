//! The simulated account's own off-hours, in place of a configuration: ProofLink's development stage keeps office
//! hours in Tokyo, by this console; the API backend's is up by day, by schedules that stand at AWS. Pure.

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::schedule::calendar::date_range::DateRange;
use crate::schedule::{
    Backend, Builtin, Calendar, ClockTime, Days, Desired, Exceptions, Guard, HolidayPolicy, Holidays, Intent, Override,
    Period, Schedule, ScheduleBinding, TargetState,
};

/// The environment whose schedules stand at AWS.
pub(super) const AT_AWS: &str = "backend-dev";
/// The environment that keeps office hours.
const ENVIRONMENT: &str = "prooflink-dev";
/// How long after the beginning it is woken if the simulation begins in office hours.
const LIE_IN: SignedDuration = SignedDuration::from_mins(40);

/// Office hours: Monday to Friday 09:00 to 22:00 in Tokyo, national holidays and the year's end off.
fn office() -> Option<Schedule> {
    let zone = TimeZone::get("Asia/Tokyo").ok()?;
    let weekdays: Days = "mon-fri".parse().ok()?;
    let calendar = Calendar {
        builtin: Some(Builtin::JpNationalHolidays),
        closed: DateRange::new(date(2026, 12, 29), date(2027, 1, 3)).into_iter().collect(),
        ..Calendar::default()
    };
    Some(Schedule {
        on: vec![Period::new(weekdays, ClockTime::new(9, 0)?, ClockTime::new(22, 0)?).ok()?],
        holidays: Some(Holidays { calendar, policy: HolidayPolicy::Off }),
        guard: Guard::Daily,
        override_hard_end: ClockTime::new(3, 0),
        ..Schedule::new("office", zone)
    })
}

/// Every day from 08:00 to 23:00 in Tokyo.
pub(super) fn daily() -> Option<Schedule> {
    let day = Period::new(Days::ALL, ClockTime::new(8, 0)?, ClockTime::new(23, 0)?).ok()?;
    let zone = TimeZone::get("Asia/Tokyo").ok()?;
    Some(Schedule { on: vec![day], override_hard_end: ClockTime::new(3, 0), ..Schedule::new("daily", zone) })
}

/// What a configuration of the simulated account would say.
#[must_use]
pub(super) fn configured_environments() -> ConfiguredEnvironments {
    let Some(office) = office() else { return ConfiguredEnvironments::default() };
    let routine = ScheduleBinding { backend: Backend::Local, ..ScheduleBinding::new(office.clone()) };
    let environment_config =
        EnvironmentConfig { protected: Some(false), routine: Some(routine), ..EnvironmentConfig::new(ENVIRONMENT) };
    let mut configured_environments = ConfiguredEnvironments {
        environments: vec![environment_config],
        schedules: vec![office],
        ..ConfiguredEnvironments::default()
    };
    if let Some(daily) = daily() {
        let routine = ScheduleBinding::new(daily.clone());
        configured_environments
            .environments
            .push(EnvironmentConfig { routine: Some(routine), ..EnvironmentConfig::new(AT_AWS) });
        configured_environments.schedules.push(daily);
    }
    configured_environments
}

/// The development stage always sleeps at first. In office hours that is a colleague's wish, written on the database.
pub(super) fn lie_in(start: Timestamp) -> Option<String> {
    let office = office()?;
    let none = Exceptions::default();
    let until = start.checked_add(LIE_IN).ok()?;
    let awake = Intent::new(&office, &none).desired(start) == Desired::On;
    let over = Override { state: TargetState::Stopped, until, by: "tanaka".to_owned(), reason: None };
    awake.then(|| over.to_tag(&office.zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_in_on_work_days_only() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(configured_environments().environments[0].routine.is_some());
        assert_eq!(lie_in(at("2026-11-21T05:00:00Z")), None, "a Saturday");
        assert_eq!(lie_in(at("2026-11-20T05:00:00Z")).as_deref(), Some("stopped/2026-11-20T14:40+09:00/tanaka"));
    }
}
