//! What sleeping saves over all environments: planned this month and observed in the last days, apart; and what office hours would
//! save where there are none. Makes blocks of a picture; the page itself is a sheet. Pure; estimates at list prices.

use super::detail::Around;
use super::hours::HoursForm;
use super::sheet::{Block, Item, RowTarget};
use crate::display::{Cell, Column, Width};
use crate::offhours::OffHours;
use crate::overview::EnvironmentStatus;
use crate::schedule::cost::savings::NOT_INCLUDED;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::text::counted;
use crate::world::Health;

const SCHEDULED: &[Column] = &[
    Column::text("ENVIRONMENT", Width::Fit(8, 28), 9),
    Column::text("SCHEDULE", Width::Fit(8, 20), 4),
    Column::figure("OFF, PLANNED", Width::Fit(12, 14), 8),
    Column::figure("US$", Width::Fit(6, 10), 9),
    Column::figure("OFF, OBSERVED", Width::Fit(13, 16), 8),
    Column::figure("US$", Width::Fit(6, 10), 9),
    Column::text("NOTE", Width::Fill(10), 6),
];

const UNSCHEDULED: &[Column] =
    &[Column::text("ENVIRONMENT", Width::Fit(8, 28), 9), Column::text("WITH OFFICE HOURS", Width::Fill(20), 8)];

/// Hours and money, as far as both are known.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
struct Saved {
    hours: f64,
    usd: Option<f64>,
    /// Something of it has no price.
    is_partial: bool,
}

/// What the schedule of an environment plans for this month.
fn planned(off: &OffHours, around: Around<'_>) -> Option<Saved> {
    let savings = off.savings(around.world, around.now)?;
    let (usd, unknown) = savings.sum();
    let is_known = savings.parts.len() > unknown.len();
    Some(Saved { hours: savings.hours.off_hours(), usd: is_known.then_some(usd), is_partial: !unknown.is_empty() })
}

/// What was observed of it: of several members the hours are those of one on average.
fn observed(off: &OffHours, around: Around<'_>, uptime_log: &UptimeLog) -> Option<Saved> {
    let past = off.past_savings(around.world, uptime_log, around.now)?;
    let seen: Vec<_> = past.members.iter().filter_map(|(_, seen)| seen.as_ref()).collect();
    let count = f64::from(u32::try_from(seen.len()).ok().filter(|count| *count > 0)?);
    let hours = seen.iter().map(|one| one.off.as_secs_f64() / 3600.0).sum::<f64>() / count;
    let known: Vec<f64> = seen.iter().filter_map(|one| one.usd).collect();
    let usd = (!known.is_empty()).then(|| known.iter().sum());
    Some(Saved { hours, usd, is_partial: known.len() < past.members.len() })
}

/// The cells of hours and money.
fn cells(saved: Option<Saved>) -> [Cell; 2] {
    let Some(saved) = saved else { return [Cell::none(), Cell::none()] };
    let least = if saved.is_partial { "≥ " } else { "" };
    let usd = saved.usd.map_or_else(Cell::none, |usd| Cell::plain(format!("{least}{usd:.1}")));
    [Cell::plain(format!("{:.0} h", saved.hours)), usd]
}

/// All of them together, as a sentence.
fn sum(what: &str, all: &[Saved]) -> Cell {
    if all.is_empty() {
        return Cell::dim(format!("{what}: nothing is known"));
    }
    let hours: f64 = all.iter().map(|saved| saved.hours).sum();
    let known: Vec<f64> = all.iter().filter_map(|saved| saved.usd).collect();
    let least = if all.iter().any(|saved| saved.is_partial || saved.usd.is_none()) { "at least " } else { "" };
    let money = match known.is_empty() {
        true => "price unknown".to_owned(),
        false => format!("{least}≈ US${:.1}", known.iter().sum::<f64>()),
    };
    Cell::strong(format!("{what}: off {hours:.0} h in {}, {money}", counted(all.len(), "environment")))
}

fn row(
    home: &EnvironmentStatus,
    off: &OffHours,
    (plan, seen): (Option<Saved>, Option<Saved>),
    around: Around<'_>,
) -> Item {
    let note = match plan {
        None => Some("people start it by hand: nobody knows for how long".to_owned()),
        Some(_) => off.aside(around.now, around.zone),
    };
    let [off_planned, usd_planned] = cells(plan);
    let [off_seen, usd_seen] = cells(seen);
    let texts = vec![
        Cell::strong(home.name.as_str()),
        Cell::plain(off.routine.schedule.name.as_str()),
        off_planned,
        usd_planned,
        off_seen,
        usd_seen,
        Cell::dim(note.unwrap_or_default()),
    ];
    Item::row(home.name.as_str(), home.name.as_str(), texts).to(Some(RowTarget::Environment(home.name.clone())))
}

