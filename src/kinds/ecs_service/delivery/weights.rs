//! How much production traffic is on the old and on the new revision: as ECS asked for it, and as the listener sends it.
//! Pure; percents.

use std::collections::BTreeSet;

use super::pair::share;
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::target_health::TargetHealth;
use crate::world::Arn;

/// The shares of both sides in percent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Weights {
    /// On what ran before.
    pub old: f64,
    /// On what is deployed.
    pub new: f64,
}

/// A share for JSON: a whole number where it is one.
#[must_use]
pub fn in_json(share: f64) -> serde_json::Value {
    let rounded = (share * 10.0).round() / 10.0;
    #[expect(clippy::cast_possible_truncation, reason = "percents are small, and this one has no fraction")]
    let whole = rounded as i64;
    if rounded.fract() == 0.0 { whole.into() } else { rounded.into() }
}

impl Weights {
    /// Both in JSON.
    #[must_use]
    pub fn to_json(self) -> serde_json::Value {
        serde_json::json!({ "old": in_json(self.old), "new": in_json(self.new) })
    }

    /// Whether both sides are all of the traffic, but for rounding.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        (self.old + self.new - 100.0).abs() <= 1.0
    }

    /// Whether `other` says the same, but for rounding.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        (self.new - other.new).abs() <= 1.0
    }
}

/// As ECS's record has it; `None` where it tells none.
#[must_use]
pub fn by_ecs(record: &ServiceDeployment) -> Option<Weights> {
    let new = record.progress.target.as_ref()?.production.filter(|share| share.is_finite())?;
    let old: Vec<f64> = record.progress.sources.iter().filter_map(|one| one.production).collect();
    let old = if old.is_empty() { 100.0 - new } else { old.iter().sum() };
    Some(Weights { old, new })
}

/// As the listener sends it; `None` where its rule was not read, or nobody can tell which group is which side's.
#[must_use]
pub fn by_listener<'h>(
    service: &Service,
    record: &ServiceDeployment,
    tasks: &[&Task],
    health: &dyn Fn(&Arn) -> Option<&'h TargetHealth>,
) -> Option<Weights> {
    let new = groups_of_new(service, record, tasks, health);
    let (mut on_new, mut on_old) = (None::<f64>, None::<f64>);
    for pair in service.attachments.iter().filter(|one| one.alternate.is_some()) {
        let groups: Vec<&Arn> = pair.groups().collect();
        if !groups.iter().any(|group| new.contains(group)) {
            continue;
        }
        for group in groups {
            let share = share(service, group)?;
            let is_new = new.contains(&group);
            let side = if is_new { &mut on_new } else { &mut on_old };
            // Of several pairs the one that is furthest behind is told.
            let known = side.unwrap_or(share);
            *side = Some(if is_new { known.min(share) } else { known.max(share) });
        }
    }
    Some(Weights { old: on_old?, new: on_new? })
}

/// The groups in which the new revision registers: as ECS resolved them, else where its tasks are found.
fn groups_of_new<'s, 'h>(
    service: &'s Service,
    record: &ServiceDeployment,
    tasks: &[&Task],
    health: &dyn Fn(&Arn) -> Option<&'h TargetHealth>,
) -> Vec<&'s Arn> {
    let all = service.target_groups();
    let resolved: Vec<&Arn> = all.iter().filter(|group| record.progress.groups.contains(group)).copied().collect();
    if !resolved.is_empty() {
        return resolved;
    }
    let Some(number) = record.revision.as_ref().map(Arn::last) else { return Vec::new() };
    let id = format!("ecs-svc/{number}");
    let mine = tasks.iter().filter(|task| task.started_by.as_deref() == Some(&id));
    let addresses: BTreeSet<&str> = mine.flat_map(|task| &task.ips).map(String::as_str).collect();
    let holds = |group: &&Arn| {
        health(group).is_some_and(|health| health.targets.iter().any(|target| addresses.contains(target.id.as_str())))
    };
    all.into_iter().filter(holds).collect()
}
