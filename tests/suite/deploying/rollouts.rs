//! The engine without a face over the peer, in a time of its own: whoever waits is there at once, and hours pass
//! between two looks. For what takes long at AWS: rollouts that stand still, shares that are watched.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toban::change::gate::{Admitted, Confirmation, Gate, GateContext};
use toban::change::{Ending, How, Report};
use toban::cloud::Cloud;
use toban::engine::execute::JournalWriter;
use toban::engine::run_procedure::{ProcedureRun, run_procedure};
use toban::environment::{Check, Recipe};
use toban::environment::{ConfiguredEnvironments, EnvironmentConfig};
use toban::kinds::ec2_instance::Instance;
use toban::kinds::lambda_function::Function;
use toban::kinds::lambda_version::FunctionVersions;
use toban::kinds::{KindContext, ResourceIndex};
use toban::operations::ActionContext;
use toban::overview::assemble;
use toban::world::{Coverage, Resource, World};

use crate::engine::{Hurried, here, live, of, read, read_all};
use crate::support::peer::Peer;

/// Takes up an offer of what is called `name`, as both faces do, and sees it to its end; `tell` hears every report.
async fn told(
    cloud: &Hurried,
    world: World,
    configured_environments: &ConfiguredEnvironments,
    name: &str,
    (verb, value): (&str, Option<&str>),
    tell: &mut (dyn FnMut(Report) + Send),
) -> Ending {
    let (mut world, zone) = (world, TimeZone::UTC);
    let picture = assemble(&world, configured_environments, cloud.now(), &zone);
    let member = picture.environments.iter().flat_map(|one| &one.members).find(|member| member.name == name);
    let id = member.expect("it is placed").id.clone();
    let environment = picture.home(&id).expect("an environment");
    if id.kind == Function::KIND {
        let coverage = Coverage::Parts([id.key.clone()].into());
        let got = cloud.read(of(FunctionVersions::KIND), &id.scope, &coverage, &world).await;
        world.put(&id.scope, FunctionVersions::KIND, &coverage, got, cloud.now());
    }
    let proposal = {
        let resource_index = ResourceIndex::of(&world);
        let cx = KindContext {
            world: &world,
            resource_index: &resource_index,
            scope: &id.scope,
            protected: false,
            now: cloud.now(),
            zone: &zone,
        };
        let context = ActionContext { cx, environment };
        let actions = toban::operations::actions_of(id.kind).expect("something can be done with it");
        actions.propose(&id, verb, value, &context).expect("a plan")
    };
    let at = GateContext::seen_at(cloud.now());
    let allowed = Gate::default().allow(proposal, &Confirmation::Yes, None, &at).expect("nothing hinders it");
    let Admitted::Procedure(license, procedure) = allowed else { unreachable!("it has several steps") };
    let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
    run_procedure(cloud, procedure_run, world, (&JournalWriter::default(), false), tell).await
}

/// A configuration that says how kajimaru's instances are deployed.
fn configured_environments() -> ConfiguredEnvironments {
    let recipe = Recipe {
        directory: "/home/ssm-user/kajimaru".to_owned(),
        user: "ssm-user".to_owned(),
        file: Some("docker-compose.prod.yml".to_owned()),
        health: Check::Path { path: "/health".to_owned(), host: None },
        reference: "main".to_owned(),
        migrate: None,
    };
    ConfiguredEnvironments {
        environments: vec![EnvironmentConfig { deploy: Some(recipe), ..EnvironmentConfig::new("kajimaru") }],
        ..ConfiguredEnvironments::default()
    }
}

/// The same where nobody listens.
async fn carried(
    cloud: &Hurried,
    world: World,
    configured_environments: &ConfiguredEnvironments,
    name: &str,
    action: (&str, Option<&str>),
) -> Ending {
    told(cloud, world, configured_environments, name, action, &mut |_| {}).await
}

