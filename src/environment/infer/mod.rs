//! Placement: which environment each resource belongs to, and why. Pure and independent of the order
//! resources arrive in. The steps, strongest first: the configuration, tags, stack names, name tokens,
//! relations, VPCs; `place` reads as that list.

mod board;
mod claims;
mod early;
mod finish;
mod lexicon;
mod phrases;
mod reading;
mod relations;
mod systems;
mod tags;
mod tokens;
mod vpc;
mod words;

#[cfg(test)]
mod tests;

use board::Board;
use systems::Systems;

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
    /// Why, step by step.
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
    let mut systems = Systems::state(&mut board);
    early::hold(&mut board, held);
    relations::spread(&mut board);
    for with_watchers in [false, true] {
        systems.by_shared_words(&mut board, with_watchers);
        loop {
            relations::spread(&mut board);
            if !vpc::fill(&mut board) {
                break;
            }
        }
    }
    finish::complete(&mut board);
    let homes = finish::names(&mut board, wishes);
    board
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.hint)
        .filter_map(|(at, node)| Some((at, node, node.subject?)))
        .map(|(at, node, subject)| {
            let home = homes.get(at).cloned().flatten();
            let mut because = phrases::steps(&board, node, at, &homes);
            match &home {
                Some(_) => {}
                None => because.extend(excluded(&board, node).unwrap_or_else(|| phrases::lost(&board, node, &homes))),
            }
            let text = |sym| board.lexicon.text(sym).to_owned();
            Placed {
                id: subject.id.clone(),
                project: node.label.system.filter(|_| home.is_some()).map(text),
                stage: node.label.stage.filter(|_| home.is_some()).map(text),
                environment: home.map(EnvironmentName::from),
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
