//! The network of an environment: gateways that failed, routes that lead nowhere or are missing, endpoints that tasks
//! without a way out need, subnets that are nearly full, one NAT gateway for several zones. Pure.

use std::collections::BTreeSet;

use super::{gap, note};
use crate::diagnosis::Finding;
use crate::diagnosis::context::DiagnosisContext;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::task_definition::TaskDefinition;
use crate::kinds::vpc_network::{Subnet, VpcNetwork};
use crate::world::{Health, Scope};

/// With fewer addresses left a deployment may find none.
const FEW: u32 = 8;

pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (scope, vpc) in vpcs(cx) {
        let Some(network) = cx.world.by_key::<VpcNetwork>(scope, vpc) else { continue };
        findings.extend(gateways(cx, network));
        findings.extend(left_out(network));
        let used = used(cx, scope, network);
        for subnet in network.subnets.iter().filter(|subnet| used.contains(subnet.id.as_str())) {
            if subnet.blackhole {
                let message =
                    format!("the default route of subnet {} leads nowhere: what it went to is gone", subnet.called());
                findings.push(gap(cx, message, None));
            }
            if let Some(free) = subnet.free.filter(|free| *free < FEW) {
                let message = format!("subnet {} has {free} addresses left", subnet.called());
                findings.push(gap(cx, message, None));
            }
        }
        for (member, service) in cx.services.iter().filter(|(member, _)| member.id.scope == *scope) {
            let Some(message) = cut_off(cx, scope, network, service) else { continue };
            // What runs has found its way; the next deployment may not.
            let running = service.desired > 0 && service.running >= service.desired;
            let about = Some(member.id.clone());
            let health = if running || service.desired == 0 { Health::Well } else { Health::Worrying };
            let depth = if health == Health::Well { 9 } else { 2 };
            findings.push(Finding { health, depth, message, about, evidence: Vec::new() });
        }
    }
    findings
}

/// The VPCs that the environment is in.
fn vpcs<'a>(cx: &DiagnosisContext<'a>) -> BTreeSet<(&'a Scope, &'a str)> {
    let world = cx.world;
    let members = cx.environment.members.iter();
    members
        .filter_map(|member| {
            let balancer = world.get::<LoadBalancer>(&member.id).and_then(|it| it.vpc.as_deref());
            let database = || world.get::<DbInstance>(&member.id).and_then(|it| it.vpc.as_deref());
            Some((&member.id.scope, balancer.or_else(database)?))
        })
        .collect()
}

/// The subnets of the network that tasks of the environment are put into.
fn used<'a>(cx: &DiagnosisContext<'a>, scope: &Scope, network: &VpcNetwork) -> BTreeSet<&'a str> {
    let services = cx.services.iter().filter(|(member, _)| member.id.scope == *scope);
    let all = services.flat_map(|(_, service)| service.subnets.iter().map(String::as_str));
    all.filter(|id| network.subnets.iter().any(|subnet| subnet.id == *id)).collect()
}

fn gateways(cx: &DiagnosisContext<'_>, network: &VpcNetwork) -> Vec<Finding> {
    let mut findings = Vec::new();
    for gateway in network.gateways.iter().filter(|gateway| gateway.state == "failed") {
        let why = gateway.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        findings.push(gap(cx, format!("NAT gateway {} failed{why}", gateway.id), None));
    }
    let working: Vec<&str> =
        network.gateways.iter().filter(|it| it.state == "available").map(|it| it.id.as_str()).collect();
    if let [only] = working[..] {
        let through = network.subnets.iter().filter(|subnet| subnet.way_out.as_deref() == Some(only));
        let zones: BTreeSet<&str> = through.filter_map(|subnet| subnet.zone.as_deref()).collect();
        if zones.len() > 1 {
            let count = zones.len();
            findings.push(note(
                format!("one NAT gateway serves {count} zones: without its zone none of them reaches the internet"),
                None,
            ));
        }
    }
    findings
}

