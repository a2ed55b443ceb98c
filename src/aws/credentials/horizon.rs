//! How long a chain of credentials lasts: by the keys themselves where nothing renews them, by the token of a login
//! where that cannot be renewed, and what is known of its renewal where it can. Of a token's file only dates and whether
//! there is a refresh token are looked at; nothing of it is kept.

use std::path::Path;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use base64::Engine as _;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::chain::{Base, Chain};
use crate::world::{LoginHorizon, TokenRenewal};

/// No token is larger.
const LARGEST: u64 = 1 << 20;
/// A login by `aws login` is renewed for so long at most (AWS SDKs and Tools Reference Guide, "Login credentials provider").
const CONSOLE_LOGIN: SignedDuration = SignedDuration::from_hours(12);

/// Where logins are kept.
#[derive(Clone, Copy, Default)]
pub(super) struct Caches<'a> {
    /// `HOME`.
    pub(super) home: Option<&'a str>,
    /// `AWS_LOGIN_CACHE_DIRECTORY`.
    pub(super) login: Option<&'a str>,
}

/// What is looked at of a file in `~/.aws/login/cache`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleToken {
    id_token: Option<String>,
}

/// What is looked at of an id token: when it was issued, which is when somebody logged in. Renewals bring no other one
/// (API model of AWS Sign-In, `IdToken`: "Returned only in authorization code redemption responses").
#[derive(Deserialize)]
struct Claims {
    iat: Option<i64>,
}

/// What is looked at of a file in `~/.aws/sso/cache`, as the AWS CLI and the SDKs write it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    start_url: Option<String>,
    access_token: Option<serde::de::IgnoredAny>,
    refresh_token: Option<serde::de::IgnoredAny>,
    expires_at: Option<String>,
    /// When the client's registration ends: a token is not renewed then (botocore's `tokens.py` and the SDKs give up).
    registration_expires_at: Option<String>,
}

/// What a token's file tells of its end.
enum TokenEnds {
    /// Nothing renews it.
    At(Timestamp),
    /// It is renewed by itself.
    Renewed(TokenRenewal),
}

fn parsed(text: Option<String>) -> Option<Timestamp> {
    text.and_then(|at| at.replace("UTC", "Z").parse::<Timestamp>().ok())
}

/// The horizon of `chain`: `base` are the keys it begins with, `keys` those it ends with; `caches` is where logins are.
pub(super) async fn of(
    chain: &Chain,
    (base, keys): (Option<SystemTime>, &Credentials),
    caches: Caches<'_>,
) -> LoginHorizon {
    let moment = |at: Option<SystemTime>| at.and_then(|at| Timestamp::try_from(at).ok());
    let asked = chain.roles.iter().any(|role| role.mfa_serial.is_some());
    let mut renewal = None;
    let until = match &chain.base {
        // Keys that somebody put there: nobody puts others there by himself.
        Base::Environment | Base::Given | Base::Keys { .. } => moment(base),
        Base::Sso { start_url, .. } => match caches.home {
            Some(home) => match token_ends(&Path::new(home).join(".aws/sso/cache"), start_url).await {
                Some(TokenEnds::At(at)) => Some(at),
                Some(TokenEnds::Renewed(found)) => {
                    renewal = Some(found);
                    None
                }
                None => None,
            },
            None => None,
        },
        Base::LoginSession { name } => console_login_ends(caches, name).await,
        Base::Process { .. } | Base::WebIdentity { .. } | Base::Container | Base::Instance => None,
    };
    // A role that takes the code of a device is assumed again by a person only.
    let until = if asked { [until, moment(keys.expiry())].into_iter().flatten().min() } else { until };
    LoginHorizon { by: chain.base.name(), keys_until: moment(keys.expiry()), until, renewal }
}

/// When the login at an Identity Center ends, or how its token is renewed; `None` where none is found. Of several tokens
/// of one portal the one that lasts longest counts.
async fn token_ends(cache: &Path, start_url: &str) -> Option<TokenEnds> {
    let mut files = tokio::fs::read_dir(cache).await.ok()?;
    let (mut latest, mut renewed): (Option<Timestamp>, Option<TokenRenewal>) = (None, None);
    while let Ok(Some(file)) = files.next_entry().await {
        if file.path().extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let Some(text) = small_file(&file.path()).await else { continue };
        let Ok(token) = serde_json::from_slice::<Token>(&text) else { continue };
        let is_ours = token.start_url.as_deref().is_some_and(|url| same_portal(url, start_url));
        if !is_ours || token.access_token.is_none() {
            continue;
        }
        let Some(ends) = parsed(token.expires_at) else { continue };
        if token.refresh_token.is_none() {
            latest = latest.max(Some(ends));
            continue;
        }
        let found = TokenRenewal { token_until: ends, at_the_latest: parsed(token.registration_expires_at) };
        if renewed.is_none_or(|known| known.token_until < ends) {
            renewed = Some(found);
        }
    }
    renewed.map(TokenEnds::Renewed).or(latest.map(TokenEnds::At))
}

