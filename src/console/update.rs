//! From a message to a new model and what is to be done: pure and at once, so that keys are
//! answered however slow AWS is. Late answers are dropped by their numbers.

mod keys;

use super::actions;
use super::dispatch::{begin, start};
use super::effect::Effect;
use super::health_check;
use super::hours;
use super::locks;
use super::logs;
use super::model::Model;
use super::msg::{Event, Msg};
use super::on_demand_reads;
use super::overlay::Overlay;
use super::page::Page;
use super::question::Asker;
use super::screens::confirm::Confirm;
use super::sessions;
use super::tunnels;
use super::watch;
use crate::change::gate::GateContext;
use crate::change::plan::Plan;
use crate::change::procedure::Proposal;
use crate::change::receipt::Receipt;
use crate::change::{Ending, How, Report};
use crate::engine::journal;
use crate::engine::journal::Entry;
use crate::engine::login;
use crate::engine::memory::drop_gone;
use crate::engine::poller::{Outcome, PollRequest};
use crate::engine::resolve_name::resolve_name;
use crate::overview::Picture;
use crate::world::{AnyReading, Coverage, EnvironmentName, Fault, Scope, World};
use keys::{clicked, key, pasted, wheeled};
pub(super) use keys::{over, set_filter};

/// Takes note of what happened. What is to be done comes back as data.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    model.turn_to(msg.now);
    let mut effects = match msg.news {
        Event::Started => start(model),
        Event::Key(chord) => key(model, chord),
        Event::Line(text) => super::plain::heard::line(model, &text),
        Event::Pasted(text) => pasted(model, &text),
        Event::Clicked(x, y) => clicked(model, x, y),
        Event::Wheeled(notches) => wheeled(model, notches),
        Event::Resized => {
            model.dirty = true;
            Vec::new()
        }
        Event::Watched(watched) => {
            model.pacer.watched(watched);
            Vec::new()
        }
        Event::Tick => Vec::new(),
        Event::Scopes(generation, got) if generation == model.generation => scopes(model, got),
        Event::Recalled(generation, earlier) if generation == model.generation => {
            std::sync::Arc::make_mut(&mut model.world).recall(*earlier);
            model.stirred = true;
            Vec::new()
        }
        Event::Seen(generation, seen) if generation == model.generation => {
            std::sync::Arc::make_mut(&mut model.world).remember_stops(std::sync::Arc::clone(&seen.stops));
            model.seen = seen;
            model.refill(false);
            Vec::new()
        }
        Event::Identity(generation, scope, got) if generation == model.generation => {
            std::sync::Arc::make_mut(&mut model.world).identify(&scope, got);
            model.stirred = true;
            model.refill(false);
            Vec::new()
        }
        Event::Read(generation, reading, got) if generation == model.generation => {
            read(model, &reading, got);
            Vec::new()
        }
        Event::Gathered(generation, picture) if generation == model.generation => gathered(model, picture),
        Event::NotGathered(generation) if generation == model.generation => {
            model.gathering = false;
            model.notices.fault(model.now, "the view could not be computed; the log file says why; please report it");
            model.dirty = true;
            Vec::new()
        }
        Event::Logins(generation, logins) if generation == model.generation => {
            model.logins = logins;
            Vec::new()
        }
        Event::Saw(generation, seen) if generation == model.generation => {
            saw(model, &seen);
            Vec::new()
        }
        // Answers of a cloud that was left.
        Event::Scopes(..)
        | Event::Recalled(..)
        | Event::Seen(..)
        | Event::Logins(..)
        | Event::Identity(..)
        | Event::Read(..)
        | Event::Gathered(..)
        | Event::NotGathered(..)
        | Event::Saw(..) => Vec::new(),
        Event::Looked(ask, id, got) => {
            let now = model.now;
            let page = model.places.iter_mut().find_map(|place| match place {
                Page::Detail(page) if page.id == id => Some(page),
                _ => None,
            });
            if page.is_some_and(|page| page.learn(ask, got, now)) {
                model.refill(false);
            }
            Vec::new()
        }
        Event::Changed(plan, got) => changed(model, &plan, &got),
        Event::Progress(id, report) => {
            progress(model, id, report);
            Vec::new()
        }
        Event::Ended(id, ending) => ended(model, id, ending),
        Event::Consulted(question, got) => match question.by {
            Asker::Page => on_demand_reads::consulted(model, question, got),
            Asker::Action => actions::consulted(model, question, got),
            Asker::Shell => sessions::foreseen(model, question, got),
            Asker::Tunnel => tunnels::consulted(model, question, got),
        },
        Event::LogsRead(view, number, got) => {
            logs::heard(model, view, number, got);
            Vec::new()
        }
        Event::Saved(name) => {
            model.notices.info(model.now, format!("written to {name}"));
            model.dirty = true;
            Vec::new()
        }
        Event::HoursWritten(environment, got) => {
            hours::written(model, environment, got);
            Vec::new()
        }
        Event::Tunnel(id, report) => {
            tunnels::heard(model, id, report);
            Vec::new()
        }
        Event::TunnelGone(id, why) => {
            let told = why.clone().map(|why| Effect::Notify(format!("a tunnel is closed: {why}")));
            let mut effects = tunnels::gone(model, id, why);
            effects.extend(told);
            effects
        }
        Event::LoggedIn(source, got) => {
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
        Event::Answered(message, line, got) => {
            health_check::answered(model, message, &line, got);
            vec![Effect::Journal]
        }
        Event::Visited(message, got) => sessions::visited(model, &message, got),
        Event::Browsed(url) => {
            model.notices.info(model.now, format!("opened {url}"));
            model.dirty = true;
            Vec::new()
        }
        Event::NotBrowsed(url, why) => {
            model.notices.info(model.now, format!("{why}; the address is on the clipboard: {url}"));
            model.dirty = true;
            vec![Effect::Copy(url)]
        }
        Event::Reopened(Ok(())) => Vec::new(),
        Event::Reopened(Err(why)) => {
            model.asking = false;
            model.nowhere = Some(Fault::new(crate::world::FaultKind::Credentials, "opening another source", why));
            model.refill(true);
            Vec::new()
        }
        Event::Themed(Ok(theme)) => {
            model.notices.info(model.now, format!("theme {}", theme.name()));
            model.theme = *theme;
            model.dirty = true;
            vec![Effect::Redraw]
        }
        Event::Themed(Err(why)) | Event::Failed(why) => {
            model.notices.fault(model.now, why);
            model.dirty = true;
            Vec::new()
        }
        Event::Kept(message) => {
            // Nobody asked for it: it stays as long as what went wrong does.
            model.notices.fault(model.now, message);
            for scope in model.scopes.iter().flatten() {
                model.pacer.refresh_scope(scope, model.now);
            }
            model.peeked.clear();
            model.dirty = true;
            vec![Effect::Journal]
        }
        Event::LeftSessions(left) => {
            if !left.is_empty() {
                let what = crate::text::counted(left.len(), "session");
                model.notices.fault(
                    model.now,
                    format!("a toban that was killed left {what} open; `:end-sessions` ends what it left"),
                );
                model.dirty = true;
            }
            model.left_sessions = left;
            Vec::new()
        }
        Event::EndedSessions(got) => {
            match got {
                Ok(count) => model.notices.info(model.now, format!("{} ended", crate::text::counted(count, "session"))),
                Err(why) => model.notices.fault(model.now, why),
            }
            model.dirty = true;
            vec![Effect::LeftSessions, Effect::Journal]
        }
        Event::Journal(entries) => {
            model.uptime_log = journal::rests(&entries);
            model.learn_own_turns(&entries);
            model.journal = entries;
            model.refill(false);
            loose_ends(model)
        }
    };
    model.expire();
    model.look_beside();
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
            model.scopes = Some(scopes.clone());
            model.stirred = true;
            model.refill(true);
            return vec![Effect::Recall(scopes)];
        }
        Err(fault) => {
            model.nowhere = Some(fault);
            model.retry_later();
        }
    }
    model.refill(true);
    Vec::new()
}

