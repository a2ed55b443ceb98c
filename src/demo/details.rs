//! What a closer look shows: metrics as levels with some wander about them, history, and what waits to be done.
//! Pure; the same seed and time give the same points.

use super::scenario_context::ScenarioContext;
use crate::display::{Ahead, Cell, Extra, Fact, Moment, Series, StateBand, Tone};
use crate::kinds::alarm::band;
use crate::kinds::alarm_history::AlarmChange;
use crate::world::Health;

/// Points lie that many seconds apart, as CloudWatch's basic periods do.
const STEP: i64 = 300;
/// So many of them: three hours.
const POINTS: i64 = 36;

/// A metric: levels that hold from a second on, with some wander about them.
#[derive(Clone, Debug)]
pub(super) struct Wave {
    /// What is measured.
    pub title: String,
    /// Shown behind figures.
    pub unit: &'static str,
    /// From when on which level, oldest first; `None` where there are no datapoints.
    pub levels: Vec<(i64, Option<f64>)>,
    /// How far it wanders, as a share of the level.
    pub swing: f64,
    /// A line across.
    pub threshold: Option<f64>,
}

/// Something that happened at a second.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    /// When.
    pub at: i64,
    /// What.
    pub message: String,
    /// How it reads.
    pub health: Option<Health>,
}

/// Something that waits to be done until it is applied.
#[derive(Clone, Debug)]
pub(super) struct Waits {
    /// What.
    pub message: String,
    /// The second from which the next maintenance window applies it.
    pub after: i64,
    /// The second it is applied.
    pub applied: i64,
}

/// Everything a closer look at one resource shows.
#[derive(Clone, Debug, Default)]
pub(super) struct ResourceDetails {
    /// Metrics.
    pub waves: Vec<Wave>,
    /// What happened, in any order; what lies ahead stays hidden.
    pub history: Vec<Happened>,
    /// What waits; what was applied is gone.
    pub waits: Vec<Waits>,
    /// What scales it.
    pub scaling: Vec<Fact>,
    /// Which of many series breach.
    pub contributors: Vec<Fact>,
    /// Alarms by their states: the name, and from when on which state.
    pub bands: Vec<(String, Vec<(i64, &'static str)>)>,
}

impl ResourceDetails {
    /// What is to be seen of it now.
    pub(super) fn extra(&self, scenario: &ScenarioContext<'_>, label: &str) -> Extra {
        let mut past: Vec<&Happened> = self.history.iter().filter(|happened| happened.at <= scenario.now).collect();
        past.sort_by_key(|happened| std::cmp::Reverse(happened.at));
        let moment = |happened: &Happened| Moment {
            at: scenario.at(happened.at),
            message: happened.message.clone(),
            tone: happened.health.map_or(Tone::Plain, Tone::Of),
        };
        let ahead = |waits: &Waits| Ahead {
            message: Cell::plain(waits.message.as_str()),
            dates: vec![("applied", scenario.at(waits.applied)), ("in a window after", scenario.at(waits.after))],
        };
        Extra {
            series: self.waves.iter().map(|wave| wave.series(scenario, label)).collect(),
            moments: past.into_iter().map(moment).collect(),
            scaling: self.scaling.clone(),
            contributors: self.contributors.clone(),
            bands: self.bands.iter().map(|(name, course)| states(scenario, name, course)).collect(),
            ahead: self.waits.iter().filter(|waits| scenario.now < waits.applied).map(ahead).collect(),
        }
    }
}

/// A band of the states of an alarm, as far as they lie behind.
fn states(scenario: &ScenarioContext<'_>, name: &str, course: &[(i64, &'static str)]) -> StateBand {
    let past: Vec<&(i64, &str)> = course.iter().filter(|(at, _)| *at <= scenario.now).collect();
    let before = std::iter::once(None).chain(past.iter().map(|(_, state)| Some(*state)));
    let change = |((at, to), from): (&&(i64, &str), Option<&str>)| AlarmChange {
        key: format!("{name}@{at}"),
        alarm: name.to_owned(),
        at: scenario.at(*at),
        from: from.map(str::to_owned),
        to: (*to).to_owned(),
        reason: None,
    };
    band(name, scenario.at(scenario.now), past.iter().zip(before).map(change).collect(), None)
}

impl Wave {
    fn series(&self, scenario: &ScenarioContext<'_>, label: &str) -> Series {
        let last = scenario.now.div_euclid(STEP) * STEP;
        let label = format!("{label}/{}", self.title);
        let point = |at: i64| {
            let level = self.levels.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, level)| *level);
            let value = level.map(|level| (level * (1.0 + self.swing * scenario.wander(&label, at))).max(0.0));
            (scenario.at(at), value.map(|value| (value * 100.0).round() / 100.0))
        };
        Series {
            title: self.title.clone(),
            unit: self.unit,
            points: (0..POINTS).map(|back| point(last - (POINTS - 1 - back) * STEP)).collect(),
            threshold: self.threshold,
        }
    }
}
