//! From an offer of a resource's kind, or of an environment as a whole, to a plan: barred ones say why, what they ask for is typed or chosen,
//! and the plan goes before the reader. Pure; what an offer means is its kind's business.

use crate::operations::actions_of;
use jiff::SignedDuration;
use tui_input::Input;

use super::effect::Effect;
use super::model::{Model, Whereabouts};
use super::overlay::Overlay;
use super::page::Page;
use super::question::{Asker, Question};
use super::release_marked;
use super::screens::menu::{Entry, Menu, Pick};
use super::screens::sheet::{RowTarget, Sheet};
use super::take_back;
use super::update::propose;
use crate::change::gate::{Admitted, Confirmation, ProcedureGrant};
use crate::change::procedure::{Procedure, Proposal};
use crate::engine::run_procedure::ProcedureRun;
use crate::engine::running::Underway;
use crate::keys::{Chord, Key, edit};
use crate::operations::environment_actions;
use crate::operations::{Action, ActionContext, Prompt};
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Fault, Resource, ResourceId};

/// A text being typed for an offer.
#[derive(Debug)]
pub struct PendingAction {
    /// Of what: a resource, or an environment as a whole.
    pub of: RowTarget,
    /// Which offer.
    pub verb: &'static str,
    /// What is asked.
    pub prompt: String,
    /// What is typed.
    pub input: Input,
    /// Whether the text is still the one proposed: what is typed takes its place, what moves in it keeps it.
    pub fresh: bool,
}

impl PendingAction {
    /// A key for the text.
    pub fn type_in(&mut self, chord: Chord) {
        if std::mem::take(&mut self.fresh) && chord.typed().is_some() {
            // Of `container=tag` it is the tag that is typed anew.
            let kept = self.input.value().rfind('=').and_then(|at| self.input.value().get(..=at));
            self.input = Input::new(kept.unwrap_or_default().to_owned());
        }
        edit(&mut self.input, chord);
    }
}

/// An offer whose choices are being read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consulting {
    question: Question,
    step: Step,
    prompt: String,
    then: Then,
    /// Where it was asked for, and how many keys had been pressed then.
    at: Whereabouts,
    keys: u64,
}

/// Where in an offer's questions the reader is.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Step {
    of: RowTarget,
    verb: &'static str,
    /// What was chosen before.
    chosen: Option<String>,
}

impl Consulting {
    /// What is said meanwhile.
    fn reads(&self) -> String {
        format!("{}: reading…", if self.then == Then::Choose { self.prompt.as_str() } else { self.step.verb })
    }
}

/// What is done once it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Then {
    /// The choices are laid before the reader.
    Choose,
    /// A text is asked, with this to begin with.
    Type(String),
    /// The plan is made, with what was typed already.
    Take(Option<String>),
    /// The plan of a release of the marked services to this tag is made.
    Release(String),
    /// The plan to take back the release with this number is made.
    TakeBack(u64),
}

/// For how long a key may have been on its way to something else when a plan opens by itself before somebody who types.
const TYPING: SignedDuration = SignedDuration::from_millis(700);

/// How many procedures that ended are remembered.
const REMEMBERED: usize = 20;

