//! From a message to a new model and what is to be done: pure and at once, so that keys are
//! answered however slow AWS is. Late answers are dropped by their numbers.

mod keys;

use super::actions;
use super::dispatch::start;
use super::effect::Effect;
use super::model::Model;
use super::msg::{Msg, News};
use super::on_demand_reads;
use super::overlay::Overlay;
use super::page::Place;
use super::screens::confirm::Confirm;
use super::screens::sheet::Sheet;
use super::sessions;
use super::tunnels;
use crate::change::plan::Plan;
use crate::change::procedure::Proposal;
use crate::change::receipt::Receipt;
use crate::change::{Ending, How, Report};
use crate::engine::journal;
use crate::engine::journal::Entry;
use crate::engine::poller::{Outcome, Reading};
use crate::engine::resolve_name::meant;
use crate::overview::Picture;
use crate::world::{Coverage, EnvironmentName, Fault, Found, Scope, World};
use keys::{clicked, key, pasted, wheeled};

/// Takes note of what happened. What is to be done comes back as data.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.turn_to(msg.now);
    let mut effects = match msg.news {
        News::Started => start(model),
        News::Key(chord) => key(model, chord),
        News::Pasted(text) => pasted(model, &text),
        News::Clicked(x, y) => clicked(model, x, y),
        News::Wheeled(notches) => wheeled(model, notches),
        News::Resized => {
            model.dirty = true;
            Vec::new()
        }
        News::Watched(watched) => {
            model.pacer.watched(watched);
            Vec::new()
        }
        News::Tick => Vec::new(),
        News::Scopes(generation, got) if generation == model.generation => scopes(model, got),
        News::Identity(generation, scope, got) if generation == model.generation => {
            std::sync::Arc::make_mut(&mut model.world).identify(&scope, got);
            model.stirred = true;
            model.refill(false);
            Vec::new()
        }
        News::Read(generation, reading, got) if generation == model.generation => {
            read(model, &reading, got);
            Vec::new()
        }
        News::Gathered(generation, picture) if generation == model.generation => gathered(model, picture),
        News::NotGathered(generation) if generation == model.generation => {
            model.gathering = false;
            model.notices.fault(model.now, "the picture could not be made; the log file says why; please report it");
            model.dirty = true;
            Vec::new()
        }
        News::Logins(generation, logins) if generation == model.generation => {
            model.logins = logins;
            Vec::new()
        }
        News::Saw(generation, seen) if generation == model.generation => {
            saw(model, &seen);
            Vec::new()
        }
        // Answers of a cloud that was left.
        News::Scopes(..)
        | News::Logins(..)
        | News::Identity(..)
        | News::Read(..)
        | News::Gathered(..)
        | News::NotGathered(..)
        | News::Saw(..) => Vec::new(),
        News::Looked(ask, id, got) => {
            let now = model.now;
            let page = model.places.iter_mut().find_map(|place| match place {
                Place::Detail(page) if page.id == id => Some(page),
                _ => None,
            });
            if page.is_some_and(|page| page.learn(ask, got, now)) {
                model.refill(false);
            }
            Vec::new()
        }
        News::Changed(plan, got) => changed(model, &plan, &got),
        News::Progress(id, report) => {
            progress(model, id, report);
            Vec::new()
        }
        News::Ended(id, ending) => ended(model, id, ending),
        News::Consulted(ask, got) => match tunnels::consulted(model, ask, got) {
            Ok(effects) => effects,
            Err(got) => match on_demand_reads::consulted(model, ask, got) {
                Ok(()) => Vec::new(),
                Err(got) => match sessions::foreseen(model, ask, got) {
                    Ok(effects) => effects,
                    Err(got) => actions::consulted(model, ask, got),
                },
            },
        },
        News::Tunnel(id, report) => {
            tunnels::heard(model, id, report);
            Vec::new()
        }
        News::TunnelGone(id, why) => tunnels::gone(model, id, why),
        News::LoggedIn(source, got) => {
            model.dirty = true;
            match got {
                Ok(()) => model.notices.info(model.now, format!("logged in to {source} again")),
                Err(why) => model.notices.fault(model.now, format!("logging in to {source} did not work: {why}")),
            }
            for scope in model.scopes.iter().flatten().filter(|scope| scope.source == source) {
                model.pacer.refresh_scope(scope, model.now);
                model.identified.remove(scope);
            }
            Vec::new()
        }
        News::Visited(says, got) => sessions::visited(model, &says, got),
        News::Browsed(url) => {
            model.notices.info(model.now, format!("opened {url}"));
            model.dirty = true;
            Vec::new()
        }
        News::NotBrowsed(url, why) => {
            model.notices.info(model.now, format!("{why}; the address is on the clipboard: {url}"));
            model.dirty = true;
            vec![Effect::Copy(url)]
        }
        News::Reopened(Ok(())) => Vec::new(),
        News::Reopened(Err(why)) => {
            model.asking = false;
            model.nowhere = Some(Fault::new(crate::world::FaultKind::Credentials, "opening another source", why));
            model.refill(true);
            Vec::new()
        }
        News::Themed(Ok(theme)) => {
            model.notices.info(model.now, format!("theme {}", theme.name()));
            model.theme = *theme;
            model.dirty = true;
            vec![Effect::Redraw]
        }
        News::Themed(Err(why)) | News::Failed(why) => {
            model.notices.fault(model.now, why);
            model.dirty = true;
            Vec::new()
        }
        News::Kept(says) => {
            // Nobody asked for it: it stays as long as what went wrong does.
            model.notices.fault(model.now, says);
            for scope in model.scopes.iter().flatten() {
                model.pacer.refresh_scope(scope, model.now);
            }
            model.peeked.clear();
            model.dirty = true;
            vec![Effect::Journal]
        }
        News::Journal(entries) => {
            model.diary = journal::rests(&entries);
            model.journal = entries;
            model.refill(false);
            loose_ends(model)
        }
    };
    model.expire();
    effects.extend(model.settle());
    effects
}

