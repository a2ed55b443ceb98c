//! A delivery in words: what it does, what it waits for, why it goes back, where ECS and the listener disagree, and its
//! stages as a line. Pure; the clock comes as a value.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::phase::{Awaiting, Phase};
use super::strategy::Strategy;
use super::weights::Weights;
use super::{Delivery, RecordState, state_of};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::text::{first_line, moment, span, word};

/// The listener may be this far behind the record while traffic is being shifted.
const SHIFTING: SignedDuration = SignedDuration::from_mins(2);

/// How moments to come are told: by the clock where somebody reads it in a zone, else as spans from now.
#[derive(Clone, Copy, Debug)]
pub struct Times<'z> {
    /// Now.
    pub now: Timestamp,
    /// The reader's zone; without one spans are told.
    pub zone: Option<&'z TimeZone>,
}

impl<'z> Times<'z> {
    /// By the clock of `zone`.
    #[must_use]
    pub const fn by_clock(now: Timestamp, zone: &'z TimeZone) -> Self {
        Self { now, zone: Some(zone) }
    }

    /// As spans from `now`.
    #[must_use]
    pub const fn spans(now: Timestamp) -> Self {
        Self { now, zone: None }
    }

    fn left(&self, at: Timestamp) -> String {
        span(at.duration_since(self.now).as_secs().max(0))
    }

    /// `until 14:20`, `for 12 min more`.
    fn until(&self, at: Timestamp) -> String {
        self.zone.map_or_else(
            || format!("for {} more", self.left(at)),
            |zone| format!("until {}", moment(at, self.now, zone)),
        )
    }

    /// `about 14:12`, `in about 10 min`.
    fn about(&self, at: Timestamp) -> String {
        self.zone.map_or_else(
            || format!("in about {}", self.left(at)),
            |zone| format!("about {}", moment(at, self.now, zone)),
        )
    }
}

/// A share in percent: `25`, `2.5`.
fn percent(share: f64) -> String {
    if (share - share.round()).abs() < 0.05 { format!("{share:.0}") } else { format!("{share:.1}") }
}

/// A stage in words: `bake time`.
#[must_use]
pub fn stage_word(stage: &str) -> String {
    word(stage).replace('_', " ")
}

/// What it does, without a subject: `bakes: 100 % on new, until about 14:12`.
#[must_use]
pub fn standing(delivery: &Delivery<'_>, times: Times<'_>) -> String {
    let about = |at: Option<Timestamp>| at.map(|at| times.about(at));
    let on_new = delivery.weights.map(|weights| format!("{} % on new", percent(weights.new)));
    let with = |parts: [Option<String>; 2]| {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
    };
    let strategy = delivery.strategy.name();
    match &delivery.phase {
        Phase::Settled => "runs".to_owned(),
        Phase::Rolling => "is rolling out".to_owned(),
        Phase::Working("") => format!("is being deployed ({strategy}), not begun yet"),
        Phase::Working(stage) => format!("is being deployed ({strategy}), {}{}", doing(stage), with([on_new, None])),
        Phase::Baking { until } => {
            format!("bakes{}", with([on_new, until.map(|at| format!("done {}", times.about(at)))]))
        }
        Phase::Step { until } => {
            let all = delivery.weights.is_some_and(|weights| weights.new > 99.9);
            let next = match delivery.strategy {
                Strategy::Canary => "the rest",
                _ if all => "its last step over",
                _ => "the next step",
            };
            format!("is being deployed ({strategy}){}", with([on_new, about(*until).map(|at| format!("{next} {at}"))]))
        }
        Phase::Hook(hook) => {
            let name = hook.target.as_ref().map_or("of its own", |target| target.last());
            format!("waits for the hook {}", first_line(name, 80))
        }
        Phase::Waiting(awaiting) => waits_for(awaiting, times),
        Phase::GoingBack => "is rolling back".to_owned(),
        Phase::Elsewhere => format!("is being deployed by {strategy}, which tells ECS no stage"),
        Phase::Unread => format!("is being deployed ({strategy}); its stage could not be read"),
        Phase::Odd(other) => {
            format!("is being deployed ({strategy}), at {}, which toban does not know", stage_word(other))
        }
    }
}

/// `waits for you until 14:20, then rolls back`.
#[must_use]
pub fn waits_for(awaiting: &Awaiting<'_>, times: Times<'_>) -> String {
    let then = awaiting.then.map(super::Then::verb);
    match (awaiting.until, then) {
        (Some(until), then) if until < times.now => {
            let then = then.unwrap_or_else(|| "goes on as ECS decides".to_owned());
            format!("waited for you in vain, and {then} now")
        }
        (Some(until), Some(then)) => format!("waits for you {}, then {then}", times.until(until)),
        (Some(until), None) => format!("waits for you {}", times.until(until)),
        (None, Some(then)) => format!("waits for you, and {then} if nobody answers"),
        (None, None) => "waits for you".to_owned(),
    }
}

fn doing(stage: &str) -> &'static str {
    match stage {
        "RECONCILE_SERVICE" | "PRE_SCALE_UP" => "being prepared",
        "SCALE_UP" => "new tasks are starting",
        "POST_SCALE_UP" => "new tasks are there",
        "TEST_TRAFFIC_SHIFT" => "test traffic is being shifted",
        "POST_TEST_TRAFFIC_SHIFT" => "test traffic is on new",
        "PRE_PRODUCTION_TRAFFIC_SHIFT" => "traffic is about to be shifted",
        "PRODUCTION_TRAFFIC_SHIFT" => "traffic is being shifted",
        "POST_PRODUCTION_TRAFFIC_SHIFT" => "traffic is shifted",
        _ => "old tasks are being stopped",
    }
}

