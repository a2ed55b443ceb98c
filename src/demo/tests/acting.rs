//! What is done to the simulated account, through the gate and by procedures, and what comes of it.

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{count, find, states, world};
use crate::aws::Clients;
use crate::change::gate::{Approved, Change, Confirmation, Gate, GateContext, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::Proposal;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::kinds::alarm::Alarm;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::managed_node::Node;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, World};

/// A change for tests: what a kind's own would hand over.
struct Asked(ChangeRequest);

impl Change for Asked {
    fn plan(&self) -> Plan {
        Plan {
            message: format!("{} {}", self.0.verb, self.0.on),
            environment: EnvironmentName::from("any"),
            scope: self.0.on.scope.clone(),
            on: self.0.on.clone(),
            calls: Vec::new(),
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
            command: None,
            besides: Vec::new(),
        }
    }

    fn change_request(&self) -> ChangeRequest {
        self.0.clone()
    }

    fn perform<'a>(&'a self, _aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Err(Fault::new(FaultKind::Odd, "test", "the demo never performs")) })
    }
}

fn approved(demo: &Demo, change_request: ChangeRequest) -> Approved {
    let at = GateContext::seen_at(demo.now());
    Gate::default().approve(Box::new(Asked(change_request)), &Confirmation::Yes, None, &at).expect("approval")
}

