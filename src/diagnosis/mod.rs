//! Diagnosis: rules that join kinds, findings with evidence, and the verdict of an environment.
//! Pure; kinds judge single resources in their own `rules.rs`, this folder judges what they mean together.
//! What AWS's sentences mean is data: `stop_reasons`, `events`.

pub mod events;
pub mod known;
pub mod stop_reasons;
pub mod stops;

mod drift;
mod gaps;
mod incident;
mod notes;
mod others;
mod rest;
mod scene;

#[cfg(test)]
mod tests;

use jiff::{Timestamp, tz::TimeZone};

use crate::environment::{Environment, Finding, Verdict};
use crate::kinds::Joins;
use crate::world::{Health, World};
use scene::Scene;

/// The verdict of an environment: never better than its worst part that counts, worst and deepest cause first.
///
/// What counts: every opinion of its members, but for consequences of an intended sleep; what should have been read
/// and was not; and what members mean together, such as a task that runs without its database.
#[must_use]
pub fn read(environment: &Environment, world: &World, joins: &Joins<'_>, now: Timestamp, zone: &TimeZone) -> Verdict {
    let scene = Scene::of(environment, world, joins, now, zone);
    let rest = rest::read(&scene);
    let mut findings = incident::findings(&scene, &rest);
    findings.extend(gaps::findings(&scene));
    findings.extend(rest::half(&scene, &rest));
    findings.extend(drift::findings(&scene));
    findings.extend(others::findings(&scene));

    // A part that sleeps makes no environment asleep: that takes nothing to be left that serves.
    let counted = |finding: &Finding| if finding.health == Health::Asleep { Health::Well } else { finding.health };
    let judged = environment.members.iter().any(|member| member.opinion.is_some());
    let mut health = findings.iter().map(counted).max().unwrap_or(Health::Well);
    if rest.idle {
        health = health.max(Health::Asleep);
        findings.insert(0, rest::finding(&scene));
    }
    if !judged && health < Health::Unknown {
        health = Health::Unknown;
        findings.push(gaps::nothing_known(&scene));
    }
    if !rest.idle {
        findings.extend(notes::findings(&scene));
    }
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| {
            (finding.health == Health::Asleep && !rest.idle, std::cmp::Reverse(finding.health), finding.depth)
        };
        rank(a).cmp(&rank(b)).then_with(|| a.says.cmp(&b.says))
    });
    Verdict { health, findings }
}
