//! Tests of the simulation as others see it: through the seam, at chosen seconds.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Demo;
use crate::app::gate::{Answer, Approved, Change, Circumstances, Deed, Gate, Pass, Plan};
use crate::aws::Clients;
use crate::cloud::{Cloud, Receipt};
use crate::kinds::alarm::Alarm;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::managed_node::Node;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::{Boxed, KINDS, Pace};
use crate::procedure::Proposal;
use crate::world::{Coverage, EnvironmentName, Fault, FaultKind, Part, Resource, ResourceId, Scope, World};

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
    for (scope, kind, shelf) in world.shelves() {
        let kind = crate::kinds::kind(kind).expect("a known kind");
        lines.push(format!("{scope:?} {} {:?}", kind.name(), shelf.faults().collect::<Vec<_>>()));
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
    use crate::kinds::{ec2_instance, ecs_cluster, listener, load_balancer, metric_filter, tagged};
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
        tagged::Tagged,
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
    for kind in KINDS.iter().filter(|kind| kind.pace() != Pace::Asked) {
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
            let kind = crate::kinds::kind(of).expect("a kind");
            let got = demo.read(kind, &scope, &Coverage::All, &world).await;
            world.put(&scope, of, &Coverage::All, got, demo.now());
        }
        let containers = world.all::<Task>(&scope).flat_map(|task| &task.containers);
        for container in containers.filter(|container| container.digest.is_some()) {
            let (image, digest) = (container.image.as_deref().expect("an image"), container.digest.as_deref());
            let Some(repository) = crate::kinds::ecr_repository::known(&world, &scope, image) else {
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
    let redirected = |description: &Option<String>| description.as_deref().is_some_and(|says| says.contains("[301]"));
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
        let kind = crate::kinds::kind(kind).expect("a kind");
        let arn = format!("arn:aws:ecs:ap-northeast-1:123456789012:cluster/{cluster}");
        let parts = Coverage::Parts(BTreeSet::from([Part::from(arn.as_str())]));
        let got = demo.read(kind, &scope, &parts, &everything).await.expect("an answer");
        let mut alone = World::default();
        alone.put(&scope, kind.name(), &Coverage::All, Ok(got), demo.now());
        let shelf = alone.shelf(&scope, kind.name()).expect("a shelf");
        assert_eq!(shelf.bins().map(|(part, _)| part.to_string()).collect::<Vec<_>>(), [arn]);
    }
    let kind = crate::kinds::kind(TargetHealth::KIND).expect("a kind");
    let parts = Coverage::Parts(BTreeSet::from([Part::from("arn:gone")]));
    let got = demo.read(kind, &scope, &parts, &everything).await.expect("an answer");
    assert_eq!(got.faults().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Gone]);
}

#[tokio::test]
async fn one_operation_of_city_prod_is_denied_for_ever() {
    let demo = Demo::at(7, 0);
    let everything = world(&demo).await;
    let scope = Scope::new("demo-city-prod", "ap-northeast-1");
    let fault = everything.shelf(&scope, Node::KIND).and_then(|shelf| shelf.fault.as_ref()).expect("a fault");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, "ssm:DescribeInstanceInformation"));
    assert_eq!(demo.stats().get("ssm:DescribeInstanceInformation").map(|tally| tally.faults), Some(1));
}

