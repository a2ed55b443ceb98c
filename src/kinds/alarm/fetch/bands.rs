//! The states of an alarm that has no metric to draw, and of the alarms that a composite one names: their changes of the
//! last day, a call each. Part of the reading; only reading operations.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::aws::concurrently;
use crate::display::StateBand;
use crate::kinds::FetchContext;
use crate::kinds::alarm::model::Alarm;
use crate::kinds::alarm::rule::children;
use crate::kinds::alarm::states::{SPAN, band, has_band, name_of};
use crate::kinds::alarm_history;

/// So many alarms below a composite one are shown.
const MOST: usize = 12;

/// The bands: its own first, then those of the alarms that it names; none where a metric is drawn.
pub(super) async fn bands(ask: FetchContext<'_>, item: &Alarm, now: Timestamp) -> Vec<StateBand> {
    if !has_band(item) {
        return Vec::new();
    }
    let known: BTreeMap<&str, &Alarm> =
        ask.known.all::<Alarm>(ask.scope).map(|alarm| (alarm.name.as_str(), alarm)).collect();
    let named = children(item);
    let more = named.len().saturating_sub(MOST);
    // The state it is in and since when; none of an alarm that is not known here.
    let current = |alarm: &Alarm| (alarm.state.clone(), alarm.since);
    let mut all = vec![(item.name.clone(), Some(current(item)))];
    let account = item.arn.account();
    for child in named.iter().take(MOST) {
        let name = name_of(child);
        let elsewhere = child.starts_with("arn:") && !account.is_some_and(|own| child.contains(&format!(":{own}:")));
        let alarm = if elsewhere { None } else { known.get(name).copied() };
        all.push((name.to_owned(), alarm.map(current)));
    }
    let from = now.checked_sub(SPAN).unwrap_or(now);
    let mut bands = concurrently(all, |(name, current)| async move {
        let Some((state, since)) = current else {
            let note = Some("not known here: of another account or region, or gone".to_owned());
            return StateBand { note, ..band(&name, now, Vec::new(), None) };
        };
        let current = Some((state.as_str(), since));
        match alarm_history::of_alarm(ask, &name, from).await {
            Ok((changes, cut)) => {
                StateBand { note: cut.map(|cut| cut.sentence()), ..band(&name, now, changes, current) }
            }
            Err(fault) => StateBand { note: Some(fault.sentence()), ..band(&name, now, Vec::new(), current) },
        }
    })
    .await;
    if let Some(last) = bands.last_mut().filter(|_| more > 0) {
        last.note = Some(format!("{more} more alarms are not shown"));
    }
    bands
}
