//! What is laid over a place: at most one thing at a time, and it gets the keys.
//! Pure state; how it is drawn is its screen's business.

use tui_input::Input;

use super::actions::PendingAction;
use super::locks::Unlocking;
use super::screens::confirm::Confirm;
use super::screens::hours::HoursForm;
use super::screens::menu::Menu;
use super::screens::palette::Palette;

/// The one thing on top.
#[derive(Debug, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The filter of the rows, or the search of a text, being typed.
    Filter(Input),
    /// A command being typed.
    Palette(Box<Palette>),
    /// A list to choose from.
    Menu(Box<Menu>),
    /// A plan waiting for its answer.
    Confirm(Box<Confirm>),
    /// The name of a locked environment, being typed.
    Unlock(Box<Unlocking>),
    /// Office hours, being said.
    Hours(Box<HoursForm>),
    /// A text that an offer asks for.
    Ask(Box<PendingAction>),
}
