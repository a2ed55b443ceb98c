//! What an open page shows beside its facts: metrics and happenings, each kept when the other
//! could not be had. Also the happenings RDS keeps, the maintenance it plans and what it recommends, which two kinds read alike.

use aws_sdk_rds::types::{DbRecommendation, Filter, PendingMaintenanceAction, SourceType};
use jiff::Timestamp;

use crate::aws::clients::Clients;
use crate::aws::convert::{text, when};
use crate::aws::pages::{Paged, pages};
use crate::display::{Ahead, Cell, Extra, Moment, Series, Tone};
use crate::text::first_line;
use crate::world::{Fault, FaultKind};

const EVENTS: &str = "rds:DescribeEvents";
const PENDING: &str = "rds:DescribePendingMaintenanceActions";
const RECOMMENDATIONS: &str = "rds:DescribeDBRecommendations";
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
    match (series, moments) {
        (Ok(series), Ok(moments)) => Ok(Extra { series, moments, ..Extra::default() }),
        (Ok(series), Err(fault)) => Ok(Extra { series, moments: vec![missing(&fault, now)], ..Extra::default() }),
        (Err(fault), Ok(moments)) => {
            let moments = [missing(&fault, now)].into_iter().chain(moments).collect();
            Ok(Extra { moments, ..Extra::default() })
        }
        (Err(fault), Err(_)) => Err(fault),
    }
}

fn not_shown(fault: &Fault) -> String {
    format!("not shown: {}", fault.sentence())
}

fn missing(fault: &Fault, now: Timestamp) -> Moment {
    Moment { at: now, message: not_shown(fault), tone: Tone::Dim }
}

/// Adds what waits to be done. Where it could not be read that costs a line; where only it could be read, the rest
/// costs one.
///
/// # Errors
/// The fault of the rest, when nothing is known to wait either.
pub fn with_ahead(
    extra: Result<Extra, Fault>,
    ahead: Result<Vec<Ahead>, Fault>,
    now: Timestamp,
) -> Result<Extra, Fault> {
    match (extra, ahead) {
        (Ok(extra), Ok(ahead)) => Ok(Extra { ahead, ..extra }),
        (Ok(extra), Err(fault)) => {
            Ok(Extra { ahead: vec![Ahead { message: Cell::dim(not_shown(&fault)), dates: Vec::new() }], ..extra })
        }
        (Err(fault), Ok(ahead)) if !ahead.is_empty() => {
            Ok(Extra { moments: vec![missing(&fault, now)], ahead, ..Extra::default() })
        }
        (Err(fault), _) => Err(fault),
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
            Some(Moment { at: when(event.date())?, message: text(event.message())?, tone: Tone::Plain })
        });
        Ok((moments.collect::<Vec<_>>(), text(answer.marker())))
    })
    .await?;
    let mut moments = items;
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    Ok(moments)
}

/// The maintenance that RDS says waits for the instance or cluster `arn`.
///
/// # Errors
/// The fault of the reading.
pub async fn pending_maintenance(aws: &Clients, arn: &str) -> Result<Vec<Ahead>, Fault> {
    let Paged { items, .. } = pages(PENDING, Some(arn), |token| async move {
        let request = aws.rds.describe_pending_maintenance_actions().resource_identifier(arn).max_records(100);
        let answer = aws.call(PENDING, Some(arn), request.set_marker(token).send()).await?;
        let resources = answer.pending_maintenance_actions().iter();
        let actions = resources.flat_map(|resource| resource.pending_maintenance_action_details()).map(action);
        Ok((actions.collect(), text(answer.marker())))
    })
    .await?;
    Ok(items)
}

/// What RDS recommends for the instance or cluster `arn` and nobody has acted on. Only the region's list can be asked for;
/// where it may not be read that is a line, and an endpoint or partition without it says nothing.
pub async fn recommendations(aws: &Clients, arn: &str) -> Vec<Ahead> {
    let read = pages(RECOMMENDATIONS, Some(arn), |token| async move {
        let status = Filter::builder().name("status").values("active").values("pending").build();
        let request = aws.rds.describe_db_recommendations().filters(status).max_records(100).set_marker(token);
        let answer = aws.call(RECOMMENDATIONS, Some(arn), request.send()).await?;
        let all = answer.db_recommendations().iter().filter(|one| one.resource_arn() == Some(arn)).filter_map(told);
        Ok((all.collect::<Vec<_>>(), text(answer.marker())))
    });
    match read.await {
        Ok(Paged { items, .. }) => items,
        Err(fault) if matches!(fault.kind, FaultKind::Denied) => {
            vec![Ahead { message: Cell::dim(format!("recommendations {}", not_shown(&fault))), dates: Vec::new() }]
        }
        Err(_) => Vec::new(),
    }
}

/// `recommended (high): Turn on storage autoscaling`.
fn told(from: &DbRecommendation) -> Option<Ahead> {
    let what =
        text(from.recommendation()).or_else(|| text(from.type_recommendation())).or_else(|| text(from.detection()))?;
    let severity = from.severity().map(|severity| format!(" ({severity})")).unwrap_or_default();
    Some(Ahead {
        message: Cell::plain(format!("recommended{severity}: {}", first_line(&what, 200))),
        dates: Vec::new(),
    })
}

/// The dates' meanings are those of the RDS API reference, `PendingMaintenanceAction`.
fn action(from: &PendingMaintenanceAction) -> Ahead {
    let dates: Vec<_> = [
        ("applied", from.current_apply_date()),
        ("in a window after", from.auto_applied_after_date()),
        ("at any time after", from.forced_apply_date()),
    ]
    .into_iter()
    .filter_map(|(label, at)| Some((label, when(at)?)))
    .collect();
    let name = from.action().unwrap_or("maintenance");
    let mut message = text(from.description()).map_or_else(|| name.to_owned(), |what| format!("{name}: {what}"));
    if dates.is_empty() {
        message.push_str(" (no date: pending until somebody applies it)");
    }
    Ahead { message: Cell::plain(message), dates }
}

#[cfg(test)]
mod tests;
