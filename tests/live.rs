//! `Live` against the peer: the whole way from the cloud seam through the SDK and the wire to our own
//! types and back. What the screens make of it is tested elsewhere.
#![expect(clippy::expect_used, reason = "a test whose peer does not answer must fail at once")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use support::peer::{ACCOUNT, PROD_ACCOUNT, PROD_ROLE, Peer, REGION, shared};
use toban::app::carry::Logbook;
use toban::app::drive::{Errand, drive};
use toban::app::gate::{Answer, Approved, Circumstances, Gate, Let};
use toban::aws::{Live, Source, Sources};
use toban::cloud::{Cloud, Outcome, Receipt, Stats};
use toban::deploy::compose::{Check, Recipe};
use toban::environment::{Wish, Wishes, gather};
use toban::kinds::alarm::Alarm;
use toban::kinds::db_cluster::DbCluster;
use toban::kinds::db_instance::DbInstance;
use toban::kinds::ec2_instance::Instance;
use toban::kinds::ecr_repository::Repository;
use toban::kinds::ecs_cluster::Cluster;
use toban::kinds::ecs_service::Service;
use toban::kinds::ecs_task::Task;
use toban::kinds::function_release::Release;
use toban::kinds::lambda_function::Function;
use toban::kinds::listener::ListenerSet;
use toban::kinds::load_balancer::LoadBalancer;
use toban::kinds::tagged::Tagged;
use toban::kinds::target_group::TargetGroup;
use toban::kinds::target_health::TargetHealth;
use toban::kinds::task_definition::TaskDefinition;
use toban::kinds::{AnyKind, Boxed, Context, Extra, Joins, KINDS, Pace, Site, kind};
use toban::procedure::{Ending, How};
use toban::world::{
    Coverage, Fault, FaultKind, Found, Identity, KindName, Resource, ResourceId, Scope, SourceName, World,
};

fn source(peer: &Peer) -> Source {
    Source { endpoint_url: Some(peer.endpoint().to_owned()), ..Source::current() }.in_regions([REGION])
}

fn live(peer: &Peer) -> Live {
    Live::new(Sources { list: vec![source(peer)] }).with_keys("AKIATOBANTESTPEER000", "peer-secret-of-nobody")
}

fn here() -> Scope {
    Scope::new("default", REGION)
}

/// Reads every kind once, those first that others need.
async fn read_all(live: &Live, scope: &Scope) -> World {
    let mut world = World::default();
    let mut done: BTreeSet<KindName> = BTreeSet::new();
    let polled: Vec<_> = KINDS.iter().copied().filter(|kind| kind.pace() != Pace::Asked).collect();
    while done.len() < polled.len() {
        for kind in polled.iter().filter(|kind| kind.needs().iter().all(|need| done.contains(need))).collect::<Vec<_>>()
        {
            if done.insert(kind.name()) {
                read(live, *kind, scope, &mut world).await;
            }
        }
    }
    world
}

async fn read(live: &Live, kind: &'static dyn AnyKind, scope: &Scope, world: &mut World) {
    let got = live.read(kind, scope, &Coverage::All, world).await;
    world.put(scope, kind.name(), &Coverage::All, got, Timestamp::now());
}

fn faults(world: &World) -> Vec<String> {
    world.shelves().flat_map(|(_, _, shelf)| shelf.faults().map(Fault::sentence).collect::<Vec<_>>()).collect()
}

fn of(name: KindName) -> &'static dyn AnyKind {
    kind(name).expect("a kind")
}

