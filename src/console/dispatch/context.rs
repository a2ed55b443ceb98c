//! Looking elsewhere: another environment, profile,
//! region or theme.

use std::collections::BTreeSet;

use super::menus::picker;
use super::navigation::there;
use crate::console::actions;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::page::Page;
use crate::console::screens::explain::ExplainPage;
use crate::console::screens::menu::Pick;
use crate::console::screens::palette::{Known, OfferedAction};
use crate::console::screens::sheet::{RowTarget, Sheet};
use crate::console::screens::timeline::TimelinePage;
use crate::console::settings::Choice;
use crate::engine::resolve_name::resolve_name;
use crate::operations::environment_actions;
use crate::operations::schedule::{LEASE, USUAL_LEASE};
use crate::world::EnvironmentName;

pub(in crate::console) fn known(model: &Model) -> Known {
    Known {
        environments: model.picture.environments.iter().map(|environment| environment.name.to_string()).collect(),
        regions: regions(model),
        profiles: model.settings.profiles.clone(),
        themes: model.settings.themes.clone(),
        history: model.preferences.commands.clone(),
        actions: actions::actions(model)
            .into_iter()
            .map(|(of, action)| OfferedAction {
                verb: action.verb,
                message: action.message,
                whole: matches!(of, RowTarget::Environment(_)),
            })
            .collect(),
        elsewhere: environment_actions::VERBS,
    }
}

pub(super) fn regions(model: &Model) -> Vec<String> {
    let mut regions: Vec<String> = model.scopes.iter().flatten().map(|scope| scope.region.to_string()).collect();
    regions.extend(model.settings.regions.iter().cloned());
    let mut seen = BTreeSet::new();
    regions.retain(|region| seen.insert(region.clone()));
    regions
}

pub(super) fn env(model: &mut Model, name: Option<&str>) {
    let Some(name) = name else {
        if model.places.len() == 1 {
            model.notices.info(model.now, "these are all environments; :env NAME opens one");
        }
        model.places.truncate(1);
        model.refocus();
        return;
    };
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    match resolve_name(name, &names).cloned() {
        Ok(name) => {
            model.places.truncate(1);
            model.enter_environment(name);
        }
        Err(why) => model.notices.fault(model.now, why),
    }
}

/// The environment that is named, or the one here.
pub(super) fn meant(model: &Model, name: Option<&str>, command: &str) -> Result<EnvironmentName, String> {
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    match name {
        Some(name) => resolve_name(name, &names).cloned(),
        None => model
            .environment()
            .map(|environment| environment.name.clone())
            .ok_or_else(|| format!("no environment is meant here; :{command} ENV names one")),
    }
}

/// Why the environment that is named, or the one here, is not well.
pub(super) fn explain(model: &mut Model, name: Option<&str>) {
    match meant(model, name, "explain") {
        Ok(name) if matches!(model.here(), Some(Page::Explain(page)) if page.environment == name) => there(model),
        Ok(name) => model.enter(Page::Explain(Box::new(ExplainPage::new(name)))),
        Err(why) => model.notices.fault(model.now, why),
    }
}

/// What happened to the environment that is named or to the one here; with a resource under the cursor, to that alone.
pub(super) fn timeline(model: &mut Model, name: Option<&str>) {
    let of = model.resource().filter(|_| name.is_none()).cloned();
    match meant(model, name, "timeline") {
        // On a timeline it narrows to what touches the row's resource, and widens again.
        Ok(name) if matches!(model.here(), Some(Page::Timeline(page)) if page.environment == name) => {
            if let Some(Page::Timeline(page)) = model.places.last_mut() {
                page.narrow(of);
            }
            model.refill(true);
        }
        Ok(name) => model.enter(Page::Timeline(Box::new(TimelinePage::new(name, of)))),
        Err(why) => model.notices.fault(model.now, why),
    }
}

/// The schedule of the environment that is named, or of the one here.
pub(super) fn schedule(model: &mut Model, name: Option<&str>) {
    match meant(model, name, "schedule") {
        Ok(name) if matches!(model.here(), Some(Page::Schedule(here, _)) if *here == name) => there(model),
        Ok(name) => model.enter(Page::Schedule(name, Sheet::default())),
        Err(why) => model.notices.fault(model.now, why),
    }
}

/// A lease of the environment here, as long as is usual: its plan is what is opened.
pub(super) fn prolong(model: &mut Model) -> Vec<Effect> {
    if let Some(environment) = model.environment().filter(|environment| environment.offhours.is_none()) {
        let name = environment.name.clone();
        let message = format!("{name} has no schedule, so nothing would end a lease; `:office-hours` gives it one");
        model.notices.info(model.now, message);
        return Vec::new();
    }
    actions::take_up(model, LEASE, Some(USUAL_LEASE))
}

pub(super) fn profile(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    if let Some(why) = model.settings.fixed.clone() {
        model.notices.info(model.now, why);
        return Vec::new();
    }
    let Some(name) = name else {
        let now = model.choice.profile.clone();
        let entry = |name: &String| (name.clone(), now.as_ref() == Some(name), Pick::Profile(name.clone()));
        let entries = model.settings.profiles.iter().map(entry).collect();
        picker(model, "profile", "no profiles were found; :profile NAME takes one by its name", entries);
        return Vec::new();
    };
    let choice = Choice { profile: Some(name.to_owned()), ..model.choice.clone() };
    reopen(model, choice)
}

pub(super) fn region(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    if let Some(why) = model.settings.fixed.clone() {
        model.notices.info(model.now, why);
        return Vec::new();
    }
    let Some(name) = name else {
        let now: Vec<String> = model.scopes.iter().flatten().map(|scope| scope.region.to_string()).collect();
        let entry = |name: String| (name.clone(), now.contains(&name), Pick::Region(name));
        let entries = regions(model).into_iter().map(entry).collect();
        picker(model, "region", "no regions are known; :region NAME takes one by its name", entries);
        return Vec::new();
    };
    let choice = Choice { region: Some(name.to_owned()), ..model.choice.clone() };
    reopen(model, choice)
}

/// Everything known belongs to the cloud that is left.
pub(super) fn reopen(model: &mut Model, choice: Choice) -> Vec<Effect> {
    model.generation += 1;
    model.peeked.clear();
    model.peeking.clear();
    model.choice = choice.clone();
    model.world = std::sync::Arc::default();
    let entries = model.journal.clone();
    model.learn_own_turns(&entries);
    model.picture = crate::overview::Picture::default();
    model.pacer.watch(&[], model.now);
    model.flights.clear();
    (model.scopes, model.nowhere, model.retry_at) = (None, None, None);
    (model.gathering, model.stirred, model.asking) = (false, false, true);
    model.identified.clear();
    model.changed.clear();
    model.marks.clear();
    model.logins.clear();
    model.places = vec![Page::Fleet(Sheet::default())];
    model.refocus();
    model.refill(true);
    let words: Vec<&str> = [choice.profile.as_deref(), choice.region.as_deref()].into_iter().flatten().collect();
    model.notices.info(model.now, format!("looking at {}", words.join(" ")));
    vec![Effect::Reopen(choice), Effect::Scopes]
}

pub(super) fn theme(model: &mut Model, name: Option<&str>) -> Vec<Effect> {
    let Some(name) = name else {
        let now = model.theme.name().to_owned();
        let entry = |name: &str| (name.to_owned(), name == now, Pick::Theme(name.to_owned()));
        let entries = model.settings.themes.iter().map(|name| entry(name)).collect();
        picker(model, "theme", "there are no themes", entries);
        return Vec::new();
    };
    vec![Effect::Theme(name.to_owned())]
}
