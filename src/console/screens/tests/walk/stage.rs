//! The console over the simulated account for whoever walks through it: read once, handed out anew for every step, with
//! the answers the runner would give. For tests only.

use std::sync::{Arc, LazyLock};

use crate::change::{Bar, Report};
use crate::cloud::Cloud;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::screens::rig::{answer_logs, at, demo, denied, draw, read_of_demo, tell, zone};
use crate::console::settings::Settings;
use crate::console::tunnels::Report as Heard;
use crate::demo::Demo;
use crate::engine::tunnel_supervisor::{Health as Doing, State};
use crate::kinds::catalog::kind;
use crate::overview::Picture;
use crate::ssm::channel::End;
use crate::ssm::forward::Traffic;
use crate::theme::Theme;
use crate::world::{Coverage, Health, KindName, World};

/// What the simulation is read as.
struct Stage {
    world: Arc<World>,
    picture: Picture,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let model = demo(0);
    let mut world = model.world;
    let scope = world.scopes().first().cloned().expect("somewhere to look");
    Arc::make_mut(&mut world).put(&scope, KindName("metric-filter"), &Coverage::All, Err(denied()), at(0));
    Stage { world, picture: model.picture }
});

/// The console at its fleet, as it is once everything was read; one reading was denied.
pub(super) fn console() -> Model {
    let settings = Settings {
        zone: zone(),
        banner: Some("demo".to_owned()),
        profiles: vec!["default".to_owned(), "本番".to_owned()],
        regions: vec!["eu-west-1".to_owned()],
        ..Settings::default()
    };
    let mut model = Model::new(settings, 7, at(0));
    model.scopes = Some(STAGE.world.scopes());
    model.world = Arc::clone(&STAGE.world);
    tell(&mut model, Event::Gathered(0, STAGE.picture.clone()));
    draw(&mut model, 80, 24);
    model
}

/// Another console that stands where this one stands.
pub(super) fn twin(of: &Model) -> Model {
    let mut model = Model::new(of.settings.clone(), 7, of.now);
    (model.scopes, model.world, model.picture) = (of.scopes.clone(), Arc::clone(&of.world), of.picture.clone());
    (model.places, model.marks, model.gate) = (of.places.clone(), of.marks.clone(), of.gate);
    (model.underway, model.tunnels, model.journal) = (of.underway.clone(), of.tunnels.clone(), of.journal.clone());
    model
}

/// Plays the runner: answers what an update asked for, and what the answers ask for.
pub(super) fn answer(model: &mut Model, effects: Vec<Effect>) {
    for effect in effects {
        let news = match effect {
            Effect::Consult(ask, wants) | Effect::Foresee(ask, wants) => Event::Consulted(ask, read_of_demo(&wants)),
            Effect::Look(ask, id) => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let of = kind(id.kind).expect("a kind");
                let got = runtime.block_on(Demo::at(7, 0).look(of, &id, &model.world, model.now));
                Event::Looked(ask, id, got)
            }
            effect @ Effect::ReadLogs(..) => {
                answer_logs(model, vec![effect]);
                continue;
            }
            Effect::SaveText(name, _) => Event::Saved(name),
            Effect::Browse(url) => Event::Browsed(url),
            Effect::Theme(name) => Event::Themed(Ok(Box::new(Theme::built_in(&name)))),
            Effect::OpenSession(session_request) => Event::Visited(session_request.plan.message, Ok(End::Left)),
            Effect::OpenTunnel(id, _) => Event::Tunnel(id, heard()),
            Effect::CloseTunnel(id) => Event::TunnelGone(id, None),
            Effect::Run(procedure_run) => Event::Progress(procedure_run.id, stands()),
            _ => continue,
        };
        let more = tell(model, news);
        answer(model, more);
    }
}

fn heard() -> Heard {
    Heard {
        address: "127.0.0.1:13306".parse().expect("an address"),
        state: State {
            health: Doing::Up,
            via: Some(("踏み台".to_owned(), "i-0123456789abcdef0".to_owned())),
            session: Some("s-1".to_owned()),
            sessions: 1,
        },
        traffic: Traffic { up: 4_200, down: 81_000_000, open: 2, total: 7, ..Traffic::default() },
    }
}

fn stands() -> Report {
    let bar = |label: &str| Bar {
        label: label.to_owned(),
        done: 1,
        all: 3,
        note: "起動中, as it should".to_owned(),
        health: Health::Changing,
    };
    Report {
        message: "1 of 3 stands".to_owned(),
        health: Health::Changing,
        bars: vec![bar("new tasks"), bar("healthy targets")],
        ..Report::default()
    }
}

/// Presses one key and lets the runner answer.
pub(super) fn key(model: &mut Model, key: &str) {
    let effects = tell(model, Event::Key(key.parse().expect("a chord")));
    answer(model, effects);
}

/// Types a line behind `:` and enters it; what was asked of the runner.
pub(super) fn line(model: &mut Model, text: &str) {
    key(model, ":");
    for c in text.chars() {
        tell(model, Event::Key(crate::keys::Chord::char(c)));
    }
    key(model, "enter");
}

/// Goes back until there is nothing to go back from; how many keys that took, `None` if it never ends.
pub(super) fn back_to_the_fleet(model: &mut Model) -> Option<usize> {
    let home = |model: &Model| {
        let shown = model.sheet().is_some_and(|sheet| sheet.filter().is_empty() && !sheet.unwell());
        model.places.len() == 1 && matches!(model.overlay, Overlay::None) && shown
    };
    (0..20).find(|_| {
        let there = home(model);
        key(model, "esc");
        there
    })
}
