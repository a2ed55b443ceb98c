//! The console's tunnels: from a database under the cursor to one that is asked for, and what is heard of those that
//! are open. Pure; the runner opens and closes them.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::actions::at_site;
use super::effect::Effect;
use super::model::{Model, Whereabouts};
use super::overlay::Overlay;
use super::page::Page;
use super::question::{Asker, Question};
use super::screens::menu::{Entry, Menu, Pick};
use super::screens::sheet;
use super::screens::sheet::Sheet;
use super::screens::viewer::Viewer;
use super::sessions;
use crate::command::Command;
use crate::display::{Cell, Tone};
use crate::engine::tunnel_supervisor::{Health, State};
use crate::operations::tunnel;
use crate::operations::tunnel::request::TunnelRequest;
use crate::operations::tunnel::{Behind, Carrier, Permitted, Remote};
use crate::ssm::forward::Traffic;
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, Fault, ResourceId, World};

/// What is heard of a tunnel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Where it listens.
    pub address: SocketAddr,
    /// How it is doing.
    pub state: State,
    /// What passed.
    pub traffic: Traffic,
}

/// What was read, each with how it went.
pub(super) type Readings = Vec<(ReadRequest, Result<AnyReading, Fault>)>;

/// A tunnel of this console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tunnelled {
    /// Tells it from the others.
    pub id: u64,
    /// What was asked for.
    pub dig: TunnelRequest,
    /// Since when.
    pub since: Timestamp,
    /// What was heard last.
    pub report: Option<Report>,
}

/// A tunnel that waits for something to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TunnelChoice {
    /// What was asked.
    question: Question,
    /// To which database, or through which instance, task or service.
    id: ResourceId,
    /// Which port, where it leads to no database.
    behind: Option<Behind>,
    /// Whether it is IAM's word that it waits for, the last thing.
    foreseeing: bool,
    /// Where it was asked for.
    at: Whereabouts,
}

/// Where a tunnel from `id` leads, and who has to carry it.
fn destination(world: &World, id: &ResourceId, behind: Option<&Behind>) -> Result<(Remote, Option<String>), String> {
    match behind {
        Some(behind) => tunnel::through(world, id, behind).map(|(remote, via)| (remote, Some(via))),
        None => tunnel::remote(world, id).map(|remote| (remote, None)),
    }
}

/// Asks for a tunnel to the database here, or to the port that was typed behind what stands here; what choosing its carrier
/// takes is read first.
pub(super) fn ask(model: &mut Model, typed: Option<&str>) -> Vec<Effect> {
    let Some(id) = model.resource().cloned() else { return Vec::new() };
    let behind = match typed.map(str::trim).filter(|typed| !typed.is_empty()).map(str::parse::<Behind>).transpose() {
        Ok(None) if tunnel::carries(&id) => {
            let message = "which port? :tunnel PORT leads to one of it, :tunnel HOST:PORT to a host behind it";
            model.notices.info(model.now, message);
            return Vec::new();
        }
        Ok(Some(_)) if !tunnel::carries(&id) => {
            model
                .notices
                .fault(model.now, "a port is reached through an instance, a task or a service; this is a database");
            return Vec::new();
        }
        Ok(behind) => behind,
        Err(why) => {
            model.notices.fault(model.now, why);
            return Vec::new();
        }
    };
    let there = destination(&model.world, &id, behind.as_ref());
    let is_it = |one: &Tunnelled| {
        let remote = &one.dig.remote;
        let same = there.as_ref().is_ok_and(|(there, _)| (&there.host, there.port) == (&remote.host, remote.port));
        remote.id == id && (behind.is_none() || same)
    };
    if model.tunnels.iter().any(is_it) {
        model.notices.info(model.now, "there is a tunnel to it already");
        show(model);
        return Vec::new();
    }
    let made = there.and_then(|(remote, _)| {
        let home = model.picture.home(&id).ok_or_else(|| format!("{} is in no environment", remote.name))?;
        let at = model.circumstances(&home.name, &id.scope);
        model.gate.bars(&home.name, &at).map_or(Ok(remote), |refused| Err(refused.to_string()))
    });
    match made {
        Ok(remote) => {
            let question = Question::next(model, Asker::Tunnel);
            let at = model.whereabouts();
            model.tunnelling = Some(TunnelChoice { question, id, behind, foreseeing: false, at });
            model.notices.info(model.now, format!("looking for a way to {}…", remote.name));
            vec![Effect::Consult(question, tunnel::wants(&remote))]
        }
        Err(why) => {
            model.notices.fault(model.now, why);
            Vec::new()
        }
    }
}

