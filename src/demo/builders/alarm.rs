//! Alarms: a course of states and values, and the item with CloudWatch's reasons at a moment.
//! Pure.

use serde_json::json;

use super::owned;
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::details::{Happened, ResourceDetails, Wave};
use crate::demo::scenario_context::ScenarioContext;
use crate::demo::scheduler::OPEN;
use crate::display::{Cell, Fact};
use crate::kinds::alarm::{Alarm, AlarmMetric};
use crate::kinds::ecs_service::Service;
use crate::kinds::scalable_target::ScalableTarget;
use crate::schedule::Bounds;
use crate::world::{Arn, Health};

/// From when on which state, with the value that made it so; oldest first.
pub(crate) type Course = Vec<(i64, &'static str, f64)>;

/// A metric alarm's facts.
#[derive(Clone)]
pub(crate) struct Watch<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its makers wrote.
    pub about: Option<&'a str>,
    /// Namespace and name of its metric.
    pub metric: (&'a str, &'a str),
    /// Which resource.
    pub of: &'a [(&'a str, &'a str)],
    /// `Average`, `Sum`, …
    pub statistic: &'a str,
    /// It alarms above this; with `below`, below it.
    pub threshold: f64,
    /// Whether low values are bad.
    pub below: bool,
    /// Seconds.
    pub period: u32,
    /// Periods.
    pub periods: u32,
    /// The topic it tells; `None` if nobody is told.
    pub topic: Option<&'a str>,
    /// From when on which state, with the value that made it so; oldest first.
    pub course: Course,
}

impl<'a> Watch<'a> {
    /// An alarm that has been OK for weeks at `value`.
    pub(crate) fn fine(
        name: &'a str,
        metric: (&'a str, &'a str),
        of: &'a [(&'a str, &'a str)],
        threshold: f64,
        value: f64,
    ) -> Self {
        Self {
            name,
            about: None,
            metric,
            of,
            statistic: "Average",
            threshold,
            below: false,
            period: 300,
            periods: 1,
            topic: None,
            course: vec![(-20 * 86_400, "OK", value)],
        }
    }

    /// The same, with what its makers wrote.
    pub(crate) fn about(mut self, about: &'a str) -> Self {
        self.about = Some(about);
        self
    }

    /// The same, telling a topic.
    pub(crate) fn tells(mut self, topic: &'a str) -> Self {
        self.topic = Some(topic);
        self
    }

    /// The same, counting.
    pub(crate) fn sum(mut self) -> Self {
        self.statistic = "Sum";
        self
    }

    /// The same with another course.
    pub(crate) fn course(mut self, course: Course) -> Self {
        self.course = course;
        self
    }
}

pub(super) fn arn(scenario: &ScenarioContext<'_>, name: &str) -> Arn {
    scenario.arn("cloudwatch", &format!("alarm:{name}"))
}

/// Adds a metric alarm.
pub(crate) fn alarm(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, watch: &Watch<'_>) {
    let actions = watch.topic.map(|topic| vec![scenario.arn("sns", topic)]).unwrap_or_default();
    actions.iter().for_each(|topic| super::upkeep::topic(simulated, topic));
    put(simulated, scenario, watch, actions);
}

/// Adds a scaling alarm such as target tracking makes: it may stand in ALARM for ever, and that is no trouble.
pub(crate) fn scaling(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    service: &str,
    of: &[(&str, &str)],
) {
    let name = format!("TargetTracking-{service}-AlarmLow-{}", scenario.uuid(service));
    let about = format!("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy of {service}.");
    let mut watch = Watch::fine(&name, ("AWS/ECS", "CPUUtilization"), of, 63.0, 21.0).about(&about);
    (watch.below, watch.period, watch.periods) = (true, 60, 15);
    watch.course = vec![(-9 * 86_400, "ALARM", 21.0)];
    let policy = scenario.arn("autoscaling", &format!("scalingPolicy:{}:resource/ecs/{service}", scenario.uuid(&name)));
    put(simulated, scenario, &watch, vec![policy]);
    let arn = scenario.arn("ecs", service);
    let told = scenario.acts_on(arn.as_str()).filter_map(|act| match act.what {
        ChangeKind::Bounds(bounds) => Some(bounds),
        _ => None,
    });
    let Bounds { min, max } = told.last().unwrap_or(OPEN);
    simulated.scales::<Service>(
        arn.as_str(),
        vec![
            Fact::new("tasks", Cell::plain(format!("{min} to {max}"))),
            Fact::new("policy", Cell::plain("cpu: keeps ECSServiceAverageCPUUtilization at 70")),
        ],
    );
    simulated.put("", ScalableTarget { id: service.to_owned(), min, max });
}

