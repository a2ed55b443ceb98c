//! Tests of the simulation as others see it: through the seam, at chosen seconds. What is done to it is in
//! `tests/acting.rs`.

mod acting;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Demo;
use crate::cloud::Cloud;
use crate::kinds::PollClass;
use crate::kinds::alarm::Alarm;
use crate::kinds::automation_run::Run;
use crate::kinds::catalog::KINDS;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::managed_node::Node;
use crate::kinds::target_health::TargetHealth;
use crate::world::{Coverage, FaultKind, Part, Resource, Scope, World};

/// Reads everything there is, as a first picture would.
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

/// Everything known, as text: documents of all items of all kinds.
fn text(world: &World) -> String {
    let mut lines = Vec::new();
    for (scope, kind, store) in world.shelves() {
        let kind = crate::kinds::catalog::kind(kind).expect("a known kind");
        lines.push(format!("{scope:?} {} {:?}", kind.name(), store.faults().collect::<Vec<_>>()));
    }
    for (scope, items) in documents(world) {
        lines.push(format!("{scope:?} {items}"));
    }
    lines.join("\n")
}

fn documents(world: &World) -> Vec<(Scope, String)> {
    macro_rules! all {
        ($($kind:ty),+ $(,)?) => {{
            let mut found = Vec::new();
            $(for (scope, item) in world.everywhere::<$kind>() {
                found.push((scope.clone(), serde_json::to_string(item).expect("a document")));
            })+
            found
        }};
    }
    use crate::kinds::{ec2_instance, ecs_cluster, listener, load_balancer, metric_filter, resource_tags};
    use crate::kinds::{target_group, task_definition};
    all!(
        load_balancer::LoadBalancer,
        listener::ListenerSet,
        target_group::TargetGroup,
        TargetHealth,
        ecs_cluster::Cluster,
        Service,
        Task,
        task_definition::TaskDefinition,
        DbCluster,
        DbInstance,
        Alarm,
        metric_filter::MetricFilter,
        ec2_instance::Instance,
        Node,
        resource_tags::TaggedResource,
    )
}

fn find<T: Resource>(world: &World, test: impl Fn(&T) -> bool) -> (&Scope, &T) {
    world.everywhere::<T>().find(|(_, item)| test(item)).expect("it is there")
}

async fn states(demo: &Demo, group: &str) -> Vec<String> {
    let world = world(demo).await;
    let (_, health) = find::<TargetHealth>(&world, |health| health.group.resource().contains(group));
    health.targets.iter().map(|target| target.state.clone()).collect()
}

fn count(states: &[String], wanted: &str) -> usize {
    states.iter().filter(|state| *state == wanted).count()
}

#[tokio::test]
async fn what_is_due_at_an_hour_is_done_at_that_hour_whenever_it_began() {
    // A rule stops ProofLink's database at 22:00 UTC.
    let began: Timestamp = "2026-11-23T21:59:58.7Z".parse().expect("a moment");
    let demo = Demo::new(7, 1.0, began);
    demo.go_to(4);
    let begins: BTreeSet<Timestamp> =
        world(&demo).await.everywhere::<Run>().filter_map(|(_, run)| run.started_at).collect();
    assert_eq!(begins.last().map(ToString::to_string).as_deref(), Some("2026-11-23T22:00:00Z"));
}

#[tokio::test]
async fn the_same_seed_and_second_give_the_same_answers_byte_for_byte() {
    for second in [0, 431, 2600] {
        let (one, other) = (world(&Demo::at(7, second)).await, world(&Demo::at(7, second)).await);
        assert_eq!(text(&one), text(&other), "at {second}");
    }
    assert_ne!(text(&world(&Demo::at(7, 0)).await), text(&world(&Demo::at(8, 0)).await), "seeds matter");
    assert_ne!(text(&world(&Demo::at(7, 0)).await), text(&world(&Demo::at(7, 60)).await), "time matters");
}

