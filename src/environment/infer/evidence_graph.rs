//! The board: every resource, clue and bare name as a node with what is known of it so far, and the
//! edges between them. Built once per inference from subjects in a fixed order; the steps write on it.

use std::collections::hash_map::Entry;

use super::arn_names::{account_of, bare, short, without_id};
use super::habits::Habits;
use super::lexicon::{Lexicon, Sym};
use super::name_parser::{Reading, Shape};
use super::tags::{Keys as TagKeys, Said, is_generated};
use super::tokens::tokens;
use crate::environment::{Step, StepKind};
use crate::kinds::{Relation, Subject, Tie};
use crate::world::{AccountId, QuickMap, QuickSet, Scope};

/// Where a node belongs as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Label {
    /// The system.
    pub(super) system: Option<Sym>,
    /// The stage.
    pub(super) stage: Option<Sym>,
    /// A name that is not made of the two: from the configuration, or a `toban:env` tag.
    pub(super) fixed: Option<Sym>,
}

impl Label {
    /// Whether nothing is known.
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Whether nothing can be added.
    pub(super) fn is_full(self) -> bool {
        self.fixed.is_some() || (self.system.is_some() && self.stage.is_some())
    }
}

impl Lexicon {
    /// The name of the environment a label means; `None` if it means none.
    pub(super) fn environment(&mut self, label: Label) -> Option<Sym> {
        match label {
            Label { fixed: Some(name), .. } => Some(name),
            Label { system: Some(system), stage: Some(stage), .. } if !self.text(stage).is_empty() => {
                Some(self.pair(system, stage))
            }
            Label { system, stage, .. } => system.or(stage),
        }
    }
}

/// Index of an account.
pub(super) type Realm = usize;

/// One resource, clue or bare name.
#[derive(Default)]
pub(super) struct Node<'a> {
    /// The resource; `None` for a bare name that a tie points at.
    pub(super) subject: Option<&'a Subject>,
    /// What others tell about it.
    pub(super) more: Vec<&'a Subject>,
    /// What to call it.
    pub(super) title: &'a str,
    /// Index of its scope.
    pub(super) scope: usize,
    /// What is known.
    pub(super) label: Label,
    /// Whether it only helps to place others.
    pub(super) hint: bool,
    /// Whether the configuration claimed it.
    pub(super) claimed: bool,
    /// Environments it must not be in.
    pub(super) excluded: Vec<Sym>,
    /// Stages it must not be given: a sibling of its name has them.
    pub(super) not_stages: Vec<Sym>,
    /// Whether it is nobody's alone, by its name: it takes no label.
    pub(super) pool: bool,
    /// Its system if nothing else tells one: only services have that name, and a cluster's goes before it.
    pub(super) late: Option<Sym>,
    /// The weight of the evidence for its stage, and of what speaks for another one.
    pub(super) weights: (u8, u8),
    /// Evidence against, in words.
    pub(super) against: Vec<Step>,
    /// Its tags.
    pub(super) said: Said<'a>,
    /// The words of its names, best first.
    pub(super) words: Vec<Vec<Sym>>,
    /// Its stack's name.
    pub(super) stack: Reading,
    /// Its best name.
    pub(super) name: Reading,
    /// Its other names.
    pub(super) others: Vec<Reading>,
    /// The evidence in words, and evidence whose words need the other's environment.
    pub(super) because: Vec<Reason>,
    /// Its edges.
    pub(super) edges: Vec<Edge>,
}

impl Node<'_> {
    /// Its kind; empty for a bare name.
    pub(super) fn kind(&self) -> &'static str {
        self.subject.map_or("", |subject| subject.id.kind.0)
    }

    /// Whether it only watches others.
    pub(super) fn watches(&self) -> bool {
        self.subject.is_some_and(|subject| subject.watches)
    }

    /// Whether it runs or stores something: only that founds an environment.
    pub(super) fn founds(&self) -> bool {
        self.subject.is_some() && !self.hint && !self.watches() && self.kind() != "load-balancer"
    }

    /// Whether it is a cluster or a database.
    pub(super) fn stores_or_hosts(&self) -> bool {
        matches!(self.kind(), "ecs-cluster" | "db-cluster" | "db-instance")
    }
}

/// Evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Reason {
    /// In words already.
    Said(Step),
    /// It follows another node.
    Follows(Edge),
    /// All that is labelled in its stack.
    Stack,
    /// All that is labelled in its VPC.
    Vpc,
}

/// A tie seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Edge {
    /// How.
    pub(super) relation: Relation,
    /// Whether the tie is this node's own, rather than the other's.
    pub(super) forward: bool,
    /// The other node.
    pub(super) other: usize,
}

