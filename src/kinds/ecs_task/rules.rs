//! How a task is judged. A service tells of its own tasks; only tasks that nobody else tells of
//! (jobs, services out of sight) and unhealthy running ones have a say here. Pure.

use jiff::SignedDuration;

use super::model::Task;
use super::stop_cause::cause;
use crate::kinds::Counts;
use crate::kinds::KindContext;
use crate::kinds::event_rule::Rule;
use crate::kinds::task_definition::revision_name;
use crate::text::moment;
use crate::world::{Assessment, Health};

/// How long a failed job is worth a word; AWS forgets stopped tasks after about as long.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// Whether the service it belongs to is in sight and tells of it.
pub(super) fn told_by_service(item: &Task, cx: &KindContext<'_>) -> bool {
    item.service().is_some_and(|name| cx.resource_index.service(cx.scope, item.cluster.last(), name).is_some())
}

/// Whether a rule that is in observation began it: the job tells of it then, as long as nobody sees to its next run.
fn told_by_job(item: &Task, cx: &KindContext<'_>) -> bool {
    let rule = item.started_by.as_deref().and_then(|by| by.strip_prefix("events-rule/"));
    rule.is_some_and(|name| cx.world.all::<Rule>(cx.scope).any(|rule| !name.is_empty() && rule.name.starts_with(name)))
}

/// How `item` is; `None` if it has no say.
pub(super) fn assess(item: &Task, cx: &KindContext<'_>) -> Option<Assessment> {
    let name = revision_name(&item.task_definition);
    let Some(cause) = cause(item) else {
        return (item.health.as_deref() == Some("UNHEALTHY"))
            .then(|| Assessment::new(Health::Worrying, format!("a task of {name} fails its container health check")));
    };
    if told_by_service(item, cx) || told_by_job(item, cx) || cause.health == Health::Well {
        return None;
    }
    let at = item.stopped_at.filter(|at| cx.now.duration_since(*at) < LATELY)?;
    let at = moment(at, cx.now, cx.zone);
    Some(Assessment::new(Health::Worrying, format!("task {name} failed at {at}: {}", cause.message)))
}

/// Adds nothing: services count their tasks.
pub(super) fn count(_item: &Task, _cx: &KindContext<'_>, _counts: &mut Counts) {}
