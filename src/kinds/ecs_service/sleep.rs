//! How a service stands on its way to sleep and back: its counts, its scaling bounds, what its tag remembers, and
//! whether its targets are healthy. Pure; the calls are in `sleep/change.rs`.

mod change;

pub(super) use change::of as act;

use super::delivery::{GroupTraffic, traffic_of};
use super::model::Service;
use super::rules::moving;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_record::noted;
use crate::kinds::target_health::TargetHealth;
use crate::schedule::stoppable::{Facts, Ineligible, ServiceFacts, ineligibility};
use crate::schedule::stored::tags;
use crate::schedule::transition::ecs_service::ServiceSeen;
use crate::schedule::transition::sleep_wake_order::{How, MemberState};
use crate::schedule::{Bounds, Member, MemberKind, Record, Remembered, Tasks};
use crate::world::read_request::ReadRequest;
use crate::world::{Resource, Scope, World};

/// How it stands.
pub(super) fn member_state(item: &Service, world: &World, scope: &Scope) -> MemberState {
    let mut member = Member::new(MemberKind::EcsService, &item.name);
    member.cluster = Some(item.cluster.last().to_owned());
    let facts = ServiceFacts { daemon: item.scheduling == "DAEMON", controller: Some(item.controller.clone()) };
    let ineligible = Ineligible::by_tag(&item.tags).or_else(|| ineligibility(&Facts::Service(facts)));
    let how = match item.status.as_str() {
        "INACTIVE" | "DRAINING" => How::Gone,
        _ => How::Service(ServiceSeen {
            tasks: Tasks {
                desired: item.desired,
                running: item.running,
                pending: item.pending,
                deploying: moving(item),
                ready: unhealthy(item, world, scope).is_none(),
            },
            bounds: bounds(item, world, scope),
            // One that its schedule put to sleep wears no memory, but what it wakes to.
            memory: memory(item, world, scope)
                .or_else(|| (item.desired == 0).then(|| wakes_to(item, world, scope)).flatten()),
        }),
    };
    MemberState { ineligible, ..MemberState::new(member, how) }
}

/// What has to be read to see that.
pub(super) fn watch(item: &Service, scope: &Scope) -> Vec<ReadRequest> {
    let groups = item.target_groups().into_iter();
    let groups = groups.map(|group| ReadRequest::part(scope, TargetHealth::KIND, group.as_str()));
    [ReadRequest::part(scope, Service::KIND, item.cluster.as_str()), ReadRequest::all(scope, ScalableTarget::KIND)]
        .into_iter()
        .chain(groups)
        .collect()
}

/// What is remembered of before it slept: by the record of its environment, where a schedule group is that, else by its
/// tag.
#[must_use]
pub fn memory(item: &Service, world: &World, scope: &Scope) -> Option<Remembered> {
    written(item, tags::REMEMBERED, world, scope)
}

/// What it wakes to: what it had before it slept, else what its schedule wakes it to.
#[must_use]
pub fn wakes_to(item: &Service, world: &World, scope: &Scope) -> Option<Remembered> {
    memory(item, world, scope).or_else(|| written(item, tags::WAKES_TO, world, scope))
}

/// What is remembered of before it slept, where `record` is its environment's. Where a schedule group is that, a tag from
/// before counts only while it sleeps: nobody takes it away once it is up.
#[must_use]
pub fn memory_in(item: &Service, world: &World, scope: &Scope, record: &Record) -> Option<Remembered> {
    let written = || noted(world, scope, tags::REMEMBERED, (item.cluster.last(), &item.name)).is_some();
    match record {
        Record::Group(_) if item.desired > 0 && !written() => None,
        Record::Group(_) | Record::Tags => memory(item, world, scope),
    }
}

/// What is written is believed or, where it is garbled, nothing is: another word in its place would be a guess.
fn written(item: &Service, what: &str, world: &World, scope: &Scope) -> Option<Remembered> {
    let noted = noted(world, scope, what, (item.cluster.last(), &item.name));
    noted.or_else(|| item.tags.get(what).map(String::as_str)).and_then(|text| text.parse().ok())
}

/// The name Application Auto Scaling knows it by.
#[must_use]
pub fn scaled_as(item: &Service) -> String {
    format!("service/{}/{}", item.cluster.last(), item.name)
}

fn bounds(item: &Service, world: &World, scope: &Scope) -> Option<Bounds> {
    let target = world.by_key::<ScalableTarget>(scope, &scaled_as(item))?;
    Some(Bounds { min: target.min, max: target.max })
}

/// The target group in which fewer targets are healthy than tasks are wanted. One that could not be read says nothing,
/// and nor does the idle one of a pair.
fn unhealthy<'a>(item: &'a Service, world: &World, scope: &Scope) -> Option<&'a str> {
    let of = |group: &crate::world::Arn| world.by_key::<TargetHealth>(scope, group.as_str());
    let idle = |group: &&crate::world::Arn| matches!(traffic_of(item, group, &of), GroupTraffic::Idle { .. });
    let groups = item.target_groups().into_iter().filter(|group| !idle(group));
    let short = |group: &str| {
        let health = world.by_key::<TargetHealth>(scope, group)?;
        let healthy = health.targets.iter().filter(|target| target.state == "healthy").count();
        Some(healthy < item.desired as usize)
    };
    groups.map(|group| group.as_str()).find(|group| short(group) == Some(true))
}

#[cfg(test)]
mod tests;
