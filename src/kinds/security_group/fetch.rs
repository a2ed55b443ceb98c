//! Reads this kind from AWS: ec2:DescribeSecurityGroups, an XML answer read here.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use roxmltree::{Document, Node};

use super::model::{Opening, SecurityGroup};
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const DESCRIBE: &str = "ec2:DescribeSecurityGroups";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<SecurityGroup>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let mut parameters = vec![("MaxResults".to_owned(), "1000".to_owned())];
        parameters.extend(token.map(|token| ("NextToken".to_owned(), token)));
        let xml = ask.aws.call(DESCRIBE, None, ask.aws.ec2.call("DescribeSecurityGroups", parameters)).await?;
        parse(&xml)
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

/// The groups of one page, and the token of the next.
fn parse(xml: &str) -> Result<(Vec<Option<SecurityGroup>>, Option<String>), Fault> {
    let document = Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, DESCRIBE, error.to_string()))?;
    let root = document.root_element();
    if !root.is_called("DescribeSecurityGroupsResponse") {
        let message = format!("the answer is a {}, not a DescribeSecurityGroupsResponse", root.tag_name().name());
        return Err(Fault::new(FaultKind::Garbled, DESCRIBE, message));
    }
    Ok((root.items("securityGroupInfo").into_iter().map(group).collect(), root.text_of("nextToken")))
}

fn group(from: Node<'_, '_>) -> Option<SecurityGroup> {
    let id = from.text_of("groupId")?;
    Some(SecurityGroup {
        name: from.text_of("groupName").unwrap_or_else(|| id.clone()),
        id,
        vpc: from.text_of("vpcId"),
        openings: from.items("ipPermissions").into_iter().filter_map(opening).collect(),
    })
}

fn opening(from: Node<'_, '_>) -> Option<Opening> {
    let port = |name: &str| from.text_of(name).and_then(|text| text.parse::<u16>().ok());
    let each = |set: &str, name: &str| {
        from.items(set).into_iter().filter_map(|item| item.text_of(name)).collect::<Vec<String>>()
    };
    let mut ranges = each("ipRanges", "cidrIp");
    ranges.extend(each("ipv6Ranges", "cidrIpv6"));
    Some(Opening {
        protocol: from.text_of("ipProtocol")?,
        ports: port("fromPort").zip(port("toPort")),
        groups: each("groups", "groupId"),
        ranges,
        prefix_lists: !from.items("prefixListIds").is_empty(),
    })
}

#[cfg(test)]
mod tests;
