//! Which words of names are systems: settled by comparing names within an account. `prooflink-dev-db` is
//! plain; `shop-api-prod` beside `shop-web-prod` is of `shop`; `kajimaru-ec2-01` beside `kajimaru-ALB` of `kajimaru`.

use super::board::{Board, Label, Node, say};
use super::claims;
use super::lexicon::{Lexicon, Sym};
use super::phrases::cut;
use super::reading::{Reading, Shape};
use super::tokens::tokens;
use super::words::Meaning;
use crate::environment::StepKind;
use crate::world::{QuickMap, QuickSet};

/// The systems of each realm, by their words.
#[derive(Default)]
pub(super) struct Systems {
    known: QuickMap<usize, QuickMap<Vec<Sym>, Sym>>,
    longest: usize,
}

impl Systems {
    /// Reads what every node states of itself: tags first, then its stack, then its name.
    pub(super) fn state(board: &mut Board<'_>) -> Self {
        let mut systems = Self::default();
        let Board { nodes, .. } = board;
        let mut nodes = std::mem::take(nodes);
        for node in nodes.iter_mut().filter(|node| !node.claimed) {
            by_tags(node, board);
        }
        // Names that tell their system by themselves, and tags, are what looser names are compared with.
        for node in &mut nodes {
            let realm = board.realm(node);
            if node.claimed {
                continue;
            }
            if let Some(system) = node.label.system {
                let text = board.lexicon.text(system).to_owned();
                let words = tokens(&text, &mut board.lexicon);
                systems.learn(realm, &words, system);
            }
            for reading in [&node.stack, &node.name] {
                if reading.shape == Shape::Middle && !reading.core().is_empty() && node.label.system.is_none() {
                    let system = board.lexicon.join(reading.core());
                    systems.learn(realm, reading.core(), system);
                }
            }
        }
        systems.compare(&nodes, board, true, |shape| matches!(shape, Shape::Last | Shape::First));
        for node in nodes.iter_mut().filter(|node| !node.claimed) {
            let realm = board.realm(node);
            systems.recognise(node, realm, &mut board.lexicon);
            if let Label { system: Some(system), stage: Some(stage), .. } = node.label {
                board.stated.insert((realm, system, stage));
            }
        }
        board.nodes = nodes;
        systems
    }

    /// Gives what has no system yet one by the words its name shares with others'. Watchers found systems only if
    /// `with_watchers`. Returns whether anything changed.
    pub(super) fn by_shared_words(&mut self, board: &mut Board<'_>, with_watchers: bool) -> bool {
        let mut nodes = std::mem::take(&mut board.nodes);
        self.compare(&nodes, board, with_watchers, |shape| shape == Shape::None);
        let mut changed = false;
        for node in nodes.iter_mut().filter(|node| node.label.system.is_none() && node.label.fixed.is_none()) {
            let realm = board.realm(node);
            changed |= self.recognise(node, realm, &mut board.lexicon);
        }
        board.nodes = nodes;
        changed
    }

    fn learn(&mut self, realm: usize, words: &[Sym], system: Sym) {
        if !words.is_empty() {
            let known = self.known.entry(realm).or_default();
            if !known.contains_key(words) {
                self.longest = self.longest.max(words.len());
                known.insert(words.to_vec(), system);
            }
        }
    }

    /// The system that begins `core`, the longest if several do.
    fn find(&self, realm: usize, core: &[Sym]) -> Option<Sym> {
        let known = self.known.get(&realm)?;
        (1..=core.len().min(self.longest)).rev().find_map(|len| known.get(core.get(..len)?).copied())
    }

    /// Fills what tags left open by the stack's name, then by the own name. Returns whether anything changed.
    fn recognise(&self, node: &mut Node<'_>, realm: usize, lexicon: &mut Lexicon) -> bool {
        let before = node.label;
        for (kind, which) in [(StepKind::Stack, "stack"), (StepKind::Name, "name")] {
            let reading = if kind == StepKind::Stack { &node.stack } else { &node.name };
            let stage = reading.stage.filter(|_| node.label.stage.is_none());
            let system = if node.label.system.is_some() { None } else { self.system(reading, realm, lexicon) };
            let message = match (system, stage) {
                (None, None) => continue,
                (Some(system), None) => ["system ", &cut(lexicon.text(system))].concat(),
                (None, Some(stage)) => ["stage ", &cut(lexicon.text(stage))].concat(),
                (Some(system), Some(stage)) => {
                    ["system ", &cut(lexicon.text(system)), ", stage ", &cut(lexicon.text(stage))].concat()
                }
            };
            node.label.system = node.label.system.or(system);
            node.label.stage = node.label.stage.or(stage);
            let text = if kind == StepKind::Stack { node.said.stack.unwrap_or_default() } else { node.title };
            say(node, kind, [which, " ", &cut(text), ": ", &message].concat());
        }
        node.label != before
    }