/// What a subnet's name says of its group: `05-private` and `06-private` are one, `x-private-a` and `x-private-c` too.
fn group(subnet: &Subnet) -> Option<String> {
    let name = subnet.name.as_deref()?.to_lowercase();
    let plain = |word: &&str| !word.is_empty() && !word.bytes().all(|it| it.is_ascii_digit()) && !is_zone(word);
    let words: Vec<&str> = name.split(['-', '_', '/', ' ']).filter(plain).collect();
    (!words.is_empty()).then(|| words.join("-"))
}

/// Whether a word tells a zone: `a`, `1a`, `northeast`-less short forms.
fn is_zone(word: &str) -> bool {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    letters.len() == 1 && matches!(letters, "a" | "b" | "c" | "d")
}

/// Subnets that lack the way out which all others of their group have.
fn left_out(network: &VpcNetwork) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subnet in network.subnets.iter().filter(|subnet| subnet.way_out.is_none()) {
        let Some(mine) = group(subnet) else { continue };
        let others: Vec<&Subnet> = network
            .subnets
            .iter()
            .filter(|other| other.id != subnet.id && group(other).as_deref() == Some(&mine))
            .collect();
        if let Some(other) = others.first().filter(|_| others.iter().all(|other| other.way_out.is_some())) {
            let way = other.way_out.as_deref().unwrap_or_default();
            let message = format!(
                "subnet {} has no way to the internet, while {} has one by {way}: is it missing in a route table?",
                subnet.called(),
                other.called()
            );
            findings.push(note(message, None));
        }
    }
    findings
}

/// Why tasks of a service reach neither the registry nor their logs, as far as the network tells.
fn cut_off(cx: &DiagnosisContext<'_>, scope: &Scope, network: &VpcNetwork, service: &Service) -> Option<String> {
    let subnets: Vec<&Subnet> = network.subnets.iter().filter(|it| service.subnets.contains(&it.id)).collect();
    let in_public: Vec<&&Subnet> = subnets.iter().filter(|it| it.is_public()).collect();
    if !in_public.is_empty() && service.public_ip == Some(false) {
        let names: Vec<&str> = in_public.iter().map(|it| it.called()).collect();
        return Some(format!(
            "{}: its tasks get no public address in public subnets ({}), so they do not reach the internet",
            service.name,
            names.join(", ")
        ));
    }
    let isolated: Vec<&&Subnet> = subnets.iter().filter(|it| it.way_out.is_none()).collect();
    let first = isolated.first()?;
    let definition = cx.world.by_key::<TaskDefinition>(scope, service.task_definition.as_str())?;
    let images = || definition.containers.iter().filter_map(|one| one.image.as_deref());
    let mut needed: Vec<&str> = Vec::new();
    if images().any(|image| image.contains(".dkr.ecr.")) {
        needed.extend(["ecr.api", "ecr.dkr", "s3"]);
    }
    if definition.containers.iter().any(|one| one.log_group.is_some()) {
        needed.push("logs");
    }
    if definition.containers.iter().any(|one| !one.secrets.is_empty()) {
        needed.push("secretsmanager");
    }
    let has = |service: &&str| {
        let there = network
            .endpoints
            .iter()
            .filter(|it| it.state.as_deref().is_none_or(|state| state.eq_ignore_ascii_case("available")));
        let mut those = there.filter(|it| it.to() == *service);
        // A gateway serves the route tables it is in.
        those.any(|it| {
            it.kind.as_deref() != Some("Gateway") || first.table.as_ref().is_some_and(|table| it.tables.contains(table))
        })
    };
    // Parameters of Systems Manager serve as well as Secrets Manager.
    let missing: Vec<&str> =
        needed.into_iter().filter(|name| !(has(name) || *name == "secretsmanager" && has(&"ssm"))).collect();
    let elsewhere = images().find(|image| !image.contains(".dkr.ecr."));
    match (missing.is_empty(), elsewhere) {
        (true, Some(image)) => Some(format!(
            "{}: {image} comes from outside AWS, and subnet {} has no way to the internet: it cannot be pulled",
            service.name,
            first.called()
        )),
        (true, None) => None,
        (false, _) => Some(format!(
            "{}: subnet {} has no way to the internet and no VPC endpoint for {}",
            service.name,
            first.called(),
            missing.join(", ")
        )),
    }
}
