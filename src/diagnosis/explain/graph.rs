//! What depends on what: a load balancer on its target groups, those on services and instances, services and functions
//! on databases, a service on the health checks of its groups, an alarm on what it measures, a composite alarm on its children. A cause stands before a symptom only
//! if the symptom depends on where the cause sits. Pure.

use std::collections::VecDeque;

use crate::diagnosis::context::{Database, DiagnosisContext};
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched, children};
use crate::kinds::ecs_service::Service;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::security_group::SecurityGroup;
use crate::kinds::target_group::TargetGroup;
use crate::world::{QuickMap, Resource, ResourceId, Scope};

/// Whether a service reaches a database, as far as security groups tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// A rule of the database's groups lets the service in.
    Open,
    /// The groups were read and no rule lets it in.
    Closed,
    /// The groups were not read.
    Unread,
}

/// Who depends on whom within one environment.
#[derive(Default, Debug)]
pub(crate) struct Graph<'a> {
    /// Each with what it depends on directly.
    depends: QuickMap<&'a ResourceId, Vec<&'a ResourceId>>,
}

impl<'a> Graph<'a> {
    pub(crate) fn of(cx: &DiagnosisContext<'a>) -> Self {
        let mut graph = Self::default();
        for (member, group) in &cx.groups {
            graph.group(cx, &member.id, group);
        }
        for (member, service) in &cx.services {
            for database in used_databases(cx, &member.id, service) {
                graph.add(&member.id, &database.member.id);
            }
        }
        for member in &cx.environment.members {
            let (world, id) = (cx.world, &member.id);
            if let Some(balancer) = world.get::<LoadBalancer>(id) {
                let behind = cx.groups.iter().filter(|(_, group)| group.load_balancers.contains(&balancer.arn));
                behind.for_each(|(group, _)| graph.add(id, &group.id));
            } else if world.get::<Function>(id).is_some() {
                let here = cx.databases.iter().filter(|database| database.member.id.scope == id.scope);
                here.for_each(|database| graph.add(id, &database.member.id));
            }
        }
        for (member, alarm) in &cx.alarms {
            graph.alarm(cx, &member.id, alarm);
        }
        graph
    }

    fn add(&mut self, dependent: &'a ResourceId, on: &'a ResourceId) {
        let known = self.depends.entry(dependent).or_default();
        if dependent != on && !known.contains(&on) {
            known.push(on);
        }
    }

    fn group(&mut self, cx: &DiagnosisContext<'a>, id: &'a ResourceId, group: &TargetGroup) {
        for (member, service) in &cx.services {
            let attached = service.attachments.iter().any(|it| it.target_group.as_ref() == Some(&group.arn));
            if attached && member.id.scope == id.scope {
                self.add(id, &member.id);
                // Its tasks are stopped where the group's health check fails.
                self.add(&member.id, id);
            }
        }
        let targets =
            cx.resource_index.health_of(&id.scope, group.arn.as_str()).map_or(&[][..], |health| &health.targets);
        for (member, instance) in &cx.instances {
            let is_target = targets.iter().any(|target| {
                let by_address = Some(target.id.as_str()) == instance.private_ip.as_deref() && !target.is_abroad();
                target.id == instance.id || by_address
            });
            if is_target && member.id.scope == id.scope {
                self.add(id, &member.id);
                // What serves from an instance may need any database of its environment.
                let here = cx.databases.iter().filter(|database| database.member.id.scope == id.scope);
                here.for_each(|database| self.add(&member.id, &database.member.id));
            }
        }
    }

    fn alarm(&mut self, cx: &DiagnosisContext<'a>, id: &'a ResourceId, alarm: &'a Alarm) {
        for watched in all_watched(alarm) {
            for on in resources(cx, &id.scope, watched) {
                self.add(id, on);
            }
        }
        for child in children(alarm) {
            let found = cx.alarms.iter().find(|(_, other)| other.name == child || other.arn.as_str() == child);
            if let Some((member, _)) = found.filter(|(member, _)| member.id.scope == id.scope) {
                self.add(id, &member.id);
            }
        }
    }

    /// How far `from` depends on `on`: 0 for itself; `None` if it does not.
    pub(crate) fn distance(&self, from: &ResourceId, on: &ResourceId) -> Option<usize> {
        let mut seen: Vec<&ResourceId> = vec![from];
        let mut queue: VecDeque<(&ResourceId, usize)> = VecDeque::from([(from, 0)]);
        while let Some((at, far)) = queue.pop_front() {
            if at == on {
                return Some(far);
            }
            for next in self.depends.get(at).into_iter().flatten() {
                if !seen.contains(next) {
                    seen.push(next);
                    queue.push_back((next, far + 1));
                }
            }
        }
        None
    }
}

