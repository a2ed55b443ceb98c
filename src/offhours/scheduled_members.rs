//! Who sleeps and wakes with an environment: what the configuration names, or else every database, instance and
//! service found in it; each with how it stands and what is written on it. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::tag_store::recorded;
use crate::environment::Environment;
use crate::environment::EnvironmentConfig;
use crate::environment::model::Member as Found;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::schedule::observed::power_state::{Tasks, of_db_cluster, of_db_instance, of_ec2_instance, of_service};
use crate::schedule::stored::target_effect::Tool;
use crate::schedule::{Actual, Member, MemberKind};
use crate::world::{Resource, ResourceId, World};

/// One who sleeps and wakes with its environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScheduledMember {
    /// What it is and when its turn is.
    pub member: Member,
    /// Where it is; `None` if the configuration names something that is not there.
    pub id: Option<ResourceId>,
    /// Its ARN, where its kind has one; its id otherwise.
    pub arn: String,
    /// How it stands.
    pub actual: Actual,
    /// How many tasks a service wants now.
    pub desired: Option<u32>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When AWS starts it by itself, for a stopped database.
    pub restarts_at: Option<Timestamp>,
}

impl ScheduledMember {
    /// A scheduled member that is named and not there.
    fn gone(member: &Member) -> Self {
        Self {
            member: member.clone(),
            id: None,
            arn: member.label(),
            actual: Actual::Gone,
            desired: None,
            tags: BTreeMap::new(),
            restarts_at: None,
        }
    }
}

/// Those of `environment`, in the order they wake.
#[must_use]
pub fn scheduled_members(
    environment: &Environment,
    world: &World,
    environment_config: Option<&EnvironmentConfig>,
) -> Vec<ScheduledMember> {
    scheduled_members_named(
        environment,
        world,
        environment_config
            .map(|environment_config| environment_config.scheduled_members.as_slice())
            .unwrap_or_default(),
    )
}

/// The same, where `named` is who the configuration names.
#[must_use]
pub fn scheduled_members_named(environment: &Environment, world: &World, named: &[Member]) -> Vec<ScheduledMember> {
    let found = environment.members.iter().filter_map(|member| member_state(member, world));
    let found: Vec<ScheduledMember> = found.map(|it| recorded(it, environment, world)).collect();
    let mut all = if named.is_empty() {
        found
    } else {
        let known = |wanted: &Member| {
            found.iter().find(|it| it.member.kind == wanted.kind && it.member.label() == wanted.label()).map_or_else(
                || ScheduledMember::gone(wanted),
                |it| ScheduledMember { member: wanted.clone(), ..it.clone() },
            )
        };
        named.iter().map(known).collect()
    };
    all.sort_by_cached_key(|it| (it.member.order(), it.member.label()));
    all
}

/// Whether a tool reads the tags of one who could sleep with `environment`.
pub(crate) fn wears_tools(environment: &Environment, world: &World) -> bool {
    let tags = |found: &Found| {
        let id = &found.id;
        let worn = if id.kind == DbInstance::KIND {
            world.get::<DbInstance>(id).map(|it| &it.tags)
        } else if id.kind == DbCluster::KIND {
            world.get::<DbCluster>(id).map(|it| &it.tags)
        } else if id.kind == Service::KIND {
            world.get::<Service>(id).map(|it| &it.tags)
        } else if id.kind == Instance::KIND {
            world.get::<Instance>(id).map(|it| &it.tags)
        } else {
            None
        };
        worn.is_some_and(|tags| tags.keys().any(|key| Tool::of_tag(key).is_some()))
    };
    environment.members.iter().any(tags)
}

fn member_state(found: &Found, world: &World) -> Option<ScheduledMember> {
    let id = &found.id;
    let usual = |kind: MemberKind, name: &str, actual: Actual| ScheduledMember {
        id: Some(id.clone()),
        arn: id.key.to_string(),
        actual,
        ..ScheduledMember::gone(&Member::new(kind, name))
    };
    if let Some(db) = world.get::<DbInstance>(id).filter(|db| db.cluster.is_none()) {
        return Some(ScheduledMember {
            tags: db.tags.clone(),
            restarts_at: db.auto_restart_at,
            ..usual(MemberKind::RdsInstance, &db.id, of_db_instance(&db.status))
        });
    }
    if let Some(cluster) = world.get::<DbCluster>(id) {
        let writer = cluster.members.iter().find(|member| member.writer).map(|member| member.id.as_str());
        let status = writer
            .and_then(|writer| world.all::<DbInstance>(&id.scope).find(|db| db.id == writer))
            .map(|db| db.status.as_str());
        return Some(ScheduledMember {
            tags: cluster.tags.clone(),
            restarts_at: cluster.auto_restart_at,
            ..usual(MemberKind::RdsCluster, &cluster.id, of_db_cluster(&cluster.status, status))
        });
    }
    if let Some(service) = world.get::<Service>(id).filter(|service| service.status != "INACTIVE") {
        let tasks = Tasks {
            desired: service.desired,
            running: service.running,
            pending: service.pending,
            deploying: service.deployments.iter().any(|one| one.rollout.as_deref() == Some("IN_PROGRESS")),
            ready: true,
        };
        let mut scheduled_member = ScheduledMember {
            desired: Some(service.desired),
            tags: service.tags.clone(),
            ..usual(MemberKind::EcsService, &service.name, of_service(tasks))
        };
        scheduled_member.member.cluster = Some(service.cluster.last().to_owned());
        return Some(scheduled_member);
    }
    let instance = world.get::<Instance>(id)?;
    Some(ScheduledMember {
        tags: instance.tags.clone(),
        ..usual(MemberKind::Ec2Instance, &instance.id, of_ec2_instance(&instance.state))
    })
}