/// What choosing takes, or the checklist, was read.
pub(super) fn consulted(model: &mut Model, question: Question, got: Readings) -> Vec<Effect> {
    let Some(TunnelChoice { id, behind, foreseeing, at, .. }) =
        model.tunnelling.take_if(|choice| choice.question == question)
    else {
        return Vec::new();
    };
    model.dirty = true;
    if foreseeing {
        sessions::keep(model, got);
    } else {
        let world = std::sync::Arc::make_mut(&mut model.world);
        for (want, got) in got {
            // Without it the choice is only less sure.
            world.put(&want.scope, want.kind, &want.coverage, got, model.now);
        }
    }
    choose(model, (&id, behind), foreseeing, at)
}

/// Chooses who carries a tunnel and asks for it. What IAM says of it is read before, unless it was just asked.
fn choose(
    model: &mut Model,
    (id, behind): (&ResourceId, Option<Behind>),
    foreseen: bool,
    at: Whereabouts,
) -> Vec<Effect> {
    // Nothing opens over what the reader went on to.
    let here = model.whereabouts() == at && matches!(model.overlay, Overlay::None);
    let chosen = destination(&model.world, id, behind.as_ref()).and_then(|(remote, via)| {
        let home = model.picture.home(id).ok_or_else(|| format!("{} is in no environment", remote.name))?;
        let carriers = tunnel::candidates(&model.world, &home.members, &remote).choose(via.as_deref());
        Ok((home.name.clone(), carriers.map_err(|why| why.to_string())?, (remote, via)))
    });
    let (environment, carriers, (remote, via)) = match chosen {
        Ok(chosen) => chosen,
        Err(why) if !here => {
            model.notices.fault(model.now, format!("no tunnel: {why}"));
            return Vec::new();
        }
        Err(why) => {
            let lines = why.split("; ").map(|line| Cell { text: line.to_owned(), tone: Tone::Plain }).collect();
            model.enter(Page::Viewer(Viewer::new("no tunnel", "no tunnel", lines)));
            return Vec::new();
        }
    };
    let Some(permitted) = permitted(model, id, &carriers) else { return Vec::new() };
    if !foreseen && !permitted.rights.wants.is_empty() && !sessions::is_deaf(model) {
        let question = Question::next(model, Asker::Tunnel);
        model.tunnelling = Some(TunnelChoice { question, id: id.clone(), behind, foreseeing: true, at });
        return vec![Effect::Foresee(question, permitted.rights.wants)];
    }
    if permitted.fails() && !here {
        let message = format!("no tunnel to {}: {} there says why", remote.name, model.key_of(Command::Tunnel));
        model.notices.fault(model.now, message);
        return Vec::new();
    }
    if permitted.fails() {
        let title = format!("no tunnel to {}:", remote.name);
        sessions::checklist(model, title, &remote.name, permitted.rights.lines.iter());
        return Vec::new();
    }
    let carriers = permitted.carriers;
    let dig = TunnelRequest { environment, remote, carriers, via, port: None, reason: None };
    model.asked += 1;
    model.tunnels.push(Tunnelled { id: model.asked, dig: dig.clone(), since: model.now, report: None });
    if here {
        show(model);
    } else {
        model.refill(false);
    }
    vec![Effect::OpenTunnel(model.asked, Box::new(dig))]
}

/// Who of `carriers` IAM lets carry a tunnel to the database `id`, as far as it was asked.
fn permitted(model: &Model, id: &ResourceId, carriers: &[Carrier]) -> Option<Permitted> {
    at_site(model, &sheet::RowTarget::Resource(id.clone()), |context| tunnel::permitted(&context.cx, carriers))
}

/// Goes to the list.
pub(super) fn show(model: &mut Model) {
    if !matches!(model.here(), Some(Page::Tunnels(_))) {
        model.enter(Page::Tunnels(Sheet::default()));
    }
    model.refill(false);
}

