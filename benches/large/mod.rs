//! A large account to measure with: 300 services in 30 environments, 1,200 targets, 120 databases,
//! 1,500 alarms, named and tied together as real ones are. Made from our own types; measures nothing itself.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use toban::kinds::alarm::{Alarm, AlarmMetric};
use toban::kinds::catalog::KINDS;
use toban::kinds::db_instance::DbInstance;
use toban::kinds::ecs_cluster::{Cluster, Exec};
use toban::kinds::ecs_service::{Attachment, DeliveryFacts, Deployment, Event, Service};
use toban::kinds::ecs_task::{Container, Task};
use toban::kinds::load_balancer::LoadBalancer;
use toban::kinds::target_group::{Check, TargetGroup};
use toban::kinds::target_health::{Target, TargetHealth};
use toban::world::{AnyReading, Arn, Coverage, Identity, KindName, Part, Reading, Resource, Scope, World};

/// How many environments; services, targets, databases and alarms come in multiples of it.
pub(crate) const ENVIRONMENTS: usize = 30;
const ACCOUNT: &str = "123456789012";
const REGION: &str = "ap-northeast-1";

/// The moment it is seen at.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T05:02:11Z".parse().expect("a timestamp")
}

fn earlier(minutes: i64) -> Timestamp {
    now().checked_sub(jiff::SignedDuration::from_mins(minutes)).expect("an earlier time")
}

/// Where it is.
pub(crate) fn scope() -> Scope {
    Scope::new("large", REGION)
}

