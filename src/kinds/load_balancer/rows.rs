//! How one is shown: its lines, its page, its JSON object, its page in the web console.
//! Pure: words and tones, no drawing, no colours.

use super::model::LoadBalancer;
use crate::kinds::{Context, Row, Section};
use crate::world::Scope;

/// Its lines in the environment screen.
pub(super) fn rows(_item: &LoadBalancer, _cx: &Context<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`.
pub(super) fn listed(_item: &LoadBalancer, _cx: &Context<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(_item: &LoadBalancer, _cx: &Context<'_>) -> Vec<Section> {
    Vec::new()
}

/// Its page in the AWS web console.
pub(super) fn web(_item: &LoadBalancer, _scope: &Scope) -> Option<String> {
    None
}
