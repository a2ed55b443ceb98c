//! The habits of an account: which words are stages in its names, learned from how names vary. A word is a stage where
//! a name that differs from another of the same kind by this word alone has a known stage in its place. Pure; asks
//! the names only, and needs more than one witness for a word it does not know.

use std::hash::{Hash, Hasher};

use super::evidence_graph::{Board, Node, Realm};
use super::glued;
use super::lexicon::{Lexicon, Sym};
use super::words::{self, Meaning, Strength};
use crate::world::{Quick, QuickMap, QuickSet};

/// What was learned of every account.
#[derive(Default, Debug)]
pub(super) struct Habits {
    /// Words that are stages, and the stage they mean.
    stages: QuickMap<(Realm, Sym), Sym>,
    /// Stages of which each colour is an environment of its own.
    colours: QuickSet<(Realm, Sym)>,
    /// Stages of which each number is an environment of its own.
    numbers: QuickSet<(Realm, Sym)>,
    /// Words behind a stage that make an environment of their own: `dev-tanaka`.
    owners: QuickSet<(Realm, Sym, Sym)>,
    /// Stages with a number in one word that several kinds of resources have: `dev2`. Elsewhere `prod2` is the second of
    /// its kind.
    numbered: QuickSet<(Realm, Sym)>,
    /// Words for resources that systems are called after.
    heads: QuickSet<(Realm, Sym)>,
    /// Words for one stage that stand side by side, such as `dev` and `develop`: each is its own.
    distinct: QuickSet<(Realm, Sym, Sym)>,
}

impl Habits {
    /// Learns from all names on the board, and splits names that were written without separators.
    pub(super) fn learn(evidence_graph: &mut Board<'_>) -> Self {
        let mut habits = Self::default();
        let patterns = Patterns::of(evidence_graph);
        habits.stages = patterns.learned(evidence_graph);
        habits.distinct = patterns.distinct(evidence_graph);
        habits.learn_numbered(evidence_graph);
        glued::split(evidence_graph, &habits);
        habits.learn_suffixes(evidence_graph);
        habits.learn_heads(evidence_graph);
        habits
    }

    /// The stage a word means in this account, and how surely.
    pub(super) fn stage(&self, realm: Realm, word: Sym, lexicon: &mut Lexicon) -> Option<(Sym, Strength)> {
        match lexicon.meaning(word) {
            Meaning::Stage(stage, strength) => Some((lexicon.sym(stage), strength)),
            Meaning::Numbered => {
                let text = lexicon.text(word);
                let base = text.trim_end_matches(|c: char| c.is_ascii_digit());
                match words::stage(base).filter(|_| !self.numbered.contains(&(realm, word))) {
                    Some(stage) => Some((lexicon.sym(stage), Strength::Strong)),
                    None => Some((word, Strength::Strong)),
                }
            }
            _ if self.stages.is_empty() => None,
            _ => self.stages.get(&(realm, word)).map(|stage| (*stage, Strength::Strong)),
        }
    }

    /// The word itself where a system has several for one stage.
    pub(super) fn own_word(&self, realm: Realm, word: Sym, words: &[Sym], lexicon: &Lexicon) -> Option<Sym> {
        let head = head(words, lexicon)?;
        self.distinct.contains(&(realm, word, head)).then_some(word)
    }

    /// What a word of a name means in this account.
    pub(super) fn meaning(&self, realm: Realm, word: Sym, lexicon: &Lexicon) -> Meaning {
        match lexicon.meaning(word) {
            Meaning::Soft | Meaning::Role if self.heads.contains(&(realm, word)) => Meaning::Word,
            meaning => meaning,
        }
    }

    /// The stage with the word behind it, if that makes another environment of it: `dev-blue`, `dev-2`.
    pub(super) fn with_suffix(
        &self,
        realm: Realm,
        stage: Sym,
        next: Option<Sym>,
        lexicon: &mut Lexicon,
    ) -> Option<Sym> {
        let next = next?;
        let own = match lexicon.meaning(next) {
            Meaning::Colour => self.colours.contains(&(realm, stage)),
            Meaning::Noise => self.numbers.contains(&(realm, stage)),
            Meaning::Word => self.owners.contains(&(realm, stage, next)),
            _ => false,
        };
        own.then(|| lexicon.pair(stage, next))
    }

    fn learn_numbered(&mut self, evidence_graph: &Board<'_>) {
        let mut kinds: QuickMap<(Realm, Sym), QuickSet<&'static str>> = QuickMap::default();
        for (realm, node, words) in names(evidence_graph) {
            for word in words.iter().filter(|word| evidence_graph.lexicon.meaning(**word) == Meaning::Numbered) {
                kinds.entry((realm, *word)).or_default().insert(node.kind());
            }
        }
        self.numbered = kinds.into_iter().filter(|(_, kinds)| kinds.len() >= 2).map(|(key, _)| key).collect();
    }

