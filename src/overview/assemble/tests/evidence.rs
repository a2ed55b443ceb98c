//! Evidence that cannot be read improves no verdict: over all kinds, all their parts and all faults.
//!
//! Well, changing and asleep look alike to whoever waits for a page; worrying and bad are worse, each than the one before;
//! unknown claims nothing and is allowed in any place. Without a reading an environment is the same, worse, or unknown: a
//! bad one that turns worrying is as much a lie as one that turns well, for that word says that somebody looked and found
//! no worse. Where an optional right is missing, what is known may stand, but it is told in each environment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::world;
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::environment::{ConfiguredEnvironments, PartialInventory, Unread};
use crate::kinds::alarm::Alarm;
use crate::kinds::automation_run::Run;
use crate::kinds::catalog::{self, KINDS};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::db_subnet_group::DbSubnetGroup;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::{Event, Service};
use crate::kinds::ecs_task::Task;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::log_group::LogGroup;
use crate::kinds::managed_node::Node;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::topic::Topic;
use crate::kinds::vpc_network::VpcNetwork;
use crate::kinds::{AnyKind, Evidence, PollClass};
use crate::overview::{EnvironmentStatus, assemble_early};
use crate::world::{Coverage, Fault, FaultKind, Health, KindName, Part, Reading, Resource, Scope, World};

/// The simulation is looked at in these seconds: a leak, and a fail-open.
const SECONDS: [i64; 2] = [0, 960];

/// How a reading fails, in turn: broken once, or not allowed for long.
const BROKEN: [FaultKind; 5] =
    [FaultKind::Odd, FaultKind::Garbled, FaultKind::Timeout, FaultKind::Throttled, FaultKind::Offline];
const MISSING_RIGHTS: [FaultKind; 2] = [FaultKind::Denied, FaultKind::Unavailable];

/// The world in which nothing was made sick.
const HEALTHY: &str = "as it is";

/// What others do by the clock makes nothing worse than worrying. Where it cannot be seen that is said, and nothing is
/// enforced; it takes no verdict away.
const SAID_ELSEWHERE: [KindName; 3] = [Rule::KIND, ForeignSchedule::KIND, Run::KIND];

/// Notes on upkeep rest on these: who is told, how long logs are kept, which way out of the network there is. They make
/// nothing worse than worrying, and what could not be read says nothing there; it is told among the faults.
const UPKEEP: [KindName; 5] =
    [Topic::KIND, LogGroup::KIND, VpcNetwork::KIND, DbSubnetGroup::KIND, TaskDefinition::KIND];

/// Each environment's health by its name, and what could not be read of it.
type Healths = BTreeMap<String, (Health, Vec<FaultKind>)>;

fn healths(world: &World, demo: &Demo, unread: &Unread) -> Healths {
    let configured = ConfiguredEnvironments::default();
    let picture = assemble_early(world, &configured, unread, demo.now(), &TimeZone::UTC);
    let told = |it: &EnvironmentStatus| it.faults.iter().map(|(_, fault)| fault.kind).collect();
    picture.environments.iter().map(|it| (it.name.to_string(), (it.verdict.health, told(it)))).collect()
}

/// How bad a word is for who relies on it.
const fn severity(health: Health) -> u8 {
    match health {
        Health::Well | Health::Changing | Health::Asleep => 0,
        Health::Worrying => 1,
        Health::Bad => 2,
        Health::Unknown => 3,
    }
}

/// The same world with what `change` makes of each item of a kind.
fn with<T: Resource>(world: &World, demo: &Demo, change: impl Fn(&mut T)) -> World {
    let mut sick = world.clone();
    for scope in world.scopes() {
        let Some(store) = world.store(&scope, T::KIND) else { continue };
        let part = |(part, stored): (&Part, &crate::world::StoredPart)| {
            let mut items: Vec<T> = stored.keys().filter_map(|key| world.by_key::<T>(&scope, key)).cloned().collect();
            items.iter_mut().for_each(&change);
            stored.read_at.map(|_| (Part::clone(part), Ok(items)))
        };
        let parts: Vec<_> = store.bins().filter_map(part).collect();
        if !parts.is_empty() {
            sick.put(&scope, T::KIND, &Coverage::All, Ok(Reading::of(parts).into()), demo.now());
        }
    }
    sick
}

