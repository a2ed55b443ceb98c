//! Taking back, from the page of a change that did not end well: what a release has done becomes one plan, the last first;
//! the service of a single rollout is rolled back. What has to be read first, and the plan. Pure; every plan goes through
//! the gate, and the order and the end are `change::Release`'s.

use super::actions::{at_site, consult_take_back, offers_of, take_up_of};
use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::page::Page;
use super::release_marked::name;
use super::screens::sheet::RowTarget;
use super::update::propose;
use crate::change::procedure::Proposal;
use crate::change::{How, Release, SkippedPart, TakeBack};
use crate::engine::running::Underway;
use crate::operations::release_part::{PartRequest, PlannedPart, parts_back, planned};
use crate::world::read_request::ReadRequest;

/// The operation that takes one service back where nothing else is known.
const ROLLBACK: &str = "rollback";

/// The change whose page this is, if it is over and did not end well.
fn failed(model: &Model) -> Option<&Underway> {
    let Some(Page::Progress(id, ..)) = model.here() else { return None };
    let one = model.underway.iter().find(|one| one.id == *id)?;
    one.ended.as_ref().filter(|(_, ending)| ending.how != How::Done).map(|_| one)
}

/// Whether something here can be taken back.
pub(super) fn is_offered(model: &Model) -> bool {
    let Some(one) = failed(model) else { return false };
    match one.report.parts.is_empty() {
        true => offers_of(model, &RowTarget::Resource(one.plan.on.clone())).iter().any(|offer| offer.verb == ROLLBACK),
        false => parts_back(&one.report.parts).next().is_some(),
    }
}

/// What takes the parts of a release back, the last first.
fn ways(one: &Underway) -> Vec<(String, TakeBack)> {
    parts_back(&one.report.parts).map(|(name, way)| (name.to_owned(), way.clone())).collect()
}

/// Reads what the plan tells of, then makes it.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    model.dirty = true;
    let Some(one) = failed(model) else { return Vec::new() };
    let (id, on, ways) = (one.id, one.plan.on.clone(), ways(one));
    if ways.is_empty() {
        return take_up_of(model, RowTarget::Resource(on), ROLLBACK);
    }
    let mut reads: Vec<ReadRequest> = Vec::new();
    for (name, way) in &ways {
        let offers = offers_of(model, &RowTarget::Resource(way.on.clone()));
        let Some(offer) = offers.into_iter().find(|offer| offer.verb == way.verb) else { continue };
        if let Some(why) = offer.disabled_reason {
            model.notices.fault(model.now, format!("{name}: {why}"));
            return Vec::new();
        }
        for read in offer.prompt.reads() {
            if !reads.contains(read) {
                reads.push(read.clone());
            }
        }
    }
    if reads.is_empty() {
        plan(model, id);
        return Vec::new();
    }
    consult_take_back(model, ways.into_iter().next().map(|(_, way)| way.on), id, reads)
}