#[tokio::test]
async fn everything_of_the_systems_is_read_with_as_few_calls_as_the_batches_allow() {
    let live = live(shared());
    assert_eq!(live.scopes().await, Ok(vec![here()]));
    let who = live.identify(&here()).await.expect("an identity");
    assert_eq!(who.account.as_str(), ACCOUNT);
    let world = read_all(&live, &here()).await;
    assert_eq!(faults(&world), Vec::<String>::new());

    let count = |name: KindName| world.shelf(&here(), name).map_or(0, |shelf| shelf.keys().count());
    for kind in KINDS {
        let rare =
            kind.pace() == Pace::Asked || ["metric-filter", "db-cluster", "managed-node"].contains(&kind.name().0);
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
    assert!(world.all::<Tagged>(&here()).any(|tagged| !tagged.tags.is_empty()));

    let stats = live.stats();
    let calls = |operation: &str| stats.get(operation).map_or(0, |tally| tally.calls);
    let clusters = world.all::<Cluster>(&here()).count() as u64;
    assert!(calls("ecs:ListClusters") <= 2, "clusters are listed once for all who begin with them: {stats:?}");
    assert_eq!((calls("ecs:ListServices"), calls("ecs:ListTasks")), (clusters, clusters * 2));
    assert_eq!(calls("elasticloadbalancing:DescribeTargetHealth"), groups.len() as u64);
    assert_eq!(calls("elasticloadbalancing:DescribeListeners"), world.all::<LoadBalancer>(&here()).count() as u64);
    assert_eq!(calls("ecs:DescribeTaskDefinition"), world.all::<TaskDefinition>(&here()).count() as u64);
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
    let peer = Peer::start();
    peer.build(&["prooflink"]);
    peer.script(&json!({"service": "ecs", "operation": "ListServices", "match": {"cluster": "prod"},
        "error": {"code": "AccessDeniedException", "message": "User is not authorized to perform: ecs:ListServices", "status": 400}}));
    let live = live(&peer);
    let mut world = World::default();
    read(&live, of(Cluster::KIND), &here(), &mut world).await;
    read(&live, of(Service::KIND), &here(), &mut world).await;
    let shelf = world.shelf(&here(), Service::KIND).expect("services");
    let denied: Vec<&Fault> = shelf.faults().collect();
    assert!(!denied.is_empty() && denied.iter().all(|fault| fault.kind == FaultKind::Denied), "{denied:?}");
    assert!(denied.iter().all(
        |fault| fault.operation == "ecs:ListServices" && fault.on.as_deref().is_some_and(|on| on.contains("prod"))
    ));
    assert!(world.all::<Service>(&here()).count() > 0, "the other clusters' services are there");
}

#[tokio::test]
async fn a_page_too_many_a_cut_body_and_html_are_told_apart() {
    let peer = Peer::start();
    peer.build(&["prooflink"]);
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
    let peer = Peer::start();
    peer.build(&["prooflink"]);
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
    let peer = Peer::start();
    peer.build(&["prooflink"]);
    peer.script(&json!({"service": "elasticloadbalancing", "operation": "DescribeTargetGroups", "hold": "slow"}));
    let live = live(&peer);
    let (world, scope) = (World::default(), here());
    let slow = live.read(of(TargetGroup::KIND), &scope, &Coverage::All, &world);
    let quick = async {
        let found = live.read(of(DbInstance::KIND), &scope, &Coverage::All, &world).await;
        peer.release("slow");
        found
    };
    let both = tokio::time::timeout(Duration::from_secs(15), futures_util::future::join(slow, quick)).await;
    let (slow, quick) = both.expect("both answers");
    assert!(quick.is_ok() && slow.is_ok());
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
    let shelf = world.shelf(&here(), Cluster::KIND).expect("clusters");
    assert_eq!(shelf.fault.as_ref().map(|fault| fault.kind), Some(FaultKind::Expired));
    live.renew(&here().source);
    read(&live, of(Cluster::KIND), &here(), &mut world).await;
    assert!(world.shelf(&here(), Cluster::KIND).is_some_and(|shelf| shelf.fault.is_none()));
}

#[tokio::test]
async fn a_page_shows_what_may_be_read_and_names_what_may_not() {
    let peer = Peer::start();
    peer.build(&["prooflink"]);
    let live = live(&peer);
    let mut world = World::default();
    read(&live, of(DbInstance::KIND), &here(), &mut world).await;
    let id = world.all::<DbInstance>(&here()).next().expect("a database").id(&here());
    let now = Timestamp::now();
    let extra = live.look(of(DbInstance::KIND), &id, &world, now).await.expect("more");
    assert_eq!(extra.series.len(), 3);
    assert!(extra.series.iter().all(|series| (175..=181).contains(&series.points.len())));
    assert_eq!(live.stats()["cloudwatch:GetMetricData"].calls, 1);
    let error =
        json!({"code": "AccessDenied", "message": "not authorized to perform cloudwatch:GetMetricData", "status": 403});
    peer.script(&json!({"service": "cloudwatch", "operation": "GetMetricData", "error": error}));
    let extra = live.look(of(DbInstance::KIND), &id, &world, now).await.expect("the rest");
    assert!(
        extra.moments.iter().any(|moment| moment.says.contains("cloudwatch:GetMetricData is not allowed")),
        "{extra:?}"
    );
}

#[tokio::test]
async fn a_probe_names_the_permission_that_is_missing() {
    let peer = Peer::start();
    peer.build(&["prooflink"]);
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

/// AWS whose time need not be waited for: what waits looks again at once.
#[derive(Debug)]
struct Hurried(Live);

impl Cloud for Hurried {
    fn scopes(&self) -> Boxed<'_, Result<Vec<Scope>, Fault>> {
        self.0.scopes()
    }
    fn identify<'a>(&'a self, scope: &'a Scope) -> Boxed<'a, Result<Identity, Fault>> {
        self.0.identify(scope)
    }
    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> Boxed<'a, Result<Found, Fault>> {
        self.0.read(kind, scope, coverage, known)
    }
    fn look<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        id: &'a ResourceId,
        known: &'a World,
        now: Timestamp,
    ) -> Boxed<'a, Result<Extra, Fault>> {
        self.0.look(kind, id, known, now)
    }
    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> Boxed<'a, Result<Receipt, Fault>> {
        self.0.change(change, scope)
    }
    fn renew(&self, source: &SourceName) {
        self.0.renew(source);
    }
    fn stats(&self) -> Stats {
        self.0.stats()
    }
    fn login(&self, source: &SourceName) -> Option<Vec<String>> {
        self.0.login(source)
    }
    fn pause(&self, _span: SignedDuration) -> Boxed<'_, ()> {
        Box::pin(tokio::task::yield_now())
    }
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Takes up an offer of what is called `name`, as both faces do, and sees it to its end.
async fn carried(
    cloud: &Hurried,
    world: World,
    wishes: &Wishes,
    name: &str,
    (verb, value): (&str, Option<&str>),
) -> Ending {
    let (mut world, zone) = (world, TimeZone::UTC);
    let picture = gather(&world, wishes, cloud.now(), &zone);
    let member = picture.environments.iter().flat_map(|one| &one.members).find(|member| member.name == name);
    let id = member.expect("it is placed").id.clone();
    let environment = picture.home(&id).expect("an environment");
    if id.kind == Function::KIND {
        let coverage = Coverage::Parts([id.key.clone()].into());
        let got = cloud.read(of(Release::KIND), &id.scope, &coverage, &world).await;
        world.put(&id.scope, Release::KIND, &coverage, got, cloud.now());
    }
    let proposal = {
        let joins = Joins::of(&world);
        let cx =
            Context { world: &world, joins: &joins, scope: &id.scope, protected: false, now: cloud.now(), zone: &zone };
        let site = Site { cx, environment };
        of(id.kind).propose(&id, verb, value, &site).expect("a plan")
    };
    let at =
        Circumstances { protected: false, pinned: None, account: None, read_at: Some(cloud.now()), now: cloud.now() };
    let allowed = Gate::default().allow(proposal, &Answer::Yes, None, &at).expect("nothing hinders it");
    let Let::Procedure(license, procedure) = allowed else { unreachable!("it has several steps") };
    let errand = Errand { id: 1, license, procedure };
    drive(cloud, errand, world, (&Logbook::default(), false), &mut |_| {}).await
}

