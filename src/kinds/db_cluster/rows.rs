//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::DbCluster;
use crate::kinds::{Column, Context, Row, Section, Width};
use crate::world::Scope;

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("DATABASE", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(8, 22), 9),
    Column::text("ENGINE", Width::Fit(6, 26), 6),
    Column::text("CLASS", Width::Fit(6, 16), 5),
    Column::text("ZONES", Width::Fit(5, 24), 3),
    Column::text("ROLE", Width::Fit(4, 10), 4),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(_item: &DbCluster, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &DbCluster, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &DbCluster, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &DbCluster, _scope: &Scope) -> Option<String> {
    None
}