/// Hands `use_it` the surroundings of a resource or an environment; `None` if that is in none, or is none.
pub(super) fn at_site<T>(model: &Model, of: &RowTarget, use_it: impl FnOnce(&ActionContext<'_>) -> T) -> Option<T> {
    let (environment, scope) = match of {
        // What has no place of its own, as a deployment of a service, is where its owner is.
        RowTarget::Resource(id) | RowTarget::Step(_, id) => {
            (model.picture.environment(&model.home_of(of)?)?, &id.scope)
        }
        RowTarget::Environment(name) => {
            let environment = model.picture.environment(name)?;
            (environment, environment.scopes.first()?)
        }
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => return None,
    };
    Some(ActionContext::within(environment, scope, &model.world, (model.now, &model.settings.zone), use_it))
}

/// What can be done here: with the resource the reader is on, and with the environment they are in or on. Where both
/// offer the same verb, the resource's counts.
#[must_use]
pub fn actions(model: &Model) -> Vec<(RowTarget, Action)> {
    let resource = model.resource().cloned().map(RowTarget::Resource);
    let environment = model.environment().map(|environment| RowTarget::Environment(environment.name.clone()));
    let mut all: Vec<(RowTarget, Action)> = Vec::new();
    for of in resource.into_iter().chain(environment) {
        for action in offers_of(model, &of) {
            if !all.iter().any(|(_, known)| known.verb == action.verb) {
                all.push((of.clone(), action));
            }
        }
    }
    all
}

/// What can be done with this, whatever the reader is on.
pub(crate) fn offers_of(model: &Model, of: &RowTarget) -> Vec<Action> {
    let here = at_site(model, of, |context| match of {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => {
            actions_of(id.kind).map(|actions| actions.actions(id, context)).unwrap_or_default()
        }
        RowTarget::Environment(_) => environment_actions::actions(context),
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => Vec::new(),
    });
    let again = again(model, of);
    let home = match of {
        RowTarget::Resource(_) | RowTarget::Step(..) => model.home_of(of),
        RowTarget::Environment(name) => Some(name.clone()),
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => None,
    };
    let lock =
        home.filter(|home| model.is_locked(home)).map(|home| format!("{home} is locked; `:unlock 10m WHY` opens it"));
    let mut actions = here.unwrap_or_default();
    for action in &mut actions {
        if again && let Some(why) = action.disabled_reason.take() {
            action.disabled_reason = Some(format!("{why} (the state is being read again after a change)"));
        }
        if model.gate.read_only && !action.harmless {
            action.disabled_reason = Some("toban was started read-only".to_owned());
        }
        if !action.harmless && action.disabled_reason.is_none() && lock.is_some() {
            action.disabled_reason.clone_from(&lock);
        }
    }
    actions
}

/// What another environment offers under this name, where what was typed behind it names one.
fn named(model: &Model, verb: &str, typed: &str) -> Option<(RowTarget, Action)> {
    let environment = model.picture.environments.iter().find(|environment| environment.name.as_str() == typed)?;
    let of = RowTarget::Environment(environment.name.clone());
    let action = offers_of(model, &of).into_iter().find(|action| action.verb == verb)?;
    Some((of, action))
}

/// That what was typed behind an environment's offer is no environment's name.
fn nameless(verb: &str, typed: &str) -> String {
    format!(":{verb} takes nothing but an environment's name; {typed:?} is none here")
}

/// Whether it is being read again after a change: what bars an offer may be over already.
fn again(model: &Model, of: &RowTarget) -> bool {
    match of {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => model.pacer.touched(&id.scope, Some(id.kind)),
        RowTarget::Environment(name) => {
            let scopes = model.picture.environment(name).map(|environment| environment.scopes.iter());
            scopes.into_iter().flatten().any(|scope| model.pacer.touched(scope, None))
        }
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => false,
    }
}

/// What something is called in a sentence.
fn called(of: &RowTarget) -> &str {
    match of {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => &id.key,
        RowTarget::Environment(name) => name.as_str(),
        RowTarget::Entry(id) => id,
        RowTarget::Tunnel(_) => "a tunnel",
    }
}

/// Keys that move or leave in every menu, so that no operation gets them.
const TAKEN: &str = "jkgGq/:?!";

/// The letter of each operation in the menu of a row: from its name, none that `taken` has or that moves in a menu. The
/// same names in the same order get the same letters, so that fingers learn them.
fn letters(verbs: &[&str], taken: &[Chord]) -> Vec<Option<Chord>> {
    let mut used: Vec<Chord> = taken.iter().copied().chain(TAKEN.chars().map(Chord::char)).collect();
    let mut letter = |verb: &&str| {
        let both = |c: char| [c, c.to_ascii_uppercase()];
        let free = verb.chars().filter(char::is_ascii_lowercase).flat_map(both).map(Chord::char);
        let found = free.into_iter().find(|chord| !used.contains(chord));
        used.extend(found);
        found
    };
    verbs.iter().map(&mut letter).collect()
}

/// The same as entries of the actions menu, each with a letter besides those that are `taken`.
pub(super) fn entries(model: &Model, taken: &[Chord]) -> Vec<Entry> {
    let actions = actions(model);
    let verbs: Vec<&str> = actions.iter().map(|(_, action)| action.verb).collect();
    let keys = letters(&verbs, taken);
    let entry = |((_, action), key): ((RowTarget, Action), Option<Chord>)| Entry {
        key,
        label: action.verb.to_owned(),
        note: action.message,
        disabled_reason: action.disabled_reason,
        pick: Pick::Offer(action.verb),
    };
    actions.into_iter().zip(keys).map(entry).collect()
}

/// Takes up an offer, with what was typed behind its name.
pub(super) fn take_up(model: &mut Model, verb: &str, value: Option<&str>) -> Vec<Effect> {
    model.dirty = true;
    // The name of an environment is no answer: it says which one is meant.
    let elsewhere = value.and_then(|value| named(model, verb, value));
    let (asked, value) = (value, value.filter(|_| elsewhere.is_none()));
    let here = || actions(model).into_iter().find(|(_, action)| action.verb == verb);
    let Some((of, action)) = elsewhere.or_else(here) else {
        let is_known = |name: &&str| model.picture.environments.iter().any(|it| it.name.as_str() == *name);
        let message = match asked {
            Some(name) if is_known(&name) => format!("{name} has no action {verb}"),
            Some(name) if environment_actions::VERBS.contains(&verb) => nameless(verb, name),
            _ => format!("no action {verb} here"),
        };
        model.notices.fault(model.now, message);
        return Vec::new();
    };
    if let Some(why) = action.disabled_reason {
        model.notices.info(model.now, format!("{verb}: {why}"));
        return Vec::new();
    }
    if let (Prompt::Nothing | Prompt::Look { .. }, Some(value)) = (&action.prompt, value) {
        let message = match of {
            RowTarget::Environment(_) => nameless(verb, value),
            _ => format!(":{verb} takes nothing, it is for the row under the cursor; {value:?} is too much"),
        };
        model.notices.fault(model.now, message);
        return Vec::new();
    }
    let step = Step { of, verb: action.verb, chosen: None };
    match (action.prompt, value) {
        // What is typed is told of in the plan as what is chosen is, so the same is read before.
        (
            Prompt::Choice { prompt, reads }
            | Prompt::Narrow { prompt, reads }
            | Prompt::Informed { prompt, reads, .. },
            Some(value),
        ) => consult(model, step, prompt, Then::Take(Some(value.to_owned())), reads),
        (Prompt::Nothing | Prompt::Look { .. } | Prompt::Text { .. }, Some(value)) => {
            answer(model, &step.of, step.verb, Some(value))
        }
        (prompt, None) => question(model, step, prompt),
    }
}

/// Takes up an operation of this with the best of its choices, which are read before: its plan opens at once.
pub(super) fn take_best(model: &mut Model, of: RowTarget, verb: &str) -> Vec<Effect> {
    model.dirty = true;
    let Some(action) = offers_of(model, &of).into_iter().find(|action| action.verb == verb) else {
        model.notices.fault(model.now, format!("no action {verb} of {}", called(&of)));
        return Vec::new();
    };
    if let Some(why) = action.disabled_reason {
        model.notices.info(model.now, format!("{verb}: {why}"));
        return Vec::new();
    }
    let has_best = of.resource().is_some_and(|id| id.kind == crate::kinds::ecs_service::Service::KIND);
    let step = Step { of, verb: action.verb, chosen: None };
    match action.prompt {
        Prompt::Choice { reads, .. } if has_best => consult(model, step, String::new(), Then::Take(None), reads),
        prompt => question(model, step, prompt),
    }
}

/// An entry of an offer's choices was chosen: it is the answer, or leads on to another question.
pub(super) fn chosen(model: &mut Model, of: RowTarget, verb: &'static str, value: String, then: Prompt) -> Vec<Effect> {
    match then {
        Prompt::Nothing => answer(model, &of, verb, Some(&value)),
        then => question(model, Step { of, verb, chosen: Some(value) }, then),
    }
}

/// Asks for what an offer asks for.
fn question(model: &mut Model, step: Step, prompt: Prompt) -> Vec<Effect> {
    model.dirty = true;
    match prompt {
        Prompt::Nothing => answer(model, &step.of, step.verb, step.chosen.as_deref()),
        Prompt::Look { reads } => {
            let then = Then::Take(step.chosen.clone());
            consult(model, step, String::new(), then, reads)
        }
        Prompt::Text { prompt, initial } => {
            let Step { of, verb, .. } = step;
            model.overlay =
                Overlay::Ask(Box::new(PendingAction { of, verb, prompt, input: Input::new(initial), fresh: true }));
            Vec::new()
        }
        Prompt::Informed { prompt, initial, reads } => consult(model, step, prompt, Then::Type(initial), reads),
        Prompt::Choice { prompt, reads } => consult(model, step, prompt, Then::Choose, reads),
        Prompt::Narrow { prompt, .. } => {
            lay(model, step, prompt, false);
            Vec::new()
        }
    }
}

/// Begins to read what an offer needs; what is done then is remembered.
fn consult(model: &mut Model, step: Step, prompt: String, then: Then, reads: Vec<ReadRequest>) -> Vec<Effect> {
    let question = Question::next(model, Asker::Action);
    let (at, keys) = (model.whereabouts(), model.keys);
    let consulting = Consulting { question, step, prompt, then, at, keys };
    model.notices.info(model.now, consulting.reads());
    model.consulting = Some(consulting);
    vec![Effect::Consult(question, reads)]
}

/// Begins to read what a release of marked services to `tag` tells of; `first` is one of them.
pub(super) fn consult_release(
    model: &mut Model,
    first: Option<ResourceId>,
    tag: &str,
    reads: Vec<ReadRequest>,
) -> Vec<Effect> {
    let Some(first) = first else { return Vec::new() };
    let step = Step { of: RowTarget::Resource(first), verb: "release", chosen: None };
    consult(model, step, String::new(), Then::Release(tag.to_owned()), reads)
}

/// Begins to read what taking back the release with the number `id` tells of; `first` is one of its parts.
pub(super) fn consult_take_back(
    model: &mut Model,
    first: Option<ResourceId>,
    id: u64,
    reads: Vec<ReadRequest>,
) -> Vec<Effect> {
    let Some(first) = first else { return Vec::new() };
    let step = Step { of: RowTarget::Resource(first), verb: "take back", chosen: None };
    consult(model, step, String::new(), Then::TakeBack(id), reads)
}

/// Takes up an offer of something that need not be under the cursor.
pub(super) fn take_up_of(model: &mut Model, of: RowTarget, verb: &str) -> Vec<Effect> {
    model.dirty = true;
    let Some(action) = offers_of(model, &of).into_iter().find(|action| action.verb == verb) else {
        let message = format!("{} has no action {verb}", called(&of));
        model.notices.fault(model.now, message);
        return Vec::new();
    };
    if let Some(why) = action.disabled_reason {
        model.notices.info(model.now, format!("{verb}: {why}"));
        return Vec::new();
    }
    question(model, Step { of, verb: action.verb, chosen: None }, action.prompt)
}

/// What the choices need was read: they are laid before the reader, unless they went on to something else.
pub(super) fn consulted(
    model: &mut Model,
    answered: Question,
    got: Vec<(ReadRequest, Result<AnyReading, Fault>)>,
) -> Vec<Effect> {
    let Some(consulting) = model.consulting.take_if(|consulting| consulting.question == answered) else {
        return Vec::new();
    };
    model.notices.retract(&consulting.reads());
    let world = std::sync::Arc::make_mut(&mut model.world);
    let mut fault = None;
    for (want, got) in got {
        let failed = match &got {
            Ok(found) => found.faults().next(),
            Err(why) => Some(why),
        };
        if let Some(why) = failed {
            fault.get_or_insert_with(|| format!("{}; {}", why.sentence(), why.remedy(&want.scope)));
        }
        world.put(&want.scope, want.kind, &want.coverage, got, model.now);
    }
    model.dirty = true;
    let failed = fault.is_some();
    if let Some(fault) = fault {
        model.notices.fault(model.now, fault);
    }
    let Consulting { step, prompt, then, at, keys, .. } = consulting;
    // Nothing opens over what the reader went on to.
    if !matches!(model.overlay, Overlay::None) || model.whereabouts() != at {
        if !failed {
            let message = format!("{} of {}: its plan is ready; ask for it again", step.verb, called(&step.of));
            model.notices.info(model.now, message);
        }
        return Vec::new();
    }
    let effects = match then {
        Then::Choose => {
            lay(model, step, prompt, failed);
            Vec::new()
        }
        Then::Type(initial) => question(model, step, Prompt::Text { prompt, initial }),
        Then::Take(value) => answer(model, &step.of, step.verb, value.as_deref()),
        Then::Release(tag) => {
            release_marked::plan(model, &tag);
            Vec::new()
        }
        Then::TakeBack(id) => {
            take_back::plan(model, id);
            Vec::new()
        }
    };
    if let Overlay::Confirm(confirm) = &mut model.overlay {
        let busy = model.keys > keys + 1;
        confirm.late = Some(if busy { TYPING } else { SignedDuration::ZERO });
    }
    effects
}

/// Lays the choices before the reader; `failed` if what they come from could not be read, which was said then.
fn lay(model: &mut Model, step: Step, prompt: String, failed: bool) {
    let Step { of, verb, chosen } = step;
    let choices = at_site(model, &of, |context| match &of {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => {
            actions_of(id.kind).map(|actions| actions.choices(id, verb, chosen.as_deref(), context)).unwrap_or_default()
        }
        RowTarget::Environment(_) => environment_actions::choices(verb, context),
        RowTarget::Entry(_) | RowTarget::Tunnel(_) => Vec::new(),
    });
    let choices = choices.unwrap_or_default();
    if choices.is_empty() {
        // What could not be read is the reason, and has been said.
        if !failed {
            model.notices.info(model.now, format!("{prompt}: there is nothing to choose from"));
        }
        return;
    }
    let entries = choices.into_iter().map(|choice| Entry {
        key: None,
        label: choice.label,
        note: choice.note,
        disabled_reason: choice.disabled_reason,
        pick: Pick::Answer(verb, of.clone(), choice.value, choice.then),
    });
    model.overlay = Overlay::Menu(Box::new(Menu::new(prompt, entries.collect())));
}

/// A key while a text is typed for an offer.
pub(super) fn ask_key(model: &mut Model, mut ask: Box<PendingAction>, chord: Chord) -> Vec<Effect> {
    match chord.key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            let value = ask.input.value().trim().to_owned();
            let at = model.whereabouts();
            let effects = answer(model, &ask.of, ask.verb, Some(&value));
            // What was refused stays, to be put right.
            if effects.is_empty() && model.refused(&at) {
                model.overlay = Overlay::Ask(ask);
            }
            return effects;
        }
        _ => ask.type_in(chord),
    }
    model.overlay = Overlay::Ask(ask);
    Vec::new()
}

