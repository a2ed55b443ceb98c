//! ProofLink: one Fargate service a stage. Production leaks memory after a deployment; the
//! development stage sleeps. Load balancers, target groups and alarms have no stage in their names.

use super::guard;
use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Balancer, Course, Crate, Database, Deploy, Group, Kept, PastJob, Rules, Tag, Watch, acted, alarm, balancer,
    balancer_metric, batch, certificate, cluster, composite, database, forward, group, group_metric, mute, redirect,
    scaling, service, system_update, tags, vpc,
};
use crate::demo::episodes::leak;
use crate::demo::offhours::lie_in;
use crate::demo::rollout::Script;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::metric_filter::MetricFilter;
use crate::schedule::stored::tags::REMEMBERED;

/// What differs between the stages.
struct Stage {
    name: &'static str,
    balancer: &'static str,
    group: &'static str,
    nets: [&'static str; 2],
    size: (&'static str, &'static str),
}

/// When the development stage was put to sleep.
const BEDTIME: i64 = -9 * 3600;

/// The development stage, asleep at first.
pub(super) fn dev(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let stage = Stage {
        name: "dev",
        balancer: "prooflink-alb-2",
        group: "prooflink-tg-2",
        nets: ["10.20.1", "10.20.2"],
        size: ("512", "1024"),
    };
    let mut facts =
        lay(simulated, scenario, &stage, vec![(80, "HTTP", vec![(Vec::new(), forward(scenario, stage.group))])]);
    facts.tags.insert(REMEMBERED.to_owned(), "desired=1".to_owned());
    let story = |_| {
        let mut script = Script::steady(41, 1);
        script.scale(BEDTIME - 180, 0);
        script
    };
    service(simulated, scenario, &facts, &acted(scenario, &facts, story));
    let mut tags = facts.tags.clone();
    tags.extend(lie_in(scenario.start).map(|over| (crate::schedule::stored::tags::OVERRIDE.to_owned(), over)));
    database(
        simulated,
        scenario,
        &Database {
            class: "db.t4g.micro",
            multi_az: false,
            backup_days: 7,
            kept: false,
            story: vec![(BEDTIME, "stopped")],
            tags,
            ..db(&facts, "prooflink-dev-db", "prooflink-dev-db-subnets")
        },
    );
    let of = [("ClusterName", "prooflink-dev-cluster"), ("ServiceName", "prooflink-dev-service")];
    let cpu = Watch::fine("prooflink-ecs-cpu-high-2", ("AWS/ECS", "CPUUtilization"), &of, 80.0, 12.0)
        .about("ECSサービスのCPU使用率が5分平均で80%を超えた（開発）")
        .tells("prooflink-dev-alerts")
        .course(vec![(BEDTIME, "INSUFFICIENT_DATA", 0.0)]);
    alarm(simulated, scenario, &cpu);
    mute(simulated, scenario, "toban-sleep-prooflink-dev", vec![cpu.name.to_owned()], BEDTIME);
}

/// Production, in trouble every half hour.
pub(super) fn prod(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let stage = Stage {
        name: "prod",
        balancer: "prooflink-alb",
        group: "prooflink-tg",
        nets: ["10.10.1", "10.10.2"],
        size: ("1024", "2048"),
    };
    let listen = vec![
        (80, "HTTP", vec![(Vec::new(), redirect())]),
        (443, "HTTPS", vec![(Vec::new(), forward(scenario, stage.group))]),
    ];
    let facts = lay(simulated, scenario, &stage, listen);
    let key = facts.arn(scenario);
    service(simulated, scenario, &facts, &acted(scenario, &facts, leak::script));
    database(
        simulated,
        scenario,
        &Database {
            class: "db.t4g.medium",
            multi_az: true,
            backup_days: 30,
            kept: true,
            story: vec![(-90 * 86_400, "available")],
            ..db(&facts, "prooflink-prod-db", "prooflink-prod-db-subnets")
        },
    );
    system_update(simulated, scenario, "prooflink-prod-db");
    let imports = [
        PastJob { at: -3 * 86_400 + 3_000, took: 410, exit: 0 },
        PastJob { at: -2 * 86_400 + 3_600, took: 388, exit: 0 },
        PastJob { at: -5_400, took: 97, exit: 1 },
    ];
    batch(simulated, scenario, ("prooflink-prod", "prooflink-prod-user-import"), &imports, &facts.tags);
    // Once an operator has stepped in, the load balancer's alarms calm down as well.
    let told = scenario.acts_on(key.as_str()).next().map_or(scenario.now, |act| act.at);
    let calmed = |mut course: Course, calm: f64| {
        if told < scenario.now {
            course.retain(|(from, _, _)| *from <= told);
            course.push((told + 240, "OK", calm));
        }
        course
    };
    alarms(simulated, scenario, &calmed);
}

fn alarms(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, calmed: &dyn Fn(Course, f64) -> Course) {
    let (balancer, group) = (balancer_metric(scenario, "prooflink-alb"), group_metric(scenario, "prooflink-tg"));
    let alb = [("LoadBalancer", balancer.as_str())];
    let tg = [("TargetGroup", group.as_str()), ("LoadBalancer", balancer.as_str())];
    let ecs = [("ClusterName", "prooflink-prod-cluster"), ("ServiceName", "prooflink-prod-service")];
    let rds = [("DBInstanceIdentifier", "prooflink-prod-db")];
    let http = Watch::fine("prooflink-5xx", ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"), &alb, 10.0, 0.0)
        .sum()
        .course(calmed(leak::alarm(scenario.now, 70, 0.0, 184.0), 0.0));
    let hosts = Watch::fine("prooflink-unhealthy-hosts", ("AWS/ApplicationELB", "UnHealthyHostCount"), &tg, 0.0, 0.0)
        .course(calmed(leak::alarm(scenario.now, 100, 0.0, 3.0), 0.0));
    let mut room = Watch::fine("prooflink-rds-free-storage", ("AWS/RDS", "FreeStorageSpace"), &rds, 5e9, 3.3e10);
    room.below = true;
    let fine = [
        http.clone(),
        hosts.clone(),
        Watch::fine("prooflink-ecs-cpu-high", ("AWS/ECS", "CPUUtilization"), &ecs, 80.0, 31.0),
        Watch::fine("prooflink-ecs-memory-high", ("AWS/ECS", "MemoryUtilization"), &ecs, 95.0, 62.0),
        Watch::fine("prooflink-response-time", ("AWS/ApplicationELB", "TargetResponseTime"), &alb, 2.0, 0.4),
        Watch::fine("prooflink-rds-cpu-high", ("AWS/RDS", "CPUUtilization"), &rds, 80.0, 18.0),
        room,
        Watch::fine("prooflink-app-errors", ("ProofLink/prod", "AppErrors"), &[], 20.0, 1.0).sum(),
    ];
    for watch in fine {
        alarm(simulated, scenario, &watch.tells("prooflink-prod-alerts"));
    }
    simulated.put(
        "",
        MetricFilter {
            key: "/ecs/prooflink-prod-app:app-errors".to_owned(),
            name: "app-errors".to_owned(),
            log_group: "/ecs/prooflink-prod-app".to_owned(),
            pattern: Some("{ $.level = \"error\" }".to_owned()),
            metrics: vec![("ProofLink/prod".to_owned(), "AppErrors".to_owned())],
        },
    );
    composite(simulated, scenario, "prooflink-site-down", "prooflink-prod-pager", &[&http, &hosts]);
    scaling(simulated, scenario, "service/prooflink-prod-cluster/prooflink-prod-service", &ecs);
}

/// What both stages have: network, cluster, load balancer and target group. Gives the service's facts.
fn lay(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    stage: &Stage,
    listen: Vec<(u32, &str, Rules)>,
) -> Deploy {
    let named = |what: &str| format!("prooflink-{}-{what}", stage.name);
    let tags = tags(&[("Project", "prooflink"), ("Environment", stage.name)]);
    let vpc = vpc(simulated, scenario, &named("vpc"), &[("Project", "prooflink"), ("Environment", stage.name)]);
    cluster(simulated, scenario, &named("cluster"), &tags);
    let guard_of = |what: &str| guard(scenario, &format!("{}/{what}", stage.name));
    let alb = Balancer { name: stage.balancer, vpc: &vpc, guard: &guard_of("prooflink-alb-sg") };
    let alb = balancer(simulated, scenario, &alb, &listen);
    if stage.name == "prod" {
        certificate(simulated, scenario, "prooflink.example.jp", &alb, (21, Some("PENDING_VALIDATION")));
    }
    let path = "/api/health";
    group(
        simulated,
        scenario,
        &Group { name: stage.group, vpc: &vpc, of: "ip", port: 3000, path, balancer: stage.balancer },
    );
    let app = Crate {
        name: "prooflink-app",
        repository: named("app"),
        tag: Tag::Latest,
        kept: Kept::Movable,
        port: Some(3000),
        environment: &["NODE_ENV", "PORT", "HOSTNAME", "DATABASE_URL", "NEXTAUTH_URL", "NEXTAUTH_SECRET"],
        secrets: &[],
        log_group: Some(format!("/ecs/{}", named("app"))),
    };
    Deploy {
        name: named("service"),
        cluster: named("cluster"),
        family: named("task"),
        crates: vec![app],
        group: stage.group.to_owned(),
        vpc,
        guard: guard_of("prooflink-ecs-sg"),
        nets: stage.nets,
        public: true,
        size: stage.size,
        percent: (100, 200),
        tags,
    }
}

/// What the stages' databases have in common.
fn db<'a>(facts: &'a Deploy, id: &'a str, subnets: &'a str) -> Database<'a> {
    Database {
        id,
        engine: "postgres",
        version: "15.12",
        class: "db.t4g.micro",
        multi_az: false,
        zone: 0,
        cluster: None,
        vpc: &facts.vpc,
        subnets,
        guard: &facts.guard,
        storage: 50,
        backup_days: 7,
        kept: false,
        tags: facts.tags.clone(),
        story: Vec::new(),
    }
}
