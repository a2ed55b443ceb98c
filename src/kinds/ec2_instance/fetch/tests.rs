//! Instances read from EC2's XML: pages, odd states, answers that are something else.

use rstest::rstest;

use super::{parse, read, told_at};
use crate::aws::{Clients, Query, Script};
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, FaultKind, World};

const FIRST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
 <reservationSet><item><reservationId>r-1</reservationId><instancesSet><item>
  <instanceId>i-1</instanceId><imageId>ami-1</imageId><instanceState><code>80</code><name>stopped</name></instanceState>
  <reason>User initiated (2026-11-20 10:00:00 GMT)</reason>
  <stateReason><code>Client.UserInitiatedShutdown</code><message>Client.UserInitiatedShutdown</message></stateReason>
  <instanceType>t2.micro</instanceType><launchTime>2026-11-01T01:02:03.000Z</launchTime>
  <placement><availabilityZone>ap-northeast-1a</availabilityZone></placement>
  <groupSet><item><groupId>sg-1</groupId><groupName>g</groupName></item></groupSet>
  <tagSet><item><key>Name</key><value>踏み台</value></item><item><key>Env</key><value/></item></tagSet>
 </item></instancesSet></item></reservationSet><nextToken>more</nextToken></DescribeInstancesResponse>"#;

const SECOND: &str = r#"<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>
 <instancesSet><item><instanceId>i-2</instanceId><instanceState><name>levitating</name></instanceState></item></instancesSet>
 </item></reservationSet></DescribeInstancesResponse>"#;

#[tokio::test]
async fn all_pages_are_read() {
    let script = Script::new([(200, FIRST), (200, SECOND)]);
    let aws = Clients { ec2: Query::ec2_by(&script), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("instances");
    let items = reading.parts[0].1.as_ref().expect("a list");
    assert_eq!((items[0].name.as_deref(), items[0].state.as_str()), (Some("踏み台"), "stopped"));
    assert_eq!(items[0].launched_at.map(|at| at.to_string()).as_deref(), Some("2026-11-01T01:02:03Z"));
    assert_eq!(items[0].stopped_at.map(|at| at.to_string()).as_deref(), Some("2026-11-20T10:00:00Z"));
    assert_eq!((items[0].security_groups.as_slice(), items[0].tags["Env"].as_str()), (&["sg-1".to_owned()][..], ""));
    assert_eq!((items[1].id.as_str(), items[1].state.as_str()), ("i-2", "levitating"));
    let sent = script.sent();
    assert!(sent[0].body.contains("MaxResults=1000") && sent[1].body.contains("NextToken=more"));
}

#[rstest]
#[case("User initiated (2026-11-20 13:00:05 GMT)", Some("2026-11-20T13:00:05Z"))]
#[case("User initiated (2026-11-20 13:00:05 UTC)", Some("2026-11-20T13:00:05Z"))]
#[case("Server.SpotInstanceTermination (2026-11-20 13:00:05 GMT)", Some("2026-11-20T13:00:05Z"))]
#[case("User initiated", None)]
#[case("User initiated (yesterday)", None)]
#[case("User initiated (2026-11-20 13:00:05 JST)", None)]
#[case("", None)]
fn when_it_stopped_is_told_by_the_reason_alone(#[case] reason: &str, #[case] expected: Option<&str>) {
    assert_eq!(told_at(reason).map(|at| at.to_string()).as_deref(), expected);
}

#[test]
fn what_is_no_list_of_instances_is_garbled() {
    for odd in ["", "<html></html>", "<DescribeInstancesResponse>", "{}"] {
        assert_eq!(parse(odd).map_err(|fault| fault.kind), Err(FaultKind::Garbled), "{odd}");
    }
}
