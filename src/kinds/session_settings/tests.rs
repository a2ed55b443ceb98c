//! Tests of reading an account's preferences for sessions, and the encryption of the log group they name.

use aws_sdk_cloudwatchlogs::operation::describe_log_groups::DescribeLogGroupsOutput;
use aws_sdk_cloudwatchlogs::types::LogGroup;
use aws_sdk_ssm::operation::get_document::{GetDocumentError, GetDocumentOutput};
use aws_sdk_ssm::types::error::InvalidDocument;
use aws_smithy_mocks::mock;
use aws_smithy_types::error::ErrorMetadata;

use super::{AllSessionSettings, Group, PREFERENCES, Preferences, Settings, group_part};
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Coverage, World};

async fn read(aws: &Clients, part: &str) -> Settings {
    let (known, scope, coverage) = (World::default(), scope(), parts(&[part, "of another kind"]));
    let reading = AllSessionSettings::read(ask(aws, &scope, &known, &coverage)).await.expect("a harvest");
    let [(_, Ok(items))] = &reading.parts[..] else { panic!("one part, not {:?}", reading.parts) };
    items[0].settings.clone()
}

#[tokio::test]
async fn preferences_are_what_the_document_says() {
    let content = r#"{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"s3BucketName":"","s3KeyPrefix":"",
        "s3EncryptionEnabled":true,"cloudWatchLogGroupName":"/ssm","cloudWatchEncryptionEnabled":true,
        "cloudWatchStreamingEnabled":true,"kmsKeyId":"alias/sessions","runAsEnabled":false,"idleSessionTimeout":"60",
        "maxSessionDuration":""}}"#;
    let rule = mock!(aws_sdk_ssm::Client::get_document)
        .match_requests(|input| input.name() == Some("SSM-SessionManagerRunShell"))
        .then_output(move || GetDocumentOutput::builder().content(content).build());
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&rule]), ..Clients::silent() };
    let expected = Preferences {
        key: Some("alias/sessions".to_owned()),
        log_group: Some("/ssm".to_owned()),
        wants_encrypted_group: true,
        bucket: None,
        wants_encrypted_bucket: true,
        idle_minutes: Some("60".to_owned()),
        most_minutes: None,
    };
    assert_eq!(read(&aws, PREFERENCES).await, Settings::Preferences(expected));
}

#[tokio::test]
async fn nobody_changed_them_or_nobody_may_look() {
    let none = mock!(aws_sdk_ssm::Client::get_document).then_error(|| {
        let meta = ErrorMetadata::builder().code("InvalidDocument").build();
        GetDocumentError::InvalidDocument(InvalidDocument::builder().meta(meta).build())
    });
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&none]), ..Clients::silent() };
    assert_eq!(read(&aws, PREFERENCES).await, Settings::Preferences(Preferences::default()));
    let denied = mock!(aws_sdk_ssm::Client::get_document).then_error(|| {
        GetDocumentError::generic(ErrorMetadata::builder().code("AccessDeniedException").message("no").build())
    });
    let aws = Clients { ssm: mocked!(aws_sdk_ssm, [&denied]), ..Clients::silent() };
    assert!(matches!(read(&aws, PREFERENCES).await, Settings::Unread(why) if why.contains("ssm:GetDocument")));
}

#[tokio::test]
async fn a_log_group_is_encrypted_plain_or_missing() {
    let rule = mock!(aws_sdk_cloudwatchlogs::Client::describe_log_groups)
        .match_requests(|input| input.log_group_name_prefix().is_some())
        .then_output(|| {
            let group = |name: &str, key: Option<&str>| {
                LogGroup::builder().log_group_name(name).set_kms_key_id(key.map(str::to_owned)).build()
            };
            DescribeLogGroupsOutput::builder()
                .log_groups(group("/ssm", None))
                .log_groups(group("/ssm/locked", Some("arn:aws:kms:r:1:key/k")))
                .build()
        });
    let aws = Clients { logs: mocked!(aws_sdk_cloudwatchlogs, [&rule]), ..Clients::silent() };
    for (name, group) in [("/ssm", Group::Plain), ("/ssm/locked", Group::Encrypted), ("/ss", Group::Missing)] {
        assert_eq!(read(&aws, &group_part(name)).await, Settings::Group(group), "{name}");
    }
}

#[tokio::test]
async fn nothing_is_read_by_the_clock() {
    let (known, scope) = (World::default(), scope());
    let got = AllSessionSettings::read(ask(&Clients::silent(), &scope, &known, &Coverage::All)).await;
    assert!(got.expect("a harvest").parts.is_empty());
}
