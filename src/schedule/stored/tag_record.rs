//! Where the words about an environment's sleep are written: on its databases and services, or, where nothing of theirs
//! may be tagged, on its schedule group. The keys they stand under there, and what counts where both say something.
//! Pure; the grammar of the values is `tags.rs`'s.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::tags;
use crate::schedule::due::client_token;
use crate::schedule::model::{Exceptions, Hold, Override};

/// Longest key of a tag (scheduler API, `TagKey`).
pub const MAX_KEY: usize = 128;
/// How many tags a schedule group may wear (AWS's limit for tags of one resource).
pub const MAX_TAGS: usize = 50;
/// How much of a hash stands for what a key has no room for.
const HASH: usize = 16;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// What the words about an environment's sleep are written on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Record {
    /// The tags of its databases and services.
    #[default]
    Tags,
    /// The tags of its schedule group, by the group's name.
    Group(String),
}

impl Record {
    /// The word for tags of the resources themselves in the configuration.
    pub const TAGS: &'static str = "tags";
    /// The word for the schedule group in the configuration.
    pub const GROUP: &'static str = "group";

    /// The group it is, if it is one.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Tags => None,
            Self::Group(name) => Some(name),
        }
    }
}

/// The key under which a group holds `what` (a memory, or what it wakes to) of one service:
/// `toban:remembered/CLUSTER/SERVICE`. What is too long is cut and told apart by a hash behind a dot, which no name of
/// ECS has.
#[must_use]
pub fn key_of(what: &str, cluster: &str, service: &str) -> String {
    let full = tags::allowed(&format!("{what}/{cluster}/{service}"));
    if full.chars().count() <= MAX_KEY {
        return full;
    }
    let hash: String = client_token(&full).chars().take(HASH).collect();
    let head: String = full.chars().take(MAX_KEY - HASH - 1).collect();
    format!("{head}.{hash}")
}

/// What stands above a schedule at `now`, from the tags of the group that is the record, if one is, and from those its
/// members wear. The group's word counts where it is live; then what is live on a member, the longest-lasting first,
/// which is all there is where the members are the record; of what has ended, whatever ended last. Protection counts
/// wherever it is written.
#[must_use]
pub fn exceptions(group: Option<&Tags>, members: &[&Tags], protected: bool, now: Timestamp) -> Exceptions {
    let is_protected = |tags: &Tags| tags.get(tags::PROTECT).is_some_and(|value| value == "true");
    let protect = protected || members.iter().copied().chain(group).any(is_protected);
    let over = word(group, members, tags::OVERRIDE, now, |text| {
        let over = Override::from_tag(text).ok()?;
        Some((over.until, over))
    });
    let hold = word(group, members, tags::HOLD, now, |text| {
        let hold = Hold::from_tag(text).ok()?;
        Some((hold.until, hold))
    });
    Exceptions { protect, over, hold }
}

fn word<T>(
    group: Option<&Tags>,
    members: &[&Tags],
    key: &str,
    now: Timestamp,
    read: impl Fn(&str) -> Option<(Timestamp, T)>,
) -> Option<T> {
    let of = |tags: &Tags, rank: u8| {
        let (until, said) = tags.get(key).and_then(|text| read(text))?;
        Some(((if now < until { rank } else { 0 }, until), said))
    };
    let members = members.iter().filter_map(|tags| of(tags, 1));
    members.chain(group.and_then(|tags| of(tags, 2))).max_by_key(|(rank, _)| *rank).map(|(_, said)| said)
}

/// What in the tags of a group must not go with it: an override or hold that is live, in words, with its end.
#[must_use]
pub fn live(group: &Tags, now: Timestamp) -> Vec<(&'static str, Timestamp)> {
    let until = |key: &str, read: &dyn Fn(&str) -> Option<Timestamp>| {
        group.get(key).and_then(|text| read(text)).filter(|until| now < *until)
    };
    let over = until(tags::OVERRIDE, &|text| Override::from_tag(text).ok().map(|it| it.until));
    let hold = until(tags::HOLD, &|text| Hold::from_tag(text).ok().map(|it| it.until));
    over.map(|at| ("an override", at)).into_iter().chain(hold.map(|at| ("a hold", at))).collect()
}
