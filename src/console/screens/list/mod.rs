//! Flat lists over all environments: every alarm, service, database, task, target group, instance, function or job there
//! is, the sick first; and what was found by a text. Makes blocks of a picture; the page itself is a sheet. Pure.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::detail::Around;
use super::environment::{door, shortened};
use super::savings;
use super::sheet::{Block, Item, RowStyle, RowTarget, Sheet};
use crate::display::{Cell, Column, Width};
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::{KindContext, ResourceIndex};
use crate::overview::find::{Found, find};
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::world::{EnvironmentName, ResourceId};

/// What a list is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListOf {
    /// All resources of a panel, by its name in `status --json`.
    Panel(&'static str),
    /// What holds a text.
    Text(String),
    /// What sleeping saves.
    Savings,
}

/// A list.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// Of what.
    pub of: ListOf,
    /// What was found when it was looked for: looking into every document at every refresh would take too long.
    found: Vec<Found>,
    /// The page.
    pub sheet: Sheet,
}

const ENVIRONMENT: Column = Column::text("ENVIRONMENT", Width::Fit(8, 24), 8);

/// The columns of each list: those of its panel behind that of the environment.
static COLUMNS: LazyLock<BTreeMap<&'static str, Vec<Column>>> = LazyLock::new(|| {
    let shown = KINDS.iter().filter_map(|kind| kind.shown());
    let columns = |columns: &[Column]| {
        // The name stands first, as everywhere.
        let (name, others) = columns.split_at(columns.len().min(1));
        [name, &[ENVIRONMENT], others].concat()
    };
    shown.map(|shown| (shown.list, columns(shown.columns))).collect()
});

const FOUND: &[Column] = &[
    Column::text("NAME", Width::Fit(10, 44), 9),
    Column::text("KIND", Width::Fit(6, 18), 7),
    ENVIRONMENT,
    Column::text("STATE", Width::Fit(6, 10), 6),
    Column::text("FOUND IN", Width::Fill(16), 7),
];

impl ListPage {
    /// A list with nothing in it yet.
    #[must_use]
    pub fn new(of: ListOf) -> Self {
        Self { of, found: Vec::new(), sheet: Sheet::default() }
    }

    /// What stands for it in the path at the top of the screen.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.of {
            ListOf::Panel(list) => format!("all {}", list.replace('_', " ")),
            ListOf::Text(text) => format!("find {text}"),
            ListOf::Savings => "savings".to_owned(),
        }
    }

    /// Looks for its text anew.
    pub fn look(&mut self, around: Around<'_>) {
        if let ListOf::Text(text) = &self.of {
            self.found = find(around.picture, around.world, text);
        }
    }

    /// Fills it.
    pub fn fill(&mut self, around: Around<'_>, uptime_log: &UptimeLog, (complete, resort): (bool, bool)) {
        // While the account is read there is more to be found with every arrival.
        if !complete {
            self.look(around);
        }
        let blocks = match &self.of {
            ListOf::Panel(list) => vec![panel(list, around, complete)],
            ListOf::Text(text) => vec![found(text, &self.found, around, complete)],
            ListOf::Savings => savings::blocks(around, uptime_log, complete),
        };
        self.sheet.fill(blocks, resort);
    }
}

fn empty(what: &str, complete: bool) -> String {
    if complete { format!("there are no {what} in any environment") } else { format!("reading {what}…") }
}

/// The environments' members of a panel, the sickest first, then in the order of the fleet.
fn panel(list: &'static str, around: Around<'_>, complete: bool) -> Block {
    let resource_index = ResourceIndex::of(around.world);
    let is_of = |member: &&crate::environment::Member| {
        kind(member.id.kind).and_then(|kind| kind.shown()).is_some_and(|it| it.list == list)
    };
    let homes = around.picture.environments.iter();
    let placed = homes.flat_map(|home| home.members.iter().map(move |member| (Some(home), member)));
    let unplaced = around.picture.unassigned.iter().map(|member| (None, member));
    let mut wholes: Vec<Vec<Item>> = Vec::new();
    for (home, member) in placed.chain(unplaced).filter(|(_, member)| is_of(member)) {
        let Some(of) = kind(member.id.kind) else { continue };
        let cx = KindContext {
            world: around.world,
            resource_index: &resource_index,
            scope: &member.id.scope,
            protected: home.is_some_and(|home| home.protected),
            now: around.now,
            zone: around.zone,
        };
        let singular = of.shown().map_or("", |shown| shown.singular);
        let mut rows: Vec<Item> = Vec::new();
        for row in of.list_rows(&member.id, &cx) {
            let part_of = rows.first().map(|whole| whole.key.clone());
            // Ids are unique in one place only.
            let key = format!("{} {}", member.id, row.key);
            let mut item = shortened(door(row), singular);
            if let RowStyle::Cells(cells) = &mut item.look {
                cells.insert(cells.len().min(1), named(home.map(|home| &home.name)));
            }
            rows.push(Item { key, part_of, ..item });
        }
        wholes.push(rows);
    }
    // What is a part of a thing stays with it; of equals the order of the fleet holds.
    wholes.sort_by_key(|rows| Reverse(rows.first().and_then(|whole| whole.health)));
    let items = wholes.into_iter().flatten().collect();
    let columns = COLUMNS.get(list).map(Vec::as_slice).unwrap_or_default();
    let empty = empty(&list.replace('_', " "), complete);
    Block { key: list.to_owned(), columns, items, empty, ..Block::default() }
}

fn named(home: Option<&EnvironmentName>) -> Cell {
    home.map_or_else(Cell::none, |name| Cell::dim(name.as_str()))
}

/// What was found, as it is now; what is gone meanwhile is left out.
fn found(text: &str, found: &[Found], around: Around<'_>, complete: bool) -> Block {
    let there = |id: &ResourceId| kind(id.kind).and_then(|kind| kind.title(around.world, id)).is_some();
    let items = found.iter().filter(|one| there(&one.id)).map(|one| {
        let state = one.health.map_or_else(Cell::none, |health| Cell::of(health, health.word()));
        let place =
            if one.field == "name" { Cell::dim("name") } else { Cell::dim(format!("{}: {}", one.field, one.text)) };
        let cells = vec![
            Cell::strong(one.name.as_str()),
            Cell::dim(one.singular.as_str()),
            named(one.environment.as_ref()),
            state,
            place,
        ];
        let item = Item::row(one.id.to_string(), one.name.as_str(), cells);
        Item { health: one.health, ..item }.to(Some(RowTarget::Resource(one.id.clone())))
    });
    let empty = if complete {
        format!("nothing that was read holds {text:?}; names, ids, ARNs, addresses and tags were looked at")
    } else {
        format!("looking for {text:?} while the account is read…")
    };
    Block { key: "found".to_owned(), columns: FOUND, items: items.collect(), empty, ..Block::default() }
}

#[cfg(test)]
mod tests;
