//! What a change says before it is made: the plan a person reads, what differs, and the request it is journaled as.
//! Plain data; never performs anything.

use crate::world::AccountId;
use crate::world::EnvironmentName;
use crate::world::ResourceId;
use crate::world::Scope;
use serde::Serialize;

/// What a change would do, in words, before anything happens. Shown, printed by `--dry-run`, journaled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Plan {
    /// The change as a sentence: `stop DB instance prooflink-dev-db`.
    #[serde(rename = "says")]
    pub message: String,
    /// The environment it is in.
    pub environment: EnvironmentName,
    /// Where.
    pub scope: Scope,
    /// Further places its steps lie in, where an environment is spread over several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub besides: Vec<Scope>,
    /// On what.
    pub on: ResourceId,
    /// The API calls it takes, in words, in order.
    pub calls: Vec<String>,
    /// What a reader should know first: current health, firing alarms, running rollouts.
    pub notices: Vec<String>,
    /// What cannot be undone, if anything.
    pub irreversible: Option<String>,
    /// What will differ afterwards. Secrets are masked before they get here.
    pub differences: Vec<Difference>,
    /// The command line that goes on with it where it was left half way.
    #[serde(skip)]
    pub command: Option<String>,
}

impl Plan {
    /// A plan to do `says` by `calls`, where `on` is.
    #[must_use]
    pub fn new(message: impl Into<String>, environment: EnvironmentName, on: ResourceId, calls: Vec<String>) -> Self {
        Self {
            message: message.into(),
            environment,
            scope: on.scope.clone(),
            besides: Vec::new(),
            on,
            calls,
            notices: Vec::new(),
            irreversible: None,
            differences: Vec::new(),
            command: None,
        }
    }

    /// Whether it only looks: a plan without calls lets no change through.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        self.calls.is_empty()
    }
}

impl Plan {
    /// Every place its steps lie in.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        std::iter::once(&self.scope).chain(&self.besides)
    }

    /// The account to hold against a pin: the first of its places' that is not the one `pinned`, else theirs. What is
    /// not known is none.
    #[must_use]
    pub fn account(
        &self,
        pinned: Option<&AccountId>,
        account: impl Fn(&Scope) -> Option<AccountId>,
    ) -> Option<AccountId> {
        let other = self.scopes().map(&account).find(|known| known.as_ref() != pinned);
        match (pinned, other) {
            (Some(_), Some(other)) => other,
            _ => account(&self.scope),
        }
    }
}

/// One thing that a plan changes, before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Difference {
    /// What: `image of web`.
    pub what: String,
    /// As it is; `None` if it is not there.
    pub from: Option<String>,
    /// As it will be; `None` if it goes.
    pub to: Option<String>,
}

/// A change as data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChangeRequest {
    /// What is done: `stop`, `start`, `scale`.
    pub verb: &'static str,
    /// On what.
    pub on: ResourceId,
    /// With what.
    pub arguments: Vec<(&'static str, String)>,
}
