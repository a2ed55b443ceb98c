//! Which words of names are systems: settled by comparing names within an account. All names make a tree of words;
//! a system is a branch. `shop-api-prod` beside `shop-web-prod` is of `shop`; `acme-shop-db` and `acme-shop-ecs` beside
//! `acme-blog-db` and `acme-blog-ecs` are of `shop` and `blog`: what has a store or cluster of its own stands for itself.

use super::evidence_graph::{Board, Node, Realm};
use super::lexicon::{Lexicon, Sym};
use super::name_parser::{Reading, Shape};
use super::tally::{BALANCER, CLUSTER, GROUP, RUNS, SERVICE, STORE, Tally, kind_bit};
use super::words::Meaning;
use crate::world::{QuickMap, QuickSet};

#[derive(Debug)]
struct Branch {
    word: Sym,
    parent: Option<usize>,
    /// Whether it stands behind the stage.
    behind: bool,
    kids: Vec<usize>,
    own: Tally,
    all: Tally,
    system: Option<Sym>,
    /// Whether only services and what leads to them are called so, without a stage: their cluster goes first.
    late: bool,
    /// Whether its branches are systems, and what hangs on itself is theirs together.
    pool: bool,
    tags: Vec<(Sym, usize)>,
}

/// What the words of a name lead to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// A system.
    System(Sym),
    /// A system, unless what a service runs in tells another.
    Late(Sym),
    /// What several systems have in front.
    Pool,
    /// Nothing.
    Nothing,
}

/// The trees of all accounts.
#[derive(Default)]
pub(super) struct Systems {
    branches: Vec<Branch>,
    roots: QuickMap<(Realm, Sym), usize>,
    steps: QuickMap<(usize, Sym, bool), usize>,
    /// Systems by name, for names that have the system anywhere.
    named: QuickMap<(Realm, Sym), Sym>,
    /// Words that begin a name without being a role: `web-shop` is of `shop` if `shop-db` is.
    heads: QuickSet<(Realm, Sym)>,
}

impl Systems {
    /// Grows the trees from what stands on the board; `tagged` are the systems that tags name, node by node.
    pub(super) fn grow(evidence_graph: &mut Board<'_>, tagged: &[Option<Sym>]) -> Self {
        let mut systems = Self::default();
        let resource_index = |node: &Node<'_>| node.subject.is_some() && !node.hint && !node.watches();
        for node in evidence_graph.nodes.iter().filter(|node| resource_index(node)) {
            let realm = evidence_graph.realm(node);
            for reading in [&node.stack, &node.name] {
                if let Some(first) =
                    reading.core().first().filter(|first| evidence_graph.lexicon.meaning(**first) != Meaning::Role)
                {
                    systems.heads.insert((realm, *first));
                }
            }
        }
        for (node, tag) in evidence_graph.nodes.iter().zip(tagged).filter(|(node, _)| resource_index(node)) {
            let realm = evidence_graph.realm(node);
            let reading = if node.stack.core().is_empty() { &node.name } else { &node.stack };
            if let Some(at) = systems.insert(realm, reading, node, &evidence_graph.lexicon)
                && let Some(tag) = tag
                && let Some(branch) = systems.branches.get_mut(at)
            {
                count(&mut branch.tags, *tag, 1);
            }
        }
        systems.sum_up();
        for node in evidence_graph.nodes.iter().filter(|node| node.watches()) {
            systems.witness(evidence_graph.realm(node), node.name.core());
        }
        let mut roots: Vec<((Realm, Sym), usize)> = systems.roots.iter().map(|(key, at)| (*key, *at)).collect();
        roots.sort_by(|((a, one), _), ((b, other), _)| {
            a.cmp(b).then_with(|| evidence_graph.lexicon.text(*one).cmp(evidence_graph.lexicon.text(*other)))
        });
        for ((realm, _), at) in roots {
            systems.decide(at, realm, &[], &mut evidence_graph.lexicon);
        }
        for (node, tag) in evidence_graph.nodes.iter().zip(tagged) {
            if let Some(tag) = tag {
                systems.named.insert((evidence_graph.realm(node), *tag), *tag);
            }
        }
        systems
    }

    fn step(&mut self, realm: Realm, from: Option<usize>, word: Sym, behind: bool) -> usize {
        let known = match from {
            None => self.roots.get(&(realm, word)),
            Some(from) => self.steps.get(&(from, word, behind)),
        };
        if let Some(at) = known {
            return *at;
        }
        let at = self.branches.len();
        self.branches.push(Branch {
            word,
            parent: from,
            behind,
            kids: Vec::new(),
            own: Tally::default(),
            all: Tally::default(),
            system: None,
            late: false,
            pool: false,
            tags: Vec::new(),
        });
        match from {
            None => {
                self.roots.insert((realm, word), at);
            }
            Some(from) => {
                self.steps.insert((from, word, behind), at);
                if let Some(parent) = self.branches.get_mut(from) {
                    parent.kids.push(at);
                }
            }
        }
        at
    }

