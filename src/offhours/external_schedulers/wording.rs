//! What others do, in sentences and as JSON, the same for the console and the command line. Pure; the moment and the
//! reader's zone come in.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Asleep, Clock, Job, Last, Owner, Source};
use crate::schedule::{PowerAction, wording};

/// Whether it is one of the names of UTC.
fn is_utc(zone: &str) -> bool {
    matches!(zone.strip_prefix("Etc/").unwrap_or(zone), "UTC" | "UCT" | "Zulu" | "Universal" | "GMT")
}

impl Clock {
    /// `at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { expression, stored, .. } = self;
        let at = if expression.starts_with("rate(") {
            format!("at {expression}")
        } else {
            format!("at {expression} {stored}")
        };
        format!("{at}{}", self.here())
    }

    /// `, which is 07:00 in Asia/Tokyo`, where that is another zone than the one it is stored in.
    fn here(&self) -> String {
        match &self.local {
            Some(local) if self.stored != self.zone && !(is_utc(&self.stored) && is_utc(&self.zone)) => {
                format!(", which is {local} in {}", self.zone)
            }
            _ => String::new(),
        }
    }

    /// What is odd about it: an hour that was meant for here and is stored as UTC.
    #[must_use]
    pub fn doubts(&self, source: Source) -> Option<String> {
        let Doubted { written, zone, instead } = self.doubted()?;
        let remedy = match (source, instead) {
            (Source::Rule, Some(instead)) => format!("a rule knows UTC only, where that is {instead}"),
            (Source::Rule, None) => format!("a rule knows UTC only; a schedule of EventBridge Scheduler knows {zone}"),
            (Source::Tag, Some(instead)) => format!("its tags know UTC only, where that is {instead}"),
            (Source::Tag, None) => "its tags know UTC only".to_owned(),
            (Source::Schedule, _) => format!("then its time zone has to be {zone}"),
        };
        Some(format!("was {written} in {zone} meant? {remedy}"))
    }

    fn doubted(&self) -> Option<Doubted<'_>> {
        let doubt = self.doubt.as_ref()?;
        Some(Doubted { written: &doubt.written, zone: &self.zone, instead: doubt.instead.as_deref() })
    }

    fn fields(&self, zone: &TimeZone) -> Value {
        json!({
            // With its zone, as this field was from the beginning.
            "expression": format!("{} {}", self.expression, self.stored),
            "timezone": self.stored,
            "local": self.local,
            "local_timezone": self.zone,
            "next_at": self.next_at.map(|at| wording::rfc(at, zone)),
            "mistaken": self.doubt.is_some(),
            "instead": self.doubt.as_ref().and_then(|doubt| doubt.instead.as_deref()),
        })
    }
}

struct Doubted<'a> {
    written: &'a str,
    zone: &'a str,
    instead: Option<&'a str>,
}

impl Last {
    /// `failed 22:00: Step fails …`.
    #[must_use]
    pub fn sentence(&self, now: Timestamp, zone: &TimeZone) -> String {
        let at = self.at.map(|at| format!(" at {}", wording::when(at, now, zone))).unwrap_or_default();
        let why = self.why.as_deref().map(|why| format!(": {}", crate::text::first_line(why, 200))).unwrap_or_default();
        format!("{}{at}{why}", self.status)
    }
}

impl Owner {
    /// `rule prooflink-dev-stop`, `Instance Scheduler`.
    #[must_use]
    pub fn who(&self) -> String {
        match self.source {
            Source::Tag => self.name.clone(),
            source => format!("{} {}", source.word(), self.name),
        }
    }

    /// What it does, in a sentence that says when, and what is odd about that.
    #[must_use]
    pub fn sentence(&self) -> String {
        let does = match self.verb {
            Some(verb) => format!("{} {}s {}", self.who(), verb.word(), self.on),
            None => format!("{} stops and starts {}", self.who(), self.on),
        };
        let tag = self.by.as_ref().filter(|_| self.source == Source::Tag).map(|tag| format!(", by its tag {tag}"));
        // A tag is told with its key, and its value is its expression.
        let at = self.clock.as_ref().map(|clock| match self.source {
            Source::Tag => format!(" in {}{}", clock.stored, clock.here()),
            Source::Rule | Source::Schedule => format!(" {}", clock.sentence()),
        });
        let off = (!self.enabled).then_some(", but is switched off");
        let clock = self.clock.as_ref().filter(|_| self.enabled);
        let doubt = clock.and_then(|clock| clock.doubts(self.source)).map(|doubt| format!(": {doubt}"));
        [Some(does), tag, at, off.map(str::to_owned), doubt].into_iter().flatten().collect()
    }

