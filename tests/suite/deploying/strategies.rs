//! Every strategy of ECS played by the peer over time, from the call that begins it to its end: blue/green, canary and
//! linear, well, with alarms, pauses that are answered or run out, weights that disagree, and records that cannot be read.
//! The engine lives in a time of its own, so that nobody waits.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rstest::rstest;
use serde_json::{Value, json};
use toban::change::gate::{Admitted, Confirmation, Gate, GateContext};
use toban::change::{Ending, How};
use toban::cloud::Cloud;
use toban::engine::execute::JournalWriter;
use toban::engine::run_procedure::{ProcedureRun, run_procedure};
use toban::environment::ConfiguredEnvironments;
use toban::kinds::{KindContext, ResourceIndex};
use toban::operations::ActionContext;
use toban::overview::assemble;
use toban::world::World;

use crate::engine::{Hurried, here, live, read_all};
use crate::support::peer::{ACCOUNT, Peer, REGION};

pub(super) const SERVICE: &str = "prooflink-dev-service";
const CLUSTER: &str = "prooflink-dev-cluster";

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

fn deployment() -> String {
    arn("ecs", &format!("service-deployment/{CLUSTER}/{SERVICE}/AbCdEf"))
}

fn revision(number: u32) -> String {
    arn("ecs", &format!("service-revision/{CLUSTER}/{SERVICE}/{number}"))
}

fn group(name: &str) -> String {
    arn("elasticloadbalancing", &format!("targetgroup/{name}/0123456789abcdef"))
}

fn rule() -> String {
    arn("elasticloadbalancing", "listener-rule/app/prooflink-dev/0123456789abcdef/0123456789abcdef/0123456789abcdef")
}

/// One stage of a deployment as ECS's record has it, for so many looks.
#[derive(Clone)]
pub(super) struct Stage {
    status: &'static str,
    stage: &'static str,
    on_new: f64,
    more: Value,
    looks: u32,
    /// AWS's model does not list its name.
    is_strange: bool,
}

pub(super) fn stage(status: &'static str, stage: &'static str, on_new: f64) -> Stage {
    Stage { status, stage, on_new, more: json!({}), looks: 3, is_strange: false }
}

pub(super) fn on(name: &'static str, on_new: f64) -> Stage {
    stage("IN_PROGRESS", name, on_new)
}

impl Stage {
    /// The share of the traffic on new, in percent.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percent")]
    pub(super) fn on_new(&self) -> u32 {
        self.on_new as u32
    }

    pub(super) fn with(self, more: Value) -> Self {
        Self { more, ..self }
    }

    pub(super) fn strange(self) -> Self {
        Self { is_strange: true, ..self }
    }

    pub(super) fn pause(self, status: &str) -> Self {
        let hook = json!({ "hookId": "hook-1", "targetType": "PAUSE", "status": status, "expiresAt": "+45m", "timeoutAction": "ROLLBACK" });
        self.with(json!({ "lifecycleHookDetails": [hook] }))
    }

    /// What DescribeServiceDeployments says. Of each look two calls come: beside the service, and for its own sake.
    pub(super) fn script(&self, strategy: &Value, last: bool) -> Value {
        let share = |revision: String, weight: f64| {
            json!({ "arn": revision, "requestedTaskCount": 1, "runningTaskCount": 1, "pendingTaskCount": 0,
                "requestedProductionTrafficWeight": weight })
        };
        let mut record = json!({
            "serviceDeploymentArn": deployment(), "serviceArn": arn("ecs", &format!("service/{CLUSTER}/{SERVICE}")),
            "clusterArn": arn("ecs", &format!("cluster/{CLUSTER}")), "createdAt": "now", "updatedAt": "now",
            "status": self.status, "lifecycleStage": self.stage, "deploymentConfiguration": strategy,
            "sourceServiceRevisions": [share(revision(1), 100.0 - self.on_new)],
            "targetServiceRevision": share(revision(2), self.on_new),
        });
        for (name, value) in self.more.as_object().into_iter().flatten() {
            record[name] = value.clone();
        }
        let mut script = json!({ "service": "ecs", "operation": "DescribeServiceDeployments",
            "answer": { "serviceDeployments": [record] } });
        if self.is_strange {
            script["strange"] = json!([self.stage]);
        }
        if !last {
            script["times"] = json!(self.looks * 2);
        }
        script
    }
}

