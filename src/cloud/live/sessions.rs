//! Sessions as AWS starts, renews and ends them, the signature of a data channel's upgrade, and the keys of encrypted
//! ones: the SDK's side of `ssm::start_request`. Resuming and ending go to Systems Manager, whoever started the session.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_ecs::operation::execute_command::builders::ExecuteCommandInputBuilder;
use aws_sdk_ecs::types::Session;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::Mutex as AsyncMutex;

use super::ecs_exec;
use super::kms;
use super::start_guard;
use super::start_guard::StartGuard;
use crate::aws::clients::Clients;
use crate::aws::connect::http;
use crate::aws::direct::Service;
use crate::aws::direct::endpoint::endpoint;
use crate::ssm::crypto::DataKey;
use crate::ssm::plugin::{Plugged, plugged};
use crate::ssm::start_request::{Abandoned, Entrance, Opened, SessionSource, StartRequest, Token};
use crate::ssm::stream_host::is_loopback;
use crate::world::{Fault, FaultKind};

/// The name under which a data channel's upgrade is signed.
const SERVICE: &str = "ssmmessages";
const OPEN_CHANNEL: &str = "ssmmessages:OpenDataChannel";
/// Credentials are asked for anew this long before they run out.
const EARLY: Duration = Duration::from_secs(60);

/// What starts and ends sessions in one scope.
#[derive(Clone, Debug)]
pub struct Sessions {
    aws: Clients,
    keys: Arc<AsyncMutex<Option<Credentials>>>,
    notes: Notes,
}

/// What became of sessions that were given up.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<Abandoned>>>);

