//! What tests of rules share: rules that stop and start one database, an environment of it, and an account that takes
//! changes as AWS would. Used by the tests of `migrate`, `rule_handover` and `suspended_rules`.

use crate::overview::EnvironmentStatus;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::change::Ending;
use crate::change::plan::ChangeRequest;
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::MARKS;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::resource_tags::TaggedResource;
use crate::kinds::schedule_group::{Group, Held};
use crate::kinds::testing::{know, scope};
use crate::offhours::{OffHours, RecordState, ScheduledMember};
use crate::schedule::stored::planned_schedules::{MAX_ATTEMPTS, MAX_EVENT_AGE};
use crate::schedule::stored::tags;
use crate::schedule::stored::target_effect::Target;
use crate::schedule::{Actual, Desired, Exceptions, Guard, Member, MemberKind, Schedule, ScheduleBinding};
use crate::world::{Arn, KindName, Resource, ResourceId, SchedulerLiveness, World};

pub(crate) const DATABASE: &str = "shop-dev-db";
pub(crate) const ROLE: &str = "arn:aws:iam::123456789012:role/toban-scheduler";

/// A Saturday, 14:00 in Tokyo.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

pub(crate) fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

pub(crate) fn database() -> ScheduledMember {
    ScheduledMember {
        member: Member::new(MemberKind::RdsInstance, DATABASE),
        id: Some(ResourceId { kind: KindName("db-instance"), scope: scope(), key: "arn:db".into() }),
        arn: format!("arn:aws:rds:ap-northeast-1:123456789012:db:{DATABASE}"),
        actual: Actual::Up,
        desired: None,
        tags: BTreeMap::new(),
        restarts_at: None,
    }
}

/// A database in office hours, kept at AWS.
pub(crate) fn environment() -> EnvironmentStatus {
    let mut environment = EnvironmentStatus::new("shop-dev", vec![scope()]);
    let on = vec!["mon-fri 09:00-22:00".parse().unwrap()];
    let office = Schedule { on, guard: Guard::Daily, ..Schedule::new("office", tokyo()) };
    environment.offhours = Some(Box::new(OffHours {
        record: RecordState::Known,
        routine: ScheduleBinding { role_arn: Some(ROLE.to_owned()), ..ScheduleBinding::new(office) },
        exceptions: Exceptions::default(),
        scheduled_members: vec![database()],
        desired: Desired::Off,
        next: None,
        drifts: Vec::new(),
        watcher: SchedulerLiveness::Untold,
    }));
    environment
}

/// A rule that is switched on.
pub(crate) fn rule(name: &str, expression: &str, targets: impl IntoIterator<Item = Target>) -> Rule {
    Rule {
        arn: Arn::from(format!("arn:aws:events:ap-northeast-1:123456789012:rule/{name}")),
        name: name.to_owned(),
        expression: expression.to_owned(),
        enabled: true,
        about: None,
        managed_by: None,
        waits: false,
        targets: targets.into_iter().collect(),
        whole: true,
    }
}

