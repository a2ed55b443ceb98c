//! What CloudWatch measures in the simulation: traffic that follows the day, and trouble while tasks are sick. Points fall
//! alike for the same second. Pure.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::account::SimulatedAccount;
use super::scenario_context::ScenarioContext;
use crate::kinds::ecs_service::Service;
use crate::kinds::metric_series::{MetricQuery, MetricSeries};
use crate::kinds::target_group::TargetGroup;
use crate::kinds::task_definition::TaskDefinition;
use crate::world::{AnyReading, Coverage, Part, Reading};

/// The answer to questions for courses of metrics.
pub(super) fn answer(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, coverage: &Coverage) -> AnyReading {
    let parts: Vec<Part> = match coverage {
        Coverage::All => Vec::new(),
        Coverage::Parts(parts) => parts.iter().cloned().collect(),
    };
    let course = |part: Part| {
        let query = MetricQuery::of(&part)?;
        let points = points(simulated, scenario, &query);
        let item = MetricSeries { key: part.to_string(), points };
        Some((part, Ok(vec![item])))
    };
    Reading::of(parts.into_iter().filter_map(course).collect()).into()
}

fn points(
    simulated: &SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    query: &MetricQuery,
) -> Vec<(Timestamp, Option<f64>)> {
    let (span, period) = (i64::from(query.span), i64::from(query.period.max(1)));
    let groups = groups(simulated, query);
    let last = scenario.now.div_euclid(period) * period;
    let count = span / period;
    let label = format!("{:?}", query.name);
    let point = |back: i64| {
        let second = last - back * period;
        let sick = sick(simulated, &groups, second, period);
        (scenario.at(second), value(scenario, query, &label, second, sick).map(|value| (value * 100.0).round() / 100.0))
    };
    (1..=count).rev().map(point).collect()
}

/// The log groups of the tasks that a metric's resource stands for: those of a service, or of the services behind a load
/// balancer.
fn groups(simulated: &SimulatedAccount, query: &MetricQuery) -> BTreeSet<String> {
    let of = |name: &str| query.name.dimensions.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let balancer = of("LoadBalancer");
    let behind = |service: &&Service| {
        if let Some(name) = of("ServiceName") {
            return service.name == name;
        }
        let Some(balancer) = balancer else { return false };
        service.attachments.iter().filter_map(|attached| attached.target_group.as_ref()).any(|arn| {
            let group = simulated.get::<TargetGroup>(arn.as_str());
            group.is_some_and(|group| group.load_balancers.iter().any(|arn| arn.resource().ends_with(balancer)))
        })
    };
    let definitions = simulated
        .all::<Service>()
        .filter(behind)
        .filter_map(|service| simulated.get::<TaskDefinition>(service.task_definition.as_str()));
    definitions
        .flat_map(|definition| &definition.containers)
        .filter_map(|container| container.log_group.clone())
        .collect()
}

/// How many tasks of these groups are sick within a period, of how many.
fn sick(simulated: &SimulatedAccount, groups: &BTreeSet<String>, second: i64, period: i64) -> (usize, usize) {
    let there = |from: i64, to: Option<i64>| from < second + period && to.is_none_or(|to| to > second);
    let mine =
        simulated.writers().iter().filter(|writer| groups.contains(&writer.group) && there(writer.from, writer.to));
    let (mut sick, mut all) = (0, 0);
    for writer in mine {
        all += 1;
        sick += usize::from(writer.sick.is_some_and(|(from, to)| from < second + period && to > second));
    }
    (sick, all)
}