    /// Colours and numbers behind a stage. Target groups alone in two colours are deployments of one environment.
    fn learn_suffixes(&mut self, evidence_graph: &mut Board<'_>) {
        let mut numbers: QuickMap<(Realm, Sym), Carriers> = QuickMap::default();
        let mut owners: QuickMap<(Realm, Sym), Carriers> = QuickMap::default();
        let Board { nodes, lexicon, places, .. } = evidence_graph;
        for node in nodes.iter().filter(|node| node.founds()) {
            let realm = places.get(node.scope).map_or(0, |place| place.realm);
            for words in &node.words {
                for (at, pair) in words.windows(2).enumerate() {
                    let [word, next] = pair else { continue };
                    let meaning = lexicon.meaning(*next);
                    if !matches!(meaning, Meaning::Colour | Meaning::Noise | Meaning::Word) {
                        continue;
                    }
                    let Some((stage, _)) = self.stage(realm, *word, lexicon) else { continue };
                    if meaning == Meaning::Word && at > 0 {
                        let owner = owners.entry((realm, *next)).or_default();
                        owner.words.insert(stage);
                        owner.kinds.insert(node.kind());
                        owner.hosts |= node.stores_or_hosts();
                        continue;
                    }
                    if meaning == Meaning::Colour && node.stores_or_hosts() {
                        self.colours.insert((realm, stage));
                    }
                    let number =
                        lexicon.text(*next).len() <= 2 && lexicon.text(*next).bytes().all(|b| b.is_ascii_digit());
                    if meaning == Meaning::Noise && number && at + 2 < words.len() {
                        let seen = numbers.entry((realm, stage)).or_default();
                        seen.words.insert(*next);
                        seen.kinds.insert(node.kind());
                    }
                }
            }
        }
        let several = |seen: &Carriers| seen.words.len() >= 2 && seen.kinds.len() >= 2;
        // Several words behind one open stage alone, each with a store or cluster and more: a part would be in others too.
        let mut several_owners: QuickMap<(Realm, Sym), Vec<Sym>> = QuickMap::default();
        for ((realm, word), Carriers { words: stages, kinds, hosts }) in owners {
            let mut stages = stages.into_iter();
            if let (Some(stage), None) = (stages.next(), stages.next())
                && hosts
                && kinds.len() >= 2
                && ["dev", "sandbox", "preview", "feature", "test"].contains(&lexicon.text(stage))
            {
                several_owners.entry((realm, stage)).or_default().push(word);
            }
        }
        let own = several_owners.into_iter().filter(|(_, words)| words.len() >= 2);
        self.owners =
            own.flat_map(|((realm, stage), words)| words.into_iter().map(move |word| (realm, stage, word))).collect();
        self.numbers = numbers.into_iter().filter(|(_, seen)| several(seen)).map(|(key, _)| key).collect();
    }

    /// `notify-prod-api` beside `notify-prod-db`: what heads names of several kinds is a system, whatever it is called.
    /// `NetworkStack` is none.
    fn learn_heads(&mut self, evidence_graph: &Board<'_>) {
        #[derive(Default)]
        struct Head<'a> {
            rests: QuickSet<&'a [Sym]>,
            kinds: QuickSet<&'static str>,
            hosts: bool,
        }
        let lexicon = &evidence_graph.lexicon;
        let mut heads: QuickMap<(Realm, Sym), Head<'_>> = QuickMap::default();
        for node in evidence_graph.nodes.iter().filter(|node| node.founds()) {
            let realm = evidence_graph.realm(node);
            for words in node.words.iter().take(1) {
                let Some((first, rest)) = words.split_first() else { continue };
                let soft = matches!(lexicon.meaning(*first), Meaning::Soft | Meaning::Role);
                let stack = rest.first().is_some_and(|next| matches!(lexicon.text(*next), "stack" | "stacks"));
                if !soft || stack {
                    continue;
                }
                let is_stage = |word: &Sym| {
                    matches!(lexicon.meaning(*word), Meaning::Stage(..) | Meaning::Numbered)
                        || self.stages.contains_key(&(realm, *word))
                };
                // What stands beside another word of the kind is no more than a part: `batch-api-prod` of who knows what.
                let behind = match rest.iter().position(is_stage) {
                    Some(0) => rest.get(1..).unwrap_or_default(),
                    Some(_) => continue,
                    None => rest,
                };
                let head = heads.entry((realm, *first)).or_default();
                head.rests.insert(behind);
                head.kinds.insert(node.kind());
                head.hosts |= node.stores_or_hosts();
            }
        }
        for ((realm, word), head) in heads {
            let role = evidence_graph.lexicon.meaning(word) == Meaning::Role;
            if head.rests.len() >= 2 && ((head.kinds.len() >= 2 && head.hosts) || (!role && head.kinds.len() == 1)) {
                self.heads.insert((realm, word));
            }
        }
    }
}

/// What stands beside a word, and on what.
#[derive(Default)]
struct Carriers {
    words: QuickSet<Sym>,
    kinds: QuickSet<&'static str>,
    /// Whether a cluster or a database has it.
    hosts: bool,
}

/// Names with one word left out, and which stages stand in the gap.
struct Patterns {
    gaps: QuickMap<u64, Vec<Sym>>,
    /// Words that stand beside a stage: they are none themselves.
    beside: QuickSet<(Realm, Sym)>,
}

