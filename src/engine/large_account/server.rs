//! The simulated large account behind the cloud seam, in virtual time: readings are the program's own. Changes nothing. Only
//! tests use it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::aws::Clients;
use crate::aws::budget::Priority;
use crate::aws::stats::{Counter, Stats};
use crate::aws::testing_account::Server;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::display::Extra;
use crate::kinds::{AnyKind, FetchContext};
use crate::world::{AnyReading, Arn, Coverage, Fault, FaultKind, Identity, ResourceId, Scope, SourceName, World};

/// The account behind the cloud seam.
pub(super) struct Large {
    pub(super) server: Server,
    aws: Clients,
    counter: Arc<Counter>,
    first: Timestamp,
}

impl Large {
    /// A new run of the program against it, `later` after the first: buckets are full again.
    pub(super) fn run(later: SignedDuration) -> Arc<Self> {
        let (server, counter) = (Server::new(), Arc::<Counter>::default());
        let aws = server.clients(Arc::clone(&counter));
        let first = Timestamp::from_second(1_800_000_000).and_then(|at| at.checked_add(later)).expect("a time");
        Arc::new(Self { server, aws, counter, first })
    }

    /// Seconds since this run began.
    pub(super) fn seconds(&self) -> f64 {
        self.server.seconds()
    }
}

impl Cloud for Large {
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<Scope>, Fault>> {
        Box::pin(std::future::ready(Ok(vec![Scope::new("large", "ap-northeast-1")])))
    }

    fn identify<'a>(&'a self, _scope: &'a Scope) -> BoxFuture<'a, Result<Identity, Fault>> {
        let who = Identity {
            account: "123456789012".into(),
            arn: Arn::from("arn:aws:iam::123456789012:user/you"),
            login: None,
        };
        Box::pin(std::future::ready(Ok(who)))
    }

    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        Box::pin(async move {
            let aws = Clients { priority: Priority::of(coverage), ..self.aws.clone() };
            kind.read(FetchContext { aws: &aws, scope, known, coverage }).await
        })
    }

    fn look<'a>(
        &'a self,
        _kind: &'static dyn AnyKind,
        _id: &'a ResourceId,
        _known: &'a World,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(std::future::ready(Ok(Extra::default())))
    }

    fn change<'a>(&'a self, _change: &'a Approved, _scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        let fault = Fault::new(FaultKind::Refused, "change", "nothing is changed here");
        Box::pin(std::future::ready(Err(fault)))
    }

    fn renew(&self, _source: &SourceName) {}

    fn kept_as(&self, scope: &Scope) -> Option<String> {
        Some(scope.region.to_string())
    }

    fn calm(&self) {
        self.aws.budget.calm();
    }

    fn stats(&self) -> Stats {
        self.counter.read()
    }

    fn login(&self, _source: &SourceName) -> Option<Vec<String>> {
        None
    }

    fn now(&self) -> Timestamp {
        let since = SignedDuration::from_secs_f64(self.seconds());
        self.first.checked_add(since).unwrap_or(self.first)
    }
}
