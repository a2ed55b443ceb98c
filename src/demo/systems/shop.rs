//! The shop's staging: two services whose deployments shift traffic. `web` is deployed blue/green and pauses for an answer,
//! `api` as a canary that an alarm would roll back.

use super::guard;
use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Balancer, Crate, Deploy, Group, Kept, Tag, Watch, acted, alarm, balancer, balancer_metric, cluster,
    forward_by_weights, group, one_of_each, redirect, second, service, tags, vpc,
};
use crate::demo::episodes::release;
use crate::demo::rollout::Script;
use crate::demo::scenario_context::ScenarioContext;

/// A service with its course.
type Played = (Deploy, fn(i64) -> Script);

/// All of it.
pub(super) fn stage(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let named = |what: &str| format!("shop-staging-{what}");
    let vpc = vpc(simulated, scenario, &named("vpc"), &[]);
    let none = tags(&[]);
    cluster(simulated, scenario, &named("cluster"), &none);
    let deploy = |name: &str, port: u32| Deploy {
        name: named(name),
        cluster: named("cluster"),
        family: named(name),
        crates: vec![Crate {
            name: if name == "web" { "web" } else { "api" },
            repository: named(name),
            tag: Tag::Commit,
            kept: Kept::Immutable,
            port: Some(port),
            environment: &["STAGE"],
            secrets: &[],
            log_group: Some(format!("/ecs/{}", named(name))),
        }],
        group: named(name),
        vpc: vpc.clone(),
        guard: guard(scenario, &named("ecs-sg")),
        nets: if name == "web" { ["10.60.1", "10.60.2"] } else { ["10.61.1", "10.61.2"] },
        public: false,
        size: ("256", "512"),
        percent: (100, 200),
        tags: none.clone(),
    };
    let services = [
        (deploy("web", 3000), release::web as fn(i64) -> Script),
        (deploy("api", 8080), release::api as fn(i64) -> Script),
    ];
    let scripts = services.each_ref().map(|(facts, story)| acted(scenario, facts, story));
    let route = |(facts, script): (&Played, &Script)| {
        let (facts, [first, other]) = (&facts.0, script.weights(scenario.now));
        forward_by_weights(scenario, [(&facts.group, first), (&second(&facts.group), other)])
    };
    let [web, api] = [0, 1].map(|at| services.get(at).zip(scripts.get(at)).map(route));
    let mut routes = Vec::new();
    routes.extend(api.map(|action| (vec!["path /api/*".to_owned()], action)));
    routes.extend(web.map(|action| (Vec::new(), action)));
    let alb = named("alb");
    let facts = Balancer { name: &alb, vpc: &vpc, guard: &guard(scenario, &named("alb-sg")) };
    balancer(simulated, scenario, &facts, &[(80, "HTTP", vec![(Vec::new(), redirect())]), (443, "HTTPS", routes)]);
    for (facts, port) in services.iter().map(|(facts, _)| facts).zip([3000, 8080]) {
        for name in [facts.group.clone(), second(&facts.group)] {
            group(
                simulated,
                scenario,
                &Group { name: &name, vpc: &vpc, of: "ip", port, path: "/health", balancer: &alb },
            );
        }
    }
    for ((facts, _), script) in services.iter().zip(&scripts) {
        service(simulated, scenario, facts, script);
    }
    let metric = balancer_metric(scenario, &alb);
    let of = [("LoadBalancer", metric.as_str())];
    let watched = ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count");
    alarm(simulated, scenario, &Watch::fine("shop-staging-api-5xx", watched, &of, 10.0, 0.0).tells("shop-alerts"));
    one_of_each(simulated, scenario, ("shop-staging", "shop-alerts"), &of, &format!("/ecs/{}", named("web")));
}
