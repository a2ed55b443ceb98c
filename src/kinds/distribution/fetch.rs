//! Reads this kind from AWS: cloudfront:ListDistributions. CloudFront is there once for all regions: a distribution is kept
//! in the region that one of its origins names, and everywhere where none names any. The only file of the kind that may
//! touch the network; reading operations only.

use roxmltree::{Document, Node};

use super::model::Distribution;
use crate::aws::{Find, Paged, Rest, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, FaultKind, Reading, Region};

const LIST: &str = "cloudfront:ListDistributions";

/// Reads the distributions that are this region's business.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Distribution>, Fault> {
    let Paged { items, cut } = named_pages(LIST, None, |token| async move {
        let query = [("MaxItems", Some("100")), ("Marker", token.as_deref())];
        let sent = ask.aws.cloudfront.call("ListDistributions", Rest::get(&["distribution"], &query));
        parse(&ask.aws.call(LIST, None, sent).await?)
    })
    .await?;
    let items = items.into_iter().filter(|one| is_of(one, &ask.scope.region)).collect();
    Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(items) })
}

/// Whether the region has to do with it: one of its origins is there, or none says where it is.
fn is_of(item: &Distribution, region: &Region) -> bool {
    let named = |origin: &&String| origin.split('.').any(is_region);
    let here = |origin: &String| origin.split('.').any(|label| label == region.as_str());
    item.origins.iter().any(here) || !item.origins.iter().any(|origin| named(&origin))
}

/// Whether a label of a host looks like a region: `ap-northeast-1`.
fn is_region(label: &str) -> bool {
    let words: Vec<&str> = label.split('-').collect();
    matches!(words.as_slice(), [area, .., number] if words.len() >= 3 && area.len() == 2 && number.len() == 1 && number.bytes().all(|it| it.is_ascii_digit()))
}

fn parse(xml: &str) -> Result<(Vec<Option<Distribution>>, Option<String>), Fault> {
    let document = Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, LIST, error.to_string()))?;
    let root = document.root_element();
    if !root.is_called("DistributionList") {
        return Err(Fault::new(FaultKind::Garbled, LIST, format!("the answer is a {}", root.tag_name().name())));
    }
    let summaries = members(root, "Items", "DistributionSummary");
    Ok((summaries.into_iter().map(distribution).collect(), root.text_of("NextMarker")))
}

fn members<'a, 'i>(of: Node<'a, 'i>, list: &str, name: &str) -> Vec<Node<'a, 'i>> {
    of.child(list).map(|list| list.children().filter(|node| node.is_called(name)).collect()).unwrap_or_default()
}

fn distribution(from: Node<'_, '_>) -> Option<Distribution> {
    let host = from.text_of("DomainName")?;
    let aliases: Vec<String> = from
        .child("Aliases")
        .map(|it| members(it, "Items", "CNAME"))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|it| it.text().map(str::to_owned))
        .collect();
    let origins = from.child("Origins").map(|it| members(it, "Items", "Origin")).unwrap_or_default();
    let viewer = from.child("ViewerCertificate");
    Some(Distribution {
        arn: Arn::from(from.text_of("ARN")?),
        id: from.text_of("Id")?,
        name: aliases.first().cloned().unwrap_or_else(|| host.clone()),
        aliases,
        status: from.text_of("Status"),
        enabled: from.text_of("Enabled").is_none_or(|enabled| enabled == "true"),
        origins: origins.into_iter().filter_map(|it| it.text_of("DomainName")).collect(),
        certificate: viewer.and_then(|it| it.text_of("ACMCertificateArn")).map(Arn::from),
        web_acl: from.text_of("WebACLId"),
        about: from.text_of("Comment"),
        changed_at: from.text_of("LastModifiedTime").and_then(|at| at.parse().ok()),
        host,
    })
}
