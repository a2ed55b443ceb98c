//! The municipal system: Frontend and Backend services behind one load balancer, a proof of concept
//! in the shared account and production in its own, where Systems Manager may not be asked.

use super::guard;
use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Balancer, Crate, Database, Deploy, Group, Kept, Machine, Tag, TimedTask, Watch, acted, alarm, balancer,
    balancer_metric, cluster, database, forward, group, group_metric, machine, redirect, scaling, service, tags,
    timed_task, vpc, web_acl,
};
use crate::demo::episodes::{stall, waking_database};
use crate::demo::rollout::Script;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::managed_node::Node;

/// What differs between the stages.
struct Stage {
    name: &'static str,
    sizes: [(&'static str, &'static str); 2],
    nets: [&'static str; 2],
    secure: bool,
    frontend: fn(i64) -> Script,
    backend: fn(i64) -> Script,
}

/// The proof of concept: small, its database just started.
pub(super) fn poc(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let small = ("256", "512");
    let stage = Stage {
        name: "poc",
        sizes: [small, small],
        nets: ["10.40.1", "10.40.2"],
        secure: false,
        frontend: |_| Script::steady(8, 1),
        backend: |_| Script::steady(11, 1),
    };
    let laid = lay(simulated, scenario, &stage);
    database(
        simulated,
        scenario,
        &Database { class: "db.t3.micro", multi_az: false, story: waking_database(), ..db(&laid, "city-poc-db") },
    );
    machine(
        simulated,
        scenario,
        &Machine {
            name: "踏み台サーバー city-poc",
            class: "t3.nano",
            vpc: &laid.vpc,
            zone: 0,
            address: "10.40.9.10",
            guard: &guard(scenario, "city-poc-bastion-sg"),
            profile: "city-poc-bastion",
        },
    );
}

/// Production: its Backend's rollout stalls.
pub(super) fn prod(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let stage = Stage {
        name: "prod",
        sizes: [("512", "1024"), ("1024", "2048")],
        nets: ["10.50.1", "10.50.2"],
        secure: true,
        frontend: |_| Script::steady(52, 4),
        backend: stall::script,
    };
    let laid = lay(simulated, scenario, &stage);
    database(
        simulated,
        scenario,
        &Database {
            class: "db.m5.large",
            multi_az: true,
            backup_days: 35,
            kept: true,
            story: vec![(-150 * 86_400, "available")],
            ..db(&laid, "city-prod-db")
        },
    );
    alarms(simulated, scenario);
    let task = |name, expression, about, takes| TimedTask {
        name,
        expression,
        about,
        cluster: "city-prod-cluster",
        family: "city-prod-batch",
        takes,
    };
    web_acl(simulated, scenario, "city-prod-waf");
    timed_task(simulated, scenario, &task("city-prod-daily", "cron(0 2 * * ? *)", "日次集計", 1_500));
    timed_task(simulated, scenario, &task("city-prod-monthly", "cron(0 3 1 * ? *)", "月次締め処理", 9_000));
    timed_task(simulated, scenario, &task("city-prod-hourly", "cron(0 * * * ? *)", "申請データの取込", 240));
    let who = format!("arn:aws:sts::{}:assumed-role/toban-demo/you", scenario.account);
    simulated.deny::<Node>(
        "ssm:DescribeInstanceInformation",
        format!(
            "User: {who} is not authorized to perform: ssm:DescribeInstanceInformation on resource: arn:aws:ssm:ap-northeast-1:{}:* because no identity-based policy allows the ssm:DescribeInstanceInformation action",
            scenario.account
        ),
    );
}

fn lay(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, stage: &Stage) -> Deploy {
    let named = |what: &str| format!("city-{}-{what}", stage.name);
    let vpc = vpc(simulated, scenario, &named("vpc"), &[]);
    let none = tags(&[]);
    cluster(simulated, scenario, &named("cluster"), &none);
    let (alb, front, back) = (named("alb"), named("frontend-tg"), named("backend-tg"));
    let routes =
        || vec![(vec!["path /api/*".to_owned()], forward(scenario, &back)), (Vec::new(), forward(scenario, &front))];
    let listen = if stage.secure {
        vec![(80, "HTTP", vec![(Vec::new(), redirect())]), (443, "HTTPS", routes())]
    } else {
        vec![(80, "HTTP", routes())]
    };
    let facts = Balancer { name: &alb, vpc: &vpc, guard: &guard(scenario, &named("alb-sg")) };
    balancer(simulated, scenario, &facts, &listen);
    for (name, port) in [(&front, 3000), (&back, 5000)] {
        group(simulated, scenario, &Group { name, vpc: &vpc, of: "ip", port, path: "/health", balancer: &alb });
    }
    let deploy = |name: &str, held: Crate, group: &str, size| Deploy {
        name: name.to_owned(),
        cluster: named("cluster"),
        family: named(held.name),
        crates: vec![held],
        group: group.to_owned(),
        vpc: vpc.clone(),
        guard: guard(scenario, &named("ecs-sg")),
        nets: stage.nets,
        public: false,
        size,
        // One task alone could not be replaced within 50 to 100 %.
        percent: if stage.secure { (50, 100) } else { (100, 200) },
        tags: none.clone(),
    };
    let held = |name, port, secrets| Crate {
        name,
        repository: named(name),
        tag: Tag::Commit,
        kept: Kept::Immutable,
        port: Some(port),
        environment: &["STAGE", "API_BASE_URL"],
        secrets,
        log_group: Some(format!("/ecs/{}", named(name))),
    };
    let frontend = deploy("Frontend", held("frontend", 3000, &[]), &front, stage.sizes[0]);
    let backend = deploy("Backend", held("backend", 5000, &["DB_PASSWORD"]), &back, stage.sizes[1]);
    for (facts, story) in [(&frontend, stage.frontend), (&backend, stage.backend)] {
        service(simulated, scenario, facts, &acted(scenario, facts, story));
    }
    backend
}

fn db<'a>(facts: &'a Deploy, id: &'a str) -> Database<'a> {
    Database {
        id,
        engine: "postgres",
        version: "15.8",
        class: "db.t3.micro",
        multi_az: false,
        zone: 0,
        cluster: None,
        vpc: &facts.vpc,
        subnets: "city-db-subnets",
        guard: &facts.guard,
        storage: 100,
        backup_days: 7,
        kept: false,
        tags: tags(&[]),
        story: Vec::new(),
    }
}

fn alarms(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let topic = "city-prod-alerts";
    let cluster = ("ClusterName", "city-prod-cluster");
    let alb = balancer_metric(scenario, "city-prod-alb");
    let alb = ("LoadBalancer", alb.as_str());
    for name in ["Frontend", "Backend"] {
        let tg = group_metric(scenario, &format!("city-prod-{}-tg", name.to_lowercase()));
        let ecs = [cluster, ("ServiceName", name)];
        let hosts = [("TargetGroup", tg.as_str()), alb];
        let named = |what: &str| format!("city-prod-{}-{what}", name.to_lowercase());
        for (what, metric, of, threshold, value) in [
            ("cpu", ("AWS/ECS", "CPUUtilization"), &ecs, 80.0, 44.0),
            ("memory", ("AWS/ECS", "MemoryUtilization"), &ecs, 85.0, 58.0),
            ("unhealthy-hosts", ("AWS/ApplicationELB", "UnHealthyHostCount"), &hosts, 0.0, 0.0),
            ("response-time", ("AWS/ApplicationELB", "TargetResponseTime"), &hosts, 3.0, 0.7),
        ] {
            alarm(simulated, scenario, &Watch::fine(&named(what), metric, of, threshold, value).tells(topic));
        }
        scaling(simulated, scenario, &format!("service/city-prod-cluster/{name}"), &ecs);
    }
    let (rds, lone) = ([("DBInstanceIdentifier", "city-prod-db")], [alb]);
    for (name, metric, of, threshold, value, about) in [
        ("city-prod-db-cpu", ("AWS/RDS", "CPUUtilization"), &rds, 80.0, 35.0, "本番DBのCPU使用率"),
        ("city-prod-db-connections", ("AWS/RDS", "DatabaseConnections"), &rds, 400.0, 96.0, "本番DBの接続数"),
        ("city-prod-alb-5xx", ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"), &lone, 20.0, 0.0, "ALBの5xxエラー"),
    ] {
        alarm(simulated, scenario, &Watch::fine(name, metric, of, threshold, value).about(about).tells(topic));
    }
}