fn scopes(model: &mut Model, got: Result<Vec<Scope>, Fault>) -> Vec<Effect> {
    model.asking = false;
    match got {
        Ok(scopes) => {
            model.nowhere = None;
            model.pacer.watch(&scopes, model.now);
            std::sync::Arc::make_mut(&mut model.world).retain(&scopes);
            model.scopes = Some(scopes);
            model.stirred = true;
        }
        Err(fault) => {
            model.nowhere = Some(fault);
            model.retry_later();
        }
    }
    model.refill(true);
    Vec::new()
}

fn read(model: &mut Model, reading: &Reading, got: Result<Found, Fault>) {
    let (scope, kind) = (&reading.scope, reading.kind);
    let before = model.world.shelf(scope, kind).map(|shelf| shelf.faults().count());
    let outcome = Outcome::of(&got);
    model.flights.remove(&reading.ask);
    let failed = got.is_err();
    // Whether anything changed is known only once it is on its shelf, and a late answer must not get there.
    if !model.pacer.expects(reading) {
        return;
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    let changed = world.put(scope, kind, &reading.coverage, got, model.now);
    model.pacer.arrived(reading, outcome.knowing(!changed.is_empty()), model.now);
    for id in changed {
        model.changed.insert(id, model.now);
    }
    model.stirred = true;
    let first = reading.coverage == Coverage::All && before.is_none();
    if first || failed || before != model.world.shelf(scope, kind).map(|shelf| shelf.faults().count()) {
        model.dirty = true;
        // While there is nothing else to show, what is said about waiting moves with every arrival.
        if model.picture.environments.is_empty() || model.here().is_some_and(|place| matches!(place, Place::Faults(_)))
        {
            model.refill(false);
        }
    }
}

fn gathered(model: &mut Model, picture: Picture) -> Vec<Effect> {
    model.gathering = false;
    model.picture = picture;
    open_on(model);
    model.refill(false);
    model.refocus();
    let mut effects = loose_ends(model);
    effects.extend(tunnels::look_again(model));
    effects
}

/// Closes entries of the journal whose end nobody wrote down, where it can be told from what is seen now.
fn loose_ends(model: &mut Model) -> Vec<Effect> {
    if model.journal.iter().all(|entry| entry.done.is_some()) {
        return Vec::new();
    }
    let here = |entry: &Entry| {
        let same = |plan: &Plan| plan.environment.as_str() == entry.environment && plan.says == entry.says;
        model.underway.iter().any(|one| one.ended.is_none() && same(&one.plan))
    };
    let mut lines = journal::settle(&model.journal, &model.world, model.now, &here);
    lines.retain(|line| model.closed.insert(line.id().to_owned()));
    if lines.is_empty() { Vec::new() } else { vec![Effect::Close(lines)] }
}

/// Opens the environment named at the start as soon as it is there; a shortened name waits for all of them.
fn open_on(model: &mut Model) {
    let Some(typed) = model.open_on.clone() else { return };
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    let exact = names.iter().any(|name| name.as_str() == typed);
    if !exact && !model.complete() {
        return;
    }
    model.open_on = None;
    match meant(&typed, &names).cloned() {
        Ok(name) if model.places.len() == 1 => model.enter(Place::Environment(name, Sheet::default())),
        // The reader went somewhere else meanwhile.
        Ok(_) => {}
        Err(why) => model.notices.fault(model.now, why),
    }
}

fn changed(model: &mut Model, plan: &Plan, got: &Result<Receipt, Fault>) -> Vec<Effect> {
    match got {
        Ok(receipt) => {
            let says = receipt.says.as_deref().unwrap_or("done");
            model.notices.info(model.now, format!("{}: {says}", plan.says));
        }
        Err(fault) => model.notices.fault(model.now, format!("{}: {}", plan.says, fault.sentence())),
    }
    model.dirty = true;
    model.pacer.touch(&plan.scope, model.now);
    vec![Effect::Journal]
}

/// Puts a proposal before the reader. Nothing happens without their answer and the gate's.
pub fn propose(model: &mut Model, proposal: Proposal) {
    let plan = proposal.plan();
    if let Some(other) = model.underway.iter().find(|one| one.ended.is_none() && one.plan.says == plan.says) {
        let id = other.id;
        model.notices.info(model.now, format!("{} is under way already", plan.says));
        actions::open(model, id);
        return;
    }
    let at = model.circumstances_of(&plan);
    model.overlay = Overlay::Confirm(Box::new(Confirm::new(proposal, model.gate, at)));
    model.dirty = true;
}

fn progress(model: &mut Model, id: u64, report: Report) {
    let now = model.now;
    if let Some(one) = model.underway.iter_mut().find(|one| one.id == id) {
        (one.report, one.seen_at) = (report, Some(now));
    }
    model.refill(false);
}

/// What a procedure saw last is what the reader's next key is judged by, not what was read before it.
fn saw(model: &mut Model, seen: &World) {
    for id in std::sync::Arc::make_mut(&mut model.world).adopt(seen) {
        model.changed.insert(id, model.now);
    }
    model.stirred = true;
    model.dirty = true;
}

fn ended(model: &mut Model, id: u64, ending: Ending) -> Vec<Effect> {
    let now = model.now;
    if let Some(one) = model.underway.iter_mut().find(|one| one.id == id) {
        let says = format!("{}: {}", one.plan.says, ending.says);
        if ending.how == How::Done {
            model.notices.end(now, says)
        } else {
            model.notices.fault(now, says)
        };
        for scope in one.plan.scopes() {
            model.pacer.touch(scope, now);
        }
        one.ended = Some((now, ending));
        // What AWS holds may be another thing now.
        model.peeked.clear();
    }
    model.refill(false);
    vec![Effect::Journal]
}

#[cfg(test)]
mod tests;