#[tokio::test]
async fn instances_are_deployed_with_compose_through_drain_command_and_registration() {
    let peer = Peer::start();
    peer.build(&["kajimaru"]);
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried(live);
    let recipe = Recipe {
        directory: "/home/ssm-user/kajimaru".to_owned(),
        user: "ssm-user".to_owned(),
        file: Some("docker-compose.prod.yml".to_owned()),
        health: Check::Path { path: "/health".to_owned(), host: None },
        reference: "main".to_owned(),
        migrate: None,
    };
    let wishes =
        Wishes { environments: vec![Wish { deploy: Some(recipe), ..Wish::new("kajimaru") }], ..Wishes::default() };
    let ending = carried(&cloud, world.clone(), &wishes, "kajimaru-TG", ("deploy", None)).await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    let calls = |operation: &str| cloud.stats().get(operation).map_or(0, |tally| tally.calls);
    assert_eq!(calls("elasticloadbalancing:DeregisterTargets"), 2);
    assert_eq!(calls("elasticloadbalancing:RegisterTargets"), 2);
    assert_eq!(calls("ssm:SendCommand"), 5, "one survey, and two commands on each");
    let again = carried(&cloud, world.clone(), &wishes, "kajimaru-TG", ("deploy", None)).await;
    assert!(again.how == How::Done && again.says.contains("already"), "{}", again.says);
    let back = carried(&cloud, world.clone(), &wishes, "kajimaru-TG", ("rollback", None)).await;
    assert_eq!(back.how, How::Done, "{}", back.says);

    // The second instance's command fails: it goes back.
    let failed = json!({"Status": "Failed", "StatusDetails": "Failed", "ResponseCode": 1, "StandardErrorContent": "no space left on device"});
    peer.script(&json!({"service": "ssm", "operation": "GetCommandInvocation", "after": 6 + 3 + 3 + 1, "times": 1, "patch": failed}));
    let ending = carried(&cloud, world, &wishes, "kajimaru-TG", ("deploy", None)).await;
    assert_eq!(ending.how, How::Incomplete, "{}", ending.says);
    assert!(ending.says.contains("no space left") && ending.says.contains("and serves"), "{}", ending.says);
}

