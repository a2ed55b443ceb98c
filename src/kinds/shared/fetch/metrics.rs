//! Metrics for an open page: the courses of a few metrics in one GetMetricData call, which AWS
//! bills per metric, so only for what is looked at. Gaps stay gaps.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{self, Dimension, MetricDataQuery, MetricStat, ScanBy};
use jiff::{SignedDuration, Timestamp};

use crate::aws::clients::Clients;
use crate::aws::convert::{at, text, when};
use crate::aws::pages::{Paged, pages};
use crate::display::Series;
use crate::kinds::metric_series::Metric;
use crate::world::Fault;

const GET: &str = "cloudwatch:GetMetricData";
/// How far back a page looks.
const WINDOW: SignedDuration = SignedDuration::from_hours(3);
/// The shortest period asked for, seconds: finer ones cost more and say no more.
const FINEST: u32 = 60;

/// One metric to be fetched, and how it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure {
    /// Its title on the page.
    pub title: String,
    /// Unit behind figures.
    pub unit: &'static str,
    /// What values are divided by to come in that unit.
    pub divisor: f64,
    /// `AWS/RDS`, …
    pub namespace: String,
    /// Metric name.
    pub metric: String,
    /// Which resource.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `p99`, …
    pub statistic: String,
    /// Seconds a point; raised to a minute.
    pub period: u32,
    /// A line to draw across.
    pub threshold: Option<f64>,
}

impl Measure {
    /// The average of a metric by the minute.
    #[must_use]
    pub fn average(
        title: &str,
        unit: &'static str,
        namespace: &str,
        metric: &str,
        dimensions: &[(&str, &str)],
    ) -> Self {
        Self {
            title: title.to_owned(),
            unit,
            divisor: 1.0,
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            statistic: "Average".to_owned(),
            period: FINEST,
            threshold: None,
        }
    }

    /// A metric as its kind tells of it.
    #[must_use]
    pub fn of(metric: &Metric) -> Self {
        let name = &metric.name;
        Self {
            divisor: metric.divisor,
            dimensions: name.dimensions.clone(),
            statistic: name.statistic.clone(),
            ..Self::average(metric.title, metric.unit, &name.namespace, &name.metric, &[])
        }
    }

    fn period(&self) -> u32 {
        self.period.max(FINEST).div_ceil(60).saturating_mul(60)
    }

    fn query(&self, index: usize) -> Option<MetricDataQuery> {
        let dimensions =
            self.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let metric = types::Metric::builder()
            .namespace(&self.namespace)
            .metric_name(&self.metric)
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let period = i32::try_from(self.period()).ok()?;
        let stat = MetricStat::builder().metric(metric).period(period).stat(&self.statistic).build();
        Some(MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat).build())
    }

    /// The course on a grid of whole periods; `None` where there was no datapoint.
    #[must_use]
    pub fn series(&self, values: &BTreeMap<i64, f64>, from: Timestamp, to: Timestamp) -> Series {
        let step = i64::from(self.period());
        let last = to.as_second() - to.as_second().rem_euclid(step);
        let first = from.as_second() - from.as_second().rem_euclid(step);
        let mut points = Vec::new();
        let mut second = first;
        // The period that has not ended yet would always read low.
        while second < last {
            // Whoever answers off the grid still counts for the period it falls in.
            let value = values.range(second..second + step).next().map(|(_, value)| value / self.divisor);
            points.extend(Timestamp::from_second(second).ok().map(|at| (at, value)));
            second += step;
        }
        Series { title: self.title.clone(), unit: self.unit, points, threshold: self.threshold }
    }
}

/// The courses of `measures` up to `now`, in their order.
///
/// # Errors
/// The fault of the one call.
pub async fn courses(aws: &Clients, measures: &[Measure], now: Timestamp) -> Result<Vec<Series>, Fault> {
    // A metric with a long period needs a longer look back to show more than a dot.
    let longest = measures.iter().map(Measure::period).max().unwrap_or(FINEST);
    courses_over(aws, measures, window(longest), now).await
}

/// How far back a page looks at points of so many seconds.
#[must_use]
pub fn window(period: u32) -> SignedDuration {
    WINDOW.max(SignedDuration::from_secs(i64::from(period) * 12))
}

/// A course by the id of its query and its label, which tells one group of a query from another, with its datapoints.
pub type Answered = ((String, String), BTreeMap<i64, f64>);

/// What `queries` answer from `from` up to `now`, in the order of the answer.
///
/// # Errors
/// The fault of the one call.
pub async fn courses_of(
    aws: &Clients,
    queries: &[MetricDataQuery],
    from: Timestamp,
    now: Timestamp,
) -> Result<Vec<Answered>, Fault> {
    let Paged { items, .. } = pages(GET, None, |token| async move {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.to_vec()));
        let request = request.start_time(at(from)).end_time(at(now)).scan_by(ScanBy::TimestampAscending);
        let answer = aws.call(GET, None, request.set_next_token(token).send()).await?;
        Ok((answer.metric_data_results().to_vec(), text(answer.next_token())))
    })
    .await?;
    let mut all: Vec<Answered> = Vec::new();
    for result in items {
        let key = (result.id().unwrap_or_default().to_owned(), result.label().unwrap_or_default().to_owned());
        let values = result.timestamps().iter().zip(result.values());
        let values = values.filter_map(|(at, value)| Some((when(Some(at))?.as_second(), *value)));
        // A course goes on in the next page under the same id and label.
        match all.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(values),
            None => all.push((key, values.collect())),
        }
    }
    Ok(all)
}

/// The same over `window` up to `now`. AWS takes five hundred measures at most.
///
/// # Errors
/// The fault of the one call.
pub async fn courses_over(
    aws: &Clients,
    measures: &[Measure],
    window: SignedDuration,
    now: Timestamp,
) -> Result<Vec<Series>, Fault> {
    let from = now.checked_sub(window).unwrap_or(now);
    let queries: Vec<MetricDataQuery> =
        measures.iter().enumerate().filter_map(|(index, measure)| measure.query(index)).collect();
    let items = courses_of(aws, &queries, from, now).await?;
    let course = |(index, measure): (usize, &Measure)| {
        let id = format!("m{index}");
        let results = items.iter().filter(|((known, _), _)| *known == id);
        let values = results.flat_map(|(_, values)| values).map(|(at, value)| (*at, *value)).collect();
        measure.series(&values, from, now)
    };
    Ok(measures.iter().enumerate().map(course).collect())
}
