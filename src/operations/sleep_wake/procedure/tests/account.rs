//! A little account that moves by the second: a database, an instance and a scaled service, with where they are remembered;
//! and what runs a sleep or a wake over it, killed where a test wants it.

use std::collections::BTreeMap;

use super::super::*;
use crate::kinds::alarm;
use crate::kinds::catalog::kind;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_record::Notes;
use crate::kinds::testing_samples::{database, instance, now, scope, service};
use crate::schedule::{Member, MemberKind, Record};
use crate::world::{Coverage, Reading, Resource, World};

/// A database, an instance and a scaled service.
pub(super) struct Account {
    pub(super) db: &'static str,
    pub(super) ec2: &'static str,
    pub(super) desired: u32,
    pub(super) running: u32,
    pub(super) bounds: (u32, u32),
    pub(super) tag: Option<String>,
    /// A memory from before the schedule group was the record, on the service itself.
    pub(super) left: Option<String>,
    /// Where the schedule group is the record: whose name it wears, if it is there.
    pub(super) group: Option<Option<&'static str>>,
    pub(super) at: Timestamp,
    /// When what moves has arrived.
    pub(super) arrives: Timestamp,
    pub(super) calls: Vec<String>,
    pub(super) refuse: Option<(&'static str, Fault)>,
    pub(super) muted: bool,
}

impl Account {
    pub(super) fn awake() -> Self {
        Self {
            db: "available",
            ec2: "running",
            desired: 3,
            running: 3,
            bounds: (2, 10),
            tag: None,
            left: None,
            group: None,
            at: now(),
            arrives: now(),
            calls: Vec::new(),
            refuse: None,
            muted: false,
        }
    }

    pub(super) fn moves(&mut self) {
        self.arrives = self.at + SignedDuration::from_secs(40);
    }

    pub(super) fn passes(&mut self, span: SignedDuration) {
        self.at += span;
        if self.at < self.arrives {
            return;
        }
        self.db = match self.db {
            "stopping" => "stopped",
            "starting" => "available",
            other => other,
        };
        self.ec2 = match self.ec2 {
            "stopping" => "stopped",
            "pending" => "running",
            other => other,
        };
        // App Auto Scaling pulls the count into its range.
        if self.desired > 0 {
            self.desired = self.desired.clamp(self.bounds.0, self.bounds.1.max(1));
        }
        self.running = self.desired;
    }

    pub(super) fn world(&self) -> World {
        let mut world = World::default();
        let worn = match self.group {
            None => &self.tag,
            Some(there) => {
                let arn = "arn:aws:sts::123456789012:assumed-role/duty/tanaka".into();
                world.identify(
                    &scope(),
                    Ok(crate::world::Identity { account: "123456789012".into(), arn, login: None }),
                );
                let memory = self.tag.iter().map(|tag| (KEY.to_owned(), tag.clone()));
                let owner = |owner: &str| ("toban:env".to_owned(), owner.to_owned());
                let notes =
                    there.map(|whose| Notes { group: GROUP.to_owned(), tags: memory.chain([owner(whose)]).collect() });
                let coverage = Coverage::Parts([GROUP.into()].into());
                let got = Reading::of(vec![(GROUP.into(), Ok(notes.into_iter().collect::<Vec<_>>()))]);
                world.put(&scope(), Notes::KIND, &coverage, Ok(got.into()), now());
                &self.left
            }
        };
        let tags: BTreeMap<String, String> =
            worn.iter().map(|tag| ("toban:remembered".to_owned(), tag.clone())).collect();
        let service = Service {
            desired: self.desired,
            running: self.running,
            pending: 0,
            attachments: Vec::new(),
            deployments: Vec::new(),
            tags,
            ..service()
        };
        let target =
            ScalableTarget { id: "service/city-prod/Backend".to_owned(), min: self.bounds.0, max: self.bounds.1 };
        let instance = Instance { state: self.ec2.to_owned(), tags: BTreeMap::new(), ..instance() };
        let db = DbInstance { status: self.db.to_owned(), ..database() };
        fn put<T: Resource>(world: &mut World, item: T) {
            world.put(&scope(), T::KIND, &Coverage::All, Ok(Reading::whole(vec![item]).into()), now());
        }
        put(&mut world, service);
        put(&mut world, target);
        put(&mut world, instance);
        put(&mut world, db);
        world
    }

    /// Takes each change, and tells `one` how it went.
    pub(super) fn carries(&mut self, one: &mut Sleep, changes: Vec<Box<dyn Change>>) {
        for change in changes {
            let change_request = change.change_request();
            let got = self.asked(&change_request);
            one.told(&change_request, &got, self.at);
        }
    }

