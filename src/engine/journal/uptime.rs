//! What the journal saw of stops and starts: until when something was up, from when on it was down, and back. An end
//! that nobody saw is none, and neither is a count that was changed on a service that ran. Pure.

use jiff::Timestamp;

use super::entry::{Entry, nested};
use super::{Did, LEFT};
use crate::schedule::observed::uptime_history::{Mark, UptimeLog, UptimeState};
use crate::world::{OwnTurn, OwnTurns};

/// Which way a step turns something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PowerTurn {
    Off,
    On,
}

/// Everything `entries` saw.
#[must_use]
pub fn rests(entries: &[Entry]) -> UptimeLog {
    let mut uptime_log = UptimeLog::default();
    for (entry, steps) in nested(entries) {
        // A procedure ends well when everything was seen where it should be, unless it was left or broke off before.
        let watched = entry.done == Some(true) && !entry.seen_later && !entry.facts.contains_key(LEFT);
        let seen_at = entry.ended_at.filter(|_| watched);
        for step in std::iter::once(&entry).chain(&steps) {
            let Some((did, turn)) = step.change_request.as_deref().and_then(|did| Some((did, turn(did)?))) else {
                continue;
            };
            let mut note = |mark: Mark| uptime_log.note(&did.kind, &did.key, mark);
            // It was looked at before it was asked for.
            note(Mark::left(step.at, if turn == PowerTurn::Off { UptimeState::Up } else { UptimeState::Down }));
            if let Some(at) = seen_at.filter(|_| step.done == Some(true) && step.part_of.is_some()) {
                note(Mark::found(at, if turn == PowerTurn::Off { UptimeState::Down } else { UptimeState::Up }));
            }
        }
    }
    uptime_log
}

/// The last stop or start of each thing that AWS took from here, of those since `from`.
#[must_use]
pub fn own_turns(entries: &[Entry], from: Option<Timestamp>) -> OwnTurns {
    let mut own_turns = OwnTurns::default();
    let since = entries.iter().filter(|entry| entry.done == Some(true) && from.is_none_or(|from| entry.at >= from));
    for entry in since {
        if let Some((did, turn)) = entry.change_request.as_deref().and_then(|did| Some((did, turn(did)?))) {
            own_turns.note(&did.kind, &did.key, OwnTurn { at: entry.at, up: turn == PowerTurn::On });
        }
    }
    own_turns
}

