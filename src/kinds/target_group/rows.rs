//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::TargetGroup;
use crate::kinds::{Column, Context, Row, Section, Width};
use crate::world::Scope;

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("TARGET", Width::Fit(8, 32), 9),
    Column::figure("PORT", Width::Fit(4, 6), 5),
    Column::text("ZONE", Width::Fit(4, 16), 4),
    Column::text("STATE", Width::Fit(7, 12), 9),
    Column::text("BEHIND", Width::Fit(6, 30), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen.
pub(super) fn rows(_item: &TargetGroup, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &TargetGroup, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &TargetGroup, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &TargetGroup, _scope: &Scope) -> Option<String> {
    None
}
