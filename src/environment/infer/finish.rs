//! The end of an inference: half labels are completed where only one completion is possible, labels become
//! names, and the same name in several accounts is told apart.

use std::collections::BTreeSet;

use super::election::elected;
use super::evidence_graph::{Board, Label, Node, say};
use super::lexicon::{Lexicon, Sym};
use super::phrases::cut;
use super::relations;
use crate::environment::ConfiguredEnvironments;
use crate::environment::StepKind;
use crate::kinds::Relation;
use crate::world::{QuickMap, QuickSet};

/// A realm with a stage or a system in it.
type Within = (usize, Sym);

/// Completes labels that have a stage and no system, then those that have a system and no stage.
pub(super) fn complete(evidence_graph: &mut Board<'_>) {
    // What stacks made first: their words are not those of what was made by hand beside them.
    find_systems(evidence_graph, true);
    relations::spread(evidence_graph);
    find_systems(evidence_graph, false);
    find_stages(evidence_graph);
}

/// Resources of a stage without a system (a CDK application's stacks): the word most of their names share, else
/// the only system that has this stage, else the stage stands alone.
fn find_systems(evidence_graph: &mut Board<'_>, of_stacks: bool) {
    let mut groups: QuickMap<Within, Vec<usize>> = QuickMap::default();
    let mut systems: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    for (at, node) in evidence_graph.nodes.iter().enumerate() {
        let realm = evidence_graph.realm(node);
        if node.label.stage.is_some_and(|stage| evidence_graph.lexicon.text(stage).is_empty()) {
            continue;
        }
        match node.label {
            Label { fixed: Some(_), .. } => {}
            _ if node.pool => {}
            Label { system: None, stage: Some(_), .. } if of_stacks && !is_of_stack(node, &evidence_graph.lexicon) => {}
            Label { system: None, stage: Some(stage), .. } => groups.entry((realm, stage)).or_default().push(at),
            Label { system: Some(system), stage: Some(stage), .. } if !node.hint => {
                note(systems.entry((realm, stage)).or_default(), system);
            }
            Label { .. } => {}
        }
    }
    for (within, members) in groups {
        let names = members.iter().filter_map(|at| evidence_graph.nodes.get(*at)).flat_map(|node| {
            let groups =
                relations::neighbours(evidence_graph, node, Relation::LogGroup).map(|(_, group)| vec![&group.name]);
            let own = node.founds().then(|| vec![&node.name]);
            own.into_iter().chain(groups).map(|readings| (node.stores_or_hosts(), readings))
        });
        let stage = evidence_graph.lexicon.text(within.1).to_owned();
        let (system, message) = if let Some(word) = elected(names, &evidence_graph.lexicon) {
            (
                word,
                format!(
                    "most names of stage {} without a system share the word {}",
                    cut(&stage),
                    cut(evidence_graph.lexicon.text(word))
                ),
            )
        } else {
            let known = systems.get(&within);
            // Three that run or store something are an environment, whatever else has this stage.
            let founders =
                members.iter().filter_map(|at| evidence_graph.nodes.get(*at)).filter(|node| node.founds()).count();
            let known = known.filter(|_| founders < 3 && !of_stacks);
            let Some(system) = known.filter(|all| all.len() == 1).and_then(|all| all.first()) else { continue };
            (
                *system,
                format!(
                    "{} is the only system here with a stage {}",
                    cut(evidence_graph.lexicon.text(*system)),
                    cut(&stage)
                ),
            )
        };
        for at in members {
            if let Some(node) = evidence_graph.nodes.get_mut(at) {
                node.label.system = Some(system);
                say(node, StepKind::Name, message.clone());
            }
        }
    }
}

/// Whether its tags or its name say that a stack made it.
fn is_of_stack(node: &Node<'_>, lexicon: &Lexicon) -> bool {
    node.said.stack.is_some() || node.name.words().iter().any(|word| lexicon.text(*word) == "stack")
}

