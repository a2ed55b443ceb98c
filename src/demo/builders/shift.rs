//! What a service that shifts traffic has besides: a pair of target groups, the listener's weights, how its deployments
//! are set, and ECS's records of them. Pure.

use super::load_balancing::{group_arn, targets};
use super::service::Deploy;
use super::task;
use crate::demo::account::SimulatedAccount;
use crate::demo::rollout::{Rollout, Script};
use crate::demo::scenario_context::ScenarioContext;
use crate::demo::shift::{BAKE, STEP, Shift, ShiftBy};
use crate::kinds::ecs_service::{Alternate, DeliveryFacts};
use crate::kinds::listener::{ListenerSet, RuleWeights};
use crate::kinds::service_deployment::{
    AlarmSetting, DeploymentProgress, DeploymentSettings, HookSetting, LifecycleHook, RevisionShare, ServiceDeployment,
    TrafficStep, WatchedAlarms,
};
use crate::world::Arn;

/// The name of the second group of a pair.
pub(crate) fn second(group: &str) -> String {
    format!("{group}-2")
}

/// Adds the targets of both groups: each deployment takes the group that the one before does not have.
pub(super) fn targets_of_pair(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
) {
    for (side, group) in [facts.group.clone(), second(&facts.group)].iter().enumerate() {
        let here = task::targets(scenario, facts, script, &|life| script.side_of(life.rollout) == side);
        targets(simulated, &group_arn(scenario, group), here);
    }
}

/// The second group, with the rule that shifts traffic between the two.
pub(super) fn alternate(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Deploy) -> Alternate {
    let target_group = group_arn(scenario, &second(&facts.group));
    let rule = rule_of(simulated, &target_group).map(|weights| weights.rule);
    Alternate { target_group, production_rule: rule, test_rule: None }
}

fn rule_of(simulated: &SimulatedAccount, group: &Arn) -> Option<RuleWeights> {
    let rules = simulated.all::<ListenerSet>().flat_map(|set| &set.listeners).flat_map(|listener| &listener.rules);
    let mut found = rules.filter(|rule| rule.weights.iter().any(|one| one.group == *group));
    found.next().map(|rule| RuleWeights { rule: rule.arn.clone(), groups: rule.weights.clone() })
}

/// How its deployments are set, with the newest one's record.
pub(super) fn delivery(
    simulated: &SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
) -> DeliveryFacts {
    let Some(by) = script.by else { return DeliveryFacts::default() };
    let of_it = |record: &&ServiceDeployment| record.service == facts.arn(scenario);
    let record = simulated.all::<ServiceDeployment>().filter(of_it).max_by_key(|record| record.created_at);
    DeliveryFacts {
        settings: settings(by, facts),
        current: record.map(|record| record.arn.clone()),
        record: record.cloned(),
        unread: Vec::new(),
        rules: rule_of(simulated, &group_arn(scenario, &second(&facts.group))).into_iter().collect(),
        task_sets: Vec::new(),
    }
}

/// The alarm that its deployments watch.
fn alarm(facts: &Deploy) -> String {
    format!("{}-5xx", facts.name)
}

fn minutes(seconds: i64) -> Option<u32> {
    u32::try_from(seconds / 60).ok()
}

fn settings(by: ShiftBy, facts: &Deploy) -> DeploymentSettings {
    let pause = HookSetting {
        kind: Some("PAUSE".to_owned()),
        target: None,
        stages: vec!["POST_TEST_TRAFFIC_SHIFT".to_owned()],
    };
    let is_canary = by == ShiftBy::Canary;
    DeploymentSettings {
        strategy: Some(if is_canary { "CANARY" } else { "BLUE_GREEN" }.to_owned()),
        bake_minutes: minutes(BAKE),
        canary: is_canary.then(|| TrafficStep { percent: 10.0, bake_minutes: minutes(STEP) }),
        linear: None,
        hooks: if is_canary { Vec::new() } else { vec![pause] },
        alarms: is_canary.then(|| AlarmSetting { names: vec![alarm(facts)], rollback: true }),
        early_success: None,
    }
}

/// `record` of `rollout` with what shifting traffic adds to it, where it does.
pub(super) fn record(
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
    rollout: &Rollout,
    record: ServiceDeployment,
) -> ServiceDeployment {
    let index = script.rollouts.iter().position(|one| one.from == rollout.from);
    let Some(shift) = script.shifts.iter().find(|shift| Some(shift.rollout) == index) else { return record };
    let state = shift.at(scenario.now);
    let share = |revision: Option<Arn>, weight: u32| RevisionShare {
        revision,
        requested: script.wanted(scenario.now),
        running: script.wanted(scenario.now),
        pending: 0,
        production: Some(f64::from(weight)),
        test: None,
    };
    let group = if shift.side == 0 { facts.group.clone() } else { second(&facts.group) };
    let (failures, threshold) = (Some(0), Some(3));
    ServiceDeployment {
        status: state.status.to_owned(),
        stage: Some(state.stage.to_owned()),
        finished_at: shift.done().or_else(|| shift.settled()).and_then(|at| scenario.past(at)),
        rollback: shift
            .back()
            .filter(|back| *back <= scenario.now)
            .map(|_| "Service deployment rolled back.".to_owned()),
        failures,
        threshold,
        progress: DeploymentProgress {
            updated_at: Some(scenario.at(state.since)),
            sources: vec![share(None, 100 - state.on_new)],
            target: Some(share(record.revision.clone(), state.on_new)),
            hooks: hooks(scenario, facts, shift),
            alarms: (shift.by == ShiftBy::Canary).then(|| WatchedAlarms {
                status: Some("MONITORING".to_owned()),
                names: vec![alarm(facts)],
                triggered: Vec::new(),
            }),
            breaker: Some("MONITORING".to_owned()),
            settings: settings(shift.by, facts),
            groups: vec![group_arn(scenario, &group)],
        },
        ..record
    }
}

fn hooks(scenario: &ScenarioContext<'_>, facts: &Deploy, shift: &Shift) -> Vec<LifecycleHook> {
    let Some(status) = shift.at(scenario.now).pause else { return Vec::new() };
    let id = scenario.hex(&format!("{}/{}/{}/pause", facts.cluster, facts.name, shift.from), 12);
    vec![LifecycleHook {
        id: Some(id),
        kind: Some("PAUSE".to_owned()),
        target: None,
        status: Some(status.to_owned()),
        expires_at: Some(scenario.at(shift.expires())),
        timeout_action: Some("ROLLBACK".to_owned()),
    }]
}
