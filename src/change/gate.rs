//! The gate: the only place that can make a [`Pass`], and so the only road to performing a change.
//! Pure decisions: read-only mode, account pin, freshness, protection, confirmation.
//! Nothing here touches the network.

use futures_util::future::BoxFuture;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::procedure::{Procedure, Proposal};
use super::receipt::Receipt;
use crate::aws::Clients;
use crate::change::plan::ChangeRequest;
use crate::change::plan::Plan;
use crate::ssm::start_request::StartRequest;
use crate::world::{AccountId, EnvironmentName, Fault, Region, Speed};

/// One thing a kind can do to the account. Lives in the kind's folder and needs a [`Pass`] to run.
pub trait Change: Send + Sync + 'static {
    /// What it would do.
    fn plan(&self) -> Plan;

    /// What it is, for the simulated cloud: a verb and its arguments.
    fn change_request(&self) -> ChangeRequest;

    /// The command in a session that it is, where it is one: then it is carried out there, and never by `perform`.
    fn in_session(&self) -> Option<CommandInSession> {
        None
    }

    /// Does it. Safe to run twice: "already there" is success.
    fn perform<'a>(&'a self, aws: &'a Clients, pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>>;
}

/// A command that is run in a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CommandInSession {
    /// The session.
    pub ask: StartRequest,
    /// The mark its exit code is told behind, where the agent tells none.
    pub nonce: Option<String>,
}

impl fmt::Debug for dyn Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan().fmt(f)
    }
}

/// Proof that the gate was asked. Not `Clone`, not `Default`, field private.
#[derive(Debug)]
pub struct Pass(());

/// A change that was allowed: the very one that was asked about, and no other.
#[derive(Debug)]
pub struct Approved {
    change: Box<dyn Change>,
    reason: Option<String>,
}

impl Approved {
    /// What it will do.
    #[must_use]
    pub fn plan(&self) -> Plan {
        self.change.plan()
    }

    /// What it is, as data.
    #[must_use]
    pub fn change_request(&self) -> ChangeRequest {
        self.change.change_request()
    }

    /// Why it is done, in the person's words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The command in a session that it is, where it is one.
    #[must_use]
    pub fn in_session(&self) -> Option<CommandInSession> {
        self.change.in_session()
    }

    /// Does it.
    pub fn perform<'a>(&'a self, aws: &'a Clients) -> BoxFuture<'a, Result<Receipt, Fault>> {
        self.change.perform(aws, Pass(()))
    }
}

impl PartialEq for Approved {
    fn eq(&self, other: &Self) -> bool {
        self.plan() == other.plan() && self.change_request() == other.change_request()
    }
}

/// Leave to carry out a procedure: for the very plan that was asked about, and only the gate makes it.
#[derive(Debug)]
pub struct ProcedureGrant {
    plan: Plan,
    reason: Option<String>,
}

impl ProcedureGrant {
    /// What was allowed.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Why it is done, in the person's words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Lets one step through.
    ///
    /// # Errors
    /// [`Refused::Outside`] if it lies in another environment than the plan, or in none of its scopes.
    pub fn admit(&self, change: Box<dyn Change>) -> Result<Approved, Refused> {
        let plan = change.plan();
        if self.plan.is_harmless()
            || plan.environment != self.plan.environment
            || !self.plan.scopes().any(|scope| *scope == plan.scope)
            || plan.on.scope != plan.scope
        {
            return Err(Refused::Outside { message: plan.message, allowed: self.plan.message.clone() });
        }
        Ok(Approved { change, reason: self.reason.clone() })
    }
}

/// What the gate let through.
#[derive(Debug)]
pub enum Admitted {
    /// One change.
    Change(Approved),
    /// Work of several steps.
    Procedure(Box<ProcedureGrant>, Box<dyn Procedure>),
}

impl Admitted {
    /// What will be done.
    #[must_use]
    pub fn plan(&self) -> Plan {
        match self {
            Self::Change(approved) => approved.plan(),
            Self::Procedure(license, _) => license.plan.clone(),
        }
    }
}

/// What a person answered to the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Confirmation {
    /// Nothing, or no.
    No,
    /// `y`, or `--yes`.
    Yes,
    /// A name typed, or `--confirm NAME`.
    Named(String),
}

