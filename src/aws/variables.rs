//! The variables of the environment that name accounts, regions and endpoints, checked before anybody acts on them. A
//! value that AWS's tools would read differently, or that cannot be sent, is refused by its name, never passed over.

use std::collections::BTreeMap;
use std::ffi::OsString;

use aws_credential_types::Credentials;
use jiff::Timestamp;

use crate::world::{Fault, FaultKind};

/// Longest region there may be: it becomes a part of a host's name.
const LONGEST_REGION: usize = 63;

/// The environment, as far as AWS's tools read it.
#[derive(Clone, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Keys are among the values.
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Variables {
    /// Those of this process.
    ///
    /// # Errors
    /// A variable that cannot be used, by its name.
    pub(crate) fn read() -> Result<Self, Fault> {
        Self::of(std::env::vars_os())
    }

    /// These ones.
    ///
    /// # Errors
    /// A variable that cannot be used, by its name.
    pub(crate) fn of<N: Into<OsString>, V: Into<OsString>>(
        all: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Fault> {
        let mut found = BTreeMap::new();
        for (name, value) in all {
            let Ok(name) = name.into().into_string() else { continue };
            if !READ.iter().any(|read| name.starts_with(read)) {
                continue;
            }
            match value.into().into_string() {
                Ok(value) => found.insert(name, value),
                Err(_) => return Err(refused(&name, "it is not text")),
            };
        }
        let variables = Self(found);
        variables.check()?;
        Ok(variables)
    }

    /// A variable that is set to something.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn check(&self) -> Result<(), Fault> {
        for (name, value) in &self.0 {
            if let Some(c) = value.chars().find(|c| c.is_control()) {
                return Err(refused(name, &format!("it holds {}", called(c))));
            }
            if name.starts_with("AWS_ENDPOINT_URL") {
                // The SDK would panic over an empty one.
                if value.is_empty() {
                    return Err(refused(name, "it is set to nothing: unset it, or set it to a URL"));
                }
                endpoint(value).map_err(|why| refused(name, &why))?;
            }
        }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            self.get(name).map_or(Ok(()), region).map_err(|why| refused(name, &why))?;
        }
        for name in [ID, SECRET, SESSION_TOKEN, SECURITY_TOKEN] {
            self.get(name).map_or(Ok(()), key).map_err(|why| refused(name, &why))?;
        }
        for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
            self.flag(name)?;
        }
        self.profile().map(|_| ())
    }

    /// The profile that the environment names.
    ///
    /// # Errors
    /// Two variables name two: AWS's tools differ in which of them counts.
    pub(crate) fn profile(&self) -> Result<Option<&str>, Fault> {
        match (self.get("AWS_PROFILE"), self.get("AWS_DEFAULT_PROFILE")) {
            (Some(one), Some(other)) if one != other => Err(refused(
                "AWS_DEFAULT_PROFILE",
                &format!("it says {other} and AWS_PROFILE says {one}, and tools differ in which counts: unset one"),
            )),
            (one, other) => Ok(one.or(other)),
        }
    }

    /// The region that the environment names.
    pub(crate) fn region(&self) -> Option<&str> {
        self.get("AWS_REGION").or_else(|| self.get("AWS_DEFAULT_REGION"))
    }

    /// The keys in the environment, if there are any.
    ///
    /// # Errors
    /// A key stands without its secret, two tokens contradict each other, or their end is no time.
    pub(crate) fn keys(&self) -> Result<Option<Credentials>, Fault> {
        let Some(id) = self.get(ID) else { return Ok(None) };
        let Some(secret) = self.get(SECRET) else {
            return Err(refused(SECRET, &format!("it is not set, and {ID} is: set both or none")));
        };
        let token = match (self.get(SESSION_TOKEN), self.get(SECURITY_TOKEN)) {
            (Some(one), Some(other)) if one != other => {
                return Err(refused(SECURITY_TOKEN, &format!("it differs from {SESSION_TOKEN}: unset one")));
            }
            (one, other) => one.or(other).map(str::to_owned),
        };
        let end = match self.get("AWS_CREDENTIAL_EXPIRATION") {
            Some(text) => Some(
                text.parse::<Timestamp>()
                    .map_err(|_| refused("AWS_CREDENTIAL_EXPIRATION", "it is no time such as 2030-01-31T12:00:00Z"))?,
            ),
            None => None,
        };
        Ok(Some(Credentials::new(id, secret, token, end.map(Into::into), "environment")))
    }

    /// A switch; `None` where it is not set.
    ///
    /// # Errors
    /// It is neither on nor off.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Fault> {
        self.get(name).map(|value| flag(value).map_err(|why| refused(name, &why))).transpose()
    }

    /// Whether the instance metadata service may be asked.
    pub(crate) fn may_ask_metadata(&self) -> bool {
        !self.get("AWS_EC2_METADATA_DISABLED").is_some_and(|off| off.eq_ignore_ascii_case("true"))
    }
}