    pub(super) fn asked(&mut self, change_request: &ChangeRequest) -> Result<Receipt, Fault> {
        let argument = |name: &str| {
            change_request
                .arguments
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
                .unwrap_or_default()
        };
        if let Some((verb, fault)) = &self.refuse
            && *verb == change_request.verb
        {
            return Err(fault.clone());
        }
        let what = change_request.on.kind.0;
        self.calls.push(format!("{} {what}", change_request.verb));
        match (change_request.verb, what) {
            ("remember" | "forget", _) => {
                let on_group = (argument("record"), argument("key")) == (GROUP.to_owned(), KEY.to_owned());
                assert_eq!(on_group, self.group.is_some(), "written on the record, and nowhere else");
                self.tag = Some(argument("memory")).filter(|_| change_request.verb == "remember");
                // What is not there is made with the words on it; what is gone takes them along.
                self.group = self.group.map(|there| there.or(Some("city-dev").filter(|_| self.tag.is_some())));
            }
            ("bounds", _) => {
                self.bounds = (argument("min").parse().expect("a number"), argument("max").parse().expect("a number"));
            }
            ("scale", _) => self.desired = argument("desired").parse().expect("a number"),
            ("stop", "db-instance") => self.db = "stopping",
            ("start", "db-instance") => self.db = "starting",
            ("stop", _) => self.ec2 = "stopping",
            ("start", _) => self.ec2 = "pending",
            ("mute", _) => self.muted = true,
            ("unmute", _) => self.muted = false,
            other => panic!("{other:?}"),
        }
        self.moves();
        Ok(Receipt::default())
    }

    /// What must never be seen: tasks without their database, or a zero without its memory.
    pub(super) fn is_sound(&self) {
        assert!(self.running == 0 || self.db == "available", "tasks run while the database is {}", self.db);
        assert!(self.desired > 0 || self.tag.is_some() || self.running > 0, "a zero without a memory");
        assert!(self.bounds.1 > 0 || self.tag.as_deref().is_some_and(|tag| tag.contains("min=2 max=10")));
    }
}

/// The record of the environment, where its schedule group is that.
const GROUP: &str = "toban-city-dev";
/// What its service is remembered under there.
const KEY: &str = "toban:remembered/city-prod/Backend";

pub(super) fn procedure(goal: TargetState, world: &World) -> Sleep {
    // Of a group something is known only where it is the record.
    let record = world.store(&scope(), Notes::KIND).map_or(Record::Tags, |_| Record::Group(GROUP.to_owned()));
    let environment: crate::world::EnvironmentName = "city-dev".into();
    let mut service_member = Member::new(MemberKind::EcsService, "Backend");
    service_member.cluster = Some("city-prod".to_owned());
    let members = [
        (database().id(&scope()), Member::new(MemberKind::RdsInstance, "city-db")),
        (instance().id(&scope()), Member::new(MemberKind::Ec2Instance, instance().id)),
        (service().id(&scope()), service_member),
    ];
    let members = members.map(|(id, member)| {
        let reads = kind(id.kind).map(|kind| kind.watch(world, &id)).unwrap_or_default();
        MemberProgress::new(id, member, reads).on(&record)
    });
    let plan = Plan::new("turn city-dev", environment.clone(), database().id(&scope()), Vec::new());
    let alarm_mute = alarm::mute_alarms(&["a".to_owned()], &environment, &scope(), (now(), None));
    Sleep::new(plan, goal, members.to_vec(), vec![alarm_mute])
}

/// Runs to the end, a fresh procedure taking over before each step that `killed` names. What must never be seen is looked
/// for after every call.
pub(super) fn run(account: &mut Account, goal: TargetState, killed: &[usize]) -> Option<Ending> {
    carried(account, goal, killed, Account::is_sound)
}

/// The same, never killed, of an account whose memory stands where no check looks for it.
pub(super) fn run_unsound(account: &mut Account, goal: TargetState) -> Option<Ending> {
    carried(account, goal, &[], |_| {})
}

fn carried(account: &mut Account, goal: TargetState, killed: &[usize], looks: impl Fn(&Account)) -> Option<Ending> {
    let mut one = procedure(goal, &account.world());
    for at in 0..900 {
        if killed.contains(&at) {
            one = procedure(goal, &account.world());
        }
        let world = account.world();
        let observation = Observation { world: &world, faults: &[], now: account.at };
        let step = one.step(&observation);
        assert!(!one.report(&observation).message.is_empty());
        match step {
            Step::End(ending) => return Some(ending),
            Step::Wait(span) => account.passes(span),
            Step::Act(changes) => {
                for change in changes {
                    account.carries(&mut one, vec![change]);
                    looks(account);
                }
            }
        }
        looks(account);
    }
    None
}
