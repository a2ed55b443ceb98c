//! Opening AWS: the HTTP client (proxy, CA bundle), the credentials of a source and the clients
//! of a scope with their timeouts, retries and counting. Made lazily; nothing is called here.

use std::sync::Arc;
use std::time::Duration;

use aws_config::imds;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use base64::Engine;

use super::answer_check::checked;
use super::budget::{Budget, Priority};
use super::call_log::CallLog;
use super::clients::Clients;
use super::credentials::Supply;
use super::direct::{Json, Query, RestJson, RestXml};
use super::idempotency::SendOnce;
use super::profiles::Profiles;
use super::single_flight::SingleFlight;
use super::source::Source;
use super::stats::{Counter, Counting};
use super::variables::Variables;
use crate::ssm::proxies::Proxies;
use crate::world::{Fault, FaultKind, Scope};

/// The largest CA bundle that is read, bytes: all public ones together are a quarter of a MiB.
const LARGEST_BUNDLE: u64 = 16 * 1024 * 1024;
/// How long the connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long a call may take with all its attempts.
const CALL: Duration = Duration::from_secs(60);
/// How long the instance metadata service may take: off EC2 there is none, and it may just not answer.
const METADATA: Duration = Duration::from_secs(1);

/// The HTTP client all scopes share: TLS by rustls, proxies as the environment says, and certificates as
/// `AWS_CA_BUNDLE` says, which the SDK itself does not read.
pub(crate) fn http() -> Result<SharedHttpClient, Fault> {
    let proxies = Proxies::of(|name| std::env::var_os(name)).map_err(|why| {
        let fault = Fault::new(FaultKind::Offline, "setting up the proxy", why);
        fault.advise("set the variable right or unset it; nothing was sent past the proxy")
    })?;
    let trust = match std::env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.is_empty()) {
        Some(path) => TrustStore::empty().with_pem_certificate(bundle(&path)?),
        None => TrustStore::default(),
    };
    let broken = |why: &dyn std::fmt::Display| Fault::new(FaultKind::Offline, "setting up TLS", why.to_string());
    let context = TlsContext::builder().with_trust_store(trust).build().map_err(|error| broken(&error))?;
    let client = |is_secure| {
        let proxy = proxy(&proxies, is_secure)?;
        let context = context.clone();
        Ok::<_, Fault>(Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder().proxy_config(proxy.clone());
            connector.set_connector_settings(settings.cloned());
            connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
            connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(context.clone()).build()
        }))
    };
    let (secure, plain) = (client(true)?, client(false)?);
    Ok(checked(SharedHttpClient::new(http_client_fn(move |settings, components| {
        SharedHttpConnector::new(ByScheme {
            secure: secure.http_connector(settings, components),
            plain: plain.http_connector(settings, components),
        })
    }))))
}

/// A proxy as the connector takes it. It knows one for each of its schemes, and the environment may name two.
fn proxy(proxies: &Proxies, is_secure: bool) -> Result<ProxyConfig, Fault> {
    let Some(url) = proxies.url(is_secure) else { return Ok(ProxyConfig::disabled()) };
    // Whatever the library says against it may repeat it.
    let broken = |_| Fault::new(FaultKind::Offline, "setting up the proxy", "its address cannot be used");
    Ok(ProxyConfig::all(url.reveal()).map_err(broken)?.no_proxy(proxies.direct()))
}

/// Connects by the proxy of the address's scheme.
#[derive(Debug)]
struct ByScheme {
    secure: SharedHttpConnector,
    plain: SharedHttpConnector,
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match request.uri().starts_with("http:") {
            true => self.plain.call(request),
            false => self.secure.call(request),
        }
    }
}

/// Reads a CA bundle and makes sure that it holds certificates: the TLS library would panic on anything else.
fn bundle(path: &str) -> Result<Vec<u8>, Fault> {
    let broken = |why: String| Fault::new(FaultKind::Offline, "reading AWS_CA_BUNDLE", why).on(path);
    let text =
        crate::os::read_text(std::path::Path::new(path), LARGEST_BUNDLE).map_err(|error| broken(error.to_string()))?;
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut found = String::new();
    for block in text.split(BEGIN).skip(1) {
        let inner: String = block.split(END).next().unwrap_or_default().split_whitespace().collect();
        let der = base64::engine::general_purpose::STANDARD.decode(&inner);
        // An X.509 certificate is a DER sequence.
        if der.is_ok_and(|der| der.first() == Some(&0x30)) {
            found.push_str(&format!("{BEGIN}\n{inner}\n{END}\n"));
        }
    }
    if found.is_empty() { Err(broken("it holds no PEM certificate".to_owned())) } else { Ok(found.into_bytes()) }
}

/// How long calls may take.
pub(super) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build()
}

/// The instance metadata service, which answers at once or is not there.
pub(super) fn metadata(conf: &ProviderConfig) -> imds::Client {
    imds::Client::builder()
        .configure(conf)
        .max_attempts(1)
        .connect_timeout(METADATA)
        .read_timeout(METADATA)
        .operation_timeout(METADATA * 2)
        .build()
}

