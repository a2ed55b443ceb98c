//! Every failure of a call becomes a `Fault` here, once: by wire code, HTTP status and kind of
//! error. Nothing else in the program looks at SDK errors. Messages are sentences with their
//! causes, never Debug output, and never carry what was signed.

use std::error::Error;
use std::sync::LazyLock;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use regex_lite::Regex;

use super::idempotency::is_answer_lost;
use crate::text::mask_text;
use crate::world::{Fault, FaultKind};

/// Longest message kept, in characters.
const LONGEST: usize = 600;

/// Makes a fault of a failed `operation` (as IAM names it), tried `on` one thing or on none:
/// `client.list_services().send().await.map_err(fault("ecs:ListServices", Some(cluster)))`.
pub fn fault<'a, E>(operation: &'a str, on: Option<&'a str>) -> impl FnOnce(SdkError<E, HttpResponse>) -> Fault + 'a
where
    E: Error + ProvideErrorMetadata + 'static,
{
    move |error| {
        let mut fault = classify(operation, &error);
        fault.on = on.map(str::to_owned);
        fault.answer_lost = is_answer_lost(operation, &error);
        fault
    }
}

/// Makes a fault of credentials that could not be had of whatever `operation` says.
pub(crate) fn credentials_fault(operation: &str, error: &CredentialsError) -> Fault {
    if let Some(fault) = carried(error) {
        return fault;
    }
    let told = causes(error).join(": ");
    let kind = match error {
        _ if mentions(&told, SLOW) => FaultKind::Timeout,
        _ => credentials_kind(error, &told).unwrap_or(FaultKind::Credentials),
    };
    Fault::new(kind, operation, tidy(&told))
}

/// The fault that an error carries: one of ours that went through the SDK.
fn carried(error: &(dyn Error + 'static)) -> Option<Fault> {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(fault) = here.downcast_ref::<Fault>() {
            return Some(fault.clone());
        }
        cause = here.source();
    }
    None
}

fn classify<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Fault
where
    E: Error + ProvideErrorMetadata + 'static,
{
    if let Some(fault) = carried(error) {
        return fault;
    }
    let causes = causes(error);
    let told = causes.join(": ");
    let (kind, message, code) = match error {
        SdkError::ServiceError(service) => return service_fault(operation, service.err(), service.raw()),
        SdkError::ResponseError(_) if mentions(&told, SLOW) => (FaultKind::Timeout, told, None),
        SdkError::ResponseError(broken) => match plain_error(broken.raw()) {
            // The body was whole and an error in another protocol than this API's.
            Some((code, message)) => {
                let kind =
                    by_code(&code).or_else(|| by_status(broken.raw())).unwrap_or_else(|| of_its_own(broken.raw()));
                (kind, message.unwrap_or(told), Some(code))
            }
            None => (FaultKind::Garbled, garbled(broken.raw(), &told), None),
        },
        SdkError::TimeoutError(_) => (FaultKind::Timeout, told, None),
        SdkError::DispatchFailure(failure) => {
            let kind = match credentials_kind(error, &told) {
                Some(kind) => kind,
                None if failure.is_timeout() => FaultKind::Timeout,
                None if failure.is_io() => FaultKind::Offline,
                None if mentions(&told, ENDPOINT) => FaultKind::Unavailable,
                None if mentions(&told, NETWORK) => FaultKind::Offline,
                None => FaultKind::Odd,
            };
            (kind, if kind == FaultKind::Credentials { nowhere(told) } else { told }, None)
        }
        _ => (credentials_kind(error, &told).unwrap_or(FaultKind::Odd), told, None),
    };
    let mut fault = Fault::new(kind, operation, tidy(&message));
    fault.request_id = error.request_id().map(str::to_owned);
    fault.code = code;
    fault
}

