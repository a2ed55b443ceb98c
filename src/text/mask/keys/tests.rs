//! One name for each word of the lists, in which no other word of them tells: a word that goes takes its row with it.

use rstest::rstest;

use super::*;
use crate::text::mask::assigned::ASSIGNMENT_WORDS;
use crate::text::mask::{MASK, mask_text};

/// Names as they are met, each with the one word in it that tells.
const NAMES: [(&str, &str); 24] = [
    ("password", "DB_Password"),
    ("passwd", "ROOT_PASSWD"),
    ("passphrase", "sshKeyPassphrase"),
    ("passcode", "door.passcode"),
    ("secret", "NEXTAUTH_SECRET"),
    ("token", "GITLAB_TOKEN"),
    ("apikey", "SENDGRID_API_KEY"),
    ("accesskey", "AccessKeyId"),
    ("credential", "GOOGLE_APPLICATION_CREDENTIALS"),
    ("privatekey", "SSH_PRIVATE_KEY"),
    ("signingkey", "CookieSessionSigningKey2"),
    ("encryptionkey", "DATA_ENCRYPTION_KEY"),
    ("masterkey", "RAILS_MASTER_KEY"),
    ("authkey", "TS_AUTHKEY"),
    ("webhook", "ALERT_WEBHOOK_URL"),
    ("authorization", "proxy-authorization"),
    ("authheader", "ES_AUTH_HEADER"),
    ("connectionstring", "AzureConnectionString"),
    ("connstr", "PG_CONNSTR"),
    ("databaseurl", "DATABASE_URL"),
    ("dburl", "DB_URL"),
    ("redisurl", "REDIS_URL"),
    ("cookie", "SESSION_COOKIE"),
    ("jwt", "JWT_HS256"),
];

const LAST_WORDS: [(&str, &str); 6] = [
    ("pwd", "MYSQL_PWD"),
    ("pass", "SMTP_PASS"),
    ("dsn", "SENTRY_DSN"),
    ("mongouri", "MONGO_URI"),
    ("sharedkey", "STORAGE_SHARED_KEY"),
    ("amqpurl", "AMQP_URL"),
];

/// What a name of a secret may end in and speak of no secret then.
const ABOUT_ONE: [(&str, &str); 18] = [
    ("arn", "MasterUserSecretArn"),
    ("name", "SecretName"),
    ("status", "SecretStatus"),
    ("type", "token_type"),
    ("expiry", "passwordExpiry"),
    ("expiration", "TokenExpiration"),
    ("expiresat", "token_expires_at"),
    ("expiresin", "token_expires_in"),
    ("count", "RetryTokenCount"),
    ("length", "PasswordLength"),
    ("enabled", "SecretRotationEnabled"),
    ("rotation", "PasswordRotation"),
    ("version", "SecretVersion"),
    ("versionid", "SecretVersionId"),
    ("stage", "SecretVersionStage"),
    ("policy", "PasswordPolicy"),
    ("valuefrom", "SecretValueFrom"),
    ("parameter", "PasswordParameter"),
];

/// The words of both lists that a name holds where they count.
fn telling(name: &str) -> Vec<&'static str> {
    let name = plain(name);
    let anywhere = TELLING.iter().filter(|word| name.contains(**word));
    anywhere.chain(TELLING_AT_END.iter().filter(|word| name.ends_with(**word))).copied().collect()
}

#[test]
fn every_word_tells_by_itself() {
    let rows = NAMES.iter().chain(&LAST_WORDS);
    for (word, name) in rows.clone() {
        // `sshKeyPassphrase` holds no other; the cookie's key is the only one that holds two.
        let others: Vec<_> = telling(name).into_iter().filter(|it| it != word).collect();
        assert!(others.is_empty() || *word == "signingkey", "{name} is told by {others:?} too");
        assert!(is_secret_key(name), "{name}");
    }
    let words: Vec<&str> = rows.map(|(word, _)| *word).collect();
    let listed: Vec<&str> = TELLING.iter().chain(&TELLING_AT_END).copied().collect();
    assert_eq!(words, listed, "each word has its row, and each row its word");
}

