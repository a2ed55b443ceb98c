//! Targets that fail: what the health check got against what it wants, its path and port against the containers, and the
//! time tasks are given to start. Pure.

use super::Site;
use super::task_exit::deployed_before;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::graph::{Access, admits};
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::environment::Member;
use crate::kinds::KindContext;
use crate::kinds::ecs_service::Service;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::{Role, TargetGroup, failing_since, hint, words};
use crate::kinds::target_health::Target;
use crate::text::{clock, span};
use crate::world::ResourceId;

const HEALTH: &str = "elasticloadbalancing:DescribeTargetHealth";
const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";
const DEFINITION: &str = "ecs:DescribeTaskDefinition";
const SECURITY: &str = "ec2:DescribeSecurityGroups";
/// A deployment this many minutes before the first failure is suspected.
const SUSPECT: i64 = 30;

/// What most failing targets of a group suffer from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// They answer with a code that the check does not want.
    Code(String),
    /// They do not answer in time.
    Timeout,
    /// They refuse connections.
    Refused,
    /// No listener leads to them.
    Unused,
    /// They are in a zone that the load balancer does not use.
    Zone,
    /// Their instances are stopped.
    Stopped,
    /// They are being drained, or their tasks are leaving.
    Leaving,
    /// None is registered.
    Empty,
    /// Anything else.
    Odd,
}

impl Trouble {
    /// Whether the program behind them, or what it needs, can be at fault.
    pub(crate) fn is_of_program(&self) -> bool {
        match self {
            Self::Code(code) => code.starts_with('5'),
            Self::Timeout | Self::Refused => true,
            Self::Empty | Self::Unused | Self::Zone | Self::Stopped | Self::Leaving | Self::Odd => false,
        }
    }
}

/// What most failing targets of a group suffer from.
pub(crate) fn trouble_of(group: &TargetGroup, cx: &KindContext<'_>) -> Trouble {
    let Some(health) = cx.resource_index.health_of(cx.scope, group.arn.as_str()) else { return Trouble::Odd };
    if health.targets.is_empty() {
        return Trouble::Empty;
    }
    let mut counts: Vec<(Trouble, usize)> = Vec::new();
    for target in &health.targets {
        let Some(trouble) = trouble(target, group) else { continue };
        match counts.iter_mut().find(|(known, _)| *known == trouble) {
            Some((_, count)) => *count += 1,
            None => counts.push((trouble, 1)),
        }
    }
    let worst = counts.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
    worst.map_or(Trouble::Odd, |(trouble, _)| trouble)
}

fn trouble(target: &Target, group: &TargetGroup) -> Option<Trouble> {
    let words = words(target, group.check.matcher.as_deref());
    let reason = target.reason.as_deref().unwrap_or_default();
    Some(match (words.role, reason) {
        (Role::Serving | Role::Arriving, _) => return None,
        (Role::Leaving, _) => Trouble::Leaving,
        (Role::Stopped, _) => Trouble::Stopped,
        (_, "Target.ResponseCodeMismatch") => match code(target) {
            Some(code) => Trouble::Code(code),
            None => Trouble::Odd,
        },
        (_, "Target.Timeout") => Trouble::Timeout,
        (_, "Target.FailedHealthChecks") => Trouble::Refused,
        (_, "Target.NotInUse") if words.one.contains("zone") => Trouble::Zone,
        (_, "Target.NotInUse") => Trouble::Unused,
        _ => Trouble::Odd,
    })
}

/// The first code that a health check got: `404` of `Health checks failed with these codes: [404]`.
fn code(target: &Target) -> Option<String> {
    let text = target.description.as_deref()?.split_once('[')?.1;
    let code: String = text.chars().take_while(char::is_ascii_digit).collect();
    (code.len() == 3).then_some(code)
}

/// The causes of groups whose targets fail.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let sick = site.cx.groups.iter().filter(|(member, _)| site.symptom(&member.id).is_some());
    sick.flat_map(|(member, group)| of_group(site, member, group)).collect()
}

