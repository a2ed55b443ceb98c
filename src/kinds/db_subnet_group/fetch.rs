//! Reads this kind from AWS: rds:DescribeDBSubnetGroups. The only file of the kind that may touch the network or an SDK
//! type; reading operations only.

use aws_sdk_rds::types;

use super::model::DbSubnetGroup;
use crate::aws::{Paged, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "rds:DescribeDBSubnetGroups";

/// Reads the groups.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DbSubnetGroup>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.rds.describe_db_subnet_groups().max_records(100).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.db_subnet_groups().iter().map(group).collect(), text(answer.marker())))
    })
    .await?;
    Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(items) })
}

fn group(from: &types::DbSubnetGroup) -> Option<DbSubnetGroup> {
    let zones = from.subnets().iter().filter_map(types::Subnet::subnet_availability_zone);
    let mut zones: Vec<String> = zones.filter_map(|zone| text(zone.name())).collect();
    zones.sort();
    zones.dedup();
    Some(DbSubnetGroup { name: text(from.db_subnet_group_name())?, vpc: text(from.vpc_id()), zones })
}