fn read(model: &mut Model, reading: &PollRequest, got: Result<AnyReading, Fault>) {
    let (scope, kind) = (&reading.scope, reading.kind);
    let before = model.world.store(scope, kind).map(|store| store.faults().count());
    let outcome = Outcome::of(&got);
    model.flights.remove(&reading.ask);
    let failed = got.is_err();
    // Whether anything changed is known only once it is on its store, and a late answer must not get there.
    if !model.pacer.expects(reading) {
        return;
    }
    let world = std::sync::Arc::make_mut(&mut model.world);
    let changed = world.put(scope, kind, &reading.coverage, got, model.now);
    drop_gone(world, scope, kind);
    model.pacer.arrived(reading, outcome.knowing(!changed.is_empty()), model.now);
    for id in changed {
        model.changed.insert(id, model.now);
    }
    model.stirred = true;
    let first = reading.coverage == Coverage::All && before.is_none();
    if first || failed || before != model.world.store(scope, kind).map(|store| store.faults().count()) {
        model.dirty = true;
        // While there is nothing else to show, what is said about waiting moves with every arrival.
        if model.picture.environments.is_empty() || model.here().is_some_and(|place| matches!(place, Page::Faults(_))) {
            model.refill(false);
        }
    }
}

fn gathered(model: &mut Model, picture: Picture) -> Vec<Effect> {
    model.gathering = false;
    model.picture = picture;
    let mut effects = open_on(model);
    model.refill(false);
    logs::look_again(model);
    model.refocus();
    effects.extend(loose_ends(model));
    effects.extend(tunnels::look_again(model));
    effects.extend(watch::changed(model));
    effects
}

