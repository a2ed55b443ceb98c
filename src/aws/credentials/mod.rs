//! The credentials of one source, asked for once for everybody who needs them: one question at a time, whose outcome all
//! that wait for it share, failures kept for a while with their first reason. Where they come from is `chain`'s word.

mod base;
pub mod chain;
mod horizon;
mod process;
mod role;

use futures_util::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::Instant;

use self::chain::{Chain, Role};
use self::process::Running;
use super::connect::Opening;
use super::profiles::Profiles;
use super::source::Source;
use super::variables;
use crate::ssm::start_request::Token;
use crate::world::{Fault, FaultKind, LoginHorizon};

/// Credentials are asked for anew this long before they run out.
const EARLY: Duration = Duration::from_secs(60);
/// After a failure nobody is asked again for this long, ...
const REST: Duration = Duration::from_secs(5);
/// ... a command not for this long and twice as long each time, ...
const PROCESS_REST: Duration = Duration::from_secs(30);
/// ... up to this.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// What is waited for is told after this long.
const TELL_AFTER: Duration = Duration::from_secs(2);

/// Whoever can be asked for what only a person knows, and told what is waited for.
pub trait Attendant: std::fmt::Debug + Send + Sync {
    /// How long a caller waits for credentials before it is told that they are still waited for; `None` for as long as
    /// it takes.
    fn patience(&self) -> Option<Duration>;

    /// Whether commands may ask on the terminal.
    fn is_on_terminal(&self) -> bool;

    /// Tells what is waited for.
    fn waiting(&self, what: &str);

    /// Asks for the code of an MFA device; `None` where nobody can be asked.
    fn code<'a>(&'a self, device: &'a str) -> BoxFuture<'a, Option<Token>>;
}

/// Nobody.
#[derive(Debug)]
pub(crate) struct Unattended;

impl Attendant for Unattended {
    fn patience(&self) -> Option<Duration> {
        None
    }

    fn is_on_terminal(&self) -> bool {
        false
    }

    fn waiting(&self, what: &str) {
        tracing::info!(what, "waiting for credentials");
    }

    fn code<'a>(&'a self, _device: &'a str) -> BoxFuture<'a, Option<Token>> {
        Box::pin(std::future::ready(None))
    }
}

/// The credentials of a source. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Supply(Arc<Need>);

/// What asking takes, and what is known.
#[derive(Debug)]
struct Need {
    source: Source,
    region: String,
    opening: Opening,
    attendant: Arc<dyn Attendant>,
    running: Running,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    credentials: Option<Credentials>,
    /// When they were had.
    since: Option<Instant>,
    /// The question under way.
    flight: Option<watch::Receiver<bool>>,
    /// The last failure, until when it stands, and how many there were in a row.
    failure: Option<(Fault, Instant)>,
    failures: u32,
    /// What is waited for, and since when.
    waits: Option<(String, Instant)>,
    /// What to do when they run out or are refused.
    advice: Option<String>,
    /// A code that was given, for the next question.
    code: Option<Token>,
    /// The device whose code was wanted last.
    wanted: Option<String>,
    /// How long they last, and the login behind them.
    horizon: Option<LoginHorizon>,
}

impl Supply {
    /// Of `source`; roles are assumed in `region`.
    pub(crate) fn new(source: &Source, region: &str, opening: Opening, attendant: Arc<dyn Attendant>) -> Self {
        Self(Arc::new(Need {
            source: source.clone(),
            region: region.to_owned(),
            opening,
            attendant,
            running: Running::default(),
            state: Mutex::default(),
        }))
    }

    /// Credentials that hold for a while yet.
    ///
    /// # Errors
    /// They could not be had, or are still waited for.
    pub(crate) async fn credentials(&self) -> Result<Credentials, Fault> {
        let asked = Instant::now();
        let mut flight = match self.0.known() {
            Ok(got) => return got,
            Err(flight) => flight.unwrap_or_else(|| self.ask()),
        };
        let done = async { flight.wait_for(|done| *done).await.is_ok() };
        let done = match self.0.attendant.patience() {
            Some(patience) => match tokio::time::timeout(patience, done).await {
                Ok(done) => done,
                Err(_) => return Err(self.0.still_waiting(asked)),
            },
            None => self.0.tell_and_wait(done).await,
        };
        let state = self.0.state();
        match (&state.failure, &state.credentials) {
            (None, Some(credentials)) => Ok(credentials.clone()),
            (Some(_), Some(credentials)) if holds(credentials, Duration::ZERO) => Ok(credentials.clone()),
            (Some((fault, _)), _) if done => Err(fault.clone()),
            _ => Err(Fault::new(FaultKind::Odd, "looking for credentials", "the search broke off")),
        }
    }