fn turn(did: &Did) -> Option<PowerTurn> {
    let count = |name: &str| did.arguments.get(name)?.parse::<u32>().ok();
    match did.verb.as_str() {
        "stop" => Some(PowerTurn::Off),
        "start" => Some(PowerTurn::On),
        // What a count was before is written down since the journal is asked for it.
        "scale" => match (count("from")?, count("desired")?) {
            (1.., 0) => Some(PowerTurn::Off),
            (0, 1..) => Some(PowerTurn::On),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::change::Ending;
    use crate::change::plan::{ChangeRequest, Plan};
    use crate::change::receipt::Receipt;
    use crate::engine::journal::{Line, read};
    use crate::schedule::observed::uptime_history::ObservedSpan;
    use crate::world::{Fault, FaultKind, KindName, ResourceId, Scope};

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3600).expect("an hour in range")
    }

    fn id() -> ResourceId {
        ResourceId {
            kind: KindName("ecs-service"),
            scope: Scope::new("p", "ap-northeast-1"),
            key: "arn:service".into(),
        }
    }

    /// One procedure with one step, from one hour to another, as lines.
    fn went(
        name: &str,
        change_request: (&'static str, &[(&'static str, &str)]),
        hours: (i64, i64),
        end: &Ending,
    ) -> Vec<Line> {
        let (plan, step) = (Plan::new("it", "e".into(), id(), Vec::new()), format!("{name}-1"));
        let arguments = change_request.1.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let change_request = ChangeRequest { verb: change_request.0, on: id(), arguments };
        vec![
            Line::started(name, at(hours.0), &plan, None, None),
            Line::started(&step, at(hours.0), &plan, None, None).of(Some(name)).doing(&change_request),
            Line::ended(&step, at(hours.0), &Ok(Receipt::default())),
            Line::closed(name, at(hours.1), end),
        ]
    }

    /// Hours seen and hours off among the first hundred.
    fn hours(lines: &[Line]) -> (i64, i64) {
        let text: String = lines.iter().map(|line| line.encode().expect("JSON")).collect();
        let seen = ObservedSpan::of(rests(&read(&text).0).of("ecs-service", "arn:service").to_vec());
        let whole = |span: SignedDuration| span.as_hours();
        (whole(seen.seen(at(0), at(100))), whole(seen.off(at(0), at(100))))
    }

    const DOWN: (&str, &[(&str, &str)]) = ("scale", &[("from", "2"), ("desired", "0")]);
    const UP: (&str, &[(&str, &str)]) = ("scale", &[("from", "0"), ("desired", "2")]);

    #[test]
    fn from_the_end_of_a_sleep_to_the_call_that_wakes_it_is_seen_off() {
        let night = [
            went("1", DOWN, (10, 11), &Ending::done("asleep")),
            went("2", UP, (21, 22), &Ending::done("awake")),
            went("3", DOWN, (34, 35), &Ending::done("asleep")),
        ];
        assert_eq!(hours(&night.concat()), (10 + 12, 10));
        assert_eq!(hours(&night[..1].concat()), (0, 0), "nobody saw its end");
        let machine = [
            went("1", ("stop", &[]), (10, 11), &Ending::done("stopped")),
            went("2", ("start", &[]), (20, 21), &Ending::done("up")),
        ];
        assert_eq!(hours(&machine.concat()), (9, 9));
    }

    #[test]
    fn the_last_call_that_was_taken_is_known_as_our_own() {
        let night =
            [went("1", DOWN, (10, 11), &Ending::done("asleep")), went("2", UP, (21, 22), &Ending::done("awake"))];
        let text: String = night.concat().iter().map(|line| line.encode().expect("JSON")).collect();
        let entries = read(&text).0;
        let last = own_turns(&entries, None).of("ecs-service", "arn:service");
        assert_eq!(last, Some(OwnTurn { at: at(21), up: true }));
        assert_eq!(own_turns(&entries[..2], None).of("ecs-service", "arn:service").map(|it| it.up), Some(false));
        assert!(own_turns(&entries, Some(at(30))).is_empty(), "of another simulated account");
        let mut refused = night[0].clone();
        refused[2] = Line::ended("1-1", at(10), &Err(Fault::new(FaultKind::Refused, "ecs:UpdateService", "no")));
        let text: String = refused.iter().map(|line| line.encode().expect("JSON")).collect();
        assert!(own_turns(&read(&text).0, None).is_empty(), "it was not taken");
    }

    #[test]
    fn what_did_not_end_well_was_left_or_is_unknown_was_not_seen() {
        let wake = went("2", UP, (21, 22), &Ending::done("awake"));
        let down = |end: &Ending| [went("1", DOWN, (10, 11), end), wake.clone()].concat();
        assert_eq!(hours(&down(&Ending::incomplete("half"))), (0, 0));
        assert_eq!(hours(&down(&Ending::failed("no"))), (0, 0));
        let mut broken_off = down(&Ending::done("asleep"));
        broken_off.remove(3);
        assert_eq!(hours(&broken_off), (0, 0));
        let mut left = down(&Ending::done("AWS goes on by itself"));
        left[3] = left[3].clone().leaving();
        assert_eq!(hours(&left), (0, 0));
        // The call was refused, and the procedure ended well because somebody else had stopped it.
        let mut refused = down(&Ending::done("asleep"));
        refused[2] = Line::ended("1-1", at(10), &Err(Fault::new(FaultKind::Refused, "ecs:UpdateService", "no")));
        assert_eq!(hours(&refused), (0, 0));
    }

    #[test]
    fn somebody_elses_waking_in_between_shows_where_this_machine_stops_it_again() {
        let twice = [
            went("1", DOWN, (10, 11), &Ending::done("asleep")),
            went("2", DOWN, (20, 21), &Ending::done("asleep")),
            went("3", UP, (30, 31), &Ending::done("awake")),
        ];
        assert_eq!(hours(&twice.concat()), (9, 9), "it was up at 20, and nobody saw since when");
    }

    #[test]
    fn a_count_that_is_changed_while_it_runs_tells_nothing_of_rest() {
        let scaled = |change_request: (&'static str, &[(&'static str, &str)])| {
            let night = went("1", DOWN, (10, 11), &Ending::done("asleep"));
            hours(&[night, went("2", change_request, (20, 21), &Ending::done("scaled"))].concat())
        };
        assert_eq!(scaled(("scale", &[("from", "2"), ("desired", "3")])), (0, 0));
        assert_eq!(scaled(("scale", &[("desired", "3")])), (0, 0), "an older toban did not write what it had");
        assert_eq!(scaled(("force-deploy", &[])), (0, 0));
    }
}
