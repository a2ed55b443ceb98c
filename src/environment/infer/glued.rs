//! Names written without separators: `sys03devdb1`, `tkhrwebp01`. A word is split where the pieces are known: a system
//! of the account or a sibling in another stage, a stage, words for parts. Never by a stage word alone: `product`.

use super::evidence_graph::{Board, Realm};
use super::habits::Habits;
use super::lexicon::{Lexicon, Sym};
use super::words::{self, Meaning};
use crate::world::{QuickMap, QuickSet};

/// How a word may be split.
struct Cut {
    head: Sym,
    stage: Sym,
    tail: Option<Sym>,
    /// Found by a letter: `webp01`.
    letter: bool,
}

/// Splits them on the board.
pub(super) fn split(evidence_graph: &mut Board<'_>, habits: &Habits) {
    let known = dictionary(evidence_graph, habits);
    let mut cuts: QuickMap<Sym, Vec<Cut>> = QuickMap::default();
    let mut siblings: QuickMap<(Realm, &'static str, Sym, Option<Sym>), QuickSet<Sym>> = QuickMap::default();
    let mut letters: QuickMap<(Realm, Sym), QuickSet<Sym>> = QuickMap::default();
    let Board { nodes, lexicon, places, .. } = evidence_graph;
    let realm_of = |scope: usize| places.get(scope).map_or(0, |place| place.realm);
    for node in nodes.iter().filter(|node| node.founds() || node.kind() == "load-balancer") {
        let realm = realm_of(node.scope);
        for word in candidates(&node.words, realm, habits, lexicon) {
            for cut in cuts.entry(word).or_insert_with(|| ways(word, lexicon)).iter() {
                siblings.entry((realm, node.kind(), cut.head, cut.tail)).or_default().insert(cut.stage);
            }
        }
    }
    // A letter counts as a stage where several names differ by it.
    for ((realm, _, head, tail), stages) in &siblings {
        if stages.len() >= 2
            && let Some(tail) = tail
        {
            letters.entry((*realm, *head)).or_default().insert(*tail);
        }
    }
    let systems_of_letters: QuickSet<(Realm, Sym)> = letters.into_keys().collect();
    for node in nodes.iter_mut() {
        let realm = realm_of(node.scope);
        let kind = node.kind();
        let watches = node.watches() || node.hint;
        let found: Vec<Sym> = candidates(&node.words, realm, habits, lexicon).collect();
        for word in found {
            let ways = cuts.entry(word).or_insert_with(|| ways(word, lexicon));
            let chosen = ways.iter().find_map(|cut| {
                let system = known.get(&(realm, cut.head)).copied();
                let sibling = siblings.get(&(realm, kind, cut.head, cut.tail)).is_some_and(|stages| stages.len() >= 2);
                let sure = match (cut.letter, system, sibling) {
                    (false, Some(_), _) | (_, _, true) => true,
                    (true, ..) | (false, None, false) => {
                        (watches || !cut.letter) && systems_of_letters.contains(&(realm, cut.head))
                    }
                };
                sure.then(|| (system.unwrap_or(cut.head), cut.stage, cut.tail))
            });
            if let Some((system, stage, tail)) = chosen {
                for words in &mut node.words {
                    if let Some(at) = words.iter().position(|known| *known == word) {
                        words.splice(at..=at, [Some(system), Some(stage), tail].into_iter().flatten());
                    }
                }
            }
        }
    }
}

/// Words of names without a stage that are long enough to hold one.
fn candidates<'w>(
    names: &'w [Vec<Sym>],
    realm: Realm,
    habits: &'w Habits,
    lexicon: &mut Lexicon,
) -> impl Iterator<Item = Sym> + use<'w> {
    let mut found = Vec::new();
    for words in names {
        if words.iter().any(|word| habits.stage(realm, *word, lexicon).is_some()) {
            continue;
        }
        let long = |word: &&Sym| {
            matches!(lexicon.meaning(**word), Meaning::Word | Meaning::Noise) && lexicon.text(**word).len() >= 5
        };
        found.extend(words.iter().filter(long).copied());
    }
    found.into_iter()
}

/// Every way to split a word.
fn ways(word: Sym, lexicon: &mut Lexicon) -> Vec<Cut> {
    let text = lexicon.text(word).to_owned();
    let mut ways = Vec::new();
    if !text.is_ascii() {
        return ways;
    }
    for (stage, _) in words::inner_stages() {
        for (at, _) in text.match_indices(stage) {
            let (Some(head), Some(tail)) = (text.get(..at), text.get(at + stage.len()..)) else { continue };
            if head.len() >= 2 && words::is_part(tail) {
                // A head that ends in a part gives it to the tail: `hanbai` + `prod` + `web01`.
                let short = words::with_part(head).filter(|short| short.len() >= 2 && head.len() - short.len() >= 3);
                let tail = [head.get(short.unwrap_or(head).len()..).unwrap_or_default(), tail].concat();
                ways.push(Cut {
                    head: lexicon.sym(short.unwrap_or(head)),
                    stage: lexicon.sym(stage),
                    tail: (!tail.is_empty()).then(|| lexicon.sym(&tail)),
                    letter: false,
                });
            }
        }
    }
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if let Some(letter) =
        bare.get(bare.len().saturating_sub(1)..).filter(|letter| ["p", "s", "d", "t"].contains(letter))
        && let Some(stem) = bare.strip_suffix(letter)
        && let Some(head) = words::with_part(stem).filter(|head| head.len() >= 2)
        && let Some(stage) = words::stage_in_tag(letter)
    {
        let tail = [stem.get(head.len()..).unwrap_or_default(), text.get(bare.len()..).unwrap_or_default()].concat();
        ways.push(Cut {
            head: lexicon.sym(head),
            stage: lexicon.sym(stage),
            tail: Some(lexicon.sym(&tail)),
            letter: true,
        });
    }
    ways
}

/// What is known to be a system: the words before a stage in names with separators, and the systems that tags name,
/// however they are written.
fn dictionary(evidence_graph: &mut Board<'_>, habits: &Habits) -> QuickMap<(Realm, Sym), Sym> {
    let mut known = QuickMap::default();
    let Board { nodes, lexicon, places, .. } = evidence_graph;
    for node in nodes.iter().filter(|node| node.founds()) {
        let realm = places.get(node.scope).map_or(0, |place| place.realm);
        for words in &node.words {
            let stage = words.iter().position(|word| habits.stage(realm, *word, lexicon).is_some());
            if let Some(at) = stage.filter(|at| *at > 0)
                && let Some(first) =
                    words.get(..at).unwrap_or_default().iter().find(|word| lexicon.meaning(**word) == Meaning::Word)
            {
                known.insert((realm, *first), *first);
            }
        }
        for (_, text, _) in &node.said.systems {
            let squeezed: String = text.chars().filter(|c| *c != '-').collect();
            let (squeezed, system) = (lexicon.sym(&squeezed), lexicon.sym(text));
            known.entry((realm, squeezed)).or_insert(system);
        }
    }
    known
}
