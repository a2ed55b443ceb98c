//! Tasks that are stopped because their load balancer's health checks fail: before they had the time to start, or for
//! another reason that their targets tell. Pure.

use super::Site;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::text::{counted, span};

const TASKS: &str = "ecs:DescribeTasks";

/// Tasks that are stopped for health checks before they had the time to start.
pub(super) fn propose<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let killed: Vec<_> = facts.failed.iter().filter(|(_, cause)| cause.id == "elb-health").collect();
    let lives: Vec<i64> = killed
        .iter()
        .filter_map(|(task, _)| Some(task.stopped_at?.duration_since(task.started_at?).as_secs()))
        .collect();
    let longest = lives.iter().max().copied()?;
    let (latest, cause) = killed.first()?;
    let grace = i64::from(facts.service.grace_seconds.unwrap_or(0));
    // What the checks take at least until a task is given up.
    let group = facts.service.attachments.iter().find_map(|it| it.target_group.as_ref());
    let group =
        group.and_then(|arn| site.cx.groups.iter().find(|(_, group)| group.arn == *arn)).map(|(_, group)| *group);
    let checks = group.map_or(60, |group| {
        i64::from(group.check.interval.unwrap_or(30)) * i64::from(group.check.unhealthy.unwrap_or(2))
    });
    let name = &facts.service.name;
    let lived = format!(
        "{} stopped for failed health checks, none after more than {}",
        counted(killed.len(), "task"),
        span(longest)
    );
    let short = longest <= grace + 2 * checks + 30 && grace <= 60;
    let message = if short {
        format!("{name}: tasks are stopped {} after their start, the grace period is {}", span(longest), span(grace))
    } else {
        format!("{name}: {}", cause.message)
    };
    let rule = if short { "health-grace-too-short" } else { "health-check-failed" };
    let it = Hypothesis::new(rule, facts.member, (Spread::TasksFail, Strength::Inferred), message)
        .since(killed.iter().filter_map(|(task, _)| task.stopped_at).min())
        .shows(evidence(lived, latest.stopped_at, TASKS));
    let healthy = facts.service.events.iter().any(|event| event.message.contains("has reached a steady state"));
    let it = if short && healthy {
        it.shows(evidence("it was healthy with this check before", None, "ecs:DescribeServices"))
    } else {
        it
    };
    Some(it.then(if short {
        "raise healthCheckGracePeriodSeconds above the time it takes to start"
    } else {
        cause.check
    }))
}
