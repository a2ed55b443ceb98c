//! How subnet groups are read.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::describe_db_subnet_groups::DescribeDbSubnetGroupsOutput;
use aws_sdk_rds::types;
use aws_smithy_mocks::mock;

use super::SubnetGroups;
use crate::aws::{Clients, mocked};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, World};

#[tokio::test]
async fn each_zone_is_told_once() {
    let subnet = |zone: &str| {
        let zone = types::AvailabilityZone::builder().name(zone).build();
        types::Subnet::builder().subnet_availability_zone(zone).build()
    };
    let answer = mock!(Client::describe_db_subnet_groups).then_output(move || {
        let group = types::DbSubnetGroup::builder().db_subnet_group_name("city-poc-db-subnets").vpc_id("vpc-1");
        let group = group.subnets(subnet("ap-northeast-1a")).subnets(subnet("ap-northeast-1a")).build();
        DescribeDbSubnetGroupsOutput::builder().db_subnet_groups(group).build()
    });
    let aws = Clients { rds: mocked!(aws_sdk_rds, [&answer]), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = SubnetGroups::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("groups");
    let groups = reading.parts[0].1.as_ref().expect("groups");
    assert_eq!(
        (groups[0].name.as_str(), &groups[0].zones[..]),
        ("city-poc-db-subnets", &["ap-northeast-1a".to_owned()][..])
    );
}
