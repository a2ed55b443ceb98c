//! Reads this kind from AWS: elasticloadbalancing:DescribeTags, fresher than the tagging API.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use std::collections::BTreeMap;

use super::model::DeployLock;
use crate::aws::concurrently;
use crate::kinds::FetchContext;
use crate::world::{Arn, Coverage, Fault, Part, Reading};

const DESCRIBE: &str = "elasticloadbalancing:DescribeTags";

/// Reads the tags of the target groups that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DeployLock>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let parts = parts.iter().cloned().collect();
    let read = concurrently(parts, |part: Part| async move {
        let request = ask.aws.elb.describe_tags().resource_arns(&*part);
        let got = ask.aws.call(DESCRIBE, Some(&part), request.send()).await.map(|answer| {
            let tags = answer.tag_descriptions().iter().flat_map(|one| one.tags());
            let tags: BTreeMap<String, String> = tags
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
                .collect();
            vec![DeployLock::of(&Arn::from(&*part), &tags)]
        });
        (part, got)
    });
    Ok(Reading::of(read.await))
}
