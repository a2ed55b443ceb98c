//! Reads this kind from AWS: tag:GetResources.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_resourcegroupstagging::types;

use super::model::TaggedResource;
use crate::aws::{Paged, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, Reading};

const GET: &str = "tag:GetResources";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<TaggedResource>, Fault> {
    let Paged { items, cut } = named_pages(GET, None, |token| async move {
        let request = ask.aws.tags.get_resources().resources_per_page(100).set_pagination_token(token);
        let answer = ask.aws.call(GET, None, request.send()).await?;
        Ok((answer.resource_tag_mapping_list().iter().map(tagged).collect(), text(answer.pagination_token())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

fn tagged(from: &types::ResourceTagMapping) -> Option<TaggedResource> {
    let tags = from.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
    Some(TaggedResource { arn: Arn::from(text(from.resource_arn())?), tags })
}
