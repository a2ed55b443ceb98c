//! The picture of the simulated account: five systems, everything in its environment, nothing twice.

mod evidence;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{assemble, assemble_early};
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::engine::poller::{Outcome, PollIntervals, PollRequest, Poller};
use crate::environment::ConfiguredEnvironments;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::overview::Picture;
use crate::world::{Coverage, Fault, FaultKind, Health, Part, Resource, World};

async fn world(demo: &Demo) -> World {
    let mut world = World::default();
    for scope in demo.scopes().await.expect("scopes") {
        world.identify(&scope, demo.identify(&scope).await);
        for kind in KINDS {
            let got = demo.read(*kind, &scope, &Coverage::All, &world).await;
            world.put(&scope, kind.name(), &Coverage::All, got, demo.now());
        }
    }
    world
}

fn picture(world: &World, demo: &Demo) -> Picture {
    assemble(world, &ConfiguredEnvironments::default(), demo.now(), &TimeZone::UTC)
}

#[tokio::test]
async fn every_system_of_the_simulation_is_an_environment_and_nothing_is_left_over() {
    let demo = Demo::at(7, 0);
    let world = world(&demo).await;
    let picture = picture(&world, &demo);
    let names: BTreeSet<&str> = picture.environments.iter().map(|environment| environment.name.as_str()).collect();
    let expected = [
        "backend-dev",
        "backend-prod",
        "cat-data-v23",
        "city-poc",
        "city-prod",
        "kajimaru",
        "prooflink-dev",
        "prooflink-prod",
        "shop-staging",
    ];
    // One alarm of the account as a whole says nothing of any system: it stays outside, with the steps tried.
    let lost: Vec<&str> = picture.unassigned.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(lost, ["traffic-out-high"]);
    assert!(picture.unassigned.iter().all(|member| member.because.len() > 1));
    assert_eq!(names, BTreeSet::from(expected));

    let mut homes: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for environment in &picture.environments {
        assert!(environment.account.is_some() && environment.region.is_some() && environment.read_at.is_some());
        for member in &environment.members {
            homes.entry(&member.id).or_default().push(environment.name.as_str());
            assert!(!member.because.is_empty(), "{} is in {} without a reason", member.id, environment.name);
        }
    }
    assert!(homes.values().all(|names| names.len() == 1));
    let subjects: usize = KINDS.iter().flat_map(|kind| kind.subjects(&world)).filter(|subject| !subject.hint).count();
    assert_eq!(homes.len() + lost.len(), subjects);
}

#[tokio::test]
async fn production_is_protected_and_so_is_a_system_without_stages() {
    let demo = Demo::at(7, 0);
    let picture = picture(&world(&demo).await, &demo);
    for environment in &picture.environments {
        let open = ["-dev", "-poc", "-staging"].iter().any(|stage| environment.name.as_str().ends_with(stage));
        assert_eq!(environment.protected, !open, "{}", environment.name);
    }
}

#[tokio::test]
async fn environments_stand_worst_first_and_members_in_the_order_of_kinds() {
    let demo = Demo::at(7, 600);
    let picture = picture(&world(&demo).await, &demo);
    assert!(picture.environments.is_sorted_by(|a, b| {
        let rank = |it: &crate::overview::EnvironmentStatus| {
            let since = it.verdict.since.filter(|_| it.verdict.health > Health::Well);
            (std::cmp::Reverse(it.verdict.health), !it.protected, since.is_none(), since, it.name.clone())
        };
        rank(a) <= rank(b)
    }));
    let rank = |name| KINDS.iter().position(|kind| kind.name() == name);
    for environment in &picture.environments {
        assert!(environment.members.is_sorted_by(|a, b| (rank(a.id.kind), &a.name) <= (rank(b.id.kind), &b.name)));
    }
}