/// Worlds that are sick in one place each, most of them told of by one kind alone.
fn sick(world: &World, demo: &Demo) -> Vec<(&'static str, World)> {
    let pull = "CannotPullContainerError: failed to resolve ref: not found";
    let starting = |service: &mut Service| {
        (service.running, service.pending) = (0, service.desired);
        service.events.clear();
    };
    let unpulled = |task: &mut Task| {
        task.last_status = "STOPPED".to_owned();
        task.stopped_at = Some(demo.now());
        task.stop_code = Some("TaskFailedToStart".to_owned());
        task.stopped_reason = Some(pull.to_owned());
    };
    // ECS says so when it stops a task that fails its check.
    let replacing = |service: &mut Service| {
        let message = format!("(service {}) (task 0123) failed container health checks.", service.name);
        service.events.insert(0, Event { id: "replacing".to_owned(), at: Some(demo.now()), message });
    };
    vec![
        (HEALTHY, world.clone()),
        ("an image cannot be pulled", with(&with(world, demo, starting), demo, unpulled)),
        (
            "tasks that fail their check",
            with(&with(world, demo, replacing), demo, |task: &mut Task| task.health = Some("UNHEALTHY".to_owned())),
        ),
        (
            "a rollout failed",
            with(world, demo, |service: &mut Service| {
                service.deployments.iter_mut().for_each(|it| it.rollout = Some("FAILED".to_owned()));
            }),
        ),
        ("load balancers failed", with(world, demo, |it: &mut LoadBalancer| it.state = Some("failed".to_owned()))),
        (
            "load balancers impaired",
            with(world, demo, |it: &mut LoadBalancer| {
                it.state = Some("active_impaired".to_owned());
            }),
        ),
        (
            "targets unhealthy",
            with(world, demo, |it: &mut TargetHealth| {
                it.targets.iter_mut().for_each(|target| target.state = "unhealthy".to_owned());
            }),
        ),
        ("databases failed", with(world, demo, |it: &mut DbInstance| it.status = "storage-full".to_owned())),
        ("databases stopped", with(world, demo, |it: &mut DbInstance| it.status = "stopped".to_owned())),
        (
            "clusters failed",
            with(world, demo, |it: &mut DbCluster| it.status = "inaccessible-encryption-credentials".to_owned()),
        ),
        ("instances stopped", with(world, demo, |it: &mut Instance| it.state = "stopped".to_owned())),
        ("agents lost", with(world, demo, |it: &mut Node| it.ping = "ConnectionLost".to_owned())),
        ("alarms fire", with(world, demo, |it: &mut Alarm| it.state = "ALARM".to_owned())),
        ("functions failed", with(world, demo, |it: &mut Function| it.state = Some("Failed".to_owned()))),
        ("functions keep old code", with(world, demo, |it: &mut Function| it.update = Some("Failed".to_owned()))),
    ]
}