async fn ask<T: Resource>(
    demo: &Demo,
    verb: &'static str,
    arguments: Vec<(&'static str, String)>,
    test: impl Fn(&T) -> bool,
) -> Result<Receipt, Fault> {
    let world = world(demo).await;
    let (scope, item) = find::<T>(&world, test);
    let change = approved(demo, ChangeRequest { verb, on: item.id(scope), arguments });
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
    assert_eq!(again.message.as_deref(), Some("kajimaru-db is stopped already"));
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
async fn carried(demo: &Demo, name: &str, verb: &str, value: Option<&str>) -> (Vec<String>, crate::change::Ending) {
    use crate::kinds::catalog::kind;
    use crate::kinds::{KindContext, ResourceIndex};
    use crate::operations::ActionContext;
    use crate::overview::assemble;

    let mut world = world(demo).await;
    let zone = jiff::tz::TimeZone::UTC;
    let picture = assemble(&world, &crate::demo::configured_environments(), demo.now(), &zone);
    let member = picture.environments.iter().flat_map(|one| &one.members).find(|member| member.name == name);
    let id = member.expect("it is placed").id.clone();
    let of = crate::operations::actions_of(id.kind).expect("actions");
    let environment = picture.home(&id).expect("an environment");
    let offered = |world: &World| {
        let resource_index = ResourceIndex::of(world);
        let cx = KindContext {
            world,
            resource_index: &resource_index,
            scope: &id.scope,
            protected: false,
            now: demo.now(),
            zone: &zone,
        };
        let context = ActionContext { cx, environment };
        let action = of.actions(&id, &context).into_iter().find(|action| action.verb == verb).expect("it is offered");
        assert_eq!(action.disabled_reason, None);
        (action.prompt, of.propose(&id, verb, value, &context))
    };
    let (prompt, mut proposal) = offered(&world);
    if !prompt.reads().is_empty() {
        for want in prompt.reads() {
            let got = demo.read(kind(want.kind).expect("a kind"), &want.scope, &want.coverage, &world).await;
            world.put(&want.scope, want.kind, &want.coverage, got, demo.now());
        }
        proposal = offered(&world).1;
    }
    driven(demo, world, proposal.unwrap_or_else(|why| panic!("{verb} {name}: {why}"))).await
}

/// Drives work of several steps to its end.
async fn driven(demo: &Demo, world: World, proposal: Proposal) -> (Vec<String>, crate::change::Ending) {
    use crate::change::gate::Admitted;
    use crate::engine::execute::JournalWriter;
    use crate::engine::run_procedure::{ProcedureRun, run_procedure};

    let at = GateContext::seen_at(demo.now());
    let allowed = Gate::default().allow(proposal, &Confirmation::Yes, None, &at).expect("nothing hinders it");
    let Admitted::Procedure(license, procedure) = allowed else { panic!("work of several steps") };
    let mut said = Vec::new();
    let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
    let journal_writer = JournalWriter::default();
    let ending = run_procedure(demo, procedure_run, world, (&journal_writer, false), &mut |report| {
        if said.last() != Some(&report.message) {
            said.push(report.message);
        }
    })
    .await;
    (said, ending)
}

#[tokio::test(start_paused = true)]
async fn kajimaru_is_deployed_one_instance_after_the_other_and_a_broken_commit_goes_back() {
    use crate::change::How;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (said, ending) = carried(&demo, "kajimaru-TG", "deploy", Some("main")).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    for told in ["kajimaru-ec2-01 drains", "kajimaru-ec2-02 is brought to", "waits until kajimaru-ec2-02 is healthy"] {
        assert!(said.iter().any(|line| line.contains(told)), "{told:?} is not in {said:?}");
    }
    let (_, again) = carried(&demo, "kajimaru-ec2-01", "deploy", None).await;
    assert!(again.how == How::Done && again.message.contains("already"), "{}", again.message);
    let (_, broken) = carried(&demo, "kajimaru-TG", "deploy", Some("feature/broken")).await;
    assert_eq!(broken.how, How::Incomplete);
    assert!(
        broken.message.contains("answers 500") && broken.message.contains("kajimaru-ec2-02 untouched"),
        "{}",
        broken.message
    );
    assert_eq!(states(&demo, "kajimaru-TG").await, ["healthy", "healthy"]);
    let (_, nothing) = carried(&demo, "kajimaru-TG", "deploy", Some("no-such-branch")).await;
    assert!(nothing.how == How::Failed && nothing.message.contains("no branch, tag or commit"), "{}", nothing.message);
    let (_, migrated) = carried(&demo, "kajimaru-TG", "migrate", None).await;
    assert_eq!(migrated.how, How::Done, "{}", migrated.message);
}

#[tokio::test(start_paused = true)]
async fn a_function_of_cat_data_is_shifted_at_once_by_a_share_and_back() {
    use crate::change::How;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let (_, once) = carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/api-8.zip")).await;
    assert_eq!((once.how, once.message.as_str()), (How::Done, "all calls of live go to version 8"));
    let (said, share) =
        carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/api-9.zip weight=10 minutes=5")).await;
    assert_eq!(share.how, How::Done, "{}", share.message);
    assert!(said.iter().any(|line| line.contains("watched for") && line.contains("version 9 failed 0 of")), "{said:?}");
    let (_, broken) =
        carried(&demo, "cat-data-v23-api", "deploy", Some("s3://cat-data-code/broken.zip weight=10")).await;
    assert_eq!(broken.how, How::Incomplete);
    assert!(
        broken.message.contains("go to version 9 again") && broken.message.contains("version 10 failed"),
        "{}",
        broken.message
    );
    let (_, back) = carried(&demo, "cat-data-v23-api", "rollback", Some("live=8")).await;
    assert_eq!((back.how, back.message.as_str()), (How::Done, "all calls of live go to version 8"));
    let (_, bare) = carried(&demo, "cat-data-v23-aggregate", "deploy", Some("s3://cat-data-code/aggregate.zip")).await;
    assert!(bare.how == How::Done && bare.message.contains("no alias was shifted"), "{}", bare.message);
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_on_both_instances_and_beside_a_deployment() {
    use crate::change::How;
    use crate::kinds::{KindContext, ResourceIndex};
    use crate::operations::ActionContext;
    use crate::operations::RunCommand;
    use crate::overview::assemble;

    let demo = Demo::new(7, 60.0, Timestamp::UNIX_EPOCH).prompt();
    let world = world(&demo).await;
    let zone = jiff::tz::TimeZone::UTC;
    let picture = assemble(&world, &crate::demo::configured_environments(), demo.now(), &zone);
    let environment = picture.environment(&"kajimaru".into()).expect("kajimaru");
    let scope = environment.scopes.first().expect("a scope");
    let nodes: Vec<_> = world.everywhere::<Node>().map(|(_, node)| (node.id.clone(), node.id.clone())).collect();
    assert!(nodes.len() > 1, "{nodes:?}");
    let resource_index = ResourceIndex::of(&world);
    let cx = KindContext {
        world: &world,
        resource_index: &resource_index,
        scope,
        protected: false,
        now: demo.now(),
        zone: &zone,
    };
    let context = ActionContext { cx, environment };
    for (line, how, message) in [("df -h", How::Done, "it succeeded on"), ("false", How::Incomplete, "exit code 1")] {
        let run = RunCommand::new(&context, nodes.clone(), line).expect("nodes");
        let (_, ending) = driven(&demo, world.clone(), Proposal::Procedure(Box::new(run))).await;
        assert!(ending.how == how && ending.message.contains(message), "{line}: {}", ending.message);
    }
    let (_, deployed) = carried(&demo, "kajimaru-TG", "deploy", Some("main")).await;
    assert_eq!(deployed.how, How::Done, "{}", deployed.message);
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
        let change = approved(&demo, ChangeRequest { verb, on, arguments: alarms });
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
