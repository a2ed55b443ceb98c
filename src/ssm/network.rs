//! How this machine reaches the internet: proxy by `HTTPS_PROXY` and `NO_PROXY`, certificates by `AWS_CA_BUNDLE` or the
//! system. The choice is pure; only reading the environment and the certificates touches the outside.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use http::Uri;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::start_request::Token;
use super::stream_host::is_loopback;

/// A proxy that is asked to connect onwards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proxy {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it is itself spoken to by TLS.
    pub is_secure: bool,
    /// The value of `Proxy-Authorization`, if it wants one.
    pub login: Option<Token>,
}

/// The way out.
#[derive(Clone)]
pub struct Network {
    proxy: Option<String>,
    direct: String,
    bundle: Option<String>,
    tls: Arc<std::sync::OnceLock<Result<Arc<ClientConfig>, String>>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A proxy's address may hold a password.
        let proxy = self.proxy.as_ref().map(|_| "…");
        f.debug_struct("Network").field("proxy", &proxy).field("bundle", &self.bundle).finish_non_exhaustive()
    }
}

impl Network {
    /// As the environment says.
    #[must_use]
    pub fn from_env() -> Self {
        let first = |names: &[&str]| {
            names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
        };
        Self::new(
            first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            first(&["NO_PROXY", "no_proxy"]).unwrap_or_default(),
            first(&["AWS_CA_BUNDLE"]),
        )
    }

    /// By this proxy, but directly to the hosts `direct` lists, trusting the certificates in the file `bundle`.
    #[must_use]
    pub fn new(proxy: Option<String>, direct: String, bundle: Option<String>) -> Self {
        Self { proxy, direct, bundle, tls: Arc::default() }
    }

    /// The proxy on the way to `host`; `None` for none.
    ///
    /// # Errors
    /// The proxy's setting is not usable; the reason does not repeat it.
    pub fn proxy(&self, host: &str) -> Result<Option<Proxy>, String> {
        match &self.proxy {
            Some(proxy) if !is_loopback(host) && !is_direct(&self.direct, host) => parse(proxy).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// The TLS settings, made once.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn tls(&self) -> Result<Arc<ClientConfig>, String> {
        self.tls.get_or_init(|| self.make_tls().map(Arc::new)).clone()
    }

    fn make_tls(&self) -> Result<ClientConfig, String> {
        let mut roots = RootCertStore::empty();
        match &self.bundle {
            Some(path) => {
                let broken = |why: &dyn fmt::Display| format!("AWS_CA_BUNDLE {path} cannot be used: {why}");
                let certificates = CertificateDer::pem_file_iter(path).map_err(|error| broken(&error))?;
                roots.add_parsable_certificates(certificates.filter_map(Result::ok));
                if roots.is_empty() {
                    return Err(broken(&"it holds no certificate"));
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if roots.is_empty() {
                    return Err("this system has no trusted certificates; name a file of them in AWS_CA_BUNDLE".into());
                }
            }
        }
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions();
        Ok(config.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Whether `list` (as in `NO_PROXY`) names `host`: exactly, by a domain it is in, or by `*`.
fn is_direct(list: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    list.split(',').map(|entry| entry.trim().to_ascii_lowercase()).any(|entry| {
        let name = entry.trim_start_matches('*').trim_start_matches('.');
        entry == "*" || (!name.is_empty() && host.strip_suffix(name).is_some_and(|r| r.is_empty() || r.ends_with('.')))
    })
}

fn parse(setting: &str) -> Result<Proxy, String> {
    let setting = setting.trim();
    let with_scheme = if setting.contains("://") { setting.to_owned() } else { format!("http://{setting}") };
    let uri: Uri = with_scheme.parse().map_err(|_| "HTTPS_PROXY is no URL".to_owned())?;
    let is_secure = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        other => return Err(format!("HTTPS_PROXY: {} proxies are not supported", other.unwrap_or("such"))),
    };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    if host.is_empty() {
        return Err("HTTPS_PROXY names no host".to_owned());
    }
    let login = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@')).map(|(login, _)| {
        Token::new(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(unescape(login))))
    });
    Ok(Proxy { host, port: uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 }), is_secure, login })
}

/// Undoes `%40` and the like.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(meant) => {
                out.push(meant);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Network;
    use crate::ssm::Token;

    #[rstest]
    #[case("", "ssmmessages.eu-west-1.amazonaws.com", true)]
    #[case("amazonaws.com", "ssmmessages.eu-west-1.amazonaws.com", false)]
    #[case(" .Amazonaws.com , x", "ssmmessages.eu-west-1.amazonaws.com", false)]
    #[case("*.amazonaws.com", "ssmmessages.eu-west-1.amazonaws.com", false)]
    #[case("naws.com", "ssmmessages.eu-west-1.amazonaws.com", true)]
    #[case("*", "anything", false)]
    #[case("", "127.0.0.1", false)]
    #[case("", "localhost", false)]
    fn hosts_listed_are_reached_directly(#[case] list: &str, #[case] host: &str, #[case] proxied: bool) {
        let network = Network::new(Some("proxy:3128".to_owned()), list.to_owned(), None);
        assert_eq!(network.proxy(host).map(|proxy| proxy.is_some()), Ok(proxied));
    }

    #[test]
    fn proxies_are_read_with_their_login() {
        let proxy = |text: &str| Network::new(Some(text.to_owned()), String::new(), None).proxy("aws");
        let found = proxy("http://me:p%40ss@corp:3128").expect("good").expect("one");
        assert_eq!((found.host.as_str(), found.port, found.is_secure), ("corp", 3128, false));
        assert_eq!(found.login.as_ref().map(Token::reveal), Some("Basic bWU6cEBzcw=="));
        assert!(proxy("socks5://corp").expect_err("unsupported").contains("socks5"));
        assert!(proxy("http://").is_err());
        assert_eq!(proxy("https://corp").map(|found| found.map(|proxy| proxy.port)), Ok(Some(443)));
        assert!(!format!("{:?}", Network::new(Some("http://me:pass@x".into()), String::new(), None)).contains("pass"));
    }

    #[test]
    fn a_bundle_without_certificates_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display().to_string();
        let why = Network::new(None, String::new(), Some(path)).tls().expect_err("empty");
        assert!(why.contains("holds no certificate"), "{why}");
    }
}
