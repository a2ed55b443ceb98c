//! Labels travel along ties: from the most trusted relation to the least, and only into what a resource
//! leaves open. All neighbours of a relation must agree; every round is computed from the one before, so
//! that the order of resources decides nothing.

use super::evidence_graph::{Board, Edge, Label, Node, Reason};
use super::lexicon::Sym;
use crate::kinds::Relation;

/// What several labels agree on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Agreed<T> {
    /// None says anything.
    #[default]
    Nothing,
    /// All that say something say this.
    On(T),
    /// They differ.
    Not,
}

impl<T: Copy + PartialEq> Agreed<T> {
    fn with(self, said: Option<T>) -> Self {
        match (self, said) {
            (known, None) => known,
            (Self::Nothing, Some(said)) => Self::On(said),
            (Self::On(known), Some(said)) if known == said => self,
            _ => Self::Not,
        }
    }

    fn on(self) -> Option<T> {
        match self {
            Self::On(said) => Some(said),
            Self::Nothing | Self::Not => None,
        }
    }
}

/// What neighbours offer a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offer {
    system: Agreed<Sym>,
    stage: Agreed<Sym>,
    /// The environment's whole name: of all that are full.
    name: Agreed<Sym>,
    fixed: Option<Sym>,
}

impl Offer {
    /// What `labels` agree on as far as they fit `own`, each with the name of its environment if it is full.
    pub(super) fn to(own: Label, labels: impl Iterator<Item = (Label, Option<Sym>)>) -> Self {
        let differs = |a: Option<Sym>, b: Option<Sym>| a.is_some() && b.is_some() && a != b;
        labels
            .filter(|(label, _)| {
                !label.is_empty() && !differs(own.stage, label.stage) && !differs(own.system, label.system)
            })
            .fold(Self::default(), |action, (label, name)| Self {
                system: action.system.with(label.system),
                stage: action.stage.with(label.stage),
                name: action.name.with(name),
                fixed: action.fixed.or(label.fixed),
            })
    }

    /// `own` with what the offer adds.
    pub(super) fn fill(self, own: Label) -> Label {
        if own.is_full() {
            return own;
        }
        if self.fixed.is_some() {
            return match self.name {
                Agreed::On(_) => Label { system: self.system.on(), stage: self.stage.on(), fixed: self.fixed },
                Agreed::Nothing | Agreed::Not => own,
            };
        }
        // Who has no system takes none of the stage either while its neighbours are of different systems:
        // a load balancer shared by two systems belongs to neither.
        if own.system.is_none() && self.system == Agreed::Not {
            return own;
        }
        Label { system: own.system.or(self.system.on()), stage: own.stage.or(self.stage.on()), fixed: None }
    }
}

/// Lets labels travel until nothing changes. Returns whether anything did.
pub(super) fn spread(evidence_graph: &mut Board<'_>) -> bool {
    let mut ends: Vec<Vec<usize>> = Relation::ALL.iter().map(|_| Vec::new()).collect();
    for (at, node) in evidence_graph.nodes.iter().enumerate().filter(|(_, node)| !node.label.is_full() && !node.pool) {
        for (relation, ends) in Relation::ALL.iter().zip(&mut ends) {
            if node.edges.iter().any(|edge| edge.relation == *relation) {
                ends.push(at);
            }
        }
    }
    let mut changed = false;
    // Whenever a relation told something, the more trusted ones get to speak again before the next.
    'again: loop {
        for (relation, ends) in Relation::ALL.iter().zip(&mut ends) {
            if step(evidence_graph, ends, |edge| edge.relation == *relation && may_follow(edge)) {
                changed = true;
                continue 'again;
            }
        }
        // Last: what an alarm says of itself tells where the thing it watches belongs, if nothing else said a word.
        let mut watched: Vec<usize> = ends
            .get(Relation::Dimension as usize)
            .into_iter()
            .flatten()
            .copied()
            .filter(|at| evidence_graph.nodes.get(*at).is_some_and(|node| node.label.is_empty()))
            .collect();
        if !step(evidence_graph, &mut watched, |edge| edge.relation == Relation::Dimension) {
            return changed;
        }
        changed = true;
    }
}

