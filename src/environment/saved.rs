//! What an environment's sleep saves: its sleepers as priced parts, and the month's hours. Pure; what has no price
//! stays without one, and a count that nobody knows is not guessed.

use jiff::{SignedDuration, Timestamp};

use super::OffHours;
use super::sleepers::Sleeper;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::task_definition::TaskDefinition;
use crate::schedule::power::{self, KEPT};
use crate::schedule::prices::Item;
use crate::schedule::savings::{Hours, Part, Savings, off_hours, savings};
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
        Some(savings(hours, &parts, region.as_deref().unwrap_or_default()))
    }
}

/// What was seen of how long its members were off, lately.
#[derive(Clone, PartialEq, Debug)]
pub struct Past {
    /// From when on.
    pub from: Timestamp,
    /// Each member by name; `None` if nobody observed it.
    pub members: Vec<(String, Option<Rested>)>,
}

/// What one member's rest came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rested {
    /// How long it was off.
    pub off: SignedDuration,
    /// The US dollars that saved, where its price is known.
    pub usd: Option<f64>,
}

impl Past {
    /// In a sentence: hours first, money second, and who was not observed.
    #[must_use]
    pub fn says(&self, now: Timestamp) -> String {
        let days = now.duration_since(self.from).as_hours() / 24;
        let hours = |off: &SignedDuration| off.as_secs_f64() / 3600.0;
        let seen: Vec<String> = self
            .members
            .iter()
            .filter_map(|(name, seen)| {
                let Rested { off, usd } = seen.as_ref()?;
                let money = usd.map_or_else(|| "price unknown".to_owned(), |usd| format!("≈ US${usd:.1}"));
                Some(format!("{name} {:.0} h ({money})", hours(off)))
            })
            .collect();
        let unseen: Vec<&str> =
            self.members.iter().filter(|(_, seen)| seen.is_none()).map(|(name, _)| name.as_str()).collect();
        let mut says = format!("really off in the last {days} days: ");
        says.push_str(&if seen.is_empty() { "not observed".to_owned() } else { seen.join(", ") });
        if !seen.is_empty() && !unseen.is_empty() {
            says.push_str(&format!("; not observed: {}", unseen.join(", ")));
        }
        says
    }
}

impl OffHours {
    /// How long its members were really off in the days RDS tells of. Databases are observed by their events, as far as
    /// those were read; nobody observes services and instances, whose stops are not told anywhere.
    #[must_use]
    pub fn past_savings(&self, world: &World, now: Timestamp) -> Option<Past> {
        let from = now.checked_sub(KEPT).ok()?;
        let region = self.sleepers.iter().find_map(|it| it.id.as_ref()).map(|id| id.scope.region.to_string())?;
        let seen = |it: &Sleeper| {
            let id = it.id.as_ref()?;
            let events = world.by_key::<PowerEvents>(&id.scope, &id.key)?;
            let off = power::off(&events.told, &it.actual, (from, now))?;
            let hours = Hours { off, total: now.duration_since(from) };
            let saved = savings(hours, &parts(it, world), &region);
            let (usd, unknown) = saved.sum();
            Some(Rested { off, usd: (unknown.is_empty() && !saved.parts.is_empty()).then_some(usd) })
        };
        let members: Vec<_> = self.sleepers.iter().map(|it| (it.member.label(), seen(it))).collect();
        members.iter().any(|(_, seen)| seen.is_some()).then_some(Past { from, members })
    }
}

fn parts(it: &Sleeper, world: &World) -> Vec<Part> {
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