/// How the names begin that mean something here.
const READ: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_",
    "AWS_EC2_METADATA_",
    "AWS_ENDPOINT_URL",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_MAX_ATTEMPTS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_",
    "AWS_SDK_UA_APP_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_USE_",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HOME",
];
const ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const SECURITY_TOKEN: &str = "AWS_SECURITY_TOKEN";

/// The fault of a setting that cannot be used. Its value is not repeated: it may be a secret.
pub(crate) fn refused(name: &str, why: &str) -> Fault {
    let fault = Fault::new(FaultKind::Credentials, "reading the settings", format!("{name} cannot be used: {why}"));
    fault.advise(format!("set {name} right, or unset it"))
}

/// A character that cannot be seen, in words.
fn called(c: char) -> String {
    match c {
        '\n' => "a line break".to_owned(),
        '\r' => "a carriage return".to_owned(),
        '\t' => "a tab".to_owned(),
        c => format!("the control character U+{:04X}", u32::from(c)),
    }
}

/// Whether `text` can be a region.
///
/// # Errors
/// Why not.
pub(crate) fn region(text: &str) -> Result<(), String> {
    if let Some(c) = text.chars().find(|c| c.is_control()) {
        return Err(format!("it holds {}", called(c)));
    }
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let named = text.bytes().any(|b| b.is_ascii_alphabetic());
    let fits = plain && named && text.len() <= LONGEST_REGION && !text.starts_with('-') && !text.ends_with('-');
    if fits { Ok(()) } else { Err("a region is written like ap-northeast-1".to_owned()) }
}

/// Whether `text` can be a part of credentials: what a header may hold.
///
/// # Errors
/// Why not.
pub(crate) fn key(text: &str) -> Result<(), String> {
    match text.chars().find(|c| !c.is_ascii_graphic()) {
        Some(c) if c.is_control() => Err(format!("it holds {}", called(c))),
        Some(' ') => Err("it holds a space".to_owned()),
        Some(_) => Err("it holds characters that no key has".to_owned()),
        None => Ok(()),
    }
}

/// Whether `text` can be where calls go.
///
/// # Errors
/// Why not.
pub(crate) fn endpoint(text: &str) -> Result<(), String> {
    if let Some(c) = text.chars().find(|c| c.is_control()) {
        return Err(format!("it holds {}", called(c)));
    }
    let uri: Option<http::Uri> = text.parse().ok();
    let has_scheme = uri.as_ref().is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    let has_host = uri.as_ref().and_then(http::Uri::host).is_some_and(|host| !host.is_empty());
    let plain = uri.as_ref().is_some_and(|uri| uri.query().is_none());
    if has_scheme && has_host && plain {
        Ok(())
    } else {
        Err("an endpoint is written like https://host:port".to_owned())
    }
}

/// Whether `text` can be the name of a profile.
///
/// # Errors
/// Why not.
pub(crate) fn profile(text: &str) -> Result<(), String> {
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(format!("it holds {}", called(c))),
        None if text.is_empty() => Err("it is empty".to_owned()),
        None => Ok(()),
    }
}

