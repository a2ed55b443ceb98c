//! The console's tunnels: from a database under the cursor to one that is asked for, and what is heard of those that
//! are open. Pure; the runner opens and closes them.

use std::net::SocketAddr;

use jiff::Timestamp;

use super::effect::Effect;
use super::model::Model;
use super::overlay::Overlay;
use super::place::Place;
use crate::kinds::{Cell, Tone};
use crate::procedure::Want;
use crate::screens::menu::{Entry, Menu, Pick};
use crate::screens::sheet::Sheet;
use crate::screens::viewer::Viewer;
use crate::session::forward::Traffic;
use crate::session::tunnel::{self, Carrier, Health, Remote, State};
use crate::world::{EnvironmentName, Fault, Found, ResourceId};

/// A tunnel to be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dig {
    /// The database's environment.
    pub environment: EnvironmentName,
    /// The database.
    pub remote: Remote,
    /// Who may carry it, best first.
    pub carriers: Vec<Carrier>,
    /// The local port asked for; `None` for the usual one, or any.
    pub port: Option<u16>,
    /// Why, for the records.
    pub reason: Option<String>,
}

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
pub(super) type Readings = Vec<(Want, Result<Found, Fault>)>;

/// A tunnel of this console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tunnelled {
    /// Tells it from the others.
    pub id: u64,
    /// What was asked for.
    pub dig: Dig,
    /// Since when.
    pub since: Timestamp,
    /// What was heard last.
    pub report: Option<Report>,
}

/// Asks for a tunnel to the database here; what choosing its carrier takes is read first.
pub(super) fn ask(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.resource().cloned() else { return Vec::new() };
    if model.tunnels.iter().any(|one| one.dig.remote.id == id) {
        model.notices.info(model.now, "there is a tunnel to it already");
        show(model);
        return Vec::new();
    }
    let made = tunnel::remote(&model.world, &id).and_then(|remote| {
        let home = model.picture.home(&id).ok_or_else(|| format!("{} is in no environment", remote.name))?;
        let at = model.circumstances(&home.name, &id.scope);
        model.gate.bars(&home.name, &at).map_or(Ok(remote), |refused| Err(refused.to_string()))
    });
    match made {
        Ok(remote) => {
            model.asked += 1;
            model.tunnelling = Some((model.asked, id));
            model.notices.info(model.now, format!("looking for who can reach {}…", remote.name));
            vec![Effect::Consult(model.asked, tunnel::wants(&remote))]
        }
        Err(why) => {
            model.notices.fault(model.now, why);
            Vec::new()
        }
    }
}

/// What choosing takes was read; the readings come back if they were not asked for a tunnel.
pub(super) fn consulted(model: &mut Model, ask: u64, got: Readings) -> Result<Vec<Effect>, Readings> {
    let Some((_, id)) = model.tunnelling.take_if(|(asked, _)| *asked == ask) else { return Err(got) };
    let world = std::sync::Arc::make_mut(&mut model.world);
    for (want, got) in got {
        // Without it the choice is only less sure.
        world.put(&want.scope, want.kind, &want.coverage, got, model.now);
    }
    model.dirty = true;
    Ok(choose(model, &id))
}

fn choose(model: &mut Model, id: &ResourceId) -> Vec<Effect> {
    let chosen = tunnel::remote(&model.world, id).and_then(|remote| {
        let home = model.picture.home(id).ok_or_else(|| format!("{} is in no environment", remote.name))?;
        let carriers = tunnel::candidates(&model.world, &home.members, &remote).choose(None);
        Ok((home.name.clone(), carriers.map_err(|why| why.to_string())?, remote))
    });
    match chosen {
        Ok((environment, carriers, remote)) => {
            model.asked += 1;
            let dig = Dig { environment, remote, carriers, port: None, reason: None };
            model.tunnels.push(Tunnelled { id: model.asked, dig: dig.clone(), since: model.now, report: None });
            show(model);
            vec![Effect::Dig(model.asked, Box::new(dig))]
        }
        Err(why) => {
            let lines = why.split("; ").map(|line| Cell { text: line.to_owned(), tone: Tone::Plain }).collect();
            model.enter(Place::Viewer(Viewer::new("no tunnel", "no tunnel", lines)));
            Vec::new()
        }
    }
}

/// Goes to the list.
pub(super) fn show(model: &mut Model) {
    if !matches!(model.here(), Some(Place::Tunnels(_))) {
        model.enter(Place::Tunnels(Sheet::default()));
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
    if matches!(model.here(), Some(Place::Tunnels(_))) {
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
    let mut effects = Vec::new();
    let (world, picture) = (&model.world, &model.picture);
    for one in &mut model.tunnels {
        let id = &one.dig.remote.id;
        let Some(home) = picture.home(id) else { continue };
        let Ok(carriers) = tunnel::candidates(world, &home.members, &one.dig.remote).choose(None) else { continue };
        if carriers != one.dig.carriers {
            one.dig.carriers.clone_from(&carriers);
            effects.push(Effect::Carry(one.id, carriers));
        }
    }
    effects
}

/// What can be done with a tunnel, laid over the list.
pub(super) fn menu(model: &mut Model, id: u64) {
    let Some(one) = model.tunnels.iter().find(|one| one.id == id) else { return };
    let entry = |label: &str, note: String, pick| Entry { label: label.to_owned(), note, barred: None, pick };
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