/// Resources of a system without a stage: the only stage it has in this region, else in this account. A system
/// that has no stages at all is an environment by itself; one that has several leaves them unplaced.
fn find_stages(evidence_graph: &mut Board<'_>) {
    let mut by_region: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    let mut by_realm: QuickMap<Within, Vec<Sym>> = QuickMap::default();
    for node in evidence_graph.nodes.iter().filter(|node| !node.hint) {
        if let Label { system: Some(system), stage: Some(stage), fixed: None } = node.label {
            note(by_region.entry((node.scope, system)).or_default(), stage);
            note(by_realm.entry((evidence_graph.realm(node), system)).or_default(), stage);
        }
    }
    let unnamed = evidence_graph.lexicon.sym("");
    let mut ends = Vec::new();
    for (at, node) in evidence_graph.nodes.iter().enumerate().filter(|(_, node)| !node.pool) {
        if let Label { system: Some(system), stage: None, fixed: None } = node.label {
            let stages =
                by_region.get(&(node.scope, system)).or_else(|| by_realm.get(&(evidence_graph.realm(node), system)));
            let Some(stages) = stages else { continue };
            let mut names: Vec<&str> = stages
                .iter()
                .map(|stage| evidence_graph.lexicon.text(*stage))
                .filter(|stage| !stage.is_empty())
                .collect();
            names.sort_unstable();
            names.dedup();
            let names = names.join(", ");
            let only = stages.first().copied().filter(|_| stages.len() == 1);
            let only = only.or(Some(unnamed).filter(|unnamed| stages.contains(unnamed)));
            ends.push((at, system, only, names));
        }
    }
    for (at, system, only, names) in ends {
        let system = cut(evidence_graph.lexicon.text(system)).into_owned();
        let names = cut(&names);
        if let Some(node) = evidence_graph.nodes.get_mut(at) {
            let message = match only {
                Some(stage) if stage == unnamed => {
                    node.label.stage = Some(stage);
                    format!("{system} has a stage that its names leave out, and this one has no stage either")
                }
                Some(stage) => {
                    node.label.stage = Some(stage);
                    format!("{names} is the only stage of {system} here")
                }
                None => {
                    node.pool = true;
                    format!("{system} has several stages here ({names}), and nothing tells which")
                }
            };
            say(node, StepKind::Name, message);
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
pub(super) fn names(
    evidence_graph: &mut Board<'_>,
    configured_environments: &ConfiguredEnvironments,
) -> Vec<Option<String>> {
    let mut labels: Vec<(Option<Sym>, usize, bool)> = Vec::with_capacity(evidence_graph.nodes.len());
    for at in 0..evidence_graph.nodes.len() {
        let Some(node) = evidence_graph.nodes.get(at) else { continue };
        let (label, realm, claimed) = (node.label, evidence_graph.realm(node), node.claimed);
        let open = node.pool && label.fixed.is_none() && !claimed;
        let name = evidence_graph.environment(label).filter(|_| !open);
        let excluded =
            evidence_graph.nodes.get(at).is_some_and(|node| name.is_some_and(|name| node.excluded.contains(&name)));
        labels.push((name.filter(|_| !excluded), realm, claimed));
    }
    let mut realms: QuickMap<Sym, (BTreeSet<usize>, BTreeSet<usize>)> = QuickMap::default();
    for ((name, realm, claimed), node) in labels.iter().zip(&evidence_graph.nodes) {
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
            let text = evidence_graph.lexicon.text(name);
            let environment_config = configured_environments
                .environments
                .iter()
                .find(|environment_config| environment_config.name.as_str() == text);
            let pinned = environment_config
                .and_then(|environment_config| environment_config.account.as_ref())
                .and_then(|account| {
                    evidence_graph
                        .realms
                        .iter()
                        .position(|realm| realm == account.as_str())
                        .filter(|realm| inferred.contains(realm))
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
            let text = evidence_graph.lexicon.text(name);
            let at_home = homes.get(&name).is_none_or(|home| home.contains(&realm));
            Some(match evidence_graph.realms.get(realm) {
                Some(account) if !at_home => format!("{text}@{account}"),
                _ => text.to_owned(),
            })
        })
        .collect()
}

/// Takes environments away that nothing founds: alarms, rules and load balancers follow, they found nothing. What the
/// configuration claims and what a tag names outright stays.
pub(super) fn founded(evidence_graph: &mut Board<'_>, homes: &mut [Option<String>]) {
    let founds = |node: &Node<'_>| !node.hint && (node.founds() || node.claimed || node.label.fixed.is_some());
    let nodes = || evidence_graph.nodes.iter().zip(homes.iter());
    let named: QuickSet<&str> =
        nodes().filter(|(node, _)| founds(node)).filter_map(|(_, home)| home.as_deref()).collect();
    let lost: Vec<usize> = nodes()
        .enumerate()
        .filter(|(_, (_, home))| home.as_deref().is_some_and(|home| !named.contains(home)))
        .map(|(at, _)| at)
        .collect();
    for at in lost {
        let Some(name) = homes.get_mut(at).and_then(Option::take) else { continue };
        if let Some(node) = evidence_graph.nodes.get_mut(at).filter(|node| !node.hint) {
            let message = format!(
                "no service, target group, database, instance, function or cluster is in {}: nothing else founds an \
                 environment",
                cut(&name)
            );
            say(node, StepKind::None, message);
        }
    }
}
