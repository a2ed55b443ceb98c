//! The one seam to the cloud, at the level of effects: read, look, change. `aws::Live` goes out
//! through the SDK, `demo::Demo` simulates an account. No SDK type crosses it.

mod probe;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::app::gate::Approved;
use crate::kinds::{AnyKind, Boxed, Extra};
use crate::session::channel::Session;
use crate::session::plugin::Plugged;
use crate::session::source::{Ask, Token};
use crate::world::{Coverage, Fault, FaultKind, Found, Identity, ResourceId, Scope, SourceName, Speed, World};

/// The door to the cloud.
pub trait Cloud: Send + Sync + 'static {
    /// Where to look: every source in each of its regions. May read files, not the network.
    fn scopes(&self) -> Boxed<'_, Result<Vec<Scope>, Fault>>;

    /// Who we are there.
    fn identify<'a>(&'a self, scope: &'a Scope) -> Boxed<'a, Result<Identity, Fault>>;

    /// Reads a kind.
    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> Boxed<'a, Result<Found, Fault>>;

    /// More about one resource, while its page is open.
    fn look<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        id: &'a ResourceId,
        known: &'a World,
        now: Timestamp,
    ) -> Boxed<'a, Result<Extra, Fault>>;

    /// Performs a change that the gate approved.
    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> Boxed<'a, Result<Receipt, Fault>>;

    /// Opens a session; it ends, remotely too, when it is dropped.
    fn converse<'a>(&'a self, scope: &'a Scope, ask: &'a Ask) -> Boxed<'a, Result<Session, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, ask.operation(), "there are no sessions here");
        let fault = fault.on(scope.to_string());
        Box::pin(async move { Err(fault) })
    }

    /// A password for `user` of the database at `to`, by IAM. A secret: it is shown to whoever asked for it only.
    fn database_token<'a>(
        &'a self,
        scope: &'a Scope,
        to: (&'a str, u16),
        user: &'a str,
    ) -> Boxed<'a, Result<Token, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, "rds-db:connect", "there are no IAM tokens here");
        let fault = fault.on(format!("{user}@{} in {scope}", to.0));
        Box::pin(async move { Err(fault) })
    }

    /// Opens a session for the session-manager-plugin. Whoever runs it must end it.
    fn plug<'a>(&'a self, scope: &'a Scope, ask: &'a Ask) -> Boxed<'a, Result<Plugged, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, ask.operation(), "there is nothing for a plugin here");
        let fault = fault.on(scope.to_string());
        Box::pin(async move { Err(fault) })
    }

    /// Forgets cached credentials of a source, after a login.
    fn renew(&self, source: &SourceName);

    /// What was called so far.
    fn stats(&self) -> Stats;

    /// The command that logs a source in again, where there is one: `aws sso login --profile x`.
    fn login(&self, source: &SourceName) -> Option<Vec<String>>;

    /// Tries what reading takes there, for `doctor`: identity, each operation, the clock.
    fn probe<'a>(&'a self, scope: &'a Scope) -> Boxed<'a, Vec<Check>> {
        Box::pin(probe::by_reading(self, scope))
    }

    /// Lets that much of the cloud's time go by.
    fn pause(&self, span: SignedDuration) -> Boxed<'_, ()> {
        let span = Duration::try_from(span).unwrap_or_default();
        Box::pin(tokio::time::sleep(span))
    }

    /// The cloud's own time: the wall clock, but for a demo with simulated time.
    fn now(&self) -> Timestamp;

    /// How fast that time runs beside ours, at most.
    fn speed(&self) -> Speed {
        Speed::REAL
    }

    /// A door of its own for somebody who works here and must come too late for nothing; `None` where time waits for
    /// nobody. A simulated account's time stands while somebody behind such a door works, and goes by while all of them
    /// [pause](Self::pause), up to what the first of them waits for. Whoever has one pauses in one place at a
    /// time, and waits behind it for nobody who has another.
    fn attended(&self) -> Option<Arc<dyn Cloud>> {
        None
    }
}

/// The door for somebody who works on `cloud` from here on until it is dropped; see [`Cloud::attended`].
#[must_use]
pub fn at_work(cloud: &Arc<dyn Cloud>) -> Arc<dyn Cloud> {
    cloud.attended().unwrap_or_else(|| Arc::clone(cloud))
}

/// One thing that `doctor` tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Check {
    /// What: an operation as IAM names it (`ecs:ListServices`), or `clock`.
    pub what: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How a thing that `doctor` tried went.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It works; with what was learnt, if anything was.
    Fine(Option<String>),
    /// A permission is missing: the fault names it.
    Denied(Fault),
    /// It failed for another reason.
    Failed(Fault),
    /// There was nothing to try it on, or no way to get that far.
    Untried,
}

/// What AWS said of a change that it took.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Receipt {
    /// AWS's request ids, in the order of the calls.
    pub request_ids: Vec<String>,
    /// What stands now, in words, where the answer told.
    pub says: Option<String>,
    /// What later steps need of the answer: a deployment's id, a new revision's ARN, a command's id.
    pub facts: Vec<(&'static str, String)>,
}

impl Receipt {
    /// A fact of the answer.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// Calls, retries, throttles and bytes of one operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// Calls made, each with all its attempts.
    pub calls: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Answers that asked us to slow down.
    pub throttles: u64,
    /// Calls that ended in a fault.
    pub faults: u64,
    /// Bytes of answers, where their length was told.
    pub bytes: u64,
}

/// What was called so far, by `service:Operation`.
pub type Stats = std::collections::BTreeMap<String, Tally>;
