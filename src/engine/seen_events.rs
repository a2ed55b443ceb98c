//! What was seen stays: events of timelines are kept in the local store and told again when AWS has forgotten them. Whoever
//! reads the account records what it saw; several processes may. The store may be lost, locked or full at any time; then a
//! timeline is as long as AWS tells it, and that is all. Nothing of a simulated account is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::explanation::happened;
use crate::cloud::Cloud;
use crate::kinds::catalog::KINDS;
use crate::overview::{EnvironmentStatus, Picture};
use crate::store::{Store, StoreFault, StoredEvent};
use crate::timeline::{Event, EventKind, Subject};
use crate::world::{Health, KindName, ResourceId, Scope, SeenStop, SeenStops, World};

/// What is seen for the first time may have happened so long before: further back AWS tells nothing without being asked.
const FIRST: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What a process recorded a moment ago is looked through again for what came late.
const LATE: SignedDuration = SignedDuration::from_mins(15);
/// So long before now a console tells what is remembered.
pub const TOLD: SignedDuration = SignedDuration::from_hours(24 * 7);
/// And so many events of it at most.
const TOLD_MOST: u32 = 20_000;

/// A subject as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptSubject {
    kind: String,
    source: String,
    region: String,
    key: String,
    name: String,
}

/// The kinds that are kept: what we did is in the journal, and what is to come is computed.
const KEPT: [EventKind; 8] = [
    EventKind::Deployment,
    EventKind::ServiceEvent,
    EventKind::TaskStopped,
    EventKind::Alarm,
    EventKind::DbEvent,
    EventKind::Change,
    EventKind::Scaling,
    EventKind::Health,
];

/// Keeps what can be told of every environment of a picture: what happened since `last`, when this process did so before,
/// and how each of them is. Simulated accounts leave nothing.
///
/// # Errors
/// When the store does not take it; nothing else fails for that, and the next time it is tried again.
pub fn record(
    store: &Store,
    cloud: &dyn Cloud,
    (world, picture): (&World, &Picture),
    (now, zone): (Timestamp, &TimeZone),
    last: Option<Timestamp>,
) -> Result<(), StoreFault> {
    let from = last.and_then(|last| last.checked_sub(LATE).ok()).or_else(|| now.checked_sub(FIRST).ok());
    for status in &picture.environments {
        if status.scopes.iter().any(|scope| cloud.kept_as(scope).is_none()) {
            continue;
        }
        let seen = happened(world, status, (from.unwrap_or(now), now), (now, zone));
        if seen.iter().any(|event| KEPT.contains(&event.kind)) {
            remember(store, status, now, &seen)?;
        }
        if let Some(health) = health(status, now) {
            store.keep_health(&key(status), &stored(&health, now))?;
        }
    }
    Ok(())
}

/// How an environment is, as an event; `None` where that cannot be told for certain.
fn health(status: &EnvironmentStatus, now: Timestamp) -> Option<Event> {
    let verdict = &status.verdict;
    if verdict.blind || verdict.health == Health::Unknown || status.recalled.is_some() {
        return None;
    }
    let word = verdict.health.word();
    let what = match verdict.headline() {
        headline if headline == word => format!("{} is {word}", status.name),
        headline => format!("{} is {word}: {headline}", status.name),
    };
    let mut event = Event::new(verdict.since.unwrap_or(now), EventKind::Health, SEEN, what);
    event.item = Some(word.to_owned());
    Some(event)
}

/// What tells of health: nobody's operation, but what was read of everything.
const SEEN: &str = "toban";

/// Keeps what was seen of an environment.
///
/// # Errors
/// When the store does not take it; nothing else fails for that.
pub fn remember(store: &Store, status: &EnvironmentStatus, now: Timestamp, seen: &[Event]) -> Result<(), StoreFault> {
    // What is told from memory is there already.
    let new = seen.iter().filter(|event| KEPT.contains(&event.kind) && event.learned.is_none());
    let kept: Vec<StoredEvent> =
        new.filter(|event| event.kind != EventKind::Health).map(|it| stored(it, now)).collect();
    store.keep_events(&key(status), now, &kept)
}

/// What is remembered of an environment within a window.
///
/// # Errors
/// When the store cannot be read.
pub fn recall(
    store: &Store,
    status: &EnvironmentStatus,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Event>, StoreFault> {
    Ok(store.events(&key(status), from, to)?.into_iter().filter_map(event).collect())
}

/// What is remembered of all environments, as a console tells it.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SeenEvents {
    of: BTreeMap<String, Vec<Event>>,
    /// Tasks that stopped.
    pub stops: Arc<SeenStops>,
}

