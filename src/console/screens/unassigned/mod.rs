//! What could not be placed in an environment, each with the last step of the reasoning. Makes
//! blocks; the page itself is a sheet. Pure.

use super::sheet::{Block, Item, RowTarget};
use crate::display::{Cell, Column, Width};
use crate::kinds::catalog::kind;
use crate::overview::Picture;

const COLUMNS: &[Column] = &[
    Column::text("KIND", Width::Fit(6, 18), 7),
    Column::text("NAME", Width::Fit(10, 44), 9),
    Column::text("WHY NOWHERE", Width::Fill(16), 8),
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
    let empty = if complete { "everything belongs to an environment" } else { "reading…" };
    vec![Block {
        key: "unassigned".to_owned(),
        columns: COLUMNS,
        items: items.collect(),
        empty: empty.to_owned(),
        ..Block::default()
    }]
}

#[cfg(test)]
mod tests;
