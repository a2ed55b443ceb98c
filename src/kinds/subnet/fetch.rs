//! Reads this kind from AWS: ec2:DescribeSubnets and ec2:DescribeRouteTables, XML answers read here.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::HashMap;

use roxmltree::{Document, Node};

use super::model::{Subnet, WayOut};
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const SUBNETS: &str = "ec2:DescribeSubnets";
const ROUTES: &str = "ec2:DescribeRouteTables";

/// The default routes of a scope: those of single subnets, and those of the main table of each VPC.
#[derive(Clone, Default, Debug)]
struct Routes {
    of_subnet: HashMap<String, WayOut>,
    of_vpc: HashMap<String, WayOut>,
}

/// Reads what `ask` covers. Where the routes may not be read, subnets stand without them, and that is noted.
///
/// # Errors
/// The fault that kept everything from being read.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Subnet>, Fault> {
    let (subnets, routes) = tokio::join!(pages(ask, "DescribeSubnets", SUBNETS, subnet), routes(ask));
    let Paged { mut items, cut } = subnets?;
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    match routes {
        Ok((routes, cut)) => {
            notes.extend(cut);
            for subnet in &mut items {
                let main = || subnet.vpc.as_ref().and_then(|vpc| routes.of_vpc.get(vpc));
                subnet.way_out = routes.of_subnet.get(&subnet.id).or_else(main).cloned();
            }
        }
        Err(fault) => notes.push(fault),
    }
    let mut reading = Reading::whole(items);
    reading.notes = notes;
    Ok(reading)
}

async fn routes(ask: FetchContext<'_>) -> Result<(Routes, Option<Fault>), Fault> {
    let Paged { items, cut } = pages(ask, "DescribeRouteTables", ROUTES, table).await?;
    let mut routes = Routes::default();
    for table in items {
        routes.of_subnet.extend(table.of_subnet);
        routes.of_vpc.extend(table.of_vpc);
    }
    Ok((routes, cut))
}

/// All pages of an EC2 action, each item read by `item`.
async fn pages<T>(
    ask: FetchContext<'_>,
    action: &'static str,
    operation: &'static str,
    item: fn(Node<'_, '_>) -> Option<T>,
) -> Result<Paged<T>, Fault> {
    named_pages(operation, None, |token| async move {
        let mut parameters = vec![("MaxResults".to_owned(), "100".to_owned())];
        parameters.extend(token.map(|token| ("NextToken".to_owned(), token)));
        let xml = ask.aws.call(operation, None, ask.aws.ec2.call(action, parameters)).await?;
        parse(&xml, action, operation, item)
    })
    .await
}

type Page<T> = (Vec<Option<T>>, Option<String>);

fn parse<T>(
    xml: &str,
    action: &str,
    operation: &'static str,
    item: fn(Node<'_, '_>) -> Option<T>,
) -> Result<Page<T>, Fault> {
    let document =
        Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, operation, error.to_string()))?;
    let root = document.root_element();
    if !root.is_called(&format!("{action}Response")) {
        let message = format!("the answer is a {}, not a {action}Response", root.tag_name().name());
        return Err(Fault::new(FaultKind::Garbled, operation, message));
    }
    let set = if action == "DescribeSubnets" { "subnetSet" } else { "routeTableSet" };
    Ok((root.items(set).into_iter().map(item).collect(), root.text_of("nextToken")))
}

fn subnet(from: Node<'_, '_>) -> Option<Subnet> {
    Some(Subnet {
        id: from.text_of("subnetId")?,
        vpc: from.text_of("vpcId"),
        zone: from.text_of("availabilityZone"),
        free_addresses: from.text_of("availableIpAddressCount").and_then(|text| text.parse().ok()),
        way_out: None,
    })
}

/// The default route of one table, for each subnet and VPC it is the table of.
fn table(from: Node<'_, '_>) -> Option<Routes> {
    let way = way_out(from);
    let mut routes = Routes::default();
    for association in from.items("associationSet") {
        if let Some(subnet) = association.text_of("subnetId") {
            routes.of_subnet.insert(subnet, way.clone());
        } else if association.text_of("main").as_deref() == Some("true")
            && let Some(vpc) = from.text_of("vpcId")
        {
            routes.of_vpc.insert(vpc, way.clone());
        }
    }
    Some(routes)
}

