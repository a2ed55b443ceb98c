//! Reads this kind from AWS: cloudwatch:DescribeAlarms; for an open page its history, its metric, and which of many series
//! breach.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

mod bands;
mod queries;

use aws_sdk_cloudwatch::types::{self, AlarmType};
use jiff::Timestamp;

use super::model::{Alarm, AlarmMetric, PROMQL};
use crate::aws::{Paged, maybe, named_pages, text, when};
use crate::display::{Cell, Extra, Fact, Moment, Tone};
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses, extra};
use crate::text::{first_line, mask_text};
use crate::world::{Arn, Fault, Health, Reading};

const DESCRIBE: &str = "cloudwatch:DescribeAlarms";
const HISTORY: &str = "cloudwatch:DescribeAlarmHistory";
const CONTRIBUTORS: &str = "cloudwatch:DescribeAlarmContributors";
/// How many contributors are told; of more, how many there are.
const MOST: usize = 20;
/// Every type of alarm: what is not asked for by its type is not answered.
pub(in crate::kinds) const TYPES: [AlarmType; 3] =
    [AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm];

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Alarm>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        // Without types CloudWatch leaves composite and log alarms out.
        let request = ask.aws.cloudwatch.describe_alarms().max_records(100).set_next_token(token);
        let request = request.set_alarm_types(Some(TYPES.to_vec()));
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        let metric = answer.metric_alarms().iter().map(metric_alarm);
        let composite = answer.composite_alarms().iter().map(composite_alarm);
        let log = answer.log_alarms().iter().map(log_alarm);
        Ok((metric.chain(composite).chain(log).collect(), text(answer.next_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

/// Its history, and the courses of what it watches.
///
/// # Errors
/// The fault that kept both from being read.
pub(super) async fn look(ask: FetchContext<'_>, item: &Alarm, now: Timestamp) -> Result<Extra, Fault> {
    let measures: Vec<Measure> = measure(item).into_iter().collect();
    let computed = queries::has(item);
    let metrics = async {
        if computed {
            return queries::courses(ask, item, now).await;
        }
        if measures.is_empty() { Ok(Vec::new()) } else { courses(ask.aws, &measures, now).await }
    };
    let (series, moments, contributors, bands) =
        tokio::join!(metrics, history(ask, item), contributors(ask, item), bands::bands(ask, item, now));
    if measures.is_empty() && !computed {
        // Nothing was asked of metrics: the history alone decides.
        return Ok(Extra { moments: moments?, contributors, bands, ..Extra::default() });
    }
    Ok(Extra { contributors, ..extra(series, moments, now)? })
}

/// Which of the many things breach that a firing alarm watches by one query. A composite alarm watches other alarms.
async fn contributors(ask: FetchContext<'_>, item: &Alarm) -> Vec<Fact> {
    if item.state != "ALARM" || item.rule.is_some() || !item.watches_many() {
        return Vec::new();
    }
    let read = named_pages(CONTRIBUTORS, Some(&item.name), |token| async move {
        let request = ask.aws.cloudwatch.describe_alarm_contributors().alarm_name(&item.name).set_next_token(token);
        let answer = ask.aws.call(CONTRIBUTORS, Some(&item.name), request.send()).await?;
        let all = answer.alarm_contributors().iter().map(|one| Some(contributor(one)));
        Ok((all.collect(), text(answer.next_token())))
    });
    match read.await {
        Ok(Paged { items, .. }) => {
            let more = items.len().saturating_sub(MOST);
            let mut facts: Vec<Fact> =
                items.into_iter().take(MOST).map(|message| Fact::new("breaches", Cell::plain(message))).collect();
            if more > 0 {
                facts.push(Fact::new("breaches", Cell::dim(format!("and {more} more"))));
            }
            facts
        }
        Err(fault) => vec![Fact::new("breaches", Cell::dim(format!("not known: {}", fault.sentence())))],
    }
}

/// `FunctionName=resize: Threshold Crossed: …`.
fn contributor(from: &types::AlarmContributor) -> String {
    let mut attributes: Vec<String> =
        from.contributor_attributes().into_iter().flatten().map(|(name, value)| format!("{name}={value}")).collect();
    attributes.sort();
    let who =
        if attributes.is_empty() { from.contributor_id().unwrap_or("?").to_owned() } else { attributes.join(" ") };
    let why = from.state_reason().unwrap_or_default();
    let since = when(from.state_transitioned_timestamp()).map(|at| format!(" (since {})", at.strftime("%F %H:%M UTC")));
    mask_text(&format!("{}: {}{}", first_line(&who, 120), first_line(why, 160), since.unwrap_or_default())).into_owned()
}

fn measure(item: &Alarm) -> Option<Measure> {
    let [metric] = &item.metrics[..] else { return None };
    // What is measured here under its name is something else.
    if metric.account.is_some() {
        return None;
    }
    Some(Measure {
        title: metric.name.clone()?,
        unit: if metric.name.as_deref().is_some_and(|name| name.ends_with("Utilization")) { "%" } else { "" },
        divisor: 1.0,
        namespace: metric.namespace.clone()?,
        metric: metric.name.clone()?,
        dimensions: metric.dimensions.clone(),
        statistic: metric.statistic.clone()?,
        period: item.period.unwrap_or(60),
        threshold: item.threshold,
    })
}

/// Its newest history, newest first.
async fn history(ask: FetchContext<'_>, item: &Alarm) -> Result<Vec<Moment>, Fault> {
    let request = ask.aws.cloudwatch.describe_alarm_history().alarm_name(&item.name).max_records(50);
    let request = request.set_alarm_types(Some(TYPES.to_vec()));
    let request = request.scan_by(types::ScanBy::TimestampDescending);
    let answer = ask.aws.call(HISTORY, Some(&item.name), request.send()).await?;
    Ok(answer.alarm_history_items().iter().filter_map(moment).collect())
}

fn moment(from: &types::AlarmHistoryItem) -> Option<Moment> {
    let data = from.history_data().and_then(|data| serde_json::from_str::<serde_json::Value>(data).ok());
    let told = |pointer: &str| data.as_ref()?.pointer(pointer)?.as_str().map(str::to_owned);
    let tone = match told("/newState/stateValue").as_deref() {
        Some("ALARM") => Tone::Of(Health::Bad),
        Some("OK") => Tone::Of(Health::Well),
        Some("INSUFFICIENT_DATA") => Tone::Of(Health::Unknown),
        _ => Tone::Dim,
    };
    let summary = text(from.history_summary())?;
    let message = match told("/newState/stateReason") {
        Some(reason) => format!("{summary}: {reason}"),
        None => summary,
    };
    Some(Moment { at: when(from.timestamp())?, message, tone })
}

fn arns(from: &[String]) -> Vec<Arn> {
    from.iter().map(|arn| Arn::from(arn.as_str())).collect()
}

fn metric_alarm(from: &types::MetricAlarm) -> Option<Alarm> {
    let arn = Arn::from(text(from.alarm_arn())?);
    let queries = from.metrics();
    let account = arn.account().map(str::to_owned);
    Some(Alarm {
        name: text(from.alarm_name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        description: text(from.alarm_description()),
        state: from.state_value().map_or("UNKNOWN", |state| state.as_str()).to_owned(),
        reason: text(from.state_reason()),
        reason_data: text(from.state_reason_data()),
        // The updated time moves with every new reason; the transition is when the state began.
        since: when(from.state_transitioned_timestamp()).or_else(|| when(from.state_updated_timestamp())),
        updated_at: when(from.state_updated_timestamp()),
        actions_enabled: from.actions_enabled().unwrap_or(true),
        alarm_actions: arns(from.alarm_actions()),
        ok_actions: arns(from.ok_actions()),
        metrics: if let Some(query) = promql(from) {
            vec![query]
        } else if queries.is_empty() {
            single(from)
        } else {
            queries.iter().map(|from| query(from, account.as_deref())).collect()
        },
        rule: None,
        comparison: from.comparison_operator().map(|comparison| comparison.as_str().to_owned()),
        threshold: from.threshold(),
        period: maybe(from.period().or_else(|| queries.iter().find_map(query_period))),
        evaluation_periods: maybe(from.evaluation_periods()),
        datapoints_to_alarm: maybe(from.datapoints_to_alarm()),
        missing: text(from.treat_missing_data()),
        evaluation: from.evaluation_state().map(|state| state.as_str().to_owned()),
        suppressed_by: None,
    })
}

fn dimensions(from: &[types::Dimension]) -> Vec<(String, String)> {
    from.iter().filter_map(|one| Some((text(one.name())?, one.value()?.to_owned()))).collect()
}

/// What a PromQL alarm watches: a query, which names its resources by labels and not by dimensions.
fn promql(from: &types::MetricAlarm) -> Option<AlarmMetric> {
    let criteria = from.evaluation_criteria()?.as_prom_ql_criteria().ok()?;
    Some(AlarmMetric {
        id: None,
        namespace: None,
        name: None,
        dimensions: Vec::new(),
        statistic: None,
        expression: text(criteria.query()),
        label: Some(PROMQL.to_owned()),
        account: None,
    })
}

fn single(from: &types::MetricAlarm) -> Vec<AlarmMetric> {
    let named = text(from.metric_name()).map(|name| AlarmMetric {
        id: None,
        namespace: text(from.namespace()),
        name: Some(name),
        dimensions: dimensions(from.dimensions()),
        statistic: from.statistic().map(|all| all.as_str().to_owned()).or_else(|| text(from.extended_statistic())),
        expression: None,
        label: None,
        account: None,
    });
    named.into_iter().collect()
}

/// One query of an alarm that is in `own`: a monitoring account watches metrics of others.
fn query(from: &types::MetricDataQuery, own: Option<&str>) -> AlarmMetric {
    let metric = from.metric_stat().and_then(|stat| stat.metric());
    AlarmMetric {
        id: text(from.id()),
        namespace: metric.and_then(|metric| text(metric.namespace())),
        name: metric.and_then(|metric| text(metric.metric_name())),
        dimensions: metric.map(|metric| dimensions(metric.dimensions())).unwrap_or_default(),
        statistic: from.metric_stat().and_then(|stat| text(stat.stat())),
        expression: text(from.expression()),
        label: text(from.label()),
        account: text(from.account_id()).filter(|account| Some(account.as_str()) != own),
    }
}

fn query_period(from: &types::MetricDataQuery) -> Option<i32> {
    from.metric_stat().and_then(|stat| stat.period()).or_else(|| from.period())
}

fn composite_alarm(from: &types::CompositeAlarm) -> Option<Alarm> {
    let arn = Arn::from(text(from.alarm_arn())?);
    let suppressor = || text(from.actions_suppressor()).or_else(|| text(from.actions_suppressed_reason()));
    Some(Alarm {
        name: text(from.alarm_name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        description: text(from.alarm_description()),
        state: from.state_value().map_or("UNKNOWN", |state| state.as_str()).to_owned(),
        reason: text(from.state_reason()),
        reason_data: text(from.state_reason_data()),
        since: when(from.state_transitioned_timestamp()).or_else(|| when(from.state_updated_timestamp())),
        updated_at: when(from.state_updated_timestamp()),
        actions_enabled: from.actions_enabled().unwrap_or(true),
        alarm_actions: arns(from.alarm_actions()),
        ok_actions: arns(from.ok_actions()),
        metrics: Vec::new(),
        rule: text(from.alarm_rule()),
        comparison: None,
        threshold: None,
        period: None,
        evaluation_periods: None,
        datapoints_to_alarm: None,
        missing: None,
        evaluation: None,
        suppressed_by: from.actions_suppressed_by().map(|by| suppressor().unwrap_or_else(|| by.as_str().to_owned())),
    })
}

/// An alarm on a scheduled query of logs: it watches log groups in place of metrics.
fn log_alarm(from: &types::LogAlarm) -> Option<Alarm> {
    let arn = Arn::from(text(from.alarm_arn())?);
    let query = from.scheduled_query_configuration();
    let groups = query.map(types::ScheduledQueryConfiguration::log_group_identifiers).unwrap_or_default();
    let own = arn.account().map(str::to_owned);
    let watched = |group: &String| {
        let (name, account) = log_group(group);
        AlarmMetric {
            id: None,
            namespace: None,
            name: None,
            dimensions: vec![("LogGroupName".to_owned(), name)],
            statistic: None,
            expression: query.and_then(|query| text(query.query_string())),
            label: None,
            account: account.filter(|account| own.as_ref() != Some(account)),
        }
    };
    Some(Alarm {
        name: text(from.alarm_name()).unwrap_or_else(|| arn.last().to_owned()),
        metrics: groups.iter().map(watched).collect(),
        arn,
        description: text(from.alarm_description()),
        state: from.state_value().map_or("UNKNOWN", |state| state.as_str()).to_owned(),
        reason: text(from.state_reason()),
        reason_data: text(from.state_reason_data()),
        since: when(from.state_transitioned_timestamp()).or_else(|| when(from.state_updated_timestamp())),
        updated_at: when(from.state_updated_timestamp()),
        actions_enabled: from.actions_enabled().unwrap_or(true),
        alarm_actions: arns(from.alarm_actions()),
        ok_actions: arns(from.ok_actions()),
        rule: None,
        comparison: from.comparison_operator().map(|comparison| comparison.as_str().to_owned()),
        threshold: from.threshold(),
        period: None,
        evaluation_periods: maybe(from.query_results_to_evaluate()),
        datapoints_to_alarm: maybe(from.query_results_to_alarm()),
        missing: text(from.treat_missing_data()),
        evaluation: from.evaluation_state().map(|state| state.as_str().to_owned()),
        suppressed_by: None,
    })
}

/// The name of a log group that is told by its name or its ARN (`arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`), and the
/// account of the ARN.
fn log_group(identifier: &str) -> (String, Option<String>) {
    match identifier.split_once(":log-group:") {
        Some((_, rest)) => {
            let name = rest.strip_suffix(":*").unwrap_or(rest);
            (name.to_owned(), Arn::from(identifier).account().map(str::to_owned))
        }
        None => (identifier.to_owned(), None),
    }
}

#[cfg(test)]
mod tests;
