//! Placement: which environment each resource belongs to, and why. Pure and independent of the order
//! resources arrive in. First the habits of the account are learned from how its names vary, then every resource's own
//! evidence is weighed, then what is open follows relations, stacks and VPCs; `place_early` reads as that list.

mod arn_names;
mod claims;
mod doubts;
mod early;
mod election;
mod evidence;
mod evidence_graph;
mod finish;
mod glued;
mod habits;
mod lexicon;
mod name_parser;
mod phrases;
mod relations;
mod shared;
mod stages;
mod systems;
mod tagged_systems;
mod tags;
mod tally;
mod tokens;
mod unnamed;
mod vpc;
mod word_lists;
mod words;

#[cfg(test)]
mod tests;

use evidence_graph::Board;
use habits::Habits;
use vpc::Holder;

use super::{ConfiguredEnvironments, Unread};
use super::{Step, StepKind};
use crate::kinds::Subject;
use crate::world::{EnvironmentName, ResourceId};

/// Where one resource was placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// Who.
    pub id: ResourceId,
    /// Its environment; `None` if nothing placed it.
    pub environment: Option<EnvironmentName>,
    /// The system its environment is of.
    pub project: Option<String>,
    /// The stage its environment is of.
    pub stage: Option<String>,
    /// Whose it is too, where it serves several: without an environment of its own, it is shared by these.
    pub shared: Vec<EnvironmentName>,
    /// Why its environment may hold what is not of it, if the evidence contradicts itself.
    pub doubt: Option<String>,
    /// Whether it says so by itself: its name, its tags or the configuration, and no tie to others.
    pub by_itself: bool,
    /// Why, step by step, what speaks against it last.
    pub because: Vec<Step>,
}

/// Places every subject that is no hint. The answer is sorted by id and does not depend on the order of `subjects`.
#[must_use]
pub fn place(subjects: &[Subject], configured_environments: &ConfiguredEnvironments) -> Vec<Placed> {
    place_early(subjects, configured_environments, &Unread::new())
}

/// The same while scopes are `held`: of these only what states its place by itself is in the answer, or nothing.
#[must_use]
pub(crate) fn place_early(
    subjects: &[Subject],
    configured_environments: &ConfiguredEnvironments,
    held: &Unread,
) -> Vec<Placed> {
    let mut sorted: Vec<&Subject> = subjects.iter().collect();
    sorted.sort();
    let mut evidence_graph = Board::of(&sorted);
    claims::claim(&mut evidence_graph, configured_environments);
    let habits = Habits::learn(&mut evidence_graph);
    evidence_graph.interpret(&habits);
    let systems = evidence::state(&mut evidence_graph, &habits);
    early::hold(&mut evidence_graph, held);
    let by_itself =
        |node: &evidence_graph::Node<'_>| node.claimed || node.label.fixed.is_some() || node.label.is_full();
    let by_itself: Vec<bool> = evidence_graph.nodes.iter().map(by_itself).collect();
    relations::spread(&mut evidence_graph);
    for watchers_speak in [false, true] {
        if watchers_speak {
            evidence::late(&mut evidence_graph);
            relations::spread(&mut evidence_graph);
            evidence::watchers(&mut evidence_graph, &systems);
        }
        loop {
            relations::spread(&mut evidence_graph);
            if !vpc::fill(&mut evidence_graph, Holder::Stack) && !vpc::fill(&mut evidence_graph, Holder::Vpc) {
                break;
            }
        }
    }
    finish::complete(&mut evidence_graph);
    let mut homes = finish::names(&mut evidence_graph, configured_environments);
    finish::founded(&mut evidence_graph, &mut homes);
    let shared = shared::find(&mut evidence_graph, &mut homes);
    doubts::weigh(&mut evidence_graph, &homes);
    evidence_graph
        .nodes
        .iter()
        .zip(shared)
        .enumerate()
        .filter(|(_, (node, _))| !node.hint)
        .filter_map(|(at, (node, shared))| Some((at, node, shared, node.subject?)))
        .map(|(at, node, shared, subject)| {
            let home = homes.get(at).cloned().flatten();
            let mut because = phrases::steps(&evidence_graph, node, at, &homes);
            match &home {
                Some(_) => because.extend(node.against.iter().cloned()),
                None if !shared.is_empty() => because.push(phrases::shared(&shared)),
                None => because.extend(
                    excluded(&evidence_graph, node).unwrap_or_else(|| phrases::lost(&evidence_graph, node, &homes)),
                ),
            }
            let text = |sym| evidence_graph.lexicon.text(sym).to_owned();
            Placed {
                id: subject.id.clone(),
                project: node.label.system.filter(|_| home.is_some()).map(text),
                stage: node.label.stage.filter(|_| home.is_some()).map(text).filter(|stage| !stage.is_empty()),
                doubt: doubts::of(node, home.as_deref()),
                environment: home.map(EnvironmentName::from),
                shared: shared.into_iter().map(EnvironmentName::from).collect(),
                by_itself: by_itself.get(at).copied().unwrap_or_default(),
                because,
            }
        })
        .collect()
}

/// Why a node is nowhere if that is the configuration's wish.
fn excluded(evidence_graph: &Board<'_>, node: &evidence_graph::Node<'_>) -> Option<Vec<Step>> {
    if node.label.is_empty() || node.excluded.is_empty() {
        return None;
    }
    let names = node.excluded.iter().map(|name| evidence_graph.lexicon.text(*name)).collect::<Vec<_>>().join(", ");
    Some(vec![Step { kind: StepKind::Config, message: format!("config.toml excludes it from {names}") }])
}
