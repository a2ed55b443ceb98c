//! Which hosts may be given a session's token: Session Manager's own, and this machine while AWS itself is played on
//! this machine. Pure; any other address is refused, as the token is the session.

use std::net::IpAddr;

use http::Uri;

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

/// `ssmmessages.<region>`, `ssmmessages-fips.<region>` or `<vpce-…>.ssmmessages.<region>.vpce`, in either partition.
fn is_session_manager(host: &str) -> bool {
    let Some(rest) = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn")) else {
        return false;
    };
    let is_region = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    match rest.split('.').collect::<Vec<_>>().as_slice() {
        ["ssmmessages" | "ssmmessages-fips", region] => is_region(region),
        [endpoint, "ssmmessages" | "ssmmessages-fips", region, "vpce"] => {
            endpoint.starts_with("vpce-") && is_region(endpoint) && is_region(region)
        }
        _ => false,
    }
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
