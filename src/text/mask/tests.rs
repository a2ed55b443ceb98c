//! What is masked, what must not be, and what stays beside a mask.

use super::*;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::url("postgres://app:hunter2@db.internal:5432/app", "postgres://app:••••••@db.internal:5432/app")]
#[case::url_without_user("redis://:s3cr3t@cache:6379", "redis://:••••••@cache:6379")]
#[case::url_with_at("mysql://u:p@ss@host/db", "mysql://u:••••••@host/db")]
#[case::url_with_slash("mysql://u:pa/ss@host/db", "mysql://u:••••••@host/db")]
#[case::url_token("https://0123456789abcdef0123456789abcdef@sentry.io/1", "https://••••••@sentry.io/1")]
#[case::jdbc(
    "jdbc:postgresql://h/db?user=u&password=pw1&ssl=true",
    "jdbc:postgresql://h/db?user=u&password=••••••&ssl=true"
)]
#[case::slack("post https://hooks.slack.com/services/T0/B0/xyz now", "post https://hooks.slack.com/•••••• now")]
#[case::discord("https://discord.com/api/webhooks/1/abc", "https://discord.com/api/webhooks/••••••")]
#[case::discordapp("https://discordapp.com/api/v10/webhooks/1/abc", "https://discordapp.com/api/v10/webhooks/••••••")]
#[case::teams("https://acme.webhook.office.com/webhookb2/x@y/z", "https://acme.webhook.office.com/••••••")]
#[case::chat("https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t", "https://chat.googleapis.com/••••••")]
#[case::access_key("key AKIAIOSFODNN7EXAMPLE used", "key AKIA•••••• used")]
#[case::session_key("ASIAIOSFODNN7EXAMPLE", "ASIA••••••")]
#[case::secret_key("x wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY y", "x •••••• y")]
#[case::jwt("sub eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 ok", "sub •••••• ok")]
#[case::bearer("Authorization: Bearer abcdef123456", "Authorization: ••••••")]
#[case::bearer_alone("sent Bearer abcdef123456", "sent Bearer ••••••")]
#[case::basic("header Basic dXNlcjpwYXNzd29yZA==", "header Basic ••••••")]
#[case::assignment("connect password=hunter2 host=db", "connect password=•••••• host=db")]
#[case::quoted("PASSWORD='two words' x", "PASSWORD='••••••' x")]
#[case::colon("password: hunter2", "password: ••••••")]
#[case::json(r#"{"apiKey": "a, b", "n": 1}"#, r#"{"apiKey": "••••••", "n": 1}"#)]
#[case::json_in_json(r#"{\"db_password\":\"x y\",\"n\":1}"#, r#"{\"db_password\":\"••••••\",\"n\":1}"#)]
#[case::flag("psql --password hunter2 -h db", "psql --password •••••• -h db")]
#[case::connection_string(
    "Server=h;User Id=u;Password=p w;Encrypt=yes",
    "Server=h;User Id=u;Password=••••••;Encrypt=yes"
)]
#[case::doubled_quote("password='it''s' x", "password='••••••' x")]
#[case::curl("curl -u admin:hunter2 https://x", "curl -u admin:•••••• https://x")]
#[case::header("curl -H \"X-Api-Key: abcdef12345\" x", "curl -H \"X-Api-Key: ••••••\" x")]
#[case::variable("PGPASSWORD=x psql", "PGPASSWORD=•••••• psql")]
#[case::github("ghp_0123456789abcdefABCDEF0123456789abcd", "••••••")]
#[case::slack_token("use xoxb-123456789012-abcdefGHIJ", "use ••••••")]
#[case::openai("sk-proj-0123456789abcdefABCD", "••••••")]
#[case::presigned(
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=0123456789abcdef",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=••••••"
)]
#[case::pem(
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----••••••-----END RSA PRIVATE KEY-----"
)]
#[case::pem_cut_off("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----••••••")]
#[case::colon_without_a_digit("password: hunter", "password: ••••••")]
#[case::colon_of_an_authorization("Authorization: Token abcdef", "Authorization: ••••••")]
fn secrets_go_and_context_stays(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(mask_text(text), expected);
    assert_eq!(mask_text(expected), expected, "masking twice");
}

/// Vendors' tokens, each known by its own beginning alone.
#[rstest]
#[case("ghp_")]
#[case("gho_")]
#[case("ghu_")]
#[case("ghs_")]
#[case("ghr_")]
#[case("github_pat_")]
#[case("xoxb-")]
#[case("xapp-")]
#[case("sk-")]
#[case("sk_live_")]
#[case("sk_test_")]
#[case("rk_live_")]
#[case("glpat-")]
#[case("npm_")]
#[case("whsec_")]
#[case("dckr_pat_")]
#[case("pypi-")]
#[case("hf_")]
#[case("ya29.")]
#[case("shpat_")]
#[case("lin_api_")]
#[case("SG.")]
fn a_vendors_token_is_known_by_its_beginning(#[case] beginning: &str) {
    let token = format!("{beginning}{}", "abcdefgh".repeat(2));
    assert_eq!(mask_text(&format!("with {token} it works")), format!("with {MASK} it works"));
    let short = format!("with {beginning}abc it works");
    assert_eq!(mask_text(&short), short, "a word that only begins so stays");
}