/// What AWS itself, or something in its place, answered.
fn service_fault(operation: &str, error: &(impl Error + ProvideErrorMetadata + 'static), raw: &HttpResponse) -> Fault {
    let known = error.code().filter(|code| !code.chars().all(|c| c.is_ascii_digit()));
    // Some answers carry their error in another protocol's clothes: moto's, and those of gateways.
    let plain = if known.is_none() { plain_error(raw) } else { None };
    let code = known.map(str::to_owned).or_else(|| plain.as_ref().map(|(code, _)| code.clone()));
    let said = error.message().map(str::to_owned).or_else(|| plain.and_then(|(_, message)| message));
    let status = raw.status().as_u16();
    let kind = match &code {
        Some(code) => by_code(code).or_else(|| by_status(raw)).unwrap_or_else(|| of_its_own(raw)),
        None if is_html(raw) || (200..400).contains(&status) => FaultKind::Garbled,
        None => by_status(raw).unwrap_or(FaultKind::Odd),
    };
    let message = match (said, &code) {
        (Some(said), _) => said,
        (None, Some(code)) => code.clone(),
        (None, None) => garbled(raw, &causes(error).join(": ")),
    };
    let mut fault = Fault::new(kind, operation, with_hint(code.as_deref(), &tidy(&message)));
    fault.request_id = error.meta().request_id().or_else(|| raw.request_id()).map(str::to_owned);
    fault.code = code;
    fault
}

/// The class of a wire code; `None` where it is only the service's own reason.
fn by_code(code: &str) -> Option<FaultKind> {
    // `com.amazonaws.ecs#ClusterNotFoundException`, `ThrottlingException:http://…`.
    let code = code.rsplit('#').next().unwrap_or(code).split(':').next().unwrap_or(code);
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    CODES.iter().find(|(_, words)| has(words)).map(|(kind, _)| *kind)
}

/// Words in wire codes and the class they mean, in every service's spelling; the first that fits counts.
const CODES: [(FaultKind, &[&str]); 7] = [
    (FaultKind::Denied, &["AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError", "Forbidden"]),
    (FaultKind::Expired, &["ExpiredToken", "RequestExpired", "UnauthorizedSSOToken", "TokenExpired", "ExpiredSession"]),
    (
        FaultKind::Credentials,
        &[
            "InvalidClientTokenId",
            "UnrecognizedClient",
            "SignatureDoesNotMatch",
            "InvalidSignature",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "InvalidToken",
            "AuthFailure",
            "InvalidAccessKeyId",
            "RequestInTheFuture",
            "RequestTimeTooSkewed",
            "NotSignedUp",
        ],
    ),
    (FaultKind::Throttled, THROTTLES),
    (FaultKind::Unavailable, &["OptInRequired", "RegionDisabled", "SubscriptionRequired", "PendingVerification"]),
    (FaultKind::Gone, &["NotFound", "NoSuchEntity"]),
    (FaultKind::Timeout, &["RequestTimeout"]),
];

/// Words of codes that say "slow down".
pub(super) const THROTTLES: &[&str] =
    &["Throttl", "TooManyRequests", "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded"];

/// What an HTTP status alone says.
fn by_status(raw: &HttpResponse) -> Option<FaultKind> {
    Some(match raw.status().as_u16() {
        401 | 403 => FaultKind::Denied,
        407 => FaultKind::Offline,
        408 | 504 => FaultKind::Timeout,
        429 => FaultKind::Throttled,
        _ => return None,
    })
}

/// What a code that is only the service's own means: a refusal, or where the service says that it is at fault itself, an
/// error of which nobody knows what was done.
fn of_its_own(raw: &HttpResponse) -> FaultKind {
    if raw.status().is_server_error() { FaultKind::Odd } else { FaultKind::Refused }
}

/// What the credentials providers mean, if one of them is the cause.
fn credentials_kind(error: &(dyn Error + 'static), told: &str) -> Option<FaultKind> {
    let mut cause = Some(error);
    while let Some(here) = cause {
        if let Some(credentials) = here.downcast_ref::<CredentialsError>() {
            return Some(match credentials {
                _ if mentions(told, EXPIRED) => FaultKind::Expired,
                CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
                    FaultKind::Credentials
                }
                // An assumed role, SSO or a metadata service that cannot be reached is the network's fault.
                _ if mentions(told, NETWORK) => FaultKind::Offline,
                CredentialsError::ProviderTimedOut(_) => FaultKind::Credentials,
                _ if mentions(told, &["accessdenied", "not authorized"]) => FaultKind::Denied,
                _ => FaultKind::Credentials,
            });
        }
        cause = here.source();
    }
    mentions(told, &["no credentials", "missing credentials", "no identity resolver"]).then_some(FaultKind::Credentials)
}

/// The end of the SDK's chain of providers is the instance metadata service: its words mean that there was nothing at all.
fn nowhere(told: String) -> String {
    if mentions(&told, &["imds", "no providers in chain"]) {
        format!("no credentials in the environment, in the AWS files or on this machine's own role ({told})")
    } else {
        told
    }
}

const EXPIRED: &[&str] = &[
    "expired",
    "token has expired",
    "failed to load cached sso token",
    "token provider",
    "unauthorizedexception",
    "invalidgrantexception",
    "session token not found or invalid",
    "failed to load the cached",
];
const NETWORK: &[&str] = &[
    "dns error",
    "connect error",
    "dispatch failure",
    "connection refused",
    "connection closed",
    "connection reset",
    "network",
    "i/o error",
];
const ENDPOINT: &[&str] = &["endpoint", "missing region", "invalid configuration"];
const SLOW: &[&str] = &["timed out", "timeout", "minimum throughput"];

fn mentions(told: &str, words: &[&str]) -> bool {
    let told = told.to_lowercase();
    words.iter().any(|word| told.contains(word))
}

/// The chain of causes, each told once.
fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(here) = cause {
        let text = here.to_string();
        let text = without_debug(&text).to_owned();
        let said = all.iter().any(|known| known.contains(&text));
        if !said && !text.is_empty() && !EMPTY_WORDS.contains(&text.as_str()) {
            all.retain(|known| !text.contains(known.as_str()));
            all.push(text);
        }
        cause = here.source();
    }
    all
}

