//! IAM tokens for databases: a signed address that RDS takes for a password for a quarter of an hour.
//! Signed here, sent nowhere; whoever asks for one prints it, nobody else.

use aws_config::SdkConfig;
use aws_sdk_rds::auth_token::{AuthTokenGenerator, Config};

use crate::ssm::start_request::Token;
use crate::world::{Fault, FaultKind};

/// What IAM calls being let in.
const CONNECT: &str = "rds-db:connect";

/// A token for `user` of the database at `host` and `port`.
///
/// # Errors
/// When there are no credentials, or the name is none that a database has.
pub(crate) async fn token(config: &SdkConfig, (host, port): (&str, u16), user: &str) -> Result<Token, Fault> {
    let odd = |kind: FaultKind, why: String| Fault::new(kind, CONNECT, why).on(format!("{user}@{host}"));
    // Both go into an address as they are.
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    if !plain(user) || !plain(host) {
        let why = "a database user for IAM tokens is made of letters, digits, and - . _ only";
        return Err(odd(FaultKind::Refused, why.to_owned()));
    }
    let asked = Config::builder().hostname(host).port(u64::from(port)).username(user).build();
    let asked = asked.map_err(|why| odd(FaultKind::Odd, why.to_string()))?;
    let made = AuthTokenGenerator::new(asked).auth_token(config).await;
    made.map(|token| Token::new(token.to_string()))
        .map_err(|why| odd(FaultKind::Credentials, crate::text::mask_text(&why.to_string()).into_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_config::{Region, SdkConfig};
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};

    use super::token;

    fn config() -> SdkConfig {
        let keys = Credentials::new("AKID", "SECRET", None, None, "test");
        SdkConfig::builder()
            .region(Region::from_static("ap-northeast-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .time_source(SharedTimeSource::new(StaticTimeSource::new(UNIX_EPOCH + Duration::from_secs(1_724_709_600))))
            .build()
    }

    #[tokio::test]
    async fn a_token_is_an_address_signed_for_the_database_itself() {
        let made = token(&config(), ("db.x.rds.amazonaws.com", 5432), "app").await.expect("a token");
        let text = made.reveal();
        assert!(text.starts_with("db.x.rds.amazonaws.com:5432/?Action=connect&DBUser=app&X-Amz-Algorithm="), "{text}");
        for part in ["ap-northeast-1%2Frds-db%2Faws4_request", "X-Amz-Expires=900", "X-Amz-Signature="] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert_eq!(format!("{made:?}"), "Token(…)");
    }

    #[tokio::test]
    async fn odd_names_are_refused() {
        for user in ["", "a b", "a&Action=x", "項目", "a/b"] {
            assert!(token(&config(), ("db", 1), user).await.is_err(), "{user}");
        }
    }
}