#[tokio::test]
async fn instances_are_deployed_with_compose_through_drain_command_and_registration() {
    let peer = Peer::with(&["kajimaru"]);
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried::over(live);
    let configured_environments = configured_environments();
    let ending = carried(&cloud, world.clone(), &configured_environments, "kajimaru-TG", ("deploy", None)).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let calls = |operation: &str| cloud.stats().get(operation).map_or(0, |tally| tally.calls);
    assert_eq!(calls("elasticloadbalancing:DeregisterTargets"), 2);
    assert_eq!(calls("elasticloadbalancing:RegisterTargets"), 2);
    assert_eq!(calls("ssm:SendCommand"), 5, "one survey, and two commands on each");
    let again = carried(&cloud, world.clone(), &configured_environments, "kajimaru-TG", ("deploy", None)).await;
    assert!(again.how == How::Done && again.message.contains("already"), "{}", again.message);
    let back = carried(&cloud, world.clone(), &configured_environments, "kajimaru-TG", ("rollback", None)).await;
    assert_eq!(back.how, How::Done, "{}", back.message);

    // The second instance's command fails: it goes back.
    let failed = json!({"Status": "Failed", "StatusDetails": "Failed", "ResponseCode": 1, "StandardErrorContent": "no space left on device"});
    peer.script(&json!({"service": "ssm", "operation": "GetCommandInvocation", "after": 6 + 3 + 3 + 1, "times": 1, "patch": failed}));
    let ending = carried(&cloud, world, &configured_environments, "kajimaru-TG", ("deploy", None)).await;
    assert_eq!(ending.how, How::Incomplete, "{}", ending.message);
    assert!(ending.message.contains("no space left") && ending.message.contains("and serves"), "{}", ending.message);
}

/// What ELB says of a target on its way out of a group or into it, `looks` times.
fn passing(id: &str, state: &str, reason: &str, looks: u32) -> Value {
    let health = json!({ "State": state, "Reason": reason, "Description": "it is on its way" });
    let patch = match state {
        "draining" => json!({ "[+]": { "Target": { "Id": id, "Port": 80 }, "TargetHealth": health } }),
        _ => json!({ format!("[Target.Id={id}]"): { "TargetHealth": health } }),
    };
    json!({ "service": "elasticloadbalancing", "operation": "DescribeTargetHealth", "times": looks,
        "patch": { "TargetHealthDescriptions": patch } })
}

#[tokio::test]
async fn connections_are_waited_for_to_end_and_targets_to_become_healthy() {
    let peer = Peer::with(&["kajimaru"]);
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let of_name = |name: &str| {
        let instance = world.all::<Instance>(&here()).find(|one| one.name.as_deref() == Some(name));
        instance.expect("the instance").id.clone()
    };
    let ids = ["kajimaru-ec2-01", "kajimaru-ec2-02"].map(|name| (name, of_name(name)));
    let cloud = Hurried::over(live);
    let mut lines: Vec<String> = Vec::new();
    let mut hear = |report: Report| {
        if lines.last() == Some(&report.message) {
            return;
        }
        for (name, id) in &ids {
            // The group still has it healthy when it is told, so what is scripted is of after that.
            if report.message == format!("takes {name} out of the group") {
                peer.script(&passing(id, "draining", "Target.DeregistrationInProgress", 6));
            }
            if report.message == format!("takes {name} back into the group") {
                peer.script(&passing(id, "initial", "Elb.InitialHealthChecking", 4));
            }
        }
        lines.push(report.message);
    };
    let configured_environments = configured_environments();
    let ending =
        told(&cloud, world.clone(), &configured_environments, "kajimaru-TG", ("deploy", None), &mut hear).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    for (name, _) in &ids {
        for line in
            [format!("{name} drains: its connections end"), format!("waits until {name} is healthy in the group")]
        {
            assert!(lines.contains(&line), "{line:?} is not in {lines:#?}");
        }
    }
}