pub(super) fn strategy(name: &str) -> Value {
    let step = |percent: f64, share: &str, bake: &str| json!({ share: percent, bake: 5 });
    let mut all =
        json!({ "strategy": name, "bakeTimeInMinutes": 10, "maximumPercent": 200, "minimumHealthyPercent": 100 });
    match name {
        "CANARY" => all["canaryConfiguration"] = step(10.0, "canaryPercent", "canaryBakeTimeInMinutes"),
        "LINEAR" => all["linearConfiguration"] = step(50.0, "stepPercent", "stepBakeTimeInMinutes"),
        _ => {}
    }
    all
}

/// What DescribeServices says of the service: its strategy and pair of groups, and the deployment once there is one.
pub(super) fn described(strategy: &Value, begun: bool) -> Value {
    let pair = json!({ "alternateTargetGroupArn": group("green"), "productionListenerRule": rule(), "roleArn": arn("iam", "role/ecs") });
    let balancer = json!({ "targetGroupArn": group("blue"), "containerName": "prooflink-app", "containerPort": 3000,
        "advancedConfiguration": pair });
    let service = json!({ "deploymentConfiguration": strategy, "loadBalancers": [balancer],
        "currentServiceDeployment": begun.then(deployment), "deployments": { "[*]": { "rolloutState": null } } });
    json!({ "service": "ecs", "operation": "DescribeServices",
        "patch": { "services": { format!("[serviceName={SERVICE}]"): service } } })
}

/// What the listener's rule says: so much in percent to the new revision's group.
pub(super) fn listens(on_new: u32) -> Value {
    let to = |name: &str, weight: u32| json!({ "TargetGroupArn": group(name), "Weight": weight });
    let forward = json!({ "Type": "forward", "ForwardConfig": { "TargetGroups": [to("blue", 100 - on_new), to("green", on_new)] } });
    json!({ "service": "elasticloadbalancing", "operation": "DescribeRules", "match": { "RuleArns": rule() },
        "answer": { "Rules": [{ "RuleArn": rule(), "Priority": "10", "Actions": [forward] }] } })
}

pub(super) fn around() -> Value {
    let of = |number: u32, name: &str| {
        json!({ "serviceRevisionArn": revision(number), "taskDefinition": arn("ecs", &format!("task-definition/prooflink-dev-task:{number}")),
            "resolvedConfiguration": { "loadBalancers": [{ "targetGroupArn": group(name), "productionListenerRule": rule() }] } })
    };
    json!([
        { "service": "ecs", "operation": "ListServiceDeployments",
          "answer": { "serviceDeployments": [{ "serviceDeploymentArn": deployment() }] } },
        { "service": "ecs", "operation": "DescribeServiceRevisions", "answer": { "serviceRevisions": [of(2, "green")] } },
        { "service": "ecs", "operation": "UpdateService", "patch": { "service": { "currentServiceDeployment": deployment() } } },
    ])
}

/// A peer whose service is deployed by that strategy, and what was read of it before.
async fn before(strategy: &Value) -> (Peer, World) {
    let peer = Peer::with(&["prooflink"]);
    let ids = peer.script(&described(strategy, false));
    let world = read_all(&live(&peer), &here()).await;
    peer.unscript(&ids);
    (peer, world)
}