/// A switch as the AWS tools write it.
///
/// # Errors
/// It is neither on nor off.
pub(crate) fn flag(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Variables, key, region};
    use crate::world::FaultKind;

    fn message(vars: &[(&str, &str)]) -> String {
        let fault = Variables::of(vars.iter().copied()).and_then(|all| all.keys().map(|_| ())).expect_err("refused");
        assert_eq!(fault.kind, FaultKind::Credentials);
        fault.message
    }

    #[rstest]
    #[case(&[("AWS_ACCESS_KEY_ID", "AKIA\n")], "AWS_ACCESS_KEY_ID cannot be used: it holds a line break")]
    #[case(&[("AWS_ACCESS_KEY_ID", "AK IA")], "AWS_ACCESS_KEY_ID cannot be used: it holds a space")]
    #[case(&[("AWS_SECRET_ACCESS_KEY", "s\r")], "AWS_SECRET_ACCESS_KEY cannot be used: it holds a carriage return")]
    #[case(&[("AWS_SESSION_TOKEN", "té")], "AWS_SESSION_TOKEN cannot be used: it holds characters that no key has")]
    #[case(&[("AWS_REGION", "eu-west-1\r")], "AWS_REGION cannot be used: it holds a carriage return")]
    #[case(&[("AWS_DEFAULT_REGION", "eu west 1")], "AWS_DEFAULT_REGION cannot be used: a region is written like")]
    #[case(&[("AWS_REGION", "evil.com/")], "AWS_REGION cannot be used: a region is written like ap-northeast-1")]
    #[case(&[("AWS_PROFILE", "a\nb")], "AWS_PROFILE cannot be used: it holds a line break")]
    #[case(&[("AWS_ENDPOINT_URL", "")], "AWS_ENDPOINT_URL cannot be used: it is set to nothing")]
    #[case(&[("AWS_ENDPOINT_URL_ECS", "localhost")], "AWS_ENDPOINT_URL_ECS cannot be used: an endpoint is written like")]
    #[case(&[("AWS_ENDPOINT_URL", "http://a b/")], "AWS_ENDPOINT_URL cannot be used: an endpoint is written like")]
    #[case(&[("AWS_ENDPOINT_URL_STS", "http://a\r\n")], "AWS_ENDPOINT_URL_STS cannot be used: it holds a carriage")]
    #[case(&[("AWS_USE_FIPS_ENDPOINT", "ja")], "AWS_USE_FIPS_ENDPOINT cannot be used: it must be true or false")]
    #[case(&[("AWS_ACCESS_KEY_ID", "A")], "AWS_SECRET_ACCESS_KEY cannot be used: it is not set, and")]
    #[case(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")], "AWS_DEFAULT_PROFILE cannot be used: it says b and")]
    #[case(
        &[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_SESSION_TOKEN", "1"), ("AWS_SECURITY_TOKEN", "2")],
        "AWS_SECURITY_TOKEN cannot be used: it differs from AWS_SESSION_TOKEN"
    )]
    #[case(
        &[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_CREDENTIAL_EXPIRATION", "soon")],
        "AWS_CREDENTIAL_EXPIRATION cannot be used: it is no time"
    )]
    fn what_cannot_be_used_is_refused_by_its_name(#[case] vars: &[(&str, &str)], #[case] expected: &str) {
        let message = message(vars);
        assert!(message.starts_with(expected), "{message}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_refused_where_it_names_an_account() {
        use std::os::unix::ffi::OsStringExt;
        let odd = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
        let fault = Variables::of([("AWS_PROFILE", odd.clone())]).expect_err("no text");
        assert_eq!(fault.message, "AWS_PROFILE cannot be used: it is not text");
        assert!(Variables::of([("LESS_OPTIONS", odd)]).is_ok());
    }

    #[test]
    fn the_names_that_the_cli_honours_are_honoured() {
        let all = |vars: &[(&str, &str)]| Variables::of(vars.iter().copied()).expect("usable");
        assert_eq!(all(&[("AWS_DEFAULT_PROFILE", "city")]).profile(), Ok(Some("city")));
        assert_eq!(all(&[("AWS_PROFILE", ""), ("AWS_DEFAULT_PROFILE", "city")]).profile(), Ok(Some("city")));
        assert_eq!(all(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "a")]).profile(), Ok(Some("a")));
        assert_eq!(all(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-1")]).region(), Some("eu-west-1"));
        let keys = all(&[
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "S"),
            ("AWS_SECURITY_TOKEN", "T"),
            ("AWS_CREDENTIAL_EXPIRATION", "2030-01-31T12:00:00Z"),
        ]);
        let keys = keys.keys().expect("usable").expect("keys");
        assert_eq!(keys.session_token(), Some("T"));
        assert!(keys.expiry().is_some());
        assert!(all(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "S")]).keys().expect("fine").is_none());
    }

    #[test]
    fn values_never_reach_a_reader() {
        let all = Variables::of([("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_PROFILE", "p")]).expect("usable");
        assert!(!format!("{all:?}").contains("hush"));
        assert!(!message(&[("AWS_ACCESS_KEY_ID", "hush hush")]).contains("hush"));
    }

    proptest::proptest! {
        #[test]
        fn no_value_panics(text in "\\PC{0,40}|[ -~\r\n\t]{0,40}") {
            let _ = (region(&text), key(&text), super::endpoint(&text), super::profile(&text), super::flag(&text));
        }
    }
}
