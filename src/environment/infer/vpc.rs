//! The last clues: if all that is labelled in a stack, or in a VPC, belongs to one environment, so does the rest.
//! A VPC's own name and tags count as one of the labels.

use super::evidence_graph::{Board, Label, Reason};
use super::lexicon::Sym;
use super::relations::Offer;
use crate::world::QuickMap;

/// What holds several resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holder {
    /// A CloudFormation stack.
    Stack,
    /// A VPC.
    Vpc,
}

/// Fills what is still open from what is held by the same stack, or VPC. Returns whether anything changed.
pub(super) fn fill(evidence_graph: &mut Board<'_>, by: Holder) -> bool {
    let mut holders: QuickMap<(usize, &str), Vec<usize>> = QuickMap::default();
    for (at, node) in evidence_graph.nodes.iter().enumerate() {
        let holder = match by {
            Holder::Stack => node.said.stack,
            Holder::Vpc => node.subject.and_then(|subject| subject.vpc.as_deref()),
        };
        if let Some(holder) = holder {
            holders.entry((node.scope, holder)).or_default().push(at);
        }
    }
    let mut gains = Vec::new();
    for members in holders.values() {
        let open = |at: &&usize| {
            evidence_graph.nodes.get(**at).is_some_and(|node| !node.label.is_full() && !node.hint && !node.pool)
        };
        let open: Vec<usize> = members.iter().filter(open).copied().collect();
        if open.is_empty() {
            continue;
        }
        let mut labels: Vec<(Label, Option<Sym>)> = Vec::new();
        for at in members {
            let Some(node) = evidence_graph.nodes.get(*at).filter(|node| !node.pool) else { continue };
            let (label, excluded) = (node.label, node.excluded.clone());
            if label.is_empty() || labels.iter().any(|(known, _)| *known == label) {
                continue;
            }
            let name = evidence_graph.environment(label);
            // What the configuration keeps out of an environment is no witness for it.
            if name.is_none_or(|name| !excluded.contains(&name)) {
                labels.push((label, name.filter(|_| label.is_full())));
            }
        }
        for at in open {
            if let Some(node) = evidence_graph.nodes.get(at) {
                let (own, excluded) = (node.label, node.excluded.clone());
                let label = Offer::to(own, labels.iter().copied()).fill(own);
                let sibling = label.stage.is_some_and(|stage| node.not_stages.contains(&stage));
                if label != own
                    && !sibling
                    && evidence_graph.environment(label).is_none_or(|name| !excluded.contains(&name))
                {
                    gains.push((at, label));
                }
            }
        }
    }
    let changed = !gains.is_empty();
    for (at, label) in gains {
        if let Some(node) = evidence_graph.nodes.get_mut(at) {
            node.label = label;
            node.because.push(match by {
                Holder::Stack => Reason::Stack,
                Holder::Vpc => Reason::Vpc,
            });
        }
    }
    changed
}
