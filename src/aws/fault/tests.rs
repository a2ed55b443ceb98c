//! The table of failures: what AWS, proxies and networks answer, and what a reader is told.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use rstest::rstest;

use super::{CODES, fault};
use crate::world::{Fault, FaultKind};

type Failure = SdkError<ErrorMetadata, HttpResponse>;

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body))
}

fn service(status: u16, code: Option<&str>, message: Option<&str>, body: &str) -> Failure {
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    SdkError::service_error(meta.build(), answer(status, body))
}

fn told(failure: Failure) -> Fault {
    fault("ecs:ListServices", Some("prooflink"))(failure)
}

/// Wire codes as they are met, each with the one word in it that tells.
const TOLD: &[(&str, &str, FaultKind)] = &[
    ("AccessDenied", "AccessDeniedException", FaultKind::Denied),
    ("AccessDenied", "AccessDenied", FaultKind::Denied),
    ("UnauthorizedOperation", "Client.UnauthorizedOperation", FaultKind::Denied),
    ("NotAuthorized", "NotAuthorizedException", FaultKind::Denied),
    ("AuthorizationError", "AuthorizationErrorException", FaultKind::Denied),
    ("Forbidden", "ForbiddenException", FaultKind::Denied),
    ("ExpiredToken", "ExpiredTokenException", FaultKind::Expired),
    ("RequestExpired", "RequestExpired", FaultKind::Expired),
    ("UnauthorizedSSOToken", "UnauthorizedSSOTokenError", FaultKind::Expired),
    ("TokenExpired", "AccessTokenExpiredException", FaultKind::Expired),
    ("ExpiredSession", "ExpiredSessionException", FaultKind::Expired),
    ("InvalidClientTokenId", "InvalidClientTokenId", FaultKind::Credentials),
    ("UnrecognizedClient", "UnrecognizedClientException", FaultKind::Credentials),
    ("SignatureDoesNotMatch", "SignatureDoesNotMatch", FaultKind::Credentials),
    ("InvalidSignature", "InvalidSignatureException", FaultKind::Credentials),
    ("IncompleteSignature", "IncompleteSignatureException", FaultKind::Credentials),
    ("MissingAuthenticationToken", "MissingAuthenticationTokenException", FaultKind::Credentials),
    ("InvalidToken", "InvalidTokenException", FaultKind::Credentials),
    ("AuthFailure", "AuthFailure", FaultKind::Credentials),
    ("InvalidAccessKeyId", "InvalidAccessKeyId", FaultKind::Credentials),
    ("RequestInTheFuture", "RequestInTheFuture", FaultKind::Credentials),
    ("RequestTimeTooSkewed", "RequestTimeTooSkewed", FaultKind::Credentials),
    ("NotSignedUp", "NotSignedUp", FaultKind::Credentials),
    ("Throttl", "ThrottlingException", FaultKind::Throttled),
    ("Throttl", "Throttling", FaultKind::Throttled),
    ("Throttl", "RequestThrottled", FaultKind::Throttled),
    ("TooManyRequests", "TooManyRequestsException", FaultKind::Throttled),
    ("RequestLimitExceeded", "RequestLimitExceeded", FaultKind::Throttled),
    ("SlowDown", "SlowDown", FaultKind::Throttled),
    ("BandwidthLimitExceeded", "BandwidthLimitExceeded", FaultKind::Throttled),
    ("OptInRequired", "OptInRequired", FaultKind::Unavailable),
    ("RegionDisabled", "RegionDisabledException", FaultKind::Unavailable),
    ("SubscriptionRequired", "SubscriptionRequiredException", FaultKind::Unavailable),
    ("PendingVerification", "PendingVerification", FaultKind::Unavailable),
    ("NotFound", "com.amazonaws.ecs#ClusterNotFoundException", FaultKind::Gone),
    ("NotFound", "TargetGroupNotFound", FaultKind::Gone),
    ("NotFound", "DBInstanceNotFound", FaultKind::Gone),
    ("NotFound", "InvalidInstanceID.NotFound", FaultKind::Gone),
    ("NotFound", "ResourceNotFoundException:http://internal.amazon.com/", FaultKind::Gone),
    ("NoSuchEntity", "NoSuchEntity", FaultKind::Gone),
    ("RequestTimeout", "RequestTimeout", FaultKind::Timeout),
];