fn arn(service: &str, resource: &str) -> Arn {
    Arn::from(format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"))
}

/// `system-07-dev`: ten systems in three stages.
fn environment(index: usize) -> String {
    format!("system{:02}-{}", index / 3, ["dev", "stg", "prod"].get(index % 3).copied().unwrap_or("dev"))
}

/// Who we are there.
pub(crate) fn identity() -> Identity {
    Identity { account: ACCOUNT.into(), arn: arn("sts", "assumed-role/bench/you"), login: None }
}

/// The whole account.
pub(crate) fn world() -> World {
    let mut world = World::default();
    world.identify(&scope(), Ok(identity()));
    for kind in KINDS {
        world.put(&scope(), kind.name(), &Coverage::All, Ok(found(kind.name(), now())), now());
    }
    world
}

/// What a reading of one kind brings at `at`: every minute something has another state.
pub(crate) fn found(kind: KindName, at: Timestamp) -> AnyReading {
    let names: Vec<String> = (0..ENVIRONMENTS).map(environment).collect();
    let services: Vec<Service> = names.iter().flat_map(|name| (0..10).map(move |n| service(name, n))).collect();
    let minute = usize::try_from(at.duration_since(now()).as_mins()).unwrap_or_default();
    match kind {
        Cluster::KIND => Reading::whole(names.iter().map(|name| cluster(name)).collect()).into(),
        LoadBalancer::KIND => Reading::whole(names.iter().map(|name| balancer(name)).collect()).into(),
        TargetGroup::KIND => Reading::whole(services.iter().map(group).collect()).into(),
        // Read part by part, as the real ones are.
        TargetHealth::KIND => {
            let parts = services.iter().enumerate().map(|(at, service)| {
                let health = health(at + minute, service, at);
                (Part::from(health.group.as_str()), Ok(vec![health]))
            });
            Reading::of(parts.collect()).into()
        }
        Task::KIND => {
            let parts = services.chunks(10).enumerate().map(|(at, of_one)| {
                let tasks = of_one.iter().enumerate();
                let tasks = tasks.flat_map(|(n, service)| (0..4).map(move |task| task_of(at * 10 + n, service, task)));
                let part = of_one.first().map_or("", |service| service.cluster.as_str());
                (Part::from(part), Ok(tasks.collect()))
            });
            Reading::of(parts.collect()).into()
        }
        DbInstance::KIND => {
            Reading::whole(names.iter().flat_map(|name| (0..4).map(move |n| database(name, n))).collect()).into()
        }
        Alarm::KIND => {
            Reading::whole(services.iter().flat_map(|service| (0..5).map(move |n| alarm(service, n))).collect()).into()
        }
        Service::KIND => {
            let parts = services.chunks(10).map(|of_one| {
                let part = of_one.first().map_or("", |service| service.cluster.as_str());
                (Part::from(part), Ok(of_one.to_vec()))
            });
            Reading::of(parts.collect()).into()
        }
        _ => Reading::<Cluster>::whole(Vec::new()).into(),
    }
}

fn cluster(name: &str) -> Cluster {
    let arn = arn("ecs", &format!("cluster/{name}-cluster"));
    Cluster {
        arn,
        name: format!("{name}-cluster"),
        status: "ACTIVE".into(),
        exec: Exec::default(),
        tags: BTreeMap::new(),
    }
}

fn balancer(name: &str) -> LoadBalancer {
    LoadBalancer {
        arn: arn("elasticloadbalancing", &format!("loadbalancer/app/{name}-alb/0123456789abcdef")),
        name: format!("{name}-alb"),
        dns: Some(format!("{name}-alb-1.{REGION}.elb.amazonaws.com")),
        scheme: Some("internet-facing".into()),
        flavour: Some("application".into()),
        state: Some("active".into()),
        state_reason: None,
        vpc: Some(format!("vpc-{name}")),
        zones: vec!["ap-northeast-1a".into(), "ap-northeast-1c".into()],
        security_groups: Vec::new(),
        created_at: Some(earlier(100_000)),
    }
}

fn service(environment: &str, n: usize) -> Service {
    let revision = arn("ecs", &format!("task-definition/{environment}-service{n}:{}", 100 + n));
    Service {
        arn: arn("ecs", &format!("service/{environment}-cluster/{environment}-service{n}")),
        name: format!("{environment}-service{n}"),
        cluster: arn("ecs", &format!("cluster/{environment}-cluster")),
        status: "ACTIVE".into(),
        desired: 4,
        running: 4,
        pending: 0,
        task_definition: revision.clone(),
        launch: Some("FARGATE".into()),
        scheduling: "REPLICA".into(),
        controller: "ECS".into(),
        deployments: vec![Deployment {
            id: format!("ecs-svc/{n:019}"),
            status: "PRIMARY".into(),
            task_definition: revision,
            desired: 4,
            running: 4,
            pending: 0,
            failed: 0,
            rollout: Some("COMPLETED".into()),
            reason: Some(format!("ECS deployment ecs-svc/{n:019} completed.")),
            created_at: Some(earlier(3_000)),
            updated_at: Some(earlier(2_990)),
        }],
        events: (0..100)
            .map(|at| Event {
                id: format!("{at:08}-0000-0000-0000-000000000000"),
                at: Some(earlier(at * 360)),
                message: format!("(service {environment}-service{n}) has reached a steady state."),
            })
            .collect(),
        attachments: vec![Attachment {
            target_group: Some(group_arn(environment, n)),
            container: Some("app".into()),
            port: Some(3000),
            alternate: None,
        }],
        subnets: vec!["subnet-a".into(), "subnet-c".into()],
        security_groups: vec!["sg-1".into()],
        public_ip: Some(false),
        exec_enabled: true,
        breaker: None,
        min_percent: Some(100),
        max_percent: Some(200),
        grace_seconds: Some(60),
        created_at: Some(earlier(200_000)),
        tags: BTreeMap::new(),
        delivery: DeliveryFacts::default(),
    }
}

fn group_arn(environment: &str, n: usize) -> Arn {
    arn("elasticloadbalancing", &format!("targetgroup/{environment}-tg{n}/0123456789abcdef"))
}

fn group(service: &Service) -> TargetGroup {
    let arn = service.attachments.first().and_then(|attached| attached.target_group.clone()).expect("a target group");
    let environment = service.name.rsplit_once('-').map_or("", |(environment, _)| environment);
    TargetGroup {
        name: arn.resource().split('/').nth(1).unwrap_or_default().to_owned(),
        arn,
        protocol: Some("HTTP".into()),
        port: Some(3000),
        vpc: Some(format!("vpc-{environment}")),
        target_type: Some("ip".into()),
        load_balancers: vec![balancer(environment).arn],
        check: Check {
            enabled: true,
            protocol: Some("HTTP".into()),
            port: Some("traffic-port".into()),
            path: Some("/health".into()),
            interval: Some(30),
            timeout: Some(5),
            healthy: Some(2),
            unhealthy: Some(3),
            matcher: Some("200".into()),
        },
    }
}

fn address(at: usize, n: usize) -> String {
    format!("10.{}.{}.{}", at / 256, at % 256, n + 4)
}

/// The targets of the group at `place`; the state of `at` decides whether they are sick.
fn health(at: usize, service: &Service, place: usize) -> TargetHealth {
    let targets = (0..4)
        .map(|n| {
            let sick = at.is_multiple_of(37) && n > 0;
            Target {
                id: address(place, n),
                port: Some(3000),
                zone: Some("ap-northeast-1a".into()),
                state: if sick { "unhealthy" } else { "healthy" }.into(),
                reason: sick.then(|| "Target.ResponseCodeMismatch".into()),
                description: sick.then(|| "Health checks failed with these codes: [502]".into()),
                check_port: Some("3000".into()),
                overridden: None,
                anomaly: None,
            }
        })
        .collect();
    TargetHealth { group: group(service).arn, targets }
}

fn task_of(at: usize, service: &Service, n: usize) -> Task {
    Task {
        arn: arn("ecs", &format!("task/{}/{at:016x}{n:016x}", service.cluster.last())),
        cluster: service.cluster.clone(),
        group: Some(format!("service:{}", service.name)),
        task_definition: service.task_definition.clone(),
        last_status: "RUNNING".into(),
        desired_status: "RUNNING".into(),
        health: Some("HEALTHY".into()),
        started_by: service.deployments.first().map(|deployment| deployment.id.clone()),
        created_at: Some(earlier(3_000)),
        started_at: Some(earlier(2_999)),
        stopping_at: None,
        stopped_at: None,
        stop_code: None,
        stopped_reason: None,
        zone: Some("ap-northeast-1a".into()),
        ips: vec![address(at, n)],
        containers: vec![Container {
            name: "app".into(),
            image: Some(format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{}:latest", service.name)),
            digest: Some(format!("sha256:{:064x}", at * 4 + n)),
            status: "RUNNING".into(),
            exit_code: None,
            reason: None,
            health: Some("HEALTHY".into()),
            runtime_id: Some(format!("{at:032x}-{n}")),
            exec_agent: Some("RUNNING".into()),
        }],
        launch: Some("FARGATE".into()),
        platform_version: Some("1.4.0".into()),
        container_instance: None,
        exec_enabled: true,
        cpu: Some("512".into()),
        memory: Some("1024".into()),
        tags: BTreeMap::new(),
    }
}

fn database(environment: &str, n: usize) -> DbInstance {
    DbInstance {
        arn: arn("rds", &format!("db:{environment}-db{n}")),
        id: format!("{environment}-db{n}"),
        status: if n == 3 { "backing-up" } else { "available" }.into(),
        engine: "postgres".into(),
        version: Some("15.4".into()),
        class: Some("db.t4g.medium".into()),
        cluster: None,
        multi_az: true,
        zone: Some("ap-northeast-1a".into()),
        second_zone: Some("ap-northeast-1c".into()),
        endpoint: Some(format!("{environment}-db{n}.abc.{REGION}.rds.amazonaws.com")),
        port: Some(5432),
        vpc: Some(format!("vpc-{environment}")),
        subnet_group: Some(format!("{environment}-subnets")),
        security_groups: vec!["sg-2".into()],
        storage_gib: Some(100),
        storage_type: Some("gp3".into()),
        iops: Some(3000),
        max_storage_gib: None,
        backup_days: Some(7),
        backup_window: Some("17:00-17:30".into()),
        maintenance_window: Some("sun:18:00-sun:18:30".into()),
        pending: Vec::new(),
        auto_restart_at: None,
        created_at: Some(earlier(300_000)),
        deletion_protection: true,
        public: Some(false),
        replicas: Vec::new(),
        replica_of: None,
        replica_clusters: Vec::new(),
        iam_auth: false,
        master_user: None,
        database: None,
        certificate_until: None,
        lifecycle: None,
        log_exports: Vec::new(),
        tags: BTreeMap::new(),
    }
}

fn alarm(service: &Service, n: usize) -> Alarm {
    let firing = n == 0 && service.name.ends_with('7');
    let name = format!(
        "{}-{}",
        service.name,
        ["cpu-high", "memory-high", "errors", "restarts", "slow"].get(n).copied().unwrap_or("x")
    );
    Alarm {
        arn: arn("cloudwatch", &format!("alarm:{name}")),
        name,
        description: Some("CPU が高い状態が続いています".into()),
        state: if firing { "ALARM" } else { "OK" }.into(),
        reason: Some(
            "Threshold Crossed: 1 datapoint [91.2 (21/11/26 04:57:00)] was greater than the threshold (80.0).".into(),
        ),
        reason_data: None,
        since: Some(earlier(12)),
        updated_at: Some(earlier(3)),
        actions_enabled: true,
        alarm_actions: vec![arn("sns", "critical-alerts")],
        ok_actions: Vec::new(),
        metrics: vec![AlarmMetric {
            id: None,
            namespace: Some("AWS/ECS".into()),
            name: Some("CPUUtilization".into()),
            dimensions: vec![
                ("ClusterName".into(), service.cluster.last().to_owned()),
                ("ServiceName".into(), service.name.clone()),
            ],
            statistic: Some("Average".into()),
            expression: None,
            label: None,
            account: None,
        }],
        rule: None,
        comparison: Some("GreaterThanThreshold".into()),
        threshold: Some(80.0),
        period: Some(300),
        evaluation_periods: Some(1),
        datapoints_to_alarm: None,
        missing: Some("missing".into()),
        evaluation: None,
        suppressed_by: None,
    }
}
