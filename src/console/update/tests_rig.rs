//! What tests of the console's manners share: a console on an environment of the simulation, a line said to it, what it
//! wants to read answered. Tests only.

use crate::change::plan::Plan;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::screens::rig::{demo, press, read_of_demo, tell, type_in};

/// A console on the page of an environment of the simulation.
pub(super) fn at(environment: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &["/"]);
    type_in(&mut model, environment);
    press(&mut model, &["enter", "enter"]);
    model
}

/// Types a line behind a colon.
pub(super) fn say(model: &mut Model, line: &str) -> Vec<Effect> {
    press(model, &[":"]);
    type_in(model, line);
    press(model, &["enter"])
}

/// Answers whatever is to be read, until nothing is.
pub(super) fn read_all(model: &mut Model, mut effects: Vec<Effect>) {
    while let [Effect::Consult(ask, wants)] = effects.as_slice() {
        let got = read_of_demo(wants);
        effects = tell(model, Event::Consulted(*ask, got));
    }
}

/// The plan that lies before the reader.
pub(super) fn planned(model: &Model) -> Option<&Plan> {
    match &model.overlay {
        Overlay::Confirm(confirm) => Some(&confirm.plan),
        _ => None,
    }
}