/// The region the instance metadata service names, if there is one that answers at once.
pub(crate) async fn metadata_region(http: &SharedHttpClient) -> Option<String> {
    let conf = ProviderConfig::without_region().with_http_client(http.clone());
    let provider = imds::region::ImdsRegionProvider::builder().configure(&conf).imds_client(metadata(&conf)).build();
    let region = tokio::time::timeout(METADATA * 2, provider.region()).await.ok()??;
    Some(region.to_string())
}

/// What opening takes.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The HTTP client.
    pub(crate) http: SharedHttpClient,
    /// The variables of the environment.
    pub(crate) variables: Variables,
    /// Keys in place of the environment's.
    pub(crate) given: Option<SharedCredentialsProvider>,
    /// Where calls are counted.
    pub(crate) counter: Arc<Counter>,
    /// Whether a test asks for calls without pauses.
    pub(crate) unpaced: bool,
}

impl Opening {
    /// Opens the clients of `source` in `region`.
    pub(crate) async fn clients(
        &self,
        (source, profiles): (&Source, &Profiles),
        keys: &Supply,
        region: &str,
        budget: Arc<Budget>,
    ) -> Clients {
        let provider = SharedCredentialsProvider::new(keys.clone());
        let mut config = self.config(source, profiles, provider, Region::new(region.to_owned())).await;
        let budget = budget.for_endpoint(config.endpoint_url(), self.unpaced);
        if budget.is_unpaced() {
            let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
            config = config.into_builder().retry_config(retry.with_initial_backoff(Duration::from_millis(1))).build();
        }
        let log = CallLog::of(&Scope::new(source.label.clone(), region));
        Clients { supply: Some(keys.clone()), ..Clients::over(config, Arc::clone(&self.counter), budget, log) }
    }

    /// How clients of `source` are set up.
    pub(super) async fn config(
        &self,
        source: &Source,
        profiles: &Profiles,
        keys: SharedCredentialsProvider,
        region: Region,
    ) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(self.http.clone())
            .timeout_config(timeouts())
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            // Credentials are kept where they are asked for.
            .identity_cache(IdentityCache::no_cache())
            .credentials_provider(keys)
            .region(region)
            // The profile may name endpoints of its own; it stands there under the name that is read without one.
            .profile_files(profiles.for_sdk(source))
            .profile_name("default");
        if let Ok(name) = AppName::new("toban") {
            loader = loader.app_name(name);
        }
        if let Some(url) = &source.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

impl Clients {
    /// All clients over one configuration.
    pub(crate) fn over(config: SdkConfig, counter: Arc<Counter>, budget: Arc<Budget>, log: CallLog) -> Self {
        let counting = Counting::new(counter, Arc::clone(&budget), log.clone());
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(&config)
                        .interceptor(counting.clone())
                        .interceptor(log.clone())
                        .interceptor(SendOnce)
                        .build(),
                )
            };
        }
        Self {
            ecs: client!(aws_sdk_ecs),
            elb: client!(aws_sdk_elasticloadbalancingv2),
            rds: client!(aws_sdk_rds),
            cloudwatch: client!(aws_sdk_cloudwatch),
            logs: client!(aws_sdk_cloudwatchlogs),
            ssm: client!(aws_sdk_ssm),
            tags: client!(aws_sdk_resourcegroupstagging),
            scheduler: client!(aws_sdk_scheduler),
            ecr: client!(aws_sdk_ecr),
            sts: client!(aws_sdk_sts),
            scaling: client!(aws_sdk_applicationautoscaling),
            ec2: Query::ec2(&config, counting.clone()),
            iam: Query::iam(&config, counting.clone()),
            lambda: RestJson::lambda(&config, counting.clone()),
            events: Json::events(&config, counting.clone()),
            batch: RestJson::batch(&config, counting.clone()),
            states: Json::states(&config, counting.clone()),
            acm: Json::acm(&config, counting.clone()),
            acm_at_home: Json::acm_at_home(&config, counting.clone()),
            waf: Json::waf(&config, counting.clone()),
            waf_at_home: Json::waf_at_home(&config, counting.clone()),
            cognito: Json::cognito(&config, counting.clone()),
            apis: RestJson::apis(&config, counting.clone()),
            cloudfront: RestXml::cloudfront(&config, counting.clone()),
            route53: RestXml::route53(&config, counting.clone()),
            sns: Query::sns(&config, counting.clone()),
            stacks: Query::stacks(&config, counting.clone()),
            trail: Json::trail(&config, counting),
            clusters: SingleFlight::default(),
            config,
            budget,
            priority: Priority::default(),
            log,
            supply: None,
            record: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bundle;

    #[test]
    fn a_ca_bundle_is_checked_before_tls_sees_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("ca.pem");
        let path = file.to_str().expect("a path");
        assert!(bundle(path).expect_err("no file").message.contains("No such file"));
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n").expect("written");
        assert!(bundle(path).expect_err("no certificate").message.contains("no PEM certificate"));
        let good = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&file, format!("# corp\n{good}")).expect("written");
        assert_eq!(bundle(path).map(|pem| pem.len()), Ok(good.len() - 1));
    }
}
