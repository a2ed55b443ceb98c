//! A metric of a resource, the question for its course, and the course. Our own types for them.
//! Plain data; no SDK type, no drawing.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Part, Resource};

/// The four things that tell how a service does (Google's SRE book, chapter 6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Golden {
    /// How much is asked of it.
    Traffic,
    /// How much of that fails.
    Errors,
    /// How long it takes.
    Latency,
    /// How full it is.
    Saturation,
}

impl Golden {
    /// All four, in the order they are read in.
    pub const ALL: [Self; 4] = [Self::Traffic, Self::Errors, Self::Latency, Self::Saturation];

    /// What it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Saturation => "saturation",
        }
    }
}

/// A metric by the names AWS has for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct MetricName {
    /// `AWS/RDS`, …
    pub namespace: String,
    /// `CPUUtilization`, …
    pub metric: String,
    /// Which resource.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `Sum`, `p99`, …
    pub statistic: String,
}

/// A metric of a resource, and how it is shown.
#[derive(Clone, PartialEq, Debug)]
pub struct Metric {
    /// What is measured, in words.
    pub title: &'static str,
    /// Shown behind figures.
    pub unit: &'static str,
    /// What values are divided by to come in that unit.
    pub divisor: f64,
    /// Which of the four it tells, if one.
    pub golden: Option<Golden>,
    /// How much there can be of it, in its unit, where that is known.
    pub most: Option<f64>,
    /// Its names at AWS.
    pub name: MetricName,
}

impl Metric {
    /// The average of a metric, in the unit AWS has it in.
    #[must_use]
    pub fn average(
        title: &'static str,
        unit: &'static str,
        (namespace, metric): (&str, &str),
        of: &[(&str, &str)],
    ) -> Self {
        let dimensions = of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let name = MetricName {
            namespace: namespace.to_owned(),
            metric: metric.to_owned(),
            dimensions,
            statistic: "Average".to_owned(),
        };
        Self { title, unit, divisor: 1.0, golden: None, most: None, name }
    }

    /// The same by another statistic.
    #[must_use]
    pub fn by(mut self, statistic: &str) -> Self {
        statistic.clone_into(&mut self.name.statistic);
        self
    }

    /// The same as one of the four.
    #[must_use]
    pub const fn golden(mut self, golden: Golden) -> Self {
        self.golden = Some(golden);
        self
    }

    /// The same with its values divided.
    #[must_use]
    pub const fn over(mut self, divisor: f64) -> Self {
        self.divisor = divisor;
        self
    }

    /// The same of what there is at most so much.
    #[must_use]
    pub const fn of_most(mut self, most: f64) -> Self {
        self.most = Some(most);
        self
    }

    /// The question for its course over a span.
    #[must_use]
    pub fn over_span(&self, (span, period): (u32, u32)) -> MetricQuery {
        MetricQuery { name: self.name.clone(), span, period }
    }
}

/// The spans that can be looked at, with the seconds a point stands for: AWS keeps points of a minute for 15 days, of five
/// minutes for 63 (CloudWatch user guide, metrics retention); a chart has some hundred columns.
pub const SPANS: [(u32, u32); 5] =
    [(3_600, 60), (3 * 3_600, 60), (12 * 3_600, 300), (3 * 86_400, 900), (15 * 86_400, 3_600)];

/// A question for the course of a metric up to now.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct MetricQuery {
    /// The metric.
    pub name: MetricName,
    /// So many seconds back.
    pub span: u32,
    /// Seconds a point.
    pub period: u32,
}

impl MetricQuery {
    /// The part that the answer is read as.
    #[must_use]
    pub fn part(&self) -> Part {
        Part::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// The question that a part stands for; `None` for parts of other kinds.
    #[must_use]
    pub fn of(part: &str) -> Option<Self> {
        serde_json::from_str(part).ok()
    }
}

/// How a metric went, in the unit AWS has it in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MetricSeries {
    /// Its [`MetricQuery`], as a part.
    pub key: String,
    /// Points on a grid of whole periods, oldest first; `None` where there was no datapoint.
    pub points: Vec<(Timestamp, Option<f64>)>,
}

impl Resource for MetricSeries {
    const KIND: KindName = KindName("metric-series");

    fn key(&self) -> &str {
        &self.key
    }

    fn fingerprint(&self, _into: &mut DefaultHasher) {}
}