#[tokio::test]
async fn every_kind_has_something_to_show() {
    let demo = Demo::at(7, 0);
    // What is read only for a purpose is there once there is one.
    for kind in KINDS.iter().filter(|kind| kind.pace() != PollClass::OnDemand) {
        let mut found = 0;
        for scope in demo.scopes().await.expect("scopes") {
            if let Ok(got) = demo.read(*kind, &scope, &Coverage::All, &World::default()).await {
                found += got.len();
            }
        }
        assert!(found > 0, "nothing of kind {}", kind.name());
    }
}

#[tokio::test]
async fn what_runs_is_in_its_repository() {
    use crate::kinds::{ecr_repository::Repository, ecs_task::Task};
    let demo = Demo::at(7, 0);
    let (mut seen, mut moved) = (0, 0);
    for scope in demo.scopes().await.expect("scopes") {
        let mut world = World::default();
        for of in [Task::KIND, Repository::KIND] {
            let kind = crate::kinds::catalog::kind(of).expect("a kind");
            let got = demo.read(kind, &scope, &Coverage::All, &world).await;
            world.put(&scope, of, &Coverage::All, got, demo.now());
        }
        let containers = world.all::<Task>(&scope).flat_map(|task| &task.containers);
        for container in containers.filter(|container| container.digest.is_some()) {
            let (image, digest) = (container.image.as_deref().expect("an image"), container.digest.as_deref());
            let Some(repository) = crate::operations::ecs_service::known(&world, &scope, image) else {
                assert!(!image.contains(".dkr.ecr."), "{image} has no repository");
                continue;
            };
            let found = repository.images.iter().find(|one| digest.is_some_and(|digest| one.is(digest)));
            let found = found.unwrap_or_else(|| panic!("{image} {digest:?} is not in {}", repository.name));
            seen += 1;
            let tag = crate::kinds::ecr_repository::tag(image).expect("a tag");
            moved += usize::from(!found.tags.iter().any(|known| known == tag));
        }
    }
    assert!(seen > 10, "{seen}");
    assert!(moved > 0, "somewhere `:latest` has moved under what runs");
}

#[tokio::test]
async fn identities_say_that_all_is_simulated() {
    let demo = Demo::at(7, 0);
    let scopes = demo.scopes().await.expect("scopes");
    let who = demo.identify(&scopes[0]).await.expect("an identity");
    assert_eq!(scopes[0].source.as_str(), "demo");
    assert_eq!(who.arn.as_str(), "arn:aws:sts::123456789012:assumed-role/toban-demo/you");
    let elsewhere = Scope::new("default", "ap-northeast-1");
    assert_eq!(demo.identify(&elsewhere).await.expect_err("no such account").kind, FaultKind::Unavailable);
}

#[tokio::test]
async fn prooflink_prod_falls_ill_recovers_and_falls_ill_again() {
    let demo = Demo::at(7, 0);
    let ill = states(&demo, "targetgroup/prooflink-tg/").await;
    assert_eq!((count(&ill, "healthy"), count(&ill, "unhealthy")), (1, 3), "{ill:?}");
    let before = world(&demo).await;
    let (_, service) = find::<Service>(&before, |service| service.name == "prooflink-prod-service");
    assert_eq!(service.deployments[0].task_definition.last(), "118");
    let killed = before.everywhere::<Task>().filter(|(_, task)| {
        task.containers.iter().any(|held| held.reason.as_deref().is_some_and(|why| why.starts_with("OutOfMemoryError")))
    });
    assert_eq!(killed.count(), 4);
    let (_, alarm) = find::<Alarm>(&before, |alarm| alarm.name == "prooflink-5xx");
    assert_eq!(alarm.state, "ALARM");

    demo.go_to(700);
    let well = states(&demo, "targetgroup/prooflink-tg/").await;
    assert_eq!(count(&well, "healthy"), 4, "{well:?}");
    demo.go_to(1000);
    let (after, calm) = (world(&demo).await, "OK");
    let (_, alarm) = find::<Alarm>(&after, |alarm| alarm.name == "prooflink-5xx");
    assert_eq!(alarm.state, calm);

    demo.go_to(1800);
    let again = states(&demo, "targetgroup/prooflink-tg/").await;
    assert_eq!((count(&again, "healthy"), count(&again, "unhealthy")), (1, 3), "{again:?}");
}

