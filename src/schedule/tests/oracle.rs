//! Properties against an oracle that knows no arithmetic: it walks minute by minute and looks at the clock on the
//! wall. "First instant after a gap, first of a fold" is the wall clock's high-water mark.

use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 4] = ["Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"];

fn on_by_the_wall(schedule: &Schedule, wall: DateTime) -> bool {
    [0, -1].into_iter().any(|back| {
        let date = intervals::moved(wall.date(), back);
        let minute = i64::from(wall.hour()) * 60 + i64::from(wall.minute()) - back * 1440;
        schedule.closed_on(date).is_none()
            && schedule.on.iter().any(|period| {
                period.days().contains(date.weekday())
                    && i64::from(period.from().minutes()) <= minute
                    && minute < period.end_minutes()
            })
    })
}

/// What is desired at each minute of `from..to`, one day of run-up for the high-water mark.
fn walk(schedule: &Schedule, exceptions: &Exceptions, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Desired)> {
    let mut high = DateTime::MIN;
    let mut at = from - SignedDuration::from_hours(24);
    let mut walked = Vec::new();
    while at < to {
        high = high.max(schedule.zone.to_datetime(at));
        let over = exceptions.over.as_ref().filter(|over| at < over.until).map(|over| over.state);
        let hold = exceptions.hold.as_ref().filter(|hold| at < hold.until).map(|hold| hold.state);
        let base = if on_by_the_wall(schedule, high) { Desired::On } else { Desired::Off };
        if from <= at {
            walked.push((at, over.or(hold).map_or(base, Desired::from)));
        }
        at += minutes(1);
    }
    walked
}

fn any_period() -> impl Strategy<Value = Period> {
    (1_u8..128, 0_u16..96, 0_u16..=96).prop_filter_map("a period has a length", |(days, from, to)| {
        let days = weekdays::WEEK.iter().enumerate().filter(|(bit, _)| days & (1 << bit) != 0);
        let days = days.fold(Days::NONE, |set, (_, (day, _))| set.with(*day));
        let time = |quarter: u16| ClockTime::new(quarter / 4, quarter % 4 * 15).unwrap();
        Period::new(days, time(from), time(to)).ok()
    })
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    (0..ZONES.len(), prop::collection::vec(any_period(), 1..4), any::<bool>(), 0_i64..40).prop_map(
        |(at, on, holidays, lead)| {
            let mut schedule = Schedule::new("any", zone(ZONES[at]));
            schedule.on = on;
            schedule.start_lead = minutes(lead);
            schedule.holidays = if holidays { jp(&["2026-12-29..2027-01-03"], &["2026-11-23"]) } else { None };
            schedule
        },
    )
}

fn any_state() -> impl Strategy<Value = TargetState> {
    prop_oneof![Just(TargetState::Running), Just(TargetState::Stopped)]
}

/// Minutes since 2026-01-01, within two years; a good part of them near a change of the clocks.
fn any_minute() -> impl Strategy<Value = i64> {
    let weeks = prop_oneof![Just(9_i64), Just(12), Just(13), Just(43), Just(61), Just(91), 0_i64..100];
    (weeks, 0_i64..7 * 1440).prop_map(|(week, minute)| week * 7 * 1440 + minute)
}

/// A state kept for so many minutes.
type Kept = Option<(TargetState, i64)>;

fn any_exceptions() -> impl Strategy<Value = (Kept, Kept)> {
    let one = || prop::option::of((any_state(), 0_i64..5000));
    (one(), one())
}

fn start() -> Timestamp {
    "2026-01-01T00:00Z".parse().unwrap()
}

