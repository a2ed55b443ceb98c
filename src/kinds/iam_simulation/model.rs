//! A question to IAM's policy simulator and what it answered. Our own types; no SDK type, no call.
//! Whose policies count is told from the caller's ARN alone.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash};

use serde::{Deserialize, Serialize};

use crate::world::{Arn, KindName, Part, Resource};

/// May somebody do each of these on each of those?
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Who: a role's or user's ARN, or a caller's as `sts:GetCallerIdentity` tells it.
    pub who: String,
    /// What: `ssm:StartSession`.
    pub actions: Vec<String>,
    /// On what, by ARN or `*`. `${aws:userid}` and `${aws:username}` stand for the caller's, as in policies; what names
    /// one that is not known is left out.
    pub on: Vec<String>,
}

impl Question {
    /// May `who` do `actions` on `on`?
    #[must_use]
    pub fn new(who: &Arn, actions: &[&str], on: &[String]) -> Self {
        Self {
            who: who.to_string(),
            actions: actions.iter().map(|&action| action.to_owned()).collect(),
            on: on.to_vec(),
        }
    }

    /// The part of the kind that is its answer.
    #[must_use]
    pub fn part(&self) -> Part {
        // Plain text in plain fields always becomes JSON.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// The question whose answer `part` is; `None` for parts of other kinds.
    #[must_use]
    pub fn of(part: &str) -> Option<Self> {
        serde_json::from_str(part).ok()
    }
}

/// Whose policies a question is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A user or a role itself.
    Itself(Arn),
    /// A session of a role. Its ARN names the role without its path.
    Session {
        /// Of which partition.
        partition: String,
        /// Of which account.
        account: String,
        /// The role's name.
        role: String,
        /// The session's name.
        session: String,
    },
    /// The account's root user: it may do everything that the organisation lets the account do.
    Root,
    /// Somebody whose policies the simulator does not know, in words.
    Beyond(String),
}

impl Source {
    /// Whose policies count for whom AWS calls `who`.
    #[must_use]
    pub fn of(who: &str) -> Self {
        let arn = Arn::from(who);
        let mut steps = arn.resource().split('/');
        match (arn.service(), steps.next(), steps.next(), steps.next()) {
            (Some("iam"), Some("root"), None, None) => Self::Root,
            (Some("iam"), Some("user" | "role"), Some(_), _) => Self::Itself(arn),
            (Some("sts"), Some("assumed-role"), Some(role), Some(session)) => Self::Session {
                partition: arn.partition().unwrap_or("aws").to_owned(),
                account: arn.account().unwrap_or_default().to_owned(),
                role: role.to_owned(),
                session: session.to_owned(),
            },
            (Some("sts"), Some("federated-user"), ..) => {
                Self::Beyond("a federated user's rights depend on what was asked for when it was made".to_owned())
            }
            _ => Self::Beyond(format!("IAM simulates users and roles, and {who} is neither")),
        }
    }
}

/// What the simulator says of one action on one resource.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The action.
    pub action: String,
    /// On what.
    pub on: String,
    /// `allowed`, `explicitDeny`, `implicitDeny`: an open string.
    pub decision: String,
    /// Condition keys of the policies whose values were not known.
    pub missing: Vec<String>,
}

/// What follows from the verdicts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is allowed.
    Yes,
    /// It is denied.
    No,
    /// It hangs on something that the simulator was not told, or was not answered.
    Unknown(String),
}

/// A question and its answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Simulation {
    /// The question, as the part it was asked by.
    pub question: String,
    /// The verdicts; a sentence where there are none.
    pub answer: Result<Vec<Verdict>, String>,
}

impl Simulation {
    /// Whether `action` is allowed on any resource of the question that `counts`.
    #[must_use]
    pub fn may(&self, action: &str, counts: impl Fn(&str) -> bool) -> Decision {
        let verdicts = match &self.answer {
            Ok(verdicts) => verdicts,
            Err(why) => return Decision::Unknown(why.clone()),
        };
        let counts = |one: &&Verdict| one.action.eq_ignore_ascii_case(action) && counts(&one.on);
        let mine: Vec<&Verdict> = verdicts.iter().filter(counts).collect();
        if mine.iter().any(|one| one.decision == "allowed") {
            return Decision::Yes;
        }
        // A condition on what the simulator was not told, such as a tag, decides in real life.
        let missing: BTreeSet<&str> = mine.iter().flat_map(|one| &one.missing).map(String::as_str).collect();
        match (mine.is_empty(), missing.is_empty()) {
            (true, _) => Decision::Unknown("IAM said nothing of it".to_owned()),
            (false, true) => Decision::No,
            (false, false) => {
                Decision::Unknown(format!("it depends on {}", missing.into_iter().collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// Whether all that was asked is allowed.
    #[must_use]
    pub fn allows_all(&self) -> bool {
        self.answer.as_ref().is_ok_and(|all| !all.is_empty() && all.iter().all(|one| one.decision == "allowed"))
    }
}

impl Resource for Simulation {
    const KIND: KindName = KindName("simulation");

    fn key(&self) -> &str {
        &self.question
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.answer.hash(into);
    }
}
