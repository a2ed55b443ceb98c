//! Reads this kind from AWS: elasticloadbalancing:DescribeListeners a load balancer,
//! elasticloadbalancing:DescribeRules a listener. The only file of the kind that may touch the network or an SDK type.

mod wording;
use aws_sdk_elasticloadbalancingv2::types;

use super::model::{Listener, ListenerSet, Rule, RuleWeights};
use crate::aws::{Paged, batches, concurrently, maybe, named, pages, text};
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
    let balancers: Vec<(Arn, bool)> = ask
        .needed::<LoadBalancer>()?
        .into_iter()
        // Listeners of network and gateway load balancers have a default action and no rules beside it.
        .map(|one| (one.arn.clone(), !matches!(one.flavour.as_deref(), Some("network" | "gateway"))))
        .filter(|(arn, _)| ask.coverage.wants(arn.as_str()))
        .collect();
    let read = concurrently(balancers, |(balancer, by_rules)| async move {
        let part = Part::from(balancer.as_str());
        (part, of_balancer(ask, balancer, by_rules).await)
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
async fn of_balancer(ask: FetchContext<'_>, balancer: Arn, by_rules: bool) -> Result<(ListenerSet, Vec<Fault>), Fault> {
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
            Some(arn) if by_rules => rules(ask, arn).await,
            Some(_) => Ok(Paged { items: vec![default_rule(&from)], cut: None }),
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

/// How many rules one call names.
const AT_ONCE: usize = 20;

/// The weights of these rules as they are now; a listener's ARN stands for its default action. What went is left out.
pub(in crate::kinds) async fn weights_of(ask: FetchContext<'_>, rules: Vec<Arn>) -> (Vec<RuleWeights>, Vec<Fault>) {
    let (listeners, rules): (Vec<Arn>, Vec<Arn>) =
        rules.into_iter().partition(|arn| !arn.as_str().contains(":listener-rule/"));
    let names = |arns: Vec<Arn>| batches(arns.into_iter().map(|arn| arn.as_str().to_owned()).collect(), AT_ONCE);
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    let of_rules = concurrently(names(rules), |some| by_rule(ask, some)).await;
    let of_listeners = concurrently(names(listeners), |some| by_listener(ask, some)).await;
    for got in of_rules.into_iter().chain(of_listeners) {
        match got {
            Ok(all) => found.extend(all),
            Err(fault) => faults.push(fault),
        }
    }
    (found, faults)
}

/// The weights of rules, all in one call; one by one where one of them is gone.
async fn by_rule(ask: FetchContext<'_>, arns: Vec<String>) -> Result<Vec<RuleWeights>, Fault> {
    let one = |arns: Vec<String>| async move {
        let answer = ask.aws.call(RULES, None, ask.aws.elb.describe_rules().set_rule_arns(Some(arns)).send()).await?;
        let weights = |from: &types::Rule| {
            Some(RuleWeights { rule: Arn::from(from.rule_arn()?), groups: wording::weights(from.actions()) })
        };
        Ok::<Vec<RuleWeights>, Fault>(answer.rules().iter().filter_map(weights).collect())
    };
    match one(arns.clone()).await {
        Err(fault) if fault.kind == FaultKind::Gone && arns.len() > 1 => {
            let each = concurrently(arns, |arn| one(vec![arn])).await;
            let there = each.into_iter().filter(|got| !matches!(got, Err(fault) if fault.kind == FaultKind::Gone));
            Ok(there.collect::<Result<Vec<_>, Fault>>()?.into_iter().flatten().collect())
        }
        Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
        got => got,
    }
}

/// The weights of default actions.
async fn by_listener(ask: FetchContext<'_>, arns: Vec<String>) -> Result<Vec<RuleWeights>, Fault> {
    let request = ask.aws.elb.describe_listeners().set_listener_arns(Some(arns));
    let weights = |from: &types::Listener| {
        Some(RuleWeights { rule: Arn::from(from.listener_arn()?), groups: wording::weights(from.default_actions()) })
    };
    match ask.aws.call(LISTENERS, None, request.send()).await {
        Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
        got => Ok(got?.listeners().iter().filter_map(weights).collect()),
    }
}

fn rule(from: &types::Rule) -> Rule {
    Rule {
        arn: Arn::from(from.rule_arn().unwrap_or_default()),
        priority: from.priority().unwrap_or("default").to_owned(),
        conditions: from.conditions().iter().map(wording::condition).collect(),
        action: wording::action(from.actions()),
        target_groups: wording::target_groups(from.actions()),
        weights: wording::weights(from.actions()),
    }
}

fn default_rule(from: &types::Listener) -> Rule {
    Rule {
        arn: Arn::from(from.listener_arn().unwrap_or_default()),
        priority: "default".to_owned(),
        conditions: Vec::new(),
        action: wording::action(from.default_actions()),
        target_groups: wording::target_groups(from.default_actions()),
        weights: wording::weights(from.default_actions()),
    }
}

#[cfg(test)]
mod tests;
