//! A snapshot made by hand for the tests of commands: two environments, one of them ill, a place
//! that could not be read and an alarm that belongs nowhere.

use crate::environment::Environment;
use crate::overview::EnvironmentStatus;
use jiff::{Timestamp, tz::TimeZone};

use crate::diagnosis::{Finding, Verdict};
use crate::engine::headless::Snapshot;
use crate::environment::{Member, Step, StepKind};
use crate::kinds::Counts;
use crate::kinds::alarm::Alarm;
use crate::overview::Picture;
use crate::world::{
    AccountId, Arn, Coverage, Fault, FaultKind, Health, Identity, KindName, Reading, Region, Resource, ResourceId,
    Scope, World,
};

pub(super) fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}

pub(super) fn now() -> Timestamp {
    "2026-11-21T14:02:11.5+09:00".parse().unwrap()
}

pub(super) fn scope() -> Scope {
    Scope::new("duty", "ap-northeast-1")
}

pub(super) fn alarm(name: &str) -> Alarm {
    Alarm {
        arn: Arn::from(format!("arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:{name}")),
        name: name.to_owned(),
        description: None,
        state: "ALARM".to_owned(),
        reason: None,
        reason_data: None,
        since: Some(now()),
        updated_at: None,
        actions_enabled: true,
        alarm_actions: Vec::new(),
        ok_actions: Vec::new(),
        metrics: Vec::new(),
        rule: None,
        comparison: None,
        threshold: None,
        period: None,
        evaluation_periods: None,
        datapoints_to_alarm: None,
        missing: None,
        evaluation: None,
        suppressed_by: None,
    }
}

pub(super) fn denied() -> Fault {
    Fault::new(FaultKind::Denied, "elasticloadbalancing:DescribeTargetHealth", "not authorized").on("prooflink-tg")
}

fn member(name: &str) -> Member {
    let because = vec![Step { kind: StepKind::Name, message: format!("{name} begins with\nprooflink-prod") }];
    Member { id: alarm(name).id(&scope()), name: name.to_owned(), assessment: None, because }
}

pub(super) fn environment(name: &str, stage: Option<&str>, health: Health) -> EnvironmentStatus {
    EnvironmentStatus {
        environment: Environment {
            name: name.into(),
            project: Some("prooflink".to_owned()),
            stage: stage.map(str::to_owned),
            protected: stage != Some("dev"),
            allow_stop: false,
            named: Vec::new(),
            account: Some(AccountId::from("123456789012")),
            region: Some(Region::from("ap-northeast-1")),
            record: crate::schedule::Record::default(),
            scopes: vec![scope()],
            members: Vec::new(),
            shared: Vec::new(),
            doubts: Vec::new(),
            counts: Counts::default(),
            faults: Vec::new(),
            read_at: Some(now()),
            recalled: None,
            deploy: None,
        },
        verdict: Verdict { health, ..Verdict::default() },
        offhours: None,
        others: Box::default(),
    }
}

/// Who we are in the readable scope.
pub(super) fn identity() -> Identity {
    Identity {
        account: "123456789012".into(),
        arn: Arn::from("arn:aws:sts::123456789012:assumed-role/duty/me"),
        login: None,
    }
}

/// A world in which alarms were read and target health was denied.
pub(super) fn world() -> World {
    let mut world = World::default();
    world.identify(&scope(), Ok(identity()));
    let alarms = Reading::whole(vec![alarm("prooflink-5xx"), alarm("stray")]);
    world.put(&scope(), Alarm::KIND, &Coverage::All, Ok(alarms.into()), now());
    world.put(&scope(), KindName("target-health"), &Coverage::All, Err(denied()), now());
    world
}

/// The snapshot.
pub(super) fn snapshot() -> Snapshot {
    let mut ill = environment("prooflink-prod", Some("prod"), Health::Bad);
    ill.members = vec![member("prooflink-5xx")];
    ill.counts = Counts {
        tasks_running: 2,
        tasks_desired: 4,
        services: 1,
        targets_healthy: 1,
        targets_total: 4,
        databases: vec![
            (Health::Well, "available".to_owned()),
            (Health::Bad, "storage-full".to_owned()),
            (Health::Well, "available".to_owned()),
        ],
        alarms_firing: 2,
        alarms_total: 9,
        alarms_muted: 1,
        ..Counts::default()
    };
    ill.verdict.findings = vec![
        Finding {
            health: Health::Bad,
            depth: 1,
            message: "3 of 4 targets answer 502 since 13:58".to_owned(),
            about: None,
            evidence: vec!["alarm prooflink-5xx in ALARM\u{1b}[31m".to_owned()],
        },
        Finding {
            health: Health::Worrying,
            depth: 5,
            message: "1 alarm is muted".to_owned(),
            about: None,
            evidence: Vec::new(),
        },
    ];
    ill.faults = vec![(scope(), denied())];
    let well = environment("本番-dev", Some("dev"), Health::Well);
    let picture = Picture {
        at: Some(now()),
        environments: vec![ill, well],
        shared: Vec::new(),
        unassigned: vec![Member { because: Vec::new(), ..member("stray") }],
        ..Picture::default()
    };
    Snapshot { world: world(), picture, at: now() }
}

/// A world in which credentials ran out everywhere.
pub(super) fn locked_out() -> Snapshot {
    let mut world = World::default();
    let expired = || Fault::new(FaultKind::Expired, "sts:GetCallerIdentity", "the SSO session has expired");
    world.identify(&scope(), Err(expired()));
    world.put(&scope(), Alarm::KIND, &Coverage::All, Err(expired()), now());
    Snapshot { world, picture: Picture::default(), at: now() }
}

/// The id of the alarm that belongs nowhere.
pub(super) fn stray() -> ResourceId {
    alarm("stray").id(&scope())
}
