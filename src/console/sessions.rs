//! From a resource to a session in it, in the console: barred by the gate, checked, the container chosen. Pure; what a
//! session takes is the kind's business, opening it the runner's.

use jiff::SignedDuration;

use super::actions::at_site;
use super::effect::Effect;
use super::model::{Model, Whereabouts};
use super::overlay::Overlay;
use super::page::Page;
use super::question::{Asker, Question};
use super::screens::menu::{Entry, Menu, Pick};
use super::screens::sheet;
use super::screens::viewer::Viewer;
use super::tunnels::Readings;
use crate::command::Command;
use crate::display::{Cell, Tone};
use crate::engine::session::{SessionRequest, parting};
use crate::kinds::catalog::kind;
use crate::ssm::channel::End;
use crate::ssm::preflight::{Line, SessionAccess, State};
use crate::ssm::session_target::{Gateway, Unsettled};
use crate::world::{Health, ResourceId};

/// How the resource here is entered; `None` where nothing can be.
#[must_use]
pub fn session_access(model: &Model, id: &ResourceId) -> Option<SessionAccess> {
    let door = sheet::RowTarget::Resource(id.clone());
    at_site(model, &door, |context| kind(id.kind).and_then(|kind| kind.session_access(id, &context.cx))).flatten()
}

/// Where asking came to nothing, as in a network without a way to IAM, nobody waits for it again for this long.
const DEAF: SignedDuration = SignedDuration::from_mins(10);

/// Whether asking came to nothing lately.
pub(super) fn is_deaf(model: &Model) -> bool {
    model.unforeseen.is_some_and(|at| model.now.duration_since(at) < model.ours(DEAF))
}

/// Keeps what checklists take and was read, and remembers where asking came to nothing.
pub(super) fn keep(model: &mut Model, got: Readings) {
    if got.is_empty() || got.iter().any(|(_, got)| got.is_err()) {
        model.unforeseen = Some(model.now);
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    for (want, got) in got {
        // What could not be had keeps nobody out, and is no fault of the account.
        if got.is_ok() {
            world.put(&want.scope, want.kind, &want.coverage, got, model.now);
        }
    }
}

/// A shell that waits for what its checklist takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Foreseen {
    /// What was asked.
    question: Question,
    /// Where.
    id: ResourceId,
    /// In which container.
    container: Option<String>,
    /// Where it was asked for.
    at: Whereabouts,
}

/// Said while what a session takes is being read.
const ASKING: &str = "checking what a session there needs…";

/// Opens a shell in the resource here, or shows why not.
pub(super) fn shell(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.resource().cloned() else { return Vec::new() };
    enter(model, &id, None)
}

/// The same, in this container. What the checklist takes and is not known is asked first.
pub(super) fn enter(model: &mut Model, id: &ResourceId, container: Option<&str>) -> Vec<Effect> {
    let wants = session_access(model, id)
        .filter(|_| !is_deaf(model))
        .map(|session_access| session_access.rights.wants)
        .unwrap_or_default();
    let disabled_reason = || {
        let home = model.picture.home(id)?;
        model.gate.bars(&home.name, &model.circumstances(&home.name, &id.scope))
    };
    if wants.is_empty() || disabled_reason().is_some() {
        return proceed(model, id, container);
    }
    let question = Question::next(model, Asker::Shell);
    model.dirty = true;
    model.notices.info(model.now, ASKING);
    let container = container.map(str::to_owned);
    let at = model.whereabouts();
    model.visiting = Some(Foreseen { question, id: id.clone(), container, at });
    vec![Effect::Foresee(question, wants)]
}

