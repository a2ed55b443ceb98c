//! Readings: each operation that a kind of the poller reads by, failing in each way, in accounts that are sick where it
//! would tell. The fault is told with its operation and class, and no environment is better than with the reading.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rstest::rstest;
use serde_json::{Value, json};
use toban::cloud::{Cloud, Live};
use toban::environment::ConfiguredEnvironments;
use toban::kinds::catalog::{KINDS, kind};
use toban::kinds::{AnyKind, Evidence, PollClass};
use toban::overview::assemble;
use toban::world::access_check::Outcome;
use toban::world::{AnyReading, Coverage, Fault, Health, KindName, Scope, World};

use super::ways::Way;
use crate::engine::{here, live};
use crate::support::peer::Peer;

/// What was read, kind by kind.
type Readings = BTreeMap<KindName, Result<AnyReading, Fault>>;

/// The kinds that are read by the clock, those first that others need.
fn polled() -> Vec<&'static dyn AnyKind> {
    let mut left: Vec<_> = KINDS.iter().copied().filter(|kind| kind.pace() != PollClass::OnDemand).collect();
    let mut sorted: Vec<&'static dyn AnyKind> = Vec::new();
    while !left.is_empty() {
        let ready = |kind: &&dyn AnyKind| kind.needs().iter().all(|need| sorted.iter().any(|it| it.name() == *need));
        let (now, later): (Vec<_>, Vec<_>) = left.iter().copied().partition(ready);
        assert!(!now.is_empty(), "these kinds need each other");
        sorted.extend(now);
        left = later;
    }
    sorted
}

/// A world in which that was read just now.
fn world(readings: &Readings) -> World {
    let mut world = World::default();
    for kind in polled() {
        if let Some(got) = readings.get(&kind.name()) {
            world.put(&here(), kind.name(), &Coverage::All, got.clone(), Timestamp::now());
        }
    }
    world
}

/// Reads these kinds, as if nobody had before, and all that needs them.
async fn read_anew(live: &Live, readings: &mut Readings, kinds: &BTreeSet<KindName>) {
    for kind in polled().iter().filter(|kind| kinds.contains(&kind.name())) {
        readings.remove(&kind.name());
    }
    for kind in polled().iter().filter(|kind| kinds.contains(&kind.name())) {
        let known = world(readings);
        let got = live.read(*kind, &here(), &Coverage::All, &known).await;
        readings.insert(kind.name(), got);
    }
}

/// The kinds that are read by `operation`, with those that need them.
fn read_by(operation: &str) -> BTreeSet<KindName> {
    let mut kinds = BTreeSet::new();
    for kind in polled() {
        if kind.permissions().contains(&operation) || kind.needs().iter().any(|need| kinds.contains(need)) {
            kinds.insert(kind.name());
        }
    }
    kinds
}

/// Each environment's health by its name.
fn healths(readings: &Readings) -> BTreeMap<String, Health> {
    let picture = assemble(&world(readings), &ConfiguredEnvironments::default(), Timestamp::now(), &TimeZone::UTC);
    picture.environments.iter().map(|it| (it.name.to_string(), it.verdict.health)).collect()
}

/// How bad a word is for who relies on it; unknown claims nothing.
const fn severity(health: Health) -> u8 {
    match health {
        Health::Well | Health::Changing | Health::Asleep => 0,
        Health::Worrying => 1,
        Health::Bad => 2,
        Health::Unknown => 3,
    }
}