/// When a login by `aws login` ends at the latest; `None` where its file does not tell when it began.
async fn console_login_ends(caches: Caches<'_>, session: &str) -> Option<Timestamp> {
    let folder = match (caches.login, caches.home) {
        (Some(folder), _) => Path::new(folder).to_path_buf(),
        (None, home) => Path::new(home?).join(".aws/login/cache"),
    };
    let name = Sha256::digest(session.trim().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = small_file(&folder.join(name).with_extension("json")).await?;
    let token = serde_json::from_slice::<ConsoleToken>(&text).ok()?.id_token?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let began = Timestamp::from_second(serde_json::from_slice::<Claims>(&claims).ok()?.iat?).ok()?;
    began.checked_add(CONSOLE_LOGIN).ok()
}

/// What a file holds: a pipe would be waited for, and a token is small.
async fn small_file(path: &Path) -> Option<Vec<u8>> {
    let found = tokio::fs::metadata(path).await.ok()?;
    if !found.is_file() || found.len() >= LARGEST {
        return None;
    }
    tokio::fs::read(path).await.ok()
}

/// Whether two addresses are of one portal: the CLI writes them with and without what stands behind.
fn same_portal(one: &str, other: &str) -> bool {
    let plain = |url: &str| url.trim_end_matches(['#', '/']).to_owned();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;
    use crate::aws::credentials::chain::Role;

    const PORTAL: &str = "https://example.awsapps.com/start";

    fn sso() -> Base {
        Base::Sso {
            start_url: PORTAL.to_owned(),
            region: "eu-west-1".to_owned(),
            account: "1".to_owned(),
            role: "r".to_owned(),
            session: Some("work".to_owned()),
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    async fn horizon(base: Base, mfa: bool, home: Option<&str>) -> LoginHorizon {
        let role = Role {
            arn: "arn:aws:iam::1:role/x".to_owned(),
            profile: None,
            external_id: None,
            session_name: None,
            mfa_serial: mfa.then(|| "arn:aws:iam::1:mfa/me".to_owned()),
            seconds: None,
        };
        let chain = Chain { base, profile: None, roles: vec![role] };
        let keys = Credentials::new("A", "S", None, Some(at(900)), "test");
        of(&chain, (Some(at(3_600)), &keys), Caches { home, login: None }).await
    }

    fn seconds(horizon: &LoginHorizon) -> Option<i64> {
        horizon.until.map(Timestamp::as_second)
    }

    #[rstest]
    #[case::renewed(r#"{"startUrl":"https://example.awsapps.com/start#/","accessToken":"t","refreshToken":"r","expiresAt":"1970-01-01T00:50:00Z"}"#, None)]
    #[case::not_renewed(
        r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","expiresAt":"1970-01-01T00:50:00UTC"}"#,
        Some(3_000)
    )]
    #[case::of_another_portal(
        r#"{"startUrl":"https://other.awsapps.com/start","accessToken":"t","expiresAt":"1970-01-01T00:50:00Z"}"#,
        None
    )]
    #[case::a_registration(r#"{"clientId":"c","expiresAt":"1970-01-01T00:50:00Z"}"#, None)]
    #[case::garbled("{", None)]
    #[tokio::test]
    async fn an_identity_center_login_lasts_as_long_as_its_token_unless_that_is_renewed(
        #[case] file: &str,
        #[case] until: Option<i64>,
    ) {
        let home = tempfile::tempdir().expect("a directory");
        let cache = home.path().join(".aws/sso/cache");
        std::fs::create_dir_all(&cache).expect("made");
        std::fs::write(cache.join("0a.json"), file).expect("written");
        std::fs::write(cache.join("readme.txt"), "no token").expect("written");
        let got = horizon(sso(), false, home.path().to_str()).await;
        assert_eq!((seconds(&got), got.by), (until, "IAM Identity Center"));
        assert_eq!(got.keys_until.map(Timestamp::as_second), Some(900));
        assert_eq!(seconds(&horizon(sso(), false, None).await), None);
    }

    /// Files as `aws sso login` writes them for an `sso-session`.
    #[rstest]
    #[case::whole(&[r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","refreshToken":"r","expiresAt":"1970-01-01T00:50:00Z","registrationExpiresAt":"1970-03-01T00:00:00Z"}"#], Some((3_000, Some(5_097_600))))]
    #[case::without_a_registration(&[r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","refreshToken":"r","expiresAt":"1970-01-01T00:50:00Z"}"#], Some((3_000, None)))]
    #[case::the_one_that_lasts_longer(&[r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","refreshToken":"r","expiresAt":"1970-01-01T00:50:00Z"}"#, r#"{"startUrl":"https://example.awsapps.com/start#/","accessToken":"t","refreshToken":"r","expiresAt":"1970-01-01T01:00:00UTC","registrationExpiresAt":"soon"}"#], Some((3_600, None)))]
    #[case::not_renewed(&[r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","expiresAt":"1970-01-01T00:50:00Z"}"#], None)]
    #[case::without_an_end(&[r#"{"startUrl":"https://example.awsapps.com/start","accessToken":"t","refreshToken":"r"}"#], None)]
    #[tokio::test]
    async fn what_renews_a_token_is_told_with_its_own_ends(
        #[case] files: &[&str],
        #[case] renewal: Option<(i64, Option<i64>)>,
    ) {
        let home = tempfile::tempdir().expect("a directory");
        let cache = home.path().join(".aws/sso/cache");
        std::fs::create_dir_all(&cache).expect("made");
        for (at, file) in files.iter().enumerate() {
            std::fs::write(cache.join(format!("{at}.json")), file).expect("written");
        }
        let got = horizon(sso(), false, home.path().to_str()).await;
        let told = got
            .renewal
            .map(|renewal| (renewal.token_until.as_second(), renewal.at_the_latest.map(Timestamp::as_second)));
        assert_eq!(told, renewal);
    }

    #[rstest]
    #[case::environment(Base::Environment, false, Some(3_600))]
    #[case::instance(Base::Instance, false, None)]
    #[case::console(Base::LoginSession { name: "x".to_owned() }, false, None)]
    #[case::with_a_code(Base::Instance, true, Some(900))]
    #[case::both(Base::Environment, true, Some(900))]
    #[tokio::test]
    async fn keys_that_nobody_renews_end_the_login(#[case] base: Base, #[case] mfa: bool, #[case] until: Option<i64>) {
        assert_eq!(seconds(&horizon(base, mfa, None).await), until);
    }

    /// A token file of `aws login` whose id token says that.
    fn console_token(claims: &str) -> String {
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        format!(
            r#"{{"accessToken":{{"expiresAt":"1970-01-01T00:15:00Z"}},"refreshToken":"r","idToken":"e30.{claims}.s"}}"#
        )
    }

    #[rstest]
    #[case::begun(console_token(r#"{"iat":600}"#), Some(600 + 12 * 3_600))]
    #[case::begun_without_saying_when(console_token("{}"), None)]
    #[case::no_token(r#"{"idToken":"e30"}"#.to_owned(), None)]
    #[case::garbled("{".to_owned(), None)]
    #[tokio::test]
    async fn a_console_login_is_renewed_for_twelve_hours(#[case] file: String, #[case] until: Option<i64>) {
        // Where `echo -n arn:aws:iam::1:user/me | sha256sum` says.
        let name = "da19974a351c10e6ddab0fe8d7b1fb3a289211121e24f211c7eb19ed08e30e3a.json";
        let session = Base::LoginSession { name: " arn:aws:iam::1:user/me\n".to_owned() };
        let home = tempfile::tempdir().expect("a directory");
        let cache = home.path().join(".aws/login/cache");
        std::fs::create_dir_all(&cache).expect("made");
        std::fs::write(cache.join(name), &file).expect("written");
        assert_eq!(seconds(&horizon(session.clone(), false, home.path().to_str()).await), until);
        let elsewhere = Caches { home: None, login: cache.to_str() };
        let chain = Chain { base: session, profile: None, roles: Vec::new() };
        let keys = Credentials::new("A", "S", None, Some(at(900)), "test");
        assert_eq!(seconds(&of(&chain, (None, &keys), elsewhere).await), until);
    }
}