#[test]
fn a_word_of_a_wire_code_has_its_class() {
    for (word, code, kind) in TOLD {
        let known: Vec<&str> =
            CODES.iter().flat_map(|(_, words)| *words).filter(|it| code.contains(**it)).copied().collect();
        assert_eq!(known, [*word], "{code} is told by one word alone");
        let fault = told(service(400, Some(code), Some("the service's words."), ""));
        assert_eq!((fault.kind, fault.code.as_deref()), (*kind, Some(*code)));
    }
    for (kind, word) in CODES.iter().flat_map(|(kind, words)| words.iter().map(move |word| (kind, word))) {
        assert!(TOLD.iter().any(|row| (row.0, row.2) == (*word, *kind)), "{word} has no row");
    }
}

#[rstest]
#[case("AccessDeniedException", FaultKind::Denied)]
#[case("InvalidDBInstanceState", FaultKind::Refused)]
#[case("InternalFailure", FaultKind::Refused)]
fn a_wire_code_has_its_class(#[case] code: &str, #[case] kind: FaultKind) {
    let fault = told(service(400, Some(code), Some("the service's words."), ""));
    assert_eq!((fault.kind, fault.code.as_deref()), (kind, Some(code)));
    assert!(fault.message.starts_with("the service's words"), "{}", fault.message);
    assert_eq!((fault.operation.as_str(), fault.on.as_deref()), ("ecs:ListServices", Some("prooflink")));
}

#[rstest]
#[case(400, FaultKind::Refused)]
#[case(409, FaultKind::Refused)]
#[case(499, FaultKind::Refused)]
#[case(500, FaultKind::Odd)]
#[case(503, FaultKind::Odd)]
fn an_error_of_the_services_own_is_no_refusal(#[case] status: u16, #[case] kind: FaultKind) {
    assert_eq!(told(service(status, Some("InternalFailure"), Some("no"), "")).kind, kind);
    let body = r#"{"__type":"InternalFailure","message":"no"}"#;
    assert_eq!(told(SdkError::response_error("not JSON", answer(status, body))).kind, kind, "in another protocol");
}

#[rstest]
#[case(
    403,
    "<Response><Errors><Error><Code>AccessDenied</Code><Message>no</Message></Error></Errors></Response>",
    FaultKind::Denied,
    "no"
)]
#[case(400, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#, FaultKind::Throttled, "Rate exceeded")]
#[case(500, "<!DOCTYPE html><html><body>oops</body></html>", FaultKind::Garbled, "HTML")]
#[case(403, "<html>blocked by the proxy</html>", FaultKind::Garbled, "HTML")]
#[case(429, "", FaultKind::Throttled, "HTTP 429")]
#[case(504, "upstream", FaultKind::Timeout, "HTTP 504")]
#[case(401, "", FaultKind::Denied, "HTTP 401")]
#[case(403, "", FaultKind::Denied, "HTTP 403")]
#[case(407, "", FaultKind::Offline, "HTTP 407")]
#[case(408, "", FaultKind::Timeout, "HTTP 408")]
#[case(502, "upstream", FaultKind::Odd, "HTTP 502")]
#[case(200, "<ListServicesRes", FaultKind::Garbled, "HTTP 200")]
#[case(200, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#, FaultKind::Garbled, "HTTP 200")]
fn an_answer_without_a_code_is_read_by_body_and_status(
    #[case] status: u16,
    #[case] body: &str,
    #[case] kind: FaultKind,
    #[case] message: &str,
) {
    for code in [None, Some("403")] {
        let fault = told(service(status, code, None, body));
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.message.contains(message), "{}", fault.message);
    }
}

#[rstest]
#[case(SdkError::timeout_error("operation attempt timeout (single attempt) occurred after 20s"), FaultKind::Timeout)]
#[case(SdkError::dispatch_failure(ConnectorError::timeout("HTTP connect timeout".into())), FaultKind::Timeout)]
#[case(SdkError::dispatch_failure(ConnectorError::io("dns error".into())), FaultKind::Offline)]
#[case(SdkError::dispatch_failure(ConnectorError::other("tcp connect error".into(), None)), FaultKind::Offline)]
#[case(SdkError::dispatch_failure(ConnectorError::other("client error (SendRequest): connection closed before message completed".into(), None)), FaultKind::Offline)]
#[case(SdkError::dispatch_failure(ConnectorError::other("client error (SendRequest): connection reset by peer".into(), None)), FaultKind::Offline)]
#[case(SdkError::dispatch_failure(ConnectorError::other("something new".into(), None)), FaultKind::Odd)]
#[case(SdkError::dispatch_failure(ConnectorError::other("Invalid Configuration: Missing Region".into(), None)), FaultKind::Unavailable)]
#[case(SdkError::response_error("unexpected end of file", answer(200, "{\"clusterArns\":[")), FaultKind::Garbled)]
#[case(SdkError::response_error("minimum throughput was specified at 1 B/s", answer(200, "")), FaultKind::Timeout)]
#[case(SdkError::construction_failure("a field was missing"), FaultKind::Odd)]
fn a_call_without_an_answer_has_its_class(#[case] failure: Failure, #[case] kind: FaultKind) {
    let fault = told(failure);
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(!fault.message.is_empty());
}

