//! From an offer of a resource's kind to a plan: barred ones say why, what they ask for is typed or chosen,
//! and the plan goes before the reader. Pure; what an offer means is its kind's business.

use tui_input::Input;

use super::drive::Errand;
use super::effect::Effect;
use super::gate::License;
use super::model::Model;
use super::overlay::Overlay;
use super::place::Place;
use super::underway::Underway;
use super::update::propose;
use crate::keys::{Chord, Key, edit};
use crate::kinds::{Asks, Context, Joins, Offer, Site, kind};
use crate::procedure::{Procedure, Proposal, Want};
use crate::screens::menu::{Entry, Menu, Pick};
use crate::screens::sheet::Sheet;
use crate::world::{Fault, Found, ResourceId};

/// A text being typed for an offer.
#[derive(Debug)]
pub struct Ask {
    /// Of which resource.
    pub id: ResourceId,
    /// Which offer.
    pub verb: &'static str,
    /// What is asked.
    pub prompt: String,
    /// What is typed.
    pub input: Input,
}

/// An offer whose choices are being read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consulting {
    ask: u64,
    id: ResourceId,
    verb: &'static str,
    prompt: String,
}

/// How many procedures that ended are remembered.
const REMEMBERED: usize = 20;

/// Hands `use_it` the surroundings of a resource; `None` if it is in no environment.
fn at_site<T>(model: &Model, id: &ResourceId, use_it: impl FnOnce(&Site<'_>) -> T) -> Option<T> {
    let environment = model.picture.home(id)?;
    let joins = Joins::of(&model.world);
    let cx = Context {
        world: &model.world,
        joins: &joins,
        scope: &id.scope,
        protected: environment.protected,
        now: model.now,
        zone: &model.settings.zone,
    };
    Some(use_it(&Site { cx, environment }))
}

/// What can be done with the resource here.
#[must_use]
pub fn offers(model: &Model) -> Vec<Offer> {
    let Some(id) = model.resource() else { return Vec::new() };
    let Some(of) = kind(id.kind) else { return Vec::new() };
    at_site(model, id, |site| of.offers(id, site)).unwrap_or_default()
}

/// The same as entries of the actions menu.
pub(super) fn entries(model: &Model) -> Vec<Entry> {
    let entry = |offer: Offer| Entry {
        label: format!("{:<6} {}", "", offer.verb),
        note: offer.says,
        barred: offer.barred,
        pick: Pick::Offer(offer.verb),
    };
    offers(model).into_iter().map(entry).collect()
}

/// Takes up an offer, with what was typed behind its name.
pub(super) fn take_up(model: &mut Model, verb: &str, value: Option<&str>) -> Vec<Effect> {
    let Some(id) = model.resource().cloned() else { return Vec::new() };
    let Some(offer) = offers(model).into_iter().find(|offer| offer.verb == verb) else {
        model.notices.fault(model.now, format!("{} offers no {verb:?}", id.key));
        return Vec::new();
    };
    model.dirty = true;
    if let Some(why) = offer.barred {
        model.notices.info(model.now, format!("{verb}: {why}"));
        return Vec::new();
    }
    match offer.asks {
        Asks::Text { prompt, initial } if value.is_none() => {
            let ask = Ask { id, verb: offer.verb, prompt, input: Input::new(initial) };
            model.overlay = Overlay::Ask(Box::new(ask));
            Vec::new()
        }
        Asks::Choice { prompt, reads } if value.is_none() => {
            model.asked += 1;
            model.notices.info(model.now, format!("{prompt}: reading…"));
            model.consulting = Some(Consulting { ask: model.asked, id, verb: offer.verb, prompt });
            vec![Effect::Consult(model.asked, reads)]
        }
        Asks::Nothing | Asks::Text { .. } | Asks::Choice { .. } => {
            answer(model, &id, offer.verb, value);
            Vec::new()
        }
    }
}

/// What the choices need was read: they are laid before the reader, unless they went on to something else.
pub(super) fn consulted(model: &mut Model, ask: u64, got: Vec<(Want, Result<Found, Fault>)>) -> Vec<Effect> {
    let Some(consulting) = model.consulting.take_if(|consulting| consulting.ask == ask) else { return Vec::new() };
    let world = std::sync::Arc::make_mut(&mut model.world);
    let mut fault = None;
    for (want, got) in got {
        if let Err(why) = &got {
            fault.get_or_insert_with(|| format!("{}; {}", why.sentence(), why.remedy(&want.scope)));
        }
        world.put(&want.scope, want.kind, &want.coverage, got, model.now);
    }
    model.dirty = true;
    if let Some(fault) = fault {
        model.notices.fault(model.now, fault);
    }
    if !matches!(model.overlay, Overlay::None) {
        return Vec::new();
    }
    let Consulting { id, verb, prompt, .. } = consulting;
    let Some(of) = kind(id.kind) else { return Vec::new() };
    let choices = at_site(model, &id, |site| of.choices(&id, verb, site)).unwrap_or_default();
    if choices.is_empty() {
        model.notices.info(model.now, format!("{prompt}: there is nothing to choose from"));
        return Vec::new();
    }
    let entries = choices.into_iter().map(|choice| Entry {
        label: choice.label,
        note: choice.note,
        barred: choice.barred,
        pick: Pick::Answer(verb, id.clone(), choice.value),
    });
    model.overlay = Overlay::Menu(Box::new(Menu::new(prompt, entries.collect())));
    Vec::new()
}

/// A key while a text is typed for an offer.
pub(super) fn ask_key(model: &mut Model, mut ask: Box<Ask>, chord: Chord) -> Vec<Effect> {
    match chord.key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            let value = ask.input.value().trim().to_owned();
            answer(model, &ask.id, ask.verb, Some(&value));
            return Vec::new();
        }
        _ => {
            edit(&mut ask.input, chord);
        }
    }
    model.overlay = Overlay::Ask(ask);
    Vec::new()
}

/// Makes an answered offer a plan before the reader.
pub(super) fn answer(model: &mut Model, id: &ResourceId, verb: &str, value: Option<&str>) {
    let Some(of) = kind(id.kind) else { return };
    let made: Option<Result<Proposal, String>> = at_site(model, id, |site| of.propose(id, verb, value, site));
    match made {
        Some(Ok(proposal)) => propose(model, proposal),
        Some(Err(why)) => model.notices.fault(model.now, why),
        None => model.notices.fault(model.now, format!("{} is in no environment; nothing is changed there", id.key)),
    }
    model.dirty = true;
}

/// Begins what the gate let through, and goes to its page.
pub(super) fn begin(model: &mut Model, license: Box<License>, procedure: Box<dyn Procedure>) -> Vec<Effect> {
    model.asked += 1;
    let id = model.asked;
    model.underway.push(Underway::new(id, license.plan().clone(), model.now));
    let over = model.underway.len().saturating_sub(REMEMBERED);
    let mut gone = 0;
    model.underway.retain(|one| {
        let drop = one.ended.is_some() && gone < over;
        gone += usize::from(drop);
        !drop
    });
    open(model, id);
    vec![Effect::Run(Box::new(Errand { id, license, procedure }))]
}

/// Goes to the page of a procedure.
pub(super) fn open(model: &mut Model, id: u64) {
    let Some(one) = model.underway.iter().find(|one| one.id == id) else { return };
    if matches!(model.here(), Some(Place::Progress(here, ..)) if *here == id) {
        return;
    }
    let title = one.plan.says.clone();
    model.enter(Place::Progress(id, title, Sheet::default()));
}