/// What is laid over the answers of a service, so that its readings tell of something sick; none has any other.
fn sickness(service: &str) -> Vec<Value> {
    match service {
        "ecs" => vec![
            json!({"service": "ecs", "operation": "DescribeServices", "patch": {"services": {"[*]": {
                "runningCount": 0, "pendingCount": 1, "desiredCount": 1, "events": []}}}}),
            json!({"service": "ecs", "operation": "DescribeTasks", "patch": {"tasks": {"[*]": {
                "lastStatus": "STOPPED", "stoppedAt": "-1m", "stopCode": "TaskFailedToStart",
                "stoppedReason": "CannotPullContainerError: failed to resolve ref: not found"}}}}),
        ],
        "elasticloadbalancing" => {
            vec![json!({"service": service, "operation": "DescribeTargetHealth", "patch": {"TargetHealthDescriptions":
                {"[*]": {"TargetHealth": {"State": "unhealthy", "Reason": "Target.Timeout"}}}}})]
        }
        "rds" => vec![json!({"service": "rds", "operation": "DescribeDBInstances", "patch": {"DBInstances":
            {"[*]": {"DBInstanceStatus": "storage-full"}}}})],
        "cloudwatch" | "logs" => vec![json!({"service": "cloudwatch", "operation": "DescribeAlarms", "patch":
            {"MetricAlarms": {"[*]": {"StateValue": "ALARM"}}}})],
        "lambda" => vec![json!({"service": "lambda", "operation": "GetFunctionConfiguration", "patch":
            {"State": "Failed", "StateReasonCode": "InvalidImage"}})],
        _ => Vec::new(),
    }
}

/// The operations that were called, as IAM names them.
fn called(peer: &Peer) -> BTreeSet<String> {
    let text = |call: &Value, key: &str| call[key].as_str().unwrap_or_default().to_owned();
    peer.calls().iter().map(|call| format!("{}:{}", text(call, "service"), text(call, "operation"))).collect()
}

/// What the kinds declare to read by.
fn declared() -> BTreeSet<&'static str> {
    KINDS.iter().flat_map(|kind| kind.permissions().iter().copied()).collect()
}

/// Whether a verdict may stand without that operation: its right is optional and missing, and that is told; or no verdict
/// rests on it, and notes on upkeep that worry say nothing of what could not be read. Why tasks stop is told by nothing
/// else.
fn may_stand(operation: &str, way: Way, before: Health) -> bool {
    let owns = |kind: &dyn AnyKind| kind.permissions().contains(&operation);
    let kinds = read_by(operation);
    let owners: Vec<_> = kinds.iter().filter_map(|name| kind(*name)).filter(|kind| owns(*kind)).collect();
    let optional = way == Way::Denied
        && !operation.ends_with("Tasks")
        && owners.iter().all(|kind| kind.evidence() != Evidence::Needed);
    let upkeep = before == Health::Worrying && owners.iter().all(|kind| kind.evidence() == Evidence::None);
    optional || upkeep
}

/// The faults of these kinds that name the operation.
fn told(readings: &Readings, kinds: &BTreeSet<KindName>, operation: &str) -> Vec<Fault> {
    let world = world(readings);
    let stores = kinds.iter().filter_map(|kind| world.store(&here(), *kind));
    stores.flat_map(|store| store.faults()).filter(|fault| fault.operation == operation).cloned().collect()
}

/// The right that an operation takes, where it is declared. API Gateway's readings are all one, `apigateway:GET`.
fn right(operation: &str) -> Option<&'static str> {
    let declared = declared();
    let (service, name) = operation.split_once(':')?;
    let all = name.starts_with("Get").then(|| format!("{service}:GET"));
    declared.get(operation).or_else(|| declared.get(all?.as_str())).copied()
}