    /// The words to walk by: a role in front of a word that heads others is passed over.
    fn stem<'r>(&self, realm: Realm, core: &'r [Sym], lexicon: &Lexicon) -> &'r [Sym] {
        match core {
            [first, rest @ ..]
                if lexicon.meaning(*first) == Meaning::Role
                    && rest.first().is_some_and(|next| self.heads.contains(&(realm, *next))) =>
            {
                rest
            }
            all => all,
        }
    }

    fn insert(&mut self, realm: Realm, reading: &Reading, node: &Node<'_>, lexicon: &Lexicon) -> Option<usize> {
        let stem = self.stem(realm, reading.core(), lexicon);
        let mut at = None;
        for word in stem {
            at = Some(self.step(realm, at, *word, false));
        }
        let mut at = at?;
        if let Some(behind) = reading.behind {
            at = self.step(realm, Some(at), behind, true);
        }
        let own = Tally {
            members: 1,
            watchers: 0,
            middle: usize::from(reading.shape == Shape::Middle),
            last: usize::from(reading.shape == Shape::Last),
            plain: usize::from(reading.shape == Shape::None),
            kinds: kind_bit(node),
        };
        if let Some(branch) = self.branches.get_mut(at) {
            branch.own.add(own);
        }
        Some(at)
    }

    /// Branches come after their parents, so that one way back sums up.
    fn sum_up(&mut self) {
        for at in (0..self.branches.len()).rev() {
            let Some(branch) = self.branches.get_mut(at) else { continue };
            let own = branch.own;
            branch.all.add(own);
            let (all, parent) = (branch.all, branch.parent);
            if let Some(parent) = parent.and_then(|parent| self.branches.get_mut(parent)) {
                parent.all.add(all);
            }
        }
    }

    /// A watcher's name tells that another one's words are a system, no more.
    fn witness(&mut self, realm: Realm, core: &[Sym]) {
        let Some(mut at) = core.first().and_then(|first| self.roots.get(&(realm, *first)).copied()) else { return };
        for word in core.iter().skip(1) {
            match self.steps.get(&(at, *word, false)) {
                Some(next) => at = *next,
                None => break,
            }
        }
        // A lone server or function is a tool as often as a system.
        let alone = |branch: &&Branch| branch.own.kinds & (STORE | CLUSTER | SERVICE) != 0;
        let mut up = self.branches.get(at).filter(alone).map(|_| at);
        while let Some(branch) = up.and_then(|at| self.branches.get_mut(at)) {
            branch.all.watchers += 1;
            up = branch.parent;
        }
    }

    /// Whether a branch stands for itself beside its siblings: it has a cluster and more, or a store and what runs
    /// on it where the siblings share no cluster.
    fn is_independent(&self, kid: usize, own: Tally) -> bool {
        let Some(kid) = self.branches.get(kid) else { return false };
        let kinds = kid.all.kinds;
        kid.all.members >= 2
            && ((kinds & CLUSTER != 0 && kinds.count_ones() >= 2)
                || (kinds & STORE != 0 && kinds & RUNS != 0 && own.kinds & CLUSTER == 0))
    }

    /// Settles which branches from `at` on are systems. `path` are the words that stand before.
    fn decide(&mut self, at: usize, realm: Realm, path: &[Sym], lexicon: &mut Lexicon) {
        let Some(branch) = self.branches.get(at) else { return };
        let (own, all, kids) = (branch.own, branch.all, branch.kids.clone());
        let path: Vec<Sym> = path.iter().copied().chain([branch.word]).collect();
        let kid = |at: &usize| self.branches.get(*at);
        let is_word = |at: &&usize| kid(at).is_some_and(|kid| lexicon.meaning(kid.word) != Meaning::Role);
        let words: Vec<usize> = kids.iter().filter(is_word).copied().collect();
        let independent = words.iter().filter(|kid| self.is_independent(**kid, own)).count();
        let exact = |at: &&usize| {
            kid(at).is_some_and(|kid| !kid.behind && kid.all.middle >= 2 && lexicon.meaning(kid.word) != Meaning::Soft)
        };
        let exact = if own.members == 0 { words.iter().filter(exact).count() } else { 0 };
        if independent >= 2 || exact >= 2 {
            // What several systems begin with is a company's word and says nothing. Where names have no stage, the next
            // word may as well be a stage that only this team knows: both stay in the name.
            let company = all.plain * 2 < all.members;
            for kid in &words {
                // Unless another system of the account has the name that would be left.
                let free = self.branches.get(*kid).is_some_and(|kid| !self.roots.contains_key(&(realm, kid.word)));
                self.decide(*kid, realm, if company && free { &[] } else { &path }, lexicon);
            }
            if let Some(branch) = self.branches.get_mut(at) {
                branch.pool = true;
            }
            return;
        }
        let before: Vec<usize> = kids.iter().filter(|at| kid(at).is_some_and(|kid| !kid.behind)).copied().collect();
        let behind_only = before.len() != kids.len();
        // One name more changes nothing where all others agree.
        let leading = before.iter().copied().find(|at| {
            kid(at).is_some_and(|kid| {
                kid.all.members == all.members || (all.members >= 4 && kid.all.members + 1 == all.members)
            })
        });
        if own.members == 0
            && !behind_only
            && let Some(leading) = leading
        {
            self.decide(leading, realm, &path, lexicon);
            let system = self.branches.get(leading).and_then(|kid| kid.system);
            for other in before.into_iter().filter(|other| *other != leading) {
                if words.contains(&other) {
                    self.decide(other, realm, &path, lexicon);
                } else if let Some(kid) = self.branches.get_mut(other) {
                    kid.system = system;
                }
            }
            return;
        }
        // `cat-data` beside `cat`, with a cluster each, is another system.
        if own.kinds & CLUSTER != 0 && own.kinds.count_ones() >= 2 {
            let apart = |at: &&usize| {
                kid(at).is_some_and(|kid| {
                    !kid.behind
                        && kid.all.kinds & CLUSTER != 0
                        && kid.all.kinds.count_ones() >= 2
                        && kid.all.members >= 2
                })
            };
            for apart in words.iter().filter(apart).copied().collect::<Vec<_>>() {
                self.decide(apart, realm, &path, lexicon);
            }
        }
        let counts = |word: &Sym| lexicon.meaning(*word) != Meaning::Role;
        if path.iter().any(counts) && (all.middle > 0 || all.last > 0 || all.members + all.watchers >= 2) {
            let name = lexicon.join(&path);
            let system = self.tag_of(at).unwrap_or(name);
            self.named.insert((realm, name), system);
            self.named.insert((realm, system), system);
            if let Some(branch) = self.branches.get_mut(at) {
                branch.system = Some(system);
                branch.late = all.plain == all.members && all.kinds & !(SERVICE | GROUP | BALANCER) == 0;
            }
        }
    }

    /// The system that the tags of a whole branch name, if they name one.
    fn tag_of(&self, at: usize) -> Option<Sym> {
        let (mut tags, mut open, mut members) = (Vec::new(), vec![at], 0);
        while let Some(branch) = open.pop().and_then(|at| self.branches.get(at)) {
            for (tag, times) in &branch.tags {
                count(&mut tags, *tag, *times);
            }
            members += branch.own.members;
            open.extend(&branch.kids);
        }
        match tags.as_slice() {
            [(tag, times)] if *times >= 2 || *times == members => Some(*tag),
            _ => None,
        }
    }

    /// What a name's words lead to, from the first on.
    pub(super) fn find(&self, realm: Realm, core: &[Sym], behind: Option<Sym>, lexicon: &Lexicon) -> Found {
        let stem = self.stem(realm, core, lexicon);
        let Some(mut at) = stem.first().and_then(|first| self.roots.get(&(realm, *first)).copied()) else {
            return Found::Nothing;
        };
        let (mut system, mut late, mut pool) = (None, false, false);
        let mut rest = stem.iter().skip(1);
        while let Some(branch) = self.branches.get(at) {
            late = branch.system.map_or(late, |_| branch.late);
            system = branch.system.or(system);
            pool = branch.pool;
            let next = rest.next().map(|word| (*word, false));
            let Some((word, side)) = next.or(behind.filter(|_| !branch.behind).map(|word| (word, true))) else { break };
            match self.steps.get(&(at, word, side)).or_else(|| {
                behind.filter(|_| !side && !branch.behind).and_then(|word| self.steps.get(&(at, word, true)))
            }) {
                Some(next) => at = *next,
                None => break,
            }
        }
        match system {
            Some(system) if late => Found::Late(system),
            Some(system) => Found::System(system),
            None if pool => Found::Pool,
            None => Found::Nothing,
        }
    }

    /// How many names share the branch that a name's words lead to.
    pub(super) fn company_of(&self, realm: Realm, core: &[Sym], lexicon: &Lexicon) -> usize {
        let root = self.stem(realm, core, lexicon).first().and_then(|first| self.roots.get(&(realm, *first)));
        root.and_then(|at| self.branches.get(*at)).map_or(0, |branch| branch.all.members)
    }

    /// A system that stands anywhere in `words`: the longest, then the first.
    pub(super) fn anywhere(&self, realm: Realm, words: &[Sym], lexicon: &mut Lexicon) -> Option<Sym> {
        for length in [3, 2, 1] {
            for window in words.windows(length) {
                let joined = lexicon.join(window);
                if let Some(system) = self.named.get(&(realm, joined)) {
                    return Some(*system);
                }
            }
        }
        // `acme-shop-cpu-high` where `acme` is in no system's name, and `shop` is in one with more words.
        (0..words.len()).find_map(|from| match self.find(realm, words.get(from..)?, None, lexicon) {
            Found::System(system) | Found::Late(system) => Some(system),
            Found::Pool | Found::Nothing => None,
        })
    }
}

fn count(counts: &mut Vec<(Sym, usize)>, sym: Sym, times: usize) {
    match counts.iter_mut().find(|(known, _)| *known == sym) {
        Some((_, known)) => *known += times,
        None => counts.push((sym, times)),
    }
}
