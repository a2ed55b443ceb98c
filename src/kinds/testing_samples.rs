//! Resources for tests: a plain one of each kind, well in itself, which a test then bends. Names follow one
//! imagined system. Test code only; the demo has its own account.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use super::action_context::{KindContext, ResourceIndex};
use super::alarm::{Alarm, AlarmMetric};
use super::db_cluster::{ClusterMember, DbCluster};
use super::db_instance::DbInstance;
use super::ec2_instance::Instance;
use super::ecs_service::{Attachment, Deployment, Event, Service};
use super::ecs_task::{Container, Task};
use super::load_balancer::LoadBalancer;
use super::managed_node::Node;
use super::target_group::{Check, TargetGroup};
use super::target_health::{Target, TargetHealth};
use super::task_definition::{ContainerDefinition, TaskDefinition};
use crate::world::{Arn, Coverage, Fault, Reading, Resource, Scope, World};

/// The moment all tests look from: 14:02:11 in Tokyo.
pub(crate) fn now() -> Timestamp {
    at("2026-11-21T05:02:11Z")
}

/// A moment.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `minutes` before [`now`].
pub(crate) fn ago(minutes: i64) -> Timestamp {
    now() - jiff::SignedDuration::from_mins(minutes)
}

/// Tokyo's zone without needing a time zone database.
pub(crate) fn tokyo() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}

/// Where all samples are.
pub(crate) fn scope() -> Scope {
    Scope::new("prooflink", "ap-northeast-1")
}

fn arn(service: &str, resource: &str) -> Arn {
    Arn::from(format!("arn:aws:{service}:ap-northeast-1:123456789012:{resource}"))
}

/// A world with things put on its stores.
#[derive(Default, Debug)]
pub(crate) struct Shelves(pub(crate) World);

impl Shelves {
    /// All of a kind.
    pub(crate) fn with<T: Resource>(mut self, items: impl IntoIterator<Item = T>) -> Self {
        self.0.put(&scope(), T::KIND, &Coverage::All, Ok(Reading::whole(items.into_iter().collect()).into()), now());
        self
    }

    /// A kind that could not be read.
    pub(crate) fn failing<T: Resource>(mut self, fault: Fault) -> Self {
        self.0.put(&scope(), T::KIND, &Coverage::All, Err(fault), now());
        self
    }

