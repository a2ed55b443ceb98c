//! The document of `status --json`. Its fields are a promise: some may be added, none renamed.
//! Kinds describe their own resources; here they only find their list.

use crate::overview::EnvironmentStatus;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::engine::headless::Snapshot;
use crate::environment::Member;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::{KindContext, ResourceIndex};
use crate::world::{Fault, Scope, World};

/// The lists that stand first; those of other kinds follow in the order of the catalog. Each is there even if nothing is
/// in it.
const FIRST: [&str; 5] = ["services", "target_groups", "databases", "instances", "alarms"];

/// The document of `chosen` environments and of what could not be placed.
#[must_use]
pub(crate) fn document(snapshot: &Snapshot, chosen: &[&EnvironmentStatus], zone: &TimeZone) -> Value {
    let resource_index = ResourceIndex::of(&snapshot.world);
    let environments: Vec<Value> =
        chosen.iter().map(|environment| environment_object(environment, snapshot, &resource_index, zone)).collect();
    let unassigned: Vec<Value> = snapshot
        .picture
        .unassigned
        .iter()
        .map(|member| Value::Object(unassigned_object(member, &snapshot.world)))
        .collect();
    let shared: Vec<Value> = snapshot
        .picture
        .shared
        .iter()
        .map(|shared| {
            let mut object = unassigned_object(&shared.member, &snapshot.world);
            object.insert("environments".to_owned(), json!(shared.users));
            Value::Object(object)
        })
        .collect();
    let faults: Vec<Value> =
        crate::cli::all_faults(snapshot).into_iter().map(|(scope, it)| fault(scope, it, &snapshot.world)).collect();
    json!({
        "at": moment(snapshot.at, zone),
        "environments": environments,
        "shared": shared,
        "unassigned": unassigned,
        "faults": faults,
    })
}

fn environment_object(
    environment: &EnvironmentStatus,
    snapshot: &Snapshot,
    resource_index: &ResourceIndex<'_>,
    zone: &TimeZone,
) -> Value {
    let verdict = &environment.verdict;
    let why: Vec<&str> = if verdict.findings.is_empty() {
        vec![verdict.headline()]
    } else {
        verdict.findings.iter().map(|finding| finding.message.as_str()).collect()
    };
    let faults: Vec<Value> = environment.faults.iter().map(|(scope, it)| fault(scope, it, &snapshot.world)).collect();
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("name", json!(environment.name));
    put("project", json!(environment.project));
    put("stage", json!(environment.stage));
    put("protected", json!(environment.protected));
    put("account", json!(environment.account));
    put("region", json!(environment.region));
    put("health", json!(verdict.health));
    put("why", json!(why));
    put("since", json!(verdict.since.map(|at| moment(at, zone))));
    put("read_at", json!(environment.read_at.map(|at| moment(at, zone))));
    for (list, members) in lists(environment, snapshot, resource_index, zone) {
        put(list, Value::Array(members));
    }
    let shared = environment.shared.iter().map(|member| Value::Object(unassigned_object(member, &snapshot.world)));
    put("shared", shared.collect());
    put("confidence", json!(environment.confidence()));
    put("doubts", json!(environment.doubts));
    put("cost", snapshot.picture.cost(environment, &snapshot.world).to_json());
    put("faults", Value::Array(faults));
    Value::Object(object)
}

/// The lists of an environment, each once, though several kinds may share one.
fn lists<'k>(
    environment: &EnvironmentStatus,
    snapshot: &Snapshot,
    resource_index: &ResourceIndex<'_>,
    zone: &TimeZone,
) -> Vec<(&'k str, Vec<Value>)> {
    let mut lists: Vec<(&str, Vec<Value>)> = FIRST.map(|list| (list, Vec::new())).into();
    for list in KINDS.iter().filter_map(|kind| kind.shown()).map(|shown| shown.list) {
        if lists.iter().all(|(known, _)| *known != list) {
            lists.push((list, Vec::new()));
        }
    }
    for member in &environment.members {
        let Some((kind, shown)) = kind(member.id.kind).and_then(|kind| kind.shown().map(|shown| (kind, shown))) else {
            continue;
        };
        let cx = KindContext {
            world: &snapshot.world,
            resource_index,
            scope: &member.id.scope,
            protected: environment.protected,
            now: snapshot.at,
            zone,
        };
        let Some(object) = kind.to_json(&member.id, &cx) else {
            continue;
        };
        match lists.iter_mut().find(|(list, _)| *list == shown.list) {
            Some((_, members)) => members.push(object),
            None => lists.push((shown.list, vec![object])),
        }
    }
    lists
}

/// What names a resource that stands in no list of an environment.
fn unassigned_object(member: &Member, world: &World) -> Map<String, Value> {
    let fields = [
        ("kind", json!(member.id.kind)),
        ("id", json!(member.id.key)),
        ("name", json!(member.name)),
        ("account", json!(world.account(&member.id.scope))),
        ("region", json!(member.id.scope.region)),
    ];
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A fault with the place it was met at.
fn fault(scope: &Scope, fault: &Fault, world: &World) -> Value {
    json!({
        "scope": crate::cli::place(scope, world),
        "operation": fault.operation,
        "on": fault.on,
        "kind": fault.kind,
        "message": fault.message,
    })
}

/// RFC 3339 with the reader's offset, to the second.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let whole = Timestamp::from_second(at.as_second()).unwrap_or(at);
    whole.display_with_offset(zone.to_offset(at)).to_string()
}
