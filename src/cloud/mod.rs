//! The one seam to the cloud, at the level of effects: read, look, change. `aws::Live` goes out
//! through the SDK, `demo::Demo` simulates an account. No SDK type crosses it.

mod delegate;
pub mod live;
mod probe;

use futures_util::future::BoxFuture;
pub use live::Live;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::aws::stats::Stats;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::display::Extra;
use crate::kinds::AnyKind;
use crate::ssm::channel::Session;
use crate::ssm::plugin::Plugged;
use crate::ssm::start_request::{Abandoned, StartRequest, Token};
use crate::world::access_check::Check;
use crate::world::{AnyReading, Coverage, Fault, FaultKind, Identity, ResourceId, Scope, SourceName, Speed, World};

/// The door to the cloud.
pub trait Cloud: Send + Sync + 'static {
    /// Where to look: every source in each of its regions. May read files, not the network.
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<Scope>, Fault>>;

    /// Who we are there.
    fn identify<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Identity, Fault>>;

    /// Reads a kind.
    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>>;

    /// More about one resource, while its page is open.
    fn look<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        id: &'a ResourceId,
        known: &'a World,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Extra, Fault>>;

    /// Performs a change that the gate approved.
    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>>;

    /// Opens a session; it ends, remotely too, when it is dropped.
    fn converse<'a>(&'a self, scope: &'a Scope, ask: &'a StartRequest) -> BoxFuture<'a, Result<Session, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, ask.operation(), "there are no sessions here");
        let fault = fault.on(scope.to_string());
        Box::pin(async move { Err(fault) })
    }

    /// What became of the sessions that were given up before AWS had answered, of this run, oldest first.
    fn abandoned(&self) -> Vec<Abandoned> {
        Vec::new()
    }

    /// The id of the session on `target` that is active there and has that id; where that is not known, that mark at the end
    /// of its reason.
    fn active_session<'a>(
        &'a self,
        _scope: &'a Scope,
        _target: &'a str,
        _id: Option<&'a str>,
        _mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, Fault>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Ends a session that nobody here is in.
    fn end_session<'a>(&'a self, _scope: &'a Scope, _id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// A password for `user` of the database at `to`, by IAM. A secret: it is shown to whoever asked for it only.
    fn database_token<'a>(
        &'a self,
        scope: &'a Scope,
        to: (&'a str, u16),
        user: &'a str,
    ) -> BoxFuture<'a, Result<Token, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, "rds-db:connect", "there are no IAM tokens here");
        let fault = fault.on(format!("{user}@{} in {scope}", to.0));
        Box::pin(async move { Err(fault) })
    }

    /// Opens a session for the session-manager-plugin. Whoever runs it must end it.
    fn start_plugin_session<'a>(
        &'a self,
        scope: &'a Scope,
        ask: &'a StartRequest,
    ) -> BoxFuture<'a, Result<Plugged, Fault>> {
        let fault = Fault::new(FaultKind::Unavailable, ask.operation(), "there is nothing for a plugin here");
        let fault = fault.on(scope.to_string());
        Box::pin(async move { Err(fault) })
    }

    /// Forgets cached credentials of a source, after a login.
    fn renew(&self, source: &SourceName);

    /// What tells the region of `scope` from the same one at another endpoint, for what is kept between runs; `None` where
    /// nothing may be kept.
    fn kept_as(&self, _scope: &Scope) -> Option<String> {
        None
    }

    /// The first picture is there: from now on calls keep to a polite share of what AWS grants, until another place is
    /// looked at.
    fn calm(&self) {}

    /// What was called so far.
    fn stats(&self) -> Stats;

    /// The command that logs a source in again, where there is one: `aws sso login --profile x`.
    fn login(&self, source: &SourceName) -> Option<Vec<String>>;

    /// The MFA device whose code lets a source in, where that is what it wants.
    fn code_device(&self, _source: &SourceName) -> Option<String> {
        None
    }

    /// Takes the code of an MFA device that a person typed for a source.
    fn give_code(&self, _source: &SourceName, _code: Token) {}

    /// Ends what runs on this machine for it: nobody wants its answers any more.
    fn close(&self) {}

    /// Tries what reading takes there, for `doctor`: identity, each operation, the clock.
    fn probe<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(probe::by_reading(self, scope))
    }

    /// Lets that much of the cloud's time go by.
    fn pause(&self, span: SignedDuration) -> BoxFuture<'_, ()> {
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
    fn hold_clock(&self) -> Option<Arc<dyn Cloud>> {
        None
    }
}

/// The door for somebody who works on `cloud` from here on until it is dropped; see [`Cloud::hold_clock`].
#[must_use]
pub fn at_work(cloud: &Arc<dyn Cloud>) -> Arc<dyn Cloud> {
    cloud.hold_clock().unwrap_or_else(|| Arc::clone(cloud))
}