impl Patterns {
    fn of(evidence_graph: &Board<'_>) -> Self {
        let mut patterns = Self { gaps: QuickMap::default(), beside: QuickSet::default() };
        let lexicon = &evidence_graph.lexicon;
        for (realm, node, words) in names(evidence_graph) {
            let strong = words.iter().any(|word| is_anchor(lexicon.meaning(*word)));
            for (at, word) in words.iter().enumerate() {
                let meaning = lexicon.meaning(*word);
                if is_anchor(meaning) || matches!(meaning, Meaning::Latent(_)) {
                    let known = patterns.gaps.entry(gap(realm, node, words, at)).or_default();
                    if !known.contains(word) {
                        known.push(*word);
                    }
                } else if strong && meaning == Meaning::Word {
                    patterns.beside.insert((realm, *word));
                }
            }
        }
        patterns
    }

    /// Words that mean the same stage and stand in the same gap.
    fn distinct(&self, evidence_graph: &Board<'_>) -> QuickSet<(Realm, Sym, Sym)> {
        let stage = |word: Sym| match evidence_graph.lexicon.meaning(word) {
            Meaning::Stage(stage, _) => Some(stage),
            _ => None,
        };
        let mut distinct = QuickSet::default();
        let twice = |words: &[Sym]| {
            words.iter().enumerate().any(|(at, one)| {
                stage(*one).is_some() && words.iter().skip(at + 1).any(|other| stage(*one) == stage(*other))
            })
        };
        if !self.gaps.values().any(|words| twice(words)) {
            return distinct;
        }
        for (realm, node, words) in names(evidence_graph) {
            for (at, word) in words.iter().enumerate().filter(|(_, word)| stage(**word).is_some()) {
                let gap = self.gaps.get(&gap(realm, node, words, at));
                if gap.is_some_and(|others| others.iter().any(|other| other != word && stage(*other) == stage(*word))) {
                    distinct.extend(head(words, &evidence_graph.lexicon).map(|head| (realm, *word, head)));
                }
            }
        }
        distinct
    }

    /// The words that stand where stages stand, with the stage each means.
    fn learned(&self, evidence_graph: &mut Board<'_>) -> QuickMap<(Realm, Sym), Sym> {
        let mut support: QuickMap<(Realm, Sym), QuickSet<u64>> = QuickMap::default();
        let lexicon = &evidence_graph.lexicon;
        for (realm, node, words) in names(evidence_graph) {
            if words.iter().any(|word| is_anchor(lexicon.meaning(*word))) {
                continue;
            }
            for (at, word) in words.iter().enumerate() {
                let candidate = matches!(lexicon.meaning(*word), Meaning::Word | Meaning::Latent(_))
                    && !self.beside.contains(&(realm, *word));
                let system = |other: (usize, &Sym)| {
                    other.0 != at && matches!(lexicon.meaning(*other.1), Meaning::Word | Meaning::Soft)
                };
                if !candidate || !words.iter().enumerate().any(system) {
                    continue;
                }
                let key = gap(realm, node, words, at);
                if self.gaps.get(&key).is_some_and(|others| others.iter().any(|other| other != word)) {
                    support.entry((realm, *word)).or_default().insert(key);
                }
            }
        }
        let known: Vec<((Realm, Sym), usize)> = support.into_iter().map(|(key, seen)| (key, seen.len())).collect();
        let mut learned = QuickMap::default();
        for ((realm, word), seen) in known {
            match evidence_graph.lexicon.meaning(word) {
                Meaning::Latent(stage) if seen >= 2 || evidence_graph.lexicon.text(word).chars().count() > 2 => {
                    learned.insert((realm, word), evidence_graph.lexicon.sym(stage));
                }
                Meaning::Word if seen >= 2 => {
                    learned.insert((realm, word), word);
                }
                _ => {}
            }
        }
        learned
    }
}

/// The first word of a name that may be a system's.
fn head(words: &[Sym], lexicon: &Lexicon) -> Option<Sym> {
    words.iter().copied().find(|word| matches!(lexicon.meaning(*word), Meaning::Word | Meaning::Soft))
}

fn is_anchor(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::Stage(..) | Meaning::Numbered)
}

/// Every name of what is no alarm, in words.
fn names<'b>(evidence_graph: &'b Board<'_>) -> impl Iterator<Item = (Realm, &'b Node<'b>, &'b [Sym])> {
    evidence_graph.nodes.iter().filter(|node| node.subject.is_some() && !node.watches()).flat_map(|node| {
        let realm = evidence_graph.realm(node);
        node.words.iter().map(move |words| (realm, node, words.as_slice()))
    })
}

/// A name with a gap, as a number.
fn gap(realm: Realm, node: &Node<'_>, words: &[Sym], at: usize) -> u64 {
    let mut hash = Quick::default();
    (realm, node.kind(), at, words.len()).hash(&mut hash);
    for (index, word) in words.iter().enumerate() {
        if index != at {
            word.hash(&mut hash);
        }
    }
    hash.finish()
}
