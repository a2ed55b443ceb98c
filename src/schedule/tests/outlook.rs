//! Previews with their warnings, and drift of a resource from its schedule.

use rstest::rstest;

use super::*;
use crate::schedule::drift::{Drift, Observed, Why, drift, enforce};
use crate::schedule::preview::{Database, Line, Pending, auto_restarts};

fn line(schedule: &Schedule, (at, line): &(Timestamp, Line)) -> String {
    let what = match line {
        Line::Edge(transition) => format!("{} ({:?})", transition.verb.word(), transition.cause),
        Line::DayOff { name, .. } => name.clone(),
        Line::AutoRestart(_) => "AWS starts it".to_owned(),
    };
    format!("{} {what}", said(schedule, *at))
}

#[test]
fn a_preview_over_a_long_closure_shows_what_aws_does_and_who_undoes_it() {
    let mut schedule = office();
    schedule.holidays = jp(&["2026-12-28..2027-01-05"], &[]);
    schedule.guard = Guard::Daily;
    let none = Exceptions::default();
    let database = Database { name: "db".into(), ..Database::default() };
    let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2026-12-26 12:00"), &[database]);
    let lines: Vec<String> = shown.lines.iter().map(|entry| line(&schedule, entry)).collect();
    assert_eq!(lines[0], "Sat 12-26 22:00 Guard".replace("Guard", "stop (Guard)"));
    assert!(lines.contains(&"Fri 01-01 09:00 元日".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"Fri 01-01 22:00 AWS starts it".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"Sat 01-02 22:00 stop (Guard)".to_owned()));
    assert!(lines.contains(&"Wed 01-06 08:45 start (Period)".to_owned()));
    assert_eq!(shown.warnings, []);
    // Without the guard it stays up until people are back.
    schedule.guard = Guard::None;
    let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2026-12-26 12:00"), &[Database::default()]);
    assert!(matches!(shown.warnings.as_slice(), [Warning::StaysUp { .. }]));
}

#[test]
fn a_known_restart_time_is_believed_and_enforcing_stops_after_ten_minutes() {
    let mut schedule = of("Asia/Tokyo", &["mon 09:00-10:00"]);
    let none = Exceptions::default();
    let (now, known) = (at(&schedule, "2026-11-18 12:00"), at(&schedule, "2026-11-19 03:07"));
    let told = |schedule: &Schedule| -> Vec<(String, Option<String>)> {
        auto_restarts(Intent::new(schedule, &none), now, Some(known))
            .iter()
            .map(|restart| (said(schedule, restart.at), restart.stopped_again.map(|at| said(schedule, at))))
            .collect()
    };
    assert_eq!(told(&schedule), [("Thu 11-19 03:07".to_owned(), None), ("Mon 11-30 10:00".to_owned(), None)][..1]);
    schedule.mode = Mode::Enforce;
    assert_eq!(told(&schedule)[0], ("Thu 11-19 03:07".to_owned(), Some("Thu 11-19 03:17".to_owned())));
    let shown =
        preview(Intent::new(&schedule, &none), now, &[Database { restarts_at: Some(known), ..Database::default() }]);
    assert_eq!(line(&schedule, &shown.lines[1]), "Thu 11-19 03:17 stop (AutoRestart)");
}