/// Addresses that let whoever knows them write there.
#[rstest]
#[case("hooks.slack.com/services/T0/B0/x", "hooks.slack.com/")]
#[case("chat.googleapis.com/v1/spaces/A", "chat.googleapis.com/")]
#[case("discord.com/api/webhooks/1/x", "discord.com/api/webhooks/")]
#[case("discordapp.com/api/v10/webhooks/1/x", "discordapp.com/api/v10/webhooks/")]
#[case("acme.webhook.office.com/webhookb2/x", "acme.webhook.office.com/")]
#[case("outlook.office.com/webhook/x", "outlook.office.com/webhook/")]
#[case("outlook.office365.com/webhook/x", "outlook.office365.com/webhook/")]
#[case("hooks.zapier.com/hooks/catch/1/x", "hooks.zapier.com/")]
#[case("prod-01.japaneast.logic.azure.com:443/workflows/x", "prod-01.japaneast.logic.azure.com:443/")]
#[case("api.telegram.org/botx/send", "api.telegram.org/")]
fn an_address_to_write_to_keeps_its_host(#[case] address: &str, #[case] rest: &str) {
    assert_eq!(mask_text(&format!("POST https://{address} 200")), format!("POST https://{rest}{MASK} 200"));
}

/// What signs an address, and the smallest that is no ordinary parameter.
#[rstest]
#[case("sig")]
#[case("signature")]
#[case("X-Amz-Signature")]
#[case("key")]
#[case("code")]
fn a_signed_address_keeps_all_but_what_signs_it(#[case] parameter: &str) {
    let address = |value: &str| format!("https://x.example/a?b=1&{parameter}={value}&c=2");
    assert_eq!(mask_text(&address("abcdefghijkl")), address(MASK));
    assert_eq!(mask_text(&address("abcdefghijk")), address("abcdefghijk"), "eleven letters are a word");
    assert_eq!(mask_text(&format!("a {parameter}=abcdefghijkl")), format!("a {parameter}=abcdefghijkl"), "no address");
}

#[rstest]
#[case("curl -u admin:hunter x", "curl -u admin:•••••• x")]
#[case("curl --user admin:hunter x", "curl --user admin:•••••• x")]
#[case("curl --user=admin:hunter x", "curl --user=admin:•••••• x")]
#[case("-u admin:hunter", "-u admin:••••••")]
#[case("mysql -u admin x:y", "mysql -u admin x:y")]
#[case("AIzaabcdefghijabcdefghijabcdefghij", "••••••")]
#[case("AIzaabcdefghij", "AIzaabcdefghij")]
#[case("see Bearer abcdefgh", "see Bearer ••••••")]
#[case("see Bearer abcdefg", "see Bearer abcdefg")]
#[case("see Basic abcdefghijklmno", "see Basic ••••••")]
#[case("see Basic abcdefghijklmn", "see Basic abcdefghijklmn")]
fn a_shape_has_its_smallest(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(mask_text(text), expected);
}

#[rstest]
#[case("arn:aws:ecs:ap-northeast-1:123456789012:task/prooflink-dev/0123456789abcdef0123456789abcdef")]
#[case("arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:prod/db-AbCdEf:password::")]
#[case("arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/prooflink-dev-Backend/73e2d6bc24d8a067")]
#[case("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")]
#[case("secret arn:aws:kms:ap-northeast-1:123456789012:key/0b1a5f9e-7a0c-4b0e-9b5a-0123456789ab")]
#[case("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
#[case("da39a3ee5e6b4b0d3255bfef95601890afd80709")]
#[case("0b1a5f9e-7a0c-4b0e-9b5a-0123456789ab")]
#[case("ecs/backend/0123456789abcdef0123456789abcdef")]
#[case("ecs-svc/1234567890123456789")]
#[case("123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/prooflink/backend:v1.2.3")]
#[case("prooflink-dev-BackendTargetGroup-1A2B3C4D5E6F")]
#[case("ProoflinkDevStackBackendServiceTaskDefinition1A2B3C4D")]
#[case("http://localhost:3000/@scope/package")]
#[case("ssh://git@github.com/acme/app")]
#[case("https://prooflink.example.com/health?full=1")]
#[case("failed to fetch secret: AccessDeniedException")]
#[case("The security token included in the request is expired")]
#[case("ResourceInitializationError: unable to pull secrets or registry auth: timed out")]
#[case("task/Prod1/0123456789abcdef0123456789abcdef")]
#[case("AWS/ECS/ContainerInsights/Prod1/backend/CPUUtilization")]
#[case(r#"{"token":null,"secret":true,"password":""}"#)]
#[case("ResourceInitializationError: unable to pull secrets: secretsmanager:GetSecretValue")]
#[case("https://user@host/path:x@y")]
#[case("db.t4g.micro")]
#[case("Target.ResponseCodeMismatch: Health checks failed with these codes: [502]")]
#[case("2026-11-21T14:02:11+09:00")]
#[case("本番環境の秘密はここにない")]
fn ordinary_text_stays_as_it_is(#[case] text: &str) {
    assert!(matches!(mask_text(text), Cow::Borrowed(same) if same == text), "{}", mask_text(text));
}