#[tokio::test]
async fn the_other_stories_have_their_beats() {
    let demo = Demo::at(7, 0);
    let start = world(&demo).await;
    let service = |world: &World, scope: &str, name: &str| {
        let found =
            find::<Service>(world, |service| service.name.contains(name) && service.cluster.last().contains(scope));
        found.1.clone()
    };
    let db = |world: &World, id: &str| find::<DbInstance>(world, |db| db.id == id).1.clone();

    let stalled = service(&start, "city-prod", "Backend");
    assert_eq!((stalled.desired, stalled.running), (4, 2));
    assert_eq!(stalled.deployments[0].rollout.as_deref(), Some("IN_PROGRESS"));
    assert!(stalled.events.iter().any(|event| event.message.contains("Capacity is unavailable")));
    assert_eq!(db(&start, "city-poc-db").status, "starting");
    let asleep = db(&start, "prooflink-dev-db");
    assert_eq!(asleep.status, "stopped");
    assert!(asleep.auto_restart_at.is_some_and(|at| at > demo.now()));
    assert_eq!(service(&start, "prooflink-dev", "prooflink-dev").desired, 0);
    assert_eq!(db(&start, "cat-data-v23-db").version.as_deref(), Some("13.7"));
    let moving = service(&start, "ComputeStack-dev", "Backend");
    assert_eq!(moving.deployments.len(), 2, "a rollout is under way");

    demo.go_to(960);
    let open = world(&demo).await;
    assert_eq!(db(&open, "city-poc-db").status, "available");
    let (_, kajimaru) = find::<TargetHealth>(&open, |health| health.group.resource().contains("kajimaru"));
    let redirected =
        |description: &Option<String>| description.as_deref().is_some_and(|message| message.contains("[301]"));
    assert!(kajimaru.targets.iter().all(|target| redirected(&target.description)), "{kajimaru:?}");

    demo.go_to(3000);
    let later = world(&demo).await;
    assert_eq!(db(&later, "prooflink-dev-db").status, "stopped", "nobody woke it");
    let moved_on = service(&later, "city-prod", "Backend");
    assert_eq!((moved_on.running, moved_on.deployments.len()), (4, 1));
    let deployed = service(&later, "ComputeStack-dev", "Backend");
    assert_ne!(deployed.task_definition, moving.task_definition, "the pipeline has deployed since");
}

#[tokio::test]
async fn living_tasks_never_share_an_address_and_counts_agree() {
    let demo = Demo::at(7, 0);
    for second in (0..4000).step_by(97) {
        demo.go_to(second);
        let world = world(&demo).await;
        let mut taken = BTreeSet::new();
        for (scope, task) in world.everywhere::<Task>().filter(|(_, task)| task.stopped_at.is_none()) {
            for ip in &task.ips {
                assert!(taken.insert((scope.clone(), ip.clone())), "{ip} twice at {second}");
            }
        }
        for (scope, service) in world.everywhere::<Service>() {
            let running = world.all::<Task>(scope).filter(|task| {
                task.service() == Some(&service.name)
                    && task.cluster == service.cluster
                    && task.last_status == "RUNNING"
            });
            assert_eq!(running.count(), service.running as usize, "{} at {second}", service.name);
        }
    }
}

#[tokio::test]
async fn only_the_parts_asked_for_come() {
    let demo = Demo::at(7, 0);
    let everything = world(&demo).await;
    let scope = demo.scopes().await.expect("scopes")[0].clone();
    for (kind, cluster) in [(Service::KIND, "prooflink-prod-cluster"), (Task::KIND, "prooflink-dev-cluster")] {
        let kind = crate::kinds::catalog::kind(kind).expect("a kind");
        let arn = format!("arn:aws:ecs:ap-northeast-1:123456789012:cluster/{cluster}");
        let parts = Coverage::Parts(BTreeSet::from([Part::from(arn.as_str())]));
        let got = demo.read(kind, &scope, &parts, &everything).await.expect("an answer");
        let mut alone = World::default();
        alone.put(&scope, kind.name(), &Coverage::All, Ok(got), demo.now());
        let store = alone.store(&scope, kind.name()).expect("a shelf");
        assert_eq!(store.bins().map(|(part, _)| part.to_string()).collect::<Vec<_>>(), [arn]);
    }
    let kind = crate::kinds::catalog::kind(TargetHealth::KIND).expect("a kind");
    let parts = Coverage::Parts(BTreeSet::from([Part::from("arn:gone")]));
    let got = demo.read(kind, &scope, &parts, &everything).await.expect("an answer");
    assert_eq!(got.faults().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Gone]);
}

