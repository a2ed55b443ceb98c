//! Diagnosis: rules that join kinds, findings with evidence, and the verdict of an environment.
//! Pure; kinds judge single resources in their own `rules.rs`, this folder judges what they mean together.

pub mod events;
pub mod known;
pub mod stop_reasons;
pub mod stops;

use jiff::{Timestamp, tz::TimeZone};

use crate::environment::{Environment, Finding, Verdict};
use crate::kinds::Joins;
use crate::world::{Health, World};

/// The verdict of an environment: never better than its worst part, worst and deepest cause first.
#[must_use]
pub fn read(
    environment: &Environment,
    _world: &World,
    _joins: &Joins<'_>,
    _now: Timestamp,
    _zone: &TimeZone,
) -> Verdict {
    let mut findings: Vec<Finding> = environment
        .members
        .iter()
        .filter_map(|member| {
            let opinion = member.opinion.as_ref().filter(|opinion| opinion.health != Health::Well)?;
            Some(Finding {
                health: opinion.health,
                depth: 5,
                says: opinion.why.clone().unwrap_or_else(|| format!("{} {}", member.name, opinion.health.word())),
                about: Some(member.id.clone()),
                evidence: Vec::new(),
            })
        })
        .collect();
    findings.sort_by(|a, b| b.health.cmp(&a.health).then(a.depth.cmp(&b.depth)));
    let health = environment
        .members
        .iter()
        .filter_map(|member| member.opinion.as_ref())
        .map(|opinion| opinion.health)
        .max()
        .unwrap_or(Health::Unknown);
    Verdict { health, findings }
}
