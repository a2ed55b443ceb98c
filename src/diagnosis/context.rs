//! What the rules of one diagnosis see: an environment with its members as typed resources. Pure plumbing;
//! it decides nothing.

use std::collections::BTreeSet;

use jiff::{Timestamp, tz::TimeZone};

use crate::environment::{Environment, Member};
use crate::kinds::alarm::Alarm;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::{Class, DbInstance, class};
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::{KindContext, ResourceIndex};
use crate::offhours::{ExternalSchedulers, OffHours};
use crate::world::{Scope, World};

/// What is diagnosed: an environment with its off-hours and the schedules of others.
#[derive(Clone, Copy)]
pub struct DiagnosisInput<'a> {
    /// The environment, its members judged one by one.
    pub environment: &'a Environment,
    /// Its off-hours, if it has a schedule.
    pub offhours: Option<&'a OffHours>,
    /// What schedules of other owners do in it.
    pub others: &'a ExternalSchedulers,
    /// Where something is sick and of no environment, while what tells whose things are could not be read.
    pub strays: &'a BTreeSet<Scope>,
    /// How many days before the end of something it is told of in a note.
    pub notes_days: u32,
}

/// An environment, its surroundings, and its members by what they are.
pub(super) struct DiagnosisContext<'a> {
    pub(super) environment: &'a Environment,
    pub(super) offhours: Option<&'a OffHours>,
    pub(super) others: &'a ExternalSchedulers,
    pub(super) strays: &'a BTreeSet<Scope>,
    pub(super) notes_days: u32,
    pub(super) world: &'a World,
    pub(super) resource_index: &'a ResourceIndex<'a>,
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    pub(super) services: Vec<(&'a Member, &'a Service)>,
    pub(super) databases: Vec<Database<'a>>,
    pub(super) groups: Vec<(&'a Member, &'a TargetGroup)>,
    pub(super) alarms: Vec<(&'a Member, &'a Alarm)>,
    pub(super) instances: Vec<(&'a Member, &'a Instance)>,
}

/// A database as a whole: a cluster or a lone instance.
#[derive(Clone, Copy)]
pub(super) struct Database<'a> {
    pub(super) member: &'a Member,
    pub(super) id: &'a str,
    pub(super) status: &'a str,
    pub(super) engine: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) lifecycle: Option<&'a str>,
    pub(super) port: Option<u32>,
    pub(super) security_groups: &'a [String],
    pub(super) endpoint: Option<&'a str>,
    pub(super) certificate_until: Option<Timestamp>,
}

impl Database<'_> {
    pub(super) fn class(&self) -> Class {
        class(self.status)
    }

    /// Whether nobody can use it now.
    pub(super) fn is_away(&self) -> bool {
        matches!(self.class(), Class::Down | Class::GoingUp | Class::GoingDown | Class::Going | Class::Blocked)
            || matches!(self.status, "rebooting" | "failing-over" | "creating")
    }
}

impl<'a> DiagnosisContext<'a> {
    pub(super) fn of(
        input: &DiagnosisInput<'a>,
        world: &'a World,
        resource_index: &'a ResourceIndex<'a>,
        now: Timestamp,
        zone: &'a TimeZone,
    ) -> Self {
        let mut cx = Self {
            environment: input.environment,
            offhours: input.offhours,
            others: input.others,
            strays: input.strays,
            notes_days: input.notes_days,
            world,
            resource_index,
            now,
            zone,
            services: Vec::new(),
            databases: Vec::new(),
            groups: Vec::new(),
            alarms: Vec::new(),
            instances: Vec::new(),
        };
        for member in &input.environment.members {
            cx.add(member);
        }
        cx
    }

    fn add(&mut self, member: &'a Member) {
        let (world, id) = (self.world, &member.id);
        if let Some(service) = world.get::<Service>(id) {
            self.services.push((member, service));
        } else if let Some(cluster) = world.get::<DbCluster>(id) {
            self.databases.push(Database {
                member,
                id: &cluster.id,
                status: &cluster.status,
                engine: &cluster.engine,
                version: cluster.version.as_deref(),
                lifecycle: cluster.lifecycle.as_deref(),
                port: cluster.port,
                security_groups: &cluster.security_groups,
                endpoint: cluster.endpoint.as_deref(),
                certificate_until: None,
            });
        } else if let Some(database) = world.get::<DbInstance>(id).filter(|database| database.cluster.is_none()) {
            self.databases.push(Database {
                member,
                id: &database.id,
                status: &database.status,
                engine: &database.engine,
                version: database.version.as_deref(),
                lifecycle: database.lifecycle.as_deref(),
                port: database.port,
                security_groups: &database.security_groups,
                endpoint: database.endpoint.as_deref(),
                certificate_until: database.certificate_until,
            });
        } else if let Some(group) = world.get::<TargetGroup>(id) {
            self.groups.push((member, group));
        } else if let Some(alarm) = world.get::<Alarm>(id) {
            self.alarms.push((member, alarm));
        } else if let Some(instance) = world.get::<Instance>(id) {
            self.instances.push((member, instance));
        }
    }

    /// The context in which a kind judges that member.
    pub(super) fn context<'m>(&'m self, member: &'m Member) -> KindContext<'m> {
        KindContext {
            world: self.world,
            resource_index: self.resource_index,
            scope: &member.id.scope,
            protected: self.environment.protected,
            now: self.now,
            zone: self.zone,
        }
    }
}