/// `kind` and all that cannot be read without it.
fn with_those_that_need(kind: KindName) -> BTreeSet<KindName> {
    let mut all = BTreeSet::from([kind]);
    loop {
        let more: Vec<KindName> = KINDS
            .iter()
            .filter(|it| it.needs().iter().any(|needed| all.contains(needed)))
            .map(|it| it.name())
            .filter(|name| !all.contains(name))
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// A world without something, for a test to look at.
struct Loss {
    /// What is lost, in words.
    what: String,
    /// How its reading failed.
    fault: Option<FaultKind>,
    world: World,
    unread: Unread,
}

/// What can be lost of a kind: all of it, with what needs it, a part, what is behind a cut, or what was not asked for yet.
fn losses(world: &World, scope: &Scope, kind: KindName, turn: usize) -> Vec<Loss> {
    let evidence = catalog::kind(kind).map_or(Evidence::None, AnyKind::evidence);
    let operation = catalog::kind(kind).and_then(|it| it.permissions().last().copied()).unwrap_or("read");
    let fault = |kind: FaultKind| Fault::new(kind, operation, "it did not answer");
    let loss =
        |what: String, fault: Option<FaultKind>, world: World| Loss { what, fault, world, unread: Unread::new() };
    let cut = Fault::new(FaultKind::Garbled, operation, "the list was cut short, so there may be more");
    let mut losses = vec![if turn.is_multiple_of(2) {
        loss(format!("all of {kind} behind a cut"), Some(cut.kind), world.cut_short(scope, kind, &cut))
    } else {
        Loss {
            unread: Unread::from([(scope.clone(), PartialInventory::Enough)]),
            ..loss(format!("{kind}, which is still being read,"), None, world.unasked(scope, kind))
        }
    }];
    let all = with_those_that_need(kind);
    let parts = world.store(scope, kind).into_iter().flat_map(|store| store.bins().map(|(part, _)| part));
    let parts: Vec<&Part> = parts.filter(|part| !part.is_empty()).collect();
    let (broken, right) = (BROKEN[turn % BROKEN.len()], MISSING_RIGHTS[turn % MISSING_RIGHTS.len()]);
    // Only where a right is optional one fault is not like the other.
    let ways = if evidence == Evidence::Optional {
        vec![broken, right]
    } else {
        vec![if turn.is_multiple_of(3) { right } else { broken }]
    };
    for how in ways.iter().copied() {
        let word = how.word();
        losses.push(loss(format!("{kind} ({word})"), Some(how), world.faulted(scope, kind, None, &fault(how))));
        if all.len() > 1 {
            let together = all.iter().fold(world.clone(), |it, kind| it.faulted(scope, *kind, None, &fault(how)));
            losses.push(loss(format!("{kind} and what needs it ({word})"), Some(how), together));
        }
        for part in parts.iter().filter(|_| how == ways[0]) {
            let lost = world.faulted(scope, kind, Some(part), &fault(how));
            losses.push(loss(format!("{kind} {part} ({word})"), Some(how), lost));
        }
    }
    losses
}

/// The kinds that are read by the clock, in each scope: what is read for a purpose is asked for where the purpose is.
fn readings(world: &World) -> Vec<(Scope, KindName)> {
    let kinds = KINDS.iter().filter(|kind| kind.pace() != PollClass::OnDemand).map(|kind| kind.name());
    let kinds: Vec<KindName> = kinds.collect();
    world
        .scopes()
        .into_iter()
        .flat_map(|scope| kinds.iter().map(move |kind| (scope.clone(), *kind)).collect::<Vec<_>>())
        .collect()
}

/// Whether an environment may be told as well as before without that loss.
fn may_stand(kind: KindName, loss: &Loss, before: Health, told: &[FaultKind]) -> bool {
    let optional = catalog::kind(kind).is_some_and(|it| it.evidence() == Evidence::Optional);
    let missing_right = loss.fault.filter(|fault| MISSING_RIGHTS.contains(fault));
    // Why tasks stop is told by nothing else, so that services which are not settled need them all the same.
    let by_right = optional && kind != Task::KIND && missing_right.is_some_and(|fault| told.contains(&fault));
    let aside = SAID_ELSEWHERE.contains(&kind) || UPKEEP.contains(&kind);
    by_right || (aside && before == Health::Worrying)
}

#[tokio::test]
async fn without_a_reading_no_environment_is_better() {
    let (mut lies, mut looked, mut turn) = (BTreeSet::new(), 0, 0_usize);
    for second in SECONDS {
        let demo = Demo::at(7, second);
        let healthy = world(&demo).await;
        let worlds = sick(&healthy, &demo);
        // What is made sick is so at any second.
        for (what, world) in worlds.iter().take(if second == 0 { worlds.len() } else { 1 }) {
            let before = healths(world, &demo, &Unread::new());
            for (scope, kind) in &readings(world) {
                turn += 1;
                // What tells nobody's health is lost in the healthy worlds only, what is optional in each third of the
                // sick ones: there is much of it, and each broken reading takes every verdict away.
                let evidence = catalog::kind(*kind).map_or(Evidence::None, AnyKind::evidence);
                let seldom = evidence == Evidence::Optional && *kind != Task::KIND && !turn.is_multiple_of(3);
                if *what != HEALTHY && (evidence == Evidence::None || seldom) {
                    continue;
                }
                for loss in losses(world, scope, *kind, turn) {
                    looked += 1;
                    let after = healths(&loss.world, &demo, &loss.unread);
                    for (name, (health, _)) in before.iter().filter(|(_, (health, _))| *health != Health::Unknown) {
                        // One that is gone has no verdict: who names it is told that it may be where nothing was read.
                        let Some((now, told)) = after.get(name) else { continue };
                        if severity(*now) < severity(*health) && !may_stand(*kind, &loss, *health, told) {
                            let (now, then) = (now.word(), health.word());
                            lies.insert(format!("{what}: without {} {name} is {now}, not {then}", loss.what));
                        }
                    }
                }
            }
        }
    }
    assert!(looked > 1000, "only {looked} worlds were looked at");
    assert!(lies.is_empty(), "{} lies:\n{}", lies.len(), lies.into_iter().collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn whatever_has_a_say_is_evidence_and_what_is_needed_is_sick_in_one_of_these_worlds() {
    let (mut says, mut ails) = (BTreeSet::new(), BTreeSet::new());
    let demo = Demo::at(7, 0);
    for (_, world) in sick(&world(&demo).await, &demo) {
        let picture = super::picture(&world, &demo);
        for member in picture.environments.iter().flat_map(|environment| &environment.members) {
            let Some(assessment) = &member.assessment else { continue };
            says.insert(member.id.kind);
            if !assessment.health.is_fine() {
                ails.insert(member.id.kind);
            }
        }
    }
    let evidence: BTreeSet<KindName> =
        KINDS.iter().filter(|kind| kind.evidence() != Evidence::None).map(|kind| kind.name()).collect();
    assert_eq!(says.difference(&evidence).collect::<Vec<_>>(), Vec::<&KindName>::new(), "they lack EVIDENCE");
    let needed = |kind: &&KindName| catalog::kind(**kind).is_some_and(|it| it.evidence() == Evidence::Needed);
    let says: BTreeSet<KindName> = says.iter().filter(needed).copied().collect();
    assert_eq!(says.difference(&ails).collect::<Vec<_>>(), Vec::<&KindName>::new(), "they need a sick world above");
}
