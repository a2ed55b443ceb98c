//! Two deployments of a service side by side: which two are meant, and the page that shows them. Pure; what differs is the
//! kind's business.

use super::model::Model;
use super::page::Page;
use super::screens::detail::Detail;
use super::screens::sheet::RowTarget;
use crate::kinds::catalog::kind;
use crate::world::ResourceId;

/// What is compared: two of a kind, or one with what its kind holds it against.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Sides {
    /// These two.
    Two(ResourceId, ResourceId),
    /// One.
    One(ResourceId),
    /// More are marked than can be compared.
    Many(usize),
}

/// What a reader means here: the two that are marked, the marked one and the one under the cursor, or that one alone.
pub(super) fn sides(model: &Model) -> Option<Sides> {
    let comparable = |id: &ResourceId| kind(id.kind).is_some_and(|kind| kind.comparable());
    let here = model.door().and_then(RowTarget::resource).or(match model.here() {
        Some(Page::Detail(page)) => Some(&page.id),
        _ => None,
    });
    let here = here.filter(|id| comparable(id));
    let marked: Vec<ResourceId> = model.marked_here().into_iter().filter(comparable).collect();
    match (marked.as_slice(), here) {
        ([one, other], _) => Some(Sides::Two(one.clone(), other.clone())),
        ([one], Some(here)) if one != here => Some(Sides::Two(one.clone(), here.clone())),
        ([one], _) => Some(Sides::One(one.clone())),
        ([], here) => here.cloned().map(Sides::One),
        (many, _) => Some(Sides::Many(many.len())),
    }
}

/// Opens the page that shows them.
pub(super) fn open(model: &mut Model) {
    let name = |model: &Model, id: &ResourceId| {
        kind(id.kind).and_then(|kind| kind.title(&model.world, id)).unwrap_or_else(|| id.key.to_string())
    };
    match sides(model) {
        Some(Sides::Two(one, other)) => {
            let title = format!("{} and {}", name(model, &one), name(model, &other));
            model.enter(Page::Detail(Box::new(Detail::compared(one, title, other))));
        }
        Some(Sides::One(id)) if matches!(model.here(), Some(Page::Detail(page)) if page.id == id) => {
            model.notices.info(model.now, "this page compares it; mark two of the service's history to compare those");
        }
        Some(Sides::One(id)) => {
            let page = model.page_of(&id);
            model.enter(page);
        }
        Some(Sides::Many(count)) => {
            model.notices.info(model.now, format!("two are compared, and {count} are marked"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::console::effect::Effect;
    use crate::console::model::Model;
    use crate::console::msg::Event;
    use crate::console::page::Page;
    use crate::console::screens::rig::{demo, press, read_of_demo, tell, text};
    use crate::kinds::ecs_service::Service;
    use crate::kinds::service_deployment::ServiceDeployment;
    use crate::world::{Resource, ResourceId};

    /// Answers everything that is read for the open page.
    fn read_on(model: &mut Model) {
        let mut effects = tell(model, Event::Tick);
        while let Some(effect) = effects.pop() {
            if let Effect::Consult(ask, wants) = effect {
                effects.extend(tell(model, Event::Consulted(ask, read_of_demo(&wants))));
            }
        }
    }

    /// The page of a service with several deployments, newest first.
    fn opened() -> (Model, Vec<ResourceId>) {
        let mut model = demo(0);
        let is_meant = |it: &Service| it.name == "Backend" && it.arn.as_str().contains("city-prod");
        let service = model.world.everywhere::<Service>().find(|(_, it)| is_meant(it));
        let (id, arn) = service.map(|(scope, it)| (it.id(scope), it.arn.clone())).expect("the service");
        let page = model.page_of(&id);
        model.enter(page);
        read_on(&mut model);
        let mut records: Vec<_> =
            model.world.everywhere::<ServiceDeployment>().filter(|(_, one)| one.service == arn).collect();
        records.sort_by_key(|(_, one)| std::cmp::Reverse(one.created_at));
        let ids: Vec<ResourceId> = records.into_iter().map(|(scope, one)| one.id(scope)).collect();
        assert!(ids.len() >= 2, "{ids:?}");
        (model, ids)
    }

    fn to(model: &mut Model, id: &ResourceId) {
        let target = super::RowTarget::Resource(id.clone());
        model.sheet_mut().expect("rows").seek(&target);
        assert_eq!(model.door(), Some(&target));
    }

    #[test]
    fn two_marked_deployments_are_shown_side_by_side() {
        let (mut model, ids) = opened();
        for id in &ids[..2] {
            to(&mut model, id);
            press(&mut model, &["m"]);
        }
        press(&mut model, &["="]);
        read_on(&mut model);
        let Some(Page::Detail(page)) = model.here() else { panic!("no page: {:?}", model.notices) };
        assert!(page.against.is_some() && ids.contains(&page.id));
        let shown = text(&mut model, 140, 60);
        assert!(shown.contains(" before ─") && shown.contains(" after ─") && shown.contains("image of "), "{shown}");
    }

    #[test]
    fn one_deployment_is_compared_with_what_runs() {
        let (mut model, ids) = opened();
        to(&mut model, &ids[0]);
        press(&mut model, &["="]);
        read_on(&mut model);
        let shown = text(&mut model, 140, 60);
        assert!(shown.contains("compared with what r"), "{shown}");
        assert!(shown.contains("registered by") && shown.contains("deployer/ci"), "{shown}");
    }

    #[test]
    fn what_cannot_be_compared_says_so() {
        let (mut model, _) = opened();
        press(&mut model, &["g", "="]);
        assert!(model.notices.now().is_some_and(|(_, text)| text.contains("only deployments")), "{:?}", model.notices);
    }
}
