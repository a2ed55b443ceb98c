//! What a kind may look at when it judges or shows one of its resources: the world, the
//! environment's protection, the clock as a value, and who stands behind whom.
//! Built once per picture; never reads a clock or an environment variable itself.

use jiff::{Timestamp, tz::TimeZone};

use super::db_instance::DbInstance;
use super::ec2_instance::Instance;
use super::ecs_service::Service;
use super::ecs_task::Task;
use super::managed_node::Node;
use super::target_health::TargetHealth;
use crate::world::{QuickMap, Scope, World};

/// The surroundings of a resource.
#[derive(Clone, Copy)]
pub struct KindContext<'a> {
    /// What is believed.
    pub world: &'a World,
    /// Who stands behind whom.
    pub resource_index: &'a ResourceIndex<'a>,
    /// Where the resource is.
    pub scope: &'a Scope,
    /// Whether its environment is protected: a stopped database is bad there, asleep elsewhere.
    pub protected: bool,
    /// The moment this is judged for.
    pub now: Timestamp,
    /// The reader's time zone.
    pub zone: &'a TimeZone,
}

/// Look-ups across kinds that would otherwise be searches. Keys are within a scope.
#[derive(Default)]
pub struct ResourceIndex<'a> {
    tasks: QuickMap<(&'a Scope, &'a str, &'a str), Vec<&'a Task>>,
    task_by_ip: QuickMap<(&'a Scope, &'a str), &'a Task>,
    health: QuickMap<(&'a Scope, &'a str), &'a TargetHealth>,
    served: QuickMap<(&'a Scope, &'a str), Vec<&'a Service>>,
    instances: QuickMap<(&'a Scope, &'a str), &'a Instance>,
    nodes: QuickMap<(&'a Scope, &'a str), &'a Node>,
    databases: QuickMap<(&'a Scope, &'a str), &'a DbInstance>,
    named: QuickMap<(&'a Scope, &'a str, &'a str), &'a Service>,
}

impl<'a> ResourceIndex<'a> {
    /// Walks the world once.
    #[must_use]
    pub fn of(world: &'a World) -> Self {
        let mut resource_index = Self::default();
        for (scope, task) in world.everywhere::<Task>() {
            if let Some(service) = task.service() {
                resource_index.tasks.entry((scope, task.cluster.as_str(), service)).or_default().push(task);
            }
            if task.stopped_at.is_none() {
                for ip in &task.ips {
                    resource_index.task_by_ip.insert((scope, ip), task);
                }
            }
        }
        for (scope, health) in world.everywhere::<TargetHealth>() {
            resource_index.health.insert((scope, health.group.as_str()), health);
        }
        for (scope, service) in world.everywhere::<Service>() {
            resource_index.named.insert((scope, service.cluster.last(), service.name.as_str()), service);
            for group in service.target_groups() {
                resource_index.served.entry((scope, group.as_str())).or_default().push(service);
            }
        }
        for (scope, instance) in world.everywhere::<Instance>() {
            resource_index.instances.insert((scope, instance.id.as_str()), instance);
        }
        for (scope, node) in world.everywhere::<Node>() {
            resource_index.nodes.insert((scope, node.id.as_str()), node);
        }
        for (scope, database) in world.everywhere::<DbInstance>() {
            resource_index.databases.insert((scope, database.id.as_str()), database);
        }
        resource_index
    }

    /// The tasks of a service, running and lately stopped.
    #[must_use]
    pub fn tasks_of<'s>(&'s self, scope: &'s Scope, service: &'s Service) -> &'s [&'s Task] {
        self.tasks.get(&(scope, service.cluster.as_str(), service.name.as_str())).map_or(&[], Vec::as_slice)
    }

    /// The running task with that private address.
    #[must_use]
    pub fn task_at<'s>(&'s self, scope: &'s Scope, ip: &'s str) -> Option<&'s Task> {
        self.task_by_ip.get(&(scope, ip)).copied()
    }

    /// The targets of a target group with their health.
    #[must_use]
    pub fn health_of<'s>(&'s self, scope: &'s Scope, group: &'s str) -> Option<&'s TargetHealth> {
        self.health.get(&(scope, group)).copied()
    }

    /// The services that register their tasks in a target group.
    #[must_use]
    pub fn services_behind<'s>(&'s self, scope: &'s Scope, group: &'s str) -> &'s [&'s Service] {
        self.served.get(&(scope, group)).map_or(&[], Vec::as_slice)
    }

    /// An EC2 instance by id.
    #[must_use]
    pub fn instance<'s>(&'s self, scope: &'s Scope, id: &'s str) -> Option<&'s Instance> {
        self.instances.get(&(scope, id)).copied()
    }

    /// A managed node by id.
    #[must_use]
    pub fn node<'s>(&'s self, scope: &'s Scope, id: &'s str) -> Option<&'s Node> {
        self.nodes.get(&(scope, id)).copied()
    }

    /// A DB instance by its identifier.
    #[must_use]
    pub fn database<'s>(&'s self, scope: &'s Scope, id: &'s str) -> Option<&'s DbInstance> {
        self.databases.get(&(scope, id)).copied()
    }

    /// A service by the names of its cluster and its own.
    #[must_use]
    pub fn service<'s>(&'s self, scope: &'s Scope, cluster: &'s str, name: &'s str) -> Option<&'s Service> {
        self.named.get(&(scope, cluster, name)).copied()
    }
}