#[tokio::test]
async fn a_function_is_updated_published_and_its_alias_shifted() {
    let peer = Peer::start();
    peer.build(&["cat-data-v23"]);
    let live = live(&peer);
    let mut world = read_all(&live, &here()).await;
    let functions: Vec<&Function> = world.all(&here()).collect();
    assert_eq!(functions.len(), 3);
    assert!(functions.iter().all(|function| function.state.as_deref() == Some("Active")), "{functions:?}");
    let cloud = Hurried(live);
    let wishes = Wishes::default();
    let code = Some("s3://cat-data-v23/api.zip");
    let bare = carried(&cloud, world.clone(), &wishes, "cat-data-v23-import", ("deploy", code)).await;
    assert!(bare.how == How::Done && bare.says.contains("no alias was shifted"), "{}", bare.says);

    // Somebody changed it after the plan was made.
    let error = json!({"code": "PreconditionFailedException", "message": "The Revision Id provided does not match", "status": 412});
    let ids = peer.script(&json!({"service": "lambda", "operation": "UpdateFunctionCode", "error": error}));
    let late = carried(&cloud, world.clone(), &wishes, "cat-data-v23-api", ("deploy", code)).await;
    assert!(late.how == How::Failed && late.says.contains("somebody changed"), "{}", late.says);
    peer.unscript(&ids);

    let shifted = carried(&cloud, world.clone(), &wishes, "cat-data-v23-api", ("deploy", code)).await;
    assert_eq!(shifted.how, How::Done, "{}", shifted.says);
    assert!(shifted.says.starts_with("all calls of live go to version"), "{}", shifted.says);
    read(&cloud.0, of(Function::KIND), &here(), &mut world).await;
    let back = carried(&cloud, world, &wishes, "cat-data-v23-api", ("rollback", Some("live=1"))).await;
    assert_eq!((back.how, back.says.as_str()), (How::Done, "all calls of live go to version 1"));
}