#[tokio::test]
async fn a_look_brings_metrics_and_history_that_do_not_change_by_looking() {
    let demo = Demo::at(7, 0);
    let everything = world(&demo).await;
    let (scope, db) = find::<DbInstance>(&everything, |db| db.id == "prooflink-dev-db");
    let kind = crate::kinds::kind(DbInstance::KIND).expect("a kind");
    let id = db.id(scope);
    let extra = demo.look(kind, &id, &everything, demo.now()).await.expect("a look");
    assert_eq!(extra, demo.look(kind, &id, &everything, demo.now()).await.expect("a look"));
    let titles: Vec<&str> = extra.series.iter().map(|series| series.title.as_str()).collect();
    assert_eq!(titles, ["CPU", "connections", "free storage"]);
    assert!(extra.series[0].points.iter().all(|(_, value)| value.is_none()), "a stopped database measures nothing");
    assert!(extra.moments.iter().any(|moment| moment.says.contains("stopped")));

    let (scope, alarm) = find::<Alarm>(&everything, |alarm| alarm.name == "prooflink-5xx");
    let kind = crate::kinds::kind(Alarm::KIND).expect("a kind");
    let extra = demo.look(kind, &alarm.id(scope), &everything, demo.now()).await.expect("a look");
    let last = extra.series[0].points.last().and_then(|(_, value)| *value);
    assert!(last > extra.series[0].threshold, "{last:?}");
    assert!(extra.moments[0].says.starts_with("OK → ALARM: Threshold Crossed: 1 datapoint ["), "{:?}", extra.moments);
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

/// A change for tests: what a kind's own would hand over.
struct Asked(Deed);

impl Change for Asked {
    fn plan(&self) -> Plan {
        Plan {
            says: format!("{} {}", self.0.verb, self.0.on),
            environment: EnvironmentName::from("any"),
            scope: self.0.on.scope.clone(),
            on: self.0.on.clone(),
            calls: Vec::new(),
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
            besides: Vec::new(),
        }
    }

    fn deed(&self) -> Deed {
        self.0.clone()
    }

    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> Boxed<'a, Result<Receipt, Fault>> {
        Box::pin(async { Err(Fault::new(FaultKind::Odd, "test", "the demo never performs")) })
    }
}

fn approved(demo: &Demo, deed: Deed) -> Approved {
    let at = Circumstances {
        protected: false,
        pinned: None,
        account: None,
        read_at: Some(demo.now()),
        now: demo.now(),
        speed: crate::world::Speed::REAL,
    };
    Gate::default().approve(Box::new(Asked(deed)), &Answer::Yes, None, &at).expect("approval")
}

async fn ask<T: Resource>(
    demo: &Demo,
    verb: &'static str,
    arguments: Vec<(&'static str, String)>,
    test: impl Fn(&T) -> bool,
) -> Result<Receipt, Fault> {
    let world = world(demo).await;
    let (scope, item) = find::<T>(&world, test);
    let change = approved(demo, Deed { verb, on: item.id(scope), arguments });
    demo.change(&change, scope).await
}

#[tokio::test]
async fn a_database_stops_and_starts_when_told() {
    let demo = Demo::at(7, 0);
    let status = async |id: &str| find::<DbInstance>(&world(&demo).await, |db| db.id == id).1.clone();
    let is = |db: &DbInstance| db.id == "kajimaru-db";
    let receipt = ask::<DbInstance>(&demo, "stop", Vec::new(), is).await.expect("stopping");
    assert_eq!(receipt.request_ids.len(), 1);
    demo.go_to(10);
    assert_eq!(status("kajimaru-db").await.status, "stopping");
    let fault = ask::<DbInstance>(&demo, "start", Vec::new(), is).await.expect_err("it is stopping");
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("InvalidDBInstanceState")));
    demo.go_to(200);
    let stopped = status("kajimaru-db").await;
    assert_eq!(stopped.status, "stopped");
    assert!(stopped.auto_restart_at.is_some());
    let again = ask::<DbInstance>(&demo, "stop", Vec::new(), is).await.expect("already there is success");
    assert_eq!(again.says.as_deref(), Some("kajimaru-db is stopped already"));
    ask::<DbInstance>(&demo, "start", Vec::new(), is).await.expect("starting");
    demo.go_to(300);
    assert_eq!(status("kajimaru-db").await.status, "starting");
    demo.go_to(500);
    assert_eq!(status("kajimaru-db").await.status, "available");
}

