//! The API backend from a CDK plan: generated names, so that only stack tags tell the stage; Aurora
//! with writer and reader; a sidecar. Its development stage is always deploying; an alarm of it flaps.

use std::collections::BTreeMap;

use super::guard;
use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Aurora, Balancer, Crate, Database, Deploy, Group, Kept, Tag, Watch, acted, alarm, aurora, balancer,
    balancer_metric, cluster, forward, group, group_metric, machine_of_steps, redirect, scaling, service, stack, tags,
    vpc,
};
use crate::demo::episodes::pipeline;
use crate::demo::rollout::Script;
use crate::demo::scenario_context::ScenarioContext;
use crate::demo::scheduler::OPEN;
use crate::kinds::ecs_service::Service;
use crate::kinds::metric_filter::MetricFilter;
use crate::schedule::Remembered;
use crate::schedule::stored::tags::WAKES_TO;

/// What differs between the stages.
struct Stage {
    name: &'static str,
    class: &'static str,
    days: u32,
    kept: bool,
    nets: [&'static str; 2],
    story: fn(i64) -> Script,
}

/// The development stage.
pub(super) fn dev(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let nets = ["10.30.11", "10.30.12"];
    let stage = Stage { name: "dev", class: "db.t4g.medium", days: 7, kept: false, nets, story: pipeline::script };
    lay(simulated, scenario, &stage);
}

/// Production.
pub(super) fn prod(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let nets = ["10.31.11", "10.31.12"];
    let story = |_| Script::steady(187, 2);
    lay(simulated, scenario, &Stage { name: "prod", class: "db.r6g.large", days: 30, kept: true, nets, story });
}

/// A name as CDK and CloudFormation make it: stack, logical id with a hash, and a random end.
fn generated(scenario: &ScenarioContext<'_>, stack: &str, logical: &str) -> String {
    let label = format!("{}/{stack}/{logical}", scenario.account);
    let end: String = std::iter::repeat_with({
        let mut dice = scenario.dice(&label);
        move || dice.alphanumeric()
    })
    .take(12)
    .collect();
    format!("{stack}-{logical}{}-{end}", scenario.hex(logical, 8).to_uppercase())
}

/// The tags CloudFormation puts on what it makes.
fn stack_tags(scenario: &ScenarioContext<'_>, stack: &str, logical: &str) -> BTreeMap<String, String> {
    let id = scenario.arn("cloudformation", &format!("stack/{stack}/{}", scenario.uuid(stack)));
    tags(&[
        ("aws:cloudformation:stack-name", stack),
        ("aws:cloudformation:stack-id", id.as_str()),
        ("aws:cloudformation:logical-id", &format!("{logical}{}", scenario.hex(logical, 8).to_uppercase())),
    ])
}

/// Who of the development stage sleeps by schedule.
pub(crate) struct Scaled {
    /// Its Aurora cluster.
    pub database: String,
    /// Its ECS cluster.
    pub cluster: String,
    /// Its service.
    pub service: String,
}

/// The names of who of the development stage sleeps by schedule.
pub(crate) fn scaled(scenario: &ScenarioContext<'_>) -> Scaled {
    let (data, compute) = ("DatabaseStack-dev", "ComputeStack-dev");
    Scaled {
        database: generated(scenario, data, "AuroraCluster").to_lowercase(),
        cluster: generated(scenario, compute, "BackendCluster"),
        service: generated(scenario, compute, "BackendService"),
    }
}

/// The tags of the service; in development with what its schedule wakes it to.
fn service_tags(scenario: &ScenarioContext<'_>, stage: &Stage, compute: &str) -> BTreeMap<String, String> {
    let mut tags = stack_tags(scenario, compute, "BackendService");
    if stage.name == "dev" {
        let wakes = Remembered { desired: Some(2), bounds: Some(OPEN) };
        tags.insert(WAKES_TO.to_owned(), wakes.to_string());
    }
    tags
}

fn lay(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, stage: &Stage) {
    let named = |layer: &str| format!("{layer}Stack-{}", stage.name);
    let (network, security, data, compute) = (named("Network"), named("Security"), named("Database"), named("Compute"));
    let network_tags = [("aws:cloudformation:stack-name", network.as_str())];
    let vpc = vpc(simulated, scenario, &format!("{network}/BackendVpc"), &network_tags);
    let cluster_name = generated(scenario, &compute, "BackendCluster");
    cluster(simulated, scenario, &cluster_name, &stack_tags(scenario, &compute, "BackendCluster"));

    // Names of load balancers end at 32 characters, so CloudFormation cuts the stack's.
    let short = |logical: &str| {
        let label = format!("{compute}/{logical}");
        format!("Comput-{logical}-{}", scenario.hex(&label, 12).to_uppercase())
    };
    let (alb, tg) = (short("Alb16"), short("AlbHt"));
    let listen =
        vec![(80, "HTTP", vec![(Vec::new(), redirect())]), (443, "HTTPS", vec![(Vec::new(), forward(scenario, &tg))])];
    let facts = Balancer { name: &alb, vpc: &vpc, guard: &guard(scenario, &format!("{security}/alb")) };
    let arn = balancer(simulated, scenario, &facts, &listen);
    simulated.tag(&arn, &stack_tags(scenario, &compute, "Alb"));
    let facts = Group { name: &tg, vpc: &vpc, of: "ip", port: 8000, path: "/health", balancer: &alb };
    let arn = group(simulated, scenario, &facts);
    simulated.tag(&arn, &stack_tags(scenario, &compute, "AlbHttpsTargetGroup"));
    for name in [&network, &security, &data, &compute] {
        stack(simulated, scenario, (name, "UPDATE_COMPLETE"), &BTreeMap::new());
    }
    if stage.name == "prod" {
        let report = generated(scenario, &compute, "ReportMachine");
        machine_of_steps(simulated, scenario, &report, &stack_tags(scenario, &compute, "ReportMachine"));
    }

    let app = Crate {
        name: "app",
        repository: "backend-api".to_owned(),
        tag: Tag::Commit,
        kept: Kept::Scanned,
        port: Some(8000),
        environment: &["APP_ENV", "LOG_LEVEL", "DB_HOST", "DB_NAME"],
        secrets: &["DB_USER", "DB_PASSWORD", "JWT_SIGNING_KEY"],
        log_group: None,
    };
    let router = Crate {
        name: "log-router",
        repository: "public.ecr.aws/aws-observability/aws-for-fluent-bit".to_owned(),
        tag: Tag::Fixed("2.32.2"),
        kept: Kept::Movable,
        port: None,
        environment: &[],
        secrets: &[],
        log_group: Some(format!("/ecs/backend-{}/firelens", stage.name)),
    };
    let facts = Deploy {
        name: generated(scenario, &compute, "BackendService"),
        cluster: cluster_name,
        family: format!(
            "{}BackendTaskDef{}",
            compute.replace('-', ""),
            scenario.hex("BackendTaskDef", 8).to_uppercase()
        ),
        crates: vec![app, router],
        group: tg.clone(),
        vpc,
        guard: guard(scenario, &format!("{security}/ecs")),
        nets: stage.nets,
        public: false,
        size: ("512", "1024"),
        percent: (100, 200),
        tags: service_tags(scenario, stage, &compute),
    };
    service(simulated, scenario, &facts, &acted(scenario, &facts, stage.story));

    let lower = |logical: &str| generated(scenario, &data, logical).to_lowercase();
    let (id, writer, reader) = (lower("AuroraCluster"), lower("AuroraClusterWriter"), lower("AuroraClusterReader"));
    let each = Database {
        id: "",
        engine: "aurora-postgresql",
        version: "15.10",
        class: stage.class,
        multi_az: false,
        zone: 0,
        cluster: None,
        vpc: &facts.vpc,
        subnets: &lower("AuroraClusterSubnets"),
        guard: &guard(scenario, &format!("{security}/aurora")),
        storage: 64,
        backup_days: stage.days,
        kept: stage.kept,
        tags: stack_tags(scenario, &data, "AuroraCluster"),
        story: vec![(-60 * 86_400, "available")],
    };
    aurora(simulated, scenario, Aurora { id: &id, members: [&writer, &reader], each });
    alarms(simulated, scenario, stage, &Watched { service: &facts, alb: &alb, tg: &tg, aurora: &id, reader: &reader });
}

/// What its alarms watch.
struct Watched<'a> {
    service: &'a Deploy,
    alb: &'a str,
    tg: &'a str,
    aurora: &'a str,
    reader: &'a str,
}

