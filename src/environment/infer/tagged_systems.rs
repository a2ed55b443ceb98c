//! Which system the tags of each resource name: the most telling key, the same value in two spellings as one system,
//! and a key that says the same of everything, a company mostly, only where no other tells things apart. Pure.

use super::evidence_graph::{Board, Realm};
use super::lexicon::{Lexicon, Sym};
use super::tags::{Told, spelled};
use super::words::Meaning;
use crate::world::QuickMap;

pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| *c != '-').collect()
}

/// The system that the tags of each node name. A key that says the same of everything, a company mostly, gives way to
/// one that tells things apart; the same value in two spellings is one system.
pub(super) fn tagged_systems(evidence_graph: &mut Board<'_>) -> Vec<Option<Sym>> {
    let mut values: QuickMap<(Realm, usize), QuickMap<String, usize>> = QuickMap::default();
    let mut spellings: QuickMap<(Realm, String), String> = QuickMap::default();
    for node in evidence_graph.nodes.iter().filter(|node| !node.watches()) {
        let realm = evidence_graph.realm(node);
        for (rank, text, _) in &node.said.systems {
            let squeezed = squeezed(text);
            let known = spellings.entry((realm, squeezed.clone())).or_insert_with(|| text.clone());
            // The spelling with the most words, in the order of letters.
            if (std::cmp::Reverse(text.len()), text) < (std::cmp::Reverse(known.len()), known) {
                known.clone_from(text);
            }
            *values.entry((realm, *rank)).or_default().entry(squeezed).or_default() += 1;
        }
    }
    let constant = |realm: Realm, rank: usize| {
        values.get(&(realm, rank)).is_some_and(|known| {
            let all: usize = known.values().sum();
            all >= 4 && known.values().any(|times| times + 1 >= all)
        })
    };
    // Of the resources that have a key, how many have each other one.
    let mut both: QuickMap<(Realm, usize, usize), usize> = QuickMap::default();
    for node in evidence_graph.nodes.iter().filter(|node| !node.watches() && node.said.systems.len() > 1) {
        let realm = evidence_graph.realm(node);
        for (one, ..) in &node.said.systems {
            for (other, ..) in node.said.systems.iter().filter(|(other, ..)| other > one) {
                *both.entry((realm, *one, *other)).or_default() += 1;
            }
        }
    }
    // Whether a key tells apart what another one, that says the same of all, does not.
    let telling = |realm: Realm, constant: usize, rank: usize, lexicon: &mut Lexicon| {
        let together = both.get(&(realm, constant, rank)).copied().unwrap_or_default();
        let all: usize = values.get(&(realm, constant)).map_or(0, |known| known.values().sum());
        together * 2 >= all
            && values.get(&(realm, rank)).is_some_and(|known| {
                let parts = known.keys().any(|value| {
                    let sym = lexicon.sym(value);
                    !matches!(lexicon.meaning(sym), Meaning::Word | Meaning::Soft)
                });
                !parts && known.values().filter(|times| **times >= 2).count() >= 2
            })
    };
    let Board { nodes, lexicon, places, .. } = evidence_graph;
    nodes
        .iter()
        .map(|node| {
            let realm = places.get(node.scope).map_or(0, |place| place.realm);
            let first = node.said.systems.first()?;
            let is_weak = |told: &Told<'_>, lexicon: &mut Lexicon| {
                let sym = lexicon.sym(&told.1);
                matches!(lexicon.meaning(sym), Meaning::Role | Meaning::Resource | Meaning::Noise)
            };
            let mut chosen = node.said.systems.iter().find(|told| !is_weak(told, lexicon)).unwrap_or(first);
            if constant(realm, chosen.0)
                && let Some(better) =
                    node.said.systems.iter().find(|told| told.0 > chosen.0 && telling(realm, chosen.0, told.0, lexicon))
            {
                chosen = better;
            } else if constant(realm, chosen.0)
                && values.keys().any(|(other, rank)| {
                    *other == realm && *rank > chosen.0 && telling(realm, chosen.0, *rank, lexicon)
                })
            {
                // It has only the key that tells nothing apart.
                return None;
            }
            let text = spellings.get(&(realm, squeezed(&chosen.1))).map_or(chosen.1.as_str(), String::as_str);
            Some(lexicon.sym(&spelled(text)))
        })
        .collect()
}
