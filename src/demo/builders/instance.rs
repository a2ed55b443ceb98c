//! EC2 instances with their managed nodes, and VPCs, which are known by their tags only.
//! Pure.

use super::tags;
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::scenario_context::{ScenarioContext, ZONES};
use crate::kinds::cpu_credits::{self, Credits};
use crate::kinds::ec2_instance::Instance;
use crate::kinds::managed_node::Node;

/// An instance's facts.
pub(crate) struct Machine<'a> {
    /// Its Name tag.
    pub name: &'a str,
    /// Its class.
    pub class: &'a str,
    /// Its VPC.
    pub vpc: &'a str,
    /// Which of the two zones.
    pub zone: usize,
    /// Its private address.
    pub address: &'a str,
    /// Its security group.
    pub guard: &'a str,
    /// Its instance profile.
    pub profile: &'a str,
}

/// What an operator made of an instance: the state with that id now.
pub(crate) fn state(scenario: &ScenarioContext<'_>, id: &str) -> &'static str {
    let turns = scenario.acts_on(id).filter(|act| matches!(act.what, ChangeKind::Stop | ChangeKind::Start));
    let Some(act) = turns.last() else { return "running" };
    match (&act.what, scenario.now - act.at) {
        (ChangeKind::Stop, ..40) => "stopping",
        (ChangeKind::Stop, _) => "stopped",
        (_, ..25) => "pending",
        _ => "running",
    }
}

/// When an operator stopped it last, if that is how it stands, and when it was last started.
fn turned(scenario: &ScenarioContext<'_>, id: &str) -> (Option<i64>, i64) {
    let turns: Vec<_> =
        scenario.acts_on(id).filter(|act| matches!(act.what, ChangeKind::Stop | ChangeKind::Start)).collect();
    let stopped = turns.last().filter(|act| act.what == ChangeKind::Stop).map(|act| act.at);
    let started = turns.iter().rev().find(|act| act.what == ChangeKind::Start).map(|act| act.at);
    (stopped, started.unwrap_or(-40 * 86_400 - 4321))
}

/// Adds an instance that Systems Manager knows; gives its id.
pub(crate) fn machine(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Machine<'_>) -> String {
    let id = format!("i-0{}", scenario.hex(&format!("{}/ec2/{}", scenario.account, facts.name), 16));
    let state = state(scenario, &id);
    let (stopped, started) = turned(scenario, &id);
    let zone = ZONES.get(facts.zone).copied().unwrap_or(ZONES[0]);
    let tags = tags(&[("Name", facts.name)]);
    simulated.tag(&scenario.arn("ec2", &format!("instance/{id}")), &tags);
    simulated.put(
        "",
        Instance {
            id: id.clone(),
            name: Some(facts.name.to_owned()),
            state: state.to_owned(),
            state_reason: None,
            class: Some(facts.class.to_owned()),
            zone: Some(zone.to_owned()),
            vpc: Some(facts.vpc.to_owned()),
            subnet: Some(format!("subnet-0{}", scenario.hex(&format!("{}/{zone}", facts.vpc), 16))),
            private_ip: Some(facts.address.to_owned()),
            public_ip: None,
            launched_at: Some(scenario.at(started)),
            stopped_at: stopped.map(|at| scenario.at(at)),
            image: Some(format!("ami-0{}", scenario.hex(&format!("{}/ami", facts.class), 16))),
            profile: Some(format!("arn:aws:iam::{}:instance-profile/{}", scenario.account, facts.profile)),
            security_groups: vec![facts.guard.to_owned()],
            root_device: Some("ebs".to_owned()),
            lifecycle: None,
            tags,
        },
    );
    if cpu_credits::burstable(facts.class) {
        // The second zone's instance built lately and has not earned it back.
        let balance = if facts.zone == 1 { 11.0 } else { 132.0 };
        simulated.put(
            &id.clone(),
            Credits { id: id.clone(), balance: Some(balance), unlimited: Some(!facts.class.starts_with("t2.")) },
        );
    }
    let host = format!("ip-{}.ap-northeast-1.compute.internal", facts.address.replace('.', "-"));
    simulated.put(
        "",
        Node {
            id: id.clone(),
            name: None,
            computer: Some(host),
            ping: if state == "running" { "Online" } else { "ConnectionLost" }.to_owned(),
            // The agent answers every five minutes; the console must not take that for news.
            pinged_at: Some(scenario.at(scenario.now.div_euclid(300) * 300)),
            agent: Some("3.3.2299.0".to_owned()),
            platform: Some("Amazon Linux 2023".to_owned()),
            ip: Some(facts.address.to_owned()),
        },
    );
    id
}

/// Makes a VPC known by its Name tag; gives its id.
pub(crate) fn vpc(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    more: &[(&str, &str)],
) -> String {
    let id = format!("vpc-0{}", scenario.hex(&format!("{}/vpc/{name}", scenario.account), 16));
    let mut named = tags(&[("Name", name)]);
    named.extend(tags(more));
    simulated.tag(&scenario.arn("ec2", &format!("vpc/{id}")), &named);
    id
}
