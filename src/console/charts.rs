//! Pages of charts: opening one for whatever is under the cursor, and what is read for it. Changes the model; what AWS
//! measures of a thing its kind says.

use super::model::Model;
use super::page::Page;
use super::screens::charts::ChartView;
use super::screens::sheet::{RowStyle, RowTarget};
use crate::charts::wants;
use crate::kinds::catalog::kind;
use crate::overview::EnvironmentStatus;
use crate::world::ResourceId;
use crate::world::read_request::ReadRequest;

/// Three hours: what a page looks at when it is opened.
const SPAN: usize = 1;

/// The resource under the cursor, as a row of a panel: a finding leads to one, but is about the whole environment.
fn resource(model: &Model) -> Option<&ResourceId> {
    let in_words = model.row().is_some_and(|item| !matches!(item.look, RowStyle::Cells(_)));
    let about_all = in_words && matches!(model.here(), Some(Page::Environment(..)));
    model.resource().filter(|_| !about_all)
}

fn is_measured(model: &Model, id: &ResourceId) -> bool {
    kind(id.kind).is_some_and(|kind| !kind.metrics(&model.world, id).is_empty())
}

fn environment(model: &Model) -> Option<&EnvironmentStatus> {
    match (model.here(), model.door()) {
        (_, Some(RowTarget::Environment(name))) => model.picture.environment(name),
        (Some(Page::Environment(name, _)), _) => model.picture.environment(name),
        _ => None,
    }
}

/// Whether there are charts of what is under the cursor.
pub(super) fn is_offered(model: &Model) -> bool {
    resource(model).is_some_and(|id| is_measured(model, id)) || environment(model).is_some()
}

/// Opens the charts of the resource under the cursor, else of its environment.
pub(super) fn open(model: &mut Model) {
    let alarms = |environment: &EnvironmentStatus| {
        let alarms = environment.members.iter().filter(|member| {
            kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == "alarms")
        });
        alarms.map(|member| member.id.clone()).collect::<Vec<_>>()
    };
    let services = |environment: &EnvironmentStatus| {
        let services = environment.members.iter().filter(|member| {
            kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| shown.list == "services")
        });
        services.map(|member| member.id.clone()).collect::<Vec<_>>()
    };
    let page = match (resource(model).cloned().filter(|id| is_measured(model, id)), environment(model)) {
        (Some(id), _) => {
            let name = kind(id.kind).and_then(|kind| kind.title(&model.world, &id)).unwrap_or_default();
            let home = model.picture.home(&id);
            // A load balancer's traffic changes with deployments behind it.
            let mut beside: Vec<ResourceId> =
                home.map(|home| [alarms(home), services(home)].concat()).unwrap_or_default();
            if !beside.contains(&id) {
                beside.push(id.clone());
            }
            ChartView {
                title: format!("charts of {name}"),
                environment: home.map(|home| home.name.clone()),
                owners: vec![id],
                beside,
                golden: false,
                span: SPAN,
                offset: 0,
            }
        }
        (None, Some(environment)) => ChartView {
            title: format!("charts of {}", environment.name),
            environment: Some(environment.name.clone()),
            owners: environment.members.iter().map(|member| member.id.clone()).collect(),
            beside: [alarms(environment), services(environment)].concat(),
            golden: true,
            span: SPAN,
            offset: 0,
        },
        (None, None) => {
            model.notices.info(model.now, "nothing is measured of this row");
            return;
        }
    };
    model.enter(Page::Charts(Box::new(page)));
}

/// Looks at a longer span, or a shorter one: of charts, or of a timeline.
pub(super) fn zoom(model: &mut Model, longer: bool) {
    let now = model.now;
    let zoomed = match model.places.last_mut() {
        Some(Page::Charts(view)) => view.zoom(longer),
        Some(Page::Timeline(page)) => page.zoom(longer),
        _ => return,
    };
    if zoomed {
        model.refill(false);
    } else {
        let message = if longer { "this is the longest span" } else { "this is the shortest span" };
        model.notices.info(now, message);
    }
}

/// What is to be read for the page that is open.
pub(super) fn reads(model: &Model) -> Vec<ReadRequest> {
    match model.here() {
        Some(Page::Charts(view)) => wants(&view.groups(&model.world), view.span()),
        _ => Vec::new(),
    }
}
