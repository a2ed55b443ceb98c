//! Rules of the simulated EventBridge: switched off and on by whoever may, seen so from then on, and firing at their
//! instants while they are on. Which rules there are is told where their systems are. Pure.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::account::SimulatedAccount;
use super::changes::{AppliedChange, ChangeKind};
use super::commands::argument;
use super::scenario_context::{REGION, ScenarioContext};
use super::systems::rules;
use crate::change::plan::ChangeRequest;
use crate::kinds::automation_run::Run;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::MARKS;
use crate::kinds::resource_tags::TaggedResource;
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::target_effect::{Effect, EffectTarget, Target};
use crate::schedule::{MemberKind, PowerAction};
use crate::world::{Arn, Resource, ResourceId, Scope};

/// What AWS answers to a rule's being switched; `None` if the change is none of that.
pub(super) fn outcome(change_request: &ChangeRequest) -> Option<String> {
    let name = change_request.on.key.rsplit('/').next().unwrap_or_default();
    match change_request.verb {
        "disable-rule" if change_request.on.kind == Rule::KIND => Some(format!("the rule {name} is disabled")),
        "enable-rule" if change_request.on.kind == Rule::KIND => Some(format!("the rule {name} is enabled")),
        _ => None,
    }
}

/// What a schedule does that enables the rule of that ARN.
pub(super) fn enabled(rule: &Arn) -> ChangeRequest {
    let on = ResourceId { kind: Rule::KIND, scope: Scope::new("demo", REGION), key: rule.as_str().into() };
    ChangeRequest { verb: "enable-rule", on, arguments: Vec::new() }
}

/// Puts rules as they were switched last into the scene, with what was written on them.
pub(super) fn switch(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    for act in scenario.acts.iter().filter(|act| act.at <= scenario.now) {
        let ChangeKind::Request(change_request) = &act.what else { continue };
        let enabled = match change_request.verb {
            "enable-rule" => true,
            "disable-rule" => false,
            _ => continue,
        };
        let Some(rule) = simulated.get_mut::<Rule>(&act.key) else { continue };
        rule.enabled = enabled;
        let words = change_request.arguments.iter().filter(|(key, _)| MARKS.contains(key));
        let words: BTreeMap<String, String> = words.map(|(key, word)| ((*key).to_owned(), word.clone())).collect();
        if !words.is_empty() || argument(change_request, "mark").is_some() {
            let mut worn = simulated.get::<TaggedResource>(&act.key).map(|worn| worn.tags.clone()).unwrap_or_default();
            if words.is_empty() {
                worn.clear();
            }
            worn.extend(words);
            simulated.take::<TaggedResource>("", &act.key);
            simulated.tag(&Arn::from(act.key.as_str()), &worn);
        }
    }
}

/// One firing of a rule that calls an Automation document.
pub(super) struct Firing {
    /// When, in seconds of the simulation.
    at: i64,
    /// The document.
    document: String,
    /// What it is called with.
    input: String,
    /// What it does to whom, where that changes something.
    pub(super) acts: Vec<AppliedChange>,
}

/// What rules that stop or start something did from the beginning to the moment of `play`, as `acts` switched them.
pub(super) fn firings(acts: &[AppliedChange], scenario: &ScenarioContext<'_>) -> Vec<Firing> {
    let mut all: Vec<Firing> = rules(scenario).iter().flat_map(|rule| of_rule(rule, acts, scenario)).collect();
    all.sort_by_key(|firing| firing.at);
    all
}

fn of_rule(rule: &Rule, acts: &[AppliedChange], scenario: &ScenarioContext<'_>) -> Vec<Firing> {
    let Some(expression) = Expression::parse(&rule.expression) else { return Vec::new() };
    let mut turns: Vec<(i64, bool)> = acts.iter().filter(|act| act.key == rule.key()).filter_map(turn).collect();
    turns.sort_by_key(|(at, _)| *at);
    let is_on = |at: i64| turns.iter().rev().find(|(from, _)| *from <= at).map_or(rule.enabled, |(_, on)| *on);
    // Up to and with the second that is now.
    let fired = expression.firings(&TimeZone::UTC, scenario.at(0), scenario.at(scenario.now + 1), usize::MAX);
    let seconds = fired.into_iter().map(|at| at.duration_since(scenario.start).as_secs());
    let due: Vec<i64> = seconds.filter(|at| is_on(*at)).collect();
    rule.targets.iter().flat_map(|target| due.iter().filter_map(|at| firing(target, *at, scenario))).collect()
}

