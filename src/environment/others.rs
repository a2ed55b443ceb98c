//! Schedules of other owners that start or stop what belongs to an environment: what they do, when by the clock on the
//! reader's wall, and whether they seem to mean another zone than they say. Pure; they are only ever shown.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::Environment;
use super::sleepers::Sleeper;
use crate::kinds::schedule_group::{Group, Held};
use crate::schedule::clock::settle;
use crate::schedule::spans::local_date;
use crate::schedule::{ClockTime, Verb, tags};
use crate::world::World;

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Other {
    /// Its group and name.
    pub name: String,
    /// What it does.
    pub verb: Verb,
    /// To whom.
    pub on: String,
    /// Its expression and zone, as they are stored.
    pub expression: String,
    /// When that is for the reader, for a time of day.
    pub local: Option<String>,
    /// Whether an evening was meant and a morning is hit, or the like: a time of another zone was written as UTC.
    pub mistaken: bool,
}

impl Other {
    /// In a sentence.
    #[must_use]
    pub fn says(&self) -> String {
        let Self { name, on, expression, verb, .. } = self;
        let local = self.local.as_ref().map(|local| format!(", which is {local} here")).unwrap_or_default();
        let doubt = if self.mistaken { ": was the time meant for here and written as UTC?" } else { "" };
        format!("{name} {}s {on} at {expression}{local}{doubt}", verb.word())
    }
}

/// What others do to `sleepers` of `environment`, as far as the schedules were read.
#[must_use]
pub fn others(
    environment: &Environment,
    sleepers: &[Sleeper],
    world: &World,
    here: (&TimeZone, Timestamp),
) -> Vec<Other> {
    let mine = tags::allowed(environment.name.as_str());
    let groups = environment.scopes.iter().flat_map(|scope| world.all::<Group>(scope));
    let foreign = groups.filter(|group| group.tags.get(tags::ENV) != Some(&mine));
    foreign
        .flat_map(|group| group.schedules.iter().map(move |held| (group, held)))
        .filter(|(_, held)| held.enabled)
        .flat_map(|(group, held)| {
            let named = sleepers.iter().filter(|it| names(held, it));
            named.filter_map(|it| other(group, held, it, here)).collect::<Vec<_>>()
        })
        .collect()
}

/// Whether the input of a schedule names the sleeper, as its id or its ARN.
fn names(held: &Held, it: &Sleeper) -> bool {
    fn has(value: &Value, id: &str, arn: &str) -> bool {
        match value {
            Value::String(text) => text == id || text == arn,
            Value::Array(items) => items.iter().any(|item| has(item, id, arn)),
            Value::Object(fields) => fields.values().any(|field| has(field, id, arn)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    serde_json::from_str(&held.input).is_ok_and(|input: Value| has(&input, &it.member.id, &it.arn))
}

fn other(group: &Group, held: &Held, it: &Sleeper, (zone, now): (&TimeZone, Timestamp)) -> Option<Other> {
    let call = format!("{} {}", held.target, held.input).to_lowercase();
    let zero = || call.contains("\"desiredcount\":0") || call.contains("\"desiredcount\": 0");
    let verb = match call.contains("updateservice") {
        true if zero() => Verb::Stop,
        true => Verb::Start,
        false if call.contains("stop") => Verb::Stop,
        false if call.contains("start") => Verb::Start,
        false => return None,
    };
    let stored = held.timezone.as_deref().unwrap_or("UTC");
    let theirs = TimeZone::get(stored).ok();
    let time = time_of(&held.expression);
    let local = theirs.zip(time).map(|(theirs, time)| {
        let instant = settle(&theirs, local_date(&theirs, now), time).at;
        instant.to_zoned(zone.clone())
    });
    let evening = time.is_some_and(|time| time.parts().0 >= 17);
    let morning = local.as_ref().is_some_and(|local| (5..=12).contains(&local.hour()));
    let written_early = time.is_some_and(|time| (5..=12).contains(&time.parts().0));
    let hits_late = local.as_ref().is_some_and(|local| local.hour() >= 14);
    let mistaken = stored == "UTC"
        && match verb {
            Verb::Stop => evening && morning,
            Verb::Start => written_early && hits_late,
        };
    Some(Other {
        name: format!("{}/{}", group.name, held.name),
        verb,
        on: it.member.label(),
        expression: format!("{} {stored}", held.expression),
        local: local.map(|local| local.strftime("%H:%M").to_string()),
        mistaken,
    })
}

/// The time of day of `cron(0 22 …)`, if it has one.
fn time_of(expression: &str) -> Option<ClockTime> {
    let mut fields = expression.strip_prefix("cron(")?.split_whitespace();
    let (minute, hour) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    ClockTime::new(hour, minute)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::headless::{self, View};
    use crate::cloud::Cloud;
    use crate::demo::{Demo, wishes};
    use crate::environment::sleepers;
    use crate::kinds::kind;
    use crate::world::{Coverage, Resource};

    #[tokio::test]
    async fn an_evening_written_as_utc_is_pointed_out() {
        let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let view = View { wishes: wishes(), zone: zone.clone() };
        let mut outlook = headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap();
        for scope in outlook.world.scopes() {
            let got = cloud.read(kind(Group::KIND).unwrap(), &scope, &Coverage::All, &outlook.world).await;
            outlook.world.put(&scope, Group::KIND, &Coverage::All, got, outlook.at);
        }
        let all: Vec<Other> = outlook
            .picture
            .environments
            .iter()
            .flat_map(|it| others(it, &sleepers(it, &outlook.world, None), &outlook.world, (&zone, outlook.at)))
            .collect();
        let [one] = all.as_slice() else { panic!("{all:?}") };
        assert!(one.mistaken && one.verb == Verb::Stop);
        assert_eq!(
            one.says(),
            "default/cat-data-nightly-stop stops cat-data-v23-db at cron(0 22 * * ? *) UTC, which is 07:00 here: was the \
             time meant for here and written as UTC?"
        );
    }

    #[test]
    fn times_are_read_from_expressions_that_have_one() {
        assert_eq!(time_of("cron(30 8 ? * MON-FRI *)"), ClockTime::new(8, 30));
        assert_eq!(time_of("cron(0/5 * * * ? *)"), None);
        assert_eq!(time_of("rate(5 minutes)"), None);
    }
}
