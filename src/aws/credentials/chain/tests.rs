//! Which account a source means: table by table as the AWS CLI has it.

use rstest::rstest;

use super::{Base, Chain};
use crate::aws::Source;
use crate::aws::profiles::tests::profiles;

const CONFIG: &str = "\
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key = S
[profile sso]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = ops
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile console]
login_session = arn:aws:iam::123456789012:user/me
[profile ran]
credential_process = print-keys
[profile both]
credential_process = print-keys
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = sso
mfa_serial = arn:aws:iam::123456789012:mfa/me
duration_seconds = 3600
[profile twice]
role_arn = arn:aws:iam::123456789012:role/y
source_profile = role
external_id = e
[profile itself]
role_arn = arn:aws:iam::123456789012:role/z
source_profile = itself
aws_access_key_id = SELF
aws_secret_access_key = S
[profile loop]
role_arn = arn:aws:iam::123456789012:role/a
source_profile = pool
[profile pool]
role_arn = arn:aws:iam::123456789012:role/b
source_profile = loop
[profile lost]
role_arn = arn:aws:iam::123456789012:role/c
source_profile = nobody
[profile alone]
role_arn = arn:aws:iam::123456789012:role/d
[profile machine]
role_arn = arn:aws:iam::123456789012:role/e
credential_source = Ec2InstanceMetadata
[profile on_region]
region = eu-west-1
[profile half]
aws_access_key_id = H
[profile half_sso]
sso_account_id = 1
[profile gone_session]
sso_session = nowhere
sso_account_id = 1
sso_role_name = x
[profile token]
web_identity_token_file = /token
role_arn = arn:aws:iam::123456789012:role/t
";
const CREDENTIALS: &str = "[both]\naws_access_key_id = BOTH\naws_secret_access_key = S\n";

fn chain(source: &Source, env: &[(&str, &str)]) -> Result<Chain, String> {
    Chain::of(&profiles(CONFIG, CREDENTIALS, env), source, false).map_err(|fault| {
        assert!(fault.is_login(), "{fault}");
        fault.message
    })
}

fn key(chain: &Chain) -> Option<&str> {
    match &chain.base {
        Base::Keys { id, .. } => Some(id),
        _ => None,
    }
}

#[rstest]
#[case::sso("sso", "IAM Identity Center", 0, Some("aws sso login --profile sso"))]
#[case::console("console", "aws login", 0, Some("aws login --profile console"))]
#[case::command("ran", "credential_process", 0, None)]
#[case::keys_before_a_command("both", "keys in a file", 0, None)]
#[case::login_of_the_profile_below("role", "IAM Identity Center", 1, Some("aws sso login --profile sso"))]
#[case::two_roles("twice", "IAM Identity Center", 2, Some("aws sso login --profile sso"))]
#[case::its_own_source("itself", "keys in a file", 1, None)]
#[case::machine("machine", "instance metadata", 1, None)]
#[case::token("token", "web identity", 0, None)]
fn a_profile_leads_to_its_base(
    #[case] profile: &str,
    #[case] base: &str,
    #[case] roles: usize,
    #[case] login: Option<&str>,
) {
    let chain = chain(&Source::profile(profile), &[("AWS_ACCESS_KEY_ID", "E"), ("AWS_SECRET_ACCESS_KEY", "S")]);
    let chain = chain.expect("a chain");
    assert_eq!((chain.base.name(), chain.roles.len()), (base, roles));
    assert_eq!(chain.login().map(|words| words.join(" ")).as_deref(), login);
    if let Some(login) = login {
        assert!(chain.advice().contains(login), "{}", chain.advice());
    }
}

#[rstest]
#[case("loop", "profile pool: its source_profile loop leads back to itself")]
#[case("lost", "profile lost: its source_profile nobody does not exist")]
#[case("alone", "profile alone: it has role_arn without source_profile or credential_source")]
#[case("on_region", "profile on_region: it says nothing of credentials")]
#[case("half", "profile half: it has aws_access_key_id without aws_secret_access_key")]
#[case("half_sso", "profile half_sso: of sso_account_id and sso_role_name only one is set")]
#[case("gone_session", "profile gone_session: there is no [sso-session nowhere]")]
fn a_profile_that_leads_nowhere_says_why(#[case] profile: &str, #[case] message: &str) {
    let got = chain(&Source::profile(profile), &[]).expect_err("nowhere");
    assert!(got.starts_with(message), "{got}");
}

#[test]
fn roles_are_assumed_from_the_base_outwards() {
    let chain =
        chain(&Source { role_arn: Some("arn:aws:iam::2:role/own".to_owned()), ..Source::profile("twice") }, &[]);
    let roles: Vec<_> = chain.expect("a chain").roles.into_iter().map(|role| (role.arn, role.profile)).collect();
    let expected = [
        ("arn:aws:iam::123456789012:role/x", Some("role")),
        ("arn:aws:iam::123456789012:role/y", Some("twice")),
        ("arn:aws:iam::2:role/own", None),
    ];
    assert_eq!(roles, expected.map(|(arn, profile)| (arn.to_owned(), profile.map(str::to_owned))));
}

#[test]
fn without_a_profile_the_environment_comes_first_and_the_machine_last() {
    let current = Source::current();
    let name = |env: &[(&str, &str)]| chain(&current, env).map(|chain| chain.base.name());
    let keys = [("AWS_ACCESS_KEY_ID", "E"), ("AWS_SECRET_ACCESS_KEY", "S"), ("AWS_PROFILE", "sso")];
    assert_eq!(name(&keys), Ok("environment variables"));
    assert_eq!(name(&[("AWS_PROFILE", "sso")]), Ok("IAM Identity Center"));
    assert_eq!(name(&[("AWS_DEFAULT_PROFILE", "console")]), Ok("aws login"));
    assert_eq!(chain(&current, &[]).as_ref().ok().and_then(key), Some("DEFAULT"));
    let token = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/x")];
    assert_eq!(name(&token), Ok("web identity"), "before the keys of the profile");
    assert_eq!(name(&[("AWS_PROFILE", "on_region")]), Ok("instance metadata"));
    let task = [("AWS_PROFILE", "on_region"), ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")];
    assert_eq!(name(&task), Ok("container credentials"));
    // Half a pair of keys must never mean another account.
    let half = name(&[("AWS_ACCESS_KEY_ID", "E"), ("AWS_PROFILE", "sso")]);
    assert!(half.is_err_and(|why| why.contains("AWS_SECRET_ACCESS_KEY")));
    assert!(name(&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")]).is_err_and(|why| why.contains("AWS_ROLE_ARN")));
}

#[test]
fn what_is_secret_is_never_printed() {
    let chain = chain(&Source::profile("both"), &[]).expect("a chain");
    assert!(!format!("{chain:?}").contains("BOTH"));
}
