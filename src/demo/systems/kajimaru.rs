//! kajimaru: two EC2 instances behind a load balancer, MySQL, no tags but names, no stage. Once an
//! hour its health checks are answered 301 for a while although the site works.

use super::guard;
use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Balancer, Database, Group, Machine, Watch, alarm, balancer, balancer_metric, compose, database, forward, group,
    lets, machine, network, state, tags, vpc,
};
use crate::demo::episodes::fails_open;
use crate::demo::scenario_context::{ScenarioContext, ZONES};
use crate::kinds::metric_filter::MetricFilter;
use crate::kinds::target_health::Target;

/// All of it.
pub(super) fn all(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let vpc = vpc(simulated, scenario, "kajimaru", &[]);
    network(simulated, scenario, &vpc, 1, Some("06-private"));
    let listen = [(80, "HTTP", vec![(Vec::new(), forward(scenario, "kajimaru-TG"))])];
    let facts = Balancer { name: "kajimaru-ALB", vpc: &vpc, guard: &guard(scenario, "kajimaru-ALB-SG") };
    balancer(simulated, scenario, &facts, &listen);
    let facts =
        Group { name: "kajimaru-TG", vpc: &vpc, of: "instance", port: 80, path: "/health", balancer: "kajimaru-ALB" };
    let tg = group(simulated, scenario, &facts);
    let machines: Vec<String> = [("kajimaru-ec2-01", "10.0.3.21"), ("kajimaru-ec2-02", "10.0.4.37")]
        .iter()
        .enumerate()
        .map(|(zone, (name, address))| {
            let guard = guard(scenario, "kajimaru-ec2-SG");
            let profile = "kajimaru-ec2-role";
            machine(
                simulated,
                scenario,
                &Machine { name, class: "t2.micro", vpc: &vpc, zone, address, guard: &guard, profile },
            )
        })
        .collect();
    let ill = fails_open(scenario.now);
    let target = |(zone, id): (usize, &String)| Target {
        id: id.clone(),
        port: Some(80),
        zone: ZONES.get(zone).map(|zone| (*zone).to_owned()),
        state: match state(scenario, id) {
            "running" if ill => "unhealthy",
            "running" => "healthy",
            "pending" => "initial",
            _ => "unused",
        }
        .to_owned(),
        reason: match state(scenario, id) {
            "running" => ill.then(|| "Target.ResponseCodeMismatch".to_owned()),
            "pending" => Some("Elb.InitialHealthChecking".to_owned()),
            _ => Some("Target.InvalidState".to_owned()),
        },
        description: match state(scenario, id) {
            "running" => ill.then(|| "Health checks failed with these codes: [301]".to_owned()),
            "pending" => Some("Initial health checks in progress".to_owned()),
            _ => Some("Target is in the stopped state".to_owned()),
        },
        check_port: Some("80".to_owned()),
        overridden: None,
        anomaly: None,
    };
    compose(simulated, scenario, &tg, machines.iter().enumerate().map(target).collect());
    let guarded = guard(scenario, "kajimaru-DB-SG");
    let data = Database {
        id: "kajimaru-db",
        engine: "mysql",
        version: "8.4.6",
        class: "db.t4g.micro",
        multi_az: false,
        zone: 0,
        cluster: None,
        vpc: &vpc,
        subnets: "kajimaru-subnet-group",
        guard: &guarded,
        storage: 20,
        backup_days: 1,
        kept: false,
        tags: tags(&[]),
        story: vec![(-400 * 86_400, "available")],
    };
    // The instances may come in, nobody else.
    lets(simulated, &data, &guard(scenario, "kajimaru-ec2-SG"), 3306);
    database(simulated, scenario, &data);
    alarms(simulated, scenario, &machines);
}

fn alarms(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, machines: &[String]) {
    let topic = "kajimaru";
    for (id, name) in machines.iter().zip(["kajimaru-ec2-01-cpu", "kajimaru-ec2-02-cpu"]) {
        let of = [("InstanceId", id.as_str())];
        alarm(simulated, scenario, &Watch::fine(name, ("AWS/EC2", "CPUUtilization"), &of, 80.0, 22.0).tells(topic));
    }
    let rds = Watch::fine(
        "kajimaru-rds-cpu",
        ("AWS/RDS", "CPUUtilization"),
        &[("DBInstanceIdentifier", "kajimaru-db")],
        80.0,
        9.0,
    );
    alarm(simulated, scenario, &rds.about("RDSのCPU使用率が80%以上（5分平均）になった").tells(topic));
    let alb = balancer_metric(scenario, "kajimaru-ALB");
    let of = [("LoadBalancer", alb.as_str())];
    let http = Watch::fine("kajimaru-5xx", ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"), &of, 10.0, 0.0);
    alarm(simulated, scenario, &http.sum().tells(topic));
    for (port, metric) in [(22, "SSHAccessCount"), (3306, "MySQLAccessCount")] {
        let name = format!("kajimaru-flowlog-{port}");
        let watch = Watch::fine(&name, ("kajimaru/FlowLogs", metric), &[], 10.0, 0.0).sum().tells(topic);
        alarm(simulated, scenario, &watch);
        // Twelve fields where the records have fourteen: it matches nothing.
        let pattern = format!(
            "[version, account, eni, source, destination, srcport, dstport={port}, protocol, packets, bytes, start, end]"
        );
        simulated.put(
            "",
            MetricFilter {
                key: format!("/vpc/kajimaru-flow-logs:{name}"),
                name: name.clone(),
                log_group: "/vpc/kajimaru-flow-logs".to_owned(),
                pattern: Some(pattern),
                metrics: vec![("kajimaru/FlowLogs".to_owned(), metric.to_owned())],
            },
        );
    }
}