/// What the usual office hours would save of an environment that has none; nothing where it may not sleep.
fn would_save(home: &EnvironmentStatus, around: Around<'_>) -> Option<Item> {
    if home.protected || home.offhours.is_some() {
        return None;
    }
    let zone = around.zone.iana_name()?;
    let outcome = HoursForm::new(home.name.clone(), zone).outcome(Some(home), around.world, around.now).ok()?;
    let savings = outcome.savings.filter(|_| outcome.disabled_reason.is_none())?;
    let texts = vec![Cell::strong(home.name.as_str()), Cell::plain(savings)];
    let item = Item::row(format!("would {}", home.name), home.name.as_str(), texts);
    Some(item.to(Some(RowTarget::Environment(home.name.clone()))))
}

/// The page.
pub(super) fn blocks(around: Around<'_>, uptime_log: &UptimeLog, complete: bool) -> Vec<Block> {
    let scheduled = around.picture.environments.iter().filter_map(|home| Some((home, home.offhours.as_deref()?)));
    let (mut items, mut plans, mut sights) = (Vec::new(), Vec::new(), Vec::new());
    for (home, off) in scheduled {
        let (plan, seen) = (planned(off, around), observed(off, around, uptime_log));
        plans.extend(plan);
        sights.extend(seen);
        items.push(row(home, off, (plan, seen), around));
    }
    let told =
        vec![sum("planned this month", &plans), sum("observed in the last 14 days", &sights), Cell::dim(NOT_INCLUDED)];
    let total = Block {
        key: "sum".to_owned(),
        title: "what sleeping saves, an estimate at list prices".to_owned(),
        items: vec![Item::prose("sum", told).of(Health::Well)],
        ..Block::default()
    };
    let empty = match complete {
        true => "no environment has a schedule; :office-hours gives one",
        false => "reading…",
    };
    let table = Block {
        key: "savings".to_owned(),
        title: "by environment".to_owned(),
        columns: SCHEDULED,
        items,
        empty: empty.to_owned(),
        ..Block::default()
    };
    let would: Vec<Item> = around.picture.environments.iter().filter_map(|home| would_save(home, around)).collect();
    let more = Block {
        key: "would".to_owned(),
        title: "not scheduled: what mon-fri 09:00 to 19:00 would save in a month".to_owned(),
        columns: UNSCHEDULED,
        items: would,
        ..Block::default()
    };
    let has_more = !more.items.is_empty();
    [total, table].into_iter().chain(has_more.then_some(more)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::page::Page;
    use crate::console::screens::rig::{demo, press, text, type_in};

    #[test]
    fn planned_and_observed_are_summed_apart() {
        let one = Saved { hours: 100.0, usd: Some(10.0), is_partial: false };
        let two = Saved { hours: 50.0, usd: None, is_partial: true };
        assert_eq!(sum("planned", &[one]).text, "planned: off 100 h in 1 environment, ≈ US$10.0");
        assert_eq!(sum("planned", &[one, two]).text, "planned: off 150 h in 2 environments, at least ≈ US$10.0");
        assert_eq!(sum("observed", &[two]).text, "observed: off 50 h in 1 environment, price unknown");
        assert_eq!(sum("observed", &[]).text, "observed: nothing is known");
    }

    #[test]
    fn the_page_sums_all_environments_and_says_what_more_could_sleep() {
        let mut model = demo(0);
        model.settings.zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
        press(&mut model, &[":"]);
        type_in(&mut model, "savings");
        press(&mut model, &["enter"]);
        let shown = text(&mut model, 140, 40);
        assert!(
            shown.contains("planned this month: off ") && shown.contains("observed in the last 14 days"),
            "{shown}"
        );
        assert!(shown.contains("prooflink-dev") && shown.contains("US$"), "{shown}");
        assert!(!shown.contains("prooflink-prod"), "what is protected does not sleep: {shown}");
        let narrow = text(&mut model, 80, 24);
        assert!(narrow.contains("OFF, PLANNED") && narrow.contains("OFF, OBSERVED"), "{narrow}");
        press(&mut model, &["j", "enter"]);
        assert!(matches!(model.here(), Some(Page::Environment(..))), "a row leads to its environment");
    }
}
