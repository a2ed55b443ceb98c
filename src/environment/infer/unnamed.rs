//! The stage without a word: `shop-db` beside `shop-dev-db` is mostly production, and must never be taken for the other.
//! Pure; compares names of one kind and one system.

use super::evidence_graph::{Board, Label, Node, Realm, say};
use super::habits::Habits;
use super::lexicon::Sym;
use super::phrases::cut;
use crate::environment::StepKind;
use crate::world::{QuickMap, QuickSet};

/// `shop-db` beside `shop-dev-db` is of a stage that has no word, mostly production: it must never be taken for the
/// other. Its VPC's name may still tell the word.
pub(super) fn find(evidence_graph: &mut Board<'_>, habits: &Habits) {
    let mut without: QuickMap<(Realm, Sym, &'static str, Vec<Sym>), Vec<Sym>> = QuickMap::default();
    let Board { nodes, lexicon, places, .. } = evidence_graph;
    let realm_of = |scope: usize| places.get(scope).map_or(0, |place| place.realm);
    let resource_index = |node: &Node<'_>| node.founds() || node.kind() == "load-balancer";
    let lacking = nodes.iter().filter(|node| resource_index(node)).filter_map(|node| match node.label {
        Label { system: Some(system), stage: None, fixed: None } => Some((realm_of(node.scope), system, node.kind())),
        _ => None,
    });
    let lacking: QuickSet<(Realm, Sym, &'static str)> = lacking.collect();
    if lacking.is_empty() {
        return;
    }
    for node in nodes.iter().filter(|node| resource_index(node)) {
        if let Label { system: Some(system), stage: Some(stage), fixed: None } = node.label
            && lacking.contains(&(realm_of(node.scope), system, node.kind()))
            && let Some(word) = node.name.stage
            && word == stage
        {
            let realm = realm_of(node.scope);
            let rest: Vec<Sym> = node
                .name
                .words()
                .iter()
                .copied()
                .filter(|word| habits.stage(realm, *word, lexicon).is_none())
                .collect();
            let known = without.entry((realm, system, node.kind(), rest)).or_default();
            if !known.contains(&stage) {
                known.push(stage);
            }
        }
    }
    let mut vpcs: QuickMap<(usize, &str), Sym> = QuickMap::default();
    for node in nodes.iter().filter(|node| node.hint) {
        if let (Some(vpc), Some(stage)) = (node.subject.and_then(|subject| subject.vpc.as_deref()), node.label.stage) {
            vpcs.insert((node.scope, vpc), stage);
        }
    }
    let unnamed = lexicon.sym("");
    for node in nodes.iter_mut().filter(|node| resource_index(node) && !node.pool && node.label.fixed.is_none()) {
        let Label { system: Some(system), stage: None, .. } = node.label else { continue };
        let realm = realm_of(node.scope);
        let Some(siblings) = without.get(&(realm, system, node.kind(), node.name.words().to_vec())) else { continue };
        node.not_stages.clone_from(siblings);
        let vpc = node.subject.and_then(|subject| subject.vpc.as_deref());
        let told = vpc.and_then(|vpc| vpcs.get(&(node.scope, vpc)).copied()).filter(|stage| !siblings.contains(stage));
        if node.founds() && told.is_none() {
            node.label.stage = Some(unnamed);
            let mut names: Vec<&str> = siblings.iter().map(|stage| lexicon.text(*stage)).collect();
            names.sort_unstable();
            let message = format!(
                "its name has no stage, beside the same name with {}: a stage without a word",
                cut(&names.join(", "))
            );
            say(node, StepKind::Name, message);
        }
    }
}
