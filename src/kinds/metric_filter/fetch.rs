//! Reads this kind from AWS: logs:DescribeMetricFilters.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_cloudwatchlogs::types;

use super::model::MetricFilter;
use crate::aws::{Paged, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "logs:DescribeMetricFilters";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<MetricFilter>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.logs.describe_metric_filters().limit(50).set_next_token(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.metric_filters().iter().map(filter).collect(), text(answer.next_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn filter(from: &types::MetricFilter) -> Option<MetricFilter> {
    let (name, log_group) = (text(from.filter_name())?, text(from.log_group_name())?);
    let metrics = from.metric_transformations().iter();
    Some(MetricFilter {
        key: format!("{log_group}:{name}"),
        name,
        log_group,
        pattern: text(from.filter_pattern()),
        metrics: metrics.map(|made| (made.metric_namespace().to_owned(), made.metric_name().to_owned())).collect(),
    })
}
