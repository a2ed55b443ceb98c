//! `Live` against the peer: the whole way from the cloud seam through the SDK and the wire to our own
//! types and back. What the screens make of it is tested elsewhere.

use std::collections::BTreeSet;

use crate::engine::{here, live, of, read, read_all, source};
use crate::support::peer::{ACCOUNT, PROD_ACCOUNT, PROD_ROLE, Peer, REGION, shared};
use jiff::Timestamp;
use serde_json::json;
use toban::aws::{Source, Sources};
use toban::cloud::Cloud;
use toban::cloud::Live;
use toban::kinds::PollClass;
use toban::kinds::alarm::Alarm;
use toban::kinds::catalog::KINDS;
use toban::kinds::db_cluster::DbCluster;
use toban::kinds::db_instance::DbInstance;
use toban::kinds::ec2_instance::Instance;
use toban::kinds::ecr_repository::Repository;
use toban::kinds::ecs_cluster::Cluster;
use toban::kinds::ecs_service::Service;
use toban::kinds::ecs_task::Task;
use toban::kinds::event_rule::Rule;
use toban::kinds::listener::ListenerSet;
use toban::kinds::load_balancer::LoadBalancer;
use toban::kinds::resource_tags::TaggedResource;
use toban::kinds::target_group::TargetGroup;
use toban::kinds::target_health::TargetHealth;
use toban::kinds::task_definition::TaskDefinition;
use toban::world::access_check::Outcome;
use toban::world::{Coverage, Fault, FaultKind, KindName, Resource, Scope, World};