/// Takes up an action of the service and sees it to its end, twenty minutes at most; what was told on the way.
async fn carried(peer: &Peer, world: World, action: (&str, Option<&str>)) -> (Ending, Vec<String>) {
    let (cloud, zone) = (Hurried::over(live(peer)), TimeZone::UTC);
    let picture = assemble(&world, &ConfiguredEnvironments::default(), cloud.now(), &zone);
    let member = picture.environments.iter().flat_map(|one| &one.members).find(|member| member.name == SERVICE);
    let id = member.expect("it is placed").id.clone();
    let environment = picture.home(&id).expect("an environment");
    let proposal = {
        let resource_index = ResourceIndex::of(&world);
        let (scope, now) = (&id.scope, cloud.now());
        let cx =
            KindContext { world: &world, resource_index: &resource_index, scope, protected: false, now, zone: &zone };
        let actions = toban::operations::actions_of(id.kind).expect("something can be done with it");
        actions.propose(&id, action.0, action.1, &ActionContext { cx, environment }).expect("a plan")
    };
    let at = GateContext::seen_at(cloud.now());
    let allowed = Gate::default().allow(proposal, &Confirmation::Yes, None, &at).expect("nothing hinders it");
    let Admitted::Procedure(license, procedure) = allowed else { unreachable!("it has several steps") };
    let run = ProcedureRun { id: 1, license, procedure, limit: Some(SignedDuration::from_mins(20)) };
    let mut told: Vec<String> = Vec::new();
    let mut hear = |report: toban::change::Report| told.push(report.message);
    let ending = run_procedure(&cloud, run, world, (&JournalWriter::default(), false), &mut hear).await;
    (ending, told)
}

/// Plays `stages` to a deployment that is begun by force.
async fn played(name: &str, stages: &[Stage], listener: u32) -> (Peer, Ending, Vec<String>) {
    let strategy = strategy(name);
    let (peer, world) = before(&strategy).await;
    peer.script(&described(&strategy, true));
    peer.script(&around());
    peer.script(&listens(listener));
    for (at, one) in stages.iter().enumerate() {
        peer.script(&one.script(&strategy, at + 1 == stages.len()));
    }
    let (ending, told) = carried(&peer, world, ("force", None)).await;
    (peer, ending, told)
}

pub(super) const DONE: fn() -> Stage = || stage("SUCCESSFUL", "CLEAN_UP", 100.0);