/// Which way an act turns a rule, if it does.
fn turn(act: &AppliedChange) -> Option<(i64, bool)> {
    let ChangeKind::Request(change_request) = &act.what else { return None };
    match change_request.verb {
        "enable-rule" => Some((act.at, true)),
        "disable-rule" => Some((act.at, false)),
        _ => None,
    }
}

fn firing(target: &Target, at: i64, scenario: &ScenarioContext<'_>) -> Option<Firing> {
    let Effect::Power { verb, on, by: Some(document) } = target.does() else { return None };
    let what = match verb {
        PowerAction::Stop => ChangeKind::Stop,
        PowerAction::Start => ChangeKind::Start,
    };
    let key = |aim: EffectTarget| match aim.kind {
        MemberKind::RdsInstance => Some(scenario.arn("rds", &format!("db:{}", aim.id))),
        MemberKind::RdsCluster => Some(scenario.arn("rds", &format!("cluster:{}", aim.id))),
        MemberKind::Ec2Instance | MemberKind::EcsService => None,
    };
    let acts = on.into_iter().filter_map(key).map(|key| AppliedChange { at, key: key.to_string(), what: what.clone() });
    Some(Firing { at, document, input: target.input.clone().unwrap_or_default(), acts: acts.collect() })
}

/// Puts the runs of the documents that rules called into the scene: what found nothing to do failed, and the last one
/// before the beginning went well.
pub(super) fn ran(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    if simulated.get::<Rule>(scenario.arn("events", "rule/prooflink-dev-db-stop").as_str()).is_none() {
        return;
    }
    let mut all = firings(scenario.acts, scenario);
    let begun = rules(scenario).into_iter().filter(|rule| rule.enabled).filter_map(|rule| {
        let (from, to) = (scenario.at(-86_400), scenario.at(0));
        let fired = *Expression::parse(&rule.expression)?.firings(&TimeZone::UTC, from, to, usize::MAX).last()?;
        let first = firing(rule.targets.first()?, fired.duration_since(scenario.start).as_secs(), scenario)?;
        Some(Firing { acts: Vec::new(), ..first })
    });
    all.extend(begun);
    for Firing { at, document, input, acts } in all {
        let done = acts.iter().all(|act| scenario.acts.contains(act));
        let failure = (!done).then(|| {
            "Step fails when it is Execute/Cancelling action. An error occurred (InvalidDBInstanceState)".to_owned()
        });
        let run = Run {
            id: scenario.uuid(&format!("automation/{}", scenario.at(at))),
            document: document.clone(),
            status: if done { "Success" } else { "Failed" }.to_owned(),
            started_at: Some(scenario.at(at)),
            ended_at: Some(scenario.at(at + 14)),
            failure,
            parameters: serde_json::from_str(&input).ok(),
        };
        // Two rules of one document may fire at the same time.
        if simulated.get::<Run>(&run.id).is_none() {
            simulated.put(&document, run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "123456789012";

    /// The simulation begins on a Monday at 20:00 in Tokyo.
    fn play(hours: i64, acts: &[AppliedChange]) -> ScenarioContext<'_> {
        ScenarioContext {
            start: "2026-11-23T11:00:00Z".parse().unwrap(),
            now: hours * 3_600,
            seed: 7,
            account: ACCOUNT,
            acts,
        }
    }

    fn hours(acts: &[AppliedChange], until: i64) -> Vec<i64> {
        let mut fired = firings(acts, &play(until, &[]));
        fired.retain(|firing| firing.document == "AWS-StartStopAuroraCluster");
        fired.iter().map(|firing| firing.at / 3_600).collect()
    }

    #[test]
    fn a_rule_fires_at_its_instants_while_it_is_on() {
        let rule = play(0, &[]).arn("events", "rule/backend-dev-cluster-stop");
        let turned = |hour: i64, verb: &'static str| {
            let change_request = ChangeRequest { verb, ..enabled(&rule) };
            AppliedChange {
                at: hour * 3_600,
                key: rule.to_string(),
                what: ChangeKind::Request(Box::new(change_request)),
            }
        };
        assert_eq!(hours(&[], 50), [3, 27], "23:00 on Monday and on Tuesday");
        assert_eq!(hours(&[turned(1, "disable-rule")], 50), [0; 0]);
        assert_eq!(hours(&[turned(1, "disable-rule"), turned(4, "enable-rule")], 50), [27], "a missed one is missed");
        assert_eq!(hours(&[turned(1, "disable-rule"), turned(2, "enable-rule")], 3), [3], "the second that is now");
        let who = firings(&[], &play(3, &[])).remove(0).acts.remove(0);
        assert!(who.key.contains(":cluster:") && who.what == ChangeKind::Stop, "{who:?}");
    }
}