/// A target that calls an Automation document with the database's name.
pub(crate) fn document(name: &str, database: &str) -> Target {
    Target {
        arn: format!("arn:aws:ssm:ap-northeast-1:123456789012:automation-definition/{name}:$DEFAULT"),
        input: Some(format!(r#"{{"InstanceId":["{database}"]}}"#)),
        ..Target::default()
    }
}

/// 07:00 in Tokyo, as somebody who meant 22:00 writes it.
pub(crate) fn stop() -> Rule {
    rule("night", "cron(0 22 * * ? *)", [document("AWS-StopRdsInstance", DATABASE)])
}

/// 09:00 in Tokyo.
pub(crate) fn start() -> Rule {
    rule("day", "cron(0 0 * * ? *)", [document("AWS-StartRdsInstance", DATABASE)])
}

/// What AWS holds, changed by changes as AWS would.
#[derive(Clone, Default)]
pub(crate) struct Aws {
    pub(crate) group: Option<Vec<Held>>,
    pub(crate) rules: Vec<Rule>,
    /// Whether its database sleeps.
    pub(crate) asleep: bool,
    /// What an override or a hold wrote on rules, by ARN.
    pub(crate) marks: BTreeMap<String, BTreeMap<String, String>>,
}

impl Aws {
    pub(crate) fn world(&self) -> World {
        let mut world = World::default();
        let tags = BTreeMap::from([(tags::ENV.to_owned(), "shop-dev".to_owned())]);
        let group = |held: &Vec<Held>| Group {
            name: "toban-shop-dev".to_owned(),
            arn: None,
            tags: tags.clone(),
            schedules: held.clone(),
        };
        know(&mut world, self.group.iter().map(group).collect());
        know(&mut world, self.rules.clone());
        know::<ForeignSchedule>(&mut world, Vec::new());
        let tagged = |(arn, words): (&String, &BTreeMap<String, String>)| TaggedResource {
            arn: Arn::from(arn.as_str()),
            tags: words.clone(),
        };
        know(&mut world, self.marks.iter().map(tagged).collect());
        world
    }

    pub(crate) fn take(&mut self, change_request: &ChangeRequest) {
        let get = |key: &str| {
            change_request
                .arguments
                .iter()
                .find(|(known, _)| *known == key)
                .map(|(_, text)| text.clone())
                .unwrap_or_default()
        };
        match change_request.verb {
            "make-group" => self.group = Some(Vec::new()),
            "put-schedule" | "drop-schedule" => {
                let group = self.group.as_mut().expect("a group comes before its schedules");
                group.retain(|held| held.name != get("name"));
                if change_request.verb == "put-schedule" {
                    group.push(Held {
                        name: get("name"),
                        expression: get("expression"),
                        timezone: Some(get("timezone")),
                        enabled: true,
                        start_date: get("start").parse().ok(),
                        target: get("target"),
                        input: get("input"),
                        role: get("role"),
                        attempts: Some(MAX_ATTEMPTS),
                        max_age: Some(MAX_EVENT_AGE),
                        dead_letter: None,
                    });
                }
            }
            "disable-rule" | "enable-rule" => {
                let rule = self.rules.iter_mut().find(|rule| rule.key() == &*change_request.on.key).expect("a rule");
                rule.enabled = change_request.verb == "enable-rule";
                let words = change_request.arguments.iter().filter(|(key, _)| MARKS.contains(key)).cloned();
                let words: BTreeMap<String, String> = words.map(|(key, word)| (key.to_owned(), word)).collect();
                if !words.is_empty() {
                    self.marks.entry(change_request.on.key.to_string()).or_default().extend(words);
                }
                if change_request.arguments.iter().any(|(key, _)| *key == "mark") {
                    self.marks.remove(&*change_request.on.key);
                }
            }
            "label" => {}
            other => panic!("{other}"),
        }
    }
}

/// Carries `procedure` out; killed after `calls`, if that many are made. Whatever is wished is looked at after each.
pub(crate) fn carried(
    mut procedure: Box<dyn Procedure>,
    aws: &mut Aws,
    calls: usize,
    sound: &dyn Fn(&Aws, usize),
) -> Option<Ending> {
    let mut made = 0;
    for _ in 0..100 {
        let world = aws.world();
        match procedure.step(&Observation { world: &world, faults: &[], now: now() }) {
            Step::Act(changes) => {
                for change in changes {
                    if made == calls {
                        return None;
                    }
                    made += 1;
                    aws.take(&change.change_request());
                    sound(aws, made);
                    procedure.told(&change.change_request(), &Ok(Receipt::default()), now());
                }
            }
            Step::Wait(_) => {}
            Step::End(ending) => return Some(ending),
        }
    }
    panic!("it never ends")
}