#[rstest]
#[case::blue_green("BLUE_GREEN", vec![on("SCALE_UP", 0.0), on("TEST_TRAFFIC_SHIFT", 0.0), on("PRODUCTION_TRAFFIC_SHIFT", 100.0), on("BAKE_TIME", 100.0), on("CLEAN_UP", 100.0), DONE()], How::Done, "runs prooflink-dev-task:2")]
#[case::canary("CANARY", vec![on("SCALE_UP", 0.0), on("PRODUCTION_TRAFFIC_SHIFT", 10.0), on("PRODUCTION_TRAFFIC_SHIFT", 100.0), on("BAKE_TIME", 100.0), DONE()], How::Done, "runs prooflink-dev-task:2")]
#[case::linear("LINEAR", vec![on("PRODUCTION_TRAFFIC_SHIFT", 50.0), on("PRODUCTION_TRAFFIC_SHIFT", 100.0), on("BAKE_TIME", 100.0), DONE()], How::Done, "runs prooflink-dev-task:2")]
#[case::answered("BLUE_GREEN", vec![on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"), on("PRODUCTION_TRAFFIC_SHIFT", 100.0).pause("SUCCEEDED"), DONE()], How::Done, "runs prooflink-dev-task:2")]
#[case::unknown_stage("BLUE_GREEN", vec![on("WARM_UP_CACHES", 0.0).strange(), DONE()], How::Done, "runs prooflink-dev-task:2")]
#[case::rejected("BLUE_GREEN", vec![on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"), stage("ROLLBACK_IN_PROGRESS", "POST_SCALE_UP", 0.0).pause("FAILED"), stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("FAILED")], How::Incomplete, "was rolled back (the pause was answered with no)")]
#[case::expired("BLUE_GREEN", vec![on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"), stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("TIMED_OUT")], How::Incomplete, "was rolled back (nobody answered the pause in time)")]
#[case::alarm("CANARY", vec![on("PRODUCTION_TRAFFIC_SHIFT", 10.0), stage("ROLLBACK_IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT", 0.0).with(json!({ "alarms": { "status": "TRIGGERED", "alarmNames": ["5xx"], "triggeredAlarmNames": ["5xx"] } })), stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).with(json!({ "alarms": { "status": "TRIGGERED", "alarmNames": ["5xx"], "triggeredAlarmNames": ["5xx"] } }))], How::Incomplete, "was rolled back (the alarm 5xx went off)")]
#[case::breaker("BLUE_GREEN", vec![on("SCALE_UP", 0.0), stage("ROLLBACK_SUCCESSFUL", "SCALE_UP", 0.0).with(json!({ "deploymentCircuitBreaker": { "status": "TRIGGERED", "failureCount": 3, "threshold": 3 } }))], How::Incomplete, "the circuit breaker broke: 3 of 3 failed tasks")]
#[case::no_way_back("BLUE_GREEN", vec![on("SCALE_UP", 0.0), stage("ROLLBACK_FAILED", "CLEAN_UP", 0.0)], How::Incomplete, "ECS could not roll it back")]
#[case::stopped("LINEAR", vec![on("SCALE_UP", 0.0), stage("STOPPED", "SCALE_UP", 0.0)], How::Incomplete, "it was stopped (STOPPED)")]
#[case::never_over("BLUE_GREEN", vec![on("SCALE_UP", 0.0)], How::Incomplete, "not over after 20 min, still waiting: prooflink-dev-task:2")]
#[tokio::test]
async fn a_deployment_is_watched_to_the_end_that_ecs_tells(
    #[case] name: &str,
    #[case] stages: Vec<Stage>,
    #[case] how: How,
    #[case] message: &str,
) {
    let (peer, ending, told) = played(name, &stages, 100).await;
    assert_eq!(ending.how, how, "{}: {told:#?}", ending.message);
    assert!(ending.message.contains(message), "{message:?}: {}", ending.message);
    let sent = |operation: &str| peer.calls().iter().filter(|call| call["operation"] == operation).count();
    assert_eq!((sent("UpdateService"), sent("ContinueServiceDeployment")), (1, 0), "watching answers nothing");
    let patient = ["BAKE_TIME", "PRODUCTION_TRAFFIC_SHIFT", "POST_SCALE_UP"];
    if stages.iter().all(|one| patient.contains(&one.stage) || one.status != "IN_PROGRESS") {
        assert!(told.iter().all(|line| !line.contains("stalled")), "{told:#?}");
    }
}

#[tokio::test]
async fn what_ecs_counts_as_over_while_the_listener_sends_elsewhere_is_no_success() {
    let (_, ending, told) = played("BLUE_GREEN", &[on("BAKE_TIME", 100.0), DONE()], 0).await;
    assert_eq!(ending.how, How::Incomplete, "{}: {told:#?}", ending.message);
    let message = "is completed by ECS, and the listener sends 0 % of the traffic to it 15 min later";
    assert!(ending.message.contains(message), "{}", ending.message);
}

#[tokio::test]
async fn a_pause_is_told_with_what_follows_and_the_watch_goes_on_with_it() {
    let stages = [on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION"), on("BAKE_TIME", 100.0), DONE()];
    let (_, ending, told) = played("BLUE_GREEN", &stages, 100).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let waits = told.iter().any(|line| line.contains("waits for you for 4") && line.contains("then rolls back"));
    assert!(waits, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("bakes: 100 % on new")), "{told:#?}");
}

#[tokio::test]
async fn without_records_it_ends_by_what_the_service_tells_and_says_so() {
    let strategy = strategy("BLUE_GREEN");
    let (peer, world) = before(&strategy).await;
    peer.script(&described(&strategy, true));
    for operation in ["ListServiceDeployments", "DescribeServiceDeployments"] {
        let error = json!({ "code": "ServerException", "status": 500, "message": "no" });
        peer.script(&json!({ "service": "ecs", "operation": operation, "error": error }));
    }
    let (ending, told) = carried(&peer, world, ("force", None)).await;
    assert_eq!(ending.how, How::Done, "{}: {told:#?}", ending.message);
    let named = "ECS's record of it could not be read (ecs:ListServiceDeployments)";
    assert!(ending.message.contains(named), "{}", ending.message);
}