fn alarms(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, stage: &Stage, watched: &Watched<'_>) {
    let stack = format!("MonitoringStack-{}", stage.name);
    let (alb, tg) = (balancer_metric(scenario, watched.alb), group_metric(scenario, watched.tg));
    let ecs = [("ClusterName", watched.service.cluster.as_str()), ("ServiceName", watched.service.name.as_str())];
    let alb = [("LoadBalancer", alb.as_str())];
    let hosts = [("TargetGroup", tg.as_str()), ("LoadBalancer", alb[0].1)];
    let writer = [("DBClusterIdentifier", watched.aurora), ("Role", "WRITER")];
    let reader = [("DBInstanceIdentifier", watched.reader)];
    let space = format!("Backend/{}", stage.name);
    let metric = |name| (space.as_str(), name);
    let (warning, critical) = (format!("warning-alerts-{}", stage.name), format!("critical-alerts-{}", stage.name));
    let slow = Watch::fine("ResponseTime", ("AWS/ApplicationELB", "TargetResponseTime"), &alb, 2.0, 0.9);
    let service = scenario.arn("ecs", &format!("service/{}/{}", watched.service.cluster, watched.service.name));
    // Nobody answers slowly while nobody is there to answer.
    let up = simulated.get::<Service>(service.as_str()).is_none_or(|service| service.desired > 0);
    let slow = if stage.name == "dev" && up { slow.course(pipeline::flapping(scenario.now)) } else { slow };
    // AWS has no such metric: the alarm has never had data and never will.
    let disk = Watch::fine("AuroraDiskUsage", ("AWS/RDS", "DiskUsage"), &writer, 85.0, 0.0).course(vec![(
        -120 * 86_400,
        "INSUFFICIENT_DATA",
        0.0,
    )]);
    let all = [
        (Watch::fine("EcsErrorLogs", metric("ErrorLogCount"), &[], 10.0, 0.0).sum(), &critical),
        (Watch::fine("EcsCpu", ("AWS/ECS", "CPUUtilization"), &ecs, 80.0, 33.0), &warning),
        (Watch::fine("EcsMemory", ("AWS/ECS", "MemoryUtilization"), &ecs, 80.0, 47.0), &warning),
        (Watch::fine("AuroraCpu", ("AWS/RDS", "CPUUtilization"), &writer, 80.0, 16.0), &warning),
        (disk, &warning),
        (Watch::fine("AuroraReplicaLag", ("AWS/RDS", "AuroraReplicaLag"), &reader, 1000.0, 18.0), &warning),
        (Watch::fine("UnhealthyHosts", ("AWS/ApplicationELB", "UnHealthyHostCount"), &hosts, 0.0, 0.0), &critical),
        (slow, &warning),
    ];
    for (watch, topic) in all {
        let name = generated(scenario, &stack, watch.name);
        let watch = Watch { name: &name, ..watch }.tells(topic);
        alarm(simulated, scenario, &watch);
        simulated.tag(&scenario.arn("cloudwatch", &format!("alarm:{name}")), &stack_tags(scenario, &stack, watch.name));
    }
    scaling(simulated, scenario, &format!("service/{}/{}", watched.service.cluster, watched.service.name), &ecs);
    let group = format!("/ecs/backend-{}/errors", stage.name);
    simulated.put(
        "",
        MetricFilter {
            key: format!("{group}:errors"),
            name: "errors".to_owned(),
            log_group: group,
            pattern: Some("{ $.level = \"ERROR\" || $.level = \"CRITICAL\" }".to_owned()),
            metrics: vec![(space.clone(), "ErrorLogCount".to_owned())],
        },
    );
}
