//! Security groups read from EC2's XML: pages, rules of every sort, answers that are something else.

use super::{parse, read};
use crate::aws::{Clients, Query, Script};
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, FaultKind, World};

const FIRST: &str = r#"<DescribeSecurityGroupsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
 <securityGroupInfo><item><groupId>sg-db</groupId><groupName>kajimaru-DB-SG</groupName><vpcId>vpc-1</vpcId>
  <ipPermissions>
   <item><ipProtocol>tcp</ipProtocol><fromPort>3306</fromPort><toPort>3306</toPort>
    <groups><item><userId>123456789012</userId><groupId>sg-ec2</groupId></item></groups>
    <ipRanges><item><cidrIp>10.0.0.0/16</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>
   <item><ipProtocol>-1</ipProtocol><groups/><ipRanges/>
    <prefixListIds><item><prefixListId>pl-1</prefixListId></item></prefixListIds></item>
   <item><ipProtocol>icmp</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort></item>
  </ipPermissions><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol></item></ipPermissionsEgress>
 </item></securityGroupInfo><nextToken>more</nextToken></DescribeSecurityGroupsResponse>"#;

const SECOND: &str = r#"<DescribeSecurityGroupsResponse><securityGroupInfo>
 <item><groupId>sg-2</groupId></item></securityGroupInfo></DescribeSecurityGroupsResponse>"#;

#[tokio::test]
async fn all_pages_are_read_with_whom_they_let_in() {
    let script = Script::new([(200, FIRST), (200, SECOND)]);
    let aws = Clients { ec2: Query::ec2_by(&script), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("groups");
    let items = reading.parts[0].1.as_ref().expect("a list");
    assert_eq!((items[0].name.as_str(), items[0].vpc.as_deref()), ("kajimaru-DB-SG", Some("vpc-1")));
    let [mysql, all, icmp] = &items[0].openings[..] else { panic!("three rules in, none out") };
    assert!(mysql.covers(3306) && !mysql.covers(22) && !mysql.prefix_lists);
    assert!(mysql.lets_in(&["sg-ec2".to_owned()], &[]) && mysql.lets_in(&[], &["10.0.3.4".to_owned()]));
    assert!(all.covers(1) && all.prefix_lists && !icmp.covers(3306));
    assert_eq!(items[1].name, "sg-2", "a group without a name goes by its id");
    assert!(script.sent()[1].body.contains("NextToken=more"));
}

#[test]
fn what_is_no_list_of_groups_is_garbled() {
    for odd in ["", "<html></html>", "<DescribeSecurityGroupsResponse>", "{}"] {
        assert_eq!(parse(odd).map_err(|fault| fault.kind), Err(FaultKind::Garbled), "{odd}");
    }
}
