//! A target group's page: targets, health check, the listener rules that lead to it.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::model::TargetGroup;
use super::rows::{COLUMNS, balancer_name, line, shown_opinion};
use super::rules::hint;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::listener::ListenerSet;
use crate::kinds::load_balancer::LoadBalancer;
use crate::world::{Health, Resource};

const RULES: &[Column] = &[
    Column::text("LOAD BALANCER", Width::Fit(8, 32), 8),
    Column::text("LISTENER", Width::Fit(8, 12), 9),
    Column::figure("RULE", Width::Fit(4, 8), 7),
    Column::text("WHEN", Width::Fill(12), 9),
    Column::text("DOES", Width::Fit(7, 40), 6),
];

/// The sections of its page.
pub(super) fn detail(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Section> {
    let health = cx.resource_index.health_of(cx.scope, item.arn.as_str());
    vec![
        Section::Facts { title: "target group", facts: facts(item, cx) },
        Section::Table {
            title: "targets",
            columns: COLUMNS,
            rows: health
                .into_iter()
                .flat_map(|health| &health.targets)
                .map(|target| line(item, target, cx, ""))
                .collect(),
            empty: if health.is_some() { "no targets are registered" } else { "its targets were not read yet" },
        },
        Section::Facts { title: "health check", facts: check(item) },
        Section::Table {
            title: "listener rules that lead here",
            columns: RULES,
            rows: rules(item, cx),
            empty: "no listener rule leads here",
        },
    ]
}

fn facts(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = shown_opinion(item, cx);
    let mut facts = vec![Fact::new(
        "health",
        Cell::of(assessment.health, assessment.why.as_deref().unwrap_or(assessment.health.word())),
    )];
    let hint = hint(item, cx);
    if !hint.is_empty() && !assessment.health.is_fine() {
        facts.push(Fact::new("next step", Cell::plain(hint)));
    }
    facts.push(Fact::new("sends to", Cell::or_none(item.target_type.as_deref())));
    let port = item.port.map(|port| format!("{}:{port}", item.protocol.as_deref().unwrap_or("port")));
    facts.push(Fact::new("protocol", Cell::or_none(port)));
    for arn in &item.load_balancers {
        let open = cx.world.by_key::<LoadBalancer>(cx.scope, arn.as_str()).map(|it| it.id(cx.scope));
        facts.push(Fact::to("load balancer", Cell::plain(balancer_name(arn)), open));
    }
    for service in cx.resource_index.services_behind(cx.scope, item.arn.as_str()) {
        facts.push(Fact::to("service", Cell::plain(service.name.as_str()), Some(service.id(cx.scope))));
    }
    facts.push(Fact::new("VPC", Cell::or_none(item.vpc.as_deref())));
    facts
}

fn check(item: &TargetGroup) -> Vec<Fact> {
    let check = &item.check;
    if !check.enabled {
        return vec![Fact::new("checks", Cell::dim("off: targets are taken for healthy"))];
    }
    let seconds = |value: Option<u32>| Cell::or_none(value.map(|seconds| format!("{seconds} s")));
    let prompt = match (check.protocol.as_deref(), check.path.as_deref()) {
        (Some(protocol), Some(path)) => Some(format!("{protocol} {path}")),
        (protocol, path) => protocol.or(path).map(str::to_owned),
    };
    let port = check.port.as_deref().map(|port| if port == "traffic-port" { "the target's port" } else { port });
    let times = |n: Option<u32>| Cell::or_none(n.map(|n| format!("after {n} in a row")));
    vec![
        Fact::new("request", Cell::or_none(prompt)),
        Fact::new("port", Cell::or_none(port)),
        Fact::new("success codes", Cell::or_none(check.matcher.as_deref())),
        Fact::new("interval", seconds(check.interval)),
        Fact::new("timeout", seconds(check.timeout)),
        Fact::new("healthy", times(check.healthy)),
        Fact::new("unhealthy", times(check.unhealthy)),
    ]
}

fn rules(item: &TargetGroup, cx: &KindContext<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for arn in &item.load_balancers {
        let balancer = cx.world.by_key::<LoadBalancer>(cx.scope, arn.as_str());
        let Some(set) = cx.world.by_key::<ListenerSet>(cx.scope, arn.as_str()) else { continue };
        for listener in &set.listeners {
            for rule in listener.rules.iter().filter(|rule| rule.target_groups.contains(&item.arn)) {
                rows.push(Row {
                    key: format!("{}|{}", listener.arn, rule.arn),
                    open: balancer.map(|balancer| balancer.id(cx.scope)),
                    health: Some(Health::Well),
                    cells: vec![
                        Cell::plain(balancer_name(arn)),
                        Cell::plain(crate::kinds::listener::address(listener)),
                        Cell::dim(rule.priority.as_str()),
                        Cell::plain(crate::kinds::listener::conditions(rule)),
                        Cell::plain(rule.action.as_str()),
                    ],
                });
            }
        }
    }
    rows
}
