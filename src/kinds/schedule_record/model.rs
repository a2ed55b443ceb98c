//! The tags of a schedule group that is a record. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::schedule::stored::tag_record::{Tags, key_of};
use crate::schedule::stored::tags::ENV;
use crate::world::{KindName, Resource, Scope, World};

/// What is written on one schedule group; none is known of a group that is not there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notes {
    /// The group's name.
    pub group: String,
    /// Its tags.
    pub tags: Tags,
}

impl Resource for Notes {
    const KIND: KindName = KindName("schedule-record");

    fn key(&self) -> &str {
        &self.group
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.tags.hash(into);
    }
}

/// The ARN of the schedule group `group` in `scope`, whether it is there or not; `None` while nobody knows the account.
#[must_use]
pub fn arn_of(world: &World, scope: &Scope, group: &str) -> Option<String> {
    let account = world.account(scope)?;
    let region = scope.region.as_str();
    let usual = match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let partition = world.identity(scope).and_then(|who| who.arn.partition()).unwrap_or(usual);
    Some(format!("arn:{partition}:scheduler:{region}:{account}:schedule-group/{group}"))
}

/// What the records in `scope` say under `what` (a memory, or what it wakes to) of one service there.
#[must_use]
pub fn noted<'w>(world: &'w World, scope: &Scope, what: &str, (cluster, service): (&str, &str)) -> Option<&'w str> {
    // Of most environments none is a group: a key is made only where one is.
    let mut ours = world.all::<Notes>(scope).filter(|notes| notes.tags.contains_key(ENV)).peekable();
    ours.peek()?;
    let key = key_of(what, cluster, service);
    ours.find_map(|notes| notes.tags.get(&key)).map(String::as_str)
}
