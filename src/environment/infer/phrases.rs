//! The reasoning in words: one readable phrase for each piece of evidence, with the environment it led to.
//! Words only; decides nothing.

use std::borrow::Cow;

use super::evidence_graph::{Board, Edge, Node, Reason};
use super::relations;
use crate::environment::{Step, StepKind};
use crate::kinds::Relation;

/// Names in phrases are cut here; hostile ones are longer.
const LONGEST: usize = 100;

/// `text`, cut if it is very long.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    match text.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(text),
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
    }
}

/// The evidence of a node in words; `homes` are the names of all nodes' environments.
pub(super) fn steps(evidence_graph: &Board<'_>, node: &Node<'_>, at: usize, homes: &[Option<String>]) -> Vec<Step> {
    let home = |at: usize| homes.get(at).and_then(Option::as_deref);
    node.because
        .iter()
        .map(|reason| match reason {
            Reason::Said(step) => step.clone(),
            Reason::Follows(edge) => {
                let title = evidence_graph.nodes.get(edge.other).map_or("", |other| other.title);
                let phrase = follows(edge, node, &cut(title));
                let message = match home(edge.other) {
                    Some(home) => [phrase.as_str(), " (", &cut(home), ")"].concat(),
                    None => phrase,
                };
                Step { kind: StepKind::Relation, message }
            }
            Reason::Stack => {
                let (stack, home) =
                    (cut(node.said.stack.unwrap_or_default()), cut(home(at).unwrap_or("of one environment")));
                Step { kind: StepKind::Stack, message: format!("everything labelled in stack {stack} is {home}") }
            }
            Reason::Vpc => {
                let home = cut(home(at).unwrap_or("of one environment"));
                Step {
                    kind: StepKind::Vpc,
                    message: format!("everything labelled in {} is {home}", vpc(evidence_graph, node)),
                }
            }
        })
        .collect()
}

/// Why a node is in none of the environments that use it.
pub(super) fn shared(users: &[String]) -> Step {
    let users: Vec<Cow<'_, str>> = users.iter().map(|user| cut(user)).collect();
    let message = format!("shared by {}: nothing says that it is of one of them alone", users.join(", "));
    Step { kind: StepKind::Relation, message }
}

/// What was tried for a node that nothing placed, and what to do.
pub(super) fn lost(evidence_graph: &Board<'_>, node: &Node<'_>, homes: &[Option<String>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let named = node.subject.is_some_and(|subject| !subject.names.is_empty()) || node.said.name.is_some();
    if named && node.because.is_empty() {
        let message = format!("name {}: no stage in it, and it shares no system with others", cut(node.title));
        steps.push(Step { kind: StepKind::Name, message });
    }
    for relation in Relation::ALL {
        let mut known: Vec<(&str, String)> = relations::neighbours(evidence_graph, node, relation)
            .filter_map(|(edge, other)| {
                let home = homes.get(edge.other).and_then(Option::as_deref)?;
                Some((home, follows(edge, node, &cut(other.title))))
            })
            .collect();
        known.sort();
        known.dedup_by(|a, b| a.0 == b.0);
        if known.len() > 1 {
            let message = known
                .iter()
                .map(|(home, phrase)| format!("{phrase} ({})", cut(home)))
                .collect::<Vec<_>>()
                .join(", but ");
            steps.push(Step { kind: StepKind::Relation, message });
        }
    }
    if node.subject.is_some_and(|subject| subject.vpc.is_some()) {
        let message = format!("{} holds nothing labelled, or more than one environment", vpc(evidence_graph, node));
        steps.push(Step { kind: StepKind::Vpc, message });
    }
    let message = "nothing says which environment: add a tag or a match in config.toml".to_owned();
    steps.push(Step { kind: StepKind::None, message });
    steps
}

// Thousands of these are made for every picture: pieces are joined rather than formatted.
fn follows(edge: &Edge, node: &Node<'_>, title: &str) -> String {
    let (before, after) = match (edge.relation, edge.forward) {
        (Relation::Member, true) => ("it is a member of DB cluster ", ""),
        (Relation::Member, false) => ("its member is ", ""),
        (Relation::Node, true) => ("it is the agent of instance ", ""),
        (Relation::Node, false) => ("its agent is ", ""),
        (Relation::Service, true) => ("it is a task of ", ""),
        (Relation::Service, false) => ("its task is ", ""),
        (Relation::Cluster, true) => ("it runs in cluster ", ""),
        (Relation::Cluster, false) => ("", " runs in it"),
        (Relation::TargetGroup, true) => ("its tasks are targets of ", ""),
        (Relation::TargetGroup, false) => ("its targets are tasks of ", ""),
        (Relation::Target, true) => ("it sends to ", ""),
        (Relation::Target, false) => ("it is a target of ", ""),
        (Relation::LoadBalancer, true) => ("load balancer ", " forwards to it"),
        (Relation::LoadBalancer, false) => ("it forwards to ", ""),
        (Relation::Dimension, true) => ("it watches ", ""),
        (Relation::Dimension, false) => ("it is watched by ", ""),
        (Relation::Rule, true) => ("its rule names ", ""),
        (Relation::Rule, false) => ("the rule of ", " names it"),
        (Relation::LogGroup, true) if node.hint => ("it reads log group ", ""),
        (Relation::LogGroup, true) => ("its metric counts lines of log group ", ""),
        (Relation::LogGroup, false) => ("", " counts its lines"),
        (Relation::Topic, true) => ("it tells topic ", ""),
        (Relation::Topic, false) => ("", " tells it"),
        (Relation::Family, true) => ("it runs task family ", ""),
        (Relation::Family, false) => ("", " runs it"),
    };
    [before, title, after].concat()
}

/// `vpc-0abc (prooflink-dev-vpc)`.
fn vpc(evidence_graph: &Board<'_>, node: &Node<'_>) -> String {
    let Some(id) = node.subject.and_then(|subject| subject.vpc.as_deref()) else { return "its VPC".to_owned() };
    let named = evidence_graph.nodes.iter().filter(|other| other.hint && other.scope == node.scope).find(|other| {
        other.subject.is_some_and(|subject| subject.vpc.as_deref() == Some(id))
            && !other.title.is_empty()
            && other.title != id
    });
    match named {
        Some(named) => format!("{id} ({})", cut(named.title)),
        None => id.to_owned(),
    }
}
