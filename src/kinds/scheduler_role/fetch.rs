//! Reads this kind from AWS: iam:GetRole, one role a call.
//! The only file of the kind that may touch the network; reading operations only.

use roxmltree::Document;
use serde_json::Value;

use super::model::SchedulerRole;
use crate::aws::concurrently;
use crate::kinds::FetchContext;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Reading};

const GET: &str = "iam:GetRole";

/// Reads the roles whose ARNs `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<SchedulerRole>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let roles: Vec<Part> = parts.iter().filter(|part| name(&Arn::from(&part[..])).is_some()).cloned().collect();
    let read = concurrently(roles, |part: Part| async move {
        let got = one(ask, &Arn::from(&part[..])).await.map(|role| vec![role]);
        (part, got)
    });
    Ok(Reading::of(read.await))
}

/// The name in a role's ARN: what stands behind the path.
fn name(arn: &Arn) -> Option<&str> {
    let path = arn.resource().strip_prefix("role/").filter(|_| arn.service() == Some("iam"))?;
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

async fn one(ask: FetchContext<'_>, arn: &Arn) -> Result<SchedulerRole, Fault> {
    let role = name(arn).unwrap_or_default();
    let parameters = vec![("RoleName".to_owned(), role.to_owned())];
    let xml = ask.aws.call(GET, Some(role), ask.aws.iam.call("GetRole", parameters)).await?;
    let garbled = |why: String| Fault::new(FaultKind::Garbled, GET, why).on(role);
    let document = Document::parse(&xml).map_err(|why| garbled(why.to_string()))?;
    let mut nodes = document.descendants();
    let policy = nodes.find(|node| node.tag_name().name() == "AssumeRolePolicyDocument").and_then(|node| node.text());
    let policy = policy.ok_or_else(|| garbled("the answer holds no trust policy".to_owned()))?;
    let trust: Value = serde_json::from_str(&unescape(policy)).map_err(|why| garbled(why.to_string()))?;
    Ok(SchedulerRole { arn: arn.clone(), trust })
}

/// IAM writes policies as they stand in an address (RFC 3986).
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = ahead;
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
