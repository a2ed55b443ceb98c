//! What sleeping saves: hours first, then list-price money for what has a known price.
//! Pure. Discounts, storage and currencies are not guessed: an unknown price stays unknown.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::date;

use super::prices::{Item, Prices, READ_ON, per_hour};
use crate::schedule::calendar::time_of_day::{ClockTime, settle};
use crate::schedule::desired_state::{Desired, Intent, minus};
use crate::schedule::model::{Mode, PowerAction};

/// Hours off out of all hours of a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hours {
    /// Off.
    pub off: SignedDuration,
    /// The whole month, as long as it really is.
    pub total: SignedDuration,
}

impl Hours {
    /// Hours off.
    #[must_use]
    pub fn off_hours(&self) -> f64 {
        self.off.as_secs_f64() / 3600.0
    }

    /// Part of the month off, in per cent.
    #[must_use]
    pub fn percent(&self) -> f64 {
        if self.total.is_zero() { 0.0 } else { 100.0 * self.off.as_secs_f64() / self.total.as_secs_f64() }
    }
}

/// Something that is up `quantity` times over while a member is: two instances, half a vCPU.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The member it belongs to.
    pub name: String,
    /// What it is.
    pub item: Item,
    /// How much of it.
    pub quantity: f64,
}

/// What a month saves.
#[derive(Clone, PartialEq, Debug)]
pub struct Savings {
    /// The hours.
    pub hours: Hours,
    /// US dollars saved by each part; `None` if its price is unknown.
    pub parts: Vec<(String, Option<f64>)>,
    /// Whether a price of the reader's own is in it.
    pub own: bool,
    /// Whether a price of the table is in it.
    pub listed: bool,
}

/// Never in the sum, and said beside it.
pub const NOT_INCLUDED: &str = "Reserved Instances, Savings Plans, free tier, private pricing and tax are not known here. Storage, IOPS, backups, load balancers, NAT gateways, endpoints and logs are billed asleep as awake.";

impl Savings {
    /// The known part of the sum in US dollars, and the names of parts without a price.
    #[must_use]
    pub fn sum(&self) -> (f64, Vec<&str>) {
        let known = self.parts.iter().filter_map(|(_, usd)| *usd).sum();
        let unknown = self.parts.iter().filter(|(_, usd)| usd.is_none()).map(|(name, _)| name.as_str());
        // The parts of one member stand together; it is named once.
        let mut unknown: Vec<&str> = unknown.collect();
        unknown.dedup();
        (known, unknown)
    }
}

impl fmt::Display for Savings {
    /// `off 466 h of 730 h (63.8 %) ≈ US$11.6 on-demand list, prices read 2026-10, without discounts`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.hours.total.as_secs_f64() / 3600.0;
        write!(f, "off {:.0} h of {total:.0} h ({:.1} %)", self.hours.off_hours(), self.hours.percent())?;
        let (known, unknown) = self.sum();
        if self.parts.iter().any(|(_, usd)| usd.is_some()) {
            write!(f, " ≈ US${known:.1} ")?;
            match (self.own, self.listed) {
                (true, false) => f.write_str("by your own prices")?,
                (true, true) => {
                    write!(f, "by your own prices, else on-demand list, read {READ_ON}, without discounts")?
                }
                (false, _) => write!(f, "on-demand list, prices read {READ_ON}, without discounts")?,
            }
        }
        if !unknown.is_empty() {
            write!(f, "; price unknown: {}", unknown.join(", "))?;
        }
        Ok(())
    }
}

/// The hours of `month` of `year` this intent is off: from each stop to the next issued start, so that the lead
/// counts as running. `None` where people start by hand: nobody knows when.
#[must_use]
pub fn off_hours(intent: Intent<'_>, year: i16, month: i8) -> Option<Hours> {
    if intent.schedule.mode == Mode::StopOnly || intent.exceptions.protect || !(1..=12).contains(&month) {
        return None;
    }
    let zone = &intent.schedule.zone;
    let (next_year, next_month) = if month == 12 { (year.checked_add(1)?, 1) } else { (year, month + 1) };
    let from = settle(zone, date(year, month, 1), ClockTime::MIDNIGHT).at;
    let to = settle(zone, date(next_year, next_month, 1), ClockTime::MIDNIGHT).at;
    let before = intent.transitions(minus(from, SignedDuration::from_hours(24)), from).into_iter().next_back();
    let mut is_on =
        before.map_or(intent.desired(from) == Desired::On, |transition| transition.verb == PowerAction::Start);
    let (mut off, mut at) = (SignedDuration::ZERO, from);
    for transition in intent.transitions(from, to) {
        if !is_on {
            off = off.saturating_add(transition.issue_at.duration_since(at));
        }
        at = transition.issue_at;
        is_on = transition.verb == PowerAction::Start;
    }
    if !is_on {
        off = off.saturating_add(to.duration_since(at));
    }
    Some(Hours { off, total: to.duration_since(from) })
}

/// What `hours` off save for `parts` in `region`: by the reader's own `prices`, else by the table.
#[must_use]
pub fn savings(hours: Hours, parts: &[Part], prices: &Prices, region: &str) -> Savings {
    let (mut own, mut listed) = (false, false);
    let mut cost = |part: &Part| {
        let each = match (prices.own(&part.item), per_hour(&part.item, region)) {
            (Some(usd), _) => {
                own = true;
                usd
            }
            (None, Some(usd)) => {
                listed = true;
                usd
            }
            (None, None) => return None,
        };
        Some(each * part.quantity * hours.off_hours())
    };
    let parts = parts.iter().map(|part| (part.name.clone(), cost(part))).collect();
    Savings { hours, parts, own, listed }
}