#[tokio::test]
async fn a_fault_of_one_target_group_concerns_its_environment_only() {
    let demo = Demo::at(7, 0);
    let mut world = world(&demo).await;
    let before = picture(&world, &demo);
    let of = |name: &str| {
        before.environments.iter().find(|environment| environment.name.as_str() == name).expect("the environment")
    };
    let group = of("prooflink-dev")
        .members
        .iter()
        .find(|member| {
            kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == "target_groups")
        })
        .expect("a target group");
    let health = KINDS.iter().find(|kind| kind.name().0 == "target-health").expect("the kind").name();
    let denied = Fault::new(FaultKind::Denied, "elasticloadbalancing:DescribeTargetHealth", "no");
    let parts = Coverage::Parts(BTreeSet::from([Part::from(&*group.id.key)]));
    world.put(&group.id.scope, health, &parts, Err(denied), demo.now());
    let all = Fault::new(FaultKind::Denied, "cloudwatch:DescribeAlarms", "no");
    let alarms = KINDS.iter().find(|kind| kind.name().0 == "alarm").expect("the kind").name();
    world.put(&group.id.scope, alarms, &Coverage::All, Err(all), demo.now());

    for environment in picture(&world, &demo).environments {
        let known = of(environment.name.as_str()).faults.iter().collect::<Vec<_>>();
        let new = environment.faults.iter().filter(|fault| !known.contains(fault));
        let operations: Vec<&str> = new.map(|(_, fault)| fault.operation.as_str()).collect();
        let mut expected = Vec::new();
        if environment.scopes.contains(&group.id.scope) {
            expected.push("cloudwatch:DescribeAlarms");
        }
        if environment.name.as_str() == "prooflink-dev" {
            expected.push("elasticloadbalancing:DescribeTargetHealth");
        }
        assert_eq!(operations, expected, "{}", environment.name);
    }
}

/// Reads the simulation as the console does, answers in a random order, and looks at every picture on the way.
async fn arrive(demo: &Demo, seed: u64, each: &mut dyn FnMut(&World, &Poller)) -> World {
    let mut random = fastrand::Rng::with_seed(seed);
    let scopes = demo.scopes().await.expect("scopes");
    let mut pacer = Poller::new(seed, PollIntervals::default(), crate::world::Speed::REAL);
    pacer.watch(&scopes, demo.now());
    let mut world = World::default();
    let mut flying: Vec<PollRequest> = Vec::new();
    let mut unknown = scopes.clone();
    loop {
        flying.extend(pacer.due_beside(&world, demo.now()));
        let next = random.usize(..=flying.len() + unknown.len());
        if next < flying.len() {
            let reading = flying.swap_remove(next);
            let of = kind(reading.kind).expect("a kind");
            let got = demo.read(of, &reading.scope, &reading.coverage, &world).await;
            let changed = world.put(&reading.scope, reading.kind, &reading.coverage, got, demo.now());
            pacer.arrived(&reading, Outcome::Read { changed: !changed.is_empty() }, demo.now());
        } else if let Some(scope) = unknown.pop() {
            world.identify(&scope, demo.identify(&scope).await);
        } else if flying.is_empty() {
            return world;
        }
        each(&world, &pacer);
    }
}