/// What is wrong with one cell: `called`, as the API names it, fails, which takes the right to `operation`.
async fn cell(peer: &Peer, (called, operation): (&str, &str), way: Way, base: &Readings) -> Vec<String> {
    let kinds = read_by(operation);
    let before = healths(base);
    let mut scripts = vec![way.script(called)];
    scripts.extend(sickness(operation.split(':').next().unwrap_or_default()));
    let ids = peer.script(&json!(scripts));
    peer.forget_calls();
    let mut readings = base.clone();
    // Clients of its own: what one cell used up of the patience with AWS is not missing in the next.
    read_anew(&live(peer), &mut readings, &kinds).await;
    let calls = peer.calls();
    peer.unscript(&ids);

    let mut wrong = Vec::new();
    let mut complain = |what: String| wrong.push(format!("{operation} {way:?}: {what}"));
    let faults = told(&readings, &kinds, operation);
    match faults.first() {
        None => complain("nobody is told".to_owned()),
        Some(fault) if !way.classes().contains(&fault.kind) => complain(format!("told as {:?}: {fault}", fault.kind)),
        Some(_) => {}
    }
    let after = healths(&readings);
    for (name, health) in &before {
        // One that is gone has no verdict: who names it is told that it may be where nothing was read.
        let Some(now) = after.get(name).copied() else { continue };
        if *health != Health::Unknown && severity(now) < severity(*health) && !may_stand(operation, way, *health) {
            complain(format!("{name} is {}, not {}", now.word(), health.word()));
        }
    }
    let tries =
        calls.iter().filter(|call| format!("{}:{}", call["service"], call["operation"]).replace('"', "") == called);
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    tries.for_each(|call| *alike.entry(call["params"].to_string()).or_default() += 1);
    let most = if way == Way::Denied { 1 } else { 4 };
    if let Some((params, tries)) = alike.iter().find(|(_, tries)| **tries > most * kinds.len()) {
        complain(format!("{params} was asked {tries} times"));
    }
    wrong
}

#[rstest]
#[case::denied(Way::Denied)]
#[case::throttled(Way::Throttled)]
#[case::an_error_of_their_own(Way::Broken)]
#[case::a_page_for_people(Way::Page)]
#[case::nothing(Way::Empty)]
#[case::cut(Way::Cut)]
#[case::half_of_it(Way::Half)]
#[case::gone(Way::Gone)]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_kind_reads_by_may_fail(#[case] way: Way) {
    let peer = Peer::with(&["prooflink", "backend"]);
    let all: BTreeSet<KindName> = polled().iter().map(|kind| kind.name()).collect();
    let mut base = Readings::new();
    peer.forget_calls();
    read_anew(&live(&peer), &mut base, &all).await;
    let asked = called(&peer);
    let operations: Vec<(&str, &str)> =
        asked.iter().filter_map(|called| Some((called.as_str(), right(called)?))).collect();
    assert!(operations.len() > 20, "{operations:?}");

    let mut wrong = Vec::new();
    let mut sick: BTreeMap<&str, Readings> = BTreeMap::new();
    for (called, operation) in operations.iter().copied() {
        let service = operation.split(':').next().unwrap_or_default();
        if !sick.contains_key(service) {
            let mut readings = base.clone();
            let scripts = sickness(service);
            if !scripts.is_empty() {
                let ids = peer.script(&json!(scripts));
                read_anew(&live(&peer), &mut readings, &all).await;
                peer.unscript(&ids);
                let ails = healths(&readings).values().any(|health| !health.is_fine());
                assert!(ails || service == "lambda", "nothing is sick by {service}: {:?}", healths(&readings));
            }
            sick.insert(service, readings);
        }
        wrong.extend(cell(&peer, (called, operation), way, &sick[service]).await);
    }

    // What is read on request only, all at once: `doctor` tries it.
    let read = |operation: &&str| operations.iter().any(|(_, right)| right == operation);
    let others: Vec<&str> = declared().into_iter().filter(|operation| !read(operation)).collect();
    peer.script(&json!(others.iter().map(|operation| way.script(operation)).collect::<Vec<_>>()));
    let scope: Scope = here();
    for check in live(&peer).probe(&scope).await.iter().filter(|check| others.contains(&check.what.as_str())) {
        match &check.outcome {
            Outcome::Untried => {}
            Outcome::Denied(fault) | Outcome::Failed(fault) if way.classes().contains(&fault.kind) => {}
            // Half of a refusal, as `doctor` gets it for what it only tries, has its HTTP status left.
            Outcome::Failed(fault) if way == Way::Half && fault.message.starts_with("HTTP 4") => {}
            // The peer has no such operation of its own to answer by half.
            Outcome::Failed(fault) if fault.code.as_deref() == Some("NotImplementedByPeer") => {}
            outcome => wrong.push(format!("{} {way:?}: doctor says {outcome:?}", check.what)),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
