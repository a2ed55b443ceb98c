//! How long the login behind an identity lasts, as far as it is known.
//! Plain data; no clock, no file, no key, no words.

use jiff::{SignedDuration, Timestamp};

/// What is known of how long the credentials of a source last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoginHorizon {
    /// Where they come from, in words: `IAM Identity Center`, `aws login`.
    pub by: &'static str,
    /// Until when the keys in use hold; `None` where they have no end.
    pub keys_until: Option<Timestamp>,
    /// When nothing renews them any more; `None` where they are renewed, or it is not known for how long.
    pub until: Option<Timestamp>,
}

/// A login that ends within this is told of before a plan.
const SOON: SignedDuration = SignedDuration::from_hours(1);

impl LoginHorizon {
    /// Whether it ends soon, or has.
    #[must_use]
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until.duration_since(now) < SOON)
    }
}