    /// That it goes against the environment's own schedule, if it does.
    #[must_use]
    pub fn conflict(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let at = wording::when(self.against?, now, zone);
        let (who, on) = (self.who(), &self.on);
        Some(match self.verb {
            Some(PowerAction::Stop) => format!("{who} stops {on} at {at}, when the schedule has it up"),
            _ => format!("{who} starts {on} at {at}, when the schedule has it asleep"),
        })
    }

    /// How its last run went, if that failed.
    #[must_use]
    pub fn failure(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let last = self.last.as_ref().filter(|last| last.failed)?;
        let what = self.by.as_deref().filter(|_| self.source != Source::Tag);
        let what = what.map_or_else(|| self.who(), |document| format!("{document} of {}", self.who()));
        Some(format!("{what} failed for {}: {}", self.on, last.sentence(now, zone)))
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self, zone: &TimeZone) -> Value {
        let last = self.last.as_ref().map(|last| {
            json!({
                "status": last.status, "at": last.at.map(|at| wording::rfc(at, zone)),
                "failed": last.failed, "why": last.why,
            })
        });
        let mut object = json!({
            "kind": self.source.word(), "name": self.name, "verb": self.verb.map(PowerAction::word), "on": self.on,
            "expression": null, "timezone": null, "local": null, "local_timezone": null, "next_at": null,
            "mistaken": false, "instead": null,
            "by": self.by, "enabled": self.enabled, "last_run": last,
            "conflict_at": self.against.map(|at| wording::rfc(at, zone)),
            "held_back": self.away.as_ref().map(|away| json!({
                "until": away.until.map(|at| wording::rfc(at, zone)), "by": away.by,
                "exception": away.why.word(),
                "returns_at": away.returns.map(|at| wording::rfc(at, zone)), "forgotten": away.forgotten,
            })),
        });
        merge(&mut object, self.clock.as_ref().map(|clock| clock.fields(zone)));
        object
    }
}

impl Job {
    /// `rule x runs task y in z at …`, and what is odd about that.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { name, kind, what, .. } = self;
        let place = self.place.as_deref().map(|place| format!(" in {place}")).unwrap_or_default();
        let names = match self.names.as_slice() {
            [] => String::new(),
            names => format!(", which is told of {}", names.join(" and ")),
        };
        let off = if self.enabled { "" } else { ", but is switched off" };
        let doubt = self.clock.doubts(self.source).filter(|_| self.enabled);
        let doubt = doubt.map(|doubt| format!(": {doubt}")).unwrap_or_default();
        format!(
            "{} {name} {} {what}{place}{names} {}{off}{doubt}",
            self.source.word(),
            kind.sentence(),
            self.clock.sentence()
        )
    }

    /// That it comes while a database sleeps, if it does.
    #[must_use]
    pub fn clash(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let Asleep { who, at } = self.asleep.as_ref()?;
        let who = who.join(" and ");
        let does = format!("{} {} {} {}", self.source.word(), self.name, self.kind.sentence(), self.what);
        Some(match at {
            Some(at) => format!("{does} at {}, while {who} is asleep", wording::when(*at, now, zone)),
            None => format!("{does} {}, also while {who} is asleep", self.clock.expression),
        })
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self, zone: &TimeZone) -> Value {
        let asleep = self
            .asleep
            .as_ref()
            .map(|asleep| json!({ "who": asleep.who, "at": asleep.at.map(|at| wording::rfc(at, zone)) }));
        let mut object = json!({
            "kind": self.source.word(), "name": self.name, "work": self.kind.word(), "what": self.what,
            "place": self.place, "names": self.names, "enabled": self.enabled, "asleep": asleep,
        });
        merge(&mut object, Some(self.clock.fields(zone)));
        object
    }
}

fn merge(object: &mut Value, more: Option<Value>) {
    if let (Some(fields), Some(Value::Object(more))) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_again_only_where_it_is_another_one() {
        let message = |stored: &str, zone: &str| {
            Clock {
                expression: "cron(0 22 * * ? *)".to_owned(),
                stored: stored.to_owned(),
                zone: zone.to_owned(),
                local: Some("07:00".to_owned()),
                next_at: None,
                doubt: None,
            }
            .sentence()
        };
        assert_eq!(message("UTC", "Asia/Tokyo"), "at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo");
        for (stored, zone) in [("UTC", "Etc/UTC"), ("UTC", "UTC"), ("Etc/UCT", "Zulu"), ("Asia/Tokyo", "Asia/Tokyo")] {
            assert_eq!(message(stored, zone), format!("at cron(0 22 * * ? *) {stored}"));
        }
    }
}
