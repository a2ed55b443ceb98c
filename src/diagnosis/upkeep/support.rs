//! What has outlived its support or serves without encryption: runtimes of functions, load balancers by HTTP only, subnet
//! groups of databases in one zone. Pure.

use super::note;
use crate::diagnosis::Finding;
use crate::diagnosis::context::DiagnosisContext;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::db_subnet_group::DbSubnetGroup;
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_function::rules::deprecated;
use crate::kinds::listener::ListenerSet;
use crate::kinds::load_balancer::LoadBalancer;
use crate::text::counted;

pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let functions = || cx.environment.members.iter().filter_map(|member| cx.world.get::<Function>(&member.id));
    let mut runtimes: Vec<(&str, &str)> =
        functions().filter_map(|it| Some((it.runtime.as_deref()?, deprecated(it)?))).collect();
    runtimes.sort_unstable();
    runtimes.dedup();
    for (runtime, since) in runtimes {
        let count = functions().filter(|it| it.runtime.as_deref() == Some(runtime)).count();
        let verb = if count == 1 { "runs" } else { "run" };
        let message =
            format!("{} {verb} on {runtime}, which gets no updates since {since}", counted(count, "function"));
        findings.push(note(message, None));
    }
    for member in &cx.environment.members {
        let scope = &member.id.scope;
        if let Some(balancer) = cx.world.get::<LoadBalancer>(&member.id).filter(|_| cx.environment.protected) {
            let set = cx.world.by_key::<ListenerSet>(scope, balancer.arn.as_str());
            let facing = balancer.scheme.as_deref() == Some("internet-facing");
            if facing && set.is_some_and(serves_plainly) {
                let message = format!("load balancer {} serves the internet by HTTP alone", balancer.name);
                findings.push(note(message, Some(member.id.clone())));
            }
        }
        if let Some(database) = cx.world.get::<DbInstance>(&member.id)
            && let Some(name) = &database.subnet_group
            && let Some(group) = cx.world.by_key::<DbSubnetGroup>(scope, name)
            && let [zone] = &group.zones[..]
        {
            let message = format!(
                "database {}: its subnet group {name} covers {zone} alone; RDS wants two zones to start it again",
                database.id
            );
            findings.push(note(message, Some(member.id.clone())));
        }
    }
    findings
}

/// Whether something is forwarded by HTTP, and nothing listens by HTTPS.
fn serves_plainly(set: &ListenerSet) -> bool {
    let secure = |protocol: Option<&str>| matches!(protocol, Some("HTTPS" | "TLS"));
    let forwards = set.listeners.iter().any(|listener| {
        listener.protocol.as_deref() == Some("HTTP") && listener.rules.iter().any(|rule| !rule.target_groups.is_empty())
    });
    forwards && !set.listeners.iter().any(|listener| secure(listener.protocol.as_deref()))
}