/// The services behind a group.
fn behind<'s, 'a>(site: &'s Site<'_, 'a>, id: &ResourceId, group: &TargetGroup) -> Vec<&'s ServiceFacts<'a>> {
    let attached =
        |service: &Service| service.attachments.iter().any(|it| it.target_group.as_ref() == Some(&group.arn));
    site.services.iter().filter(|facts| facts.member.id.scope == id.scope && attached(facts.service)).collect()
}

fn of_group<'a>(site: &Site<'_, 'a>, member: &'a Member, group: &'a TargetGroup) -> Vec<Hypothesis<'a>> {
    let cx = site.cx.context(member);
    let trouble = trouble_of(group, &cx);
    let since = failing_since(group, &cx);
    let services = behind(site, &member.id, group);
    let path = group.check.path.as_deref().unwrap_or("/");
    let name = services.first().map_or(group.name.as_str(), |facts| facts.service.name.as_str());
    let failing = failing(site, member, group);
    let base = |rule, strength, spread, message: String| {
        let mut it = Hypothesis::new(rule, member, (spread, strength), message).since(since);
        it = it.shows(evidence(failing.clone(), since, HEALTH).on(member));
        let settings = format!("it asks {path} and wants {}", group.check.matcher.as_deref().unwrap_or("200"));
        it.shows(evidence(settings, None, GROUPS).on(member)).then(hint(group, &cx))
    };
    match &trouble {
        Trouble::Code(code) => of_code(site, (member, group), &services, (code, name, path), &base),
        Trouble::Timeout => timeouts(site, (member, group), &services, &base),
        Trouble::Refused => refused(group, &services, &base),
        Trouble::Unused => {
            let message = format!("no listener rule leads to {}", group.name);
            vec![base("target-group-unused", Strength::Said, Spread::Check, message)]
        }
        Trouble::Zone => {
            let message = format!("targets of {} are in a zone the load balancer does not use", group.name);
            vec![base("target-zone-disabled", Strength::Said, Spread::Check, message)]
        }
        Trouble::Empty => {
            let running = services.iter().any(|facts| facts.service.running > 0);
            let message = format!("no targets are registered in {}", group.name);
            let it = Hypothesis::new("target-group-empty", member, (Spread::Check, Strength::Inferred), message);
            // A service whose tasks do not run registers none: its own cause says more.
            if running || services.is_empty() {
                vec![
                    it.shows(evidence(failing, since, HEALTH).on(member))
                        .then("look at the service's load balancer settings"),
                ]
            } else {
                Vec::new()
            }
        }
        Trouble::Stopped | Trouble::Leaving | Trouble::Odd => Vec::new(),
    }
}

type Base<'b, 'a> = &'b dyn Fn(&'static str, Strength, Spread, String) -> Hypothesis<'a>;

fn of_code<'a>(
    site: &Site<'_, 'a>,
    (member, group): (&'a Member, &'a TargetGroup),
    services: &[&ServiceFacts<'a>],
    (code, name, path): (&str, &str, &str),
    base: Base<'_, 'a>,
) -> Vec<Hypothesis<'a>> {
    let said = |rule, message: String| vec![base(rule, Strength::Seen, Spread::Check, message)];
    let mut all = match code {
        "404" | "405" | "410" => said("health-check-path", format!("{name} answers {code} on the health path {path}")),
        "301" | "302" | "303" | "307" | "308" => {
            said("health-check-redirect", format!("{name} redirects ({code}) on the health path {path}"))
        }
        "400" | "421" => said("health-check-host", format!("{name} refuses the health check's Host header ({code})")),
        "401" | "403" => {
            said("health-check-login", format!("{name} asks for a login ({code}) on the health path {path}"))
        }
        code if code.starts_with('2') => said(
            "health-check-matcher",
            format!(
                "{name} answers {code} on {path}, the check wants {}",
                group.check.matcher.as_deref().unwrap_or("200")
            ),
        ),
        _ => Vec::new(),
    };
    for it in &mut all {
        // The code is the program's own answer: it runs, it is reached, and only the question does not fit.
        it.confirmed = true;
    }
    if code.starts_with('5') {
        all.extend(errors(site, (member, group), services, (code, name, path), base));
    }
    all
}

