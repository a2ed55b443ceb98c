//! Which charts there are of a resource or of an environment, what has to be read for them, and which line of an alarm
//! goes across. Pure: what a thing's metrics are its kind says; nothing here draws.

use std::collections::BTreeMap;

use crate::kinds::alarm::{Alarm, scales};
use crate::kinds::catalog::kind;
use crate::kinds::metric_series::{Golden, Metric, MetricSeries};
use crate::world::read_request::ReadRequest;
use crate::world::{Coverage, Fault, Resource, ResourceId, Scope, World};

/// One chart.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// What it shows: the metric, and of an environment whose it is.
    pub title: String,
    /// Whose.
    pub owner: ResourceId,
    /// The metric.
    pub metric: Metric,
    /// Where an alarm on it goes off.
    pub threshold: Option<Threshold>,
}

/// Where an alarm goes off.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Threshold {
    /// The value, in the metric's unit.
    pub value: f64,
    /// Whether what is above it is bad, or what is below.
    pub above: bool,
    /// Seconds that the alarm sums up over, where it is a sum.
    over: Option<u32>,
}

impl Threshold {
    /// The value for points that stand for so many seconds: a sum over five minutes is five times one over a minute.
    #[must_use]
    pub fn at(&self, period: u32) -> f64 {
        self.over.map_or(self.value, |over| self.value * f64::from(period) / f64::from(over.max(1)))
    }
}

/// Charts under one heading.
#[derive(Clone, PartialEq, Debug)]
pub struct ChartGroup {
    /// The heading.
    pub title: String,
    /// They.
    pub charts: Vec<Chart>,
}

/// Where an alarm on that metric goes off. Of several the one that is met first.
fn threshold(world: &World, scope: &Scope, metric: &Metric) -> Option<Threshold> {
    let name = &metric.name;
    let on_it = |alarm: &&Alarm| match alarm.metrics.as_slice() {
        [one] => {
            let same = one.namespace.as_deref() == Some(name.namespace.as_str());
            same && one.name.as_deref() == Some(name.metric.as_str())
                && one.dimensions.len() == name.dimensions.len()
                && name.dimensions.iter().all(|pair| one.dimensions.contains(pair))
                && one.statistic.as_deref() == Some(name.statistic.as_str())
        }
        _ => false,
    };
    // What only drives autoscaling says nothing of good or bad.
    let lines = world.all::<Alarm>(scope).filter(|alarm| !scales(alarm)).filter(on_it).filter_map(|alarm| {
        let above = !alarm.comparison.as_deref().is_some_and(|comparison| comparison.contains("Less"));
        let over = alarm.period.filter(|_| name.statistic == "Sum");
        Some(Threshold { value: alarm.threshold? / metric.divisor, above, over })
    });
    lines.min_by(|a, b| if a.above { a.value.total_cmp(&b.value) } else { b.value.total_cmp(&a.value) })
}

fn chart(world: &World, id: &ResourceId, metric: Metric, title: String) -> Chart {
    let threshold = threshold(world, &id.scope, &metric);
    Chart { title, owner: id.clone(), metric, threshold }
}

fn metrics(world: &World, id: &ResourceId) -> Vec<Metric> {
    kind(id.kind).map(|kind| kind.metrics(world, id)).unwrap_or_default()
}

fn name(world: &World, id: &ResourceId) -> String {
    kind(id.kind).and_then(|kind| kind.title(world, id)).unwrap_or_else(|| id.key.to_string())
}

/// The charts of one resource; none where nothing is measured of it.
#[must_use]
pub fn of_resource(world: &World, id: &ResourceId) -> Vec<ChartGroup> {
    let charts: Vec<Chart> = metrics(world, id)
        .into_iter()
        .map(|metric| chart(world, id, metric.clone(), metric.title.to_owned()))
        .collect();
    if charts.is_empty() { Vec::new() } else { vec![ChartGroup { title: name(world, id), charts }] }
}

/// The four golden rows of several resources, each with what tells of it.
#[must_use]
pub fn golden(world: &World, ids: &[ResourceId]) -> Vec<ChartGroup> {
    let mut rows: BTreeMap<Golden, Vec<Chart>> = BTreeMap::new();
    for id in ids {
        let name = name(world, id);
        for metric in metrics(world, id) {
            if let Some(golden) = metric.golden {
                let title = format!("{name}  {}", metric.title);
                rows.entry(golden).or_default().push(chart(world, id, metric, title));
            }
        }
    }
    rows.into_iter().map(|(golden, charts)| ChartGroup { title: golden.word().to_owned(), charts }).collect()
}

