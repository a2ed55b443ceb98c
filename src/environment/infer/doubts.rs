//! How sure a placement is: evidence for another stage of the same system, weighed against what placed a resource.
//! Where it weighs more than half as much, two stages may be mixed, and the environment must not be stopped on it.

use super::evidence_graph::{Board, Label, Node};
use super::lexicon::Sym;
use super::phrases::cut;
use crate::environment::{Step, StepKind};
use crate::kinds::Relation;
use crate::world::QuickMap;

/// What one kind of neighbour weighs.
const NEIGHBOUR: u8 = 2;

/// Adds to every node what its neighbours and its VPC say against its stage.
pub(super) fn weigh(evidence_graph: &mut Board<'_>, homes: &[Option<String>]) {
    let mut vpcs: QuickMap<(usize, &str), Option<Label>> = QuickMap::default();
    for node in evidence_graph.nodes.iter().filter(|node| node.label.is_full()) {
        if let Some(vpc) = node.subject.and_then(|subject| subject.vpc.as_deref()).filter(|_| node.hint) {
            vpcs.entry((node.scope, vpc)).or_insert(Some(node.label));
        }
    }
    let mut found = Vec::new();
    for (at, node) in
        evidence_graph.nodes.iter().enumerate().filter(|(_, node)| node.founds() && node.weights.0 > 0 && !node.claimed)
    {
        let differs = |label: Label| {
            label.fixed.is_none()
                && label.system == node.label.system
                && label.stage.is_some()
                && label.stage != node.label.stage
        };
        let mut steps: Vec<(Sym, Step)> = Vec::new();
        for relation in [
            Relation::Member,
            Relation::Node,
            Relation::Service,
            Relation::Cluster,
            Relation::TargetGroup,
            Relation::Target,
        ] {
            let other = node.edges.iter().filter(|edge| edge.relation == relation && edge.forward).find_map(|edge| {
                let other = evidence_graph.nodes.get(edge.other).filter(|other| differs(other.label))?;
                homes.get(edge.other)?.as_ref()?;
                Some((other.label.stage?, other.title))
            });
            if let Some((stage, title)) = other {
                let message =
                    format!("against: {} is of stage {}", cut(title), cut(evidence_graph.lexicon.text(stage)));
                steps.push((stage, Step { kind: StepKind::Relation, message }));
            }
        }
        let vpc = node.subject.and_then(|subject| subject.vpc.as_deref());
        if let Some((vpc, label)) = vpc.and_then(|vpc| Some((vpc, (*vpcs.get(&(node.scope, vpc))?)?)))
            && differs(label)
            && let Some(stage) = label.stage
        {
            let message =
                format!("against: its VPC {} is of stage {}", cut(vpc), cut(evidence_graph.lexicon.text(stage)));
            steps.push((stage, Step { kind: StepKind::Vpc, message }));
        }
        if !steps.is_empty() {
            found.push((at, steps));
        }
    }
    for (at, steps) in found {
        if let Some(node) = evidence_graph.nodes.get_mut(at) {
            let weight = NEIGHBOUR.saturating_mul(u8::try_from(steps.len()).unwrap_or(u8::MAX));
            // Contradictions of its own words were weighed with the neighbours' already.
            if node.against.is_empty() {
                node.weights.1 = node.weights.1.saturating_add(weight);
            }
            node.against.extend(steps.into_iter().map(|(_, step)| step));
        }
    }
}

/// Why `node` may not be of `home`, if that is not sure.
pub(super) fn of(node: &Node<'_>, home: Option<&str>) -> Option<String> {
    let home = home?;
    let (most, against) = node.weights;
    if !node.founds() || node.claimed || u16::from(against) * 2 <= u16::from(most) {
        return None;
    }
    let reasons: Vec<&str> =
        node.against.iter().map(|step| step.message.strip_prefix("against: ").unwrap_or(&step.message)).collect();
    Some(format!("{} is taken for {}, but {}", cut(node.title), cut(home), reasons.join(", and ")))
}