/// Puts the plan before the reader, from what is known now.
pub(super) fn plan(model: &mut Model, id: u64) {
    model.dirty = true;
    match made(model, id) {
        Ok((proposal, names)) => {
            propose(model, proposal, (ROLLBACK, names.len()));
            if let Overlay::Confirm(confirm) = &mut model.overlay {
                confirm.marked = names;
            }
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn made(model: &Model, id: u64) -> Result<(Proposal, Vec<String>), String> {
    let one = model.underway.iter().find(|one| one.id == id).ok_or("that release is no longer kept here")?;
    let (mut parts, mut skipped, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (label, way) in ways(one) {
        let request = PartRequest { on: &way.on, name: &label, verb: way.verb, value: Some(&way.value) };
        match at_site(model, &RowTarget::Resource(way.on.clone()), |context| planned(request, context)) {
            Some(Ok(PlannedPart::Skipped(part))) => skipped.push(part),
            Some(Ok(PlannedPart::Part(mut part))) => {
                part.take_back = None;
                names.push(name(model, &way.on));
                parts.push(part);
            }
            Some(Err(why)) => return Err(format!("{label}: {why}")),
            None => return Err(format!("{label} is in no environment any more; nothing is changed there")),
        }
    }
    let sentences: Vec<String> = skipped.iter().map(SkippedPart::sentence).collect();
    let nothing = || format!("nothing is left to be taken back: {}", sentences.join("; "));
    let release = Release::new(parts, skipped).ok_or_else(nothing)?;
    Ok((Proposal::Procedure(Box::new(release.taking_back())), names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Ending, PartPhase, ReleasePartState, Report};
    use crate::command::Command;
    use crate::console::actions;
    use crate::console::dispatch::perform;
    use crate::console::msg::Event;
    use crate::console::screens::rig::{demo, press, read_of_demo, tell};
    use crate::kinds::ecs_service::Service;
    use crate::kinds::task_definition::revision_number;
    use crate::world::{EnvironmentName, ResourceId};

    /// The page of a release in the demo that ended so; each part was on the revision before the one that it is on, but the
    /// last, which is on what it was on.
    fn page(environment: &str, ending: Ending, changed: bool) -> (Model, Vec<ResourceId>) {
        let mut model = demo(0);
        let home = model.picture.environment(&EnvironmentName::from(environment)).expect("the environment");
        let of = |id: &&ResourceId| model.world.get::<Service>(id).is_some_and(|service| service.desired > 0);
        let ids: Vec<ResourceId> = home.members.iter().map(|member| &member.id).filter(of).take(2).cloned().collect();
        let parts = ids.iter().enumerate().map(|(at, on)| {
            let service = model.world.get::<Service>(on).expect("a service");
            let number: u32 = revision_number(&service.task_definition).expect("a number").parse().expect("a number");
            let value = if at == 0 { number - 1 } else { number }.to_string();
            let name = format!("{environment}/{}", service.name);
            let back = TakeBack { command: String::new(), on: on.clone(), verb: "revision", value };
            ReleasePartState { name, state: PartPhase::Done, message: None, take_back: Some(back).filter(|_| changed) }
        });
        let report = Report { parts: parts.collect(), ..Report::default() };
        let mut plan = crate::change::plan::Plan::new("release", environment.into(), ids[0].clone(), Vec::new());
        plan.message = "release both".to_owned();
        let now = model.now;
        let mut one = Underway::new(77, plan, now);
        (one.report, one.ended) = (report, Some((now, ending)));
        model.underway.push(one);
        actions::open(&mut model, 77);
        (model, ids)
    }

    fn asked(model: &mut Model) {
        let mut effects = press(model, &["R"]);
        while let Some(effect) = effects.pop() {
            if let Effect::Consult(ask, wants) = effect {
                effects.extend(tell(model, Event::Consulted(ask, read_of_demo(&wants))));
            }
        }
    }

    #[test]
    fn what_a_failed_release_has_done_is_taken_back_by_one_plan() {
        let (mut model, ids) = page("city-prod", Ending::incomplete("one was rolled back"), true);
        assert!(is_offered(&model));
        asked(&mut model);
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        assert!(confirm.plan.message.starts_with("take back the release of city-prod/"), "{:?}", confirm.plan);
        let first = name(&model, &ids[0]);
        assert_eq!(confirm.marked, [first], "the one that is back already is not touched");
        let told = confirm.plan.notices.iter().any(|notice| notice.contains("already"));
        assert!(told, "{:?}", confirm.plan.notices);
    }

    #[test]
    fn what_ended_well_or_changed_nothing_is_not_taken_back() {
        for (ending, changed) in [(Ending::done("all of it"), true), (Ending::failed("denied"), false)] {
            let (mut model, _) = page("city-prod", ending, changed);
            assert!(!is_offered(&model));
            asked(&mut model);
            assert!(matches!(model.overlay, Overlay::None), "{:?}", model.notices);
        }
    }

    #[test]
    fn the_service_of_a_single_rollout_that_failed_is_rolled_back() {
        let (mut model, _) = page("city-prod", Ending::incomplete("it was rolled back"), true);
        model.underway.last_mut().expect("the release").report.parts.clear();
        assert!(is_offered(&model));
        asked(&mut model);
        let said = format!("{:?}", model.overlay);
        assert!(said.contains("roll back to which deployment"), "{said}");
        let mut nowhere = demo(0);
        assert!(perform(&mut nowhere, Command::TakeBack, None).is_empty());
    }
}
