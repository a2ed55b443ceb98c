//! What the played incidents are built from: a well environment, and the ways in which it is bent.

use crate::kinds::alarm::{Alarm, AlarmMetric};
use crate::kinds::db_event::{DbMessage, PowerEvents};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecr_repository::{Image, Platform, Repository};
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::lambda_function::Function;
use crate::kinds::log_tail::{Line, LogTail, part};
use crate::kinds::security_group::{Opening, SecurityGroup};
use crate::kinds::subnet::{Subnet, WayOut};
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::{Target, TargetHealth};
use crate::kinds::testing_samples::*;
use crate::timeline::{Event, EventKind};
use crate::world::{Arn, Resource};

/// Everything runs and answers.
pub(crate) fn well() -> Shelves {
    Shelves::default()
        .with([service()])
        .with([task("a")])
        .with([definition()])
        .with([balancer()])
        .with([group()])
        .with([targets([healthy(5), healthy(6)])])
        .with([database()])
        .with([alarm()])
}

/// The service with so many of its tasks running, its primary deployment begun `minutes` ago as revision 118.
pub(crate) fn short(running: u32, desired: u32, minutes: i64) -> Service {
    let mut service = Service { running, desired, ..service() };
    service.task_definition = revision(118);
    service.deployments = vec![deployment(118, running, desired)];
    service.deployments[0].created_at = Some(ago(minutes));
    service
}

/// A task of revision 118 that ran for two minutes and ended, `minutes` ago.
pub(crate) fn ended(id: &str, minutes: i64, code: i32) -> Task {
    let mut task = stopped(id, minutes, "EssentialContainerExited", "Essential container in task exited");
    task.task_definition = revision(118);
    task.started_at = Some(ago(minutes + 2));
    task.containers[0].exit_code = Some(code);
    task
}

/// A task that did not start, with AWS's sentence.
pub(crate) fn unstarted(id: &str, minutes: i64, reason: &str) -> Task {
    let mut task = stopped(id, minutes, "TaskFailedToStart", reason);
    task.task_definition = revision(118);
    task.started_at = None;
    task.containers[0].runtime_id = None;
    task
}

/// A task that was killed for memory.
pub(crate) fn killed(id: &str, minutes: i64) -> Task {
    let mut task = ended(id, minutes, 137);
    task.containers[0].reason = Some("OutOfMemoryError: Container killed due to memory usage".to_owned());
    task
}

/// The log of a task's container, its lines told to end `minutes` ago.
pub(crate) fn log(task: &Task, minutes: i64, lines: &[&str]) -> LogTail {
    let lines = lines.iter().map(|line| Line { at: Some(ago(minutes)), message: (*line).to_owned() }).collect();
    LogTail { key: part("/ecs/backend", &format!("app/app/{}", task.arn.last())), lines }
}

/// What RDS said of the database.
pub(crate) fn db_said(minutes: i64, message: &str) -> PowerEvents {
    let messages = vec![DbMessage { at: ago(minutes), message: message.to_owned() }];
    PowerEvents { arn: database().arn.as_str().to_owned(), told: Vec::new(), messages }
}

/// The database in another status.
pub(crate) fn in_status(status: &str) -> DbInstance {
    DbInstance { status: status.to_owned(), ..database() }
}

/// Security groups of load balancer, tasks and database; each rule is there or not.
pub(crate) fn groups(balancer_in: bool, service_in: bool) -> [SecurityGroup; 3] {
    let opening = |port: u16, from: &str| Opening {
        protocol: "tcp".to_owned(),
        ports: Some((port, port)),
        groups: vec![from.to_owned()],
        ranges: Vec::new(),
        prefix_lists: false,
    };
    let group = |id: &str, openings: Vec<Opening>| SecurityGroup {
        id: id.to_owned(),
        name: id.to_owned(),
        vpc: Some("vpc-1".to_owned()),
        openings,
    };
    [
        group("sg-alb", Vec::new()),
        group("sg-a", balancer_in.then(|| opening(5000, "sg-alb")).into_iter().collect()),
        group("sg-db", service_in.then(|| opening(5432, "sg-a")).into_iter().collect()),
    ]
}

