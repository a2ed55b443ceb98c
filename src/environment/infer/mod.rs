//! Placement: which environment each resource belongs to, and why. Pure and independent of the order
//! resources arrive in. First the habits of the account are learned from how its names vary, then every resource's own
//! evidence is weighed, then what is open follows relations, stacks and VPCs; `place_early` reads as that list.

mod board;
mod claims;
mod doubts;
mod early;
mod election;
mod evidence;
mod finish;
mod glued;
mod habits;
mod keys;
mod lexicon;
mod lists;
mod phrases;
mod reading;
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
mod words;

#[cfg(test)]
mod tests;

use board::Board;
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
    /// Why, step by step, what speaks against it last.
    pub because: Vec<Step>,
}

/// Places every subject that is no hint. The answer is sorted by id and does not depend on the order of `subjects`.
#[must_use]
pub fn place(subjects: &[Subject], wishes: &ConfiguredEnvironments) -> Vec<Placed> {
    place_early(subjects, wishes, &Unread::new())
}

/// The same while scopes are `held`: of these only what states its place by itself is in the answer, or nothing.
#[must_use]
pub(crate) fn place_early(subjects: &[Subject], wishes: &ConfiguredEnvironments, held: &Unread) -> Vec<Placed> {
    let mut sorted: Vec<&Subject> = subjects.iter().collect();
    sorted.sort();
    let mut board = Board::of(&sorted);
    claims::claim(&mut board, wishes);
    let habits = Habits::learn(&mut board);
    board.interpret(&habits);
    let systems = evidence::state(&mut board, &habits);
    early::hold(&mut board, held);
    relations::spread(&mut board);
    for watchers_speak in [false, true] {
        if watchers_speak {
            evidence::late(&mut board);
            relations::spread(&mut board);
            evidence::watchers(&mut board, &systems);
        }
        loop {
            relations::spread(&mut board);
            if !vpc::fill(&mut board, Holder::Stack) && !vpc::fill(&mut board, Holder::Vpc) {
                break;
            }
        }
    }
    finish::complete(&mut board);
    let mut homes = finish::names(&mut board, wishes);
    finish::founded(&mut board, &mut homes);
    let shared = shared::find(&mut board, &mut homes);
    doubts::weigh(&mut board, &homes);
    board
        .nodes
        .iter()
        .zip(shared)
        .enumerate()
        .filter(|(_, (node, _))| !node.hint)
        .filter_map(|(at, (node, shared))| Some((at, node, shared, node.subject?)))
        .map(|(at, node, shared, subject)| {
            let home = homes.get(at).cloned().flatten();
            let mut because = phrases::steps(&board, node, at, &homes);
            match &home {
                Some(_) => because.extend(node.against.iter().cloned()),
                None if !shared.is_empty() => because.push(phrases::shared(&shared)),
                None => because.extend(excluded(&board, node).unwrap_or_else(|| phrases::lost(&board, node, &homes))),
            }
            let text = |sym| board.lexicon.text(sym).to_owned();
            Placed {
                id: subject.id.clone(),
                project: node.label.system.filter(|_| home.is_some()).map(text),
                stage: node.label.stage.filter(|_| home.is_some()).map(text).filter(|stage| !stage.is_empty()),
                doubt: doubts::of(node, home.as_deref()),
                environment: home.map(EnvironmentName::from),
                shared: shared.into_iter().map(EnvironmentName::from).collect(),
                because,
            }
        })
        .collect()
}

/// Why a node is nowhere if that is the configuration's wish.
fn excluded(board: &Board<'_>, node: &board::Node<'_>) -> Option<Vec<Step>> {
    if node.label.is_empty() || node.barred.is_empty() {
        return None;
    }
    let names = node.barred.iter().map(|name| board.lexicon.text(*name)).collect::<Vec<_>>().join(", ");
    Some(vec![Step { kind: StepKind::Config, message: format!("config.toml excludes it from {names}") }])
}