impl Notes {
    pub(super) fn all(&self) -> Vec<Abandoned> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes it, and what could not be cleared up in the log too.
    pub(super) fn add(&self, target: &str, is_known: bool, message: String) {
        if is_known {
            tracing::debug!(target, message, "a session was given up");
        } else {
            tracing::warn!(target, message, "a session was given up");
        }
        let note = Abandoned { target: target.to_owned(), message, is_known };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

impl Sessions {
    /// By these clients.
    pub(super) fn new(aws: Clients, notes: Notes) -> Self {
        Self { aws, keys: Arc::default(), notes }
    }

    /// Over a configuration of the caller's own.
    #[must_use]
    pub fn over(config: SdkConfig) -> Self {
        let clients = Clients::over(config, Arc::default(), Arc::default(), crate::aws::call_log::CallLog::default());
        Self::new(clients, Notes::default())
    }

    /// What it calls AWS by.
    pub(super) fn clients(&self) -> &Clients {
        &self.aws
    }

    /// Where it is noted what became of what was given up.
    pub(super) fn notes(&self) -> &Notes {
        &self.notes
    }

    async fn start(&self, ask: &StartRequest) -> Result<Opened, Fault> {
        let heard = Heard::default();
        let ask = &ask.clone().marked().0;
        let (operation, id, url, token, target) = match ask {
            StartRequest::Start { target, document, parameters, reason } => {
                let operation = "ssm:StartSession";
                let parameters = (!parameters.is_empty()).then(|| parameters.clone().into_iter().collect());
                let request = self.aws.ssm.start_session().target(target).set_document_name(document.clone());
                let guard = StartGuard::new(self, target, reason.as_deref().unwrap_or_default(), heard.clone());
                let request = request.set_parameters(parameters).reason(&guard.reason);
                let sent = request.customize().interceptor(heard.clone()).send();
                let session = match self.aws.call(operation, Some(target), sent).await {
                    Ok(session) => session,
                    Err(fault) => return Err(guard.failed(fault).await),
                };
                if session.session_id.is_none() {
                    let unnamed = Fault::new(FaultKind::Garbled, operation, "the answer names no session").on(target);
                    return Err(guard.failed(Fault { answer_lost: true, ..unnamed }).await);
                }
                guard.answered();
                (operation, session.session_id, session.stream_url, session.token_value, target)
            }
            StartRequest::Exec { cluster, task, container, command, target } => {
                let operation = "ecs:ExecuteCommand";
                let input = ExecuteCommandInputBuilder::default().cluster(cluster).task(task).container(container);
                let input = input.command(command).interactive(true);
                let session = ecs_exec::execute(self, input, (task, target), &heard).await?.session;
                let session = session.as_ref();
                let text = |field: fn(&Session) -> Option<&str>| session.and_then(field).map(str::to_owned);
                (operation, text(Session::session_id), text(Session::stream_url), text(Session::token_value), target)
            }
        };
        match (id, url, token) {
            (Some(id), Some(url), Some(token)) => {
                let entrance = Entrance { url, token: Token::new(token), is_local: heard.is_local() };
                Ok(Opened { id, target: target.clone(), entrance })
            }
            (Some(id), _, _) => {
                // It may run there although we cannot reach it.
                let became = match self.end(&id).await {
                    Ok(()) => "which was ended; nothing is open".to_owned(),
                    Err(why) => format!("which could not be ended: {}", why.sentence()),
                };
                let message = format!("the answer names no way into session {id}, {became}");
                Err(Fault::new(FaultKind::Garbled, operation, message).on(target))
            }
            (None, _, _) => {
                let unnamed = Fault::new(FaultKind::Garbled, operation, "the answer names no session").on(target);
                Err(Fault { answer_lost: true, ..unnamed })
            }
        }
    }

    /// The id of the active session on `target` that has that id, or that mark at the end of its reason.
    pub(super) async fn active(
        &self,
        target: &str,
        id: Option<&str>,
        mark: Option<&str>,
    ) -> Result<Option<String>, Fault> {
        match (id, mark) {
            (Some(id), _) => {
                let all = start_guard::active(&self.aws, target).await?;
                Ok(all.iter().any(|session| session.session_id() == Some(id)).then(|| id.to_owned()))
            }
            (None, Some(mark)) => {
                let what = format!("a session whose reason ends with {mark}");
                start_guard::by_reason(&self.aws, target, &what, |reason| reason.ends_with(mark)).await
            }
            (None, None) => Ok(None),
        }
    }

    async fn renew(&self, id: &str) -> Result<Option<Entrance>, Fault> {
        let heard = Heard::default();
        let sent = self.aws.ssm.resume_session().session_id(id).customize().interceptor(heard.clone()).send();
        match self.aws.call("ssm:ResumeSession", Some(id), sent).await {
            Ok(session) => Ok(session
                .stream_url
                .zip(session.token_value)
                .filter(|(_, token)| !token.is_empty())
                .map(|(url, token)| Entrance { url, token: Token::new(token), is_local: heard.is_local() })),
            Err(fault) if fault.code.as_deref().is_some_and(|code| code.contains("DoesNotExist")) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    pub(super) async fn end(&self, id: &str) -> Result<(), Fault> {
        let sent = self.aws.ssm.terminate_session().session_id(id).send();
        self.aws.call("ssm:TerminateSession", Some(id), sent).await.map(|_| ())
    }

    /// Credentials, kept until shortly before they run out.
    async fn credentials(&self) -> Result<Credentials, Fault> {
        let mut kept = self.keys.lock().await;
        let soon = SystemTime::now() + EARLY;
        if let Some(keys) = kept.as_ref().filter(|keys| keys.expiry().is_none_or(|end| end > soon)) {
            return Ok(keys.clone());
        }
        let Some(provider) = self.aws.config.credentials_provider() else {
            return Err(Fault::new(FaultKind::Credentials, OPEN_CHANNEL, "there are no credentials"));
        };
        let got = provider.provide_credentials().await;
        let keys = got.map_err(|error| crate::aws::fault::credentials_fault(OPEN_CHANNEL, &error))?;
        *kept = Some(keys.clone());
        Ok(keys)
    }

    /// Opens a session for the plugin, with our credentials as they are now.
    ///
    /// # Errors
    /// It could not be opened, or there are no credentials.
    pub(crate) async fn start_plugin_session(self: &Arc<Self>, ask: &StartRequest) -> Result<Plugged, Fault> {
        let credentials = self.credentials().await?;
        let opened = self.start(ask).await?;
        let region = self.aws.config.region().map(ToString::to_string).unwrap_or_default();
        // Resuming goes to Systems Manager, whoever started the session.
        let endpoint = endpoint(&self.aws.config, Service::SSM);
        let mut keys = vec![
            ("AWS_ACCESS_KEY_ID", Token::new(credentials.access_key_id().to_owned())),
            ("AWS_SECRET_ACCESS_KEY", Token::new(credentials.secret_access_key().to_owned())),
        ];
        keys.extend(credentials.session_token().map(|token| ("AWS_SESSION_TOKEN", Token::new(token.to_owned()))));
        let source: Arc<dyn SessionSource> = Arc::clone(self) as Arc<dyn SessionSource>;
        Ok(plugged(&opened, &region, &endpoint, keys, source))
    }

    async fn signature(&self, url: &str, at: SystemTime) -> Result<Vec<(String, Token)>, Fault> {
        // The address may come signed already.
        if url.to_ascii_lowercase().contains("x-amz-signature=") {
            return Ok(Vec::new());
        }
        let broken = |why: String| Fault::new(FaultKind::Odd, OPEN_CHANNEL, why);
        let identity: Identity = self.credentials().await?.into();
        let region = self.aws.config.region().map(ToString::to_string).unwrap_or_default();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&region)
            .name(SERVICE)
            .time(at)
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| broken(error.to_string()))?
            .into();
        // Signing decodes the query as a form first: a raw + is signed as a space, which is what the service does.
        let request = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(&[]))
            .map_err(|error| broken(chain(&error)))?;
        let (signed, _) = sign(request, &parameters).map_err(|error| broken(chain(&error)))?.into_parts();
        Ok(signed.headers().map(|(name, value)| (name.to_owned(), Token::new(value.to_owned()))).collect())
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl SessionSource for Sessions {
    fn open<'a>(&'a self, ask: &'a StartRequest) -> BoxFuture<'a, Result<Opened, Fault>> {
        Box::pin(self.start(ask))
    }

    fn resume<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Entrance>, Fault>> {
        Box::pin(self.renew(id))
    }

    fn terminate<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.end(id))
    }

    fn terminate_apart<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let config = self.aws.config.to_builder().http_client(http()?).build();
            let ssm = aws_sdk_ssm::Client::new(&config);
            let sent = ssm.terminate_session().session_id(id).send();
            self.aws.call("ssm:TerminateSession", Some(id), sent).await.map(|_| ())
        })
    }

    fn sign<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<(String, Token)>, Fault>> {
        Box::pin(self.signature(url, SystemTime::now()))
    }

    fn data_key<'a>(
        &'a self,
        key: &'a str,
        context: &'a BTreeMap<String, String>,
    ) -> BoxFuture<'a, Result<DataKey, Fault>> {
        let sent = kms::data_key(&self.aws.config, key, context);
        Box::pin(async move { self.aws.call("kms:GenerateDataKey", Some(key), sent).await })
    }
}

/// Hears where a call went: who answers from this machine may name an address on this machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Option<bool>>>);

impl Heard {
    fn is_local(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_default()
    }

    /// Whether the call left at all.
    pub(super) fn is_sent(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Intercept for Heard {
    fn name(&self) -> &'static str {
        "toban sessions"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri: Result<http::Uri, _> = context.request().uri().parse();
        let is_local = uri.is_ok_and(|uri| uri.host().is_some_and(is_loopback));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(is_local);
        Ok(())
    }
}
