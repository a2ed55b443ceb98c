//! The proxies of the environment, read once for calls and sessions: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
//! `NO_PROXY` as curl reads them. A setting that cannot be used is an error: a direct connection where a proxy was asked
//! for must never be the silent answer. Pure; what is said of a setting never repeats it, as it may hold a password.

use std::ffi::OsString;
use std::fmt;

use base64::Engine;
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::start_request::Token;

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

/// The proxies, and the hosts that are reached without one.
#[derive(Clone, Default)]
pub struct Proxies {
    /// For hosts that are spoken to by TLS.
    secure: Option<Setting>,
    /// For the others.
    plain: Option<Setting>,
    /// Hosts that are reached without a proxy, as a matcher takes them.
    direct: String,
}

/// A setting that can be used.
#[derive(Clone, PartialEq, Eq)]
struct Setting {
    /// The whole of it, with its scheme.
    url: Token,
    proxy: Proxy,
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |setting: &Option<Setting>| setting.as_ref().map(|setting| setting.proxy.host.clone());
        f.debug_struct("Proxies").field("secure", &host(&self.secure)).field("plain", &host(&self.plain)).finish()
    }
}

/// What no proxy can reach for us: this machine, and the metadata of this machine. Another machine's answer would be
/// another account.
const ALWAYS_DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.169.254,169.254.170.2,169.254.170.23,fd00:ec2::/32";

impl Proxies {
    /// As the variables `var` say.
    ///
    /// # Errors
    /// A variable that cannot be used, by its name.
    pub fn of(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, String> {
        let first = |names: [&'static str; 2]| -> Result<Option<(&'static str, String)>, String> {
            for name in names {
                let Some(value) = var(name) else { continue };
                let value = value.into_string().map_err(|_| format!("{name} cannot be used: it is not text"))?;
                if !value.trim().is_empty() {
                    return Ok(Some((name, value.trim().to_owned())));
                }
            }
            Ok(None)
        };
        let setting = |names| first(names)?.map(|(name, value)| Setting::of(name, &value)).transpose();
        let all = setting(["all_proxy", "ALL_PROXY"])?;
        let listed = first(["no_proxy", "NO_PROXY"])?.map(|(_, value)| value).unwrap_or_default();
        Ok(Self {
            secure: setting(["https_proxy", "HTTPS_PROXY"])?.or_else(|| all.clone()),
            plain: setting(["http_proxy", "HTTP_PROXY"])?.or(all),
            direct: direct(&listed),
        })
    }

    /// The proxy on the way to `host`; `None` for none.
    #[must_use]
    pub fn proxy(&self, host: &str, is_secure: bool) -> Option<Proxy> {
        let setting = if is_secure { self.secure.as_ref() } else { self.plain.as_ref() }?;
        let host = if host.contains(':') { format!("[{}]", host.trim_matches(['[', ']'])) } else { host.to_owned() };
        let to: Uri = format!("https://{host}/").parse().ok()?;
        let matcher = Matcher::builder().https(setting.url.reveal()).no(&self.direct).build();
        matcher.intercept(&to).map(|_| setting.proxy.clone())
    }

    /// The address of the proxy for hosts spoken to by TLS, or for the others; with its login.
    #[must_use]
    pub fn url(&self, is_secure: bool) -> Option<Token> {
        let setting = if is_secure { &self.secure } else { &self.plain };
        setting.as_ref().map(|setting| setting.url.clone())
    }

    /// The hosts that are reached without a proxy, between commas.
    #[must_use]
    pub fn direct(&self) -> &str {
        &self.direct
    }
}

/// The list of `NO_PROXY` with commas for spaces and dots for stars, and what is never reached by a proxy.
fn direct(listed: &str) -> String {
    let entries = listed.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
    let named = entries.map(|entry| match entry {
        "*" => "*".to_owned(),
        entry => {
            let name = entry.trim_start_matches('*').trim_end_matches('.').trim_matches(['[', ']']);
            name.to_ascii_lowercase()
        }
    });
    named.chain([ALWAYS_DIRECT.to_owned()]).filter(|entry| !entry.is_empty()).collect::<Vec<_>>().join(",")
}

impl Setting {
    fn of(name: &str, text: &str) -> Result<Self, String> {
        let refused = |why: &str| format!("{name} cannot be used: {why}");
        if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic()) {
            return Err(refused(match c {
                ' ' => "there is a space in it; write %20 in a user's name or password",
                c if c.is_control() => "there is a control character in it",
                _ => "it holds characters beyond ASCII; write them as %XX",
            }));
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(refused("only http:// and https:// proxies are supported")),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if rest.len() > authority.len() + 1 {
            return Err(refused("there is a path in it; write / in a user's name or password as %2F"));
        }
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        if let Some(c) = login.and_then(|login| login.chars().find(|c| !may_stand_in_login(*c))) {
            return Err(refused(&format!("{c} in a user's name or password is written %{:02X}", u32::from(c))));
        }
        let (host, port) = host_and_port(place).ok_or_else(|| refused("it names no host and port"))?;
        let port = port.unwrap_or(if is_secure { 443 } else { 80 });
        let scheme = if is_secure { "https" } else { "http" };
        let before = login.map(|login| format!("{login}@")).unwrap_or_default();
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let url = format!("{scheme}://{before}{bracketed}:{port}");
        if url.parse::<Uri>().is_err() {
            return Err(refused("it is no address of a proxy"));
        }
        let login = login.map(|login| {
            let plain = if login.contains(':') { unescape(login) } else { unescape(&format!("{login}:")) };
            Token::new(format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain)))
        });
        Ok(Self { url: Token::new(url), proxy: Proxy { host: host.to_owned(), port, is_secure, login } })
    }
}

