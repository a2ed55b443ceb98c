//! What is of no single environment: a load balancer that forwards to several, a cluster or database that several use.
//! It is listed with each of them and belongs to none. Pure.

use std::collections::BTreeSet;

use super::evidence_graph::{Board, Node, Realm};
use super::finish;
use super::lexicon::Sym;
use crate::kinds::Relation;
use crate::world::{QuickMap, QuickSet};

/// The environments that use each node besides its own. A host that is called after a stage of its own but serves
/// only others loses its environment.
pub(super) fn find(evidence_graph: &mut Board<'_>, homes: &mut [Option<String>]) -> Vec<Vec<String>> {
    let mut users: Vec<Vec<String>> = vec![Vec::new(); evidence_graph.nodes.len()];
    let mut occupied: QuickSet<&str> = QuickSet::default();
    for (node, home) in evidence_graph.nodes.iter().zip(homes.iter()) {
        if let Some(home) = home
            && !node.hint
            && node.founds()
            && node.kind() != "ecs-cluster"
        {
            occupied.insert(home);
        }
    }
    let by_system = by_system(evidence_graph, homes);
    let mut gone = Vec::new();
    for (at, node) in evidence_graph.nodes.iter().enumerate() {
        if node.hint || node.watches() || node.subject.is_none() || node.claimed || node.label.fixed.is_some() {
            continue;
        }
        let mut direct = direct(node, homes);
        match homes.get(at).and_then(Option::as_deref) {
            Some(home) => {
                let own = direct.remove(home);
                if direct.len() >= 2 && !own && hosts(node) && !occupied.contains(home) {
                    gone.push(at);
                }
            }
            None if direct.len() < 2 && (!node.pool || direct.is_empty()) => {
                direct = if node.pool { all_of(evidence_graph, node, homes, &by_system) } else { BTreeSet::new() };
            }
            None => {}
        }
        if let Some(users) = users.get_mut(at) {
            *users = direct.into_iter().map(str::to_owned).collect();
        }
    }
    for at in gone {
        if let Some(home) = homes.get_mut(at) {
            *home = None;
        }
    }
    finish::founded(evidence_graph, homes);
    follow(evidence_graph, homes, &mut users);
    users
}

/// Whether others run in it or are reached through it.
fn hosts(node: &Node<'_>) -> bool {
    matches!(node.kind(), "ecs-cluster" | "load-balancer")
}

/// The environments of what runs in a node, or is reached through it.
fn direct<'h>(node: &Node<'_>, homes: &'h [Option<String>]) -> BTreeSet<&'h str> {
    let counts = |relation: Relation, forward: bool| match node.kind() {
        "ecs-cluster" => relation == Relation::Cluster && !forward,
        "load-balancer" => relation == Relation::LoadBalancer && !forward,
        "db-cluster" => relation == Relation::Member && !forward,
        "target-group" => (relation == Relation::TargetGroup && !forward) || (relation == Relation::Target && forward),
        _ => false,
    };
    node.edges
        .iter()
        .filter(|edge| counts(edge.relation, edge.forward))
        .filter_map(|edge| homes.get(edge.other)?.as_deref())
        .collect()
}

type BySystem = QuickMap<(Realm, Sym), BTreeSet<usize>>;

/// One node of every environment, by account and system.
fn by_system(evidence_graph: &Board<'_>, homes: &[Option<String>]) -> BySystem {
    let mut seen: QuickSet<&str> = QuickSet::default();
    let mut systems = BySystem::default();
    for (at, (node, home)) in evidence_graph.nodes.iter().zip(homes).enumerate() {
        if let (Some(home), Some(system)) = (home, node.label.system)
            && !node.hint
            && node.founds()
            && seen.insert(home)
        {
            systems.entry((evidence_graph.realm(node), system)).or_default().insert(at);
        }
    }
    systems
}

/// All environments that may use what is nobody's by its name: those of its system, else of its VPC.
fn all_of<'h>(
    evidence_graph: &Board<'_>,
    node: &Node<'_>,
    homes: &'h [Option<String>],
    systems: &BySystem,
) -> BTreeSet<&'h str> {
    let realm = evidence_graph.realm(node);
    let home = |at: &usize| homes.get(*at)?.as_deref();
    if let Some(system) = node.label.system {
        return systems.get(&(realm, system)).into_iter().flatten().filter_map(home).collect();
    }
    let stage = node.label.stage;
    if let Some(stage) = stage {
        let fits = |at: &&usize| evidence_graph.nodes.get(**at).is_some_and(|other| other.label.stage == Some(stage));
        return systems
            .iter()
            .filter(|((of, _), _)| *of == realm)
            .flat_map(|(_, all)| all.iter().filter(fits))
            .filter_map(home)
            .collect();
    }
    let Some(vpc) = node.subject.and_then(|subject| subject.vpc.as_deref()) else { return BTreeSet::new() };
    let mates = evidence_graph.nodes.iter().zip(homes).filter(|(other, _)| {
        other.scope == node.scope
            && !other.hint
            && other.subject.is_some_and(|subject| subject.vpc.as_deref() == Some(vpc))
    });
    mates.filter_map(|(_, home)| home.as_deref()).collect()
}

/// Members of shared clusters and watchers of shared things go with them.
fn follow(evidence_graph: &Board<'_>, homes: &[Option<String>], users: &mut [Vec<String>]) {
    for relations in [&[Relation::Member][..], &[Relation::Node], &[Relation::Dimension], &[Relation::Rule]] {
        let mut gains = Vec::new();
        for (at, node) in evidence_graph.nodes.iter().enumerate() {
            let open =
                !node.hint && homes.get(at).is_some_and(Option::is_none) && users.get(at).is_some_and(Vec::is_empty);
            if !open {
                continue;
            }
            let told: BTreeSet<&String> = node
                .edges
                .iter()
                .filter(|edge| edge.forward && relations.contains(&edge.relation))
                .filter(|edge| homes.get(edge.other).is_some_and(Option::is_none))
                .filter_map(|edge| users.get(edge.other))
                .flatten()
                .collect();
            if !told.is_empty() {
                gains.push((at, told.into_iter().cloned().collect::<Vec<_>>()));
            }
        }
        for (at, told) in gains {
            if let Some(users) = users.get_mut(at) {
                *users = told;
            }
        }
    }
}