#[tokio::test]
async fn a_cluster_takes_its_members_along_and_they_cannot_go_alone() {
    let demo = Demo::at(7, 0);
    let fault = ask::<DbInstance>(&demo, "stop", Vec::new(), |db| db.cluster.is_some()).await.expect_err("a member");
    assert!(fault.message.contains("stop the cluster instead"), "{fault}");
    ask::<DbCluster>(&demo, "stop", Vec::new(), |db| db.id.contains("-dev-")).await.expect("stopping");
    demo.go_to(300);
    let world = world(&demo).await;
    let (_, cluster) = find::<DbCluster>(&world, |db| db.id.contains("-dev-"));
    assert_eq!(cluster.status, "stopped");
    let (_, member) = find::<DbInstance>(&world, |db| db.cluster.as_deref() == Some(&cluster.id));
    assert_eq!(member.status, "stopped");
}

#[tokio::test]
async fn a_service_scales_and_deploys_when_told() {
    let demo = Demo::at(7, 0);
    let is = |service: &Service| service.name == "prooflink-prod-service";
    let service = async || find::<Service>(&world(&demo).await, is).1.clone();
    let fault = ask::<Service>(&demo, "scale", vec![("desired", "many".to_owned())], is).await.expect_err("no number");
    assert!(fault.message.contains("`desired`"), "{fault}");
    ask::<Service>(&demo, "scale", vec![("desired", "6".to_owned())], is).await.expect("scaling");
    demo.go_to(20);
    let growing = service().await;
    assert_eq!((growing.desired, growing.running, growing.pending), (6, 4, 2));
    demo.go_to(120);
    assert_eq!(service().await.running, 6);

    ask::<Service>(&demo, "force-deploy", Vec::new(), is).await.expect("deploying");
    demo.go_to(180);
    let rolling = service().await;
    assert_eq!(rolling.deployments.len(), 2);
    assert_eq!(rolling.deployments[0].rollout.as_deref(), Some("IN_PROGRESS"));
    demo.go_to(1200);
    let done = service().await;
    assert_eq!((done.deployments.len(), done.running), (1, 6));
    assert_eq!(done.deployments[0].rollout.as_deref(), Some("COMPLETED"));
    assert_eq!(count(&states(&demo, "targetgroup/prooflink-tg/").await, "healthy"), 6, "new tasks are well");

    ask::<Service>(&demo, "scale", vec![("desired", "0".to_owned())], is).await.expect("scaling");
    demo.go_to(1300);
    assert_eq!((service().await.running, service().await.desired), (0, 0));
}

#[tokio::test]
async fn what_the_simulation_cannot_do_it_refuses_in_words() {
    let demo = Demo::at(7, 0);
    let fault = ask::<Alarm>(&demo, "stop", Vec::new(), |_| true).await.expect_err("alarms do not stop");
    assert_eq!((fault.kind, fault.code.as_deref()), (FaultKind::Refused, Some("DemoCannot")));
    assert!(fault.message.contains("does not know how to `stop` a alarm"), "{fault}");
    let fault = ask::<DbInstance>(&demo, "explode", Vec::new(), |db| db.cluster.is_none()).await.expect_err("odd verb");
    assert_eq!(fault.kind, FaultKind::Refused);
}

/// Drives an offer of the resource named `name` to its end; what was said on the way, and the end.
async fn carried(demo: &Demo, name: &str, verb: &str, value: Option<&str>) -> (Vec<String>, crate::procedure::Ending) {
    use crate::environment::gather;
    use crate::kinds::{Context, Joins, Site, kind};

    let mut world = world(demo).await;
    let zone = jiff::tz::TimeZone::UTC;
    let picture = gather(&world, &super::wishes(), demo.now(), &zone);
    let member = picture.environments.iter().flat_map(|one| &one.members).find(|member| member.name == name);
    let id = member.expect("it is placed").id.clone();
    let of = kind(id.kind).expect("a kind");
    let environment = picture.home(&id).expect("an environment");
    let offered = |world: &World| {
        let joins = Joins::of(world);
        let cx = Context { world, joins: &joins, scope: &id.scope, protected: false, now: demo.now(), zone: &zone };
        let site = Site { cx, environment };
        let offer = of.offers(&id, &site).into_iter().find(|offer| offer.verb == verb).expect("it is offered");
        assert_eq!(offer.barred, None);
        (offer.asks, of.propose(&id, verb, value, &site))
    };
    let (asks, mut proposal) = offered(&world);
    if !asks.reads().is_empty() {
        for want in asks.reads() {
            let got = demo.read(kind(want.kind).expect("a kind"), &want.scope, &want.coverage, &world).await;
            world.put(&want.scope, want.kind, &want.coverage, got, demo.now());
        }
        proposal = offered(&world).1;
    }
    driven(demo, world, proposal.unwrap_or_else(|why| panic!("{verb} {name}: {why}"))).await
}