fn faults(world: &World) -> Vec<String> {
    world.shelves().flat_map(|(_, _, store)| store.faults().map(Fault::sentence).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn everything_of_the_systems_is_read_with_as_few_calls_as_the_batches_allow() {
    let live = live(shared());
    assert_eq!(live.scopes().await, Ok(vec![here()]));
    let who = live.identify(&here()).await.expect("an identity");
    assert_eq!(who.account.as_str(), ACCOUNT);
    let world = read_all(&live, &here()).await;
    assert_eq!(faults(&world), Vec::<String>::new());

    let count = |name: KindName| world.store(&here(), name).map_or(0, |store| store.keys().count());
    for kind in KINDS {
        // Nobody keeps a schedule of their own, no rule has fired, and no alarm is muted.
        let none = [
            "metric-filter",
            "db-cluster",
            "managed-node",
            "foreign-schedule",
            "automation-run",
            "mute-rule",
            "state-machine",
            "dns-zone",
            "web-acl",
            "user-pool",
            "stack",
            "rest-api",
            "distribution",
            "certificate",
            "batch-queue",
            "batch-definition",
            "job-activity",
            "db-backup",
            "topic",
            "log-group",
            "db-blue-green",
        ];
        let rare = kind.pace() == PollClass::OnDemand || none.contains(&kind.name().0);
        assert!(rare || count(kind.name()) > 0, "no {}", kind.name());
    }
    let service =
        world.all::<Service>(&here()).find(|service| service.name == "prooflink-prod-service").expect("the service");
    assert_eq!((service.desired, service.running, service.pending), (2, 2, 0));
    assert!(!service.events.is_empty() && !service.attachments.is_empty());
    let tasks: Vec<&Task> = world
        .all::<Task>(&here())
        .filter(|task| task.service() == Some(&service.name) && task.cluster == service.cluster)
        .collect();
    assert!(tasks.len() >= 2 && tasks.iter().flat_map(|task| &task.ips).any(|ip| ip == "10.20.1.15"));
    let definition = world.by_key::<TaskDefinition>(&here(), service.task_definition.as_str());
    assert!(definition.is_some_and(|definition| definition.containers.iter().any(|one| one.image.is_some())));
    let groups: Vec<&TargetGroup> = world.all(&here()).collect();
    assert_eq!(world.all::<TargetHealth>(&here()).count(), groups.len());
    assert!(world.all::<TargetHealth>(&here()).flat_map(|all| &all.targets).any(|target| target.state == "healthy"));
    assert!(world.all::<ListenerSet>(&here()).flat_map(|set| &set.listeners).all(|one| !one.rules.is_empty()));
    assert!(world.all::<Instance>(&here()).all(|instance| instance.id.starts_with("i-")));
    assert!(world.all::<DbInstance>(&here()).all(|db| !db.status.is_empty() && db.class.is_some()));
    assert!(world.all::<DbCluster>(&here()).all(|db| !db.members.is_empty()));
    assert!(world.all::<Alarm>(&here()).any(|alarm| alarm.rule.is_some()), "composite alarms are among them");
    assert!(world.all::<Alarm>(&here()).all(|alarm| alarm.since.is_some()));
    assert!(world.all::<TaggedResource>(&here()).any(|tagged| !tagged.tags.is_empty()));

    let stats = live.stats();
    let calls = |operation: &str| stats.get(operation).map_or(0, |tally| tally.calls);
    let clusters = world.all::<Cluster>(&here()).count() as u64;
    assert!(calls("ecs:ListClusters") <= 2, "clusters are listed once for all who begin with them: {stats:?}");
    assert_eq!((calls("ecs:ListServices"), calls("ecs:ListTasks")), (clusters, clusters * 2));
    assert_eq!(calls("elasticloadbalancing:DescribeTargetHealth"), groups.len() as u64);
    assert_eq!(calls("elasticloadbalancing:DescribeListeners"), world.all::<LoadBalancer>(&here()).count() as u64);
    assert_eq!(calls("ecs:DescribeTaskDefinition"), world.all::<TaskDefinition>(&here()).count() as u64);
    let rules = world.all::<Rule>(&here()).count() as u64;
    assert_eq!((calls("events:ListRules"), calls("events:ListTargetsByRule")), (1, rules), "{stats:?}");
    assert_eq!(calls("ssm:DescribeAutomationExecutions"), 2, "one a document that is called");
    assert_eq!((calls("scheduler:ListSchedules"), calls("scheduler:GetSchedule")), (1, 0));
    assert_eq!((calls("cloudwatch:ListAlarmMuteRules"), calls("cloudwatch:GetAlarmMuteRule")), (1, 0));
    assert!(stats.values().all(|tally| tally.retries == 0 && tally.faults == 0 && tally.bytes > 0), "{stats:?}");
}

#[tokio::test]
async fn a_revision_that_is_known_is_not_asked_for_again() {
    let live = live(shared());
    let mut world = read_all(&live, &here()).await;
    let before = live.stats()["ecs:DescribeTaskDefinition"].calls;
    read(&live, of(TaskDefinition::KIND), &here(), &mut world).await;
    assert_eq!(live.stats()["ecs:DescribeTaskDefinition"].calls, before);
}

#[tokio::test]
async fn repositories_tell_their_tags_and_the_digests_behind_them() {
    let peer = shared();
    let (live, mut world) = (live(peer), World::default());
    let uri = |name: &str| format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}");
    let (app, batch, none) = (uri("prooflink-dev-app"), uri("prooflink-dev-batch"), uri("nobodys"));
    let parts = Coverage::Parts([&app, &batch, &none].map(|uri| uri.as_str().into()).into());
    let found = live.read(of(Repository::KIND), &here(), &parts, &world).await;
    world.put(&here(), Repository::KIND, &parts, found, Timestamp::now());

    let known = |uri: &str| world.by_key::<Repository>(&here(), uri);
    let repository = known(&app).expect("the repository");
    assert_eq!((repository.name.as_str(), repository.registry.as_str()), ("prooflink-dev-app", ACCOUNT));
    assert_eq!((repository.mutability.as_deref(), repository.missing.len()), (Some("MUTABLE"), 0), "{repository:?}");
    let ecr = aws_sdk_ecr::Client::new(&peer.sdk());
    for tag in ["latest", "v2"] {
        let id = aws_sdk_ecr::types::ImageIdentifier::builder().image_tag(tag).build();
        let told = ecr.describe_images().repository_name("prooflink-dev-app").image_ids(id).send().await.expect("told");
        let digest = told.image_details()[0].image_digest().expect("a digest");
        let image = repository.images.iter().find(|image| image.tags.iter().any(|one| one == tag)).expect("the image");
        assert_eq!(image.digest, digest, "{tag}");
        assert!(image.pushed_at.is_some() && image.size.is_some_and(|size| size > 0), "{image:?}");
    }
    let tags: BTreeSet<&str> = repository.images.iter().flat_map(|one| &one.tags).map(String::as_str).collect();
    assert_eq!((repository.images.len(), tags), (2, ["latest", "v2"].into()));
    assert!(known(&batch).is_some_and(|batch| batch.images.is_empty()), "a repository without images is one");
    assert!(known(&none).is_none());
    let told = faults(&world);
    assert!(told.len() == 1 && told[0].contains("ecr:DescribeImages"), "{told:?}");
}

#[tokio::test]
async fn a_role_leads_to_another_account() {
    let role = Source { label: "prod".into(), role_arn: Some(PROD_ROLE.to_owned()), ..source(shared()) };
    let live = Live::new(Sources { list: vec![source(shared()), role] }).with_keys("AKIATOBANTESTPEER000", "nobody");
    let scopes = live.scopes().await.expect("scopes");
    assert_eq!(scopes.len(), 2);
    let who = live.identify(&scopes[1]).await.expect("an identity");
    assert_eq!(who.account.as_str(), PROD_ACCOUNT);
}

#[tokio::test]
async fn a_denied_cluster_stands_beside_the_others() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!({"service": "ecs", "operation": "ListServices", "match": {"cluster": "prod"},
        "error": {"code": "AccessDeniedException", "message": "User is not authorized to perform: ecs:ListServices", "status": 400}}));
    let live = live(&peer);
    let mut world = World::default();
    read(&live, of(Cluster::KIND), &here(), &mut world).await;
    read(&live, of(Service::KIND), &here(), &mut world).await;
    let store = world.store(&here(), Service::KIND).expect("services");
    let denied: Vec<&Fault> = store.faults().collect();
    assert!(!denied.is_empty() && denied.iter().all(|fault| fault.kind == FaultKind::Denied), "{denied:?}");
    assert!(denied.iter().all(
        |fault| fault.operation == "ecs:ListServices" && fault.on.as_deref().is_some_and(|on| on.contains("prod"))
    ));
    assert!(world.all::<Service>(&here()).count() > 0, "the other clusters' services are there");
}

