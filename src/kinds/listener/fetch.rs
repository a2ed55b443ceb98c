//! Reads this kind from AWS: elasticloadbalancing:DescribeListeners a load balancer,
//! elasticloadbalancing:DescribeRules a listener. The only file of the kind that may touch the network or an SDK type.

mod wording;
use aws_sdk_elasticloadbalancingv2::types;

use super::model::{Listener, ListenerSet, Rule};
use crate::aws::{Paged, concurrently, maybe, named, pages, text};
use crate::kinds::FetchContext;
use crate::kinds::load_balancer::LoadBalancer;
use crate::world::{Arn, Fault, FaultKind, Part, Reading};

const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const RULES: &str = "elasticloadbalancing:DescribeRules";

/// Reads what `ask` covers, load balancer by load balancer.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<ListenerSet>, Fault> {
    let balancers: Vec<Arn> = ask
        .needed::<LoadBalancer>()?
        .into_iter()
        .map(|balancer| balancer.arn.clone())
        .filter(|arn| ask.coverage.wants(arn.as_str()))
        .collect();
    let read = concurrently(balancers, |balancer| async move {
        let part = Part::from(balancer.as_str());
        (part, of_balancer(ask, balancer).await)
    });
    let mut reading = Reading::of(Vec::new());
    for (part, got) in read.await {
        let got = match got {
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|(set, notes)| {
                reading.notes.extend(notes);
                vec![set]
            }),
        };
        reading.parts.push((part, got));
    }
    Ok(reading)
}

/// The listeners of one load balancer with their rules. Rules that could not be read cost only themselves.
async fn of_balancer(ask: FetchContext<'_>, balancer: Arn) -> Result<(ListenerSet, Vec<Fault>), Fault> {
    let on = balancer.as_str();
    let Paged { items, cut } = pages(LISTENERS, Some(on), |token| async move {
        let request = ask.aws.elb.describe_listeners().load_balancer_arn(on).page_size(400).set_marker(token);
        let answer = ask.aws.call(LISTENERS, Some(on), request.send()).await?;
        Ok((answer.listeners().to_vec(), text(answer.next_marker())))
    })
    .await?;
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    let read = concurrently(items, |from| async move {
        let rules = match from.listener_arn() {
            Some(arn) => rules(ask, arn).await,
            None => Ok(Paged { items: Vec::new(), cut: None }),
        };
        (from, rules)
    });
    let mut found = Vec::new();
    for (from, rules) in read.await {
        let rules = match rules {
            Ok(paged) => {
                notes.extend(paged.cut);
                paged.items
            }
            Err(fault) => {
                if fault.kind != FaultKind::Gone {
                    notes.push(fault);
                }
                // The default action came with the listener itself.
                vec![default_rule(&from)]
            }
        };
        found.push(from.listener_arn().map(|arn| Listener {
            arn: Arn::from(arn),
            port: maybe(from.port()),
            protocol: from.protocol().map(|protocol| protocol.as_str().to_owned()),
            rules,
        }));
    }
    let (mut listeners, nameless) = named(LISTENERS, Some(on), found);
    notes.extend(nameless);
    listeners.sort_by_key(|listener| listener.port);
    Ok((ListenerSet { load_balancer: balancer, listeners }, notes))
}

/// The rules of one listener, the default last.
async fn rules(ask: FetchContext<'_>, listener: &str) -> Result<Paged<Rule>, Fault> {
    let mut paged = pages(RULES, Some(listener), |token| async move {
        let request = ask.aws.elb.describe_rules().listener_arn(listener).page_size(400).set_marker(token);
        let answer = ask.aws.call(RULES, Some(listener), request.send()).await?;
        Ok((answer.rules().iter().map(rule).collect::<Vec<Rule>>(), text(answer.next_marker())))
    })
    .await?;
    paged.items.sort_by_key(|rule| rule.priority.parse::<u32>().unwrap_or(u32::MAX));
    Ok(paged)
}

fn rule(from: &types::Rule) -> Rule {
    Rule {
        arn: Arn::from(from.rule_arn().unwrap_or_default()),
        priority: from.priority().unwrap_or("default").to_owned(),
        conditions: from.conditions().iter().map(wording::condition).collect(),
        action: wording::action(from.actions()),
        target_groups: wording::target_groups(from.actions()),
    }
}

fn default_rule(from: &types::Listener) -> Rule {
    Rule {
        arn: Arn::from(from.listener_arn().unwrap_or_default()),
        priority: "default".to_owned(),
        conditions: Vec::new(),
        action: wording::action(from.default_actions()),
        target_groups: wording::target_groups(from.default_actions()),
    }
}
