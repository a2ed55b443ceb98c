//! How topics are read, and that nothing secret of their subscriptions is kept.

use super::{Topic, Topics};
use crate::aws::{Clients, Query, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, Fault, FaultKind, World};

const TOPICS: &str = "<ListTopicsResponse><ListTopicsResult><Topics>\
<member><TopicArn>arn:aws:sns:ap-northeast-1:1:kajimaru</TopicArn></member>\
<member><TopicArn>arn:aws:sns:ap-northeast-1:1:nobody</TopicArn></member></Topics></ListTopicsResult></ListTopicsResponse>";
const SUBSCRIPTIONS: &str = "<ListSubscriptionsResponse><ListSubscriptionsResult><Subscriptions>\
<member><TopicArn>arn:aws:sns:ap-northeast-1:1:kajimaru</TopicArn><Protocol>lambda</Protocol>\
<SubscriptionArn>arn:aws:sns:ap-northeast-1:1:kajimaru:1</SubscriptionArn><Endpoint>arn:aws:lambda:ap-northeast-1:1:function:chat</Endpoint></member>\
<member><TopicArn>arn:aws:sns:ap-northeast-1:1:kajimaru</TopicArn><Protocol>https</Protocol>\
<SubscriptionArn>PendingConfirmation</SubscriptionArn><Endpoint>https://chat.example.jp/hooks/s3cr3t?token=s3cr3t</Endpoint></member>\
<member><TopicArn>arn:aws:sns:ap-northeast-1:1:kajimaru</TopicArn><Protocol>email</Protocol>\
<SubscriptionArn>arn:aws:sns:ap-northeast-1:1:kajimaru:2</SubscriptionArn><Endpoint>tanaka@example.jp</Endpoint></member>\
</Subscriptions></ListSubscriptionsResult></ListSubscriptionsResponse>";

async fn read(script: &Script) -> Result<Vec<Topic>, Fault> {
    let aws = Clients { sns: Query::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = Topics::read(ask(&aws, &scope, &known, &Coverage::All)).await?;
    Ok(reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect())
}

#[tokio::test]
async fn topics_come_with_who_is_told_and_without_secrets() {
    let all = read(&Script::new([(200, TOPICS), (200, SUBSCRIPTIONS)])).await.expect("topics");
    let to: Vec<(&str, bool)> = all[0].subscriptions.iter().map(|one| (one.to.as_str(), one.confirmed)).collect();
    let function = "arn:aws:lambda:ap-northeast-1:1:function:chat";
    assert_eq!(to, [(function, true), ("chat.example.jp", false), ("t…@example.jp", true)]);
    assert!(all[1].subscriptions.is_empty());
    assert!(!serde_json::to_string(&all).expect("a document").contains("s3cr3t"));
}

#[tokio::test]
async fn none_costs_one_call_and_half_of_it_is_a_fault() {
    let none = "<ListTopicsResponse><ListTopicsResult><Topics/></ListTopicsResult></ListTopicsResponse>";
    let script = Script::new([(200, none)]);
    assert_eq!(read(&script).await, Ok(Vec::new()));
    assert_eq!(script.sent().len(), 1);
    let denied = "<ErrorResponse><Error><Code>AuthorizationError</Code><Message>no</Message></Error></ErrorResponse>";
    let fault = read(&Script::new([(200, TOPICS), (403, denied)])).await.expect_err("a denial");
    assert_eq!(fault.kind, FaultKind::Denied);
}