    /// Begins to ask, on its own: who waits may give up, the answer is kept.
    fn ask(&self) -> watch::Receiver<bool> {
        let mut state = self.0.state();
        // Somebody else may have been quicker.
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (tell, flight) = watch::channel(false);
        state.flight = Some(flight.clone());
        let code = state.code.take();
        drop(state);
        let need = Arc::clone(&self.0);
        tokio::spawn(async move {
            let got = AssertUnwindSafe(need.load(code)).catch_unwind().await.unwrap_or_else(|_| {
                Err(Fault::new(FaultKind::Odd, "looking for credentials", "the search broke off; the log says where"))
            });
            need.keep(got);
            // Whoever waited may have given up.
            let _ = tell.send(true);
        });
        flight
    }

    /// Lets go of credentials that AWS calls expired, so that the next who asks gets fresh ones; not of such as are
    /// younger than `age`.
    pub(crate) fn forget(&self, age: Duration) {
        let mut state = self.0.state();
        if state.since.is_some_and(|since| since.elapsed() >= age) {
            state.credentials = None;
            state.since = None;
        }
    }

    /// Takes the code of an MFA device for the next question, and asks again at once when somebody needs it.
    pub(crate) fn give_code(&self, code: Token) {
        let mut state = self.0.state();
        state.code = Some(code);
        state.wanted = None;
        state.failure = None;
    }

    /// How long the credentials that were had last last.
    pub(crate) fn horizon(&self) -> Option<LoginHorizon> {
        self.0.state().horizon.clone()
    }

    /// The device whose code was wanted last.
    pub(crate) fn wanted_code(&self) -> Option<String> {
        self.0.state().wanted.clone()
    }

    /// A fault with what to do about it, where it is the credentials that AWS refused.
    pub(crate) fn advised(&self, fault: Fault) -> Fault {
        match &self.0.state().advice {
            Some(advice) if fault.is_login() && fault.advice.is_none() => fault.advise(advice),
            _ => fault,
        }
    }

    /// Ends a command that runs for these credentials.
    pub(crate) fn end(&self) {
        self.0.running.end();
    }
}

impl ProvideCredentials for Supply {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        // The fault itself is the cause: it comes out of the SDK's error as it went in.
        future::ProvideCredentials::new(async { self.credentials().await.map_err(CredentialsError::provider_error) })
    }
}

/// Whether credentials hold for another `span`.
fn holds(credentials: &Credentials, span: Duration) -> bool {
    credentials.expiry().is_none_or(|end| end > SystemTime::now() + span)
}

impl Need {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known without asking; else the question under way, if there is one.
    fn known(&self) -> Result<Result<Credentials, Fault>, Option<watch::Receiver<bool>>> {
        let state = self.state();
        if let Some(credentials) = state.credentials.as_ref().filter(|keys| holds(keys, EARLY)) {
            return Ok(Ok(credentials.clone()));
        }
        if state.flight.is_some() {
            return Err(state.flight.clone());
        }
        match (&state.failure, &state.credentials) {
            // They were to be renewed early, and hold yet.
            (Some((_, until)), Some(keys)) if Instant::now() < *until && holds(keys, Duration::ZERO) => {
                Ok(Ok(keys.clone()))
            }
            (Some((fault, until)), _) if Instant::now() < *until => Ok(Err(fault.clone())),
            _ => Err(None),
        }
    }

    /// Keeps the outcome.
    fn keep(&self, got: Result<Credentials, Fault>) {
        let mut state = self.state();
        state.flight = None;
        let was_process = state.waits.take().is_some();
        match got {
            Ok(credentials) => {
                state.credentials = Some(credentials);
                state.since = Some(Instant::now());
                state.failure = None;
                state.failures = 0;
            }
            Err(fault) => {
                let rest = match was_process {
                    true => (PROCESS_REST * 2u32.saturating_pow(state.failures.min(8))).min(LONGEST_REST),
                    false => REST,
                };
                state.failures = state.failures.saturating_add(1);
                state.failure = Some((fault, Instant::now() + rest));
            }
        }
    }

