//! Which hosts may be given a session's token: Session Manager's own, and this machine while AWS itself is played on
//! this machine. Pure; any other address is refused, as the token is the session.

use std::net::IpAddr;

use http::Uri;

use crate::world::regional_host;

/// A stream address that may be dialled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stream {
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether it is TLS.
    pub is_secure: bool,
    /// The whole address.
    pub uri: Uri,
}

/// Reads a stream address; `is_local` says whether the endpoint that gave it is on this machine.
///
/// # Errors
/// Why it may not be dialled, without its query: that holds secrets.
pub fn check(url: &str, is_local: bool) -> Result<Stream, String> {
    let uri: Uri = url.parse().map_err(|_| "the session's address is no URL".to_owned())?;
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    if host.is_empty() || authority.contains('@') {
        return Err("the session's address names no plain host".to_owned());
    }
    let is_secure = match uri.scheme_str() {
        Some("wss") => true,
        Some("ws") => false,
        _ => return Err(format!("the session's address on {host} is no websocket")),
    };
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let allowed = if is_loopback(&host) { is_local } else { is_secure && port == 443 && is_session_manager(&host) };
    if !allowed {
        return Err(format!("{host} is not a Session Manager host: the session's token is not sent there"));
    }
    Ok(Stream { host, port, is_secure, uri })
}

/// Whether `host` is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `ssmmessages.<region>`, `ssmmessages-fips.<region>` or `<vpce-…>.ssmmessages.<region>.vpce`, in any partition.
fn is_session_manager(host: &str) -> bool {
    if let Some((service, _)) = regional_host(host) {
        return is_service(service);
    }
    // An endpoint of one's own network: `vpce` stands between the region and the domain.
    let Some((front, domain)) = host.split_once(".vpce.") else { return false };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    regional_host(&format!("{front}.{domain}"))
        .and_then(|(before, _)| before.split_once('.'))
        .is_some_and(|(name, service)| name.starts_with("vpce-") && plain(name) && is_service(service))
}

fn is_service(name: &str) -> bool {
    matches!(name, "ssmmessages" | "ssmmessages-fips")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::check;

    #[rstest]
    #[case(
        "wss://ssmmessages.ap-northeast-1.amazonaws.com/v1/data-channel/x?role=publish_subscribe&cell-number=a+b/c="
    )]
    #[case("wss://ssmmessages-fips.us-gov-west-1.amazonaws.com/v1")]
    #[case("wss://ssmmessages.cn-north-1.amazonaws.com.cn:443/v1")]
    #[case("wss://vpce-0a1-b2.ssmmessages.eu-west-1.vpce.amazonaws.com/v1")]
    #[case("wss://vpce-0a1-b2.ssmmessages.cn-north-1.vpce.amazonaws.com.cn/v1")]
    #[case("wss://ssmmessages.eu-west-1.api.aws/v1")]
    #[case("wss://ssmmessages-fips.us-east-1.api.aws/v1")]
    #[case("wss://ssmmessages.cn-north-1.api.amazonwebservices.com.cn/v1")]
    #[case("wss://ssmmessages.eusc-de-east-1.amazonaws.eu/v1")]
    #[case("wss://ssmmessages.us-iso-east-1.c2s.ic.gov/v1")]
    #[case("wss://ssmmessages.us-isob-east-1.sc2s.sgov.gov/v1")]
    fn session_manager_is_dialled(#[case] url: &str) {
        let stream = check(url, false).expect("allowed");
        assert!(stream.is_secure && stream.port == 443, "{stream:?}");
    }

    #[rstest]
    #[case("wss://ssmmessages.ap-northeast-1.amazonaws.com.evil.com/")]
    #[case("wss://evil.ssmmessages.ap-northeast-1.amazonaws.com/")]
    #[case("wss://ssmmessages.ap-northeast-1.amazonaws.com@evil.com/")]
    #[case("wss://evilssmmessages.ap-northeast-1.amazonaws.com/")]
    #[case("wss://ssmmessages..amazonaws.com/")]
    #[case("wss://ssmmessages.ap-northeast-1.amazonaws.com:8443/")]
    #[case("ws://ssmmessages.ap-northeast-1.amazonaws.com/")]
    #[case("https://ssmmessages.ap-northeast-1.amazonaws.com/")]
    #[case("wss://x.vpce-0a.ssmmessages.eu-west-1.vpce.amazonaws.com/v1")]
    #[case("wss://ssmmessages.eu-west-1.amazonaws.com.cn/")]
    #[case("wss://ssmmessages.cn-north-1.amazonaws.com/")]
    #[case("wss://ssmmessages.eu-west-1.evilapi.aws/")]
    #[case("wss://vpce-0a.ssm.eu-west-1.vpce.amazonaws.com/v1")]
    #[case("wss://vpce-0a.ssmmessages.eu-west-1.vpce.evil.com/v1")]
    #[case("wss://ssmmessages.eu-west-1.vpce.amazonaws.com/v1")]
    #[case("wss://127.0.0.1:9/")]
    #[case("ws://localhost/")]
    #[case("wss://10.0.0.1/")]
    #[case("/v1/data-channel")]
    #[case("")]
    fn nothing_else_is(#[case] url: &str) {
        assert!(check(url, false).is_err(), "{url}");
    }

    #[test]
    fn this_machine_only_while_aws_is_played_on_it() {
        for url in ["ws://127.0.0.1:9/x", "ws://localhost:9/", "wss://[::1]:9/"] {
            assert!(check(url, false).is_err(), "{url}");
            assert_eq!(check(url, true).map(|stream| stream.port), Ok(9), "{url}");
        }
        assert!(check("ws://192.168.0.1:9/", true).is_err(), "still not anywhere");
    }

    proptest! {
        #[test]
        fn no_text_panics(url in ".{0,60}", host in "[a-z.@:/-]{0,40}") {
            let _ = check(&url, true);
            let _ = check(&format!("wss://{host}.amazonaws.com/"), false);
        }
    }
}
