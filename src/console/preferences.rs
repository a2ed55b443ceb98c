//! What the console remembers of its reader from one run to the next: bookmarks, places visited last, commands typed, and
//! columns that were put away. Plain data in `console.json` of the state directory; nothing of an account but names and ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kinds::catalog::KINDS;
use crate::text::mask_text;
use crate::world::{ResourceId, Scope};

/// The file in the state directory.
pub const FILE: &str = "console.json";
/// Places and commands that are remembered.
const PLACES: usize = 30;
const COMMANDS: usize = 100;

/// What is remembered. Fields may be added; a file that cannot be read is as none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Bookmarks, in the order they were set.
    pub bookmarks: Vec<Visited>,
    /// Places visited, the last first.
    pub recent: Vec<Visited>,
    /// Commands typed, the last one last.
    pub commands: Vec<String>,
    /// The columns of lists that were put away, by the list's name and the columns' headings.
    pub hidden: BTreeMap<String, Vec<String>>,
}

/// A place, with what it is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Visited {
    /// What it is called.
    pub name: String,
    /// It.
    pub place: VisitedPlace,
}

/// Where somebody was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitedPlace {
    /// An environment, by its name.
    Environment(String),
    /// A resource.
    Resource {
        /// Its kind.
        kind: String,
        /// Whose credentials see it.
        source: String,
        /// In which region.
        region: String,
        /// The kind's own key.
        key: String,
    },
    /// A list over all environments, by its panel.
    List(String),
}

impl VisitedPlace {
    /// The place of a resource.
    #[must_use]
    pub fn of(id: &ResourceId) -> Self {
        Self::Resource {
            kind: id.kind.0.to_owned(),
            source: id.scope.source.to_string(),
            region: id.scope.region.to_string(),
            key: id.key.to_string(),
        }
    }

    /// The resource, if it is one of a kind that there still is.
    #[must_use]
    pub fn resource(&self) -> Option<ResourceId> {
        let Self::Resource { kind, source, region, key } = self else { return None };
        let kind = KINDS.iter().map(|known| known.name()).find(|known| known.0 == kind)?;
        Some(ResourceId { kind, scope: Scope::new(source.as_str(), region.as_str()), key: Arc::from(key.as_str()) })
    }
}

impl Preferences {
    /// What a file holds; nothing where it is no file of this form.
    #[must_use]
    pub fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// What goes into the file.
    #[must_use]
    pub fn written(&self) -> String {
        // What may hold a secret, or runs somewhere else, is not kept on disk.
        let kept = |line: &&String| !line.starts_with("run") && mask_text(line) == line.as_str();
        let commands = self.commands.iter().filter(kept).cloned().collect();
        let file = Self { commands, ..self.clone() };
        serde_json::to_string_pretty(&file).map(|text| text + "\n").unwrap_or_default()
    }

    /// Somebody went there.
    pub fn visit(&mut self, visited: Visited) {
        self.recent.retain(|known| known.place != visited.place);
        self.recent.insert(0, visited);
        self.recent.truncate(PLACES);
    }

    /// Sets a bookmark, or takes it back; whether it is set now.
    pub fn turn_bookmark(&mut self, visited: Visited) -> bool {
        let before = self.bookmarks.len();
        self.bookmarks.retain(|known| known.place != visited.place);
        let new = before == self.bookmarks.len();
        if new {
            self.bookmarks.push(visited);
        }
        new
    }

    /// Somebody typed a command.
    pub fn typed(&mut self, line: &str) {
        self.commands.retain(|known| known != line);
        self.commands.push(line.to_owned());
        let over = self.commands.len().saturating_sub(COMMANDS);
        self.commands.drain(..over);
    }

    /// Shows a column of a list again, or puts it away; whether it is shown now.
    pub fn turn_column(&mut self, list: &str, title: &str) -> bool {
        let hidden = self.hidden.entry(list.to_owned()).or_default();
        let before = hidden.len();
        hidden.retain(|known| known != title);
        let shown = hidden.len() < before;
        if !shown {
            hidden.push(title.to_owned());
        }
        if hidden.is_empty() {
            self.hidden.remove(list);
        }
        shown
    }

    /// Whether a column of a list was put away.
    #[must_use]
    pub fn is_hidden(&self, list: &str, title: &str) -> bool {
        self.hidden.get(list).is_some_and(|hidden| hidden.iter().any(|known| known == title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Visited {
        Visited { name: name.to_owned(), place: VisitedPlace::Environment(name.to_owned()) }
    }

    #[test]
    fn what_is_remembered_survives_its_file_but_for_what_may_be_secret() {
        let mut known = Preferences::default();
        known.visit(environment("a"));
        known.visit(environment("b"));
        known.visit(environment("a"));
        assert_eq!(known.recent.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(known.turn_bookmark(environment("b")) && !known.turn_bookmark(environment("b")));
        assert!(known.turn_bookmark(environment("c")));
        assert!(!known.turn_column("alarms", "WATCHES") && known.is_hidden("alarms", "WATCHES"));
        for line in ["theme day", "env a", "theme day", "run mysql -psecret", "override password=hunter22"] {
            known.typed(line);
        }
        let read = Preferences::read(&known.written());
        assert_eq!(read.commands, ["env a", "theme day"]);
        assert_eq!((&read.recent, &read.bookmarks, &read.hidden), (&known.recent, &known.bookmarks, &known.hidden));
        assert!(known.turn_column("alarms", "WATCHES") && known.hidden.is_empty());
        assert_eq!(Preferences::read("{ not JSON"), Preferences::default());
    }

    #[test]
    fn a_resource_is_found_again_by_its_kind_and_place() {
        let id = crate::console::screens::rig::id("city-dev-db");
        assert_eq!(VisitedPlace::of(&id).resource(), Some(id));
        assert_eq!(environment("a").place.resource(), None);
    }
}