#[tokio::test]
async fn a_page_too_many_a_cut_body_and_html_are_told_apart() {
    let peer = Peer::with(&["prooflink"]);
    let live = live(&peer);
    let read_dbs = || async { live.read(of(DbInstance::KIND), &here(), &Coverage::All, &World::default()).await };
    peer.script(&json!({"service": "ecs", "operation": "ListClusters",
        "answer": {"clusterArns": [], "nextToken": "again"}}));
    let found = live.read(of(Cluster::KIND), &here(), &Coverage::All, &World::default()).await.expect("clusters");
    assert!(found.faults().any(|fault| fault.message.contains("cut short")));

    let ids = peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "cut": true}));
    let fault = read_dbs().await.expect_err("a cut body");
    assert!(matches!(fault.kind, FaultKind::Garbled | FaultKind::Offline), "{fault:?}");
    peer.unscript(&ids);

    let html =
        json!({"status": 403, "headers": {"content-type": "text/html"}, "body": "<html>Blocked by proxy</html>"});
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "raw": html}));
    let fault = read_dbs().await.expect_err("html");
    assert_eq!(fault.kind, FaultKind::Garbled, "{fault:?}");
}

#[tokio::test]
async fn a_throttle_is_tried_again_and_counted() {
    let peer = Peer::with(&["prooflink"]);
    let throttle = json!({"code": "Throttling", "message": "Rate exceeded", "status": 400});
    peer.script(
        &json!({"service": "elasticloadbalancing", "operation": "DescribeTargetGroups", "times": 2, "error": throttle}),
    );
    let live = live(&peer);
    let found = live.read(of(TargetGroup::KIND), &here(), &Coverage::All, &World::default()).await.expect("groups");
    assert!(!found.is_empty());
    let tally = live.stats()["elasticloadbalancing:DescribeTargetGroups"];
    assert_eq!((tally.calls, tally.retries, tally.throttles, tally.faults), (1, 2, 2, 0));
}

#[tokio::test]
async fn a_slow_answer_holds_nothing_else_up() {
    let peer = Peer::with(&["prooflink"]);
    peer.script(&json!({"service": "elasticloadbalancing", "operation": "DescribeTargetGroups", "hold": "slow"}));
    let live = live(&peer);
    let (world, scope) = (World::default(), here());
    let slow = live.read(of(TargetGroup::KIND), &scope, &Coverage::All, &world);
    let quick = async {
        let found = live.read(of(DbInstance::KIND), &scope, &Coverage::All, &world).await;
        peer.release("slow");
        found
    };
    // Were the one to wait for the other, the held call would run into its own limit before anybody lets it go.
    let (slow, quick) = futures_util::future::join(slow, quick).await;
    assert!(quick.is_ok() && slow.is_ok(), "{slow:?} {quick:?}");
}

