//! How this machine reaches the internet: by the proxies of the environment, and with certificates by `AWS_CA_BUNDLE` or
//! the system. The choice is pure; only reading the environment and the certificates touches the outside.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::proxies::Proxies;
use super::proxies::Proxy;

/// The way out.
#[derive(Clone)]
pub struct Network {
    proxies: Result<Proxies, String>,
    bundle: Option<String>,
    tls: Arc<std::sync::OnceLock<Result<Arc<ClientConfig>, String>>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("proxies", &self.proxies).field("bundle", &self.bundle).finish_non_exhaustive()
    }
}

impl Network {
    /// As the environment says.
    #[must_use]
    pub fn from_env() -> Self {
        let bundle = std::env::var("AWS_CA_BUNDLE").ok().filter(|path| !path.trim().is_empty());
        Self { proxies: Proxies::of(|name| std::env::var_os(name)), bundle, tls: Arc::default() }
    }

    /// By this proxy, but directly to the hosts `direct` lists, trusting the certificates in the file `bundle`.
    #[must_use]
    pub fn new(proxy: Option<String>, direct: String, bundle: Option<String>) -> Self {
        let var = |name: &str| match name {
            "HTTPS_PROXY" | "HTTP_PROXY" => proxy.clone().map(Into::into),
            "NO_PROXY" => Some(direct.clone().into()),
            _ => None,
        };
        Self { proxies: Proxies::of(var), bundle, tls: Arc::default() }
    }

    /// The proxy on the way to `host`, which is spoken to by TLS or not; `None` for none.
    ///
    /// # Errors
    /// The proxy's setting is not usable; the reason does not repeat it.
    pub fn proxy(&self, host: &str, is_secure: bool) -> Result<Option<Proxy>, String> {
        self.proxies.as_ref().map(|proxies| proxies.proxy(host, is_secure)).map_err(Clone::clone)
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

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn a_setting_that_cannot_be_used_is_told_whatever_host_is_asked_for() {
        let network = Network::new(Some("http://CORP\\me:pw@corp".to_owned()), "*".to_owned(), None);
        assert!(network.proxy("localhost", true).is_err_and(|why| why.contains("%5C") && !why.contains("pw")));
        assert!(!format!("{network:?}").contains("pw"));
    }

    #[test]
    fn a_bundle_without_certificates_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display().to_string();
        let why = Network::new(None, String::new(), Some(path)).tls().expect_err("empty");
        assert!(why.contains("holds no certificate"), "{why}");
    }
}