fn value(
    scenario: &ScenarioContext<'_>,
    query: &MetricQuery,
    label: &str,
    second: i64,
    (sick, tasks): (usize, usize),
) -> Option<f64> {
    let wander = scenario.wander(label, second);
    let share = if tasks == 0 {
        0.0
    } else {
        f64::from(u32::try_from(sick).unwrap_or(0)) / f64::from(u32::try_from(tasks).unwrap_or(1))
    };
    let minutes = f64::from(query.period) / 60.0;
    let sleeps = tasks == 0 && query.name.dimensions.iter().any(|(key, _)| key == "ServiceName");
    if sleeps {
        return None;
    }
    let requests = 240.0 * (1.0 + 0.4 * wander) * minutes;
    let level = |level: f64, swing: f64| (level * (1.0 + swing * wander)).max(0.0);
    Some(match query.name.metric.as_str() {
        "RequestCount" => requests.round(),
        "RequestCountPerTarget" => (requests / 4.0).round(),
        "HTTPCode_Target_5XX_Count" => (requests * share * 0.4).round(),
        "HTTPCode_ELB_5XX_Count" => (requests * share * 0.05).round(),
        "HTTPCode_Target_4XX_Count" => level(3.0 * minutes, 0.8).round(),
        "TargetResponseTime" if query.name.statistic == "p50" => level(0.04, 0.3) + share * 0.4,
        "TargetResponseTime" => level(0.21, 0.4) + share * 6.0,
        "HealthyHostCount" => f64::from(u32::try_from(tasks.saturating_sub(sick)).unwrap_or(0)),
        "UnHealthyHostCount" => f64::from(u32::try_from(sick).unwrap_or(0)),
        "MemoryUtilization" => level(42.0, 0.05) + share * 52.0,
        "CPUUtilization" => level(24.0, 0.5) + share * 20.0,
        "DatabaseConnections" => level(18.0, 0.3).round() + share * 22.0,
        "FreeableMemory" => level(1.6e9, 0.1),
        "FreeStorageSpace" => level(3.3e10, 0.02),
        "VolumeBytesUsed" => level(6.0e10, 0.01),
        "ReadLatency" | "WriteLatency" => level(0.002, 0.5),
        "ReadIOPS" | "WriteIOPS" => level(60.0, 0.6),
        "Invocations" => level(4.0 * minutes, 0.3).round(),
        "Errors" => {
            if wander > 0.6 {
                minutes.round()
            } else {
                0.0
            }
        }
        "Duration" => level(380.0, 0.5),
        "AuroraReplicaLag" | "AuroraReplicaLagMaximum" => level(18.0, 0.4),
        "Throttles" | "RejectedConnectionCount" | "StatusCheckFailed" => 0.0,
        "CPUCreditBalance" => level(220.0, 0.1),
        _ => level(10.0, 0.5),
    })
}

#[cfg(test)]
mod tests {
    use crate::cloud::Cloud;
    use crate::demo::Demo;
    use crate::kinds::catalog::kind;
    use crate::kinds::ecs_service::Service;
    use crate::kinds::metric_series::{MetricSeries, SPANS};
    use crate::world::{Coverage, Resource, Scope, World};

    #[tokio::test]
    async fn memory_rises_while_tasks_are_sick_and_falls_alike_each_time() {
        let (cloud, scope) = (Demo::at(7, 0), Scope::new("demo", "ap-northeast-1"));
        let mut world = World::default();
        for of in [crate::kinds::ecs_cluster::Cluster::KIND, Service::KIND] {
            let got = cloud.read(kind(of).unwrap(), &scope, &Coverage::All, &world).await;
            world.put(&scope, of, &Coverage::All, got, cloud.now());
        }
        let service =
            world.all::<Service>(&scope).find(|one| one.name == "prooflink-prod-service").expect("it").id(&scope);
        let memory = kind(Service::KIND).unwrap().metrics(&world, &service).remove(1).over_span(SPANS[1]);
        let coverage = Coverage::Parts([memory.part()].into());
        let read = || cloud.read(kind(MetricSeries::KIND).unwrap(), &scope, &coverage, &world);
        let (first, second) = (read().await.expect("a course"), read().await.expect("a course"));
        let points = &first.items::<MetricSeries>().next().expect("a series").points;
        assert_eq!(Some(points), second.items::<MetricSeries>().next().map(|one| &one.points));
        let values: Vec<f64> = points.iter().filter_map(|(_, value)| *value).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        assert!(values.len() > 150 && most > 70.0 && values[0] < 60.0, "{values:?}");
    }
}