/// Answers the pause of a deployment that waits; what comes of it, and how often which action was sent.
async fn answered(verb: &str, after: &[Stage], how_heard: &Value) -> (Ending, Vec<Value>) {
    let strategy = strategy("BLUE_GREEN");
    let peer = Peer::with(&["prooflink"]);
    peer.script(&described(&strategy, true));
    peer.script(&around());
    peer.script(&listens(if verb == "continue" { 100 } else { 0 }));
    let waits = peer.script(&on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION").script(&strategy, true));
    let world = read_all(&live(&peer), &here()).await;
    peer.unscript(&waits);
    // The look before the answer, and one after it that has not heard of it yet.
    let mut stages = vec![Stage { looks: 1, ..on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION") }];
    stages.extend(after.iter().cloned());
    for (at, one) in stages.iter().enumerate() {
        peer.script(&one.script(&strategy, at + 1 == stages.len()));
    }
    let mut heard = json!({ "service": "ecs", "operation": "ContinueServiceDeployment" });
    for (name, value) in how_heard.as_object().into_iter().flatten() {
        heard[name] = value.clone();
    }
    peer.script(&heard);
    let (ending, _) = carried(&peer, world, (verb, None)).await;
    let calls = peer.calls().into_iter().filter(|call| call["operation"] == "ContinueServiceDeployment");
    (ending, calls.map(|call| call["params"].clone()).collect())
}

pub(super) fn heard() -> Value {
    json!({ "answer": { "serviceDeploymentArn": deployment() } })
}

#[tokio::test]
async fn exactly_one_continue_is_sent_and_the_deployment_is_watched_on() {
    let after = [on("PRODUCTION_TRAFFIC_SHIFT", 100.0).pause("SUCCEEDED"), DONE()];
    let lost = json!({ "error": { "code": "ServerException", "status": 500, "message": "lost" } });
    for how_heard in [heard(), lost] {
        let (ending, sent) = answered("continue", &after, &how_heard).await;
        let expected = json!({ "serviceDeploymentArn": deployment(), "hookId": "hook-1", "action": "CONTINUE" });
        assert_eq!((ending.how, sent), (How::Done, vec![expected]), "{}", ending.message);
    }
}

#[tokio::test]
async fn a_reject_goes_back_and_that_is_what_was_asked_for() {
    let back = [
        stage("ROLLBACK_IN_PROGRESS", "POST_SCALE_UP", 0.0).pause("FAILED"),
        stage("ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0.0).pause("FAILED"),
    ];
    let (ending, sent) = answered("reject", &back, &heard()).await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["action"], "ROLLBACK");
}

#[tokio::test]
async fn a_pause_that_ran_out_while_the_question_stood_is_not_answered() {
    let strategy = strategy("BLUE_GREEN");
    let peer = Peer::with(&["prooflink"]);
    peer.script(&described(&strategy, true));
    peer.script(&around());
    let waits = peer.script(&on("POST_SCALE_UP", 0.0).pause("AWAITING_ACTION").script(&strategy, true));
    let world = read_all(&live(&peer), &here()).await;
    peer.unscript(&waits);
    peer.script(&stage("ROLLBACK_IN_PROGRESS", "POST_SCALE_UP", 0.0).pause("TIMED_OUT").script(&strategy, true));
    let (ending, _) = carried(&peer, world, ("continue", None)).await;
    assert_eq!(ending.how, How::Failed, "{}", ending.message);
    assert!(ending.message.contains("nothing was changed") && ending.message.contains("ran out"), "{}", ending.message);
    assert!(peer.calls().iter().all(|call| call["operation"] != "ContinueServiceDeployment"));
}
