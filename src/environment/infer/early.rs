//! Keeps back what could still turn out to belong elsewhere: while an account has not been read as a whole, only
//! resources stand that tell system and stage by themselves. All later steps compare, and compare too little.

use super::evidence_graph::{Board, Label, Node};
use super::lexicon::Lexicon;
use super::name_parser::{Reading, Shape};
use crate::environment::{PartialInventory, Unread};

/// Makes mere clues of the resources in `held` scopes whose place is not sure. Clues are in nobody's picture.
pub(super) fn hold(evidence_graph: &mut Board<'_>, held: &Unread) {
    if held.is_empty() {
        return;
    }
    let early: Vec<Option<PartialInventory>> =
        evidence_graph.places.iter().map(|place| held.get(place.scope).copied()).collect();
    for node in &mut evidence_graph.nodes {
        let sure = match early.get(node.scope).copied().flatten() {
            None | Some(PartialInventory::Named | PartialInventory::Placed) => true,
            Some(PartialInventory::Little) => false,
            Some(PartialInventory::Enough) => is_sure(node, &mut evidence_graph.lexicon),
        };
        if !sure {
            (node.hint, node.label) = (true, Label::default());
            node.because.clear();
        }
    }
}

/// Whether no other resource can change where this one belongs: the configuration or its own tags and name say it all.
fn is_sure(node: &Node<'_>, lexicon: &mut Lexicon) -> bool {
    let Label { system: Some(system), stage: Some(_), fixed: None } = node.label else {
        return node.claimed || node.label.fixed.is_some();
    };
    // One word before the stage, and none behind it that could be the system instead.
    let mut plain = |reading: &Reading| {
        reading.shape == Shape::Middle
            && reading.core().len() == 1
            && reading.behind.is_none()
            && lexicon.join(reading.core()) == system
    };
    let tagged = !node.said.systems.is_empty() && !node.said.stages.is_empty();
    node.claimed || (node.against.is_empty() && (tagged || plain(&node.stack) || plain(&node.name)))
}
