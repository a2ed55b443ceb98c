//! One tag to the marked services, as one release with one plan: what has to be read first, and the plan. Pure; a
//! deployment is its kind's, the order and the end are `change::Release`'s.

use super::actions::{at_site, consult_release, offers_of};
use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::screens::sheet::RowTarget;
use super::update::propose;
use crate::change::procedure::Proposal;
use crate::change::{Release, SkippedPart};
use crate::kinds::catalog::kind;
use crate::operations::release_part::{PartRequest, PlannedPart, planned};
use crate::world::ResourceId;
use crate::world::read_request::ReadRequest;

const DEPLOY: &str = "deploy";

/// The services that are marked here, in the order of the configuration, else of their environment; those that cannot be deployed are named.
fn services(model: &Model) -> Result<Vec<ResourceId>, String> {
    let marked = model.marked_here();
    let home = model.environment().map(|environment| environment.members.as_slice()).unwrap_or_default();
    let mut ids: Vec<ResourceId> =
        home.iter().map(|member| &member.id).filter(|id| marked.contains(id)).cloned().collect();
    if let Some(environment) = model.environment() {
        let configured = &model.settings.configured_environments;
        ids.sort_by_key(|id| configured.release_place(&environment.name, &name(model, id)));
    }
    let other =
        ids.iter().find(|id| kind(id.kind).and_then(|kind| kind.shown()).is_none_or(|it| it.list != "services"));
    match (other, ids.len()) {
        (Some(other), _) => Err(format!("{} is no service; a release is of services", name(model, other))),
        (None, 0 | 1) => Err("mark several services of this environment first; one alone takes `:deploy`".to_owned()),
        (None, _) => Ok(ids),
    }
}

pub(super) fn name(model: &Model, id: &ResourceId) -> String {
    kind(id.kind).and_then(|kind| kind.title(&model.world, id)).unwrap_or_else(|| id.key.to_string())
}

/// Reads what the plan tells of, then makes it.
pub(super) fn ask(model: &mut Model, tag: Option<&str>) -> Vec<Effect> {
    model.dirty = true;
    let Some(tag) = tag.map(str::trim).filter(|tag| !tag.is_empty()) else {
        model.notices.info(model.now, "write the tag behind it, as in `:release v2`");
        return Vec::new();
    };
    let ids = match services(model) {
        Ok(ids) => ids,
        Err(why) => {
            model.notices.fault(model.now, why);
            return Vec::new();
        }
    };
    let mut reads: Vec<ReadRequest> = Vec::new();
    for id in &ids {
        let offers = offers_of(model, &RowTarget::Resource(id.clone()));
        let Some(offer) = offers.into_iter().find(|offer| offer.verb == DEPLOY) else { continue };
        if let Some(why) = offer.disabled_reason {
            let message = format!("{}: {why}", name(model, id));
            model.notices.fault(model.now, message);
            return Vec::new();
        }
        for read in offer.prompt.reads() {
            if !reads.contains(read) {
                reads.push(read.clone());
            }
        }
    }
    if reads.is_empty() {
        plan(model, tag);
        return Vec::new();
    }
    consult_release(model, ids.first().cloned(), tag, reads)
}

/// Puts the plan before the reader, from what is known now.
pub(super) fn plan(model: &mut Model, tag: &str) {
    model.dirty = true;
    match made(model, tag) {
        Ok((proposal, names)) => {
            propose(model, proposal, (DEPLOY, names.len()));
            if let Overlay::Confirm(confirm) = &mut model.overlay {
                confirm.marked = names;
            }
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn made(model: &Model, tag: &str) -> Result<(Proposal, Vec<String>), String> {
    let ids = services(model)?;
    let (mut parts, mut skipped, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let target = RowTarget::Resource(id.clone());
        let name = name(model, &id);
        let made = at_site(model, &target, |context| {
            let label = format!("{}/{name}", context.environment.name);
            planned(PartRequest { on: &id, name: &label, verb: DEPLOY, value: Some(tag) }, context)
        });
        match made {
            Some(Ok(PlannedPart::Skipped(part))) => skipped.push(part),
            Some(Ok(PlannedPart::Part(part))) => {
                names.push(name);
                parts.push(part);
            }
            Some(Err(why)) => return Err(format!("{name}: {why}")),
            None => return Err(format!("{name} cannot be deployed here")),
        }
    }
    let sentences: Vec<String> = skipped.iter().map(SkippedPart::sentence).collect();
    let nothing = || format!("nothing to release: {}", sentences.join("; "));
    let release = Release::new(parts, skipped).ok_or_else(nothing)?;
    Ok((Proposal::Procedure(Box::new(release)), names))
}

#[cfg(test)]
mod tests {
    use crate::console::effect::Effect;
    use crate::console::model::Model;
    use crate::console::msg::Event;
    use crate::console::overlay::Overlay;
    use crate::console::screens::rig::{demo, press, read_of_demo, tell, type_in};
    use crate::console::screens::sheet::RowTarget;
    use crate::kinds::ecs_service::Service;
    use crate::world::{EnvironmentName, ResourceId};

    /// In an environment of several services, all of them marked.
    fn marked(environment: &str) -> (Model, Vec<ResourceId>) {
        let mut model = demo(0);
        let home = model.picture.environment(&EnvironmentName::from(environment)).expect("the environment");
        let of = |id: &&ResourceId| model.world.get::<Service>(id).is_some_and(|service| service.desired > 0);
        let ids: Vec<ResourceId> = home.members.iter().map(|member| &member.id).filter(of).cloned().collect();
        assert!(ids.len() > 1, "{ids:?}");
        model.enter_environment(EnvironmentName::from(environment));
        model.marks = ids.iter().cloned().map(RowTarget::Resource).collect();
        (model, ids)
    }

    fn release(model: &mut Model, line: &str) {
        press(model, &[":"]);
        type_in(model, line);
        let mut effects = press(model, &["enter"]);
        while let Some(effect) = effects.pop() {
            if let Effect::Consult(ask, wants) = effect {
                effects.extend(tell(model, Event::Consulted(ask, read_of_demo(&wants))));
            }
        }
    }

    #[test]
    fn one_tag_goes_to_all_marked_services_by_one_plan() {
        let (mut model, ids) = marked("city-prod");
        release(&mut model, "release v2");
        let Overlay::Confirm(confirm) = &model.overlay else { panic!("no plan: {:?}", model.notices) };
        assert!(confirm.plan.message.starts_with("release "), "{:?}", confirm.plan);
        assert_eq!(confirm.marked.len(), ids.len(), "{:?}", confirm.marked);
        for id in &ids {
            let name = id.key.rsplit('/').next().expect("a name");
            let register = |call: &&String| call.contains(name) && call.contains("UpdateService");
            assert_eq!(confirm.plan.calls.iter().filter(register).count(), 1, "{name}: {:?}", confirm.plan.calls);
        }
    }

    #[test]
    fn without_a_tag_or_several_services_nothing_is_planned() {
        let (mut model, ids) = marked("city-prod");
        release(&mut model, "release");
        assert!(matches!(model.overlay, Overlay::None | Overlay::Palette(_)), "{:?}", model.overlay);
        press(&mut model, &["esc"]);
        model.marks = [RowTarget::Resource(ids[0].clone())].into();
        release(&mut model, "release v2");
        let said = format!("{:?}", model.notices);
        assert!(said.contains("mark several services"), "{said}");
    }
}
