//! Reads this kind from AWS: sns:ListTopics and sns:ListSubscriptions, which lists those of all topics. The only file of the
//! kind that may touch the network; reading operations only. Of addresses and URLs only what may be shown is kept.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::model::{Subscription, Topic};
use crate::aws::{Find, Paged, named_pages};
use crate::kinds::FetchContext;
use crate::world::{Arn, Fault, FaultKind, Reading};

const TOPICS: &str = "sns:ListTopics";
const SUBSCRIPTIONS: &str = "sns:ListSubscriptions";

/// Reads every topic with its subscriptions.
///
/// # Errors
/// The fault of either list: without the other it would look as if nobody were told.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Topic>, Fault> {
    let Paged { items: arns, cut } = list(ask, TOPICS, "Topics", |node| node.text_of("TopicArn")).await?;
    if arns.is_empty() {
        return Ok(Reading { notes: cut.into_iter().collect(), ..Reading::whole(Vec::new()) });
    }
    let subscriptions = list(ask, SUBSCRIPTIONS, "Subscriptions", subscription).await?;
    let mut of: BTreeMap<String, Vec<Subscription>> = BTreeMap::new();
    for (topic, one) in subscriptions.items {
        of.entry(topic).or_default().push(one);
    }
    let topic = |arn: String| {
        let subscriptions = of.remove(&arn).unwrap_or_default();
        let arn = Arn::from(arn);
        Topic { name: arn.last().to_owned(), arn, subscriptions }
    };
    let items = arns.into_iter().map(topic).collect();
    Ok(Reading { notes: cut.into_iter().chain(subscriptions.cut).collect(), ..Reading::whole(items) })
}

async fn list<T>(
    ask: FetchContext<'_>,
    operation: &'static str,
    of: &'static str,
    read: fn(Node<'_, '_>) -> Option<T>,
) -> Result<Paged<T>, Fault> {
    let action = operation.split(':').next_back().unwrap_or(operation);
    named_pages(operation, None, |token| async move {
        let parameters = token.map(|token| ("NextToken".to_owned(), token)).into_iter().collect();
        let xml = ask.aws.call(operation, None, ask.aws.sns.call(action, parameters)).await?;
        let garbled = |error: String| Fault::new(FaultKind::Garbled, operation, error);
        let document = Document::parse(&xml).map_err(|error| garbled(error.to_string()))?;
        let result = document.root_element().child(&format!("{action}Result"));
        let result = result.ok_or_else(|| garbled(format!("the answer has no {action}Result")))?;
        let members = result.child(of).map(|list| list.children().filter(|node| node.is_called("member")).collect());
        let members: Vec<Node<'_, '_>> = members.unwrap_or_default();
        Ok((members.into_iter().map(read).collect(), result.text_of("NextToken")))
    })
    .await
}

fn subscription(from: Node<'_, '_>) -> Option<(String, Subscription)> {
    let protocol = from.text_of("Protocol").unwrap_or_default();
    let endpoint = from.text_of("Endpoint").unwrap_or_default();
    let arn = from.text_of("SubscriptionArn").unwrap_or_default();
    let one = Subscription { to: shown(&protocol, &endpoint), protocol, confirmed: arn.starts_with("arn:") };
    Some((from.text_of("TopicArn")?, one))
}

/// What may be shown of an endpoint: a webhook's URL is a secret, and an address belongs to a person.
fn shown(protocol: &str, endpoint: &str) -> String {
    match protocol {
        "http" | "https" => {
            let rest = endpoint.split("://").nth(1).unwrap_or(endpoint);
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            host.rsplit('@').next().unwrap_or(host).to_owned()
        }
        "email" | "email-json" => match endpoint.split_once('@') {
            Some((person, host)) => format!("{}…@{host}", person.chars().take(1).collect::<String>()),
            None => "…".to_owned(),
        },
        "sms" => {
            let end: String = endpoint.chars().rev().take(2).collect::<Vec<_>>().into_iter().rev().collect();
            format!("…{end}")
        }
        _ => endpoint.to_owned(),
    }
}