/// Drives work of several steps to its end.
async fn driven(demo: &Demo, world: World, proposal: Proposal) -> (Vec<String>, crate::procedure::Ending) {
    use crate::app::carry::Logbook;
    use crate::app::drive::{Errand, drive};
    use crate::app::gate::Let;

    let at = Circumstances {
        protected: false,
        pinned: None,
        account: None,
        read_at: Some(demo.now()),
        now: demo.now(),
        speed: crate::world::Speed::REAL,
    };
    let allowed = Gate::default().allow(proposal, &Answer::Yes, None, &at).expect("nothing hinders it");
    let Let::Procedure(license, procedure) = allowed else { panic!("work of several steps") };
    let mut said = Vec::new();
    let errand = Errand { id: 1, license, procedure };
    let logbook = Logbook::default();
    let ending = drive(demo, errand, world, (&logbook, false), &mut |report| {
        if said.last() != Some(&report.says) {
            said.push(report.says);
        }
    })
    .await;
    (said, ending)
}

#[tokio::test(start_paused = true)]
async fn kajimaru_is_deployed_one_instance_after_the_other_and_a_broken_commit_goes_back() {
    use crate::procedure::How;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (said, ending) = carried(&demo, "kajimaru-TG", "deploy", Some("main")).await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    for told in ["kajimaru-ec2-01 drains", "kajimaru-ec2-02 is brought to", "waits until kajimaru-ec2-02 is healthy"] {
        assert!(said.iter().any(|line| line.contains(told)), "{told:?} is not in {said:?}");
    }
    let (_, again) = carried(&demo, "kajimaru-ec2-01", "deploy", None).await;
    assert!(again.how == How::Done && again.says.contains("already"), "{}", again.says);
    let (_, broken) = carried(&demo, "kajimaru-TG", "deploy", Some("feature/broken")).await;
    assert_eq!(broken.how, How::Incomplete);
    assert!(
        broken.says.contains("answers 500") && broken.says.contains("kajimaru-ec2-02 untouched"),
        "{}",
        broken.says
    );
    assert_eq!(states(&demo, "kajimaru-TG").await, ["healthy", "healthy"]);
    let (_, nothing) = carried(&demo, "kajimaru-TG", "deploy", Some("no-such-branch")).await;
    assert!(nothing.how == How::Failed && nothing.says.contains("no branch, tag or commit"), "{}", nothing.says);
    let (_, migrated) = carried(&demo, "kajimaru-TG", "migrate", None).await;
    assert_eq!(migrated.how, How::Done, "{}", migrated.says);
}

