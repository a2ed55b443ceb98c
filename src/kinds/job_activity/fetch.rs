//! Reads this kind from AWS: cloudwatch:GetMetricData for rules that begin work and functions that a timer calls, in one
//! call. AWS bills it by the metric, so it is asked again after half an hour at the earliest. The only file of the kind
//! that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use jiff::{SignedDuration, Timestamp};

use super::model::JobActivity;
use crate::aws::{Paged, at, batches, pages, text, when};
use crate::kinds::FetchContext;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::job::work_of;
use crate::schedule::stored::target_effect::WorkKind;
use crate::world::{Fault, Reading};

const GET: &str = "cloudwatch:GetMetricData";
/// How far back is looked: a weekly job is seen twice.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 15);
/// Seconds a point.
const PERIOD: i32 = 3_600;
/// What was read this lately is not asked again.
const KEPT: SignedDuration = SignedDuration::from_mins(30);
/// Timers whose metrics are read: two metrics each, and 500 go into a call.
const MOST: usize = 250;

/// Reads what the timers and functions of the scope's jobs did.
///
/// # Errors
/// The fault of the one call.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<JobActivity>, Fault> {
    let keys = keys(ask);
    if keys.is_empty() {
        return Ok(Reading::whole(Vec::new()));
    }
    let now = Timestamp::now();
    let known: Vec<JobActivity> =
        keys.iter().filter_map(|key| ask.known.by_key::<JobActivity>(ask.scope, key)).cloned().collect();
    if known.len() == keys.len() && known.iter().all(|one| now.duration_since(one.until) < KEPT) {
        return Ok(Reading::whole(known));
    }
    let mut items = Vec::new();
    for some in batches(keys.into_iter().collect(), MOST) {
        items.extend(activities(ask, &some, now).await?);
    }
    Ok(Reading::whole(items))
}

/// What to ask about: enabled rules that begin work, and functions that an enabled timer calls.
fn keys(ask: FetchContext<'_>) -> BTreeSet<String> {
    let rules = ask.known.all::<Rule>(ask.scope).filter(|rule| rule.enabled);
    let rules = rules.filter_map(|rule| Some((Some(&rule.name), work_of(&rule.targets)?.1)));
    let schedules = ask.known.all::<ForeignSchedule>(ask.scope).filter(|schedule| schedule.enabled);
    let schedules = schedules.filter_map(|schedule| Some((None, work_of([&schedule.target])?.1)));
    let mut keys = BTreeSet::new();
    for (rule, work) in rules.chain(schedules) {
        keys.extend(rule.map(|name| JobActivity::of_rule(name)));
        if work.kind == WorkKind::Function {
            keys.insert(JobActivity::of_function(&work.name));
        }
    }
    keys
}

async fn activities(ask: FetchContext<'_>, keys: &[String], now: Timestamp) -> Result<Vec<JobActivity>, Fault> {
    let since = now.checked_sub(BACK).unwrap_or(now);
    // Whole hours, so that points stand where the metrics have theirs.
    let since =
        Timestamp::from_second(since.as_second() - since.as_second().rem_euclid(i64::from(PERIOD))).unwrap_or(since);
    let queries: Vec<MetricDataQuery> = keys.iter().enumerate().flat_map(|(at, key)| queries(at, key)).collect();
    let queries = &queries;
    let Paged { items, .. } = pages(GET, None, |token| async move {
        let request = ask.aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(at(since)).end_time(at(now)).set_next_token(token);
        let answer = ask.aws.call(GET, None, request.send()).await?;
        Ok((answer.metric_data_results().to_vec(), text(answer.next_token())))
    })
    .await?;
    let activity = |(at, key): (usize, &String)| JobActivity {
        key: key.clone(),
        since,
        until: now,
        fired: points(&items, &format!("f{at}")).into_iter().map(|(at, _)| at).collect(),
        failed: points(&items, &format!("x{at}")),
    };
    Ok(keys.iter().enumerate().map(activity).collect())
}

fn queries(index: usize, key: &str) -> Vec<MetricDataQuery> {
    let (namespace, dimension, name, fired, failed) = match key.split_once(':') {
        Some(("rule", name)) => ("AWS/Events", "RuleName", name, "Invocations", "FailedInvocations"),
        Some((_, name)) => ("AWS/Lambda", "FunctionName", name, "Invocations", "Errors"),
        None => return Vec::new(),
    };
    let query = |id: String, metric: &str| {
        let of = Dimension::builder().name(dimension).value(name).build();
        let metric = Metric::builder().namespace(namespace).metric_name(metric).dimensions(of).build();
        let stat = MetricStat::builder().metric(metric).period(PERIOD).stat("Sum").build();
        MetricDataQuery::builder().id(id).metric_stat(stat).build()
    };
    vec![query(format!("f{index}"), fired), query(format!("x{index}"), failed)]
}

/// The hours with something in them, oldest first.
fn points(results: &[MetricDataResult], id: &str) -> Vec<(Timestamp, f64)> {
    let mine = results.iter().filter(|result| result.id() == Some(id));
    let all = mine.flat_map(|result| result.timestamps().iter().zip(result.values()));
    let mut points: Vec<(Timestamp, f64)> =
        all.filter(|(_, value)| **value > 0.0).filter_map(|(at, value)| Some((when(Some(at))?, *value))).collect();
    points.sort_by_key(|(at, _)| *at);
    points
}
