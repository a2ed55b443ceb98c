//! Reads this kind from AWS: ssm:GetDocument, logs:DescribeLogGroups.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use serde_json::Value;

use super::model::{Group, PREFERENCES, Preferences, SessionSettings, Settings, group_of};
use crate::aws::{concurrently, text};
use crate::kinds::FetchContext;
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const GET: &str = "ssm:GetDocument";
const GROUPS: &str = "logs:DescribeLogGroups";
/// Where Session Manager keeps an account's preferences.
const DOCUMENT: &str = "SSM-SessionManagerRunShell";

/// Reads the parts that `ask` names.
///
/// # Errors
/// None: what could not be read is an answer too.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<SessionSettings>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let ours = |part: &&Part| &***part == PREFERENCES || group_of(part).is_some();
    let wanted: Vec<Part> = parts.iter().filter(ours).cloned().collect();
    let read = concurrently(wanted, |part: Part| async move {
        let got = match group_of(&part) {
            Some(name) => group(ask, name).await.map(Settings::Group),
            None => preferences(ask).await.map(Settings::Preferences),
        };
        let settings = got.unwrap_or_else(|fault| Settings::Unread(fault.sentence()));
        let item = SessionSettings { part: part.to_string(), settings };
        (part, Ok(vec![item]))
    });
    Ok(Reading::of(read.await))
}

async fn preferences(ask: FetchContext<'_>) -> Result<Preferences, Fault> {
    let sent = ask.aws.ssm.get_document().name(DOCUMENT).send();
    let content = match ask.aws.call(GET, Some(DOCUMENT), sent).await {
        Ok(answer) => answer.content.unwrap_or_default(),
        // Nobody ever changed the preferences.
        Err(fault) if fault.code.as_deref().is_some_and(|code| code.starts_with("InvalidDocument")) => {
            return Ok(Preferences::default());
        }
        Err(fault) => return Err(fault),
    };
    let document: Value = serde_json::from_str(&content)
        .map_err(|why| Fault::new(FaultKind::Garbled, GET, why.to_string()).on(DOCUMENT))?;
    let inputs = document.get("inputs").unwrap_or(&Value::Null);
    let said = |name: &str| text(inputs.get(name).and_then(Value::as_str));
    let wants = |name: &str| inputs.get(name).and_then(Value::as_bool).unwrap_or_default();
    Ok(Preferences {
        key: said("kmsKeyId"),
        log_group: said("cloudWatchLogGroupName"),
        wants_encrypted_group: wants("cloudWatchEncryptionEnabled"),
        bucket: said("s3BucketName"),
        wants_encrypted_bucket: wants("s3EncryptionEnabled"),
        idle_minutes: said("idleSessionTimeout"),
        most_minutes: said("maxSessionDuration"),
    })
}

/// One log group. Names begin alike, so the first page by the whole name holds it first.
async fn group(ask: FetchContext<'_>, name: &str) -> Result<Group, Fault> {
    let sent = ask.aws.logs.describe_log_groups().log_group_name_prefix(name).send();
    let answer = ask.aws.call(GROUPS, Some(name), sent).await?;
    let found = answer.log_groups().iter().find(|group| group.log_group_name() == Some(name));
    Ok(match found.map(|group| text(group.kms_key_id())) {
        None => Group::Missing,
        Some(None) => Group::Plain,
        Some(Some(_)) => Group::Encrypted,
    })
}