fn exceptions(from: Timestamp, (over, hold): (Kept, Kept)) -> Exceptions {
    let until = |after: i64| from + minutes(after);
    Exceptions {
        protect: false,
        over: over.map(|(state, after)| Override { state, until: until(after), by: "a".into(), reason: None }),
        hold: hold.map(|(state, after)| Hold { state, until: until(after), by: "b".into(), reason: None }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edges_are_where_the_walk_changes(mut schedule in any_schedule(), minute in any_minute(), above in any_exceptions()) {
        schedule.start_lead = SignedDuration::ZERO;
        let from = start() + minutes(minute);
        let to = from + minutes(4 * 1440);
        let exceptions = exceptions(from, above);
        let intent = Intent::new(&schedule, &exceptions);
        let walked = walk(&schedule, &exceptions, from, to);
        let changes: Vec<(Timestamp, PowerAction)> = walked
            .windows(2)
            .filter(|pair| pair[0].1 != pair[1].1)
            .map(|pair| (pair[1].0, if pair[1].1 == Desired::On { PowerAction::Start } else { PowerAction::Stop }))
            .collect();
        let transitions: Vec<(Timestamp, PowerAction)> =
            intent.transitions(from + minutes(1), to).iter().map(|transition| (transition.at, transition.verb)).collect();
        prop_assert_eq!(transitions, changes);
        for (at, desired) in walked.iter().step_by(97) {
            prop_assert_eq!(intent.desired(*at), *desired, "{}", at);
        }
    }

    #[test]
    fn a_start_is_issued_within_its_lead_and_never_while_kept_stopped(
        schedule in any_schedule(), minute in any_minute(), above in any_exceptions()
    ) {
        let from = start() + minutes(minute);
        let exceptions = exceptions(from, above);
        let intent = Intent::new(&schedule, &exceptions);
        let transitions = intent.transitions(from, from + minutes(10 * 1440));
        let mut last_stop = None;
        for transition in &transitions {
            prop_assert!(transition.at - schedule.start_lead <= transition.issue_at && transition.issue_at <= transition.at);
            match transition.verb {
                PowerAction::Stop => {
                    prop_assert_eq!(transition.at, transition.issue_at);
                    last_stop = Some(transition.at);
                }
                PowerAction::Start => {
                    prop_assert!(last_stop.is_none_or(|stop| stop <= transition.issue_at), "a start before the stop it follows");
                    prop_assert!(intent.exception(transition.issue_at) != Some(TargetState::Stopped));
                    prop_assert_eq!(intent.desired(transition.at), Desired::On);
                }
            }
        }
        prop_assert!(transitions.windows(2).all(|pair| pair[0].issue_at <= pair[1].issue_at));
    }

    #[test]
    fn windows_of_edges_add_up(schedule in any_schedule(), minute in any_minute(), above in any_exceptions(), cut in 0_i64..8000) {
        let mut schedule = schedule;
        schedule.guard = Guard::Daily;
        let from = start() + minutes(minute);
        let exceptions = exceptions(from, above);
        let intent = Intent::new(&schedule, &exceptions);
        let (cut, to) = (from + minutes(cut), from + minutes(8000));
        let mut parts = intent.transitions(from, cut);
        parts.extend(intent.transitions(cut, to));
        prop_assert_eq!(parts, intent.transitions(from, to));
    }

    #[test]
    fn a_guard_never_stops_what_should_be_up(mut schedule in any_schedule(), minute in any_minute(), above in any_exceptions()) {
        schedule.guard = Guard::Daily;
        let from = start() + minutes(minute);
        let exceptions = exceptions(from, above);
        let intent = Intent::new(&schedule, &exceptions);
        let transitions = intent.transitions(from, from + minutes(10 * 1440));
        for transition in transitions.iter().filter(|transition| transition.verb == PowerAction::Stop) {
            prop_assert_eq!(intent.desired(transition.at), Desired::Off);
        }
        for guard in transitions.iter().filter(|transition| transition.cause == Cause::Guard) {
            let leads = |start: &Transition| start.verb == PowerAction::Start && start.issue_at <= guard.at && guard.at < start.at;
            prop_assert!(!transitions.iter().any(leads));
        }
    }

    #[test]
    fn the_server_does_what_the_edges_say(
        mut schedule in any_schedule(), minute in any_minute(), above in any_exceptions(), guard in any::<bool>(), stages in 1_u8..4
    ) {
        schedule.guard = if guard { Guard::Daily } else { Guard::None };
        let now = start() + minutes(minute);
        let exceptions = exceptions(now, above);
        let intent = Intent::new(&schedule, &exceptions);
        let members: Vec<Member> = (1..=stages)
            .map(|stage| Member { stage, ..Member::new(MemberKind::RdsInstance, format!("db{stage}")) })
            .collect();
        let transitions = intent.transitions(now, now + minutes(36 * 1440));
        for member in &members {
            let wanted = planned_schedules::Wanted { member, among: &members, arn: "arn", count: None, scaling: None };
            let planned = planned_schedules::materialise(intent, wanted, now).unwrap();
            let later = planned_schedules::STAGE_GAP * i32::from(stages - member.stage);
            let fired = |verb: PowerAction| planned.iter().filter(move |plan| plan.verb == verb).flat_map(|plan| plan.firings.clone());
            // No stop where it should be up, nor on top of a start.
            for at in fired(PowerAction::Stop) {
                prop_assert!(intent.desired(at - later) != Desired::On, "a stop at {} in {:?}", at, planned);
            }
            // Every stop is there unless the next start comes before its turn.
            let last = now + minutes(34 * 1440);
            for transition in transitions.iter().filter(|transition| transition.verb == PowerAction::Stop && now < transition.at && transition.at < last) {
                let overtaken = transitions.iter().any(|start| {
                    start.verb == PowerAction::Start && transition.issue_at <= start.issue_at && start.issue_at <= transition.at + later
                });
                prop_assert!(overtaken || fired(PowerAction::Stop).any(|at| at == transition.at + later), "{:?} in {:?}", transition, planned);
            }
            for transition in transitions.iter().filter(|transition| transition.verb == PowerAction::Start && now < transition.issue_at && transition.at < last) {
                prop_assert!(fired(PowerAction::Start).any(|at| transition.issue_at <= at && at <= transition.at), "{:?} in {:?}", transition, planned);
            }
            let mut names: Vec<&str> = planned.iter().map(|plan| plan.name.as_str()).collect();
            prop_assert!(names.iter().all(|name| name.len() <= planned_schedules::MAX_NAME));
            names.sort_unstable();
            names.dedup();
            prop_assert_eq!(names.len(), planned.len());
        }
    }
}