#[test]
fn a_task_definition_keeps_only_what_is_harmless() {
    let mut document = json!({
        "family": "backend",
        "containerDefinitions": [{
            "image": "repo/backend:7",
            "environment": [
                {"name": "DATABASE_URL", "value": "postgres://u:p@h/db"},
                {"name": "LOG_LEVEL", "value": "debug"}
            ],
            "secrets": [{"name": "DB_PASSWORD", "valueFrom": "/prod/db/password"}],
            "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:r:1:secret:x"},
            "command": ["serve", "--token", "abc", "--port", "80"]
        }]
    });
    mask_value(&mut document);
    assert_eq!(
        document,
        json!({
            "family": "backend",
            "containerDefinitions": [{
                "image": "repo/backend:7",
                "environment": [
                    {"name": "DATABASE_URL", "value": "••••••"},
                    {"name": "LOG_LEVEL", "value": "••••••"}
                ],
                "secrets": [{"name": "DB_PASSWORD", "valueFrom": "/prod/db/password"}],
                "repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:r:1:secret:x"},
                "command": ["serve", "--token", "••••••", "--port", "80"]
            }]
        })
    );
}

#[rstest]
#[case(json!({"MasterUserPassword": "x"}), json!({"MasterUserPassword": "••••••"}))]
#[case(json!({"password": 1234}), json!({"password": "••••••"}))]
#[case(json!({"password": ""}), json!({"password": ""}))]
#[case(json!({"ManageMasterUserPassword": true}), json!({"ManageMasterUserPassword": true}))]
#[case(json!({"credentials": {"user": "u", "value": ["p"]}}), json!({"credentials": {"user": "••••••", "value": ["••••••"]}}))]
#[case(json!({"MasterUserSecret": {"SecretArn": "arn:aws:x:1", "SecretStatus": "active"}}), json!({"MasterUserSecret": {"SecretArn": "arn:aws:x:1", "SecretStatus": "active"}}))]
#[case(json!({"Environment": {"Variables": {"plain": "x", "N": 1}}}), json!({"Environment": {"Variables": {"plain": "••••••", "N": "••••••"}}}))]
#[case(json!({"Environment": {"Variables": {"A": {"b": "c", "n": null}, "L": ["d", 1, true]}}}), json!({"Environment": {"Variables": {"A": {"b": "••••••", "n": null}, "L": ["••••••", "••••••", "••••••"]}}}))]
#[case(json!({"env": {"A_B": "x"}}), json!({"env": {"A_B": "••••••"}}))]
#[case(json!({"env": ["A=b", "C"]}), json!({"env": ["A=••••••", "C"]}))]
#[case(json!({"environment": {"name": "prod"}}), json!({"environment": {"name": "prod"}}))]
#[case(json!({"variables": [{"name": "PORT", "value": "80"}]}), json!({"variables": [{"name": "PORT", "value": "••••••"}]}))]
#[case(json!([{"name": "ANY", "value": "v"}]), json!([{"name": "ANY", "value": "••••••"}]))]
#[case(json!({"Dimensions": [{"Name": "ClusterName", "Value": "dev"}]}), json!({"Dimensions": [{"Name": "ClusterName", "Value": "dev"}]}))]
#[case(json!({"Tags": [{"Key": "Owner", "Value": "ops"}, {"Key": "api-key", "Value": "k"}]}), json!({"Tags": [{"Key": "Owner", "Value": "ops"}, {"Key": "api-key", "Value": "••••••"}]}))]
#[case(json!({"note": "see redis://:p@h"}), json!({"note": "see redis://:••••••@h"}))]
#[case(json!({"SENTRY_DSN": "https://k@s/1"}), json!({"SENTRY_DSN": "••••••"}))]
fn documents(#[case] mut given: Value, #[case] expected: Value) {
    mask_value(&mut given);
    assert_eq!(given, expected);
    mask_value(&mut given);
    assert_eq!(given, expected, "masking twice");
}

proptest! {
    #[test]
    fn any_variable_is_hidden(name in "[A-Za-z_]{1,12}", value in "[a-z]{7,20}") {
        let mut document = json!({"environment": [{"name": name, "value": value.clone()}]});
        mask_value(&mut document);
        prop_assert!(!document["environment"][0]["value"].to_string().contains(&value));
    }

    #[test]
    fn any_password_in_a_url_goes(password in "[A-Za-z0-9!$%^*+=_.@-]{1,24}") {
        let masked = mask_text(&format!("see postgres://app:{password}@db.internal/app")).into_owned();
        prop_assert_eq!(masked, "see postgres://app:••••••@db.internal/app");
    }

    #[test]
    fn any_text_can_be_masked(text in any::<String>()) {
        let once = mask_text(&text).into_owned();
        prop_assert_eq!(mask_text(&once).into_owned(), once);
    }
}
