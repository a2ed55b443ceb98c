//! What is read beside the pace because of what is seen: why a database drifts, what is written on the schedule groups that
//! are records, whether a rule that is held back comes back, for the schedule on the open page what AWS holds of it and
//! what maintenance waits, and what the page of a resource shows besides. Each is asked for once in a while, quietly. Pure.

use jiff::{SignedDuration, Timestamp};

use super::charts;
use super::effect::Effect;
use super::model::Model;
use super::page::Page;
use super::preview;
use super::question::{Asker, Question};
use super::tunnels::Readings;
use crate::engine::poller::KNOWN;
use crate::kinds::catalog::kind;
use crate::kinds::metric_series::MetricSeries;
use crate::kinds::schedule_record::Notes;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::TaskDefinition;
use crate::offhours::{OffHours, record_reads, schedule_reads};
use crate::schedule::Backend;
use crate::world::Resource;
use crate::world::read_request::ReadRequest;

/// How long what stands on a record counts as known: overrides of colleagues are seen no later than those on members of
/// an environment that is not in focus.
const RECORDED: SignedDuration = SignedDuration::from_secs(60);

/// How long what `want` brought counts as known.
fn known(model: &Model, want: &ReadRequest) -> SignedDuration {
    // Metrics cost money: beside a list they are read as seldom as what hardly changes.
    let charts = want.kind == MetricSeries::KIND && matches!(model.here(), Some(Page::Charts(_)));
    let soon = charts || [Notes::KIND, ServiceDeployment::KIND, TaskDefinition::KIND].contains(&want.kind);
    model.settings.speed.apart(if soon { RECORDED } else { KNOWN })
}

/// What was asked for, and when.
pub(super) type OnDemandReads = Vec<(ReadRequest, Timestamp)>;

/// What should be read now, whether it was or not.
fn wants(model: &Model) -> Vec<ReadRequest> {
    let scheduled = model.picture.environments.iter().filter_map(|it| it.offhours.as_deref());
    let mut wants: Vec<ReadRequest> = scheduled.flat_map(OffHours::causes).collect();
    wants.extend(model.picture.environments.iter().flat_map(|it| record_reads(it, &model.world)));
    wants.extend(model.picture.environments.iter().flat_map(|it| it.others.returns()));
    if let Some(Page::Schedule(name, _)) = model.here()
        && let Some(environment) = model.picture.environment(name)
        && let Some(off) = environment.offhours.as_deref()
    {
        let place = environment.schedule_place().filter(|_| off.routine.backend == Backend::EventBridge);
        wants.extend(place.map(|scope| schedule_reads(&scope, &model.world)).unwrap_or_default());
        wants.extend(off.past());
        wants.extend(off.maintenance(&model.world, model.now));
    }
    match model.here() {
        Some(Page::Explain(page)) => wants.extend(page.wants.iter().cloned()),
        Some(Page::Timeline(page)) => wants.extend(page.wants.iter().cloned()),
        Some(Page::Detail(page)) => {
            let both = std::iter::once(&page.id).chain(&page.against);
            wants.extend(both.filter_map(|id| Some(kind(id.kind)?.page_reads(&model.world, id))).flatten());
        }
        _ => {}
    }
    wants.extend(charts::reads(model));
    wants.extend(preview::reads(model));
    wants.sort_by(|a, b| (&a.scope, a.kind).cmp(&(&b.scope, b.kind)));
    wants.dedup();
    wants
}

/// Asks for what is not known.
pub(super) fn peek(model: &mut Model) -> Option<Effect> {
    let now = model.now;
    let mut peeked = std::mem::take(&mut model.peeked);
    peeked.retain(|(want, at)| now.duration_since(*at) < known(model, want));
    model.peeked = peeked;
    let mut wants = wants(model);
    wants.retain(|want| !model.peeked.iter().any(|(known, _)| known == want));
    if wants.is_empty() {
        return None;
    }
    model.peeked.extend(wants.iter().map(|want| (want.clone(), now)));
    let question = Question::next(model, Asker::Page);
    model.peeking.insert(question.number);
    Some(Effect::Consult(question, wants))
}

/// When something becomes due again.
pub(super) fn next_at(model: &Model) -> Option<Timestamp> {
    let wants = wants(model);
    let wanted = model.peeked.iter().filter(|(want, _)| wants.contains(want));
    let again = wanted.filter_map(|(want, at)| at.checked_add(known(model, want)).ok()).min();
    again.into_iter().chain(preview::next_at(model)).min()
}

/// Takes what was read, if it was asked for here. A fault stands beside the data, and is said on the page.
///
/// # Errors
/// The answers, if somebody else asked.
pub(super) fn consulted(model: &mut Model, question: Question, got: Readings) -> Vec<Effect> {
    if !model.peeking.remove(&question.number) {
        return Vec::new();
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    for (want, got) in got {
        world.put(&want.scope, want.kind, &want.coverage, got, model.now);
    }
    (model.stirred, model.dirty) = (true, true);
    model.refill(false);
    Vec::new()
}
