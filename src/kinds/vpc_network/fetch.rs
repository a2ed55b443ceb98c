//! Reads this kind from AWS: ec2:DescribeSubnets, ec2:DescribeRouteTables, ec2:DescribeNatGateways and
//! ec2:DescribeVpcEndpoints, each of a whole region in one listing. The only file of the kind that may touch the network;
//! reading operations only.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};

use super::model::{Endpoint, NatGateway, Subnet, VpcNetwork};
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const SUBNETS: &str = "ec2:DescribeSubnets";
const TABLES: &str = "ec2:DescribeRouteTables";
const GATEWAYS: &str = "ec2:DescribeNatGateways";
const ENDPOINTS: &str = "ec2:DescribeVpcEndpoints";

/// Where subnets' traffic goes.
struct Table {
    id: String,
    vpc: String,
    main: bool,
    subnets: Vec<String>,
    way_out: Option<String>,
    blackhole: bool,
}

/// Reads the network of every VPC.
///
/// # Errors
/// The fault of any of the lists: with a part of them a way that is there would look missing.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<VpcNetwork>, Fault> {
    let (subnets, tables, gateways, endpoints) = tokio::join!(
        list(ask, SUBNETS, "subnetSet", subnet),
        list(ask, TABLES, "routeTableSet", table),
        list(ask, GATEWAYS, "natGatewaySet", gateway),
        list(ask, ENDPOINTS, "vpcEndpointSet", endpoint),
    );
    let (subnets, tables, gateways, endpoints) = (subnets?, tables?, gateways?, endpoints?);
    let notes = [subnets.cut, tables.cut, gateways.cut, endpoints.cut].into_iter().flatten().collect();
    let vpcs: BTreeSet<String> = subnets.items.iter().map(|(vpc, _)| vpc.clone()).collect();
    let mut all: BTreeMap<String, VpcNetwork> = vpcs
        .into_iter()
        .map(|vpc| {
            (vpc.clone(), VpcNetwork { name: vpc, subnets: Vec::new(), gateways: Vec::new(), endpoints: Vec::new() })
        })
        .collect();
    for (vpc, mut subnet) in subnets.items {
        let own = tables.items.iter().find(|table| table.subnets.contains(&subnet.id));
        let table = own.or_else(|| tables.items.iter().find(|table| table.main && table.vpc == vpc));
        if let Some(table) = table {
            (subnet.way_out, subnet.blackhole) = (table.way_out.clone(), table.blackhole);
            subnet.table = Some(table.id.clone());
        }
        all.entry(vpc).and_modify(|network| network.subnets.push(subnet));
    }
    // Deleted ones are listed for an hour.
    for (vpc, gateway) in gateways.items.into_iter().filter(|(_, gateway)| gateway.state != "deleted") {
        all.entry(vpc).and_modify(|network| network.gateways.push(gateway));
    }
    for (vpc, endpoint) in endpoints.items {
        all.entry(vpc).and_modify(|network| network.endpoints.push(endpoint));
    }
    Ok(Reading { notes, ..Reading::whole(all.into_values().collect()) })
}

async fn list<T>(
    ask: FetchContext<'_>,
    operation: &'static str,
    set: &'static str,
    read: fn(Node<'_, '_>) -> Option<T>,
) -> Result<Paged<T>, Fault> {
    let action = operation.split(':').next_back().unwrap_or(operation);
    named_pages(operation, None, |token| async move {
        // Route tables come a hundred at a time at most.
        let most = if operation == TABLES { "100" } else { "1000" };
        let mut parameters = vec![("MaxResults".to_owned(), most.to_owned())];
        parameters.extend(token.map(|token| ("NextToken".to_owned(), token)));
        let xml = ask.aws.call(operation, None, ask.aws.ec2.call(action, parameters)).await?;
        let garbled = |error: String| Fault::new(FaultKind::Garbled, operation, error);
        let document = Document::parse(&xml).map_err(|error| garbled(error.to_string()))?;
        let root = document.root_element();
        if !root.is_called(&format!("{action}Response")) {
            return Err(garbled(format!("the answer is a {}", root.tag_name().name())));
        }
        Ok((root.items(set).into_iter().map(read).collect(), root.text_of("nextToken")))
    })
    .await
}

fn subnet(from: Node<'_, '_>) -> Option<(String, Subnet)> {
    let tags = from.items("tagSet");
    let name =
        tags.into_iter().find(|tag| tag.text_of("key").as_deref() == Some("Name")).and_then(|tag| tag.text_of("value"));
    let subnet = Subnet {
        id: from.text_of("subnetId")?,
        name,
        zone: from.text_of("availabilityZone"),
        block: from.text_of("cidrBlock"),
        free: from.text_of("availableIpAddressCount").and_then(|count| count.parse().ok()),
        way_out: None,
        blackhole: false,
        table: None,
    };
    Some((from.text_of("vpcId")?, subnet))
}

fn table(from: Node<'_, '_>) -> Option<Table> {
    let routes = from.items("routeSet");
    let default =
        routes.into_iter().find(|route| route.text_of("destinationCidrBlock").as_deref() == Some("0.0.0.0/0"));
    let to = |route: &Node<'_, '_>| {
        let names = [
            "gatewayId",
            "natGatewayId",
            "transitGatewayId",
            "instanceId",
            "networkInterfaceId",
            "vpcPeeringConnectionId",
        ];
        names.iter().find_map(|name| route.text_of(name))
    };
    let associations = from.items("associationSet");
    Some(Table {
        id: from.text_of("routeTableId")?,
        vpc: from.text_of("vpcId")?,
        main: associations.iter().any(|it| it.text_of("main").as_deref() == Some("true")),
        subnets: associations.iter().filter_map(|it| it.text_of("subnetId")).collect(),
        way_out: default.as_ref().and_then(to),
        blackhole: default.as_ref().and_then(|route| route.text_of("state")).as_deref() == Some("blackhole"),
    })
}

fn gateway(from: Node<'_, '_>) -> Option<(String, NatGateway)> {
    let gateway = NatGateway {
        id: from.text_of("natGatewayId")?,
        state: from.text_of("state").unwrap_or_else(|| "unknown".to_owned()),
        why: from.text_of("failureMessage"),
        subnet: from.text_of("subnetId"),
    };
    Some((from.text_of("vpcId")?, gateway))
}

fn endpoint(from: Node<'_, '_>) -> Option<(String, Endpoint)> {
    let texts =
        |set: &str| from.items(set).into_iter().filter_map(|it| it.text().map(|text| text.trim().to_owned())).collect();
    let endpoint = Endpoint {
        id: from.text_of("vpcEndpointId")?,
        service: from.text_of("serviceName").unwrap_or_default(),
        kind: from.text_of("vpcEndpointType"),
        state: from.text_of("state"),
        subnets: texts("subnetIdSet"),
        tables: texts("routeTableIdSet"),
    };
    Some((from.text_of("vpcId")?, endpoint))
}