/// Closes entries of the journal whose end nobody wrote down, where it can be told from what is seen now.
fn loose_ends(model: &mut Model) -> Vec<Effect> {
    if model.journal.iter().all(|entry| entry.done.is_some()) {
        return Vec::new();
    }
    let here = |entry: &Entry| {
        let same = |plan: &Plan| plan.environment.as_str() == entry.environment && plan.message == entry.message;
        model.underway.iter().any(|one| one.ended.is_none() && same(&one.plan))
    };
    let mut lines = journal::settle(&model.journal, &model.world, model.now, &here);
    lines.retain(|line| model.closed.insert(line.id().to_owned()));
    if lines.is_empty() { Vec::new() } else { vec![Effect::Close(lines)] }
}

/// Opens the environment named at the start as soon as it is there; a shortened name waits for all of them.
fn open_on(model: &mut Model) -> Vec<Effect> {
    let Some(typed) = model.open_on.clone() else { return Vec::new() };
    let names: Vec<&EnvironmentName> = model.picture.environments.iter().map(|environment| &environment.name).collect();
    let exact = names.iter().any(|name| name.as_str() == typed);
    if !exact && !model.complete() {
        return Vec::new();
    }
    model.open_on = None;
    match resolve_name(&typed, &names).cloned() {
        Ok(name) if model.places.len() == 1 => {
            model.refill(true);
            model.enter_environment(name);
            begin(model)
        }
        // The reader went somewhere else meanwhile.
        Ok(_) => Vec::new(),
        Err(why) => {
            model.notices.fault(model.now, why);
            Vec::new()
        }
    }
}

fn changed(model: &mut Model, plan: &Plan, got: &Result<Receipt, Fault>) -> Vec<Effect> {
    match got {
        Ok(receipt) => {
            let message = receipt.message.as_deref().unwrap_or("done");
            model.notices.info(model.now, format!("{}: {message}", plan.message));
        }
        Err(fault) => model.notices.fault(model.now, format!("{}: {}", plan.message, fault.sentence())),
    }
    model.dirty = true;
    model.pacer.touch(&plan.scope, model.now);
    vec![Effect::Journal]
}

/// Puts a proposal before the reader; `operation` is its name and how many things it is done to. Nothing happens without their answer and the gate's.
pub fn propose(model: &mut Model, proposal: Proposal, operation: (&str, usize)) {
    let plan = proposal.plan();
    if let Some(other) = model.underway.iter().find(|one| one.ended.is_none() && one.plan.message == plan.message) {
        let id = other.id;
        model.notices.info(model.now, format!("{} is running already", plan.message));
        actions::open(model, id);
        return;
    }
    let guard = locks::guard(model, &plan.environment, operation);
    let at = GateContext { guard, ..model.circumstances_of(&plan) };
    let mut confirm = Confirm::new(proposal, model.gate, at);
    confirm.plan.notices.extend(login::before(&plan, &model.world, model.now, &model.settings.zone));
    model.overlay = Overlay::Confirm(Box::new(confirm));
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
    let mut told = None;
    if let Some(one) = model.underway.iter_mut().find(|one| one.id == id) {
        let message = format!("{}: {}", one.plan.message, ending.message);
        told = Some((now.duration_since(one.since), message.clone()));
        if ending.how == How::Done {
            model.notices.end(now, message)
        } else {
            model.notices.fault(now, message)
        };
        for scope in one.plan.scopes() {
            model.pacer.touch(scope, now);
        }
        one.ended = Some((now, ending));
        // What AWS holds may be another thing now.
        model.peeked.clear();
    }
    model.refill(false);
    let told = told.and_then(|(took, message)| watch::over(model, took, &message));
    std::iter::once(Effect::Journal).chain(told).collect()
}

#[cfg(test)]
mod habits;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rig;
