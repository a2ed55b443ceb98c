//! Whether a mute rule keeps an alarm from acting, and the words for it. The alarm's state is another matter: it changes
//! and counts as ever. Pure: no clock, no drawing.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::model::Alarm;
use crate::display::Cell;
use crate::kinds::KindContext;
use crate::kinds::mute_rule::{MuteRule, Window};
use crate::text::{moment, stamp, when};
use crate::world::Resource;

/// A window this near stands in the alarm's line already; AWS's rules begin with a full minute.
const NEAR: SignedDuration = SignedDuration::from_hours(1);

/// The rule that mutes it now, the one that does so longest; else the next that will.
pub(super) fn rule<'a>(item: &Alarm, cx: &KindContext<'a>) -> Option<&'a MuteRule> {
    let ours = || cx.world.all::<MuteRule>(cx.scope).filter(|rule| rule.alarms.contains(&item.name));
    let until = |rule: &&MuteRule| rule.window.map(|window| window.until);
    let from = |rule: &&MuteRule| rule.window.map(|window| window.from);
    let now = ours().filter(|rule| rule.mutes(cx.now)).max_by_key(until);
    now.or_else(|| ours().filter(|rule| rule.is_ahead(cx.now)).min_by_key(from))
}

/// `muted until Sun 14:03`, `muted from 22:01 until Sun 22:01`; `None` if nothing mutes it now or within the hour.
pub(super) fn sentence(item: &Alarm, cx: &KindContext<'_>) -> Option<String> {
    let rule = rule(item, cx)?;
    let at = |at: Timestamp| moment(at, cx.now, cx.zone);
    Some(match rule.window {
        None => "muted now, by a rule that recurs".to_owned(),
        Some(Window { from, until }) if from <= cx.now => format!("muted until {}", at(until)),
        Some(Window { from, .. }) if from.duration_since(cx.now) > NEAR => return None,
        Some(Window { from, until }) => format!("muted from {} until {}", at(from), at(until)),
    })
}

/// The same for its page; where the rules could not be read that is said.
pub(super) fn fact(item: &Alarm, cx: &KindContext<'_>) -> Option<Cell> {
    let Some(rule) = rule(item, cx) else {
        let fault = cx.world.store(cx.scope, MuteRule::KIND).and_then(|store| store.faults().next())?;
        return Some(Cell::dim(format!("not known: {}", fault.sentence())));
    };
    let at = |at: Timestamp| when(at, cx.now, cx.zone);
    let while_ = match rule.window {
        None => "now, again and again".to_owned(),
        Some(window) if window.from <= cx.now => format!("until {}", at(window.until)),
        Some(window) => format!("from {} until {}", at(window.from), at(window.until)),
    };
    Some(Cell::plain(format!("{while_}, by the rule {}: its actions are not taken", rule.name)))
}

/// Its `mute_rule` in `status --json`.
pub(super) fn to_json(item: &Alarm, cx: &KindContext<'_>) -> Option<serde_json::Value> {
    let rule = rule(item, cx)?;
    let at = |at: Option<Timestamp>| at.map(|at| stamp(at, cx.zone));
    Some(json!({
        "name": rule.name,
        "from": at(rule.window.map(|window| window.from)),
        "until": at(rule.window.map(|window| window.until)),
    }))
}