fn way_out(table: Node<'_, '_>) -> WayOut {
    let default = |route: &Node<'_, '_>| route.text_of("destinationCidrBlock").as_deref() == Some("0.0.0.0/0");
    let Some(route) = table.items("routeSet").into_iter().find(default) else { return WayOut::None };
    let names = ["natGatewayId", "transitGatewayId", "instanceId", "networkInterfaceId", "vpcPeeringConnectionId"];
    let gateway = route.text_of("gatewayId");
    let through = names.iter().find_map(|name| route.text_of(name)).or_else(|| gateway.clone());
    if route.text_of("state").as_deref() == Some("blackhole") {
        return WayOut::Blackhole(through.unwrap_or_default());
    }
    match gateway {
        Some(gateway) if gateway.starts_with("igw-") => WayOut::Internet,
        _ => through.map_or(WayOut::None, WayOut::Through),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Clients, Query, Script};
    use crate::kinds::testing::{ask, scope};
    use crate::world::{Coverage, World};

    const SUBNETS_XML: &str = "<DescribeSubnetsResponse><subnetSet>\
        <item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>0</availableIpAddressCount></item>\
        <item><subnetId>subnet-b</subnetId><vpcId>vpc-1</vpcId><availableIpAddressCount>250</availableIpAddressCount></item>\
        <item><subnetId>subnet-c</subnetId><vpcId>vpc-2</vpcId></item>\
        </subnetSet></DescribeSubnetsResponse>";
    const ROUTES_XML: &str = "<DescribeRouteTablesResponse><routeTableSet>\
        <item><vpcId>vpc-1</vpcId><routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item></routeSet>\
        <associationSet><item><main>true</main></item></associationSet></item>\
        <item><vpcId>vpc-1</vpcId><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state></item></routeSet>\
        <associationSet><item><subnetId>subnet-b</subnetId><main>false</main></item></associationSet></item>\
        <item><vpcId>vpc-2</vpcId><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><state>blackhole</state></item></routeSet>\
        <associationSet><item><subnetId>subnet-c</subnetId></item></associationSet></item>\
        </routeTableSet></DescribeRouteTablesResponse>";

    fn of(xml: &'static str, action: &str, operation: &'static str) -> Vec<Subnet> {
        let (items, _) = parse(xml, action, operation, subnet).expect("a page");
        items.into_iter().flatten().collect()
    }

    #[test]
    fn a_subnet_takes_its_own_table_or_the_main_one_of_its_vpc() {
        let subnets = of(SUBNETS_XML, "DescribeSubnets", SUBNETS);
        assert_eq!(subnets[0].free_addresses, Some(0));
        let (tables, _) = parse(ROUTES_XML, "DescribeRouteTables", ROUTES, table).expect("tables");
        let mut routes = Routes::default();
        for one in tables.into_iter().flatten() {
            routes.of_subnet.extend(one.of_subnet);
            routes.of_vpc.extend(one.of_vpc);
        }
        assert_eq!(routes.of_vpc.get("vpc-1"), Some(&WayOut::None));
        assert_eq!(routes.of_subnet.get("subnet-b"), Some(&WayOut::Internet));
        assert_eq!(routes.of_subnet.get("subnet-c"), Some(&WayOut::Blackhole("nat-1".to_owned())));
    }

    #[test]
    fn another_answer_is_garbled() {
        let fault = parse("<Other/>", "DescribeSubnets", SUBNETS, subnet).map(|_| ()).expect_err("a fault");
        assert_eq!(fault.kind, FaultKind::Garbled);
    }

    #[tokio::test]
    async fn routes_that_may_not_be_read_cost_no_subnet() {
        let denied = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        for (script, noted) in
            [([(200, SUBNETS_XML), (403, denied)], true), ([(200, SUBNETS_XML), (200, ROUTES_XML)], false)]
        {
            let aws = Clients { ec2: Query::ec2_by(&Script::new(script)), ..Clients::silent() };
            let (scope, world) = (scope(), World::default());
            let reading = read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("subnets");
            assert_eq!(reading.parts[0].1.as_ref().expect("a list").len(), 3);
            assert_eq!(!reading.notes.is_empty(), noted);
        }
    }
}
