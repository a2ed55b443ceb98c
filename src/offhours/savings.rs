//! What an environment's sleep saves: its scheduled members as priced parts, and the month's hours. Pure; what has no
//! price
//! stays without one, and a count that nobody knows is not guessed.

use jiff::Timestamp;

use super::OffHours;
use super::scheduled_members::ScheduledMember;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::task_definition::TaskDefinition;
use crate::schedule::calendar::intervals::local_date;
use crate::schedule::cost::prices::Item;
use crate::schedule::cost::savings::{Part, Savings, off_hours, savings};
use crate::schedule::stored::tags;
use crate::schedule::{Exceptions, Intent, WakeDesired};
use crate::world::World;

impl OffHours {
    /// What the month of `now` saves by the schedule alone, at list prices; `None` where nobody knows the hours.
    #[must_use]
    pub fn savings(&self, world: &World, now: Timestamp) -> Option<Savings> {
        let plain = Exceptions { protect: self.exceptions.protect, ..Exceptions::default() };
        let month = local_date(&self.routine.schedule.zone, now);
        let hours = off_hours(Intent::new(&self.routine.schedule, &plain), month.year(), month.month())?;
        let parts: Vec<Part> = self.scheduled_members.iter().flat_map(|it| parts(it, world)).collect();
        let region = self.scheduled_members.iter().find_map(|it| it.id.as_ref()).map(|id| id.scope.region.to_string());
        Some(savings(hours, &parts, &self.routine.prices, region.as_deref().unwrap_or_default()))
    }
}

/// What is up with it, as priced parts; none where that is not known.
pub(crate) fn parts(it: &ScheduledMember, world: &World) -> Vec<Part> {
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
                let db = of(&member.id);
                let class = db.and_then(|db| db.class.clone()).unwrap_or_default();
                let io_optimized = db.and_then(|db| db.storage_type.as_deref()) == Some("aurora-iopt1");
                let item = Item::AuroraInstance { class, engine: cluster.engine.clone(), io_optimized };
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

/// The tasks of a service as they are when it is awake. On Fargate alone they have a price of their own; on Spot, whose
/// price moves, and where nobody knows how many there are or how large, it is named as unknown.
fn tasks(it: &ScheduledMember, service: &Service, world: &World) -> Vec<Part> {
    let remembered = tags::remembered(&it.tags);
    let count = match it.member.wake_desired {
        WakeDesired::Count(count) => Some(count),
        WakeDesired::Remembered => {
            it.desired.filter(|count| *count > 0).or_else(|| remembered.and_then(|memory| memory.desired))
        }
    };
    let launch = service.launch.as_deref().map(str::to_uppercase);
    if launch.as_deref().is_some_and(|launch| !launch.contains("FARGATE")) {
        return Vec::new();
    }
    let unpriced = || vec![Part { name: it.member.label(), item: Item::Unpriced, quantity: 1.0 }];
    let on_demand = launch.as_deref() == Some("FARGATE");
    let definition = it
        .id
        .as_ref()
        .and_then(|id| world.all::<TaskDefinition>(&id.scope).find(|one| one.arn == service.task_definition));
    let units =
        |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok()).map(|units| units / 1024.0);
    let Some((count, definition)) = count.zip(definition).filter(|_| on_demand) else { return unpriced() };
    let (Some(cpu), Some(memory)) = (units(&definition.cpu), units(&definition.memory)) else { return unpriced() };
    let arm = definition.architecture.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("ARM64"));
    let part = |item: Item, each: f64| Part { name: it.member.label(), item, quantity: each * f64::from(count) };
    let mut parts = vec![part(Item::FargateCpu { arm }, cpu), part(Item::FargateMemory { arm }, memory)];
    if service.public_ip == Some(true) {
        parts.push(part(Item::PublicIpv4, 1.0));
    }
    parts
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::kinds::db_cluster::ClusterMember;
    use crate::kinds::testing::{know, scope};
    use crate::kinds::testing_samples;
    use crate::schedule::cost::prices::{REGION, per_hour};
    use crate::schedule::{Actual, Member, MemberKind};
    use crate::world::{Resource, ResourceId};

    fn member_state(kind: MemberKind, id: ResourceId, desired: Option<u32>) -> ScheduledMember {
        let member = Member::new(kind, "it");
        let (arn, actual, tags) = (id.key.to_string(), Actual::Up, std::collections::BTreeMap::new());
        ScheduledMember { member, id: Some(id), arn, actual, desired, tags, restarts_at: None }
    }

    /// US dollars an hour of each part; `None` where that is not known.
    fn cost(it: &ScheduledMember, world: &World) -> Vec<Option<f64>> {
        parts(it, world).iter().map(|part| Some(per_hour(&part.item, REGION)? * part.quantity)).collect()
    }

    #[rstest]
    #[case::fargate(Some("FARGATE"), Some(2), &[Some(0.05056), Some(0.01106)])]
    #[case::spot(Some("FARGATE_SPOT"), Some(2), &[None])]
    #[case::both(Some("FARGATE+FARGATE_SPOT"), Some(2), &[None])]
    #[case::nobody_knows_where(None, Some(2), &[None])]
    #[case::nobody_knows_how_many(Some("FARGATE"), Some(0), &[None])]
    #[case::on_instances(Some("EC2"), Some(2), &[])]
    #[case::of_a_provider(Some("our-instances"), Some(2), &[])]
    fn tasks_have_a_price_on_fargate_alone(
        #[case] launch: Option<&str>,
        #[case] desired: Option<u32>,
        #[case] usd: &[Option<f64>],
    ) {
        let mut world = World::default();
        let service =
            Service { launch: launch.map(str::to_owned), public_ip: Some(false), ..testing_samples::service() };
        let id = service.id(&scope());
        know(&mut world, vec![service]);
        know(&mut world, vec![testing_samples::definition()]);
        let found = cost(&member_state(MemberKind::EcsService, id, desired), &world);
        assert_eq!(found.len(), usd.len(), "{found:?}");
        for (found, usd) in found.iter().zip(usd) {
            assert_eq!(found.is_some(), usd.is_some());
            assert!((found.unwrap_or_default() - usd.unwrap_or_default()).abs() < 1e-9, "{found:?} {usd:?}");
        }
    }

    #[test]
    fn a_member_of_an_aurora_cluster_costs_what_its_storage_says() {
        let cost = |storage: &str| {
            let db = DbInstance {
                class: Some("db.t4g.medium".to_owned()),
                storage_type: Some(storage.to_owned()),
                ..testing_samples::database()
            };
            let member = ClusterMember { id: db.id.clone(), writer: true };
            let cluster = DbCluster {
                engine: "aurora-postgresql".to_owned(),
                members: vec![member],
                ..testing_samples::cluster()
            };
            let id = cluster.id(&scope());
            let mut world = World::default();
            know(&mut world, vec![db]);
            know(&mut world, vec![cluster]);
            cost(&member_state(MemberKind::RdsCluster, id, None), &world)
        };
        assert_eq!(cost("aurora"), [Some(0.113)]);
        assert_eq!(cost("aurora-iopt1"), [Some(0.147)]);
    }
}