impl SeenEvents {
    /// Takes out what is remembered of the last days.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn load(store: &Store, now: Timestamp) -> Result<Self, StoreFault> {
        let since = now.checked_sub(TOLD).unwrap_or(now);
        let mut of: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for (environment, kept) in store.events_since(since, TOLD_MOST)? {
            if let Some(event) = event(kept) {
                of.entry(environment).or_default().push(event);
            }
        }
        let begins = store.event_share()?.map(|share| share.oldest);
        let stops = Arc::new(stops(of.values().flatten(), begins));
        Ok(Self { of, stops })
    }

    /// What is remembered of an environment, oldest first.
    #[must_use]
    pub fn of(&self, status: &EnvironmentStatus) -> &[Event] {
        self.of.get(&key(status)).map_or(&[], Vec::as_slice)
    }
}

fn stops<'e>(events: impl Iterator<Item = &'e Event>, since: Option<Timestamp>) -> SeenStops {
    let mut of: BTreeMap<ResourceId, Vec<SeenStop>> = BTreeMap::new();
    for event in events.filter(|event| event.kind == EventKind::TaskStopped) {
        let Some(subject) = &event.subject else { continue };
        of.entry(subject.id.clone()).or_default().push(SeenStop {
            at: event.at,
            task: event.item.clone(),
            message: event.what.clone(),
            detail: event.detail.clone(),
            learned: event.learned.unwrap_or(event.at),
            source: event.source,
        });
    }
    of.values_mut().for_each(|stops| stops.sort_by_key(|stop| std::cmp::Reverse(stop.at)));
    SeenStops { since, of }
}

/// An environment of one name may be in several accounts: it is kept by its name and the accounts or sources it is in.
fn key(status: &EnvironmentStatus) -> String {
    let account = status.account.as_ref().map(ToString::to_string);
    let place = account
        .unwrap_or_else(|| status.scopes.iter().map(|scope| scope.source.as_str()).collect::<Vec<_>>().join("+"));
    format!("{place}/{}", status.name)
}

fn stored(event: &Event, learned: Timestamp) -> StoredEvent {
    let subject = event.subject.as_ref().map(|subject| KeptSubject {
        kind: subject.id.kind.to_string(),
        source: subject.id.scope.source.to_string(),
        region: subject.id.scope.region.to_string(),
        key: subject.id.key.to_string(),
        name: subject.name.clone(),
    });
    StoredEvent {
        at: event.at,
        kind: event.kind.word().to_owned(),
        subject: subject.and_then(|subject| serde_json::to_string(&subject).ok()).unwrap_or_default(),
        what: event.what.clone(),
        by: event.by.clone(),
        source: event.source.to_owned(),
        requests: event.requests.join("\n"),
        item: event.item.clone().unwrap_or_default(),
        detail: event.detail.join("\n"),
        learned,
    }
}

fn event(kept: StoredEvent) -> Option<Event> {
    let kind = EventKind::ALL.into_iter().find(|kind| kind.word() == kept.kind)?;
    let subject: Option<KeptSubject> = serde_json::from_str(&kept.subject).ok();
    let mut event = Event::new(kept.at, kind, source(&kept.source), kept.what).by(kept.by);
    event.requests = kept.requests.lines().map(str::to_owned).collect();
    event.item = Some(kept.item).filter(|item| !item.is_empty());
    event.detail = kept.detail.lines().map(str::to_owned).collect();
    event.learned = Some(kept.learned);
    event.subject = subject.and_then(|subject| {
        Some(Subject {
            id: ResourceId {
                kind: kind_name(&subject.kind)?,
                scope: Scope::new(subject.source.as_str(), subject.region.as_str()),
                key: subject.key.into(),
            },
            name: subject.name,
        })
    });
    Some(event)
}

fn kind_name(word: &str) -> Option<KindName> {
    KINDS.iter().map(|kind| kind.name()).find(|name| name.0 == word)
}

/// The operation it was learned by, as every event names it; what is not known any more was learned from the store.
fn source(word: &str) -> &'static str {
    if word == SEEN {
        return SEEN;
    }
    let mut operations = KINDS.iter().flat_map(|kind| kind.permissions().iter().copied());
    operations.find(|known| *known == word).unwrap_or("store")
}

#[cfg(test)]
mod tests;
