//! A load balancer's page with its listeners and rules, and its page in the web console. It has no panel:
//! its target groups lead to it. Pure: words and tones, no drawing, no colours.

use super::model::LoadBalancer;
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched, told};
use crate::kinds::listener::{ListenerSet, address, conditions};
use crate::kinds::target_group::{TargetGroup, judge};
use crate::kinds::{KindContext, console_url};
use crate::text::when;
use crate::world::{Health, Resource, Scope};

const RULES: &[Column] = &[
    Column::text("LISTENER", Width::Fit(8, 12), 9),
    Column::figure("RULE", Width::Fit(4, 8), 7),
    Column::text("WHEN", Width::Fill(12), 9),
    Column::text("DOES", Width::Fit(7, 40), 6),
    Column::text("TARGET GROUP", Width::Fit(8, 36), 8),
];

const GROUPS: &[Column] = &[
    Column::text("TARGET GROUP", Width::Fit(8, 40), 9),
    Column::figure("HEALTHY", Width::Fit(7, 9), 9),
    Column::text("WHY", Width::Fill(12), 8),
];

/// Its lines in the environment screen: none, target groups show where it leads.
pub(super) fn rows(_item: &LoadBalancer, _cx: &KindContext<'_>) -> Vec<Row> {
    Vec::new()
}

/// Its object in `status --json`: none, target groups name it.
pub(super) fn to_json(_item: &LoadBalancer, _cx: &KindContext<'_>) -> Option<serde_json::Value> {
    None
}

/// The sections of its page.
pub(super) fn detail(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Section> {
    vec![
        Section::Facts { title: "load balancer", facts: facts(item, cx) },
        Section::Table {
            title: "listeners and rules",
            columns: RULES,
            rows: rules(item, cx),
            empty: "no listeners were read",
        },
        Section::Table {
            title: "target groups",
            columns: GROUPS,
            rows: groups(item, cx),
            empty: "it sends to no target group",
        },
    ]
}

fn facts(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = assess(item, cx).unwrap_or_default();
    let list = |list: &[String]| Cell::or_none((!list.is_empty()).then(|| list.join(" ")));
    let mut facts =
        vec![Fact::new("state", item.state.as_deref().map_or_else(Cell::none, |it| Cell::of(assessment.health, it)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.extend(firing(item, cx));
    facts.extend([
        Fact::new("kind", Cell::or_none(item.flavour.as_deref())),
        Fact::new("scheme", Cell::or_none(item.scheme.as_deref())),
        Fact::new("address", Cell::or_none(item.dns.as_deref())),
        Fact::new("zones", list(&item.zones)),
        Fact::new("VPC", Cell::or_none(item.vpc.as_deref())),
        Fact::new("security groups", list(&item.security_groups)),
        Fact::new("created", Cell::or_none(item.created_at.map(|at| when(at, cx.now, cx.zone)))),
    ]);
    facts
}

/// The alarms over it that fire: its own state says nothing of errors.
fn firing(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Fact> {
    let short = item.arn.resource().strip_prefix("loadbalancer/").unwrap_or_default();
    let about = |alarm: &Alarm| all_watched(alarm).any(|watched| watched == WatchedResource::LoadBalancer(short));
    let fires = cx.world.all::<Alarm>(cx.scope).filter(|alarm| alarm.state == "ALARM" && about(alarm));
    fires
        .map(|alarm| {
            let since = alarm.since.map(|at| format!(", since {}", when(at, cx.now, cx.zone))).unwrap_or_default();
            let text = format!("{}: {}{since}", alarm.name, told(alarm, cx));
            Fact::to("alarm", Cell::of(Health::Bad, text), Some(alarm.id(cx.scope)))
        })
        .collect()
}

fn rules(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Row> {
    let set = cx.world.by_key::<ListenerSet>(cx.scope, item.arn.as_str());
    let rules = set
        .into_iter()
        .flat_map(|set| &set.listeners)
        .flat_map(|listener| listener.rules.iter().map(move |rule| (listener, rule)));
    rules
        .map(|(listener, rule)| {
            let group = rule.target_groups.first();
            let known = group.and_then(|arn| cx.world.by_key::<TargetGroup>(cx.scope, arn.as_str()));
            let name = known
                .map(|group| group.name.as_str())
                .or_else(|| group.and_then(|arn| arn.resource().split('/').nth(1)));
            Row {
                key: format!("{}|{}", listener.arn, rule.arn),
                open: known.map(|group| group.id(cx.scope)),
                health: Some(known.and_then(|group| judge(group, cx)).unwrap_or_default().health),
                cells: vec![
                    Cell::plain(address(listener)),
                    Cell::dim(rule.priority.as_str()),
                    Cell::plain(conditions(rule)),
                    Cell::plain(rule.action.as_str()),
                    Cell::or_none(name),
                ],
            }
        })
        .collect()
}

fn groups(item: &LoadBalancer, cx: &KindContext<'_>) -> Vec<Row> {
    let mut groups: Vec<&TargetGroup> =
        cx.world.all::<TargetGroup>(cx.scope).filter(|group| group.load_balancers.contains(&item.arn)).collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    let line = |group: &TargetGroup| {
        let assessment =
            judge(group, cx).unwrap_or_else(|| crate::world::Assessment::new(Health::Unknown, "not read yet"));
        let health = cx.resource_index.health_of(cx.scope, group.arn.as_str()).map(|health| {
            let healthy = health.targets.iter().filter(|target| target.state == "healthy").count();
            format!("{healthy}/{}", health.targets.len())
        });
        Row {
            key: group.key().to_owned(),
            open: Some(group.id(cx.scope)),
            health: Some(assessment.health),
            cells: vec![
                Cell::strong(group.name.as_str()),
                Cell::or_none(health),
                Cell::of(assessment.health, assessment.why.unwrap_or_default()),
            ],
        }
    };
    groups.into_iter().map(line).collect()
}

/// Its page in the AWS web console.
pub(super) fn web(item: &LoadBalancer, scope: &Scope) -> Option<String> {
    let region = &scope.region;
    let arn = console_url::encode(item.arn.as_str());
    console_url::page(region, &format!("ec2/home?region={region}#LoadBalancer:loadBalancerArn={arn}"))
}
