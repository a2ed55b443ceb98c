//! Explaining an environment and telling its timeline, for both faces: what is wanted beyond the picture is read side by
//! side, at most twice, and the pure rules do the rest. What could not be read is told by them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::headless::{Snapshot, View, at_once};
use super::journal::Entry;
use super::read_requests::read_together;
use crate::cloud::Cloud;
use crate::diagnosis::DiagnosisInput;
use crate::diagnosis::explain::{Explanation, explain, wants};
use crate::environment::Environment;
use crate::kinds::{KindContext, ResourceIndex};
use crate::overview::{EnvironmentStatus, assemble};
use crate::timeline::{self, Event, EventKind, TimelineInput, Want, timeline};
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, ResourceId, World};

/// What happened this long before is heard for an explanation.
pub const HEARD: SignedDuration = SignedDuration::from_hours(24);
/// How often what was read may ask for more.
const ROUNDS: usize = 2;

/// What to read to explain an environment as it is believed to be.
#[must_use]
pub fn explanation_reads(world: &World, status: &EnvironmentStatus, now: Timestamp, zone: &TimeZone) -> Vec<Want> {
    with_context(world, status, now, zone, wants).unwrap_or_default()
}

/// Why an environment is not well, from what is believed. `known` is what our journal and the store tell.
#[must_use]
pub fn explanation(
    world: &World,
    status: &EnvironmentStatus,
    known: &[Event],
    now: Timestamp,
    zone: &TimeZone,
) -> Explanation {
    with_context(world, status, now, zone, |input, cx| {
        let window = (now.checked_sub(HEARD).unwrap_or(now), now);
        let heard = TimelineInput { environment: status, offhours: input.offhours, kind: cx, known, window };
        explain(input, cx, &status.verdict, &timeline(&heard))
    })
    .unwrap_or_else(|| Explanation { health: status.verdict.health, ..Explanation::default() })
}

/// What happened to an environment within a window, oldest first, from what is believed.
#[must_use]
pub fn events(
    world: &World,
    status: &EnvironmentStatus,
    known: &[Event],
    window: (Timestamp, Timestamp),
    (now, zone): (Timestamp, &TimeZone),
) -> Vec<Event> {
    with_context(world, status, now, zone, |input, cx| {
        timeline(&TimelineInput { environment: status, offhours: input.offhours, kind: cx, known, window })
    })
    .unwrap_or_default()
}

/// The same from what was read alone, each event by itself: what is kept of it.
#[must_use]
pub fn happened(
    world: &World,
    status: &EnvironmentStatus,
    window: (Timestamp, Timestamp),
    (now, zone): (Timestamp, &TimeZone),
) -> Vec<Event> {
    with_context(world, status, now, zone, |input, cx| {
        timeline::each(&TimelineInput { environment: status, offhours: input.offhours, kind: cx, known: &[], window })
    })
    .unwrap_or_default()
}

fn with_context<R>(
    world: &World,
    status: &EnvironmentStatus,
    now: Timestamp,
    zone: &TimeZone,
    of: impl FnOnce(&DiagnosisInput<'_>, &KindContext<'_>) -> R,
) -> Option<R> {
    let resource_index = ResourceIndex::of(world);
    let scope = status.scopes.first()?;
    let cx = KindContext { world, resource_index: &resource_index, scope, protected: status.protected, now, zone };
    // What is nobody's is not explained here; the verdict knows of it already.
    let strays = BTreeSet::new();
    let input = DiagnosisInput {
        environment: status,
        offhours: status.offhours.as_deref(),
        others: &status.others,
        strays: &strays,
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    Some(of(&input, &cx))
}

/// Reads what explains an environment, and explains it; `None` if there is no environment of that name.
pub async fn explained(
    cloud: &dyn Cloud,
    view: &View,
    snapshot: &mut Snapshot,
    (name, known): (&EnvironmentName, &[Event]),
) -> Option<Explanation> {
    let mut asked: Vec<ReadRequest> = Vec::new();
    for _ in 0..ROUNDS {
        let status = snapshot.picture.environment(name)?;
        let mut requests: Vec<ReadRequest> = explanation_reads(&snapshot.world, status, snapshot.at, &view.zone)
            .into_iter()
            .map(|want| want.request)
            .collect();
        requests.retain(|request| !asked.contains(request));
        if requests.is_empty() {
            break;
        }
        asked.extend(requests.iter().cloned());
        read(cloud, &mut snapshot.world, &requests).await;
        snapshot.picture = assemble(&snapshot.world, &view.configured_environments, snapshot.at, &view.zone);
    }
    let status = snapshot.picture.environment(name)?;
    Some(explanation(&snapshot.world, status, known, snapshot.at, &view.zone))
}

/// Reads what tells the timeline of an environment since a moment; what is missing of it, with what that would tell.
pub async fn read_timeline(
    cloud: &dyn Cloud,
    snapshot: &mut Snapshot,
    name: &EnvironmentName,
    from: Timestamp,
) -> Vec<(String, &'static str, &'static str)> {
    let Some(status) = snapshot.picture.environment(name) else { return Vec::new() };
    let wants = timeline::wants(status, &snapshot.world, from);
    let requests: Vec<ReadRequest> = wants.iter().map(|want| want.request.clone()).collect();
    read(cloud, &mut snapshot.world, &requests).await;
    timeline::missing(&snapshot.world, &wants)
}

/// Reads all at once: none needs what another brings.
async fn read(cloud: &dyn Cloud, world: &mut World, requests: &[ReadRequest]) {
    for (request, got) in read_together(cloud, at_once(requests), world).await {
        world.put(&request.scope, request.kind, &request.coverage, got, cloud.now());
    }
}

/// What our journal tells of an environment, as events. A procedure is told by its steps, where it has some.
#[must_use]
pub fn own_events(entries: &[Entry], environment: &Environment) -> Vec<Event> {
    let here = entries.iter().filter(|entry| entry.environment == environment.name.as_str());
    here.filter(|entry| {
        entry.change_request.is_some() || entries.iter().all(|other| other.part_of.as_ref() != Some(&entry.id))
    })
    .map(|entry| {
        let failed = match entry.done {
            Some(true) => String::new(),
            Some(false) | None => format!(" ({})", entry.outcome),
        };
        let what = format!("{}{failed}", entry.message);
        let event = Event {
            requests: entry.request_ids.clone(),
            ..Event::new(entry.at, EventKind::OwnChange, "journal", what)
        };
        let event = event.by(entry.by().map(str::to_owned));
        match entry.change_request.as_ref().and_then(|request| member(environment, &request.key)) {
            Some((id, name)) => event.about(id, name),
            None => event,
        }
    })
    .collect()
}

fn member(environment: &Environment, key: &str) -> Option<(ResourceId, String)> {
    let found = environment.members.iter().find(|member| &*member.id.key == key)?;
    Some((found.id.clone(), found.name.clone()))
}
