//! An alarm's states over the last day as a band, from its changes and the state it is in. Where neither tells a state none
//! is made up. Pure.

use jiff::{SignedDuration, Timestamp};

use super::model::{Alarm, AlarmType};
use crate::display::{StateBand, StateSpan};
use crate::kinds::alarm_history::AlarmChange;
use crate::text::word;
use crate::world::Health;

/// How far back a band looks.
pub(crate) const SPAN: SignedDuration = SignedDuration::from_hours(24);

/// Whether an alarm is shown by its states: one on other alarms, on lines of logs or on PromQL has no metric to draw.
#[must_use]
pub(super) fn has_band(alarm: &Alarm) -> bool {
    matches!(alarm.sort(), AlarmType::Composite | AlarmType::Log | AlarmType::PromQl)
}

/// The name of an alarm that a rule names by its name or its ARN.
pub(super) fn name_of(named: &str) -> &str {
    named.split_once(":alarm:").map_or(named, |(_, name)| name)
}

fn span(from: Timestamp, state: &str) -> StateSpan {
    let health = match state {
        "ALARM" => Health::Bad,
        "OK" => Health::Well,
        _ => Health::Unknown,
    };
    StateSpan { from, word: word(state).replace('_', " "), health }
}

/// The states of `title` until `now`: by its `changes` in any order, and by the state it is in and since when.
#[must_use]
pub(crate) fn band(
    title: &str,
    now: Timestamp,
    mut changes: Vec<AlarmChange>,
    current: Option<(&str, Option<Timestamp>)>,
) -> StateBand {
    let from = now.checked_sub(SPAN).unwrap_or(now);
    changes.retain(|change| change.at <= now);
    changes.sort_by_key(|change| change.at);
    let before = changes.iter().rev().find(|change| change.at <= from).map(|change| change.to.as_str());
    let first = changes.iter().find(|change| change.at > from);
    let before = before.or_else(|| first.and_then(|change| change.from.as_deref()));
    let mut spans: Vec<StateSpan> = before.map(|state| span(from, state)).into_iter().collect();
    spans.extend(changes.iter().filter(|change| change.at > from).map(|change| span(change.at, &change.to)));
    // What it is in now may be newer than the history, and is all there is where nothing changed for long.
    if let Some((state, Some(since))) = current {
        let last = changes.last().map(|change| change.at);
        let is_newer = last.is_none_or(|last| since > last);
        if is_newer && spans.last().is_none_or(|known| known.word != span(since, state).word) {
            spans.push(span(since.max(from), state));
        }
    }
    StateBand { title: title.to_owned(), from, until: now, spans, note: None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::kinds::testing_samples::now;

    fn ago(minutes: i64) -> Timestamp {
        now() - SignedDuration::from_mins(minutes)
    }

    fn change(minutes: i64, from: Option<&str>, to: &str) -> AlarmChange {
        AlarmChange {
            key: format!("a@{minutes}"),
            alarm: "a".to_owned(),
            at: ago(minutes),
            from: from.map(str::to_owned),
            to: to.to_owned(),
            reason: None,
        }
    }

    fn told(changes: Vec<AlarmChange>, current: Option<(&str, Option<Timestamp>)>) -> Vec<(i64, String)> {
        let band = band("a", now(), changes, current);
        band.spans.iter().map(|span| (now().duration_since(span.from).as_mins(), span.word.clone())).collect()
    }

    #[rstest]
    #[case::in_any_order(vec![change(10, Some("ALARM"), "OK"), change(60, Some("OK"), "ALARM")], Some(("OK", Some(ago(10)))), &[(1440, "ok"), (60, "alarm"), (10, "ok")])]
    #[case::from_before(vec![change(3000, Some("OK"), "ALARM")], None, &[(1440, "alarm")])]
    #[case::nothing_changed(vec![], Some(("OK", Some(ago(9000)))), &[(1440, "ok")])]
    #[case::began_lately(vec![], Some(("ALARM", Some(ago(30)))), &[(30, "alarm")])]
    #[case::newer_than_its_history(vec![change(60, Some("OK"), "ALARM")], Some(("OK", Some(ago(5)))), &[(1440, "ok"), (60, "alarm"), (5, "ok")])]
    #[case::nobody_says_what_was_before(vec![change(60, None, "INSUFFICIENT_DATA")], None, &[(60, "insufficient data")])]
    #[case::nothing_is_known(vec![], Some(("ALARM", None)), &[])]
    fn a_band_has_the_states_that_are_known(
        #[case] changes: Vec<AlarmChange>,
        #[case] current: Option<(&str, Option<Timestamp>)>,
        #[case] expected: &[(i64, &str)],
    ) {
        let expected: Vec<(i64, String)> = expected.iter().map(|(at, word)| (*at, (*word).to_owned())).collect();
        assert_eq!(told(changes, current), expected);
    }

    #[test]
    fn children_are_known_by_name_or_arn() {
        assert_eq!(name_of("arn:aws:cloudwatch:ap-northeast-1:1:alarm:prod:5xx"), "prod:5xx");
        assert_eq!(name_of("5xx"), "5xx");
    }

    proptest! {
        /// Whatever the history is, the band is in order, within the span, and ends in a state that was told.
        #[test]
        fn a_band_is_in_order_and_within_its_span(minutes in proptest::collection::vec(-10_i64..4000, 0..12)) {
            let states = ["OK", "ALARM", "INSUFFICIENT_DATA", "NEW_ONE"];
            let state = |at: usize| states[at % states.len()];
            let changes = minutes.iter().enumerate().map(|(at, ago)| change(*ago, Some(state(at + 1)), state(at))).collect();
            let band = band("a", now(), changes, Some(("OK", None)));
            prop_assert!(band.spans.is_sorted_by_key(|span| span.from));
            prop_assert!(band.spans.iter().all(|span| span.from >= band.from && span.from <= band.until));
            prop_assert!(band.parts(24).len() == 24);
        }
    }
}