#[test]
fn a_name_about_a_secret_is_none() {
    for (word, name) in ABOUT_ONE {
        assert!(!telling(name).is_empty() && plain(name).ends_with(word), "{name}");
        assert!(!is_secret_key(name) && is_reference(name), "{name} is masked");
        let others = ABOUT.iter().filter(|end| plain(name).ends_with(**end)).count();
        assert_eq!(others, 1, "{name} is about one for more than one reason");
    }
    assert_eq!(ABOUT_ONE.map(|(word, _)| word), ABOUT, "each word has its row");
}

#[rstest]
#[case("passenger")]
#[case("MYSQL_PWD_FILE")]
#[case("DSN_ID")]
#[case("SHARED_KEY_COUNTER")]
#[case("AMQP_URLS")]
#[case("MONGO_URI_OPTIONS")]
fn a_last_word_tells_only_at_the_end(#[case] name: &str) {
    assert!(!is_secret_key(name));
}

#[rstest]
#[case("Dimensions")]
#[case("Tags")]
#[case("TagList")]
#[case("TaskAttributes")]
#[case("attributes")]
#[case("Settings")]
#[case("details")]
#[case("Filters")]
#[case("LoadBalancerAttributes")]
fn pairs_in_these_lists_are_facts(#[case] list: &str) {
    assert!(is_harmless_pair_list(list));
}

#[test]
fn each_of_those_lists_is_tried() {
    assert_eq!(HARMLESS_LISTS.len(), 9);
    assert!(!is_harmless_pair_list("environment") && !is_harmless_pair_list("parameters"));
}

#[rstest]
#[case("Variables", &["plain"], true)]
#[case("EnvironmentVariables", &["plain"], true)]
#[case("env_vars", &["plain"], true)]
#[case("environment", &["DB_HOST", "PORT"], true)]
#[case("env", &["DB_HOST"], true)]
#[case("environment", &["DB_HOST", "port"], false)]
#[case("env", &["name"], false)]
#[case("settings", &["DB_HOST"], false)]
fn variables_are_known_by_their_place_and_their_capitals(
    #[case] key: &str,
    #[case] fields: &[&str],
    #[case] variables: bool,
) {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    assert_eq!(is_environment(key, fields.iter()), variables);
}

#[rstest]
#[case("--db-password", true)]
#[case("-password", true)]
#[case("password", false)]
#[case("--password=x", false)]
#[case("--password and more", false)]
#[case("--verbose", false)]
fn a_flag_takes_the_word_behind_it(#[case] word: &str, #[case] flag: bool) {
    assert_eq!(is_secret_flag(word), flag);
}

/// Assignments that only one of the words for speed lets be looked at.
#[rstest]
#[case("pass", "smtp_pass=x1")]
#[case("secret", "SECRET=x1")]
#[case("token", "TOKEN=x1")]
#[case("key", "API_KEY=x1")]
#[case("cred", "CREDENTIALS=x1")]
#[case("hook", "WEBHOOK=x1")]
#[case("auth", "AUTH_HEADER=x1")]
#[case("conn", "PG_CONNSTR=x1")]
#[case("url", "DB_URL=x1")]
#[case("uri", "MONGO_URI=x1")]
#[case("pwd", "MYSQL_PWD=x1")]
#[case("dsn", "SENTRY_DSN=x1")]
#[case("cookie", "COOKIE=x1")]
#[case("jwt", "JWT=x1")]
fn an_assignment_is_looked_at_for_one_word_alone(#[case] word: &str, #[case] text: &str) {
    let low = text.to_lowercase();
    // `auth_header` is one name; the word for speed is in its first part.
    let found: Vec<&str> = ASSIGNMENT_WORDS.iter().filter(|known| low.contains(**known)).copied().collect();
    assert_eq!(found, [word]);
    let (name, _) = text.split_once('=').expect("an assignment");
    assert_eq!(mask_text(text), format!("{name}={MASK}"));
}

#[test]
fn each_word_for_speed_is_tried() {
    assert_eq!(ASSIGNMENT_WORDS.len(), 14, "a word more wants a row more");
}
