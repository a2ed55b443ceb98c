//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::Node;
use crate::kinds::{Column, Context, Row, Section, Width};
use crate::world::Scope;

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("INSTANCE", Width::Fit(8, 32), 9),
    Column::text("ID", Width::Fit(10, 20), 7),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("SESSION MANAGER", Width::Fit(6, 16), 7),
    Column::text("CLASS", Width::Fit(5, 14), 4),
    Column::text("ZONE", Width::Fit(4, 16), 3),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(_item: &Node, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &Node, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &Node, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &Node, _scope: &Scope) -> Option<String> {
    None
}