#[tokio::test]
async fn while_readings_arrive_nothing_is_ever_where_it_will_not_be_in_the_end() {
    let demo = Demo::at(7, 0);
    let whole = picture(&world(&demo).await, &demo);
    let homes: BTreeMap<_, _> = whole
        .environments
        .iter()
        .flat_map(|environment| environment.members.iter().map(|member| (member.id.clone(), environment.name.clone())))
        .collect();
    let (mut early, mut told) = (BTreeSet::new(), BTreeSet::new());
    for seed in 0..6 {
        let mut last = None;
        arrive(&demo, seed, &mut |world, pacer| {
            let unread = pacer.unread();
            let picture =
                assemble_early(world, &ConfiguredEnvironments::default(), &unread, demo.now(), &TimeZone::UTC);
            for environment in &picture.environments {
                for member in &environment.members {
                    assert_eq!(homes.get(&member.id), Some(&environment.name), "{} with {unread:?} unread", member.id);
                }
                if !unread.is_empty() {
                    early.insert(environment.name.to_string());
                }
                let is_early = environment.scopes.iter().any(|scope| unread.contains_key(scope));
                if is_early && environment.verdict.health.is_fine() {
                    let end = whole.environment(&environment.name).expect("it").verdict.clone();
                    assert!(end.health.is_fine(), "{} turns out {end:?}, {unread:?}", environment.name);
                    told.insert(environment.name.to_string());
                    for group in environment.members.iter().filter(|member| member.id.kind == TargetGroup::KIND) {
                        let store = world.store(&group.id.scope, TargetHealth::KIND);
                        assert!(
                            store.is_some_and(|store| store.bin(&group.id.key).is_some()),
                            "{} is unread",
                            group.id
                        );
                    }
                }
            }
            last = Some(picture);
        })
        .await;
        let names =
            |picture: &Picture| picture.environments.iter().map(|one| one.name.clone()).collect::<BTreeSet<_>>();
        assert_eq!(last.map(|picture| names(&picture)), Some(names(&whole)), "in the end all is there");
    }
    // Nor does a verdict wait for what it does not rest on.
    assert!(told.contains("prooflink-dev"), "{told:?}");
    // What tells its place by itself does not wait for the rest of its account.
    assert!(early.contains("prooflink-dev") && early.contains("prooflink-prod"), "{early:?}");
}

#[tokio::test]
async fn only_kinds_that_say_so_place_anything() {
    let demo = Demo::at(7, 0);
    let world = world(&demo).await;
    for kind in KINDS.iter().filter(|kind| !kind.places()) {
        assert_eq!(kind.subjects(&world), Vec::new(), "{} places, and others must wait for it", kind.name());
    }
}

#[tokio::test]
async fn what_may_be_mixed_is_protected_until_the_configuration_confirms_it() {
    use crate::environment::EnvironmentConfig;
    use crate::kinds::ecs_service::Service;
    use crate::world::{Reading, Resource as _};

    let demo = Demo::at(7, 0);
    let mut world = world(&demo).await;
    let scope = demo
        .scopes()
        .await
        .expect("scopes")
        .into_iter()
        .find(|scope| world.all::<Service>(scope).any(|service| service.name.starts_with("prooflink-dev")));
    let scope = scope.expect("the scope of prooflink");
    let services: Vec<Service> = world
        .all::<Service>(&scope)
        .cloned()
        .map(|mut service| {
            if service.name.starts_with("prooflink-dev") {
                service.tags.insert("Environment".to_owned(), "dev".to_owned());
                service.name = service.name.replace("-dev-", "-prod-");
                service.cluster = crate::world::Arn::from("arn:aws:ecs:ap-northeast-1:1:cluster/elsewhere");
                service.attachments.clear();
            }
            service
        })
        .collect();
    world.put(&scope, Service::KIND, &Coverage::All, Ok(Reading::whole(services).into()), demo.now());
    let of = |configured_environments: &ConfiguredEnvironments| {
        let picture = assemble(&world, configured_environments, demo.now(), &TimeZone::UTC);
        let dev = picture.environments.into_iter().find(|it| it.name.as_str() == "prooflink-dev").expect("it");
        (dev.protected, dev.doubts.len(), dev.stop_barred().unwrap_or_default())
    };
    let (protected, doubts, disabled_reason) = of(&ConfiguredEnvironments::default());
    assert!(
        protected && doubts == 1 && disabled_reason.starts_with("two stages may be mixed in prooflink-dev:"),
        "{disabled_reason}"
    );
    let confirmed = EnvironmentConfig { protected: Some(false), ..EnvironmentConfig::new("prooflink-dev") };
    let configured_environments =
        ConfiguredEnvironments { environments: vec![confirmed], ..ConfiguredEnvironments::default() };
    assert_eq!(of(&configured_environments), (false, 0, String::new()));
}
