//! The end of an inference: half labels are completed where only one completion is possible, labels become
//! names, and the same name in several accounts is told apart.

use std::collections::BTreeSet;

use super::board::{Board, Label, say};
use super::lexicon::Sym;
use super::phrases::cut;
use super::relations;
use super::systems::elected;
use crate::environment::ConfiguredEnvironments;
use crate::environment::StepKind;
use crate::kinds::Relation;
use crate::world::QuickMap;

/// A realm with a stage or a system in it.
type Within = (usize, Sym);

/// Completes labels that have a stage and no system, then those that have a system and no stage.
pub(super) fn complete(board: &mut Board<'_>) {
    find_systems(board);
    find_stages(board);
}

/// Resources of a stage without a system (a CDK application's stacks): the word most of their names share, else
/// the only system that has this stage, else the stage stands alone.
fn find_systems(board: &mut Board<'_>) {
    let mut groups: QuickMap<Within, Vec<usize>> = QuickMap::default();
    let mut systems: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    for (at, node) in board.nodes.iter().enumerate() {
        let realm = board.realm(node);
        match node.label {
            Label { fixed: Some(_), .. } => {}
            Label { system: None, stage: Some(stage), .. } => groups.entry((realm, stage)).or_default().push(at),
            Label { system: Some(system), stage: Some(stage), .. } if !node.hint => {
                note(systems.entry((realm, stage)).or_default(), system);
            }
            Label { .. } => {}
        }
    }
    for (within, members) in groups {
        let names = members.iter().filter_map(|at| board.nodes.get(*at)).flat_map(|node| {
            let groups = relations::neighbours(board, node, Relation::LogGroup).map(|(_, group)| vec![&group.name]);
            std::iter::once(vec![&node.name]).chain(groups)
        });
        let stage = board.lexicon.text(within.1).to_owned();
        let (system, message) = if let Some(word) = elected(names, &board.lexicon) {
            (
                word,
                format!(
                    "most names of stage {} without a system share the word {}",
                    cut(&stage),
                    cut(board.lexicon.text(word))
                ),
            )
        } else {
            let known = systems.get(&within);
            let Some(system) = known.filter(|all| all.len() == 1).and_then(|all| all.first()) else { continue };
            (
                *system,
                format!("{} is the only system here with a stage {}", cut(board.lexicon.text(*system)), cut(&stage)),
            )
        };
        for at in members {
            if let Some(node) = board.nodes.get_mut(at) {
                node.label.system = Some(system);
                say(node, StepKind::Name, message.clone());
            }
        }
    }
}

/// Resources of a system without a stage: the only stage it has in this region, else in this account. A system
/// that has no stages at all is an environment by itself; one that has several leaves them unplaced.
fn find_stages(board: &mut Board<'_>) {
    let mut by_region: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    let mut by_realm: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    for node in board.nodes.iter().filter(|node| !node.hint) {
        if let Label { system: Some(system), stage: Some(stage), fixed: None } = node.label {
            note(by_region.entry((node.scope, system)).or_default(), stage);
            note(by_realm.entry((board.realm(node), system)).or_default(), stage);
        }
    }
    let mut ends = Vec::new();
    for (at, node) in board.nodes.iter().enumerate() {
        if let Label { system: Some(system), stage: None, fixed: None } = node.label {
            let stages = by_region.get(&(node.scope, system)).or_else(|| by_realm.get(&(board.realm(node), system)));
            let Some(stages) = stages else { continue };
            let mut names: Vec<&str> = stages.iter().map(|stage| board.lexicon.text(*stage)).collect();
            names.sort_unstable();
            let names = names.join(", ");
            let only = stages.first().copied().filter(|_| stages.len() == 1);
            ends.push((at, system, only, names));
        }
    }
    for (at, system, only, names) in ends {
        let system = cut(board.lexicon.text(system)).into_owned();
        let names = cut(&names);
        if let Some(node) = board.nodes.get_mut(at) {
            match only {
                Some(stage) => {
                    node.label.stage = Some(stage);
                    say(node, StepKind::Name, format!("{names} is the only stage of {system} here"));
                }
                None => {
                    node.label = Label::default();
                    say(
                        node,
                        StepKind::Name,
                        format!("{system} has several stages here ({names}), and nothing tells which"),
                    );
                }
            }
        }
    }
}

/// Adds a symbol to the few that are known.
fn note(known: &mut Vec<Sym>, sym: Sym) {
    if !known.contains(&sym) {
        known.push(sym);
    }
}

/// The name of every node's environment. A name that labels of several accounts share stays with the account that
/// the configuration pins or claims for it, else with the first; the others get `@ACCOUNT`.
pub(super) fn names(board: &mut Board<'_>, wishes: &ConfiguredEnvironments) -> Vec<Option<String>> {
    let mut labels: Vec<(Option<Sym>, usize, bool)> = Vec::with_capacity(board.nodes.len());
    for at in 0..board.nodes.len() {
        let Some(node) = board.nodes.get(at) else { continue };
        let (label, realm, claimed) = (node.label, board.realm(node), node.claimed);
        let name = board.environment(label);
        let barred = board.nodes.get(at).is_some_and(|node| name.is_some_and(|name| node.barred.contains(&name)));
        labels.push((name.filter(|_| !barred), realm, claimed));
    }
    let mut realms: QuickMap<Sym, (BTreeSet<usize>, BTreeSet<usize>)> = QuickMap::default();
    for ((name, realm, claimed), node) in labels.iter().zip(&board.nodes) {
        if let Some(name) = name
            && !node.hint
        {
            let (inferred, wished) = realms.entry(*name).or_default();
            if *claimed {
                wished.insert(*realm)
            } else {
                inferred.insert(*realm)
            };
        }
    }
    let homes: QuickMap<Sym, BTreeSet<usize>> = realms
        .into_iter()
        .map(|(name, (inferred, wished))| {
            let text = board.lexicon.text(name);
            let wish = wishes.environments.iter().find(|wish| wish.name.as_str() == text);
            let pinned = wish.and_then(|wish| wish.account.as_ref()).and_then(|account| {
                board.realms.iter().position(|realm| realm == account.as_str()).filter(|realm| inferred.contains(realm))
            });
            let mut home = wished;
            if let Some(pinned) = pinned {
                home.insert(pinned);
            } else if home.is_empty() {
                home.extend(inferred.first());
            }
            (name, home)
        })
        .collect();
    labels
        .into_iter()
        .map(|(name, realm, _)| {
            let name = name?;
            let text = board.lexicon.text(name);
            let at_home = homes.get(&name).is_none_or(|home| home.contains(&realm));
            Some(match board.realms.get(realm) {
                Some(account) if !at_home => format!("{text}@{account}"),
                _ => text.to_owned(),
            })
        })
        .collect()
}