#[tokio::test]
async fn a_function_is_updated_published_and_its_alias_shifted() {
    let peer = Peer::with(&["cat-data-v23"]);
    let live = live(&peer);
    let mut world = read_all(&live, &here()).await;
    let functions: Vec<&Function> = world.all(&here()).collect();
    assert_eq!(functions.len(), 3);
    assert!(functions.iter().all(|function| function.state.as_deref() == Some("Active")), "{functions:?}");
    let cloud = Hurried::over(live);
    let configured_environments = ConfiguredEnvironments::default();
    let code = Some("s3://cat-data-v23/api.zip");
    let bare = carried(&cloud, world.clone(), &configured_environments, "cat-data-v23-import", ("deploy", code)).await;
    assert!(bare.how == How::Done && bare.message.contains("no alias was shifted"), "{}", bare.message);

    // Somebody changed it after the plan was made.
    let error = json!({"code": "PreconditionFailedException", "message": "The Revision Id provided does not match", "status": 412});
    let ids = peer.script(&json!({"service": "lambda", "operation": "UpdateFunctionCode", "error": error}));
    let late = carried(&cloud, world.clone(), &configured_environments, "cat-data-v23-api", ("deploy", code)).await;
    assert!(late.how == How::Failed && late.message.contains("somebody changed"), "{}", late.message);
    peer.unscript(&ids);

    let shifted = carried(&cloud, world.clone(), &configured_environments, "cat-data-v23-api", ("deploy", code)).await;
    assert_eq!(shifted.how, How::Done, "{}", shifted.message);
    assert!(shifted.message.starts_with("all calls of live go to version"), "{}", shifted.message);
    read(&cloud.live, of(Function::KIND), &here(), &mut world).await;
    let back = carried(&cloud, world, &configured_environments, "cat-data-v23-api", ("rollback", Some("live=1"))).await;
    assert_eq!((back.how, back.message.as_str()), (How::Done, "all calls of live go to version 1"));
}

/// Shares of one minute of calls, as GetMetricData tells them: of every version 100, of which so many failed.
fn load(version: &str, errors: f64) -> Value {
    let minute = Timestamp::now().as_second() / 60 * 60 - 60;
    let values =
        |id: &str, value: f64| json!({ "Id": id, "Timestamps": [minute], "Values": [value], "StatusCode": "Complete" });
    json!({ "service": "cloudwatch", "operation": "GetMetricData", "match": { "MetricDataQueries": format!("\"Value\": \"{version}\"") },
        "answer": { "MetricDataResults": [values("m0", 100.0), values("m1", errors), values("m2", 40.0)] } })
}

#[tokio::test]
async fn a_share_of_calls_is_watched_by_its_errors_before_all_go_over() {
    let peer = Peer::with(&["cat-data-v23"]);
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried::late(live);
    let code = Some("s3://cat-data-v23/api.zip alias=live weight=10 minutes=5");
    let ids = peer.script(&json!([load("1", 0.0), load("2", 9.0)]));
    let began = cloud.now();
    let ending =
        carried(&cloud, world.clone(), &ConfiguredEnvironments::default(), "cat-data-v23-api", ("deploy", code)).await;
    assert_eq!(ending.how, How::Incomplete, "{}", ending.message);
    assert!(
        ending.message.contains("version 2 failed 9 of 100 calls; all calls of live go to version 1 again"),
        "{}",
        ending.message
    );
    peer.unscript(&ids);

    // The peer publishes the same code as another version.
    peer.script(&json!([load("1", 0.0), load("3", 0.0)]));
    let ending = carried(&cloud, world, &ConfiguredEnvironments::default(), "cat-data-v23-api", ("deploy", code)).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert!(
        ending.message.starts_with("all calls of live go to version 3; version 3 failed 0 of 100 calls"),
        "{}",
        ending.message
    );
    assert!(cloud.now().duration_since(began) > SignedDuration::from_mins(5), "it was watched");
    let shifts: Vec<Value> = peer
        .calls()
        .into_iter()
        .filter(|call| call["operation"] == "UpdateAlias")
        .map(|call| call["params"]["FunctionVersion"].clone())
        .collect();
    assert_eq!(shifts, ["1", "1", "1", "3"], "a share and back, a share and all");
}