/// A scope with what matters here.
pub(super) struct Place<'a> {
    /// It.
    pub(super) scope: &'a Scope,
    /// Index of its realm.
    pub(super) realm: usize,
}

/// All nodes.
#[derive(Default)]
pub(super) struct Board<'a> {
    /// Words.
    pub(super) lexicon: Lexicon,
    /// Scopes, in order.
    pub(super) places: Vec<Place<'a>>,
    /// Accounts, or sources where the account is not known, in order. Labels mean the same within one.
    pub(super) realms: Vec<String>,
    /// Nodes: subjects in the order of their ids, then bare names in the order they are pointed at.
    pub(super) nodes: Vec<Node<'a>>,
    /// Labels that resources state themselves, by realm.
    pub(super) stated: QuickSet<(usize, Sym, Sym)>,
}

impl<'a> Board<'a> {
    /// A board of `subjects`, which must be sorted.
    pub(super) fn of(subjects: &[&'a Subject]) -> Self {
        let mut evidence_graph = Self::default();
        let scopes = evidence_graph.lay_out(subjects);
        let mut keys: Keys<'a> = QuickMap::with_capacity_and_hasher(subjects.len() * 3, Default::default());
        evidence_graph.nodes.reserve(subjects.len() + subjects.len() / 4);
        for (subject, scope) in subjects.iter().zip(&scopes).filter(|(subject, _)| subject.about.is_none()) {
            let at = evidence_graph.nodes.len();
            for key in &subject.keys {
                keys.entry((*scope, key)).and_modify(|known| known.add(at)).or_insert(Known::One(at));
            }
            let title = subject
                .names
                .first()
                .or(subject.aliases.first())
                .map_or_else(|| short(&subject.id.key), String::as_str);
            evidence_graph.nodes.push(Node {
                subject: Some(subject),
                title,
                scope: *scope,
                hint: subject.hint,
                ..Node::default()
            });
        }
        for (subject, scope) in subjects.iter().zip(&scopes) {
            let Some(about) = subject.about.as_deref() else { continue };
            for at in keys.get(&(*scope, about)).map_or(&[][..], Known::nodes) {
                if let Some(node) = evidence_graph.nodes.get_mut(*at) {
                    node.more.push(subject);
                }
            }
        }
        evidence_graph.tie(&mut keys);
        evidence_graph.read();
        evidence_graph
    }

    /// The realm a node is in.
    pub(super) fn realm(&self, node: &Node<'_>) -> usize {
        self.places.get(node.scope).map_or(0, |place| place.realm)
    }

    /// The name of the environment a label means; `None` if it means none.
    pub(super) fn environment(&mut self, label: Label) -> Option<Sym> {
        self.lexicon.environment(label)
    }

    /// Finds scopes and realms and returns the scope of each subject.
    fn lay_out(&mut self, subjects: &[&'a Subject]) -> Vec<usize> {
        let mut index: QuickMap<&Scope, usize> = QuickMap::default();
        let mut accounts: Vec<Option<(bool, &'a str)>> = Vec::new();
        let mut last: Option<(&Scope, usize)> = None;
        let mut scopes = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let scope = &subject.id.scope;
            let at = match last {
                Some((known, at)) if known == scope => at,
                _ => *index.entry(scope).or_insert_with(|| {
                    self.places.push(Place { scope, realm: 0 });
                    accounts.push(None);
                    self.places.len() - 1
                }),
            };
            last = Some((scope, at));
            scopes.push(at);
            // An account that was told goes before one read from an ARN, which may be that of a shared resource.
            let told = subject.account.as_ref().map(AccountId::as_str).map(|account| (false, account));
            if let Some(seen) = accounts.get_mut(at)
                && seen.is_none_or(|(guess, _)| guess)
                && let Some(account) = told.or_else(|| account_of(&subject.id.key).map(|account| (true, account)))
            {
                *seen = Some(seen.map_or(account, |known| known.min(account)));
            }
        }
        let names: Vec<String> = self
            .places
            .iter()
            .zip(&accounts)
            .map(|(place, account)| {
                account.map_or_else(|| place.scope.source.to_string(), |(_, account)| account.to_owned())
            })
            .collect();
        self.realms.clone_from(&names);
        self.realms.sort();
        self.realms.dedup();
        for (place, name) in self.places.iter_mut().zip(&names) {
            place.realm = self.realms.binary_search(name).unwrap_or_default();
        }
        scopes
    }

    /// Makes edges of ties; what no resource is known by becomes a node of its own where its name may tell something.
    fn tie(&mut self, keys: &mut Keys<'a>) {
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else { continue };
            let scope = node.scope;
            let own = node.subject.into_iter().chain(node.more.iter().copied());
            let ties: Vec<&'a Tie> = own.flat_map(|subject| &subject.ties).collect();
            for tie in ties {
                let others = match keys.entry((scope, tie.to.as_str())) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(_)
                        if matches!(tie.relation, Relation::Target | Relation::Node | Relation::Member) =>
                    {
                        continue;
                    }
                    Entry::Vacant(free) => {
                        let new = self.nodes.len();
                        self.nodes.push(Node { title: bare(&tie.to), scope, hint: true, ..Node::default() });
                        free.insert(Known::One(new))
                    }
                };
                for other in others.nodes().iter().copied().filter(|other| *other != at) {
                    let edge = Edge { relation: tie.relation, forward: true, other };
                    if let Some(node) = self.nodes.get_mut(at)
                        && !node.edges.contains(&edge)
                    {
                        node.edges.push(edge);
                        if let Some(other) = self.nodes.get_mut(other) {
                            other.edges.push(Edge { relation: tie.relation, forward: false, other: at });
                        }
                    }
                }
            }
        }
    }

