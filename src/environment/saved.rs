//! What an environment's sleep saves: its sleepers as priced parts, and the month's hours. Pure; what has no price
//! stays without one, and a count that nobody knows is not guessed.

use jiff::Timestamp;

use super::OffHours;
use super::sleepers::Sleeper;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::task_definition::TaskDefinition;
use crate::schedule::prices::Item;
use crate::schedule::savings::{Part, Savings, off_hours, savings};
use crate::schedule::spans::local_date;
use crate::schedule::{Exceptions, Intent, WakeDesired, tags};
use crate::world::World;

impl OffHours {
    /// What the month of `now` saves by the schedule alone, at list prices; `None` where nobody knows the hours.
    #[must_use]
    pub fn savings(&self, world: &World, now: Timestamp) -> Option<Savings> {
        let plain = Exceptions { protect: self.exceptions.protect, ..Exceptions::default() };
        let month = local_date(&self.routine.schedule.zone, now);
        let hours = off_hours(Intent::new(&self.routine.schedule, &plain), month.year(), month.month())?;
        let parts: Vec<Part> = self.sleepers.iter().flat_map(|it| parts(it, world)).collect();
        let region = self.sleepers.iter().find_map(|it| it.id.as_ref()).map(|id| id.scope.region.to_string());
        Some(savings(hours, &parts, &self.routine.prices, region.as_deref().unwrap_or_default()))
    }
}

/// What is up with it, as priced parts; none where that is not known.
pub(super) fn parts(it: &Sleeper, world: &World) -> Vec<Part> {
    let Some(id) = &it.id else { return Vec::new() };
    let name = it.member.label();
    let one = |item: Item| vec![Part { name: name.clone(), item, quantity: 1.0 }];
    if let Some(db) = world.get::<DbInstance>(id) {
        let class = db.class.clone().unwrap_or_default();
        return one(Item::DbInstance { class, engine: db.engine.clone(), multi_az: db.multi_az });
    }
    if let Some(cluster) = world.get::<DbCluster>(id) {
        let of = |member: &str| world.all::<DbInstance>(&id.scope).find(|db| db.id == member);
        return cluster
            .members
            .iter()
            .map(|member| {
                let class = of(&member.id).and_then(|db| db.class.clone()).unwrap_or_default();
                let item = Item::AuroraInstance { class, engine: cluster.engine.clone(), io_optimized: false };
                Part { name: member.id.clone(), item, quantity: 1.0 }
            })
            .collect();
    }
    if let Some(service) = world.get::<Service>(id) {
        return tasks(it, service, world);
    }
    match world.get::<Instance>(id) {
        Some(instance) => one(Item::Ec2 { kind: instance.class.clone().unwrap_or_default() }),
        None => Vec::new(),
    }
}

/// The tasks of a service as they are when it is awake.
fn tasks(it: &Sleeper, service: &Service, world: &World) -> Vec<Part> {
    let remembered = tags::remembered(&it.tags);
    let count = match it.member.wake_desired {
        WakeDesired::Count(count) => Some(count),
        WakeDesired::Remembered => {
            it.desired.filter(|count| *count > 0).or_else(|| remembered.and_then(|memory| memory.desired))
        }
    };
    let on_fargate = service.launch.as_deref().is_none_or(|launch| launch.to_uppercase().contains("FARGATE"));
    let definition = it
        .id
        .as_ref()
        .and_then(|id| world.all::<TaskDefinition>(&id.scope).find(|one| one.arn == service.task_definition));
    let units =
        |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok()).map(|units| units / 1024.0);
    let Some((count, definition)) = count.zip(definition).filter(|_| on_fargate) else { return Vec::new() };
    let (Some(cpu), Some(memory)) = (units(&definition.cpu), units(&definition.memory)) else { return Vec::new() };
    let arm = definition.architecture.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("ARM64"));
    let part = |item: Item, each: f64| Part { name: it.member.label(), item, quantity: each * f64::from(count) };
    let mut parts = vec![part(Item::FargateCpu { arm }, cpu), part(Item::FargateMemory { arm }, memory)];
    if service.public_ip == Some(true) {
        parts.push(part(Item::PublicIpv4, 1.0));
    }
    parts
}
