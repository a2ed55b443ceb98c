//! DB instances read from mocked answers: pages, throttling, words for pending changes, a page's extras.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::types::{DbInstance as SdkInstance, PendingModifiedValues};
use aws_smithy_mocks::{Rule, mock};

use super::{instance, pending, read};
use crate::aws::{Clients, mocked};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, Fault, Reading, World};

async fn instances(rules: &[Rule]) -> Result<Reading<DbInstance>, Fault> {
    let aws = Clients { rds: mocked!(aws_sdk_rds, rules), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    read(ask(&aws, &scope, &world, &Coverage::All)).await
}

fn page(id: &'static str, next: Option<&'static str>) -> DescribeDbInstancesOutput {
    let arn = format!("arn:aws:rds:ap-northeast-1:1:db:{id}");
    let one = SdkInstance::builder().db_instance_arn(arn).db_instance_status("levitating").build();
    DescribeDbInstancesOutput::builder().db_instances(one).set_marker(next.map(str::to_owned)).build()
}

#[tokio::test]
async fn all_pages_are_read_a_hundred_at_a_time() {
    let first = mock!(Client::describe_db_instances)
        .match_requests(|input| input.marker().is_none() && input.max_records() == Some(100))
        .then_output(|| page("a", Some("m")));
    let second = mock!(Client::describe_db_instances)
        .match_requests(|input| input.marker() == Some("m"))
        .then_output(|| page("b", None));
    let reading = instances(&[first, second]).await.expect("instances");
    let items = reading.parts[0].1.as_ref().expect("a list");
    assert_eq!(
        items.iter().map(|one| (one.id.as_str(), one.status.as_str())).collect::<Vec<_>>(),
        [("a", "levitating"), ("b", "levitating")]
    );
}

#[tokio::test]
async fn a_throttle_is_waited_out() {
    let body = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let slow = mock!(Client::describe_db_instances)
        .sequence()
        .http_status(400, Some(body.to_owned()))
        .times(2)
        .output(|| page("a", None))
        .build();
    let rules = [slow];
    let reading = instances(&rules).await.expect("instances in the end");
    assert_eq!((reading.parts[0].1.as_ref().map(Vec::len), rules[0].num_calls()), (Ok(1), 3));
}

#[tokio::test]
async fn an_account_without_databases_has_none() {
    let none = mock!(Client::describe_db_instances).then_output(|| DescribeDbInstancesOutput::builder().build());
    assert_eq!(instances(&[none]).await.map(|reading| reading.parts), Ok(Reading::whole(Vec::new()).parts));
}

#[test]
fn pending_changes_are_said_and_a_password_is_not() {
    let from = PendingModifiedValues::builder()
        .db_instance_class("db.m6g.large")
        .allocated_storage(200)
        .multi_az(true)
        .master_user_password("hunter2")
        .build();
    let words = pending(&from);
    assert_eq!(
        words,
        ["class becomes db.m6g.large", "storage becomes 200 GiB", "multi-AZ becomes on", "the master password changes"]
    );
}

#[test]
fn an_instance_without_an_arn_is_left_out_and_a_bare_one_is_not() {
    assert_eq!(instance(&SdkInstance::builder().build()), None);
    let bare = instance(&SdkInstance::builder().db_instance_arn("arn:aws:rds:r:1:db:x").build()).expect("one");
    assert_eq!((bare.id.as_str(), bare.status.as_str(), bare.port), ("x", "unknown", None));
}