/// Why ECS went back, or goes back: an alarm, an answer, a hook, the circuit breaker; else in AWS's words.
#[must_use]
pub fn rollback_reason(record: &ServiceDeployment) -> Option<String> {
    let progress = &record.progress;
    if let Some(alarms) = progress.alarms.as_ref().filter(|alarms| !alarms.triggered.is_empty()) {
        let noun = if alarms.triggered.len() == 1 { "the alarm" } else { "the alarms" };
        return Some(format!("{noun} {} went off", alarms.triggered.join(", ")));
    }
    let is = |status: &str, kind: &str| {
        let fits = |hook: &&crate::kinds::service_deployment::LifecycleHook| {
            hook.status.as_deref() == Some(status) && (hook.kind.as_deref() == Some("PAUSE")) == (kind == "PAUSE")
        };
        progress.hooks.iter().find(fits)
    };
    if is("TIMED_OUT", "PAUSE").is_some() {
        return Some("nobody answered the pause in time".to_owned());
    }
    if is("FAILED", "PAUSE").is_some() {
        return Some("the pause was answered with no".to_owned());
    }
    if let Some(hook) = is("FAILED", "LAMBDA").or_else(|| is("TIMED_OUT", "LAMBDA")) {
        let name = hook.target.as_ref().map_or("of its own", |target| target.last()).to_owned();
        let how = if hook.status.as_deref() == Some("TIMED_OUT") { "did not answer in time" } else { "said no" };
        return Some(format!("the hook {name} {how}"));
    }
    if progress.breaker.as_deref() == Some("TRIGGERED")
        && let (Some(failures), Some(threshold)) = (record.failures, record.threshold)
    {
        return Some(format!("the circuit breaker broke: {failures} of {threshold} failed tasks"));
    }
    record.rollback.clone().or_else(|| record.reason.clone())
}

/// Where ECS's record and the listener tell different shares, as a sentence. While traffic is being shifted the listener
/// is given some time.
#[must_use]
pub fn disagreement(delivery: &Delivery<'_>, listener: Option<Weights>, now: Timestamp) -> Option<String> {
    let (ecs, listener) = (delivery.weights?, listener?);
    let record = delivery.record.filter(|record| state_of(record) == RecordState::OnItsWay)?;
    let stage = record.stage.as_deref().unwrap_or_default();
    let lately = record.progress.updated_at.is_none_or(|at| now.duration_since(at) < SHIFTING);
    let shifting = stage.contains("PRODUCTION_TRAFFIC_SHIFT");
    if ecs.agrees(&listener) || (shifting && lately) {
        return None;
    }
    Some(format!("the listener sends {} % to new, and ECS tells {} %", percent(listener.new), percent(ecs.new)))
}

/// That ECS counts a deployment as over and the listener sends traffic elsewhere all the same; the listener is given some
/// time here too.
#[must_use]
pub fn left_behind(
    strategy: Strategy<'_>,
    record: &ServiceDeployment,
    listener: Weights,
    now: Timestamp,
) -> Option<String> {
    let over = record.finished_at.or(record.progress.updated_at);
    if !strategy.shifts_traffic() || over.is_some_and(|at| now.duration_since(at) < SHIFTING) {
        return None;
    }
    let share = percent(listener.new);
    match state_of(record) {
        RecordState::Successful if listener.new < 99.0 => Some(format!(
            "ECS counts its deployment as successful, and the listener sends {share} % of the traffic to it"
        )),
        RecordState::RolledBack if listener.new > 1.0 => {
            Some(format!("ECS rolled its deployment back, and the listener still sends {share} % of the traffic to it"))
        }
        _ => None,
    }
}

/// The stages of a strategy in order.
fn stages(strategy: Strategy<'_>) -> &'static [&'static str] {
    match strategy {
        Strategy::BlueGreen | Strategy::Canary | Strategy::Linear => &[
            "RECONCILE_SERVICE",
            "PRE_SCALE_UP",
            "SCALE_UP",
            "POST_SCALE_UP",
            "TEST_TRAFFIC_SHIFT",
            "POST_TEST_TRAFFIC_SHIFT",
            "PRE_PRODUCTION_TRAFFIC_SHIFT",
            "PRODUCTION_TRAFFIC_SHIFT",
            "POST_PRODUCTION_TRAFFIC_SHIFT",
            "BAKE_TIME",
            "CLEAN_UP",
        ],
        _ => &[],
    }
}

/// The stages that a reader follows; those between them are told while they last.
const SHOWN: &[&str] = &["SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"];

/// The stages as a line: `✓ scale up · ▸ production traffic shift (3 min) · bake time · clean up`.
#[must_use]
pub fn stage_line(delivery: &Delivery<'_>, now: Timestamp) -> Option<String> {
    let here = delivery.stage()?;
    let all = stages(delivery.strategy);
    let at = all.iter().position(|stage| *stage == here);
    let since = delivery.since().map(|at| now.duration_since(at).as_secs()).filter(|secs| *secs >= 0);
    let since = since.map(|secs| format!(" ({})", span(secs))).unwrap_or_default();
    let Some(at) = at else { return Some(format!("▸ {}{since}", stage_word(here))) };
    let shown = all.iter().enumerate().filter(|(place, stage)| *place == at || SHOWN.contains(stage));
    let line = shown.map(|(place, stage)| match place.cmp(&at) {
        std::cmp::Ordering::Less => format!("✓ {}", stage_word(stage)),
        std::cmp::Ordering::Equal => format!("▸ {}{since}", stage_word(stage)),
        std::cmp::Ordering::Greater => stage_word(stage),
    });
    Some(line.collect::<Vec<_>>().join(" · "))
}