    /// Looks at it as a kind would, in an environment that is protected or not.
    pub(crate) fn seen<R>(&self, protected: bool, look: impl FnOnce(&KindContext<'_>) -> R) -> R {
        let (resource_index, zone, scope) = (ResourceIndex::of(&self.0), tokyo(), scope());
        look(&KindContext {
            world: &self.0,
            resource_index: &resource_index,
            scope: &scope,
            protected,
            now: now(),
            zone: &zone,
        })
    }
}

/// Two of two tasks run; revision 117 was deployed a day ago and is steady.
pub(crate) fn service() -> Service {
    Service {
        arn: arn("ecs", "service/city-prod/Backend"),
        name: "Backend".to_owned(),
        cluster: arn("ecs", "cluster/city-prod"),
        status: "ACTIVE".to_owned(),
        desired: 2,
        running: 2,
        pending: 0,
        task_definition: revision(117),
        launch: Some("FARGATE".to_owned()),
        scheduling: "REPLICA".to_owned(),
        controller: "ECS".to_owned(),
        deployments: vec![deployment(117, 2, 2)],
        events: vec![event(60, "(service Backend) has reached a steady state.")],
        attachments: vec![Attachment {
            target_group: Some(group().arn),
            container: Some("app".to_owned()),
            port: Some(5000),
            alternate: None,
        }],
        subnets: vec!["subnet-a".to_owned()],
        security_groups: vec!["sg-a".to_owned()],
        public_ip: Some(false),
        exec_enabled: true,
        breaker: None,
        min_percent: Some(100),
        max_percent: Some(200),
        grace_seconds: Some(60),
        created_at: Some(ago(100_000)),
        tags: [].into(),
        delivery: super::ecs_service::DeliveryFacts::default(),
    }
}

/// `city-prod-backend:NUMBER`.
pub(crate) fn revision(number: u32) -> Arn {
    arn("ecs", &format!("task-definition/city-prod-backend:{number}"))
}

/// A completed PRIMARY deployment of a day ago.
pub(crate) fn deployment(number: u32, running: u32, desired: u32) -> Deployment {
    Deployment {
        id: format!("ecs-svc/{number}"),
        status: "PRIMARY".to_owned(),
        task_definition: revision(number),
        desired,
        running,
        pending: 0,
        failed: 0,
        rollout: Some("COMPLETED".to_owned()),
        reason: None,
        created_at: Some(ago(1440)),
        updated_at: Some(ago(1440)),
    }
}

/// A PRIMARY deployment in progress that began and last moved `minutes` ago.
pub(crate) fn rolling(number: u32, running: u32, desired: u32, minutes: i64) -> Deployment {
    Deployment {
        rollout: Some("IN_PROGRESS".to_owned()),
        created_at: Some(ago(minutes)),
        updated_at: Some(ago(minutes)),
        ..deployment(number, running, desired)
    }
}

/// A service event of `minutes` ago.
pub(crate) fn event(minutes: i64, message: &str) -> Event {
    Event { id: format!("{minutes}-{message}"), at: Some(ago(minutes)), message: message.to_owned() }
}

/// A running task of [`service`].
pub(crate) fn task(id: &str) -> Task {
    Task {
        arn: arn("ecs", &format!("task/city-prod/{id}")),
        cluster: service().cluster,
        group: Some("service:Backend".to_owned()),
        task_definition: revision(117),
        last_status: "RUNNING".to_owned(),
        desired_status: "RUNNING".to_owned(),
        health: None,
        started_by: Some("ecs-svc/117".to_owned()),
        created_at: Some(ago(120)),
        started_at: Some(ago(119)),
        stopping_at: None,
        stopped_at: None,
        stop_code: None,
        stopped_reason: None,
        zone: Some("ap-northeast-1a".to_owned()),
        ips: vec!["10.0.1.5".to_owned()],
        containers: vec![container("app")],
        launch: Some("FARGATE".to_owned()),
        platform_version: Some("1.4.0".to_owned()),
        container_instance: None,
        exec_enabled: true,
        cpu: Some("512".to_owned()),
        memory: Some("1024".to_owned()),
        tags: [].into(),
    }
}

/// A task that stopped `minutes` ago.
pub(crate) fn stopped(id: &str, minutes: i64, code: &str, reason: &str) -> Task {
    Task {
        last_status: "STOPPED".to_owned(),
        desired_status: "STOPPED".to_owned(),
        stopped_at: Some(ago(minutes)),
        stop_code: Some(code.to_owned()),
        stopped_reason: Some(reason.to_owned()),
        ..task(id)
    }
}

/// A running container.
pub(crate) fn container(name: &str) -> Container {
    Container {
        name: name.to_owned(),
        image: Some("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend:latest".to_owned()),
        digest: Some("sha256:0123456789abcdef0123456789abcdef".to_owned()),
        status: "RUNNING".to_owned(),
        exit_code: None,
        reason: None,
        health: None,
        runtime_id: Some("r-1".to_owned()),
        exec_agent: Some("RUNNING".to_owned()),
    }
}

/// The revision of [`service`].
pub(crate) fn definition() -> TaskDefinition {
    TaskDefinition {
        arn: revision(117),
        family: "city-prod-backend".to_owned(),
        revision: 117,
        status: Some("ACTIVE".to_owned()),
        containers: vec![ContainerDefinition {
            name: "app".to_owned(),
            image: container("app").image,
            essential: true,
            ports: vec![5000],
            environment: Vec::new(),
            secrets: Vec::new(),
            log_group: Some("/ecs/backend".to_owned()),
            log_prefix: Some("app".to_owned()),
            log_driver: Some("awslogs".to_owned()),
            log_options: BTreeMap::new(),
            firelens: None,
            health_command: Vec::new(),
            memory: None,
        }],
        cpu: Some("512".to_owned()),
        memory: Some("1024".to_owned()),
        task_role: None,
        execution_role: None,
        network_mode: Some("awsvpc".to_owned()),
        architecture: None,
        registered_at: Some(ago(1500)),
        registered_by: None,
        tags: [].into(),
    }
}

/// The target group of [`service`].
pub(crate) fn group() -> TargetGroup {
    TargetGroup {
        arn: arn("elasticloadbalancing", "targetgroup/city-backend/0123456789abcdef"),
        name: "city-backend".to_owned(),
        protocol: Some("HTTP".to_owned()),
        port: Some(5000),
        vpc: Some("vpc-1".to_owned()),
        target_type: Some("ip".to_owned()),
        load_balancers: vec![balancer().arn],
        check: Check {
            enabled: true,
            protocol: Some("HTTP".to_owned()),
            port: Some("traffic-port".to_owned()),
            path: Some("/health".to_owned()),
            interval: Some(30),
            timeout: Some(5),
            healthy: Some(2),
            unhealthy: Some(3),
            matcher: Some("200".to_owned()),
        },
    }
}

/// The load balancer of [`group`].
pub(crate) fn balancer() -> LoadBalancer {
    LoadBalancer {
        arn: arn("elasticloadbalancing", "loadbalancer/app/city-alb/fedcba9876543210"),
        name: "city-alb".to_owned(),
        dns: Some("city-alb-1.ap-northeast-1.elb.amazonaws.com".to_owned()),
        scheme: Some("internet-facing".to_owned()),
        flavour: Some("application".to_owned()),
        state: Some("active".to_owned()),
        state_reason: None,
        vpc: Some("vpc-1".to_owned()),
        zones: vec!["ap-northeast-1a".to_owned(), "ap-northeast-1c".to_owned()],
        security_groups: vec!["sg-alb".to_owned()],
        created_at: Some(ago(200_000)),
    }
}

/// A target of [`group`] in that state, for that reason, with AWS's sentence.
pub(crate) fn target(n: u32, state: &str, reason: &str, description: &str) -> Target {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Target {
        id: format!("10.0.1.{n}"),
        port: Some(5000),
        zone: Some("ap-northeast-1a".to_owned()),
        state: state.to_owned(),
        reason: some(reason),
        description: some(description),
        check_port: Some("5000".to_owned()),
        overridden: None,
        anomaly: None,
    }
}

/// A target that answers 502.
pub(crate) fn answers(n: u32, code: u32) -> Target {
    target(n, "unhealthy", "Target.ResponseCodeMismatch", &format!("Health checks failed with these codes: [{code}]"))
}

/// A healthy target.
pub(crate) fn healthy(n: u32) -> Target {
    target(n, "healthy", "", "")
}

/// The targets of [`group`].
pub(crate) fn targets(targets: impl IntoIterator<Item = Target>) -> TargetHealth {
    TargetHealth { group: group().arn, targets: targets.into_iter().collect() }
}

/// An available PostgreSQL.
pub(crate) fn database() -> DbInstance {
    DbInstance {
        arn: arn("rds", "db:city-db"),
        id: "city-db".to_owned(),
        status: "available".to_owned(),
        engine: "postgres".to_owned(),
        version: Some("15.4".to_owned()),
        class: Some("db.t4g.micro".to_owned()),
        cluster: None,
        multi_az: false,
        zone: Some("ap-northeast-1a".to_owned()),
        second_zone: None,
        endpoint: Some("city-db.x.ap-northeast-1.rds.amazonaws.com".to_owned()),
        port: Some(5432),
        vpc: Some("vpc-1".to_owned()),
        subnet_group: Some("city".to_owned()),
        security_groups: vec!["sg-db".to_owned()],
        storage_gib: Some(20),
        storage_type: Some("gp3".to_owned()),
        iops: None,
        max_storage_gib: None,
        backup_days: Some(7),
        backup_window: Some("18:00-18:30".to_owned()),
        maintenance_window: Some("sat:17:00-sat:17:30".to_owned()),
        pending: Vec::new(),
        auto_restart_at: None,
        created_at: Some(ago(300_000)),
        deletion_protection: false,
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
        tags: [].into(),
    }
}

/// An available Aurora with a writer and a reader.
pub(crate) fn cluster() -> DbCluster {
    let member = |id: &str, writer| ClusterMember { id: id.to_owned(), writer };
    DbCluster {
        arn: arn("rds", "cluster:backend-db"),
        id: "backend-db".to_owned(),
        status: "available".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        version: Some("15.4".to_owned()),
        mode: Some("provisioned".to_owned()),
        members: vec![member("backend-db-1", true), member("backend-db-2", false)],
        multi_az: true,
        zones: vec!["ap-northeast-1a".to_owned(), "ap-northeast-1c".to_owned()],
        class: None,
        endpoint: Some("backend-db.cluster-x.rds.amazonaws.com".to_owned()),
        reader_endpoint: None,
        port: Some(5432),
        subnet_group: None,
        security_groups: Vec::new(),
        backup_days: Some(7),
        backup_window: None,
        maintenance_window: None,
        auto_restart_at: None,
        created_at: None,
        deletion_protection: false,
        global: None,
        replica_of: None,
        serverless_v2: None,
        auto_pause_seconds: None,
        iam_auth: false,
        master_user: None,
        database: None,
        lifecycle: None,
        log_exports: Vec::new(),
        tags: [].into(),
    }
}

/// A member of [`cluster`].
pub(crate) fn member(id: &str, status: &str) -> DbInstance {
    DbInstance {
        arn: arn("rds", &format!("db:{id}")),
        id: id.to_owned(),
        status: status.to_owned(),
        engine: "aurora-postgresql".to_owned(),
        cluster: Some("backend-db".to_owned()),
        ..database()
    }
}

/// An alarm on the CPU of [`service`], OK, which tells a topic.
pub(crate) fn alarm() -> Alarm {
    Alarm {
        arn: arn("cloudwatch", "alarm:backend-cpu"),
        name: "backend-cpu".to_owned(),
        description: None,
        state: "OK".to_owned(),
        reason: None,
        reason_data: None,
        since: Some(ago(3)),
        updated_at: Some(ago(3)),
        actions_enabled: true,
        alarm_actions: vec![arn("sns", "critical-alerts")],
        ok_actions: Vec::new(),
        metrics: vec![AlarmMetric {
            id: None,
            namespace: Some("AWS/ECS".to_owned()),
            name: Some("CPUUtilization".to_owned()),
            dimensions: vec![
                ("ClusterName".to_owned(), "city-prod".to_owned()),
                ("ServiceName".to_owned(), "Backend".to_owned()),
            ],
            statistic: Some("Average".to_owned()),
            expression: None,
            label: None,
            account: None,
        }],
        rule: None,
        comparison: Some("GreaterThanThreshold".to_owned()),
        threshold: Some(80.0),
        period: Some(300),
        evaluation_periods: Some(1),
        datapoints_to_alarm: Some(1),
        missing: Some("missing".to_owned()),
        evaluation: None,
        suppressed_by: None,
    }
}

/// The same, firing at 91 %.
pub(crate) fn firing() -> Alarm {
    Alarm {
        state: "ALARM".to_owned(),
        reason: Some(
            "Threshold Crossed: 1 out of the last 1 datapoints [91.0 (21/11/26 04:54:00)] was greater than the threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition)."
                .to_owned(),
        ),
        ..alarm()
    }
}

/// A running instance.
pub(crate) fn instance() -> Instance {
    Instance {
        id: "i-0123456789abcdef0".to_owned(),
        name: Some("kajimaru-ec2-01".to_owned()),
        state: "running".to_owned(),
        state_reason: None,
        class: Some("t2.micro".to_owned()),
        zone: Some("ap-northeast-1a".to_owned()),
        vpc: Some("vpc-1".to_owned()),
        subnet: Some("subnet-a".to_owned()),
        private_ip: Some("10.0.3.10".to_owned()),
        public_ip: None,
        launched_at: Some(ago(5000)),
        stopped_at: None,
        image: Some("ami-1".to_owned()),
        profile: None,
        security_groups: vec!["sg-a".to_owned()],
        root_device: Some("ebs".to_owned()),
        lifecycle: None,
        tags: [].into(),
    }
}

/// The managed node of [`instance`].
pub(crate) fn node(ping: &str) -> Node {
    Node {
        id: instance().id,
        name: None,
        computer: Some("ip-10-0-3-10".to_owned()),
        ping: ping.to_owned(),
        pinged_at: Some(ago(20)),
        agent: Some("3.3.0".to_owned()),
        platform: Some("Amazon Linux 2023".to_owned()),
        ip: Some("10.0.3.10".to_owned()),
    }
}
