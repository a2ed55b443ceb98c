//! Every place a reader can stand in, with the cursor on every sort of row there: how to get to each from the fleet.
//! For tests only.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::stage::{console, key, line, twin};
use crate::command::Where;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::{draw, fleet, showing, tell};
use crate::console::screens::sheet::RowTarget;
use crate::kinds::catalog::KINDS;
use crate::world::ResourceId;

/// Somewhere to stand.
pub(super) struct Stop {
    /// What it is called where a test fails.
    pub(super) name: String,
    /// Whether it is only another sort of row of a place that is among the stops already.
    pub(super) row: bool,
    go: Box<dyn Fn() -> Model>,
    /// The console that went there first.
    there: OnceCell<Model>,
}

impl Stop {
    fn new(name: impl Into<String>, go: impl Fn() -> Model + 'static) -> Self {
        Self { name: name.into(), row: false, go: Box::new(go), there: OnceCell::new() }
    }

    fn of_a_row(self) -> Self {
        Self { row: true, ..self }
    }

    /// A console that stands there, drawn once in this size.
    pub(super) fn stand(&self, (columns, rows): (u16, u16)) -> Model {
        let first = self.there.get_or_init(&self.go);
        // What lies over a place has no twin: it may be asked only once.
        let mut model = if matches!(first.overlay, Overlay::None) { twin(first) } else { (self.go)() };
        model.notices.dismiss();
        draw(&mut model, columns, rows);
        model
    }
}

/// A console in an environment.
fn within(environment: &str) -> Model {
    let mut model = console();
    line(&mut model, &format!("env {environment}"));
    model
}

/// The same with the cursor on the first row of a block.
fn at_block(mut model: Model, block: &str) -> Model {
    let at = model.sheet().and_then(|sheet| sheet.rows().position(|(of, _)| of.key == block));
    if let (Some(at), Some(sheet)) = (at, model.sheet_mut()) {
        sheet.go(at);
    }
    model
}

/// The blocks of the page a console is on that have rows.
fn blocks(model: &Model) -> Vec<String> {
    let sheet = model.sheet().expect("a page of rows");
    sheet.panels().filter(|panel| !panel.is_empty()).map(|panel| panel.block.key.clone()).collect()
}

/// The page of the first resource of each kind that is shown anywhere.
fn resources() -> Vec<ResourceId> {
    let model = console();
    let members = || model.picture.environments.iter().flat_map(|home| &home.members).chain(&model.picture.unassigned);
    let first = |kind| members().find(|member| member.id.kind == kind).map(|member| member.id.clone());
    KINDS.iter().filter(|kind| kind.shown().is_some()).filter_map(|kind| first(kind.name())).collect()
}

fn on_page(id: &ResourceId) -> Model {
    let mut model = console();
    // As opening a row does: the page learns more at once.
    let environment = model.picture.home(id).map(|home| home.name.to_string());
    if let Some(environment) = environment {
        line(&mut model, &format!("env {environment}"));
    } else {
        line(&mut model, "unassigned");
    }
    let door = RowTarget::Resource(id.clone());
    let at = model.sheet().and_then(|sheet| sheet.rows().position(|(_, item)| item.door.as_ref() == Some(&door)));
    match (at, model.sheet_mut()) {
        (Some(at), Some(sheet)) => {
            sheet.go(at);
            key(&mut model, "enter");
        }
        _ => {
            let page = model.page_of(id);
            model.enter(page);
        }
    }
    model
}

/// A console that lets `plan` through for an environment that is not protected, and stands on its page.
fn under_way() -> Model {
    let mut model = within("prooflink-dev");
    line(&mut model, "wake");
    key(&mut model, "y");
    model
}

fn with_journal() -> Model {
    let mut model = console();
    let plan = crate::console::screens::confirm::tests::plan("city-poc");
    let started = crate::engine::journal::Line::started("1", model.now, &plan, None, Some("緊急"));
    let text = started.encode().expect("JSON");
    tell(&mut model, Event::Journal(crate::engine::journal::read(&text).0));
    line(&mut model, "journal");
    model
}

fn with_tunnel() -> Model {
    let mut model = within("kajimaru");
    let at = model.sheet().and_then(|sheet| sheet.rows().position(|(_, item)| item.name == "kajimaru-db"));
    model.sheet_mut().expect("rows").go(at.expect("the database"));
    key(&mut model, "F");
    model
}

fn raw() -> Model {
    let mut model = within("kajimaru");
    model = at_block(model, "databases");
    key(&mut model, "y");
    model
}