#[tokio::test]
async fn one_operation_of_city_prod_is_denied_for_ever() {
    let demo = Demo::at(7, 0);
    let everything = world(&demo).await;
    let scope = Scope::new("demo-city-prod", "ap-northeast-1");
    let fault = everything.store(&scope, Node::KIND).and_then(|store| store.fault.as_ref()).expect("a fault");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, "ssm:DescribeInstanceInformation"));
    assert_eq!(demo.stats().get("ssm:DescribeInstanceInformation").map(|tally| tally.faults), Some(1));
}

#[tokio::test]
async fn a_look_brings_metrics_and_history_that_do_not_change_by_looking() {
    let demo = Demo::at(7, 0);
    let everything = world(&demo).await;
    let (scope, db) = find::<DbInstance>(&everything, |db| db.id == "prooflink-dev-db");
    let kind = crate::kinds::catalog::kind(DbInstance::KIND).expect("a kind");
    let id = db.id(scope);
    let extra = demo.look(kind, &id, &everything, demo.now()).await.expect("a look");
    assert_eq!(extra, demo.look(kind, &id, &everything, demo.now()).await.expect("a look"));
    let titles: Vec<&str> = extra.series.iter().map(|series| series.title.as_str()).collect();
    assert_eq!(titles, ["CPU", "connections", "free storage"]);
    assert!(extra.series[0].points.iter().all(|(_, value)| value.is_none()), "a stopped database measures nothing");
    assert!(extra.moments.iter().any(|moment| moment.message.contains("stopped")));
    assert_eq!(extra.ahead, [], "nothing waits to be done to it");

    let (scope, db) = find::<DbInstance>(&everything, |db| db.id == "prooflink-prod-db");
    let extra = demo.look(kind, &db.id(scope), &everything, demo.now()).await.expect("a look");
    assert!(extra.ahead[0].message.text.starts_with("system-update: "), "{:?}", extra.ahead);
    let applied = extra.ahead[0].dates[0].1;
    assert_eq!(applied.strftime("%a %H:%M").to_string().to_lowercase(), "sat 18:00", "as its window is");
    assert!(applied > demo.now(), "it lies ahead");

    let (scope, alarm) = find::<Alarm>(&everything, |alarm| alarm.name == "prooflink-5xx");
    let kind = crate::kinds::catalog::kind(Alarm::KIND).expect("a kind");
    let extra = demo.look(kind, &alarm.id(scope), &everything, demo.now()).await.expect("a look");
    let last = extra.series[0].points.last().and_then(|(_, value)| *value);
    assert!(last > extra.series[0].threshold, "{last:?}");
    assert!(
        extra.moments[0].message.starts_with("OK → ALARM: Threshold Crossed: 1 datapoint ["),
        "{:?}",
        extra.moments
    );
}

#[tokio::test(start_paused = true)]
async fn answers_take_their_time_and_the_clock_runs_at_its_speed() {
    let start: Timestamp = "2026-11-21T05:00:00Z".parse().expect("a time");
    let demo = Demo::new(7, 10.0, start);
    let scope = demo.scopes().await.expect("scopes")[0].clone();
    let began = tokio::time::Instant::now();
    demo.identify(&scope).await.expect("an identity");
    let took = began.elapsed().as_millis();
    assert!((30..=251).contains(&took), "{took}");
    tokio::time::advance(std::time::Duration::from_secs(60) - began.elapsed()).await;
    assert_eq!(demo.now().duration_since(start).as_secs(), 600);
}
