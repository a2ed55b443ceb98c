//! Services that Application Auto Scaling keeps between bounds: their off-hours are scheduled actions of that service,
//! which close the bounds and open them again. What they are called, whose they are, and what they remember. Pure.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::planned_schedules::fitted;
use super::tags::Bounds;
use crate::schedule::model::PowerAction;

/// Longest name of a scheduled action. Characters like `:`, `/` and `|` are not allowed in one.
pub const MAX_NAME: usize = 256;

/// A service as Application Auto Scaling knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scaling<'a> {
    /// Its ResourceId: `service/CLUSTER/SERVICE`.
    pub resource: &'a str,
    /// What names of the environment's actions begin with: its schedule group.
    pub group: &'a str,
    /// What it is kept between while it is up; `None` if nobody knows.
    pub bounds: Option<Bounds>,
}

/// The ResourceId of a service.
#[must_use]
pub fn resource(cluster: &str, service: &str) -> String {
    format!("service/{cluster}/{service}")
}

/// The name of an action: `toban-backend-dev.cluster.web.stop.2200`. What does not fit is cut and told apart by a hash.
#[must_use]
pub fn name(group: &str, resource: &str, verb: PowerAction, slot: &str) -> String {
    let whose = resource.strip_prefix("service/").unwrap_or(resource).replace('/', ".");
    fitted(&format!("{group}.{whose}"), verb, slot, MAX_NAME)
}

/// What an action of that name does, if it is one that `group` made for `resource`: only a name that would be given
/// anew is believed, so that nothing of another owner passes for ours.
#[must_use]
pub fn ours(group: &str, resource: &str, known: &str) -> Option<PowerAction> {
    let (rest, slot) = known.rsplit_once('.')?;
    let (_, word) = rest.rsplit_once('.')?;
    [PowerAction::Stop, PowerAction::Start]
        .into_iter()
        .find(|verb| verb.word() == word && name(group, resource, *verb, slot) == known)
}

/// Bounds as they are compared and shown: `min=2 max=10`.
#[must_use]
pub fn words(bounds: Bounds) -> String {
    format!("min={} max={}", bounds.min, bounds.max)
}

/// Whether a single action (`at(…)`) has had its time: it stays on the list, and does nothing any more.
#[must_use]
pub fn is_spent(expression: &str, timezone: Option<&str>, now: Timestamp) -> bool {
    let Some(text) = expression.strip_prefix("at(").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let zone = TimeZone::get(timezone.unwrap_or("UTC"));
    let at = text.parse::<DateTime>().ok().zip(zone.ok()).and_then(|(local, zone)| zone.to_timestamp(local).ok());
    at.is_some_and(|at| at < now)
}
