//! Reads this kind from AWS: rds:DescribeBlueGreenDeployments. The only file of the kind that may touch the network or an
//! SDK type; reading operations only.

use aws_sdk_rds::types;

use super::model::BlueGreen;
use crate::aws::{Paged, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, Reading};

const DESCRIBE: &str = "rds:DescribeBlueGreenDeployments";

/// Reads all of a region.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<BlueGreen>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.rds.describe_blue_green_deployments().max_records(100).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.blue_green_deployments().iter().map(pair).collect(), text(answer.marker())))
    })
    .await?;
    Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(items) })
}

fn pair(from: &types::BlueGreenDeployment) -> Option<BlueGreen> {
    let id = text(from.blue_green_deployment_identifier())?;
    let task = |task: &types::BlueGreenDeploymentTask| {
        Some((text(task.name())?, text(task.status()).unwrap_or_else(|| "UNKNOWN".to_owned())))
    };
    let arn = |arn: Option<&str>| text(arn).map(Arn::from);
    let members = from.switchover_details().iter();
    Some(BlueGreen {
        name: text(from.blue_green_deployment_name()).unwrap_or_else(|| id.clone()),
        id,
        blue: arn(from.source())?,
        green: arn(from.target()),
        status: text(from.status()).unwrap_or_else(|| "UNKNOWN".to_owned()),
        details: text(from.status_details()),
        tasks: from.tasks().iter().filter_map(task).collect(),
        members: members.map(|one| (arn(one.source_member()), arn(one.target_member()))).collect(),
        created_at: when(from.create_time()),
    })
}