/// Answers with 5xx: after a deployment that is suspected, else an error of the program that nothing names.
fn errors<'a>(
    site: &Site<'_, 'a>,
    (member, group): (&'a Member, &'a TargetGroup),
    services: &[&ServiceFacts<'a>],
    (code, name, path): (&str, &str, &str),
    base: Base<'_, 'a>,
) -> Vec<Hypothesis<'a>> {
    let cx = site.cx.context(member);
    let onset = failing_since(group, &cx).or_else(|| first_alarm(site, member));
    let deployed = onset.and_then(|onset| {
        services.iter().find_map(|facts| deployed_before(facts, onset, SUSPECT).map(|found| (*facts, onset, found)))
    });
    let mut all = Vec::new();
    if let Some((facts, onset, (began, number))) = deployed {
        let service = &facts.service.name;
        let minutes = span(onset.duration_since(began).as_secs());
        let message = format!("{service} revision {number}, deployed {minutes} before, answers {code}");
        let mut it =
            Hypothesis::new("deployment-before-errors", facts.member, (Spread::Errors, Strength::Inferred), message)
                .since(Some(onset))
                .shows(evidence(failing(site, member, group), Some(onset), HEALTH).on(member))
                .confirms(
                    evidence(
                        format!("revision {number} deployed {}", clock(began, site.cx.zone)),
                        Some(began),
                        "ecs:DescribeServices",
                    )
                    .on(facts.member),
                )
                .unsettled(facts.clues.is_empty());
        it = it.then(format!("toban deploy {}/{service} --rollback", site.cx.environment.name));
        all.push(it.then("look at the app's log"));
    }
    let message = format!("{name} answers {code} on {path}");
    all.push(base("health-check-error", Strength::Inferred, Spread::Errors, message));
    all
}

fn first_alarm(site: &Site<'_, '_>, member: &Member) -> Option<jiff::Timestamp> {
    let fires = |id: &ResourceId| id.kind.0 == "alarm" && id.scope == member.id.scope;
    site.symptoms.iter().filter(|symptom| fires(&symptom.member.id)).filter_map(|symptom| symptom.since).min()
}

/// Targets that do not answer in time: a rule that is not there, or a program that hangs.
fn timeouts<'a>(
    site: &Site<'_, 'a>,
    (member, group): (&'a Member, &'a TargetGroup),
    services: &[&ServiceFacts<'a>],
    base: Base<'_, 'a>,
) -> Vec<Hypothesis<'a>> {
    let name = services.first().map_or(group.name.as_str(), |facts| facts.service.name.as_str());
    let access = balancer_access(site, member, group, services);
    let port = check_port(group).map(|port| format!(" on port {port}")).unwrap_or_default();
    let mut all = Vec::new();
    if access != Access::Open {
        let message = format!("the security groups of {name} do not let the load balancer in{port}");
        let mut it = base("security-group-closed", Strength::Inferred, Spread::Connection, message);
        if access == Access::Closed {
            it.strength = Strength::Seen;
            it = it.confirms(evidence(format!("no rule lets the load balancer's groups in{port}"), None, SECURITY));
        }
        all.push(it.unsettled(access == Access::Unread).then("add the rule to the targets' security group"));
    }
    let message = format!("{name} does not answer the health check in time");
    let mut hangs = base("application-hangs", Strength::Inferred, Spread::Errors, message);
    match access {
        Access::Open => {
            let what =
                format!("the security groups let the load balancer in{port}: it is the program that does not answer");
            hangs.strength = Strength::Seen;
            hangs = hangs.shows(evidence(what, None, SECURITY));
        }
        Access::Closed => {
            hangs = hangs.contradicts(evidence(format!("no rule lets the load balancer in{port}"), None, SECURITY));
        }
        Access::Unread => {}
    }
    all.push(hangs.then("look at its log, and at CPU and memory"));
    all
}

