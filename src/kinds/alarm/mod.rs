//! A CloudWatch alarm. Everything the program knows of this kind; the list of what lives where:
//! `model` our type, `fetch` the reading, `subject` what inference may know,
//! `rules` how it is judged, `reading` why it fires, `watches` what it is about, `mute` what keeps it from acting, `rows` and `page` how it is shown. Nothing here draws.

mod band;
pub(crate) mod change;
mod fetch;
mod measured_value;
mod model;
mod mute;
mod page;
mod rows;
mod rule;
mod rules;
mod states;
mod subject;
mod watched_resource;

pub use change::{MUTED_AT_MOST, mute_alarms};
pub(in crate::kinds) use fetch::TYPES;
use futures_util::future::BoxFuture;
pub use measured_value::{MeasuredValue, measured, reading};
pub use model::{Alarm, AlarmMetric, AlarmType};
pub use rule::children;
pub use rules::{only_warns, scales, told};
pub(crate) use states::band;
pub use watched_resource::{WatchedResource, all_watched, in_words, leads_to, watched};

/// Whether a person made a mute rule here, and not a sleep or somebody else.
#[must_use]
pub fn is_muted_by_hand(rule: &super::mute_rule::MuteRule) -> bool {
    change::is_by_hand(&rule.name)
}

pub mod mute_plan;
#[cfg(test)]
mod tests;

pub use mute_plan::AlarmMute;

use jiff::Timestamp;

use super::Counts;
use super::Subject;
use super::{Evidence, FetchContext, Kind, KindContext, ListLayout, PollClass};
use crate::display::{Extra, Row, Section};
use crate::world::{Assessment, Fault, Reading, Scope};

/// The kind.
pub struct Alarms;

impl Kind for Alarms {
    type Item = Alarm;

    const PACE: PollClass = PollClass::Live;
    const EVIDENCE: Evidence = Evidence::Needed;
    const PERMISSIONS: &'static [&'static str] = &[
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DescribeAlarmHistory",
        "cloudwatch:DescribeAlarmContributors",
        "cloudwatch:GetMetricData",
    ];
    const CHANGES: &'static [&'static str] = change::ACTIONS;
    const SHOWN: Option<ListLayout> = Some(ListLayout { list: "alarms", singular: "alarm", columns: rows::COLUMNS });

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<Alarm>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn look<'a>(ask: FetchContext<'a>, item: &'a Alarm, now: Timestamp) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(fetch::look(ask, item, now))
    }

    fn name(item: &Alarm) -> &str {
        &item.name
    }

    fn subject(item: &Alarm, scope: &Scope) -> Option<Subject> {
        subject::subject(item, scope)
    }

    fn assess(item: &Alarm, cx: &KindContext<'_>) -> Option<Assessment> {
        rules::assess(item, cx)
    }

    fn count(item: &Alarm, cx: &KindContext<'_>, counts: &mut Counts) {
        rules::count(item, cx, counts);
    }

    fn rows(item: &Alarm, cx: &KindContext<'_>) -> Vec<Row> {
        rows::rows(item, cx)
    }

    fn to_json(item: &Alarm, cx: &KindContext<'_>) -> Option<serde_json::Value> {
        rows::to_json(item, cx)
    }

    fn detail(item: &Alarm, cx: &KindContext<'_>) -> Vec<Section> {
        page::detail(item, cx)
    }

    fn web(item: &Alarm, scope: &Scope) -> Option<String> {
        rows::web(item, scope)
    }
}