/// What has to be read for them: one request a scope, which is one call for up to five hundred metrics.
#[must_use]
pub fn wants(groups: &[ChartGroup], span: (u32, u32)) -> Vec<ReadRequest> {
    let mut scopes: BTreeMap<&Scope, std::collections::BTreeSet<crate::world::Part>> = BTreeMap::new();
    for chart in groups.iter().flat_map(|group| &group.charts) {
        scopes.entry(&chart.owner.scope).or_default().insert(chart.metric.over_span(span).part());
    }
    let want = |(scope, parts): (&Scope, _)| ReadRequest {
        scope: scope.clone(),
        kind: MetricSeries::KIND,
        coverage: Coverage::Parts(parts),
    };
    scopes.into_iter().map(want).collect()
}

/// The course of a chart over a span, in its unit, if it was read.
#[must_use]
pub fn series(world: &World, chart: &Chart, span: (u32, u32)) -> Option<Vec<(jiff::Timestamp, Option<f64>)>> {
    let part = chart.metric.over_span(span).part();
    let found = world.by_key::<MetricSeries>(&chart.owner.scope, &part)?;
    Some(found.points.iter().map(|(at, value)| (*at, value.map(|value| value / chart.metric.divisor))).collect())
}

/// Why the courses of a scope could not be read.
#[must_use]
pub fn fault<'w>(world: &'w World, scope: &Scope) -> Option<&'w Fault> {
    world.store(scope, MetricSeries::KIND).and_then(|store| store.faults().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::metric_series::SPANS;
    use crate::kinds::testing_samples::{Shelves, balancer, database, firing, now, scope, service};
    use crate::world::Reading;

    #[test]
    fn an_environment_has_four_rows_and_one_request_a_scope() {
        let world = Shelves::default().with([balancer()]).with([service()]).with([database()]).0;
        let ids = [balancer().id(&scope()), service().id(&scope()), database().id(&scope())];
        let rows = golden(&world, &ids);
        let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
        assert_eq!(titles, ["traffic", "errors", "latency", "saturation"]);
        assert!(rows[0].charts.iter().any(|chart| chart.title == format!("{}  requests", balancer().name)), "{rows:?}");
        assert_eq!(wants(&rows, SPANS[1]).len(), 1);
        assert_eq!(of_resource(&world, &service().id(&scope()))[0].charts.len(), 2);
        assert_eq!(of_resource(&world, &firing().id(&scope())), []);
    }

    #[test]
    fn an_alarm_on_a_metric_is_its_line_in_its_unit() {
        let mut alarm = firing();
        let mine = balancer();
        let of = &metrics(&Shelves::default().with([mine.clone()]).0, &mine.id(&scope()))[4];
        assert_eq!(of.title, "latency p99");
        let one = &mut alarm.metrics[0];
        (one.namespace, one.name) = (Some(of.name.namespace.clone()), Some(of.name.metric.clone()));
        (one.dimensions, one.statistic) = (of.name.dimensions.clone(), Some(of.name.statistic.clone()));
        alarm.metrics.truncate(1);
        (alarm.threshold, alarm.comparison) = (Some(2.0), Some("GreaterThanThreshold".to_owned()));
        let world = Shelves::default().with([mine.clone()]).with([alarm]).0;
        let charts = of_resource(&world, &mine.id(&scope())).remove(0).charts;
        let line = charts[4].threshold.expect("a line");
        assert_eq!((line.value, line.above, line.at(300)), (2_000.0, true, 2_000.0), "milliseconds");
        assert_eq!(Threshold { over: Some(300), ..line }.at(60), 400.0);
        assert_eq!(charts[0].threshold, None);
    }

    #[test]
    fn a_course_comes_in_the_unit_of_its_chart() {
        let mut world = Shelves::default().with([database()]).0;
        let chart = of_resource(&world, &database().id(&scope())).remove(0).charts.remove(2);
        let part = chart.metric.over_span(SPANS[1]).part();
        let points = vec![(now(), Some(2.0 * 1_073_741_824.0)), (now(), None)];
        let read = Reading::of(vec![(part.clone(), Ok(vec![MetricSeries { key: part.to_string(), points }]))]);
        let coverage = Coverage::Parts([part].into());
        world.put(&scope(), MetricSeries::KIND, &coverage, Ok(read.into()), now());
        assert_eq!(series(&world, &chart, SPANS[1]), Some(vec![(now(), Some(2.0)), (now(), None)]));
        assert_eq!(series(&world, &chart, SPANS[0]), None);
        assert_eq!(fault(&world, &scope()), None);
    }
}