/// Why a change was not let through.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The console is read-only.
    #[error(
        "read-only: toban was started with --read-only (or TOBAN_READ_ONLY); start it with --write to change anything"
    )]
    ReadOnly,
    /// The environment is read-only by the configuration.
    #[error(
        "locked: {0} is read-only by the configuration; `:unlock 10m WHY` opens it for a while in the console, --write for a command"
    )]
    Locked(EnvironmentName),
    /// A rule forbids it.
    #[error("denied by a rule of the configuration: {0}")]
    Denied(String),
    /// The caller is in another account than the configuration pins.
    #[error(
        "account pin: {environment} is pinned to account {pinned}, but these credentials belong to {actual}; choose the right profile"
    )]
    Account {
        /// The environment.
        environment: EnvironmentName,
        /// What the configuration says.
        pinned: AccountId,
        /// Who we are.
        actual: String,
    },
    /// The plan reaches into another region than the configuration pins.
    #[error(
        "region pin: {environment} is pinned to {pinned}, but this is in {actual}; correct the configuration or look there"
    )]
    Region {
        /// The environment.
        environment: EnvironmentName,
        /// What the configuration says.
        pinned: Region,
        /// Where the plan reaches.
        actual: Region,
    },
    /// What the plan rests on is too old.
    #[error("stale: the state this plan rests on is {age_seconds} s old; refresh (:refresh) and look again")]
    Stale {
        /// How old, seconds of our time.
        age_seconds: i64,
    },
    /// How old that is cannot be told.
    #[error(
        "stale: how old the state is that this plan rests on cannot be told (it was never read, or the clock was set back since); refresh (:refresh) and look again"
    )]
    Undated,
    /// Nobody said yes.
    #[error("not confirmed: nothing was changed")]
    NotConfirmed,
    /// A step that the plan did not speak of.
    #[error("outside the plan: {message:?} is no part of {allowed:?}; it was not done")]
    Outside {
        /// The step.
        message: String,
        /// What was allowed.
        allowed: String,
    },
    /// A protected environment wants its name.
    #[error("protected: {0} is protected; type its name (or pass --confirm {0}) to go on")]
    NameNeeded(EnvironmentName),
    /// A rule wants the name of an environment that is not protected.
    #[error("a rule of the configuration wants the name of {0} typed (or passed by --confirm {0}) to go on")]
    NameWanted(EnvironmentName),
}

/// What the configuration's locks and rules say of a change at this moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guard {
    /// The environment is read-only by the configuration, and nobody unlocked it.
    pub locked: bool,
    /// Why a rule forbids it.
    pub denied: Option<String>,
    /// A rule wants the environment's name typed, protected or not.
    pub confirm: bool,
    /// Why a yes is asked for twice at this hour.
    pub twice: Option<String>,
    /// So many changes may be under way in the environment at once.
    pub at_once: Option<u32>,
}

impl Guard {
    /// Nothing is said.
    pub const NONE: Self = Self { locked: false, denied: None, confirm: false, twice: None, at_once: None };
}

/// The circumstances a change is judged in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateContext {
    /// Whether the environment is protected.
    pub protected: bool,
    /// The account the configuration pins the environment to.
    pub pinned: Option<AccountId>,
    /// The region the configuration pins the environment to.
    pub region: Option<Region>,
    /// The account the caller is in, if known.
    pub account: Option<AccountId>,
    /// When the state the plan rests on was read.
    pub read_at: Option<Timestamp>,
    /// Now, by the same clock.
    pub now: Timestamp,
    /// How fast that clock runs.
    pub speed: Speed,
    /// What locks and rules say.
    pub guard: Guard,
}

/// State older than this is looked at again before it is acted on. It is the time of whoever looks and answers, however
/// fast a simulated account lives. The wall clock tells it, so that a laptop that slept has grown old as well.
pub const FRESH: SignedDuration = SignedDuration::from_secs(120);
/// How far the wall clock may go back by itself when it is kept in step with others.
const STEP: SignedDuration = SignedDuration::from_secs(1);

impl GateContext {
    /// Nobody protects or pins the environment, and it is seen as it is `now`.
    #[must_use]
    pub const fn seen_at(now: Timestamp) -> Self {
        Self {
            protected: false,
            pinned: None,
            region: None,
            account: None,
            read_at: Some(now),
            now,
            speed: Speed::REAL,
            guard: Guard::NONE,
        }
    }

