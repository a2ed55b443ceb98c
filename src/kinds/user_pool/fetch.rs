//! Reads this kind from AWS: cognito-idp:ListUserPools, and cognito-idp:DescribeUserPool for each. The only file of the kind
//! that may touch the network; reading operations only.

use serde_json::{Value, json};

use super::model::UserPool;
use crate::aws::fields::{items, moment, number, text};
use crate::aws::{Paged, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "cognito-idp:ListUserPools";
const DESCRIBE: &str = "cognito-idp:DescribeUserPool";

/// Reads every user pool with its triggers.
///
/// # Errors
/// The fault of the list; a pool that cannot be looked at is kept as it was, or as the list tells it, and that is noted.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<UserPool>, Fault> {
    let Paged { items: listed, cut } = named_pages(LIST, None, |token| async move {
        let body = match &token {
            Some(token) => json!({ "MaxResults": 60, "NextToken": token }),
            None => json!({ "MaxResults": 60 }),
        };
        let answer = ask.aws.call(LIST, None, ask.aws.cognito.call("ListUserPools", body)).await?.body;
        Ok((items(&answer, "UserPools").map(pool).collect(), text(&answer, "NextToken")))
    })
    .await?;
    let read = concurrently(listed, |listed: UserPool| async move {
        let sent = ask.aws.cognito.call("DescribeUserPool", json!({ "UserPoolId": listed.id }));
        let got = ask.aws.call(DESCRIBE, Some(&listed.name), sent).await;
        (listed, got)
    });
    let (mut all, mut notes) = (Vec::new(), cut.into_iter().collect::<Vec<Fault>>());
    for (listed, got) in read.await {
        match got {
            Ok(answer) => all.push(answer.body.get("UserPool").and_then(pool).unwrap_or(listed)),
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                all.push(ask.known.by_key::<UserPool>(ask.scope, &listed.id).cloned().unwrap_or(listed));
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

fn pool(from: &Value) -> Option<UserPool> {
    let triggers = from.get("LambdaConfig").and_then(Value::as_object).into_iter().flatten();
    // Some triggers are an ARN, some hold it beside the version of their event.
    let arn = |value: &Value| value.as_str().map(str::to_owned).or_else(|| text(value, "LambdaArn"));
    let triggers = triggers.filter_map(|(name, value)| Some((name.clone(), Arn::from(arn(value)?))));
    Some(UserPool {
        id: text(from, "Id")?,
        name: text(from, "Name")?,
        users: number(from, "EstimatedNumberOfUsers"),
        mfa: text(from, "MfaConfiguration"),
        triggers: triggers.filter(|(_, arn)| arn.service() == Some("lambda")).collect(),
        changed_at: moment(from, "LastModifiedDate"),
    })
}