#[test]
fn windows_that_fall_into_the_sleep_are_told() {
    let schedule = office();
    let none = Exceptions::default();
    let warnings = |backup: &str, maintenance: &str, days, pending: Pending| {
        let database = Database {
            name: "db".into(),
            backup_days: days,
            backup: Some(backup.parse().unwrap()),
            maintenance: Some(maintenance.parse().unwrap()),
            pending,
            restarts_at: None,
        };
        let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2026-11-25 12:00"), &[database]);
        shown.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    // 17:00 UTC is 02:00 in Tokyo; 03:00 UTC is noon.
    assert_eq!(
        warnings("17:00-17:30", "sun:18:00-sun:18:30", Some(7), Pending::Actions(2)),
        [
            "db: asleep in its backup window, 02:00–02:30 (17:00-17:30 UTC): automated backups never happen",
            "db: asleep in its maintenance window, Mon 03:00–Mon 03:30 (sun:18:00-sun:18:30 UTC); 2 maintenance actions are pending",
        ]
    );
    assert_eq!(
        warnings("03:00-03:30", "wed:03:00-wed:03:30", Some(7), Pending::Unknown),
        ["db: asleep in its backup window, 12:00–12:30 (03:00-03:30 UTC), on 4 of 14 days"]
    );
    assert_eq!(warnings("17:00-17:30", "wed:03:00-wed:03:30", Some(0), Pending::Unknown), Vec::<String>::new());
    for (pending, message) in [
        (Pending::Actions(0), "nothing is pending"),
        (Pending::Actions(1), "1 maintenance action is pending"),
        (Pending::Unknown, "what is pending is not known"),
        (Pending::Unread("x is not allowed".into()), "what is pending was not read: x is not allowed"),
    ] {
        let [told] = &warnings("17:00-17:30", "sun:18:00-sun:18:30", Some(0), pending)[..] else { panic!("one") };
        assert!(told.ends_with(&format!("(sun:18:00-sun:18:30 UTC); {message}")), "{told}");
    }
}

#[rstest]
#[case("17:00")]
#[case("17:00-")]
#[case("sun:17:00-17:30")]
fn no_windows(#[case] text: &str) {
    assert_eq!(text.parse::<rds_window::BackupWindow>(), Err(GrammarError::Window(text.into())));
    assert_eq!(text.parse::<rds_window::MaintenanceWindow>(), Err(GrammarError::Window(text.into())));
}

#[test]
fn the_end_of_the_published_holidays_and_a_pointless_sleep_are_told() {
    let mut schedule = office();
    let none = Exceptions::default();
    let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2027-12-25 12:00"), &[]);
    assert!(matches!(shown.warnings.as_slice(), [Warning::TableEnds { from }] if from.to_string() == "2028-01-01"));
    schedule.on = vec!["mon-fri 09:00-12:00".parse().unwrap(), "mon-fri 12:20-22:00".parse().unwrap()];
    let shown = preview(Intent::new(&schedule, &none), at(&schedule, "2026-11-19 00:00"), &[]);
    assert!(matches!(shown.warnings[0], Warning::ShortSleep { .. }), "{:?}", shown.warnings);
}

fn observed(schedule: &Schedule, actual: Actual, since: &str) -> Observed {
    Observed { since: Some(at(schedule, since)), ..Observed::of(actual) }
}

/// (wish, why, when it is put right)
fn drifted(schedule: &Schedule, found: Drift) -> (PowerAction, Why, Option<String>) {
    match found {
        Drift::Drifted { verb, why, righted_at, .. } => (verb, why, righted_at.map(|at| said(schedule, at))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_start_by_hand_at_night_is_left_in_edge_mode_and_stopped_by_enforcing() {
    let mut schedule = office();
    let none = Exceptions::default();
    let seen = observed(&schedule, Actual::Up, "2026-11-19 23:40");
    let now = at(&schedule, "2026-11-19 23:45");
    let found = drift(Intent::new(&schedule, &none), &seen, now);
    assert_eq!(enforce(Intent::new(&schedule, &none), &found, None, now), None);
    assert_eq!(drifted(&schedule, found), (PowerAction::Stop, Why::Manual, Some("Fri 11-20 22:00".into())));
    schedule.mode = Mode::Enforce;
    let intent = Intent::new(&schedule, &none);
    let found = drift(intent, &seen, now);
    assert_eq!(enforce(intent, &found, None, now), None, "not before ten minutes");
    assert_eq!(drifted(&schedule, found), (PowerAction::Stop, Why::Manual, Some("Thu 11-19 23:50".into())));
    let now = at(&schedule, "2026-11-19 23:50");
    let act = enforce(intent, &drift(intent, &seen, now), None, now).unwrap();
    assert_eq!((act.verb, act.cause), (PowerAction::Stop, Cause::Drift));
    let auto = Observed { auto_restarted: true, ..seen };
    assert_eq!(enforce(intent, &drift(intent, &auto, now), None, now).unwrap().cause, Cause::AutoRestart);
}

#[test]
fn a_stop_in_working_hours_is_started_at_once_by_enforcing() {
    let mut schedule = office();
    schedule.mode = Mode::Enforce;
    let none = Exceptions::default();
    let intent = Intent::new(&schedule, &none);
    let now = at(&schedule, "2026-11-19 12:00");
    let found = drift(intent, &observed(&schedule, Actual::Down, "2026-11-19 11:59"), now);
    assert_eq!(enforce(intent, &found, None, now).unwrap().verb, PowerAction::Start);
}

#[test]
fn an_edge_without_effect_is_missed_and_an_unknown_time_stays_unknown() {
    let schedule = office();
    let none = Exceptions::default();
    let intent = Intent::new(&schedule, &none);
    let now = at(&schedule, "2026-11-19 22:30");
    let found = drift(intent, &observed(&schedule, Actual::Up, "2026-11-19 08:50"), now);
    assert_eq!(drifted(&schedule, found).1, Why::Missed);
    let unknown = Observed::of(Actual::Up);
    assert_eq!(drifted(&schedule, drift(intent, &unknown, now)).1, Why::Unknown);
    // Nothing happened to it for as long as AWS tells: since when is unknown, and yet the edge had no effect.
    let unchanged = Observed { unchanged_from: Some(at(&schedule, "2026-11-05 22:30")), ..unknown };
    assert!(matches!(drift(intent, &unchanged, now), Drift::Drifted { since: None, why: Why::Missed, .. }));
}

#[test]
fn what_stops_a_stage_later_is_not_missed_before_its_turn() {
    let schedule = office();
    let none = Exceptions::default();
    let intent = Intent::new(&schedule, &none);
    let seen = Observed { grace: minutes(32), ..observed(&schedule, Actual::Up, "2026-11-19 08:50") };
    assert_eq!(drift(intent, &seen, at(&schedule, "2026-11-19 22:31")), Drift::Settling);
    assert!(matches!(drift(intent, &seen, at(&schedule, "2026-11-19 22:32")), Drift::Drifted { .. }));
}

#[rstest]
#[case::as_it_should_be("2026-11-19 12:00", Actual::Up, "2026-11-19 08:50", Drift::None)]
#[case::asleep("2026-11-19 23:00", Actual::Down, "2026-11-19 22:05", Drift::None)]
#[case::lead("2026-11-19 08:55", Actual::Up, "2026-11-19 08:52", Drift::None)]
#[case::stopping("2026-11-19 22:10", Actual::GoingDown, "2026-11-19 22:00", Drift::Settling)]
#[case::just_after_the_edge("2026-11-19 22:01", Actual::Up, "2026-11-19 08:50", Drift::Settling)]
#[case::still_starting("2026-11-19 09:14", Actual::GoingUp, "2026-11-19 08:45", Drift::Settling)]
#[case::blocked("2026-11-19 12:00", Actual::Blocked { status: "failed".into(), serving: false, start_cures: false }, "2026-11-19 08:45", Drift::Untold)]
fn what_is_no_drift(#[case] now: &str, #[case] actual: Actual, #[case] since: &str, #[case] expected: Drift) {
    let schedule = office();
    let none = Exceptions::default();
    assert_eq!(drift(Intent::new(&schedule, &none), &observed(&schedule, actual, since), at(&schedule, now)), expected);
}

#[test]
fn moving_for_half_an_hour_is_slow_and_any_wish_is_no_drift() {
    let schedule = office();
    let none = Exceptions::default();
    let seen = observed(&schedule, Actual::GoingUp, "2026-11-19 08:45");
    let now = at(&schedule, "2026-11-19 09:15");
    assert!(matches!(drift(Intent::new(&schedule, &none), &seen, now), Drift::Slow { .. }));
    let protected = Exceptions { protect: true, ..Exceptions::default() };
    assert_eq!(drift(Intent::new(&schedule, &protected), &seen, now), Drift::None);
}

#[test]
fn a_window_is_told_by_the_clock_of_the_zone_and_once_where_that_is_utc() {
    let now: Timestamp = "2026-11-25T03:00:00Z".parse().unwrap();
    let backup: rds_window::BackupWindow = "17:10-17:40".parse().unwrap();
    let weekly: rds_window::MaintenanceWindow = "sat:23:45-sun:00:15".parse().unwrap();
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    assert_eq!(backup.told(now, &tokyo), "02:10–02:40 (17:10-17:40 UTC)");
    assert_eq!(weekly.told(now, &tokyo), "Sun 08:45–Sun 09:15 (sat:23:45-sun:00:15 UTC)");
    assert_eq!(backup.told(now, &TimeZone::UTC), "17:10-17:40 UTC");
    assert_eq!(weekly.told(now, &TimeZone::UTC), "sat:23:45-sun:00:15 UTC");
}

#[test]
fn what_is_not_granted_is_told_by_the_clock_of_the_zone() {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let now: Timestamp = "2026-11-28T03:00:00.237Z".parse().unwrap();
    let latest: Timestamp = "2026-11-28T09:00:00.237Z".parse().unwrap();
    let told = |why: Refusal| wording::refusal(&why, now, &tokyo, &tokyo);
    assert_eq!(
        told(Refusal::TooLong { latest, limit: override_rules::Limit::MaxOverride }),
        "it may last until 18:00 at most (max_override)"
    );
    assert_eq!(told(Refusal::Past { until: now }), "it would end at 12:00, which is already over");
    let transition =
        Box::new(Transition { at: latest, issue_at: latest, verb: PowerAction::Stop, cause: Cause::Period });
    let late = told(Refusal::TooLate { transition, instead: PowerAction::Start });
    assert!(late.starts_with("the stop at 18:00 may already be on its way"), "{late}");
}

#[test]
fn a_time_of_a_schedule_names_its_zone_where_the_readers_clock_shows_another() {
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let now: Timestamp = "2026-11-28T12:17:00Z".parse().unwrap();
    let (stop, early): (Timestamp, Timestamp) =
        ("2026-11-28T14:00:00Z".parse().unwrap(), "2026-11-28T22:45:00Z".parse().unwrap());
    assert_eq!(wording::told(stop, now, &tokyo, &tokyo), "23:00");
    assert_eq!(wording::told(stop, now, &tokyo, &TimeZone::UTC), "23:00 Asia/Tokyo, 14:00 here");
    assert_eq!(wording::told(early, now, &tokyo, &TimeZone::UTC), "Sun 07:45 Asia/Tokyo, 22:45 here");
    assert_eq!(wording::told_moment(stop, &tokyo, &tokyo), "Sat 2026-11-28 23:00");
    assert_eq!(wording::told_moment(stop, &tokyo, &TimeZone::UTC), "Sat 2026-11-28 23:00 Asia/Tokyo, 14:00 here");
    assert_eq!(wording::told_moment(early, &tokyo, &TimeZone::UTC), "Sun 2026-11-29 07:45 Asia/Tokyo, Sat 22:45 here");
}