fn put(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, watch: &Watch<'_>, actions: Vec<Arn>) {
    let now = watch.course.iter().rev().find(|(from, _, _)| *from <= scenario.now);
    let (since, state, value) = now.copied().unwrap_or((scenario.now, "INSUFFICIENT_DATA", 0.0));
    let dimensions = owned(watch.of);
    let metric = AlarmMetric {
        id: None,
        namespace: Some(watch.metric.0.to_owned()),
        name: Some(watch.metric.1.to_owned()),
        dimensions,
        statistic: Some(watch.statistic.to_owned()),
        expression: None,
        label: None,
        account: None,
    };
    let arn = arn(scenario, watch.name);
    simulated.look_at::<Alarm>(arn.as_str(), look(scenario, watch));
    simulated.put(
        "",
        Alarm {
            name: watch.name.to_owned(),
            description: watch.about.map(str::to_owned),
            state: state.to_owned(),
            reason: Some(reason(scenario, watch, since, state, value)),
            reason_data: (state != "INSUFFICIENT_DATA").then(|| reason_data(scenario, watch, since, value)),
            since: Some(scenario.at(since)),
            updated_at: Some(scenario.at(since)),
            actions_enabled: true,
            ok_actions: actions.clone(),
            alarm_actions: actions,
            metrics: vec![metric],
            rule: None,
            comparison: Some(if watch.below { "LessThanThreshold" } else { "GreaterThanThreshold" }.to_owned()),
            threshold: Some(watch.threshold),
            period: Some(watch.period),
            evaluation_periods: Some(watch.periods),
            datapoints_to_alarm: Some(watch.periods),
            missing: Some("missing".to_owned()),
            evaluation: None,
            suppressed_by: None,
            arn,
        },
    );
}

/// StateReason, worded as CloudWatch words it.
fn reason(scenario: &ScenarioContext<'_>, watch: &Watch<'_>, since: i64, state: &str, value: f64) -> String {
    if state == "INSUFFICIENT_DATA" {
        return format!("Insufficient Data: {} datapoints were unknown.", watch.periods.max(2));
    }
    let (than, breach) = (if watch.below { "less than" } else { "greater than" }, state == "ALARM");
    let back = |periods: u32| since - i64::from(periods) * i64::from(watch.period);
    let point = |periods: u32| format!("{value:.1} ({})", scenario.at(back(periods)).strftime("%d/%m/%y %H:%M:%S"));
    let not = if breach { "" } else { "not " };
    if watch.periods == 1 {
        let which = format!("1 datapoint [{}] was {not}{than} the threshold ({:.1})", point(1), watch.threshold);
        return format!("Threshold Crossed: {which}.");
    }
    let points: Vec<String> = (1..=watch.periods.min(5)).map(point).collect();
    format!(
        "Threshold Crossed: {n} out of the last {n} datapoints [{}] were {not}{than} the threshold ({:.1}) (minimum {} {} for {} transition).",
        points.join(", "),
        watch.threshold,
        if breach { watch.periods } else { 1 },
        if breach { "datapoints" } else { "datapoint" },
        if breach { "OK -> ALARM" } else { "ALARM -> OK" },
        n = watch.periods,
    )
}

fn reason_data(scenario: &ScenarioContext<'_>, watch: &Watch<'_>, since: i64, value: f64) -> String {
    let start = scenario.at(since - i64::from(watch.period) * i64::from(watch.periods));
    json!({
        "version": "1.0",
        "queryDate": scenario.at(since).to_string(),
        "startDate": start.to_string(),
        "statistic": watch.statistic,
        "period": watch.period,
        "recentDatapoints": [value],
        "threshold": watch.threshold,
        "evaluatedDatapoints": [{ "timestamp": start.to_string(), "sampleCount": 5.0, "value": value }],
    })
    .to_string()
}

