//! The network inside a VPC: subnets, routes, NAT gateways, endpoints. Everything the program knows of this kind:
//! `model` our type, `fetch` the reading. What it means is judged in `diagnosis::upkeep`, once for an environment.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Endpoint, NatGateway, Subnet, VpcNetwork};

use super::resource_tags::TaggedResource;
use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, KindName, Reading, Resource};

/// The kind.
pub struct Networks;

impl Kind for Networks {
    type Item = VpcNetwork;

    const PACE: PollClass = PollClass::Topology;
    const PLACES: bool = false;
    // It places nothing: it waits until the names and tags that do are read.
    const NEEDS: &'static [KindName] = &[TaggedResource::KIND];
    const PERMISSIONS: &'static [&'static str] =
        &["ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeNatGateways", "ec2:DescribeVpcEndpoints"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<VpcNetwork>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &VpcNetwork) -> &str {
        &item.name
    }
}

#[cfg(test)]
mod tests;
