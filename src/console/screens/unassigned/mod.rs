//! What could not be placed in an environment, each with the last step of the reasoning, and what several use.
//! Makes blocks; the page itself is a sheet. Pure.

use super::sheet::{Block, Item, RowTarget};
use crate::display::{Cell, Column, Width};
use crate::kinds::catalog::kind;
use crate::overview::Picture;

const COLUMNS: &[Column] = &[
    Column::text("KIND", Width::Fit(6, 18), 7),
    Column::text("NAME", Width::Fit(10, 44), 9),
    Column::text("REASON", Width::Fill(16), 8),
    Column::text("SEEN IN", Width::Fit(8, 30), 4),
];

const SHARED: &[Column] = &[
    Column::text("KIND", Width::Fit(6, 18), 7),
    Column::text("NAME", Width::Fit(10, 44), 9),
    Column::text("USED BY", Width::Fill(16), 8),
    Column::text("SEEN IN", Width::Fit(8, 30), 4),
];

/// The blocks of the page.
#[must_use]
pub fn blocks(picture: &Picture, complete: bool) -> Vec<Block> {
    let items = picture.unassigned.iter().map(|member| {
        let singular =
            kind(member.id.kind).and_then(|kind| kind.shown()).map_or(member.id.kind.0, |shown| shown.singular);
        let why =
            member.because.last().map_or("no tags, names or relations lead to an environment", |step| &step.message);
        let cells = vec![
            Cell::dim(singular),
            Cell::plain(member.name.clone()),
            Cell::plain(why),
            Cell::dim(member.id.scope.to_string()),
        ];
        Item::row(member.id.to_string(), member.name.clone(), cells).to(Some(RowTarget::Resource(member.id.clone())))
    });
    let shared = picture.shared.iter().map(|shared| {
        let singular = kind(shared.member.id.kind)
            .and_then(|kind| kind.shown())
            .map_or(shared.member.id.kind.0, |shown| shown.singular);
        let users: Vec<&str> = shared.users.iter().map(|user| user.as_str()).collect();
        let cells = vec![
            Cell::dim(singular),
            Cell::plain(shared.member.name.clone()),
            Cell::plain(users.join(", ")),
            Cell::dim(shared.member.id.scope.to_string()),
        ];
        let id = &shared.member.id;
        Item::row(id.to_string(), shared.member.name.clone(), cells).to(Some(RowTarget::Resource(id.clone())))
    });
    let shared: Vec<Item> = shared.collect();
    let shared = (!shared.is_empty()).then(|| Block {
        key: "shared".to_owned(),
        title: "shared by several environments".to_owned(),
        columns: SHARED,
        items: shared,
        ..Block::default()
    });
    let empty = if complete { "everything belongs to an environment" } else { "reading…" };
    let unassigned = Block {
        key: "unassigned".to_owned(),
        columns: COLUMNS,
        items: items.collect(),
        empty: empty.to_owned(),
        ..Block::default()
    };
    std::iter::once(unassigned).chain(shared).collect()
}

#[cfg(test)]
mod tests;
