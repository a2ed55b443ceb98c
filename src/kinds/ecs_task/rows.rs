//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::Task;
use crate::kinds::{Column, Context, Row, Section, Width};
use crate::world::Scope;

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("TASK", Width::Fit(8, 34), 9),
    Column::text("STATE", Width::Fit(7, 14), 9),
    Column::text("REVISION", Width::Fit(6, 24), 5),
    Column::text("ADDRESS", Width::Fit(7, 16), 4),
    Column::text("ZONE", Width::Fit(4, 16), 3),
    Column::figure("AGE", Width::Fit(3, 14), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(_item: &Task, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &Task, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &Task, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &Task, _scope: &Scope) -> Option<String> {
    None
}
