//! How the network of a VPC is put together from its lists.

use super::{Networks, VpcNetwork};
use crate::aws::{Clients, Query, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::world::{Coverage, Fault, FaultKind, World};

const SUBNETS: &str = "<DescribeSubnetsResponse><subnetSet>\
<item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock><availabilityZone>ap-northeast-1a</availabilityZone>\
<availableIpAddressCount>12</availableIpAddressCount><tagSet><item><key>Name</key><value>05-private</value></item></tagSet></item>\
<item><subnetId>subnet-b</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.2.0/24</cidrBlock><availabilityZone>ap-northeast-1c</availabilityZone>\
<availableIpAddressCount>250</availableIpAddressCount><tagSet/></item></subnetSet></DescribeSubnetsResponse>";
const TABLES: &str = "<DescribeRouteTablesResponse><routeTableSet>\
<item><routeTableId>rtb-main</routeTableId><vpcId>vpc-1</vpcId><routeSet/><associationSet><item><main>true</main></item></associationSet></item>\
<item><routeTableId>rtb-a</routeTableId><vpcId>vpc-1</vpcId><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>active</state></item></routeSet>\
<associationSet><item><subnetId>subnet-a</subnetId><main>false</main></item></associationSet></item></routeTableSet></DescribeRouteTablesResponse>";
const GATEWAYS: &str = "<DescribeNatGatewaysResponse><natGatewaySet>\
<item><natGatewayId>nat-1</natGatewayId><vpcId>vpc-1</vpcId><state>available</state><subnetId>subnet-p</subnetId></item>\
<item><natGatewayId>nat-0</natGatewayId><vpcId>vpc-1</vpcId><state>deleted</state></item></natGatewaySet></DescribeNatGatewaysResponse>";
const ENDPOINTS: &str = "<DescribeVpcEndpointsResponse><vpcEndpointSet>\
<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcId>vpc-1</vpcId><serviceName>com.amazonaws.ap-northeast-1.ecr.dkr</serviceName>\
<vpcEndpointType>Interface</vpcEndpointType><state>available</state><subnetIdSet><item>subnet-a</item></subnetIdSet></item>\
</vpcEndpointSet></DescribeVpcEndpointsResponse>";

async fn read(script: &Script) -> Result<Vec<VpcNetwork>, Fault> {
    let aws = Clients { ec2: Query::ec2_by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = Networks::read(ask(&aws, &scope, &known, &Coverage::All)).await?;
    Ok(reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect())
}

#[tokio::test]
async fn subnets_know_their_way_out_and_what_is_left_in_them() {
    let all =
        read(&Script::new([(200, SUBNETS), (200, TABLES), (200, GATEWAYS), (200, ENDPOINTS)])).await.expect("networks");
    let [network] = &all[..] else { panic!("{all:?}") };
    let [a, b] = &network.subnets[..] else { panic!("{network:?}") };
    assert_eq!(
        (a.called(), a.way_out.as_deref(), a.size(), a.free),
        ("05-private", Some("nat-1"), Some(251), Some(12))
    );
    assert_eq!((b.called(), b.way_out.as_deref(), b.table.as_deref()), ("subnet-b", None, Some("rtb-main")));
    assert!(!a.is_public());
    assert_eq!(network.gateways.len(), 1, "a deleted one is none");
    assert_eq!(network.endpoints[0].to(), "ecr.dkr");
}

#[tokio::test]
async fn nothing_is_nothing_and_a_part_of_it_a_fault() {
    let empty = [
        "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>",
        "<DescribeRouteTablesResponse><routeTableSet/></DescribeRouteTablesResponse>",
        "<DescribeNatGatewaysResponse><natGatewaySet/></DescribeNatGatewaysResponse>",
        "<DescribeVpcEndpointsResponse><vpcEndpointSet/></DescribeVpcEndpointsResponse>",
    ];
    assert_eq!(read(&Script::new(empty.map(|xml| (200, xml)))).await, Ok(Vec::new()));
    let denied =
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
    let script = Script::new([(200, SUBNETS), (403, denied), (200, GATEWAYS), (200, ENDPOINTS)]);
    assert_eq!(read(&script).await.expect_err("a denial").kind, FaultKind::Denied);
}
