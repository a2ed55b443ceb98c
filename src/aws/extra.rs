//! What an open page shows beside its facts: metrics and happenings, each kept when the other
//! could not be had. Also the happenings RDS keeps, which two kinds read alike.

use aws_sdk_rds::types::SourceType;
use jiff::Timestamp;

use super::clients::Clients;
use super::pages::{Paged, pages};
use super::plain::{text, when};
use crate::kinds::{Extra, Moment, Series, Tone};
use crate::world::Fault;

const EVENTS: &str = "rds:DescribeEvents";
/// How far back events are asked for, minutes.
const A_DAY: i32 = 24 * 60;

/// Puts metrics and happenings together. What could not be had is said in a line of its own.
///
/// # Errors
/// The first fault, when nothing at all could be had.
pub fn extra(
    series: Result<Vec<Series>, Fault>,
    moments: Result<Vec<Moment>, Fault>,
    now: Timestamp,
) -> Result<Extra, Fault> {
    let missing = |fault: Fault| Moment { at: now, says: format!("not shown: {}", fault.sentence()), tone: Tone::Dim };
    match (series, moments) {
        (Ok(series), Ok(moments)) => Ok(Extra { series, moments }),
        (Ok(series), Err(fault)) => Ok(Extra { series, moments: vec![missing(fault)] }),
        (Err(fault), Ok(moments)) => {
            Ok(Extra { series: Vec::new(), moments: [missing(fault)].into_iter().chain(moments).collect() })
        }
        (Err(fault), Err(_)) => Err(fault),
    }
}

/// What RDS says happened to an instance (`cluster` false) or a cluster in the last day, newest first.
///
/// # Errors
/// The fault of the reading.
pub async fn db_events(aws: &Clients, id: &str, cluster: bool) -> Result<Vec<Moment>, Fault> {
    let source = if cluster { SourceType::DbCluster } else { SourceType::DbInstance };
    let source = &source;
    let Paged { items, .. } = pages(EVENTS, Some(id), |token| async move {
        let request = aws.rds.describe_events().source_type(source.clone()).source_identifier(id).duration(A_DAY);
        let answer = aws.call(EVENTS, Some(id), request.max_records(100).set_marker(token).send()).await?;
        let moments = answer.events().iter().filter_map(|event| {
            Some(Moment { at: when(event.date())?, says: text(event.message())?, tone: Tone::Plain })
        });
        Ok((moments.collect::<Vec<_>>(), text(answer.marker())))
    })
    .await?;
    let mut moments = items;
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    Ok(moments)
}
