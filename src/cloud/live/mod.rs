//! `Live`: the cloud seam over the real AWS. Clients are made when a scope is first read and kept;
//! a source that cannot be used has its own fault and never hides another.

mod ecs_exec;
mod kms;
pub mod probe;
mod rds_token;
mod sessions;
mod start_guard;
#[cfg(test)]
mod testing;

use futures_util::future::BoxFuture;
use sessions::Notes;
pub use sessions::Sessions;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::aws::budget::{Budget, Priority, UNPACED};
use crate::aws::clients::Clients;
use crate::aws::connect::{Opening, http, metadata_region};
use crate::aws::credentials::chain::Chain;
use crate::aws::credentials::{Attendant, Supply, Unattended};
use crate::aws::profiles::Profiles;
use crate::aws::source::{Source, Sources};
use crate::aws::stats::Counter;
use crate::aws::stats::Stats;
use crate::aws::variables::Variables;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::display::Extra;
use crate::kinds::{AnyKind, FetchContext};
use crate::ssm::channel::{Channel, Session, Settings};
use crate::ssm::network::Network;
use crate::ssm::plugin::Plugged;
use crate::ssm::start_request::{Abandoned, SessionSource, StartRequest as SessionAsk, Token};
use crate::store::Place;
use crate::world::access_check::{Check, Outcome};
use crate::world::{
    AccountId, AnyReading, Arn, Coverage, Fault, FaultKind, Identity, Region, ResourceId, Scope, SourceName, World,
};

/// Credentials that ran out are looked for again after this long at the earliest.
const RENEW_AFTER: Duration = Duration::from_secs(10);

/// The real AWS.
#[derive(Debug)]
pub struct Live {
    sources: Sources,
    given: Option<SharedCredentialsProvider>,
    http: Result<SharedHttpClient, Fault>,
    variables: Result<Variables, Fault>,
    attendant: Arc<dyn Attendant>,
    counter: Arc<Counter>,
    network: OnceLock<Network>,
    abandoned: Notes,
    unpaced: bool,
    state_dir: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    profiles: Option<Arc<Profiles>>,
    /// Sources that cannot be used, and why.
    faults: BTreeMap<SourceName, Fault>,
    opened: HashMap<SourceName, Opened>,
    /// Credentials outlive clients: what is asked for must not be asked for twice.
    supplies: HashMap<SourceName, Supply>,
    /// Budgets outlive clients: a renewal must not refill them.
    budgets: HashMap<Scope, Arc<Budget>>,
}

#[derive(Debug)]
struct Opened {
    since: Instant,
    clients: HashMap<Region, Arc<OnceCell<Clients>>>,
}

