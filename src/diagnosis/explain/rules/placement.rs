//! Tasks that ECS cannot place or launch, where its event says why: quotas, capacity, instances without room, roles that
//! may not be assumed. Pure.

use super::Site;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::text::first_line;

const EVENTS: &str = "ecs:DescribeServices";

/// Which rule a known event belongs to, and whether AWS names the cause itself with it.
fn rule(id: &str) -> Option<(&'static str, Strength)> {
    let (rule, strength) = match id {
        "no-cpu" => ("no-room", Strength::Said),
        "agent-dead" | "agent-timeout" => ("agent-not-answering", Strength::Said),
        "port-taken" => ("host-port-taken", Strength::Said),
        "no-instance" => ("no-container-instance", Strength::Said),
        "fargate-quota" | "capacity-limit" => ("quota-reached", Strength::Said),
        "size-quota" => ("size-above-quota", Strength::Said),
        "no-capacity" => ("capacity-unavailable", Strength::Said),
        "place-internal" => ("zone-without-fargate", Strength::Seen),
        "deadlock" => ("rollout-without-room", Strength::Said),
        "throttled" => ("aws-throttles-service", Strength::Said),
        "assume" => ("role-not-assumable", Strength::Said),
        "iam" => ("role-misconfigured", Strength::Said),
        "target-group-gone" => ("target-group-gone", Strength::Said),
        "place-other" | "launch" | "could-not-launch" => ("task-not-placed", Strength::Seen),
        _ => return None,
    };
    Some((rule, strength))
}

/// The cause that the latest telling event names.
pub(super) fn propose<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let (event, known) = facts.trouble?;
    let (rule, strength) = rule(known.id)?;
    let name = &facts.service.name;
    let spread = if rule == "rollout-without-room" { Spread::TasksFail } else { Spread::NoTasks };
    let mut it = Hypothesis::new(rule, facts.member, (spread, strength), format!("{name}: {}", known.message))
        .since(facts.since())
        .shows(evidence(first_line(&event.message, 240), event.at, EVENTS).on(facts.member))
        .then(known.check);
    if strength == Strength::Seen {
        it = it.unsettled(true);
    }
    let now = site.cx.now;
    // AWS leaves equal events out for up to six hours: an old one may be over, or not.
    if event.at.is_some_and(|at| now.duration_since(at).as_hours() >= 6) {
        it = it.contradicts(evidence("the event is older than six hours", event.at, EVENTS));
    }
    Some(it)
}
