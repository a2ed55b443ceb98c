//! Reads this kind from AWS: cloudwatch:DescribeAlarmHistory, changes of state of every sort of alarm, newest first.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_cloudwatch::types::{self, HistoryItemType};
use jiff::Timestamp;
use serde_json::Value;

use super::model::AlarmChange;
use crate::aws::{Paged, at, concurrently, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::text::mask_text;
use crate::world::{Coverage, Fault, Part, Reading};

const HISTORY: &str = "cloudwatch:DescribeAlarmHistory";

/// Reads the parts that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<AlarmChange>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    // Whoever reads a little of everything names parts of other kinds as well.
    let named = parts.iter().filter(|part| part.is_empty() || part.parse::<i64>().is_ok()).cloned();
    let read = concurrently(named.collect(), |part: Part| async move {
        let got = since(ask, &part).await;
        (part, got)
    });
    let mut reading = Reading::of(Vec::new());
    for (part, got) in read.await {
        let got = got.map(|Paged { items, cut }| {
            reading.notes.extend(cut);
            items
        });
        reading.parts.push((part, got));
    }
    Ok(reading)
}

async fn since(ask: FetchContext<'_>, part: &str) -> Result<Paged<AlarmChange>, Fault> {
    // Without a moment one look is enough: whether it may be read at all is asked so.
    let start = part.parse().ok().and_then(|second| Timestamp::from_second(second).ok());
    changes(ask, None, start).await
}

/// The changes of one alarm since a moment, and what kept some of them from being read.
///
/// # Errors
/// The fault of the reading.
pub(in crate::kinds) async fn of_alarm(
    ask: FetchContext<'_>,
    name: &str,
    from: Timestamp,
) -> Result<(Vec<AlarmChange>, Option<Fault>), Fault> {
    changes(ask, Some(name), Some(from)).await.map(|Paged { items, cut }| (items, cut))
}

async fn changes(
    ask: FetchContext<'_>,
    name: Option<&str>,
    start: Option<Timestamp>,
) -> Result<Paged<AlarmChange>, Fault> {
    named_pages(HISTORY, name, |token| async move {
        let request = ask.aws.cloudwatch.describe_alarm_history().history_item_type(HistoryItemType::StateUpdate);
        let request = request.set_alarm_name(name.map(str::to_owned));
        // Without their types, composite alarms and log alarms are left out.
        let request = request.set_alarm_types(Some(crate::kinds::alarm::TYPES.to_vec()));
        let request = request.set_start_date(start.map(at)).max_records(100).set_next_token(token);
        let answer = ask.aws.call(HISTORY, name, request.send()).await?;
        let next = text(answer.next_token()).filter(|_| start.is_some());
        Ok((answer.alarm_history_items().iter().map(change).collect(), next))
    })
    .await
}

fn change(from: &types::AlarmHistoryItem) -> Option<AlarmChange> {
    let alarm = text(from.alarm_name())?;
    let at = when(from.timestamp())?;
    let data: Value = from.history_data().and_then(|data| serde_json::from_str(data).ok()).unwrap_or(Value::Null);
    let told = |path: &str| data.pointer(path).and_then(Value::as_str).map(str::to_owned);
    // `Alarm updated from OK to ALARM`.
    let summary = from.history_summary().unwrap_or_default();
    let words = summary.rsplit_once(" to ").map(|(_, state)| state.trim().to_owned());
    Some(AlarmChange {
        key: format!("{alarm}@{at}"),
        alarm,
        at,
        from: told("/oldState/stateValue"),
        to: told("/newState/stateValue").or(words)?,
        reason: told("/newState/stateReason").map(|reason| mask_text(&reason).into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::Client;
    use aws_sdk_cloudwatch::operation::describe_alarm_history::DescribeAlarmHistoryOutput;
    use aws_smithy_mocks::mock;
    use aws_smithy_types::DateTime;

    use super::*;
    use crate::aws::{Clients, mocked};
    use crate::kinds::testing::{ask, parts, scope};
    use crate::world::World;

    fn page(name: &str, data: &str, next: Option<&str>) -> DescribeAlarmHistoryOutput {
        let item = types::AlarmHistoryItem::builder()
            .alarm_name(name)
            .timestamp(DateTime::from_secs(60))
            .history_summary("Alarm updated from OK to ALARM")
            .history_data(data)
            .build();
        DescribeAlarmHistoryOutput::builder().alarm_history_items(item).set_next_token(next.map(str::to_owned)).build()
    }

    #[tokio::test]
    async fn changes_of_all_pages_are_read_with_their_reasons() {
        let data =
            r#"{"oldState":{"stateValue":"OK"},"newState":{"stateValue":"ALARM","stateReason":"Threshold Crossed"}}"#;
        let first = mock!(Client::describe_alarm_history)
            .match_requests(|input| input.next_token().is_none() && input.alarm_types().len() == 3)
            .then_output(move || page("a", data, Some("n")));
        let second = mock!(Client::describe_alarm_history)
            .match_requests(|input| input.next_token() == Some("n"))
            .then_output(|| page("b", "odd", None));
        let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, &[first, second]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&["0"]))).await.expect("changes");
        let told = reading.parts[0].1.as_ref().expect("a list");
        assert_eq!((told[0].from.as_deref(), told[0].reason.as_deref()), (Some("OK"), Some("Threshold Crossed")));
        assert_eq!((told[1].alarm.as_str(), told[1].to.as_str()), ("b", "ALARM"));
    }

    #[tokio::test]
    async fn what_names_no_moment_is_no_part_of_it() {
        let (aws, scope, world) = (Clients::silent(), scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&["x"]))).await.expect("a reading");
        assert!(reading.parts.is_empty());
    }
}