    fn system(&self, reading: &Reading, realm: usize, lexicon: &mut Lexicon) -> Option<Sym> {
        match (reading.shape, reading.core()) {
            (_, []) => None,
            (Shape::Middle, core) => Some(lexicon.join(core)),
            (Shape::Last | Shape::First | Shape::None, core) => self.find(realm, core),
        }
    }

    /// Learns the longest beginnings that names of the wanted shapes share. A lone `shop-api-prod` is a system
    /// of its own; a name without a stage, or with the stage in front, needs company.
    fn compare(&mut self, nodes: &[Node<'_>], board: &mut Board<'_>, watchers: bool, wanted: impl Fn(Shape) -> bool) {
        struct Alike<'n> {
            shared: &'n [Sym],
            members: usize,
            founded: bool,
            last: bool,
        }
        let mut groups: QuickMap<(usize, Sym), Alike<'_>> = QuickMap::default();
        let open = |node: &&Node<'_>| !node.hint && node.label.system.is_none() && node.label.fixed.is_none();
        // A watcher whose stage is known waits for what it watches rather than founding a system.
        let watches = |node: &Node<'_>| node.subject.is_some_and(|subject| subject.watches);
        for node in nodes
            .iter()
            .filter(open)
            .filter(|node| !watches(node) || node.name.stage.is_some() || node.label.stage.is_none())
        {
            let realm = board.realm(node);
            let reading = [&node.stack, &node.name]
                .into_iter()
                .find(|reading| wanted(reading.shape) && !reading.core().is_empty());
            if let Some(reading) = reading.filter(|reading| self.find(realm, reading.core()).is_none())
                && let Some(first) = reading.core().first()
            {
                let core = reading.core();
                let group = groups.entry((realm, *first)).or_insert(Alike {
                    shared: core,
                    members: 0,
                    founded: watchers,
                    last: false,
                });
                let same = group.shared.iter().zip(core).take_while(|(a, b)| a == b).count();
                group.shared = group.shared.get(..same).unwrap_or_default();
                group.members += 1;
                group.founded |= !watches(node);
                group.last |= reading.shape == Shape::Last;
            }
        }
        for ((realm, _), group) in groups {
            let named = group
                .shared
                .iter()
                .any(|word| board.lexicon.meaning(*word) != Meaning::Role && board.lexicon.text(*word).len() > 1);
            if named && group.founded && (group.members >= 2 || group.last) {
                let system = board.lexicon.join(group.shared);
                self.learn(realm, group.shared, system);
            }
        }
    }
}

fn by_tags(node: &mut Node<'_>, board: &mut Board<'_>) {
    if let Some(name) = node.said.environment {
        node.label = claims::named(board, name);
        say(node, StepKind::Tag, format!("tag toban:env={}", cut(name)));
        return;
    }
    if let Some((text, (key, value))) = &node.said.system {
        node.label.system = Some(board.lexicon.sym(text));
        let message = format!("tag {key}={}: system {}", cut(value), cut(text));
        say(node, StepKind::Tag, message);
    }
    if let Some((text, (key, value))) = &node.said.stage {
        // `Environment=prooflink-dev` tells both.
        let reading = Reading::of(value, &mut board.lexicon);
        let (stage, system) = match reading.stage {
            Some(stage) => (stage, reading.core()),
            None => (board.lexicon.sym(text), &[][..]),
        };
        node.label.stage = Some(stage);
        if node.label.system.is_none() && !system.is_empty() {
            node.label.system = Some(board.lexicon.join(system));
        }
        let message = format!("tag {key}={}: stage {}", cut(value), cut(board.lexicon.text(stage)));
        say(node, StepKind::Tag, message);
    }
}

/// The word that more names of a group share than any other; `None` without one that at least two share.
pub(super) fn elected<'n>(readings: impl Iterator<Item = Vec<&'n Reading>>, lexicon: &Lexicon) -> Option<Sym> {
    let mut votes: QuickMap<Sym, usize> = QuickMap::default();
    for voter in readings {
        let words: QuickSet<Sym> = voter.into_iter().flat_map(|reading| reading.telling(lexicon)).collect();
        for word in words {
            *votes.entry(word).or_default() += 1;
        }
    }
    let most = votes.values().copied().max().filter(|most| *most >= 2)?;
    let mut winners = votes.into_iter().filter(|(_, count)| *count == most).map(|(word, _)| word);
    winners.next().filter(|_| winners.next().is_none())
}
