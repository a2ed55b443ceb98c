//! Which alarms are muted or will be, by which rule, environment by environment: what `toban mutes` and the console list.
//! Pure: no call, no drawing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::kinds::alarm::Alarm;
use crate::kinds::mute_rule::MuteRule;
use crate::overview::EnvironmentStatus;
use crate::text::when;
use crate::world::{ResourceId, World};

/// An alarm that is muted, or will be, and by what.
#[derive(Clone, Copy)]
pub struct MutedAlarm<'a> {
    /// The environment it belongs to.
    pub environment: &'a EnvironmentStatus,
    /// Which it is.
    pub id: &'a ResourceId,
    /// The alarm.
    pub alarm: &'a Alarm,
    /// The rule that mutes it.
    pub rule: &'a MuteRule,
}

/// Every alarm of `environments` that is muted at `now` or will be, once for each rule.
#[must_use]
pub fn muted<'a>(
    environments: impl IntoIterator<Item = &'a EnvironmentStatus>,
    world: &'a World,
    now: Timestamp,
) -> Vec<MutedAlarm<'a>> {
    let mut all = Vec::new();
    for environment in environments {
        for member in &environment.members {
            let Some(alarm) = world.get::<Alarm>(&member.id) else { continue };
            let rules = world.all::<MuteRule>(&member.id.scope);
            let on = rules.filter(|rule| rule.mutes(now) || rule.is_ahead(now));
            let mine = on.filter(|rule| rule.alarms.contains(&alarm.name));
            all.extend(mine.map(|rule| MutedAlarm { environment, id: &member.id, alarm, rule }));
        }
    }
    all.sort_by(|a, b| {
        (&a.environment.name, &a.alarm.name, &a.rule.name).cmp(&(&b.environment.name, &b.alarm.name, &b.rule.name))
    });
    all
}

impl MutedAlarm<'_> {
    /// Its state in words.
    #[must_use]
    pub fn state(&self) -> String {
        crate::text::word(&self.alarm.state).replace('_', " ")
    }

    /// `until 23:30`, `from 22:00 until 06:00`.
    #[must_use]
    pub fn times(&self, now: Timestamp, zone: &TimeZone) -> String {
        let at = |at: Timestamp| when(at, now, zone);
        match self.rule.window {
            None => "now, by a rule that recurs".to_owned(),
            Some(window) if window.from <= now => format!("until {}", at(window.until)),
            Some(window) => format!("from {} until {}", at(window.from), at(window.until)),
        }
    }
}