#[rstest]
#[case(CredentialsError::not_loaded("no providers in chain provided credentials"), FaultKind::Credentials)]
#[case(CredentialsError::invalid_configuration("profile `x` was not found"), FaultKind::Credentials)]
#[case(CredentialsError::provider_error("the SSO session has expired or is invalid"), FaultKind::Expired)]
#[case(
    CredentialsError::provider_error("UnauthorizedException: Session token not found or invalid"),
    FaultKind::Expired
)]
#[case(CredentialsError::provider_error("dispatch failure: dns error"), FaultKind::Offline)]
#[case(CredentialsError::provider_error("AccessDenied: not authorized to perform sts:AssumeRole"), FaultKind::Denied)]
#[case(CredentialsError::provider_timed_out(std::time::Duration::from_secs(10)), FaultKind::Credentials)]
fn credentials_that_cannot_be_had_have_their_class(#[case] why: CredentialsError, #[case] kind: FaultKind) {
    let fault = told(SdkError::dispatch_failure(ConnectorError::other(why.into(), None)));
    assert_eq!(fault.kind, kind, "{fault}");
}

#[test]
fn causes_are_chained_once_and_without_wrappers() {
    let why = CredentialsError::provider_error("Error retrieving credentials: external process exited with 1");
    let fault = told(SdkError::dispatch_failure(ConnectorError::other(why.into(), None)));
    assert_eq!(fault.message, "Error retrieving credentials: external process exited with 1");
    let why = CredentialsError::not_loaded("no providers in chain provided credentials");
    let fault = told(SdkError::dispatch_failure(ConnectorError::other(why.into(), None)));
    assert!(fault.message.starts_with("no credentials in the environment"), "{}", fault.message);
}

#[test]
fn what_was_signed_never_shows() {
    let body = "The request signature we calculated does not match. The Canonical String for this request should have been\n\
                'POST\n/\nauthorization: AWS4-HMAC-SHA256 Credential=AKIA\nx-amz-security-token:IQoJb3JpZ2luX2VjE'";
    let fault = told(service(403, Some("SignatureDoesNotMatch"), Some(body), ""));
    assert!(fault.message.contains("clock is off"), "{}", fault.message);
    for secret in ["IQoJ", "AKIA", "authorization"] {
        assert!(!fault.message.contains(secret), "{}", fault.message);
    }
}

#[test]
fn a_request_id_is_kept_and_an_endless_message_is_not() {
    let mut raw = answer(400, "");
    raw.headers_mut().insert("x-amzn-requestid", "req-1");
    let meta = ErrorMetadata::builder().code("ClientException").message("long ".repeat(4000)).build();
    let fault = told(SdkError::service_error(meta, raw));
    assert_eq!((fault.kind, fault.request_id.as_deref()), (FaultKind::Refused, Some("req-1")));
    assert!(fault.message.chars().count() < 700);
}

#[test]
fn a_value_of_the_program_is_never_printed() {
    let told = |text: &str| super::without_debug(text).to_owned();
    assert_eq!(told("dispatch failure: DispatchFailure(ConnectorError { kind: Io, source: x })"), "dispatch failure");
    assert_eq!(told("wrong type: Request { method: GET, uri: http://x }"), "wrong type");
    assert_eq!(told("expected a key but got `Identity { data: secret }`"), "expected a key but got");
    assert_eq!(told("odd: Some(\"secret\")"), "odd");
    assert_eq!(told("odd: Error(Some(\"secret\"))"), "odd");
    for fine in ["connect error: dns error: no record", "User: arn:aws:iam::1:user/x is not (yet) known", "HTTP 400 {}"]
    {
        assert_eq!(told(fine), fine);
    }
}