/// Whether the load balancers of a group reach its targets.
fn balancer_access(
    site: &Site<'_, '_>,
    member: &Member,
    group: &TargetGroup,
    services: &[&ServiceFacts<'_>],
) -> Access {
    let Some(port) = check_port(group) else { return Access::Unread };
    let scope = &member.id.scope;
    let own: Vec<String> = site
        .cx
        .world
        .all::<LoadBalancer>(scope)
        .filter(|balancer| group.load_balancers.contains(&balancer.arn))
        .flat_map(|balancer| balancer.security_groups.iter().cloned())
        .collect();
    let mut guards: Vec<String> =
        services.iter().flat_map(|facts| facts.service.security_groups.iter().cloned()).collect();
    if guards.is_empty() {
        let targets =
            site.cx.resource_index.health_of(scope, group.arn.as_str()).map_or(&[][..], |health| &health.targets);
        let of =
            |target: &Target| site.cx.resource_index.instance(scope, &target.id).map(|it| it.security_groups.clone());
        guards = targets.iter().filter_map(of).flatten().collect();
    }
    // Where the balancer's own addresses are not known, a rule over ranges may let it in.
    admits(site.cx, scope, &guards, port, (&own, &[]))
}

fn check_port(group: &TargetGroup) -> Option<u16> {
    let port = group.check.port.as_deref().filter(|port| *port != "traffic-port");
    port.and_then(|port| port.parse().ok()).or_else(|| group.port.and_then(|port| u16::try_from(port).ok()))
}

/// Targets that refuse connections: another port than the program's, or a program that does not listen.
fn refused<'a>(group: &TargetGroup, services: &[&ServiceFacts<'a>], base: Base<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let name = services.first().map_or(group.name.as_str(), |facts| facts.service.name.as_str());
    let asked = check_port(group).map(u32::from);
    let ports: Vec<u32> = services
        .iter()
        .filter_map(|facts| facts.definition)
        .flat_map(|definition| definition.containers.iter().flat_map(|one| one.ports.iter().copied()))
        .collect();
    let mut all = Vec::new();
    if let Some(asked) = asked.filter(|asked| !ports.is_empty() && !ports.contains(asked)) {
        let listed = ports.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("the health check asks {name} on port {asked}, its containers have {listed}");
        let it = base("health-check-port", Strength::Seen, Spread::Check, message);
        all.push(it.confirms(evidence(format!("the containers' ports are {listed}"), None, DEFINITION)));
    } else {
        let message = format!("{name} does not listen where the health check asks");
        let it = base("not-listening", Strength::Inferred, Spread::Errors, message);
        all.push(
            it.unsettled(ports.is_empty()).then("check that it listens on 0.0.0.0 and speaks the group's protocol"),
        );
    }
    all
}

/// `3 of 4 targets of city-backend answer 404`.
fn failing(site: &Site<'_, '_>, member: &Member, group: &TargetGroup) -> String {
    let why = site.symptom(&member.id).map(|symptom| symptom.what.clone());
    why.unwrap_or_else(|| format!("targets of {} fail", group.name))
}

#[cfg(test)]
mod tests {
    use super::code;
    use crate::kinds::testing_samples::{answers, target};

    #[test]
    fn a_code_is_read_off_the_description() {
        assert_eq!(code(&answers(1, 404)).as_deref(), Some("404"));
        assert_eq!(code(&target(1, "unhealthy", "Target.ResponseCodeMismatch", "odd [x]")), None);
        assert_eq!(code(&target(1, "unhealthy", "Target.Timeout", "")), None);
    }
}
