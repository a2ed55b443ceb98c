//! cat-data-v23: Lambda functions, one behind an alias and one without, and PostgreSQL 13.7, which
//! has outlived its standard support. Also one alarm of the account that is nobody's.

use super::guard;

use crate::demo::account::SimulatedAccount;
use crate::demo::builders::{
    Database, Lambda, Watch, alarm, database, distribution, dns_zone, function, rest_api, tags, timed_call, user_pool,
    vpc,
};
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::db_blue_green::BlueGreen;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::schedule::stored::target_effect::Target;

/// The copy of its database that is being made to leave what has outlived its support.
fn upgrade(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let task = |name: &str, status: &str| (name.to_owned(), status.to_owned());
    simulated.put(
        "",
        BlueGreen {
            id: "bgd-cat0data0v23".to_owned(),
            name: "cat-data-v23-postgres-17".to_owned(),
            blue: scenario.arn("rds", "db:cat-data-v23-db"),
            green: None,
            status: "PROVISIONING".to_owned(),
            details: None,
            tasks: vec![
                task("CREATING_READ_REPLICA_OF_SOURCE", "IN_PROGRESS"),
                task("DB_ENGINE_VERSION_UPGRADE", "PENDING"),
                task("CONFIGURE_BACKUPS", "PENDING"),
            ],
            members: Vec::new(),
            created_at: Some(scenario.at(-1_200)),
        },
    );
}

/// All of it.
pub(super) fn all(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    nightly(simulated);
    weekly(simulated, scenario);
    let vpc = vpc(simulated, scenario, "cat-data-v23-vpc", &[]);
    database(
        simulated,
        scenario,
        &Database {
            id: "cat-data-v23-db",
            engine: "postgres",
            version: "13.7",
            class: "db.t3.medium",
            multi_az: true,
            zone: 0,
            cluster: None,
            vpc: &vpc,
            subnets: "cat-data-v23-subnets",
            guard: &guard(scenario, "cat-data-v23-db-sg"),
            storage: 100,
            backup_days: 7,
            kept: true,
            tags: tags(&[]),
            story: vec![(-500 * 86_400, "available")],
        },
    );
    upgrade(simulated, scenario);
    let topic = "cat-data-v23-alerts";
    let rds = [("DBInstanceIdentifier", "cat-data-v23-db")];
    let cpu = Watch::fine("cat-data-v23-db-cpu", ("AWS/RDS", "CPUUtilization"), &rds, 80.0, 27.0);
    alarm(simulated, scenario, &cpu.about("猫データDBのCPU使用率").tells(topic));
    let mut memory = Watch::fine("cat-data-v23-db-memory", ("AWS/RDS", "FreeableMemory"), &rds, 3e8, 1.9e9);
    memory.below = true;
    alarm(simulated, scenario, &memory.tells(topic));
    for function in ["cat-data-v23-api", "cat-data-v23-aggregate"] {
        let (name, of) = (format!("{function}-errors"), [("FunctionName", function)]);
        alarm(simulated, scenario, &Watch::fine(&name, ("AWS/Lambda", "Errors"), &of, 5.0, 0.0).sum().tells(topic));
    }
    let api = Lambda {
        name: "cat-data-v23-api",
        about: "猫データの検索API",
        runtime: "python3.9",
        versions: 7,
        alias: Some("live"),
        callers: &[("live", "API Gateway")],
    };
    function(simulated, scenario, &api);
    let aggregate = Lambda {
        name: "cat-data-v23-aggregate",
        about: "猫データの集計",
        runtime: "python3.9",
        versions: 2,
        alias: None,
        callers: &[("", "EventBridge")],
    };
    function(simulated, scenario, &aggregate);
    let host = distribution(simulated, scenario, "cats.example.jp", "cat-data-v23");
    dns_zone(simulated, scenario, ("cats.example.jp", "cats.example.jp"), &host);
    rest_api(simulated, scenario, "cat-data-v23-api");
    let signs_up = scenario.arn("lambda", "function:cat-data-v23-api");
    user_pool(simulated, scenario, "cat-data-v23-users", &signs_up);
    let hourly = ("cat-data-v23-aggregate-hourly", "cron(0 * * * ? *)", "猫データの集計（毎時）");
    timed_call(simulated, scenario, hourly, aggregate.name);
    // Nothing says whose gateway this is: the console must own up to not knowing.
    let gateway = format!("nat-0{}", scenario.hex("nat", 16));
    let of = [("NatGatewayId", gateway.as_str())];
    let traffic = Watch::fine("traffic-out-high", ("AWS/NATGateway", "BytesOutToDestination"), &of, 5e9, 4.2e8).sum();
    alarm(simulated, scenario, &traffic.about("NATゲートウェイの送信量が多い（担当不明）"));
}

/// A schedule that calls a function, in Tokyo's time.
fn weekly(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let arn = scenario.arn("lambda", "function:cat-data-v23-aggregate").to_string();
    let held = ForeignSchedule {
        name: "default/cat-data-v23-weekly".to_owned(),
        expression: "cron(0 6 ? * MON *)".to_owned(),
        timezone: Some("Asia/Tokyo".to_owned()),
        enabled: true,
        start_date: None,
        end_date: None,
        target: Target { arn, ..Target::default() },
        changed_at: None,
    };
    simulated.put("", held);
}

/// A schedule that somebody made by hand, in UTC: what they meant for 22:00 in Tokyo happens at 07:00.
fn nightly(simulated: &mut SimulatedAccount) {
    let held = ForeignSchedule {
        name: "default/cat-data-nightly-stop".to_owned(),
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: Some("UTC".to_owned()),
        enabled: true,
        start_date: None,
        end_date: None,
        target: Target {
            arn: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
            input: Some(r#"{"DbInstanceIdentifier":"cat-data-v23-db"}"#.to_owned()),
            ..Target::default()
        },
        changed_at: None,
    };
    simulated.put("", held);
}