#[tokio::test(start_paused = true)]
async fn a_function_of_cat_data_is_shifted_at_once_by_a_share_and_back() {
    use crate::procedure::How;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (_, once) = carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/api-8.zip")).await;
    assert_eq!((once.how, once.says.as_str()), (How::Done, "all calls of live go to version 8"));
    let (said, share) =
        carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/api-9.zip weight=10 minutes=5")).await;
    assert_eq!(share.how, How::Done, "{}", share.says);
    assert!(said.iter().any(|line| line.contains("watched for") && line.contains("version 9 failed 0 of")), "{said:?}");
    let (_, broken) =
        carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/broken.zip weight=10")).await;
    assert_eq!(broken.how, How::Incomplete);
    assert!(
        broken.says.contains("go to version 9 again") && broken.says.contains("version 10 failed"),
        "{}",
        broken.says
    );
    let (_, back) = carried(&demo, "cat-data-v23-api", "rollback", Some("live=8")).await;
    assert_eq!((back.how, back.says.as_str()), (How::Done, "all calls of live go to version 8"));
    let (_, bare) = carried(&demo, "cat-data-v23-aggregate", "deploy", Some("s3://cat-data-code/aggregate.zip")).await;
    assert!(bare.how == How::Done && bare.says.contains("no alias was shifted"), "{}", bare.says);
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_on_both_instances_and_beside_a_deployment() {
    use crate::environment::gather;
    use crate::kinds::managed_node::RunCommand;
    use crate::kinds::{Context, Joins, Site};
    use crate::procedure::How;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let world = world(&demo).await;
    let zone = jiff::tz::TimeZone::UTC;
    let picture = gather(&world, &super::wishes(), demo.now(), &zone);
    let environment = picture.environment(&"kajimaru".into()).expect("kajimaru");
    let scope = environment.scopes.first().expect("a scope");
    let nodes: Vec<_> = world.everywhere::<Node>().map(|(_, node)| (node.id.clone(), node.id.clone())).collect();
    assert!(nodes.len() > 1, "{nodes:?}");
    let joins = Joins::of(&world);
    let cx = Context { world: &world, joins: &joins, scope, protected: false, now: demo.now(), zone: &zone };
    let site = Site { cx, environment };
    for (line, how, says) in [("df -h", How::Done, "it succeeded on"), ("false", How::Incomplete, "exit code 1")] {
        let run = RunCommand::new(&site, nodes.clone(), line).expect("nodes");
        let (_, ending) = driven(&demo, world.clone(), Proposal::Procedure(Box::new(run))).await;
        assert!(ending.how == how && ending.says.contains(says), "{line}: {}", ending.says);
    }
    let (_, deployed) = carried(&demo, "kajimaru-TG", "deploy", Some("main")).await;
    assert_eq!(deployed.how, How::Done, "{}", deployed.says);
}

#[tokio::test]
async fn a_mute_rule_is_there_from_a_sleep_to_a_wake() {
    use crate::kinds::mute_rule::MuteRule;
    let demo = Demo::at(7, 30);
    let names = async || {
        let world = world(&demo).await;
        let mut names: Vec<String> = world.everywhere::<MuteRule>().map(|(_, rule)| rule.name.clone()).collect();
        names.sort();
        names
    };
    let turn = async |verb: &'static str, environment: &str, alarms: Vec<(&'static str, String)>| {
        let world = world(&demo).await;
        let (scope, _) = find::<Alarm>(&world, |alarm| alarm.name == "prooflink-ecs-cpu-high-2");
        let key = format!("toban-sleep-{environment}");
        let on = ResourceId { kind: Alarm::KIND, scope: scope.clone(), key: key.as_str().into() };
        let change = approved(&demo, Deed { verb, on, arguments: alarms });
        demo.change(&change, scope).await.expect("an answer");
    };
    assert_eq!(names().await, ["toban-sleep-prooflink-dev"], "it sleeps already");
    turn("mute", "prooflink-prod", vec![("alarm", "prooflink-5xx".to_owned())]).await;
    assert_eq!(names().await, ["toban-sleep-prooflink-dev", "toban-sleep-prooflink-prod"]);
    let world = world(&demo).await;
    let (_, rule) = find::<MuteRule>(&world, |rule| rule.name == "toban-sleep-prooflink-prod");
    assert_eq!((rule.status.as_str(), rule.alarms.as_slice()), ("SCHEDULED", ["prooflink-5xx".to_owned()].as_slice()));
    assert!(rule.is_ahead(demo.now()), "rules know no seconds");
    demo.go_to(120);
    assert!(rule.mutes(demo.now()));
    turn("unmute", "prooflink-dev", Vec::new()).await;
    assert_eq!(names().await, ["toban-sleep-prooflink-prod"]);
}
