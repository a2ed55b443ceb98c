//! What was seen stays: events of timelines are kept in the local store and told again when AWS has forgotten them. The
//! store may be lost, locked or full at any time; then a timeline is as long as AWS tells it, and that is all.

use serde::{Deserialize, Serialize};

use crate::kinds::catalog::KINDS;
use crate::overview::EnvironmentStatus;
use crate::store::{Store, StoreFault, StoredEvent};
use crate::timeline::{Event, EventKind, Subject};
use crate::world::{KindName, ResourceId, Scope};

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

/// Keeps what was seen of an environment.
///
/// # Errors
/// When the store does not take it; nothing else fails for that.
pub fn remember(
    store: &Store,
    status: &EnvironmentStatus,
    now: jiff::Timestamp,
    seen: &[Event],
) -> Result<(), StoreFault> {
    let kept: Vec<StoredEvent> = seen.iter().filter(|event| KEPT.contains(&event.kind)).map(stored).collect();
    store.keep_events(&key(status), now, &kept)
}

/// What is remembered of an environment within a window.
///
/// # Errors
/// When the store cannot be read.
pub fn recall(
    store: &Store,
    status: &EnvironmentStatus,
    (from, to): (jiff::Timestamp, jiff::Timestamp),
) -> Result<Vec<Event>, StoreFault> {
    Ok(store.events(&key(status), from, to)?.into_iter().filter_map(event).collect())
}

/// An environment of one name may be in several accounts: it is kept by its name and the accounts or sources it is in.
fn key(status: &EnvironmentStatus) -> String {
    let account = status.account.as_ref().map(ToString::to_string);
    let place = account
        .unwrap_or_else(|| status.scopes.iter().map(|scope| scope.source.as_str()).collect::<Vec<_>>().join("+"));
    format!("{place}/{}", status.name)
}

fn stored(event: &Event) -> StoredEvent {
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
    }
}

fn event(kept: StoredEvent) -> Option<Event> {
    let kind = EventKind::ALL.into_iter().find(|kind| kind.word() == kept.kind)?;
    let subject: Option<KeptSubject> = serde_json::from_str(&kept.subject).ok();
    let mut event = Event::new(kept.at, kind, source(&kept.source), kept.what).by(kept.by);
    event.requests = kept.requests.lines().map(str::to_owned).collect();
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
    let mut operations = KINDS.iter().flat_map(|kind| kind.permissions().iter().copied());
    operations.find(|known| *known == word).unwrap_or("store")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{ago, now, scope, service};
    use crate::world::Resource;

    #[test]
    fn what_was_seen_is_told_again_as_it_was() {
        let home = tempfile::tempdir().expect("a home");
        let store = Store::open(home.path()).expect("a store");
        let status = EnvironmentStatus::new("city-prod", vec![scope()]);
        let stop =
            Event::new(ago(90), EventKind::TaskStopped, "ecs:DescribeTasks", "a task stopped: app exited with code 1")
                .about(service().id(&scope()), "Backend");
        let mut change = Event::new(ago(80), EventKind::Change, "cloudtrail:LookupEvents", "UpdateService Backend")
            .by(Some("arn:aws:sts::1:assumed-role/ci/deploy".to_owned()));
        change.requests = vec!["r-1".to_owned()];
        let own = Event::new(ago(70), EventKind::OwnChange, "journal", "ours");
        remember(&store, &status, now(), &[stop.clone(), change.clone(), own]).expect("kept");
        remember(&store, &status, now(), std::slice::from_ref(&stop)).expect("kept again");
        assert_eq!(recall(&store, &status, (ago(120), now())).expect("told"), [stop, change]);
        let other = EnvironmentStatus::new("city-poc", vec![scope()]);
        assert_eq!(recall(&store, &other, (ago(120), now())).expect("told"), []);
    }
}