/// The members that an alarm's dimension names.
fn resources<'a>(cx: &DiagnosisContext<'a>, scope: &Scope, watched: WatchedResource<'_>) -> Vec<&'a ResourceId> {
    let here = |id: &ResourceId| id.scope == *scope;
    match watched {
        WatchedResource::Service(cluster, name) => {
            let fits = |service: &Service| {
                service.name == name && cluster.is_none_or(|cluster| service.cluster.last() == cluster)
            };
            cx.services.iter().filter(|(_, service)| fits(service)).map(|(member, _)| &member.id).collect()
        }
        WatchedResource::Cluster(name) => {
            let fits = |service: &Service| service.cluster.last() == name;
            cx.services.iter().filter(|(_, service)| fits(service)).map(|(member, _)| &member.id).collect()
        }
        WatchedResource::Database(id) | WatchedResource::DbCluster(id) => {
            let member = cx.resource_index.database(scope, id).and_then(|database| database.cluster.as_deref());
            let fits = |database: &&Database<'_>| database.id == id || Some(database.id) == member;
            cx.databases.iter().filter(fits).map(|database| &database.member.id).collect()
        }
        WatchedResource::TargetGroup(short) => {
            cx.groups.iter().filter(|(_, group)| group.arn.resource() == short).map(|(member, _)| &member.id).collect()
        }
        WatchedResource::LoadBalancer(short) => {
            let own = cx.environment.members.iter().filter(|member| {
                let balancer = cx.world.get::<LoadBalancer>(&member.id);
                balancer.is_some_and(|it| it.arn.resource().strip_prefix("loadbalancer/") == Some(short))
            });
            let behind = cx.groups.iter().filter(|(_, group)| {
                group.load_balancers.iter().any(|arn| arn.resource().strip_prefix("loadbalancer/") == Some(short))
            });
            own.map(|member| &member.id).chain(behind.map(|(member, _)| &member.id)).collect()
        }
        WatchedResource::Instance(id) => {
            cx.instances.iter().filter(|(_, instance)| instance.id == id).map(|(member, _)| &member.id).collect()
        }
        WatchedResource::Function(name) => {
            let fits = |id: &&ResourceId| cx.world.get::<Function>(id).is_some_and(|function| function.name == name);
            cx.environment.members.iter().map(|member| &member.id).filter(fits).collect()
        }
        WatchedResource::Other(..) => Vec::new(),
    }
    .into_iter()
    .filter(|id| here(id))
    .collect()
}

/// The databases of its environment that a service may use: none of them whose groups keep it out, unless that leaves none.
pub(crate) fn used_databases<'a>(cx: &DiagnosisContext<'a>, id: &ResourceId, service: &Service) -> Vec<Database<'a>> {
    let near: Vec<Database<'a>> =
        cx.databases.iter().filter(|database| database.member.id.scope == id.scope).copied().collect();
    let open: Vec<Database<'a>> =
        near.iter().filter(|it| access(cx, id, service, it) != Access::Closed).copied().collect();
    if open.is_empty() { near } else { open }
}

/// Whether the groups of a database let a service in.
pub(crate) fn access(cx: &DiagnosisContext<'_>, id: &ResourceId, service: &Service, database: &Database<'_>) -> Access {
    let Some(port) = database.port.and_then(|port| u16::try_from(port).ok()) else { return Access::Unread };
    let addresses: Vec<String> =
        cx.resource_index.tasks_of(&id.scope, service).iter().flat_map(|task| task.ips.iter().cloned()).collect();
    admits(cx, &id.scope, database.security_groups, port, (&service.security_groups, &addresses))
}

/// Whether any of `groups` lets somebody in on `port` who has these groups or one of these addresses.
pub(crate) fn admits(
    cx: &DiagnosisContext<'_>,
    scope: &Scope,
    groups: &[String],
    port: u16,
    (own, addresses): (&[String], &[String]),
) -> Access {
    let read = cx.world.store(scope, SecurityGroup::KIND).is_some_and(|store| store.oldest().is_some());
    let known: Vec<&SecurityGroup> =
        groups.iter().filter_map(|group| cx.world.by_key::<SecurityGroup>(scope, group)).collect();
    if !read || known.len() < groups.len() || groups.is_empty() || own.is_empty() {
        return Access::Unread;
    }
    let mut openings = known.iter().flat_map(|group| &group.openings).filter(|opening| opening.covers(port));
    if openings.clone().any(|opening| opening.lets_in(own, addresses)) {
        return Access::Open;
    }
    // What a prefix list holds is not known here; nor are addresses of tasks that are not there any more.
    let unsure = openings.any(|opening| opening.prefix_lists || (addresses.is_empty() && !opening.ranges.is_empty()));
    if unsure { Access::Unread } else { Access::Closed }
}
