//! An EC2 security group. Everything the program knows of this kind; the list of what lives where:
//! `model` our type and whom a group lets in, `fetch` the reading. Read only when something wants to know who
//! reaches whom, never by the clock. Nothing here draws.

mod fetch;
mod model;

use futures_util::future::BoxFuture;
pub use model::{Opening, SecurityGroup};

use super::{FetchContext, Kind, PollClass};
use crate::world::{Fault, Reading};

/// The kind.
pub struct SecurityGroups;

impl Kind for SecurityGroups {
    type Item = SecurityGroup;

    const PACE: PollClass = PollClass::OnDemand;
    const PERMISSIONS: &'static [&'static str] = &["ec2:DescribeSecurityGroups"];

    fn read(ask: FetchContext<'_>) -> BoxFuture<'_, Result<Reading<SecurityGroup>, Fault>> {
        Box::pin(fetch::read(ask))
    }

    fn name(item: &SecurityGroup) -> &str {
        &item.name
    }
}
