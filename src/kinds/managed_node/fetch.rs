//! Reads this kind from AWS: ssm:DescribeInstanceInformation.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_ssm::types;

use super::model::Node;
use crate::aws::{Paged, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::world::{Fault, Reading};

const DESCRIBE: &str = "ssm:DescribeInstanceInformation";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Node>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.ssm.describe_instance_information().max_results(50).set_next_token(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.instance_information_list().iter().map(node).collect(), text(answer.next_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn node(from: &types::InstanceInformation) -> Option<Node> {
    let platform = [from.platform_name(), from.platform_version()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Some(Node {
        id: text(from.instance_id())?,
        name: text(from.name()),
        computer: text(from.computer_name()),
        ping: from.ping_status().map_or("Unknown", |ping| ping.as_str()).to_owned(),
        pinged_at: when(from.last_ping_date_time()),
        agent: text(from.agent_version()),
        platform: text(Some(&platform)),
        ip: text(from.ip_address()),
    })
}