/// Every stop.
pub(super) fn all() -> Vec<Stop> {
    let mut stops = vec![
        Stop::new("the fleet", console),
        Stop::new("an environment", || within("prooflink-prod")),
        Stop::new("a service", || {
            let mut model = at_block(within("prooflink-prod"), "services");
            key(&mut model, "enter");
            model
        }),
        Stop::new("the charts of an environment", || {
            let mut model = within("prooflink-prod");
            key(&mut model, "v");
            model
        }),
        Stop::new("the logs of a service", || {
            let mut model = at_block(within("prooflink-prod"), "services");
            key(&mut model, "l");
            model
        }),
        Stop::new("templates of logs", || {
            let mut model = at_block(within("prooflink-prod"), "services");
            key(&mut model, "l");
            key(&mut model, "o");
            model
        }),
        Stop::new("the logs of one that sleeps", || {
            let mut model = at_block(within("prooflink-dev"), "services");
            key(&mut model, "l");
            model
        }),
        Stop::new("all alarms", || {
            let mut model = console();
            line(&mut model, "alarms");
            model
        }),
        Stop::new("what was found", || {
            let mut model = console();
            line(&mut model, "find prooflink");
            model
        }),
        Stop::new("nothing that was found", || {
            let mut model = console();
            line(&mut model, "find no-such-thing");
            model
        }),
        Stop::new("a fleet with wide names", || showing(fleet())),
        Stop::new("a fleet before anything was read", crate::console::screens::rig::model),
        Stop::new("why prooflink-prod is not well", || {
            let mut model = within("prooflink-prod");
            line(&mut model, "explain");
            model
        }),
        Stop::new("the timeline of prooflink-prod", || {
            let mut model = console();
            line(&mut model, "timeline prooflink-prod");
            model
        }),
        Stop::new("the schedule of prooflink-dev", || {
            let mut model = console();
            line(&mut model, "schedule prooflink-dev");
            model
        }),
        Stop::new("the schedule of one that has none", || {
            let mut model = console();
            line(&mut model, "schedule kajimaru");
            model
        }),
        Stop::new("faults", || {
            let mut model = console();
            key(&mut model, "!");
            model
        }),
        Stop::new("an empty journal", || {
            let mut model = console();
            line(&mut model, "journal");
            model
        }),
        Stop::new("a journal", with_journal),
        Stop::new("unassigned", || {
            let mut model = console();
            line(&mut model, "unassigned");
            model
        }),
        Stop::new("muted alarms", || {
            let mut model = console();
            line(&mut model, "mutes");
            model
        }),
        Stop::new("no tunnels", || {
            let mut model = console();
            key(&mut model, "f");
            model
        }),
        Stop::new("a tunnel", with_tunnel),
        Stop::new("a procedure", under_way),
        Stop::new("a raw document", raw),
        Stop::new("help", || {
            let mut model = console();
            key(&mut model, "?");
            model
        }),
        Stop::new("a description", || {
            let mut model = console();
            key(&mut model, "d");
            model
        }),
        Stop::new("a search in a text", || {
            let mut model = raw();
            key(&mut model, "/");
            for c in "kajimaru".chars() {
                key(&mut model, &c.to_string());
            }
            key(&mut model, "enter");
            model
        }),
        Stop::new("a filter that nothing matches", || {
            let mut model = within("kajimaru");
            key(&mut model, "/");
            for c in "zzz".chars() {
                key(&mut model, &c.to_string());
            }
            key(&mut model, "enter");
            model
        }),
        Stop::new("an environment that is gone", || {
            let mut model = console();
            model.enter(Page::Environment("gone-dev".into(), crate::console::screens::sheet::Sheet::default()));
            model
        }),
    ];
    let mut known = BTreeSet::new();
    for environment in ["prooflink-prod", "kajimaru", "prooflink-dev", "city-prod", "city-poc"] {
        for block in blocks(&within(environment)).into_iter().filter(|block| known.insert(block.clone())) {
            let name = format!("{block} of {environment}");
            stops.push(Stop::new(name, move || at_block(within(environment), &block)).of_a_row());
        }
    }
    for id in resources() {
        let mut known = BTreeSet::new();
        for block in blocks(&on_page(&id)).into_iter().filter(|block| known.insert(block.clone())) {
            let (id, name) = (id.clone(), format!("{block} of a {}", id.kind));
            stops.push(Stop::new(name, move || at_block(on_page(&id), &block)).of_a_row());
        }
    }
    stops
}

/// What can lie over a place, each with the place below it.
pub(super) fn overlays() -> Vec<Stop> {
    let over = |name: &str, keys: &'static [&'static str]| {
        Stop::new(name, move || {
            let mut model = console();
            keys.iter().for_each(|one| key(&mut model, one));
            model
        })
    };
    let plan = |name: &str, environment: &'static str, read_only: bool| {
        Stop::new(name, move || {
            let mut model = showing(fleet());
            model.gate.read_only = read_only;
            crate::console::screens::confirm::tests::ask(&mut model, environment);
            model
        })
    };
    vec![
        over("a filter being typed", &["/", "p", "r"]),
        over("a command being typed", &[":", "e", "n"]),
        over("the actions of a row", &["a"]),
        over("an order to choose", &["S"]),
        over("a cell to copy", &["Y"]),
        Stop::new("a count to type", || {
            let mut model = at_block(within("prooflink-prod"), "services");
            line(&mut model, "scale");
            model
        }),
        Stop::new("a theme to choose", || {
            let mut model = console();
            line(&mut model, "theme");
            model
        }),
        plan("a plan", "city-dev", false),
        plan("a plan for what is protected", "prooflink-prod", false),
        plan("a plan that is refused", "city-dev", true),
    ]
}

/// Which places all stops together cover.
pub(super) fn covered(stops: &[Stop]) -> BTreeSet<Where> {
    stops.iter().map(|stop| stop.stand((80, 24)).place()).collect()
}
