//! The reasoning in words: one readable phrase for each piece of evidence, with the environment it led to.
//! Words only; decides nothing.

use std::borrow::Cow;

use super::board::{Board, Edge, Node, Reason};
use super::relations;
use crate::environment::{Relation, Step, StepKind};

/// Names in phrases are cut here; hostile ones are longer.
const LONGEST: usize = 100;

/// `text`, cut if it is very long.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
    }
}

/// The evidence of a node in words; `homes` are the names of all nodes' environments.
pub(super) fn steps(board: &Board<'_>, node: &Node<'_>, at: usize, homes: &[Option<String>]) -> Vec<Step> {
    let home = |at: usize| homes.get(at).and_then(Option::as_deref);
    node.because
        .iter()
        .map(|reason| match reason {
            Reason::Said(step) => step.clone(),
            Reason::Follows(edge) => {
                let title = board.nodes.get(edge.other).map_or("", |other| other.title);
                let phrase = follows(edge, node, &cut(title));
                let says = match home(edge.other) {
                    Some(home) => format!("{phrase} ({})", cut(home)),
                    None => phrase,
                };
                Step { kind: StepKind::Relation, says }
            }
            Reason::Vpc => {
                let home = cut(home(at).unwrap_or("of one environment"));
                Step { kind: StepKind::Vpc, says: format!("everything labelled in {} is {home}", vpc(board, node)) }
            }
        })
        .collect()
}

/// What was tried for a node that nothing placed, and what to do.
pub(super) fn lost(board: &Board<'_>, node: &Node<'_>, homes: &[Option<String>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let named = node.subject.is_some_and(|subject| !subject.names.is_empty()) || node.said.name.is_some();
    if named && node.because.is_empty() {
        let says = format!("name {}: no stage in it, and it shares no system with others", cut(node.title));
        steps.push(Step { kind: StepKind::Name, says });
    }
    for relation in Relation::ALL {
        let mut known: Vec<(&str, String)> = relations::neighbours(board, node, relation)
            .filter_map(|(edge, other)| {
                let home = homes.get(edge.other).and_then(Option::as_deref)?;
                Some((home, follows(edge, node, &cut(other.title))))
            })
            .collect();
        known.sort();
        known.dedup_by(|a, b| a.0 == b.0);
        if known.len() > 1 {
            let says = known
                .iter()
                .map(|(home, phrase)| format!("{phrase} ({})", cut(home)))
                .collect::<Vec<_>>()
                .join(", but ");
            steps.push(Step { kind: StepKind::Relation, says });
        }
    }
    if node.subject.is_some_and(|subject| subject.vpc.is_some()) {
        let says = format!("{} holds nothing labelled, or more than one environment", vpc(board, node));
        steps.push(Step { kind: StepKind::Vpc, says });
    }
    let says = "nothing says which environment: add a tag or a match in config.toml".to_owned();
    steps.push(Step { kind: StepKind::None, says });
    steps
}

fn follows(edge: &Edge, node: &Node<'_>, title: &str) -> String {
    match (edge.relation, edge.forward) {
        (Relation::Member, true) => format!("it is a member of DB cluster {title}"),
        (Relation::Member, false) => format!("its member is {title}"),
        (Relation::Node, true) => format!("it is the agent of instance {title}"),
        (Relation::Node, false) => format!("its agent is {title}"),
        (Relation::Service, true) => format!("it is a task of {title}"),
        (Relation::Service, false) => format!("its task is {title}"),
        (Relation::Cluster, true) => format!("it runs in cluster {title}"),
        (Relation::Cluster, false) => format!("{title} runs in it"),
        (Relation::TargetGroup, true) => format!("its tasks are targets of {title}"),
        (Relation::TargetGroup, false) => format!("its targets are tasks of {title}"),
        (Relation::Target, true) => format!("it sends to {title}"),
        (Relation::Target, false) => format!("it is a target of {title}"),
        (Relation::LoadBalancer, true) => format!("load balancer {title} forwards to it"),
        (Relation::LoadBalancer, false) => format!("it forwards to {title}"),
        (Relation::Dimension, true) => format!("it watches {title}"),
        (Relation::Dimension, false) => format!("it is watched by {title}"),
        (Relation::Rule, true) => format!("its rule names {title}"),
        (Relation::Rule, false) => format!("the rule of {title} names it"),
        (Relation::LogGroup, true) if node.hint => format!("it reads log group {title}"),
        (Relation::LogGroup, true) => format!("its metric counts lines of log group {title}"),
        (Relation::LogGroup, false) => format!("{title} counts its lines"),
        (Relation::Topic, true) => format!("it tells topic {title}"),
        (Relation::Topic, false) => format!("{title} tells it"),
        (Relation::Family, true) => format!("it runs task family {title}"),
        (Relation::Family, false) => format!("{title} runs it"),
    }
}

/// `vpc-0abc (prooflink-dev-vpc)`.
fn vpc(board: &Board<'_>, node: &Node<'_>) -> String {
    let Some(id) = node.subject.and_then(|subject| subject.vpc.as_deref()) else { return "its VPC".to_owned() };
    let named = board.nodes.iter().filter(|other| other.hint && other.scope == node.scope).find(|other| {
        other.subject.is_some_and(|subject| subject.vpc.as_deref() == Some(id))
            && !other.title.is_empty()
            && other.title != id
    });
    match named {
        Some(named) => format!("{id} ({})", cut(named.title)),
        None => id.to_owned(),
    }
}