#[tokio::test]
async fn an_unknown_profile_hides_no_other_source() {
    let nobody = Source { regions: vec![REGION.to_owned()], ..Source::profile("no-such-profile-anywhere") };
    let live = Live::new(Sources { list: vec![nobody, source(shared())] }).with_keys("AKIATOBANTESTPEER000", "nobody");
    let scopes = live.scopes().await.expect("scopes");
    assert_eq!(scopes, [Scope::new("no-such-profile-anywhere", REGION), here()]);
    let fault = live.identify(&scopes[0]).await.expect_err("no profile");
    assert!(fault.message.contains("there is no profile no-such-profile-anywhere"), "{fault}");
    assert!(live.identify(&scopes[1]).await.is_ok());
}

#[tokio::test]
async fn credentials_that_ran_out_are_told_and_the_next_ones_are_taken() {
    let peer = Peer::start();
    let error = json!({"code": "ExpiredTokenException", "message": "The security token included in the request is expired", "status": 400});
    peer.script(&json!({"service": "ecs", "operation": "ListClusters", "times": 1, "error": error}));
    let live = live(&peer);
    let mut world = World::default();
    read(&live, of(Cluster::KIND), &here(), &mut world).await;
    let store = world.store(&here(), Cluster::KIND).expect("clusters");
    assert_eq!(store.fault.as_ref().map(|fault| fault.kind), Some(FaultKind::Expired));
    live.renew(&here().source);
    read(&live, of(Cluster::KIND), &here(), &mut world).await;
    assert!(world.store(&here(), Cluster::KIND).is_some_and(|store| store.fault.is_none()));
}

#[tokio::test]
async fn a_page_shows_what_may_be_read_and_names_what_may_not() {
    let peer = Peer::with(&["prooflink"]);
    let live = live(&peer);
    let mut world = World::default();
    read(&live, of(DbInstance::KIND), &here(), &mut world).await;
    let id = world.all::<DbInstance>(&here()).next().expect("a database").id(&here());
    let now = Timestamp::now();
    let extra = live.look(of(DbInstance::KIND), &id, &world, now).await.expect("more");
    assert_eq!(extra.series.len(), 3);
    assert!(extra.series.iter().all(|series| (175..=181).contains(&series.points.len())));
    assert_eq!(live.stats()["cloudwatch:GetMetricData"].calls, 1);
    assert_eq!(live.stats()["rds:DescribePendingMaintenanceActions"].calls, 1);
    assert_eq!(extra.ahead, [], "no maintenance waits, and none is denied");
    let error =
        json!({"code": "AccessDenied", "message": "not authorized to perform cloudwatch:GetMetricData", "status": 403});
    peer.script(&json!({"service": "cloudwatch", "operation": "GetMetricData", "error": error}));
    let extra = live.look(of(DbInstance::KIND), &id, &world, now).await.expect("the rest");
    assert!(
        extra.moments.iter().any(|moment| moment.message.contains("cloudwatch:GetMetricData is not allowed")),
        "{extra:?}"
    );
}

#[tokio::test]
async fn a_probe_names_the_permission_that_is_missing() {
    let peer = Peer::with(&["prooflink"]);
    let error = json!({"code": "AccessDenied", "message": "User: x is not authorized", "status": 403});
    peer.script(&json!({"service": "rds", "operation": "DescribeDBInstances", "error": error}));
    let live = live(&peer);
    let checks = live.probe(&here()).await;
    let outcome = |what: &str| &checks.iter().find(|check| check.what == what).expect(what).outcome;
    assert!(matches!(outcome("sts:GetCallerIdentity"), Outcome::Fine(Some(_))));
    assert!(
        matches!(outcome("rds:DescribeDBInstances"), Outcome::Denied(fault) if fault.operation == "rds:DescribeDBInstances")
    );
    for fine in [
        "ecs:ListServices",
        "ecs:DescribeServices",
        "elasticloadbalancing:DescribeTargetHealth",
        "cloudwatch:DescribeAlarms",
    ] {
        assert_eq!(outcome(fine), &Outcome::Fine(None), "{fine}");
    }
    assert!(matches!(outcome("clock"), Outcome::Fine(Some(_))), "{:?}", outcome("clock"));
}
