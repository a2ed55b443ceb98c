//! Reads this kind from AWS: rds:DescribeEvents, of the databases that are asked for by ARN.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_rds::types::SourceType;

use super::model::{DbMessage, PowerEvents};
use crate::aws::{Paged, concurrently, pages, text, when};
use crate::kinds::FetchContext;
use crate::schedule::observed::rds_power_events::{KEPT, Power};
use crate::text::mask_text;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading};

const EVENTS: &str = "rds:DescribeEvents";

/// Reads the events of the databases that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<PowerEvents>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let read = concurrently(parts.iter().cloned().collect(), |part: Part| async move {
        let got = one(ask, &part).await.map(|events| vec![events]);
        (part, got)
    });
    Ok(Reading::of(read.await))
}

async fn one(ask: FetchContext<'_>, key: &str) -> Result<PowerEvents, Fault> {
    let arn = Arn::from(key);
    let source = match arn.resource().split(':').next() {
        Some("db") => SourceType::DbInstance,
        Some("cluster") => SourceType::DbCluster,
        _ => return Err(Fault::new(FaultKind::Odd, EVENTS, "it is no database").on(key)),
    };
    let (source, id) = (&source, arn.last());
    let minutes = i32::try_from(KEPT.as_mins()).unwrap_or(i32::MAX);
    let Paged { items, cut } = pages(EVENTS, Some(id), |token| async move {
        let request = ask.aws.rds.describe_events().source_type(source.clone()).source_identifier(id);
        let request = request.duration(minutes).max_records(100).set_marker(token);
        let answer = ask.aws.call(EVENTS, Some(id), request.send()).await?;
        let told = answer.events().iter().filter_map(|event| {
            Some(DbMessage { at: when(event.date())?, message: mask_text(event.message()?).into_owned() })
        });
        Ok((told.collect::<Vec<DbMessage>>(), text(answer.marker())))
    })
    .await?;
    // Half of a history would tell of hours that were none.
    if let Some(fault) = cut {
        return Err(fault);
    }
    let mut messages = items;
    messages.sort_by_key(|event| event.at);
    let told = messages.iter().filter_map(|event| Some((event.at, Power::of(&event.message)?))).collect();
    Ok(PowerEvents { arn: key.to_owned(), told, messages })
}

#[cfg(test)]
mod tests {
    use aws_sdk_rds::Client;
    use aws_sdk_rds::operation::describe_events::DescribeEventsOutput;
    use aws_sdk_rds::types::Event;
    use aws_smithy_mocks::mock;
    use aws_smithy_types::DateTime;

    use super::*;
    use crate::aws::{Clients, mocked};
    use crate::kinds::testing::{ask, parts, scope};
    use crate::world::World;

    const CLUSTER: &str = "arn:aws:rds:ap-northeast-1:1:cluster:c";

    fn page(events: &[(i64, &str)], next: Option<&str>) -> DescribeEventsOutput {
        let event =
            |(at, message): &(i64, &str)| Event::builder().date(DateTime::from_secs(*at)).message(*message).build();
        DescribeEventsOutput::builder()
            .set_events(Some(events.iter().map(event).collect()))
            .set_marker(next.map(str::to_owned))
            .build()
    }

    #[tokio::test]
    async fn stops_and_starts_of_fourteen_days_are_read_in_the_order_of_time() {
        let first = mock!(Client::describe_events)
            .match_requests(|input| {
                input.marker().is_none()
                    && input.source_type() == Some(&SourceType::DbCluster)
                    && input.source_identifier() == Some("c")
                    && input.duration() == Some(20_160)
            })
            .then_output(|| page(&[(30, "DB cluster started"), (10, "DB cluster stopped")], Some("n")));
        let second = mock!(Client::describe_events)
            .match_requests(|input| input.marker() == Some("n"))
            .then_output(|| page(&[(20, "Started cross AZ failover to DB instance"), (5, "DB cluster created")], None));
        let aws = Clients { rds: mocked!(aws_sdk_rds, &[first, second]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&[CLUSTER]))).await.unwrap();
        let told = &reading.parts[0].1.as_ref().unwrap()[0].told;
        let seconds: Vec<(i64, Power)> = told.iter().map(|(at, power)| (at.as_second(), *power)).collect();
        assert_eq!(seconds, [(10, Power::Stopped), (30, Power::Started)]);
    }

    #[tokio::test]
    async fn nothing_is_read_unasked_and_what_is_no_database_is_told() {
        let (aws, scope, world) = (Clients::silent(), scope(), World::default());
        let all = read(ask(&aws, &scope, &world, &Coverage::All)).await.unwrap();
        assert!(all.parts.is_empty());
        let odd = read(ask(&aws, &scope, &world, &parts(&["arn:aws:ecs:x:1:service/c/s"]))).await.unwrap();
        assert_eq!(odd.parts[0].1.as_ref().unwrap_err().kind, FaultKind::Odd);
    }

    #[tokio::test]
    async fn a_denial_is_one() {
        let message = r#"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"#;
        let no = mock!(Client::describe_events).sequence().http_status(403, Some(message.to_owned())).build();
        let aws = Clients { rds: mocked!(aws_sdk_rds, &[no]), ..Clients::silent() };
        let (scope, world) = (scope(), World::default());
        let reading = read(ask(&aws, &scope, &world, &parts(&[CLUSTER]))).await.unwrap();
        assert_eq!(reading.parts[0].1.as_ref().unwrap_err().kind, FaultKind::Denied);
    }
}