/// What may stand in a user's name and password as it is.
fn may_stand_in_login(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:%".contains(c)
}

fn host_and_port(place: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let named = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    named.then_some((host, port))
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

    use super::Proxies;
    use crate::ssm::Token;

    fn proxies(vars: &[(&str, &str)]) -> Result<Proxies, String> {
        let vars: Vec<(String, String)> = vars.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Proxies::of(move |name| vars.iter().find(|(known, _)| known == name).map(|(_, value)| value.into()))
    }

    fn by(setting: &str) -> Result<Proxies, String> {
        proxies(&[("HTTPS_PROXY", setting)])
    }

    const AWS: &str = "ssmmessages.eu-west-1.amazonaws.com";

    #[rstest]
    #[case("", AWS, true)]
    #[case("amazonaws.com", AWS, false)]
    #[case(" .Amazonaws.com , x", AWS, false)]
    #[case("x amazonaws.com\ty", AWS, false)]
    #[case("*.amazonaws.com", AWS, false)]
    #[case("amazonaws.com.", AWS, false)]
    #[case("naws.com", AWS, true)]
    #[case("amazonaws.com.evil.com", AWS, true)]
    #[case("*", "anything", false)]
    #[case("10.0.0.0/8", "10.1.2.3", false)]
    #[case("10.0.0.0/8", "11.1.2.3", true)]
    #[case("[2001:db8::1]", "2001:db8::1", false)]
    #[case("", "127.0.0.1", false)]
    #[case("", "localhost", false)]
    #[case("", "::1", false)]
    #[case("", "169.254.169.254", false)]
    fn hosts_listed_are_reached_directly(#[case] list: &str, #[case] host: &str, #[case] proxied: bool) {
        let all = proxies(&[("HTTPS_PROXY", "proxy:3128"), ("NO_PROXY", list)]).expect("usable");
        assert_eq!(all.proxy(host, true).is_some(), proxied);
    }

    #[test]
    fn proxies_are_read_with_their_login() {
        let proxy = |text: &str| by(text).expect("usable").proxy("aws", true).expect("one");
        let found = proxy("http://me:p%40ss@corp:3128");
        assert_eq!((found.host.as_str(), found.port, found.is_secure), ("corp", 3128, false));
        assert_eq!(found.login.as_ref().map(Token::reveal), Some("Basic bWU6cEBzcw=="));
        assert_eq!(proxy("https://corp/").port, 443);
        assert_eq!(proxy("corp").port, 80);
        let domain = proxy("http://CORP%5Cme:pw@corp:8080");
        assert_eq!(domain.login.as_ref().map(Token::reveal), Some("Basic Q09SUFxtZTpwdw=="));
        assert_eq!(proxy("http://[2001:db8::1]:3128").host, "2001:db8::1");
    }

    #[rstest]
    #[case::a_domain_user("http://CORP\\me:pw@corp:3128", r"\ in a user's name or password is written %5C")]
    #[case::an_at("http://me:p@ss@corp:3128", "@ in a user's name or password is written %40")]
    #[case::a_space("http://me:p ss@corp:3128", "there is a space in it")]
    #[case::not_ascii("http://me:pässword@corp:3128", "it holds characters beyond ASCII")]
    #[case::a_line("http://corp:3128\n:x", "there is a control character in it")]
    #[case::socks("socks5://corp:1080", "only http:// and https:// proxies")]
    #[case::a_slash("http://me:p/ss@corp:3128", "there is a path in it")]
    #[case::nothing("http://", "it names no host and port")]
    #[case::no_port("http://corp:port", "it names no host and port")]
    #[case::port_zero("http://corp:0", "it names no host and port")]
    #[case::high_port("http://corp:99999", "it names no host and port")]
    fn what_cannot_be_used_is_an_error_and_is_not_repeated(#[case] setting: &str, #[case] why: &str) {
        let told = by(setting).expect_err("refused");
        assert!(told.starts_with("HTTPS_PROXY cannot be used: ") && told.contains(why), "{told}");
        assert!(!told.contains("pw") && !told.contains("ss@"), "{told}");
    }

    #[test]
    fn the_first_that_is_set_to_something_counts() {
        let host =
            |vars: &[(&str, &str)], secure| proxies(vars).expect("usable").proxy("aws", secure).map(|proxy| proxy.host);
        assert_eq!(host(&[("HTTPS_PROXY", ""), ("https_proxy", "low")], true).as_deref(), Some("low"));
        assert_eq!(host(&[("HTTPS_PROXY", "up"), ("https_proxy", " ")], true).as_deref(), Some("up"));
        assert_eq!(host(&[("HTTPS_PROXY", "up"), ("https_proxy", "low")], true).as_deref(), Some("low"));
        assert_eq!(host(&[("ALL_PROXY", "all"), ("HTTP_PROXY", "plain")], true).as_deref(), Some("all"));
        assert_eq!(host(&[("ALL_PROXY", "all"), ("HTTP_PROXY", "plain")], false).as_deref(), Some("plain"));
        assert_eq!(host(&[("HTTPS_PROXY", "up")], false), None);
        assert!(proxies(&[("HTTP_PROXY", "http://a b")]).is_err(), "also where only the other is used");
    }

    #[test]
    fn a_password_never_reaches_a_reader() {
        let all = by("http://me:pass@corp").expect("usable");
        assert!(!format!("{all:?} {:?} {:?}", all.proxy("aws", true), all.url(true)).contains("pass"));
    }

    proptest::proptest! {
        #[test]
        fn no_setting_panics(setting in "\\PC{0,40}", list in "[ -~]{0,40}", host in "[a-z0-9.:\\[\\]-]{0,30}") {
            if let Ok(all) = proxies(&[("HTTPS_PROXY", &setting), ("NO_PROXY", &list)]) {
                let _ = all.proxy(&host, true);
            }
        }
    }
}