impl Live {
    /// AWS as these sources see it. Opens nothing yet.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            given: None,
            http: http(),
            variables: Variables::read(),
            attendant: Arc::new(Unattended),
            counter: Arc::default(),
            network: OnceLock::new(),
            abandoned: Notes::default(),
            unpaced: std::env::var_os(UNPACED).is_some(),
            state_dir: None,
            state: Mutex::default(),
        }
    }

    /// The same, counting its calls together with the other consoles of this machine, in the local store of that
    /// directory.
    #[must_use]
    pub fn sharing(mut self, state_dir: Option<PathBuf>) -> Self {
        self.state_dir = state_dir;
        self
    }

    /// The same with these keys in place of whatever the environment gives to sources without a profile.
    #[must_use]
    pub fn with_keys(mut self, id: &str, secret: &str) -> Self {
        let keys = Credentials::new(id, secret, None, None, "given");
        self.given = Some(SharedCredentialsProvider::new(keys));
        self
    }

    /// The same with somebody who can be asked for what only a person knows.
    #[must_use]
    pub fn attended_by(mut self, attendant: Arc<dyn Attendant>) -> Self {
        self.attendant = attendant;
        self
    }

    /// The same for a test whose AWS is on this machine: calls do not wait for their turn. No effect anywhere else.
    #[doc(hidden)]
    #[must_use]
    pub fn unpaced(mut self) -> Self {
        self.unpaced = true;
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn source(&self, name: &SourceName) -> Option<&Source> {
        self.sources.list.iter().find(|source| source.label == *name)
    }

    /// Where the credentials of a source come from, as far as the files say.
    fn chain(&self, source: &SourceName) -> Option<Chain> {
        let profiles = self.state().profiles.clone()?;
        Chain::of(&profiles, self.source(source)?, self.given.is_some()).ok()
    }

    async fn find_scopes(&self) -> Result<Vec<Scope>, Fault> {
        let http = self.http.as_ref().map_err(Fault::clone)?;
        let variables = self.variables.as_ref().map_err(Fault::clone)?.clone();
        let profiles = Arc::new(Profiles::read(variables).await?);
        let mut scopes: Vec<Scope> = Vec::new();
        let mut faults = BTreeMap::new();
        for source in &self.sources.list {
            let regions = match profiles.check(source) {
                Ok(()) => regions(source, &profiles, http).await,
                Err(fault) => Err(fault),
            };
            let regions = regions.unwrap_or_else(|fault| {
                faults.insert(source.label.clone(), fault);
                if source.regions.is_empty() { vec!["-".to_owned()] } else { source.regions.clone() }
            });
            for region in regions {
                let scope = Scope::new(source.label.clone(), region);
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
        let hopeless = scopes.iter().all(|scope| faults.contains_key(&scope.source));
        let first = faults.values().next().cloned();
        let mut state = self.state();
        state.profiles = Some(profiles);
        state.faults = faults;
        match first {
            Some(fault) if hopeless => Err(fault),
            _ => Ok(scopes),
        }
    }

    /// The clients of a scope, opened when first asked for.
    async fn clients(&self, scope: &Scope) -> Result<Clients, Fault> {
        let http = self.http.as_ref().map_err(Fault::clone)?.clone();
        let variables = self.variables.as_ref().map_err(Fault::clone)?.clone();
        let (given, counter, unpaced) = (self.given.clone(), Arc::clone(&self.counter), self.unpaced);
        let opening = Opening { http, variables, given, counter, unpaced };
        let Some(source) = self.source(&scope.source) else {
            let message = format!("there is no source {}", scope.source);
            return Err(Fault::new(FaultKind::Credentials, "choosing the source", message));
        };
        let (keys, profiles, clients, budget) = {
            let mut state = self.state();
            if let Some(fault) = state.faults.get(&scope.source) {
                return Err(fault.clone());
            }
            let budget = Arc::clone(state.budgets.entry(scope.clone()).or_default());
            let opened = state
                .opened
                .entry(scope.source.clone())
                .or_insert_with(|| Opened { since: Instant::now(), clients: HashMap::new() });
            let clients = Arc::clone(opened.clients.entry(scope.region.clone()).or_default());
            let keys = state.supplies.entry(scope.source.clone()).or_insert_with(|| {
                Supply::new(source, scope.region.as_str(), opening.clone(), Arc::clone(&self.attendant))
            });
            (keys.clone(), state.profiles.clone(), clients, budget)
        };
        // Whoever comes while they are asked for waits here, and every fault is told as what it is.
        keys.credentials().await?;
        let profiles = match profiles {
            Some(profiles) => profiles,
            None => Arc::new(Profiles::read(opening.variables.clone()).await?),
        };
        let region = scope.region.as_str();
        Ok(clients.get_or_init(|| opening.clients((source, &profiles), &keys, region, budget)).await.clone())
    }

    /// What starts and ends sessions in a scope.
    ///
    /// # Errors
    /// The scope cannot be used.
    pub async fn sessions(&self, scope: &Scope) -> Result<Sessions, Fault> {
        Ok(Sessions::new(self.clients(scope).await?, self.abandoned.clone()))
    }

    /// The region, told from the same one behind another endpoint: what answers there is another AWS.
    fn region_at_endpoint(&self, scope: &Scope) -> String {
        match self.source(&scope.source).and_then(|source| source.endpoint_url.as_deref()) {
            Some(endpoint) => format!("{} at {endpoint}", scope.region),
            None => scope.region.to_string(),
        }
    }

    async fn who(&self, scope: &Scope) -> Result<Identity, Fault> {
        let aws = self.clients(scope).await?;
        let operation = "sts:GetCallerIdentity";
        let who = aws.call(operation, None, aws.sts.get_caller_identity().send()).await?;
        match (who.account(), who.arn()) {
            (Some(account), Some(arn)) => {
                if let Some(dir) = self.state_dir.clone() {
                    let region = self.region_at_endpoint(scope);
                    Arc::clone(&aws.budget).share(dir, Place { account: account.to_owned(), region }).await;
                }
                let login = self.state().supplies.get(&scope.source).and_then(Supply::horizon);
                Ok(Identity { account: AccountId::from(account), arn: Arn::from(arn), login })
            }
            _ => Err(Fault::new(FaultKind::Garbled, operation, "the answer names no account")),
        }
    }

    /// After credentials ran out: lets go of them, so that the next reading looks for fresh ones; not more than once a poll.
    fn notice<'a>(&self, scope: &Scope, mut faults: impl Iterator<Item = &'a Fault>) {
        if faults.any(|fault| fault.kind == FaultKind::Expired) {
            let mut state = self.state();
            if state.opened.get(&scope.source).is_some_and(|opened| opened.since.elapsed() >= RENEW_AFTER) {
                state.opened.remove(&scope.source);
                if let Some(keys) = state.supplies.get(&scope.source) {
                    keys.forget(RENEW_AFTER);
                }
            }
        }
    }

    fn noticed<T>(&self, scope: &Scope, got: Result<T, Fault>) -> Result<T, Fault> {
        self.notice(scope, got.as_ref().err().into_iter());
        got
    }
}

/// The regions to read for a source.
async fn regions(source: &Source, profiles: &Profiles, http: &SharedHttpClient) -> Result<Vec<String>, Fault> {
    if !source.regions.is_empty() {
        return Ok(source.regions.clone());
    }
    if let Some(region) = profiles.region(source) {
        return Ok(vec![region]);
    }
    // Only who runs on EC2 without saying anything else means the metadata service.
    if source.profile.is_none()
        && profiles.variables().may_ask_metadata()
        && let Some(region) = metadata_region(http).await
    {
        return Ok(vec![region]);
    }
    let (message, remedy) = match &source.profile {
        Some(name) => {
            let message = format!("no region is set for the profile {name}");
            (message, "set region in the profile, set AWS_REGION, or pass --region")
        }
        None => ("no region is set".to_owned(), "set AWS_REGION or pass --region"),
    };
    let fault = Fault::new(FaultKind::Refused, "choosing the region", message).on(source.label.as_str());
    Err(Fault { code: Some(Fault::NO_REGION.to_owned()), ..fault.advise(remedy) })
}

impl Cloud for Live {
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<Scope>, Fault>> {
        Box::pin(self.find_scopes())
    }

    fn identify<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Identity, Fault>> {
        Box::pin(async move { self.noticed(scope, self.who(scope).await) })
    }

    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        Box::pin(async move {
            let mut aws = self.clients(scope).await?;
            aws.priority = Priority::of(coverage);
            let got = kind.read(FetchContext { aws: &aws, scope, known, coverage }).await;
            match &got {
                Ok(found) => self.notice(scope, found.faults()),
                Err(fault) => self.notice(scope, std::iter::once(fault)),
            }
            got
        })
    }

    fn look<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        id: &'a ResourceId,
        known: &'a World,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(async move {
            let aws = self.clients(&id.scope).await?;
            let ask = FetchContext { aws: &aws, scope: &id.scope, known, coverage: &Coverage::All };
            self.noticed(&id.scope, kind.look(ask, id, now).await)
        })
    }

    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let aws = self.clients(scope).await?;
            self.noticed(scope, change.perform(&aws).await)
        })
    }

    fn converse<'a>(&'a self, scope: &'a Scope, ask: &'a SessionAsk) -> BoxFuture<'a, Result<Session, Fault>> {
        Box::pin(async move {
            let source = Arc::new(self.sessions(scope).await?);
            let opened = self.noticed(scope, source.open(ask).await)?;
            let network = self.network.get_or_init(Network::from_env).clone();
            let settings = match ask.shakes_hands() {
                true => Settings::with_handshake(network),
                false => Settings::plain(network),
            };
            Ok(Session { id: opened.id.clone(), channel: Channel::start(source, opened, settings) })
        })
    }

    fn active_session<'a>(
        &'a self,
        scope: &'a Scope,
        target: &'a str,
        id: Option<&'a str>,
        mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, Fault>> {
        Box::pin(async move { self.noticed(scope, self.sessions(scope).await?.active(target, id, mark).await) })
    }

    fn end_session<'a>(&'a self, scope: &'a Scope, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { self.noticed(scope, self.sessions(scope).await?.end(id).await) })
    }

    fn abandoned(&self) -> Vec<Abandoned> {
        self.abandoned.all()
    }

    fn database_token<'a>(
        &'a self,
        scope: &'a Scope,
        to: (&'a str, u16),
        user: &'a str,
    ) -> BoxFuture<'a, Result<Token, Fault>> {
        Box::pin(async move { rds_token::token(&self.clients(scope).await?.config, to, user).await })
    }

    fn start_plugin_session<'a>(
        &'a self,
        scope: &'a Scope,
        ask: &'a SessionAsk,
    ) -> BoxFuture<'a, Result<Plugged, Fault>> {
        Box::pin(async move {
            let source = Arc::new(self.sessions(scope).await?);
            self.noticed(scope, source.start_plugin_session(ask).await)
        })
    }

    fn renew(&self, source: &SourceName) {
        let mut state = self.state();
        state.opened.remove(source);
        state.faults.remove(source);
        if let Some(keys) = state.supplies.remove(source) {
            keys.end();
        }
    }

    fn give_code(&self, source: &SourceName, code: Token) {
        if let Some(keys) = self.state().supplies.get(source) {
            keys.give_code(code);
        }
    }

    fn close(&self) {
        for keys in self.state().supplies.values() {
            keys.end();
        }
    }

    fn kept_as(&self, scope: &Scope) -> Option<String> {
        Some(self.region_at_endpoint(scope))
    }

    fn calm(&self) {
        for budget in self.state().budgets.values() {
            budget.calm();
        }
    }

    fn stats(&self) -> Stats {
        self.counter.read()
    }

    fn login(&self, source: &SourceName) -> Option<Vec<String>> {
        self.chain(source)?.login()
    }

    fn code_device(&self, source: &SourceName) -> Option<String> {
        let wanted = self.state().supplies.get(source).and_then(Supply::wanted_code);
        // Before anything was asked, a device counts where there is nothing else to log in by.
        let chain = || self.chain(source).filter(|chain| chain.login().is_none());
        wanted.or_else(|| chain()?.roles.into_iter().find_map(|role| role.mfa_serial))
    }

    fn probe<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(async move {
            let who = self.who(scope).await;
            let mut checks = match self.clients(scope).await {
                Ok(aws) => probe::probe(&aws, scope, who, Timestamp::now()).await,
                Err(fault) => {
                    vec![Check { what: "sts:GetCallerIdentity".to_owned(), outcome: Outcome::Failed(fault) }]
                }
            };
            checks.push(probe::clock(self.counter.skew()));
            let profiles = self.state().profiles.clone();
            checks.extend(profiles.iter().flat_map(|profiles| profiles.complaints()).map(probe::complaint));
            checks
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.close();
    }
}
