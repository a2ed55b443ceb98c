//! A list laid over the screen to choose from: actions of a row, profiles, regions, themes, orders,
//! cells to copy. State only; the widget of the same name draws it.

use tui_input::Input;

use super::sheet::{RowTarget, Sorting};
use crate::command::{Command, RowFilter};
use crate::console::preferences::VisitedPlace;
use crate::keys::Chord;
use crate::operations::Prompt;
use crate::world::ResourceId;

/// What choosing an entry does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pick {
    /// Runs a command on the row.
    Command(Command),
    /// Looks at another profile.
    Profile(String),
    /// Looks at another region.
    Region(String),
    /// Changes the colours.
    Theme(String),
    /// Sorts the table; `None` gives it its own order.
    Sort(Option<Sorting>),
    /// Copies a text.
    Copy(String),
    /// Goes to a place visited before.
    Revisit(VisitedPlace),
    /// Shows a column of a list again, or puts it away: the list's name and the column's heading.
    Column(String, &'static str),
    /// Does what the row's kind or its environment offers under this name.
    Offer(&'static str),
    /// Answers an offer with this value, or asks on.
    Answer(&'static str, RowTarget, String, Prompt),
    /// Opens a shell in this container of a task or service.
    Container(ResourceId, String),
    /// Opens another session of a tunnel.
    TunnelAgain(u64),
    /// Closes a tunnel.
    TunnelClose(u64),
    /// Opens the page of a procedure.
    Progress(u64),
}

/// One entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The key that chooses it at once, where it has one.
    pub key: Option<Chord>,
    /// What it says.
    pub label: String,
    /// More about it.
    pub note: String,
    /// Why it cannot be chosen now.
    pub disabled_reason: Option<String>,
    /// What it does.
    pub pick: Pick,
}

/// A menu and its cursor.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is being chosen.
    pub title: String,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The one under the cursor, among those shown.
    pub at: usize,
    /// What narrows the entries, once the reader types.
    pub filter: Input,
    /// Whether every character is text now: `/` was pressed, or something was typed that is no key here.
    pub typing: bool,
    shown: Vec<usize>,
}

impl Menu {
    /// A menu with its cursor on the first entry that can be chosen.
    #[must_use]
    pub fn new(title: impl Into<String>, entries: Vec<Entry>) -> Self {
        let at = entries.iter().position(|entry| entry.disabled_reason.is_none()).unwrap_or(0);
        let shown = (0..entries.len()).collect();
        Self { title: title.into(), entries, at, filter: Input::default(), typing: false, shown }
    }

    /// The entries that are shown, in their order.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = Option<&Entry>> {
        self.shown.iter().map(|at| self.entries.get(*at))
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The reader typed: only what matches stays.
    pub fn narrow(&mut self) {
        let texts = |entry: &Entry| vec![entry.label.clone(), entry.note.clone()];
        let all: Vec<Vec<String>> = self.entries.iter().map(texts).collect();
        let rows = || all.iter().map(|texts| texts.iter().map(String::as_str).collect::<Vec<_>>());
        let mut filter = RowFilter::new(self.filter.value()).among(rows());
        self.shown = rows().enumerate().filter(|(_, cells)| filter.wants(cells)).map(|(at, _)| at).collect();
        let open = |at: &usize| self.entries.get(*at).is_some_and(|entry| entry.disabled_reason.is_none());
        self.at = self.shown.iter().position(open).unwrap_or(0);
    }

    /// Takes the filter back; `false` if there was none.
    pub fn widen(&mut self) -> bool {
        if !self.typing && self.filter.value().is_empty() {
            return false;
        }
        (self.filter, self.typing) = (Input::default(), false);
        self.narrow();
        true
    }

    /// Puts the cursor on the entry that `chord` chooses; `false` if none has that key.
    pub fn go_to(&mut self, chord: Chord) -> bool {
        let of = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.key == Some(chord));
        let found = self.shown().position(of);
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }

    /// Moves the cursor, around the ends.
    pub fn step(&mut self, delta: isize) {
        let len = self.len();
        let moved = self.at.saturating_add_signed(delta);
        self.at = match (delta < 0 && self.at == 0, moved >= len) {
            (true, _) => len.saturating_sub(1),
            (false, true) => 0,
            (false, false) => moved,
        };
    }

    /// Moves the cursor by what the screen shows of it, no further than its ends.
    pub fn page(&mut self, down: bool, shown: usize) {
        let by = shown.saturating_sub(1).max(1);
        let moved = if down { self.at.saturating_add(by) } else { self.at.saturating_sub(by) };
        self.at = moved.min(self.len().saturating_sub(1));
    }

    /// The entry under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Entry> {
        self.shown.get(self.at).and_then(|at| self.entries.get(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(label: &str, disabled_reason: Option<&str>) -> Entry {
        Entry {
            key: None,
            label: label.to_owned(),
            note: String::new(),
            disabled_reason: disabled_reason.map(str::to_owned),
            pick: Pick::Copy(label.to_owned()),
        }
    }

    #[test]
    fn the_cursor_starts_on_what_can_be_chosen_and_goes_around() {
        let mut menu = Menu::new("actions", vec![entry("a", Some("no")), entry("b", None)]);
        assert_eq!(menu.at, 1);
        menu.step(1);
        assert_eq!(menu.at, 0);
        menu.step(-1);
        assert_eq!(menu.at, 1);
        menu.page(true, 10);
        assert_eq!(menu.at, 1, "a page stops at the end");
        menu.page(false, 10);
        assert_eq!(menu.at, 0);
        menu.filter = Input::new("b".to_owned());
        menu.narrow();
        assert_eq!((menu.len(), menu.current().map(|entry| entry.label.as_str())), (1, Some("b")));
        assert!(menu.widen() && menu.len() == 2 && !menu.widen());
        menu.filter = Input::new("zz".to_owned());
        menu.narrow();
        assert_eq!((menu.len(), menu.current()), (0, None), "nothing matches, and nothing is chosen");
        let mut none = Menu::new("nothing", Vec::new());
        none.step(1);
        assert_eq!((none.at, none.current()), (0, None));
    }
}
