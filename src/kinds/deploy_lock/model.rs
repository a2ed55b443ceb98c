//! The tags of a deployment to instances, in our words: the lock with its end, what is out of the group, and the
//! commit that ran before. Plain data; no SDK type, no clock.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Resource};

/// The tag of the lock: `USER/UNTIL`.
pub const LOCK: &str = "toban:lock";
/// The tag of what was taken out of the group and is to come back: `INSTANCE:PORT`.
pub const OUT: &str = "toban:drained";
/// The tag of the commit that ran before the last deployment.
pub const PREVIOUS: &str = "toban:previous";

/// What toban's tags on a target group say.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DeployLock {
    /// The target group's ARN.
    pub group: String,
    /// The lock's tag as it stands there.
    pub held: Option<String>,
    /// What is out of the group.
    pub out: Option<String>,
    /// The commit before the last deployment.
    pub previous: Option<String>,
}

impl DeployLock {
    /// What the tags of the target group `group` say.
    #[must_use]
    pub fn of(group: &Arn, tags: &BTreeMap<String, String>) -> Self {
        let tag = |name: &str| tags.get(name).filter(|value| !value.is_empty()).cloned();
        Self { group: group.to_string(), held: tag(LOCK), out: tag(OUT), previous: tag(PREVIOUS) }
    }

    /// What is out of the group, if that can be read.
    #[must_use]
    pub fn drained(&self) -> Option<Drained> {
        let (id, port) = self.out.as_deref()?.split_once(':')?;
        let known = id.starts_with("i-") && id.chars().skip(2).all(|c| c.is_ascii_alphanumeric());
        Some(Drained { id: Some(id).filter(|_| known)?.to_owned(), port: port.parse().ok()? })
    }
}

/// An instance that was taken out of a target group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drained {
    /// `i-…`.
    pub id: String,
    /// The port it was registered with.
    pub port: u32,
}

/// A lock: who deploys, and until when that holds without being renewed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lock {
    /// Who.
    pub user: String,
    /// Until when.
    pub until: Timestamp,
}

impl Lock {
    /// Reads the lock's tag; `None` if it is not one of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (user, until) = text.split_once('/')?;
        Some(Self { user: user.to_owned(), until: until.parse().ok()? })
    }

    /// The tag's text.
    #[must_use]
    pub fn text(&self) -> String {
        let whole = Timestamp::from_second(self.until.as_second()).unwrap_or(self.until);
        format!("{}/{whole}", self.user)
    }

    /// Whether it still holds.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until > now
    }
}

/// The caller as a lock names them: the last part of their ARN, in the characters a tag may hold.
#[must_use]
pub fn user(arn: Option<&Arn>) -> String {
    let name = arn.map_or("unknown", |arn| arn.last());
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-=._@".contains(c);
    name.chars().take(64).map(|c| if fits(c) { c } else { '-' }).collect()
}

impl Resource for DeployLock {
    const KIND: KindName = KindName("deploy-lock");

    fn key(&self) -> &str {
        &self.group
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.held, &self.out).hash(into);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_goes_into_a_tag_and_comes_back() {
        let until: Timestamp = "2026-11-21T05:02:11.5Z".parse().expect("a time");
        let lock = Lock { user: user(Some(&Arn::from("arn:aws:sts::1:assumed-role/ops/yuki@example.jp"))), until };
        assert_eq!(lock.text(), "yuki@example.jp/2026-11-21T05:02:11Z");
        let back = Lock::read(&lock.text()).expect("a lock");
        assert_eq!(back.user, "yuki@example.jp");
        assert!(back.holds(until - jiff::SignedDuration::from_secs(2)) && !back.holds(until));
        assert_eq!(Lock::read("do not deploy please"), None);
        assert_eq!(user(Some(&Arn::from("arn:aws:iam::1:user/花 子"))), "---");
    }

    #[test]
    fn what_is_out_of_the_group_is_read_strictly() {
        let out = |text: &str| DeployLock { out: Some(text.to_owned()), ..DeployLock::default() }.drained();
        assert_eq!(out("i-0abc:80"), Some(Drained { id: "i-0abc".to_owned(), port: 80 }));
        for odd in ["i-0abc", "i-0abc:x", "$(reboot):80", "i-0 abc:80"] {
            assert_eq!(out(odd), None, "{odd}");
        }
    }
}