/// What the checklist takes was read, as far as it could be.
pub(super) fn foreseen(model: &mut Model, question: Question, got: Readings) -> Vec<Effect> {
    let Some(Foreseen { id, container, at, .. }) = model.visiting.take_if(|waits| waits.question == question) else {
        return Vec::new();
    };
    keep(model, got);
    model.notices.retract(ASKING);
    // A shell takes the whole terminal: it never opens over what the reader went on to.
    if model.whereabouts() != at || !matches!(model.overlay, Overlay::None) {
        let key = model.key_of(Command::Shell);
        model.notices.info(model.now, format!("the shell was not opened, since you went on; {key} there opens it"));
        model.dirty = true;
        return Vec::new();
    }
    proceed(model, &id, container.as_deref())
}

fn proceed(model: &mut Model, id: &ResourceId, container: Option<&str>) -> Vec<Effect> {
    model.dirty = true;
    let (Some(session_access), Some(environment)) = (session_access(model, id), model.picture.home(id)) else {
        model.notices.info(model.now, "there is no shell in this; instances, services and tasks have one");
        return Vec::new();
    };
    let name = environment.name.clone();
    let at = model.circumstances(&name, &id.scope);
    if let Some(refused) = model.gate.bars(&name, &at) {
        model.notices.fault(model.now, refused.to_string());
        return Vec::new();
    }
    let Some(way) = session_access.way.as_ref().filter(|_| !session_access.fails()) else {
        let title = format!("{} cannot be entered:", session_access.message);
        checklist(model, title, &session_access.message, session_access.checklist());
        return Vec::new();
    };
    match way.door(container) {
        Ok(door) => vec![Effect::OpenSession(Box::new(to(&session_access, &door, name, id.clone())))],
        Err(Unsettled::Several(names) | Unsettled::Unknown(names)) => {
            let entries = names.into_iter().map(|name| Entry {
                key: None,
                label: name.clone(),
                note: String::new(),
                disabled_reason: None,
                pick: Pick::Container(id.clone(), name),
            });
            let title = format!("which container of {}", session_access.message);
            model.overlay = Overlay::Menu(Box::new(Menu::new(title, entries.collect())));
            Vec::new()
        }
    }
}

fn to(
    session_access: &SessionAccess,
    door: &Gateway,
    environment: crate::world::EnvironmentName,
    on: ResourceId,
) -> SessionRequest {
    let place = match door.container() {
        Some(container) => format!("{}, container {container}", session_access.message),
        None => session_access.message.clone(),
    };
    SessionRequest::new("open a shell in", &place, environment, on, door.shell())
}

/// What must hold and does not, with what to do.
pub(super) fn checklist<'l>(model: &mut Model, title: String, about: &str, all: impl Iterator<Item = &'l Line>) {
    let mut lines = vec![Cell::strong(title), Cell::plain("")];
    for line in all {
        let tone = match line.state {
            State::Holds | State::Lacks | State::Unknown => Tone::Plain,
            State::Fails => Tone::Of(Health::Bad),
        };
        lines.push(Cell { text: format!("{} {}: {}", line.state.sign(), line.what, line.message), tone });
        lines.extend(line.remedy.as_ref().map(|remedy| Cell::plain(format!("    → {remedy}"))));
    }
    model.enter(Page::Viewer(Viewer::new("before a session", about, lines)));
}

/// A session ended, or could not be opened. What is more than an ordinary end stays on the screen.
pub(super) fn visited(model: &mut Model, message: &str, got: Result<End, String>) -> Vec<Effect> {
    model.dirty = true;
    let (why, plain) = match got {
        Ok(end) => {
            let plain = end == End::Left || matches!(&end, End::Closed(why) if why.trim().is_empty());
            (parting(&end), plain)
        }
        Err(why) => (why, false),
    };
    if plain {
        model.notices.info(model.now, why);
    } else {
        let lines = std::iter::once(Cell::strong(message.to_owned())).chain(std::iter::once(Cell::plain("")));
        let lines = lines.chain(why.lines().map(|line| Cell::plain(line.to_owned()))).collect();
        model.enter(Page::Viewer(Viewer::new("how the session ended", message, lines)));
    }
    vec![Effect::Journal]
}

#[cfg(test)]
mod tests;
