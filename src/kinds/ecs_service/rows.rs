//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::Service;
use crate::kinds::{Column, Context, Row, Section, Width};
use crate::world::Scope;

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("SERVICE", Width::Fit(8, 40), 9),
    Column::figure("TASKS", Width::Fit(5, 9), 9),
    Column::text("ROLLOUT", Width::Fit(7, 18), 6),
    Column::text("REVISION", Width::Fit(8, 28), 5),
    Column::text("IMAGE", Width::Fill(10), 4),
    Column::figure("DEPLOYED", Width::Fit(8, 14), 3),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(_item: &Service, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &Service, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &Service, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &Service, _scope: &Scope) -> Option<String> {
    None
}
