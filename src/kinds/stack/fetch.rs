//! Reads this kind from AWS: cloudformation:DescribeStacks. The only file of the kind that may touch the network; reading
//! operations only. Parameters and outputs are not kept.

use roxmltree::{Document, Node};

use super::model::Stack;
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, FaultKind, Reading};

const DESCRIBE: &str = "cloudformation:DescribeStacks";

/// Reads every stack.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Stack>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let parameters = token.map(|token| ("NextToken".to_owned(), token)).into_iter().collect();
        let xml = ask.aws.call(DESCRIBE, None, ask.aws.stacks.call("DescribeStacks", parameters)).await?;
        let garbled = |error: String| Fault::new(FaultKind::Garbled, DESCRIBE, error);
        let document = Document::parse(&xml).map_err(|error| garbled(error.to_string()))?;
        let result = document.root_element().child("DescribeStacksResult");
        let result = result.ok_or_else(|| garbled("the answer has no DescribeStacksResult".to_owned()))?;
        let stacks = members(result, "Stacks").into_iter().map(stack).collect();
        Ok((stacks, result.text_of("NextToken")))
    })
    .await?;
    Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(items) })
}

fn members<'a, 'i>(of: Node<'a, 'i>, list: &str) -> Vec<Node<'a, 'i>> {
    of.child(list).map(|list| list.children().filter(|node| node.is_called("member")).collect()).unwrap_or_default()
}

fn stack(from: Node<'_, '_>) -> Option<Stack> {
    let moment = |name: &str| from.text_of(name).and_then(|at| at.parse().ok());
    let tags = members(from, "Tags").into_iter();
    Some(Stack {
        arn: Arn::from(from.text_of("StackId")?),
        name: from.text_of("StackName")?,
        status: from.text_of("StackStatus").unwrap_or_else(|| "UNKNOWN".to_owned()),
        reason: from.text_of("StackStatusReason"),
        changed_at: moment("LastUpdatedTime").or_else(|| moment("CreationTime")),
        drift: from.child("DriftInformation").and_then(|it| it.text_of("StackDriftStatus")),
        tags: tags.filter_map(|tag| Some((tag.text_of("Key")?, tag.text_of("Value").unwrap_or_default()))).collect(),
    })
}