    /// Reads tags, and takes names to pieces.
    fn read(&mut self) {
        let mut keys = TagKeys::default();
        for node in &mut self.nodes {
            let own = || node.subject.into_iter().chain(node.more.iter().copied());
            node.said = Said::of(own().map(|subject| &subject.tags), &mut keys);
            let mut names =
                own().flat_map(|subject| &subject.names).map(String::as_str).chain(node.said.name).peekable();
            if let Some(name) = names.peek() {
                node.title = name;
            }
            let bare = Some(node.title).filter(|_| node.subject.is_none());
            let names = names.chain(node.said.names.iter().copied()).chain(bare);
            let mut known: Vec<&str> = Vec::new();
            for name in names.filter(|name| !is_generated(name)) {
                let name = node.said.stack.map_or(name, |stack| without_id(name, stack));
                if !known.contains(&name) {
                    known.push(name);
                    node.words.push(tokens(name, &mut self.lexicon));
                }
            }
        }
    }

    /// Reads the names by the habits of their account: of each the first name that tells a stage, else the first that
    /// tells a system, else the first.
    pub(super) fn interpret(&mut self, habits: &Habits) {
        let realms: Vec<Realm> = self.places.iter().map(|place| place.realm).collect();
        for node in &mut self.nodes {
            let realm = realms.get(node.scope).copied().unwrap_or_default();
            if let Some(stack) = node.said.stack {
                let words = tokens(stack, &mut self.lexicon);
                node.stack = Reading::of(words, realm, habits, &mut self.lexicon);
            }
            // `Project=shop-prod` tells both.
            for (rank, text, told) in node.said.systems.iter_mut().filter(|(_, text, _)| text.contains('-')) {
                let reading = Reading::of(tokens(text, &mut self.lexicon), realm, habits, &mut self.lexicon);
                if let (Some(stage), true) = (reading.stage, reading.shape == Shape::Last && !reading.core().is_empty())
                {
                    let system = self.lexicon.join(reading.core());
                    *text = self.lexicon.text(system).to_owned();
                    node.said.stages.push((*rank, self.lexicon.text(stage).to_owned(), *told));
                }
            }
            let mut best: Option<Reading> = None;
            for words in std::mem::take(&mut node.words) {
                let reading = Reading::of(words, realm, habits, &mut self.lexicon);
                let better = best.as_ref().is_none_or(|best| {
                    best.stage.is_none()
                        && (reading.stage.is_some() || (best.core().is_empty() && !reading.core().is_empty()))
                });
                if better {
                    node.others.extend(best.replace(reading));
                } else {
                    node.others.push(reading);
                }
            }
            node.name = best.unwrap_or_default();
        }
    }
}

/// Who is known by a key within a scope. Nearly always one.
type Keys<'a> = QuickMap<(usize, &'a str), Known>;

enum Known {
    One(usize),
    Many(Vec<usize>),
}

impl Known {
    fn nodes(&self) -> &[usize] {
        match self {
            Self::One(at) => std::slice::from_ref(at),
            Self::Many(all) => all,
        }
    }

    fn add(&mut self, at: usize) {
        match self {
            Self::One(known) if *known == at => {}
            Self::One(known) => *self = Self::Many(vec![*known, at]),
            Self::Many(all) if all.last() == Some(&at) => {}
            Self::Many(all) => all.push(at),
        }
    }
}

/// Writes a step into a node's reasons.
pub(super) fn say(node: &mut Node<'_>, kind: StepKind, message: String) {
    node.because.push(Reason::Said(Step { kind, message }));
}