/// An alarm follows what it watches and tells, never the other way round: many alarms share a topic.
fn may_follow(edge: &Edge) -> bool {
    match edge.relation {
        Relation::Dimension | Relation::Rule | Relation::LogGroup | Relation::Topic | Relation::Family => edge.forward,
        Relation::Member
        | Relation::Node
        | Relation::Service
        | Relation::Cluster
        | Relation::TargetGroup
        | Relation::Target
        | Relation::LoadBalancer => true,
    }
}

fn step(evidence_graph: &mut Board<'_>, ends: &mut Vec<usize>, follows: impl Fn(&Edge) -> bool) -> bool {
    let mut gains = Vec::new();
    ends.retain(|at| evidence_graph.nodes.get(*at).is_some_and(|node| !node.label.is_full()));
    for at in ends.iter() {
        if let Some(gain) = gain(evidence_graph, *at, &follows) {
            gains.push((*at, gain));
        }
    }
    let changed = !gains.is_empty();
    for (at, (label, edge)) in gains {
        if let Some(node) = evidence_graph.nodes.get_mut(at) {
            node.label = label;
            node.because.push(Reason::Follows(edge));
        }
    }
    changed
}

/// What the edges that count add to a node, and the first edge that told it.
fn gain(evidence_graph: &mut Board<'_>, at: usize, follows: &impl Fn(&Edge) -> bool) -> Option<(Label, Edge)> {
    let realm = evidence_graph.nodes.get(at).map_or(0, |node| evidence_graph.realm(node));
    let Board { nodes, lexicon, stated, .. } = evidence_graph;
    let node = nodes.get(at)?;
    let own = node.label;
    // Clues follow only what they themselves point at: a topic is not of the first alarm that tells it.
    let clue = node.hint;
    let mut sources = Vec::new();
    for edge in node.edges.iter().filter(|edge| follows(edge) && (edge.forward || !clue)) {
        let Some(other) = nodes.get(edge.other).filter(|other| !other.label.is_empty()) else { continue };
        let label = other.label;
        let name = if label.is_full() || !other.excluded.is_empty() { lexicon.environment(label) } else { None };
        let shut = |list: &[Sym]| name.is_some_and(|name| list.contains(&name));
        if !shut(&node.excluded) && !shut(&other.excluded) {
            sources.push((*edge, label, name.filter(|_| label.is_full())));
        }
    }
    if sources.is_empty() {
        return None;
    }
    let mut label = Offer::to(own, sources.iter().map(|(_, label, name)| (*label, *name))).fill(own);
    if label == own
        && let Some(system) = own.system
        && own.stage.is_none()
    {
        // Neighbours of another system still tell the stage, if this system is known to have it.
        let stage = sources.iter().fold(Agreed::Nothing, |agreed, (_, label, _)| agreed.with(label.stage)).on();
        label.stage = stage.filter(|stage| stated.contains(&(realm, system, *stage)));
    }
    if label == own || label.stage.is_some_and(|stage| node.not_stages.contains(&stage)) {
        return None;
    }
    let told = |given: Option<Sym>, was: Option<Sym>, is: Option<Sym>| was.is_none() && is.is_some() && given == is;
    let (edge, ..) = sources.iter().find(|(_, source, _)| {
        told(source.stage, own.stage, label.stage)
            || (own.stage == label.stage && told(source.system, own.system, label.system))
            || source.fixed.is_some()
    })?;
    Some((label, *edge))
}

/// The labels of the neighbours that one relation leads to, for saying that they differ.
pub(super) fn neighbours<'n>(
    evidence_graph: &'n Board<'_>,
    node: &'n Node<'_>,
    relation: Relation,
) -> impl Iterator<Item = (&'n Edge, &'n Node<'n>)> {
    node.edges
        .iter()
        .filter(move |edge| edge.relation == relation && may_follow(edge))
        .filter_map(|edge| evidence_graph.nodes.get(edge.other).map(|other| (edge, other)))
}