/// Something was heard of a tunnel.
pub(super) fn heard(model: &mut Model, id: u64, report: Report) {
    let now = model.now;
    let Some(one) = model.tunnels.iter_mut().find(|one| one.id == id) else { return };
    let before = one.report.as_ref().map(|before| &before.state.health);
    if before != Some(&report.state.health) {
        let to = format!("tunnel to {}", one.dig.remote.name);
        match &report.state.health {
            Health::Up if report.state.sessions <= 1 => {
                model.notices.info(now, format!("{to}: {} is open", report.address));
            }
            health @ (Health::Down(_) | Health::Login(_)) => {
                model.notices.fault(now, format!("{to}: {}", health.words()));
            }
            Health::Opening
            | Health::Up
            | Health::Slow(_)
            | Health::Away
            | Health::Refused
            | Health::Resuming(_)
            | Health::Resting(_)
            | Health::Waiting(_)
            | Health::Closed => {}
        }
        model.dirty = true;
    }
    one.report = Some(report);
    if matches!(model.here(), Some(Page::Tunnels(_))) {
        model.refill(false);
    }
}

/// A tunnel is gone: closed, or it could not be opened at all.
pub(super) fn gone(model: &mut Model, id: u64, why: Option<String>) -> Vec<Effect> {
    let found = model.tunnels.iter().position(|one| one.id == id);
    if let Some(one) = found.map(|at| model.tunnels.remove(at)) {
        let to = format!("tunnel to {}", one.dig.remote.name);
        match why {
            Some(why) => model.notices.fault(model.now, format!("{to}: {why}")),
            None => model.notices.info(model.now, format!("{to} is closed")),
        };
    }
    model.refill(false);
    vec![Effect::Journal]
}

/// The picture is new: who may carry the sessions to come may be others than before, as after a deployment.
pub(super) fn look_again(model: &mut Model) -> Vec<Effect> {
    let others = |one: &Tunnelled| {
        let id = &one.dig.remote.id;
        let home = model.picture.home(id)?;
        let carriers = tunnel::candidates(&model.world, &home.members, &one.dig.remote);
        let carriers = carriers.choose(one.dig.via.as_deref()).ok()?;
        // Where IAM denies them all they stay: the next session tells, or finds that it was mended.
        let left = permitted(model, id, &carriers).map(|permitted| permitted.carriers);
        let carriers = left.filter(|left| !left.is_empty()).unwrap_or(carriers);
        (carriers != one.dig.carriers).then_some((one.id, carriers))
    };
    let changed: Vec<(u64, Vec<Carrier>)> = model.tunnels.iter().filter_map(others).collect();
    for (id, carriers) in &changed {
        if let Some(one) = model.tunnels.iter_mut().find(|one| one.id == *id) {
            one.dig.carriers.clone_from(carriers);
        }
    }
    changed.into_iter().map(|(id, carriers)| Effect::SetCarriers(id, carriers)).collect()
}

/// What can be done with a tunnel, laid over the list.
pub(super) fn menu(model: &mut Model, id: u64) {
    let Some(one) = model.tunnels.iter().find(|one| one.id == id) else { return };
    let entry = |label: &str, note: String, pick| Entry {
        key: None,
        label: label.to_owned(),
        note,
        disabled_reason: None,
        pick,
    };
    let mut entries = Vec::new();
    if let Some(report) = &one.report {
        let lines = tunnel::lines(&one.dig.remote, report.address.port(), None);
        let copies = lines.into_iter().filter(|line| line.what != "address");
        entries
            .extend(copies.map(|line| entry(&format!("copy {}", line.what), line.text.clone(), Pick::Copy(line.text))));
        let address = report.address.to_string();
        entries.push(entry("copy address", address.clone(), Pick::Copy(address)));
    }
    entries.push(entry("reopen", "end its session and open another".to_owned(), Pick::TunnelAgain(id)));
    entries.push(entry("close", "here and there; open connections break".to_owned(), Pick::TunnelClose(id)));
    model.overlay = Overlay::Menu(Box::new(Menu::new(format!("tunnel to {}", one.dig.remote.name), entries)));
}
