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
    /// By what they are renewed, where that is a token with an end of its own.
    pub renewal: Option<TokenRenewal>,
}

/// A token that is renewed by itself as long as the session it is of lasts, which nobody but its administrator knows: AWS
/// writes its end nowhere on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TokenRenewal {
    /// When the token ends that is there now: by then it is renewed, or the session was over.
    pub token_until: Timestamp,
    /// When it cannot be renewed any more even if the session lasts: the client that renews it is not registered then.
    pub at_the_latest: Option<Timestamp>,
}

/// A login that ends within this is told of before a plan.
const SOON: SignedDuration = SignedDuration::from_hours(1);

impl LoginHorizon {
    /// When it ends at the latest, as far as that is known.
    #[must_use]
    pub fn at_the_latest(&self) -> Option<Timestamp> {
        self.until.or_else(|| self.renewal?.at_the_latest)
    }

    /// Whether it ends soon, or has.
    #[must_use]
    pub fn ends_soon(&self, now: Timestamp) -> bool {
        self.at_the_latest().is_some_and(|until| until.duration_since(now) < SOON)
    }

    /// Until when the keys hold, where that is soon and the token that renews them has ended: whether it can be renewed is
    /// seen only then.
    #[must_use]
    pub fn in_doubt(&self, now: Timestamp) -> Option<Timestamp> {
        let ended = self.renewal.is_some_and(|renewal| renewal.token_until <= now);
        self.keys_until.filter(|keys| ended && keys.duration_since(now) < SOON)
    }
}