fn look(scenario: &ScenarioContext<'_>, watch: &Watch<'_>) -> ResourceDetails {
    let level = |(from, state, value): &(i64, &str, f64)| (*from, (*state != "INSUFFICIENT_DATA").then_some(*value));
    let wave = Wave {
        title: watch.metric.1.to_owned(),
        unit: if watch.metric.1.ends_with("Utilization") { "%" } else { "" },
        levels: watch.course.iter().map(level).collect(),
        swing: 0.06,
        threshold: Some(watch.threshold),
    };
    let happened = |pair: &[(i64, &'static str, f64)]| {
        let [(_, before, _), (at, after, value)] = pair else { return None };
        let why = reason(scenario, watch, *at, after, *value);
        let health = if *after == "ALARM" { Health::Bad } else { Health::Well };
        Some(Happened { at: *at, message: format!("{before} → {after}: {why}"), health: Some(health) })
    };
    ResourceDetails {
        waves: vec![wave],
        history: watch.course.windows(2).filter_map(happened).collect(),
        ..ResourceDetails::default()
    }
}

/// The course of an alarm that is in ALARM while any of `of` is.
fn any_of(of: &[&Watch<'_>]) -> Vec<(i64, &'static str)> {
    let mut times: Vec<i64> = of.iter().flat_map(|watch| watch.course.iter().map(|(at, _, _)| *at)).collect();
    times.sort_unstable();
    let state = |at: i64| {
        let fires = of.iter().any(|watch| {
            let state = watch.course.iter().rev().find(|(from, _, _)| *from <= at);
            state.is_some_and(|(_, state, _)| *state == "ALARM")
        });
        (at, if fires { "ALARM" } else { "OK" })
    };
    let mut course: Vec<(i64, &'static str)> = times.into_iter().map(state).collect();
    course.dedup_by_key(|(_, state)| *state);
    course
}

/// Adds a composite alarm that is in ALARM while any of `of` is; each with its course.
pub(crate) fn composite(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    topic: &str,
    of: &[&Watch<'_>],
) {
    let state_of = |watch: &Watch<'_>| {
        watch.course.iter().rev().find(|(from, _, _)| *from <= scenario.now).map(|(from, state, _)| (*from, *state))
    };
    let firing = of.iter().find_map(|watch| match state_of(watch) {
        Some((from, "ALARM")) => Some((from, watch.name)),
        _ => None,
    });
    let last = of.iter().filter_map(|watch| state_of(watch)).map(|(from, _)| from).max().unwrap_or(scenario.now);
    let (since, state, about) = match firing {
        Some((from, name)) => (from, "ALARM", name),
        None => (last, "OK", of.first().map_or("", |watch| watch.name)),
    };
    let course = any_of(of);
    let own = |watch: &&Watch<'_>| {
        let states = watch.course.iter().map(|(at, state, _)| (*at, *state)).collect();
        (watch.name.to_owned(), states)
    };
    let happened = |pair: &[(i64, &'static str)]| {
        let [(_, before), (at, after)] = pair else { return None };
        let health = if *after == "ALARM" { Health::Bad } else { Health::Well };
        let message = format!("{before} → {after}: {} changed its state", of.first().map_or("", |watch| watch.name));
        Some(Happened { at: *at, message, health: Some(health) })
    };
    let details = ResourceDetails {
        history: course.windows(2).filter_map(happened).collect(),
        bands: std::iter::once((name.to_owned(), course)).chain(of.iter().map(own)).collect(),
        ..ResourceDetails::default()
    };
    simulated.look_at::<Alarm>(arn(scenario, name).as_str(), details);
    let rule: Vec<String> = of.iter().map(|watch| format!("ALARM(\"{}\")", watch.name)).collect();
    let when = scenario.at(since).strftime("%A %d %B, %Y %H:%M:%S UTC");
    let actions = vec![scenario.arn("sns", topic)];
    simulated.put(
        "",
        Alarm {
            arn: arn(scenario, name),
            name: name.to_owned(),
            description: None,
            state: state.to_owned(),
            reason: Some(format!("{} transitioned to {state} at {when}", arn(scenario, about))),
            reason_data: None,
            since: Some(scenario.at(since)),
            updated_at: Some(scenario.at(since)),
            actions_enabled: true,
            ok_actions: actions.clone(),
            alarm_actions: actions,
            metrics: Vec::new(),
            rule: Some(rule.join(" OR ")),
            comparison: None,
            threshold: None,
            period: None,
            evaluation_periods: None,
            datapoints_to_alarm: None,
            missing: None,
            evaluation: None,
            suppressed_by: None,
        },
    );
}