/// A text up to where it begins to print a value of the program's own, as `DispatchFailure(ConnectorError { kind: …`:
/// that says nothing to a reader, and may hold what was sent.
fn without_debug(text: &str) -> &str {
    let end = DEBUG.as_ref().and_then(|debug| debug.find(text)).map_or(text.len(), |found| found.start());
    text.get(..end).unwrap_or_default().trim_end_matches([' ', ':', '(', '`', '"'])
}

static DEBUG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shape = r#"\b[A-Z][A-Za-z0-9_]*( ?\{ ?[a-z_0-9]+: |\((Some|None|Ok|Err|"|[A-Z][A-Za-z0-9_]*( ?[({]|\))))"#;
    Regex::new(shape).ok()
});

/// The SDK's own names of its wrappers: they say nothing that the class does not.
const EMPTY_WORDS: &[&str] = &[
    "service error",
    "dispatch failure",
    "response error",
    "request has timed out",
    "failed to construct request",
    "other",
    "an error occurred while loading credentials",
    "an error occurred while loading an access token",
    "the credential provider was not enabled",
    "the credentials provider was not properly configured",
];

fn body(raw: &HttpResponse) -> String {
    let bytes = raw.body().bytes().unwrap_or_default();
    String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default()).into_owned()
}

fn is_html(raw: &HttpResponse) -> bool {
    let html = raw.headers().get("content-type").is_some_and(|kind| kind.contains("text/html"));
    let start = body(raw).trim_start().chars().take(15).collect::<String>().to_lowercase();
    html || start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// Code and message out of an error body, whichever of AWS's protocols it speaks.
fn plain_error(raw: &HttpResponse) -> Option<(String, Option<String>)> {
    let body = body(raw);
    if raw.status().as_u16() < 400 {
        return None;
    }
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(&body) {
        let field = |names: &[&str]| names.iter().find_map(|name| json.get(name)?.as_str().map(str::to_owned));
        return Some((field(&["__type", "code", "Code"])?, field(&["message", "Message"])));
    }
    let document = roxmltree::Document::parse(&body).ok()?;
    let field = |name: &str| document.descendants().find(|node| node.has_tag_name(name))?.text().map(str::to_owned);
    Some((field("Code")?, field("Message")))
}

fn garbled(raw: &HttpResponse, told: &str) -> String {
    let status = raw.status().as_u16();
    if is_html(raw) {
        return format!("HTTP {status} with an HTML page in place of AWS's answer (a proxy, or not AWS at all)");
    }
    let told = if told.is_empty() { "nothing that could be read" } else { told };
    format!("HTTP {status}: {told}")
}

/// One or a few lines: what was signed, secrets and excess go.
fn tidy(message: &str) -> String {
    // A refused signature is answered with the canonical request, session token and all.
    let message = message.split("The Canonical String for this request").next().unwrap_or(message);
    let message: String =
        message.lines().filter(|line| !line.to_lowercase().contains("authorization:")).collect::<Vec<_>>().join(" ");
    let message = mask_text(message.trim().trim_end_matches('.'));
    if message.chars().count() <= LONGEST {
        return message.into_owned();
    }
    message.chars().take(LONGEST).chain(['…']).collect()
}

/// What a reader could not know from the service's words alone.
fn with_hint(code: Option<&str>, message: &str) -> String {
    let hint = match code {
        Some(code) if code.contains("Signature") || code.contains("Skew") || code.contains("InTheFuture") => {
            "the secret key is wrong, or this machine's clock is off"
        }
        Some("RequestExpired") => "the credentials ran out, or this machine's clock is off",
        Some(code) if code.contains("InvalidClientTokenId") || code.contains("UnrecognizedClient") => {
            "the key is unknown there; a region that is not enabled for the account answers so too"
        }
        _ => return message.to_owned(),
    };
    format!("{message} ({hint})")
}

#[cfg(test)]
mod tests;