/// Forces a deployment of the development service of ProofLink, with `deployments` laid over its; `tell` hears every
/// line, and may change what AWS says.
async fn forced(peer: &Peer, tell: &mut (dyn FnMut(&str) + Send)) -> (Ending, SignedDuration) {
    let live = live(peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried::by_minutes(live);
    let began = cloud.now();
    let mut last = String::new();
    let mut hear = |report: Report| {
        if report.message != last {
            tell(&report.message);
            last = report.message;
        }
    };
    let ending =
        told(&cloud, world, &ConfiguredEnvironments::default(), "prooflink-dev-service", ("force", None), &mut hear)
            .await;
    (ending, cloud.now().duration_since(began))
}

fn moving() -> Value {
    let deployment =
        json!({ "rolloutState": "IN_PROGRESS", "rolloutStateReason": null, "runningCount": 0, "pendingCount": 1 });
    json!({ "service": "ecs", "operation": "DescribeServices", "patch": { "services": { "[*]": { "deployments": { "[0]": deployment } } } } })
}

fn prooflink() -> Peer {
    Peer::with(&["prooflink"])
}

#[tokio::test]
async fn a_rollout_that_stands_still_is_called_stalled_and_is_watched_on_to_its_end() {
    let peer = prooflink();
    let ids = peer.script(&moving());
    let mut stalled = None;
    let (ending, took) = forced(&peer, &mut |message| {
        if stalled.is_none() && message.contains("stalled: no change for 1") {
            stalled = Some(message.to_owned());
            peer.unscript(&ids);
        }
    })
    .await;
    let message = stalled.expect("it was called stalled");
    assert!(message.contains("stalled: no change for 10 min (0 of 1 new task running)"), "{message}");
    assert!(ending.how == How::Done && took >= SignedDuration::from_mins(10), "{} after {took}", ending.message);
}

#[tokio::test]
async fn a_rollout_that_never_ends_is_never_a_success() {
    let peer = prooflink();
    peer.script(&moving());
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried::by_minutes(live);
    let began = cloud.now();
    let (configured_environments, mut last, long) =
        (ConfiguredEnvironments::default(), String::new(), tokio::sync::Notify::new());
    let mut hear = |report: Report| {
        last = report.message;
        if cloud.now().duration_since(began) >= SignedDuration::from_mins(20) {
            long.notify_one();
        }
    };
    let action = ("force", None);
    let rollout = told(&cloud, world, &configured_environments, "prooflink-dev-service", action, &mut hear);
    tokio::select! {
        ending = rollout => panic!("it ended: {}", ending.message),
        () = long.notified() => {}
    }
    assert!(last.contains("stalled: no change for"), "{last}");
}

#[tokio::test]
async fn throttling_in_the_middle_is_said_and_waited_out() {
    let peer = prooflink();
    let slow = json!({ "code": "ThrottlingException", "message": "Rate exceeded", "status": 400 });
    let telling = json!({ "service": "ecs", "operation": "UpdateService", "error": slow, "times": 4 });
    let looking = json!({ "service": "ecs", "operation": "DescribeServices", "error": slow, "times": 4, "after": 2 });
    let mut lines = Vec::new();
    let live = live(&peer);
    let world = read_all(&live, &here()).await;
    let cloud = Hurried::over(live);
    peer.script(&json!([telling, looking]));
    let mut hear = |report: Report| lines.push(report.message);
    let configured_environments = ConfiguredEnvironments::default();
    let ending =
        told(&cloud, world, &configured_environments, "prooflink-dev-service", ("force", None), &mut hear).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let said = |words: &str| lines.iter().any(|line| line.contains(words));
    assert!(said("AWS does not take it at the moment, toban tries again"), "{lines:?}");
    assert!(said("it cannot be seen at the moment, toban goes on looking"), "{lines:?}");
}

#[tokio::test]
async fn credentials_that_run_out_in_the_middle_are_said_and_the_watch_goes_on_after_the_login() {
    let peer = prooflink();
    let ended = json!({ "code": "ExpiredTokenException", "message": "The security token included in the request is expired", "status": 400 });
    let mut ids = Vec::new();
    let (mut said, mut looks) = (None, 0);
    let (ending, _) = forced(&peer, &mut |message| {
        if ids.is_empty() && said.is_none() && message.contains("telling ECS") {
            ids =
                peer.script(&json!({ "service": "ecs", "operation": "DescribeServices", "error": ended, "after": 1 }));
        }
        if message.contains("it cannot be seen at the moment") {
            looks += 1;
            said = Some(message.to_owned());
            // The login.
            peer.unscript(&ids);
        }
    })
    .await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let said = said.expect("it was said");
    assert!(looks == 1 && said.contains("log in") || said.contains("expired"), "{said}");
}