    /// Looks at the files as they are now, and asks whoever they name.
    async fn load(&self, code: Option<Token>) -> Result<Credentials, Fault> {
        let profiles = Profiles::read(self.opening.variables.clone()).await?;
        profiles.check(&self.source)?;
        let chain = Chain::of(&profiles, &self.source, self.opening.given.is_some())?;
        self.state().advice = Some(chain.advice());
        let got = self.follow(&profiles, &chain, code).await.and_then(|keys| usable(keys, &chain));
        got.map_err(
            |fault| if fault.is_login() && fault.advice.is_none() { fault.advise(chain.advice()) } else { fault },
        )
    }

    async fn follow(&self, profiles: &Profiles, chain: &Chain, code: Option<Token>) -> Result<Credentials, Fault> {
        let mut code = code;
        let mut credentials = base::credentials(self, profiles, chain).await?;
        let base = credentials.expiry();
        for role in &chain.roles {
            let given = match &role.mfa_serial {
                Some(device) => Some(self.code(role, device, code.take()).await?),
                None => None,
            };
            let provider = SharedCredentialsProvider::new(usable(credentials, chain)?);
            let region = Region::new(self.region.clone());
            let config = self.opening.config(&self.source, profiles, provider, region).await;
            credentials = role::assume(&config, role, given).await?;
        }
        let variable = |name: &str| profiles.variables().get(name);
        let caches = horizon::Caches { home: variable("HOME"), login: variable("AWS_LOGIN_CACHE_DIRECTORY") };
        let horizon = horizon::of(chain, (base, &credentials), caches).await;
        self.state().horizon = Some(horizon);
        Ok(credentials)
    }

    /// The code of a device: given before, or asked for now.
    async fn code(&self, role: &Role, device: &str, given: Option<Token>) -> Result<Token, Fault> {
        if let Some(code) = given {
            return Ok(code);
        }
        match self.attendant.code(device).await {
            Some(code) => Ok(code),
            None => {
                self.state().wanted = Some(device.to_owned());
                Err(role::wants_code(role, device, self.attendant.is_on_terminal()))
            }
        }
    }

    /// A switch of the environment or of the profile; checked before.
    fn flag(&self, profiles: &Profiles, variable: &str, key: &str) -> Option<bool> {
        let own = || profiles.value(&self.source, key).and_then(|text| variables::flag(text).ok());
        profiles.variables().flag(variable).ok().flatten().or_else(own)
    }

    /// Notes what is waited for.
    fn waiting(&self, what: String) {
        self.state().waits = Some((what, Instant::now()));
    }

    /// The fault of who would not wait any longer.
    fn still_waiting(&self, asked: Instant) -> Fault {
        let waits = self.state().waits.clone();
        let (what, since) = waits.unwrap_or_else(|| ("the credentials".to_owned(), asked));
        let message = format!("waiting for {what}, {} s so far", since.elapsed().as_secs());
        let fault = Fault::new(FaultKind::Timeout, "looking for credentials", message);
        fault.advise("answer it where it asks; toban goes on by itself")
    }

    /// Waits as long as it takes, and tells once what for.
    async fn tell_and_wait(&self, done: impl Future<Output = bool>) -> bool {
        let mut done = std::pin::pin!(done);
        if let Ok(done) = tokio::time::timeout(TELL_AFTER, done.as_mut()).await {
            return done;
        }
        if let Some((what, _)) = self.state().waits.clone() {
            self.attendant.waiting(&what);
        }
        done.await
    }
}

/// Credentials that can be sent.
fn usable(credentials: Credentials, chain: &Chain) -> Result<Credentials, Fault> {
    let parts = [Some(credentials.access_key_id()), Some(credentials.secret_access_key()), credentials.session_token()];
    for part in parts.into_iter().flatten() {
        if let Err(why) = variables::key(part) {
            let message = format!("the key that came from {} cannot be used: {why}", chain.base.name());
            return Err(Fault::new(FaultKind::Credentials, "looking for credentials", message));
        }
    }
    Ok(credentials)
}

#[cfg(test)]
mod tests;