/// Makes an answered offer a plan before the reader.
pub(super) fn answer(model: &mut Model, of: &RowTarget, verb: &str, value: Option<&str>) -> Vec<Effect> {
    let made: Option<Result<Proposal, String>> = at_site(model, of, |context| match of {
        RowTarget::Resource(id) | RowTarget::Step(_, id) => match actions_of(id.kind) {
            Some(actions) => actions.propose(id, verb, value, context),
            None => Err(format!("no actions exist for a {}", id.kind)),
        },
        RowTarget::Environment(_) => environment_actions::propose(verb, value, context),
        RowTarget::Tunnel(_) => Err("a tunnel has a menu of its own".to_owned()),
        RowTarget::Entry(_) => Err("this entry has no actions".to_owned()),
    });
    match made {
        Some(Ok(proposal)) if proposal.plan().is_harmless() => return only_look(model, proposal),
        Some(Ok(proposal)) => propose(model, proposal, (verb, 1)),
        Some(Err(why)) => model.notices.fault(model.now, why),
        None => {
            let message = format!("{} is in no environment; nothing is changed there", called(of));
            model.notices.fault(model.now, message);
        }
    }
    model.dirty = true;
    Vec::new()
}

/// Begins what changes nothing: nobody need be asked.
fn only_look(model: &mut Model, proposal: Proposal) -> Vec<Effect> {
    let plan = proposal.plan();
    let at = model.circumstances(&plan.environment, &plan.scope);
    match model.gate.allow(proposal, &Confirmation::Yes, None, &at) {
        Ok(Admitted::Procedure(license, procedure)) => begin(model, license, procedure),
        Ok(Admitted::Change(_)) => Vec::new(),
        Err(refused) => {
            model.notices.info(model.now, refused.to_string());
            Vec::new()
        }
    }
}

/// Begins what the gate let through, and goes to its page.
pub(super) fn begin(model: &mut Model, license: Box<ProcedureGrant>, procedure: Box<dyn Procedure>) -> Vec<Effect> {
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
    vec![Effect::Run(Box::new(ProcedureRun { id, license, procedure, limit: None }))]
}

/// Goes to the page of a procedure.
pub(super) fn open(model: &mut Model, id: u64) {
    let Some(one) = model.underway.iter().find(|one| one.id == id) else { return };
    if matches!(model.here(), Some(Page::Progress(here, ..)) if *here == id) {
        return;
    }
    let title = one.plan.message.clone();
    model.enter(Page::Progress(id, title, Sheet::default()));
}

#[cfg(test)]
mod tests;