/// The subnet of the service.
pub(crate) fn subnet(free: u32, way_out: WayOut) -> Subnet {
    Subnet {
        id: "subnet-a".to_owned(),
        vpc: Some("vpc-1".to_owned()),
        zone: Some("ap-northeast-1a".to_owned()),
        free_addresses: Some(free),
        way_out: Some(way_out),
    }
}

/// The repository of the service's image with one tag, made for one processor.
pub(crate) fn repository(tag: &str, architecture: &str) -> Repository {
    Repository {
        uri: "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/city-backend".to_owned(),
        registry: "123456789012".to_owned(),
        name: "city-backend".to_owned(),
        mutability: Some("MUTABLE".to_owned()),
        images: vec![Image {
            digest: "sha256:aa".to_owned(),
            tags: vec![tag.to_owned()],
            pushed_at: Some(ago(3)),
            size: None,
            media_type: None,
            findings: None,
            scan: None,
            platforms: vec![Platform {
                os: "linux".to_owned(),
                architecture: architecture.to_owned(),
                digest: "sha256:bb".to_owned(),
            }],
        }],
        missing: Vec::new(),
    }
}

/// An alarm that fires since `minutes` over a metric with these dimensions.
pub(crate) fn fires(name: &str, minutes: i64, metric: &str, dimensions: &[(&str, &str)]) -> Alarm {
    Alarm {
        arn: Arn::from(format!("arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:{name}")),
        name: name.to_owned(),
        since: Some(ago(minutes)),
        metrics: vec![AlarmMetric {
            id: None,
            namespace: Some("AWS/X".to_owned()),
            name: Some(metric.to_owned()),
            dimensions: dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            statistic: Some("Sum".to_owned()),
            expression: None,
            label: None,
            account: None,
        }],
        ..firing()
    }
}

/// An alarm over the 5xx of the load balancer.
pub(crate) fn errors_alarm(minutes: i64) -> Alarm {
    fires("city-5xx", minutes, "HTTPCode_Target_5XX_Count", &[("LoadBalancer", "app/city-alb/fedcba9876543210")])
}

/// Somebody did something to a resource, by CloudTrail.
pub(crate) fn did<T: Resource>(minutes: i64, what: &str, item: &T, by: &str) -> Event {
    Event::new(ago(minutes), EventKind::Change, "cloudtrail:LookupEvents", what)
        .about(item.id(&scope()), item.key().to_owned())
        .by(Some(by.to_owned()))
}

/// A function.
pub(crate) fn function() -> Function {
    Function {
        arn: Arn::from("arn:aws:lambda:ap-northeast-1:123456789012:function:city-report"),
        name: "city-report".to_owned(),
        about: None,
        package: Some("Zip".to_owned()),
        runtime: Some("python3.12".to_owned()),
        memory: Some(512),
        timeout: Some(10),
        architecture: Some("x86_64".to_owned()),
        vpc: None,
        log_group: "/aws/lambda/city-report".to_owned(),
        changed_at: Some(ago(5000)),
        code: None,
        revision: None,
        state: Some("Active".to_owned()),
        state_reason: (None, None),
        update: Some("Successful".to_owned()),
        update_reason: (None, None),
    }
}

/// A second service of the environment, with a group and a target of its own.
pub(crate) fn second() -> (Service, TargetGroup) {
    let arn = |service: &str, rest: &str| Arn::from(format!("arn:aws:{service}:ap-northeast-1:123456789012:{rest}"));
    let group = TargetGroup {
        arn: arn("elasticloadbalancing", "targetgroup/city-front/1111111111111111"),
        name: "city-front".to_owned(),
        ..group()
    };
    let mut service = Service { arn: arn("ecs", "service/city-prod/Front"), name: "Front".to_owned(), ..service() };
    service.attachments[0].target_group = Some(group.arn.clone());
    (service, group)
}

/// The targets of the second group.
pub(crate) fn second_targets(targets: impl IntoIterator<Item = Target>) -> TargetHealth {
    TargetHealth { group: second().1.arn, targets: targets.into_iter().collect() }
}
