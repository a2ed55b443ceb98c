//! Reads this kind from AWS: scheduler:ListTagsForResource, of the groups that are asked for by name.
//! The only file of the kind that reads from the network; reading operations only.

use super::model::{Notes, arn_of};
use crate::aws::concurrently;
use crate::kinds::FetchContext;
use crate::kinds::schedule_group::change::is_gone;
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const TAGS: &str = "scheduler:ListTagsForResource";

/// Reads the tags of the groups that `ask` names. One that is not there has none: its part is empty.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Notes>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let read = concurrently(parts.iter().cloned().collect(), |part: Part| async move {
        let got = one(ask, &part).await;
        (part, got)
    });
    Ok(Reading::of(read.await))
}

async fn one(ask: FetchContext<'_>, group: &str) -> Result<Vec<Notes>, Fault> {
    let Some(arn) = arn_of(ask.known, ask.scope, group) else {
        let why = "the account is not known yet, and the group is asked for by its ARN";
        return Err(Fault::new(FaultKind::Unavailable, TAGS, why).on(group));
    };
    let request = ask.aws.scheduler.list_tags_for_resource().resource_arn(arn);
    match ask.aws.call(TAGS, Some(group), request.send()).await {
        Ok(answer) => {
            let tags = answer.tags.iter().flatten().map(|tag| (tag.key().to_owned(), tag.value().to_owned()));
            Ok(vec![Notes { group: group.to_owned(), tags: tags.collect() }])
        }
        Err(fault) if is_gone(&fault) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}