    /// Whether the environment's name has to be typed: it is protected, or a rule wants it.
    #[must_use]
    pub const fn wants_name(&self) -> bool {
        self.protected || self.guard.confirm
    }

    /// How old the state is that the plan rests on, in our time; `None` if nobody can tell: it was never read, or later
    /// than now.
    #[must_use]
    pub fn age(&self) -> Option<SignedDuration> {
        let age = self.speed.in_ours(self.now.duration_since(self.read_at?));
        (age >= -STEP).then_some(age)
    }
}

/// The gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gate {
    /// Nothing may be changed at all.
    pub read_only: bool,
}

impl Gate {
    /// Why a change cannot go through whatever is answered; `None` if it can.
    #[must_use]
    pub fn hindrance(&self, plan: &Plan, at: &GateContext) -> Option<Refused> {
        if plan.is_harmless() {
            return None;
        }
        if let Some(refused) = self.bars(&plan.environment, at) {
            return Some(refused);
        }
        if let Some(why) = &at.guard.denied {
            return Some(Refused::Denied(why.clone()));
        }
        if let Some(pinned) = &at.region
            && let Some(other) = plan.scopes().map(|scope| &scope.region).find(|region| *region != pinned)
        {
            let (environment, pinned, actual) = (plan.environment.clone(), pinned.clone(), other.clone());
            return Some(Refused::Region { environment, pinned, actual });
        }
        match at.age() {
            None => Some(Refused::Undated),
            Some(age) => (age > FRESH).then_some(Refused::Stale { age_seconds: age.as_secs() }),
        }
    }

    /// Why no session may be opened in `environment`; `None` if one may. A shell or a tunnel changes nothing by itself,
    /// so nobody is asked; but whoever is inside can, so read-only mode and the account pin hold.
    #[must_use]
    pub fn bars(&self, environment: &EnvironmentName, at: &GateContext) -> Option<Refused> {
        if self.read_only {
            return Some(Refused::ReadOnly);
        }
        if at.guard.locked {
            return Some(Refused::Locked(environment.clone()));
        }
        let pinned = at.pinned.as_ref().filter(|pinned| at.account.as_ref() != Some(*pinned))?;
        let actual = at.account.as_ref().map_or_else(|| "an unknown account".to_owned(), ToString::to_string);
        Some(Refused::Account { environment: environment.clone(), pinned: pinned.clone(), actual })
    }

    /// Lets `proposal` through, or says why not. The default answer is no.
    ///
    /// # Errors
    /// [`Refused`], each with what to do; nothing was changed.
    pub fn allow(
        &self,
        proposal: Proposal,
        answer: &Confirmation,
        reason: Option<String>,
        at: &GateContext,
    ) -> Result<Admitted, Refused> {
        let plan = proposal.plan();
        self.judge(&plan, answer, at)?;
        Ok(match proposal {
            Proposal::Change(change) => Admitted::Change(Approved { change, reason }),
            Proposal::Procedure(procedure) => Admitted::Procedure(Box::new(ProcedureGrant { plan, reason }), procedure),
        })
    }

    /// Lets one change through, or says why not.
    ///
    /// # Errors
    /// As [`Gate::allow`].
    pub fn approve(
        &self,
        change: Box<dyn Change>,
        answer: &Confirmation,
        reason: Option<String>,
        at: &GateContext,
    ) -> Result<Approved, Refused> {
        self.judge(&change.plan(), answer, at)?;
        Ok(Approved { change, reason })
    }

    fn judge(&self, plan: &Plan, answer: &Confirmation, at: &GateContext) -> Result<(), Refused> {
        if let Some(refused) = self.hindrance(plan, at) {
            return Err(refused);
        }
        if plan.is_harmless() {
            return Ok(());
        }
        match answer {
            Confirmation::Named(name) if *name == plan.environment.as_str() => Ok(()),
            Confirmation::Yes if !at.wants_name() => Ok(()),
            Confirmation::No => Err(Refused::NotConfirmed),
            Confirmation::Yes | Confirmation::Named(_) if at.protected => {
                Err(Refused::NameNeeded(plan.environment.clone()))
            }
            Confirmation::Yes | Confirmation::Named(_) if at.guard.confirm => {
                Err(Refused::NameWanted(plan.environment.clone()))
            }
            Confirmation::Yes | Confirmation::Named(_) => Err(Refused::NotConfirmed),
        }
    }
}

#[cfg(test)]
mod tests;
