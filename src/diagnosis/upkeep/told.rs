//! Who is told when an alarm fires: topics without anybody, topics and functions that are gone, alarms without actions.
//! Pure.

use std::collections::BTreeMap;

use super::{gap, is_whole, listed, note};
use crate::diagnosis::Finding;
use crate::diagnosis::context::DiagnosisContext;
use crate::kinds::lambda_function::Function;
use crate::kinds::topic::Topic;
use crate::text::counted;
use crate::world::{Arn, Resource, ResourceId, Scope};

/// What an alarm may tell by itself without a topic: scaling policies, Systems Manager, EC2's own actions, functions.
fn is_topic(arn: &Arn) -> bool {
    arn.service() == Some("sns")
}

pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut topics: BTreeMap<(&Scope, &Arn), Vec<&ResourceId>> = BTreeMap::new();
    let mut silent: Vec<&str> = Vec::new();
    for (member, alarm) in &cx.alarms {
        for topic in alarm.alarm_actions.iter().filter(|arn| is_topic(arn)) {
            topics.entry((&member.id.scope, topic)).or_default().push(&member.id);
        }
        // A composite alarm may be made to speak for others, and one that scales tells nobody by design.
        if alarm.alarm_actions.is_empty() && alarm.rule.is_none() {
            silent.push(&alarm.name);
        }
    }
    let mut findings: Vec<Finding> =
        topics.into_iter().filter_map(|((scope, topic), alarms)| of_topic(cx, scope, topic, alarms.len())).collect();
    let spoken_for: Vec<&str> = cx.alarms.iter().filter_map(|(_, alarm)| alarm.rule.as_deref()).collect();
    silent.retain(|name| !spoken_for.iter().any(|rule| rule.contains(name)));
    if !silent.is_empty() {
        let alarms = counted(silent.len(), "alarm");
        let verb = if silent.len() == 1 { "tells" } else { "tell" };
        findings.push(note(format!("{alarms} {verb} nobody when firing: {}", listed(&silent)), None));
    }
    findings
}

fn of_topic(cx: &DiagnosisContext<'_>, scope: &Scope, arn: &Arn, alarms: usize) -> Option<Finding> {
    let here = arn.region() == Some(scope.region.as_str())
        && cx.world.account(scope).is_none_or(|account| arn.account() == Some(account.as_str()));
    if !here || !is_whole(cx.world, scope, Topic::KIND) {
        return None;
    }
    let alarms = counted(alarms, "alarm");
    let Some(topic) = cx.world.by_key::<Topic>(scope, arn.as_str()) else {
        return Some(gap(cx, format!("{alarms} would tell the topic {}, which does not exist", arn.last()), None));
    };
    let confirmed = || topic.subscriptions.iter().filter(|one| one.confirmed);
    if confirmed().next().is_none() {
        let why = match topic.subscriptions.first() {
            Some(waits) => format!("its subscription {} {} was never confirmed", waits.protocol, waits.to),
            None => "nobody is subscribed to it".to_owned(),
        };
        return Some(gap(cx, format!("{alarms} would tell the topic {}, and {why}", topic.name), None));
    }
    let functions = confirmed().filter(|one| one.protocol == "lambda").map(|one| Arn::from(one.to.as_str()));
    let gone = functions.filter(|function| {
        let plain: Vec<&str> = function.as_str().split(':').take(7).collect();
        is_whole(cx.world, scope, Function::KIND)
            && function.region() == Some(scope.region.as_str())
            && function.account() == arn.account()
            && cx.world.by_key::<Function>(scope, &plain.join(":")).is_none()
    });
    let gone = gone.map(|function| function.last().to_owned()).next()?;
    Some(gap(cx, format!("the topic {} forwards to the function {gone}, which does not exist", topic.name), None))
}
