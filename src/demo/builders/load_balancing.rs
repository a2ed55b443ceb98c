//! Load balancers, their listeners, target groups and target health.
//! Pure; what targets there are is told by services and machines.

use crate::demo::account::SimulatedAccount;
use crate::demo::scenario_context::{ScenarioContext, ZONES};
use crate::kinds::listener::{Listener, ListenerSet, Rule, WeightedGroup};
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::{Check, TargetGroup};
use crate::kinds::target_health::{Target, TargetHealth};
use crate::world::Arn;

/// A load balancer's facts.
pub(crate) struct Balancer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its VPC.
    pub vpc: &'a str,
    /// Its security group.
    pub guard: &'a str,
}

/// Adds an application load balancer with listeners made by `listen` from its ARN.
pub(crate) fn balancer(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Balancer<'_>,
    listen: &[(u32, &str, Rules)],
) -> Arn {
    let arn = balancer_arn(scenario, facts.name);
    let listeners =
        listen.iter().map(|(port, protocol, rules)| listener(scenario, &arn, *port, protocol, rules)).collect();
    let dns = format!("{}-{}.ap-northeast-1.elb.amazonaws.com", facts.name, scenario.digits(arn.as_str(), 9));
    simulated.put(
        "",
        LoadBalancer {
            arn: arn.clone(),
            name: facts.name.to_owned(),
            dns: Some(dns),
            scheme: Some("internet-facing".to_owned()),
            flavour: Some("application".to_owned()),
            state: Some("active".to_owned()),
            state_reason: None,
            vpc: Some(facts.vpc.to_owned()),
            zones: ZONES.map(str::to_owned).to_vec(),
            security_groups: vec![facts.guard.to_owned()],
            created_at: Some(scenario.at(-200 * 86_400)),
        },
    );
    simulated.put(arn.as_str(), ListenerSet { load_balancer: arn.clone(), listeners });
    arn
}

/// The ARN of the load balancer of that name.
fn balancer_arn(scenario: &ScenarioContext<'_>, name: &str) -> Arn {
    let id = scenario.hex(&format!("{}/alb/{name}", scenario.account), 16);
    scenario.arn("elasticloadbalancing", &format!("loadbalancer/app/{name}/{id}"))
}

/// The ARN of the target group of that name.
pub(super) fn group_arn(scenario: &ScenarioContext<'_>, name: &str) -> Arn {
    let id = scenario.hex(&format!("{}/tg/{name}", scenario.account), 16);
    scenario.arn("elasticloadbalancing", &format!("targetgroup/{name}/{id}"))
}

/// What metrics call the load balancer of that name.
pub(crate) fn balancer_metric(scenario: &ScenarioContext<'_>, name: &str) -> String {
    balancer_arn(scenario, name).resource().trim_start_matches("loadbalancer/").to_owned()
}

/// What metrics call the target group of that name.
pub(crate) fn group_metric(scenario: &ScenarioContext<'_>, name: &str) -> String {
    group_arn(scenario, name).resource().to_owned()
}

/// Rules of a listener: conditions and what is done, the default last.
pub(crate) type Rules = Vec<(Vec<String>, Action)>;

/// What a rule does.
pub(crate) struct Action {
    message: String,
    weights: Vec<WeightedGroup>,
}

/// Sends on to the target group of that name.
pub(crate) fn forward(scenario: &ScenarioContext<'_>, group: &str) -> Action {
    Action {
        message: "forward".to_owned(),
        weights: vec![WeightedGroup { group: group_arn(scenario, group), weight: 1 }],
    }
}

/// Sends on to two target groups by weights.
pub(crate) fn forward_by_weights(scenario: &ScenarioContext<'_>, groups: [(&str, u32); 2]) -> Action {
    let weights = groups.map(|(group, weight)| WeightedGroup { group: group_arn(scenario, group), weight }).to_vec();
    let message = format!("forward by weights {}", groups.map(|(_, weight)| weight.to_string()).join(" : "));
    Action { message, weights }
}

/// Sends the visitor to HTTPS.
pub(crate) fn redirect() -> Action {
    Action { message: "redirect to HTTPS:443".to_owned(), weights: Vec::new() }
}

fn listener(
    scenario: &ScenarioContext<'_>,
    balancer: &Arn,
    port: u32,
    protocol: &str,
    rules: &[(Vec<String>, Action)],
) -> Listener {
    let tail = balancer.resource().trim_start_matches("loadbalancer/");
    let id = scenario.hex(&format!("{balancer}/{port}"), 16);
    let last = rules.len().saturating_sub(1);
    let rule = |(at, (conditions, action)): (usize, &(Vec<String>, Action))| Rule {
        arn: scenario.arn(
            "elasticloadbalancing",
            &format!("listener-rule/{tail}/{id}/{}", scenario.hex(&format!("{balancer}/{port}/{at}"), 16)),
        ),
        priority: if at == last { "default".to_owned() } else { ((at + 1) * 10).to_string() },
        conditions: conditions.clone(),
        action: action.message.clone(),
        target_groups: action.weights.iter().map(|one| one.group.clone()).collect(),
        weights: action.weights.clone(),
    };
    Listener {
        arn: scenario.arn("elasticloadbalancing", &format!("listener/{tail}/{id}")),
        port: Some(port),
        protocol: Some(protocol.to_owned()),
        rules: rules.iter().enumerate().map(rule).collect(),
    }
}

/// A target group's facts.
pub(crate) struct Group<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its VPC.
    pub vpc: &'a str,
    /// `ip` or `instance`.
    pub of: &'a str,
    /// Port of its targets.
    pub port: u32,
    /// Where it asks.
    pub path: &'a str,
    /// Its load balancer's name.
    pub balancer: &'a str,
}

/// Adds a target group; its targets come by [`targets`].
pub(crate) fn group(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Group<'_>) -> Arn {
    let arn = group_arn(scenario, facts.name);
    let check = Check {
        enabled: true,
        protocol: Some("HTTP".to_owned()),
        port: Some("traffic-port".to_owned()),
        path: Some(facts.path.to_owned()),
        interval: Some(30),
        timeout: Some(5),
        healthy: Some(2),
        unhealthy: Some(3),
        matcher: Some("200".to_owned()),
    };
    simulated.put(
        "",
        TargetGroup {
            arn: arn.clone(),
            name: facts.name.to_owned(),
            protocol: Some("HTTP".to_owned()),
            port: Some(facts.port),
            vpc: Some(facts.vpc.to_owned()),
            target_type: Some(facts.of.to_owned()),
            load_balancers: vec![balancer_arn(scenario, facts.balancer)],
            check,
        },
    );
    arn
}

/// Adds the health of a target group's targets.
pub(crate) fn targets(simulated: &mut SimulatedAccount, group: &Arn, mut targets: Vec<Target>) {
    targets.sort_by(|a, b| (&a.id, a.port).cmp(&(&b.id, b.port)));
    simulated.put(group.as_str(), TargetHealth { group: group.clone(), targets });
}
