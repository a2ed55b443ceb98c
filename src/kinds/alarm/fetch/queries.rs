//! The courses of an alarm on several metrics, on metric math or on a query: asked for by the alarm's own queries, as
//! CloudWatch has them. What the alarm looks at comes first, with its threshold; then what that is computed from.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{AlarmType, MetricDataQuery};
use jiff::Timestamp;

use super::{DESCRIBE, query_period};
use crate::aws::text;
use crate::display::Series;
use crate::kinds::FetchContext;
use crate::kinds::alarm::model::{Alarm, AlarmType as Sort};
use crate::kinds::shared::fetch::metrics::{Measure, courses_of, window};
use crate::text::first_line;
use crate::world::Fault;

/// So many courses are shown, the alarm's own among them.
const MOST: usize = 6;

/// Whether its course is asked for by its own queries: those of PromQL, of logs and of other alarms have none there.
pub(super) fn has(item: &Alarm) -> bool {
    let computed = item.metrics.len() > 1
        || item.metrics.first().is_some_and(|metric| metric.expression.is_some() || metric.account.is_some());
    computed && matches!(item.sort(), Sort::Metric | Sort::Query)
}

/// Reads them up to `now`.
///
/// # Errors
/// The fault of either call.
pub(super) async fn courses(ask: FetchContext<'_>, item: &Alarm, now: Timestamp) -> Result<Vec<Series>, Fault> {
    let request = ask.aws.cloudwatch.describe_alarms().alarm_names(&item.name).alarm_types(AlarmType::MetricAlarm);
    let answer = ask.aws.call(DESCRIBE, Some(&item.name), request.send()).await?;
    let Some(alarm) = answer.metric_alarms().first() else { return Ok(Vec::new()) };
    let band = alarm.threshold_metric_id();
    let period = alarm.metrics().iter().filter_map(query_period).filter_map(|one| u32::try_from(one).ok()).max();
    let period = period.unwrap_or(60);
    let is_own = |query: &&MetricDataQuery| query.return_data() != Some(false) && query.id() != band;
    let own = alarm.metrics().iter().find(is_own).and_then(MetricDataQuery::id);
    // Expressions take their periods from what they are computed from; only what is shown is returned.
    let mut shown = 0;
    let queries: Vec<MetricDataQuery> = alarm
        .metrics()
        .iter()
        .map(|query| {
            let is_shown =
                query.id() == own || query.id() == band || (query.metric_stat().is_some() && shown + 1 < MOST);
            shown += usize::from(is_shown && query.id() != own);
            let mut query = query.clone();
            query.return_data = Some(is_shown);
            query
        })
        .collect();
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let from = now.checked_sub(window(period)).unwrap_or(now);
    let found = courses_of(ask.aws, &queries, from, now).await?;
    let mut all: Vec<(bool, Series)> = found
        .into_iter()
        .map(|((id, label), values)| {
            let is_own = own == Some(id.as_str());
            let query = alarm.metrics().iter().find(|query| query.id() == Some(id.as_str()));
            (is_own, series(query, (label, is_own), &values, (period, item), (from, now)))
        })
        .collect();
    all.sort_by_key(|(is_own, _)| !is_own);
    Ok(all.into_iter().map(|(_, series)| series).take(MOST).collect())
}

fn series(
    query: Option<&MetricDataQuery>,
    (label, is_own): (String, bool),
    values: &BTreeMap<i64, f64>,
    (period, item): (u32, &Alarm),
    (from, now): (Timestamp, Timestamp),
) -> Series {
    let name = query.and_then(|query| text(query.metric_stat()?.metric()?.metric_name()));
    let percent = name.as_deref().is_some_and(|name| name.ends_with("Utilization"));
    let title = match (label.is_empty(), name) {
        (true, Some(name)) => name,
        (true, None) => query.and_then(|query| text(query.expression())).unwrap_or_default(),
        (false, _) => label,
    };
    let measure = Measure {
        title: first_line(&title, 60),
        unit: if percent { "%" } else { "" },
        period,
        threshold: item.threshold.filter(|_| is_own),
        ..Measure::average("", "", "", "", &[])
    };
    measure.series(values, from, now)
}
