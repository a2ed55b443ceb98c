//! What a reading brings: our own types for the resources of one kind, part by part, each part with its items or the
//! fault that kept it from being read; and how much was asked for. Plain data; nothing here remembers or judges.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AccountId, Arn, Fault, KindName, QuickMap, ResourceId, Scope};

/// One AWS resource in our own words. Implemented by each kind's `model.rs`.
pub trait Resource: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind this is.
    const KIND: KindName;

    /// What tells it from its like within a scope: its ARN where it has one.
    fn key(&self) -> &str;

    /// Feeds what a person would call its state (counts, status), so that a line whose state changed
    /// since the last look can be marked. Times and volatile text stay out.
    fn fingerprint(&self, into: &mut DefaultHasher);

    /// The identity of this resource as seen in `scope`.
    fn id(&self, scope: &Scope) -> ResourceId {
        ResourceId { kind: Self::KIND, scope: scope.clone(), key: Arc::from(self.key()) }
    }
}

/// What one reading covers on its own: a cluster's ARN, a target group's; `""` where there is only one part.
pub type Part = Arc<str>;

/// How much of a kind a reading asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Coverage {
    /// Everything in the scope; parts that are not there any more go.
    All,
    /// Only these parts; the others stay as they are.
    Parts(BTreeSet<Part>),
}

impl Coverage {
    /// Whether `part` is asked for.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        match self {
            Self::All => true,
            Self::Parts(parts) => parts.contains(part),
        }
    }
}

/// What a reading of one kind brought back, part by part.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading<T> {
    /// Each part with its items, or with the fault that kept it from being read.
    pub parts: Vec<(Part, Result<Vec<T>, Fault>)>,
    /// Faults that cost only some detail (say, listener rules) and no item; also "this list was cut short".
    pub notes: Vec<Fault>,
}

impl<T> Reading<T> {
    /// All items of a kind that is read in one part.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { parts: vec![(Part::from(""), Ok(items))], notes: Vec::new() }
    }

    /// A reading of several parts.
    #[must_use]
    pub fn of(parts: Vec<(Part, Result<Vec<T>, Fault>)>) -> Self {
        Self { parts, notes: Vec::new() }
    }

    /// Adds a fault that cost no item.
    #[must_use]
    pub fn note(mut self, fault: Fault) -> Self {
        self.notes.push(fault);
        self
    }
}

/// A [`Reading`] with its item type rubbed out, so that all kinds cross the seam alike.
#[derive(Clone, Debug)]
pub struct AnyReading {
    pub(super) parts: Vec<(Part, Result<Items, Fault>)>,
    pub(super) notes: Vec<Fault>,
}

impl<T: Resource> From<Reading<T>> for AnyReading {
    fn from(reading: Reading<T>) -> Self {
        Self {
            parts: reading.parts.into_iter().map(|(part, got)| (part, got.map(Items::new))).collect(),
            notes: reading.notes,
        }
    }
}

impl AnyReading {
    /// How many resources came back.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().filter_map(|(_, got)| got.as_ref().ok()).map(|items| items.index.len()).sum()
    }

    /// Whether nothing came back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The resources that came back, of whatever part; none where they are of another kind.
    pub fn items<T: Resource>(&self) -> impl Iterator<Item = &T> {
        self.parts.iter().filter_map(|(_, got)| got.as_ref().ok()).flat_map(Items::list)
    }

    /// Every fault met on the way.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.parts.iter().filter_map(|(_, got)| got.as_ref().err()).chain(&self.notes)
    }
}

/// The items of one part, type rubbed out, indexed by key.
#[derive(Clone)]
pub(super) struct Items {
    list: Arc<dyn Any + Send + Sync>,
    /// Each key with its place in the list and the gist of its state.
    pub(super) index: Arc<QuickMap<Arc<str>, (usize, u64)>>,
    /// The account that most of the keys name, where they are ARNs.
    pub(super) account: Option<AccountId>,
}

impl Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Items").field("len", &self.index.len()).finish_non_exhaustive()
    }
}

/// What is named most often; `None` where nothing is, or two as often as each other. The order does not matter.
pub(super) fn most_named(accounts: impl Iterator<Item = AccountId>) -> Option<AccountId> {
    let mut counts: BTreeMap<AccountId, usize> = BTreeMap::new();
    for account in accounts.filter(|account| !account.as_str().is_empty()) {
        *counts.entry(account).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    let mut first = counts.into_iter().filter(|(_, count)| *count == most);
    let (account, _) = first.next()?;
    first.next().is_none().then_some(account)
}

impl Items {
    fn new<T: Resource>(list: Vec<T>) -> Self {
        let index = list
            .iter()
            .enumerate()
            .map(|(at, item)| {
                let mut fingerprint = DefaultHasher::new();
                item.fingerprint(&mut fingerprint);
                (Arc::from(item.key()), (at, fingerprint.finish()))
            })
            .collect();
        let account = most_named(list.iter().filter_map(|item| Arn::from(item.key()).account().map(AccountId::from)));
        Self { list: Arc::new(list), index: Arc::new(index), account }
    }

    pub(super) fn list<T: Resource>(&self) -> &[T] {
        self.list.downcast_ref::<Vec<T>>().map_or(&[], Vec::as_slice)
    }
}
