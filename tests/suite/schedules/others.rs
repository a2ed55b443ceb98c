//! Other people's schedules and jobs around an environment: read with the hours they mean and how they went, respected
//! where they own a resource, and said where they cannot be read.

use serde_json::{Value, json};

use super::{CONFIG, Stage, named};

async fn run_document(stage: &Stage, document: &str) {
    let started = aws_sdk_ssm::Client::new(&stage.peer.sdk())
        .start_automation_execution()
        .document_name(document)
        .parameters("InstanceId", vec!["prooflink-dev-db".to_owned()])
        .send()
        .await;
    started.unwrap_or_else(|fault| panic!("{fault:?}"));
}

#[tokio::test]
async fn rules_that_stop_and_start_the_database_are_read_with_the_hours_they_mean_and_how_they_went() {
    let stage = Stage::new();
    let owners = named(&stage, "others", "prooflink-dev");
    let [stop, start] = owners.as_slice() else { panic!("two rules: {owners:#?}") };
    assert_eq!((&stop["name"], &stop["kind"]), (&json!("prooflink-dev-db-stop"), &json!("rule")));
    assert_eq!((&stop["verb"], &stop["by"]), (&json!("stop"), &json!("AWS-StopRdsInstance")));
    assert_eq!((&stop["local"], &stop["local_timezone"]), (&json!("07:00"), &json!("Asia/Tokyo")));
    assert_eq!((&stop["mistaken"], &stop["instead"]), (&json!(true), &json!("cron(0 13 * * ? *)")));
    assert_eq!((&stop["conflict_at"], &stop["last_run"]), (&Value::Null, &Value::Null), "it sleeps at seven anyway");
    assert_eq!((&start["local"], &start["instead"]), (&json!("18:00"), &json!("cron(0 0 * * ? *)")));
    assert!(start["conflict_at"].is_string(), "it starts on a weekend: {start:#}");
    assert_eq!(stage.calls("GetAutomationExecution"), 0, "nothing ran yet");

    // Twice: the second finds the database stopped, and fails.
    run_document(&stage, "AWS-StopRdsInstance").await;
    run_document(&stage, "AWS-StopRdsInstance").await;
    let owners = named(&stage, "others", "prooflink-dev");
    let last = &owners[0]["last_run"];
    assert_eq!((&last["status"], &last["failed"]), (&json!("Failed"), &json!(true)), "{owners:#?}");
    let said = stage.run(&["schedule", "preview", "prooflink-dev"]);
    let failed = "AWS-StopRdsInstance of rule prooflink-dev-db-stop failed for prooflink-dev-db: Failed at ";
    assert!(said.out.contains(failed), "{}", said.out);
    assert!(said.out.contains("starts prooflink-dev-db at"), "{}", said.out);

    // Somebody wakes it: now the stop that failed leaves it up, and the environment is worrying.
    let started = stage.run(&["db", "start", "prooflink-dev/prooflink-dev-db", "--yes"]);
    assert_eq!(started.code, Some(0), "{}", started.err);
    let status = stage.run(&["status", "prooflink-dev", "--json"]);
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let environment = &document["environments"][0];
    assert_eq!(environment["health"], "worrying", "{environment:#}");
    let mut why = environment["why"].as_array().expect("findings").iter().filter_map(Value::as_str);
    assert!(why.any(|why| why.starts_with(failed)), "{environment:#}");
}

#[test]
fn an_enforced_schedule_is_refused_where_a_rule_owns_the_database() {
    let stage = Stage::new();
    let office = std::fs::read_to_string(&stage.config).expect("the configuration");
    let enforced = office.replace("guard = \"daily\"\nmax_override", "mode = \"enforce\"\nmax_override");
    std::fs::write(&stage.config, enforced).expect("a configuration");
    let refused = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!((refused.code, stage.calls("CreateScheduleGroup")), (Some(1), 0), "{}", refused.out);
    assert!(refused.err.contains("schedule office cannot be enforced: rule prooflink-dev-db-"), "{}", refused.err);
    assert!(refused.err.contains("disable the rule prooflink-dev-db-"), "{}", refused.err);
    let said = stage.run(&["schedule", "list", "--json"]);
    let document: Value = serde_json::from_str(&said.out).expect("a document");
    assert!(document["environments"][0]["not_enforced"].is_string(), "{document:#}");
    // Switched off, they own nothing any more.
    let off = json!({"Rules": {"[*]": {"State": "DISABLED"}}});
    stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": off}));
    let made = stage.run(&["schedule", "sync", "prooflink-dev", "--yes"]);
    assert_eq!(made.code, Some(0), "{} {}", made.out, made.err);
    let owners = named(&stage, "others", "prooflink-dev");
    assert!(owners.iter().all(|owner| owner["enabled"] == false && owner["conflict_at"].is_null()), "{owners:#?}");
}

#[test]
fn rules_that_may_not_be_read_and_tags_of_other_tools_are_told() {
    let stage = Stage::new();
    let denied = json!({"code": "AccessDeniedException", "message": "not authorized", "status": 400});
    let tags = json!({"DBInstances": {"[DBInstanceIdentifier=prooflink-dev-db]": {
        "TagList": [
            {"Key": "Schedule", "Value": "office-hours"}, {"Key": "IS-LastAction", "Value": "Stopped"},
            {"Key": "sched-stop", "Value": "d=_ H:M=11:00"}, {"Key": "sched-start", "Value": "every morning"},
        ],
    }}});
    let by_hand = json!([{"SourceIdentifier": "prooflink-dev-db", "Message": "DB instance started", "Date": "-2m"}]);
    stage.peer.script(&json!([
        {"service": "events", "operation": "ListRules", "error": denied},
        {"service": "rds", "operation": "DescribeDBInstances", "patch": tags},
        {"service": "rds", "operation": "DescribeEvents", "answer": {"Events": by_hand}},
    ]));
    let owners = named(&stage, "others", "prooflink-dev");
    let [lights, tool, raw] = owners.as_slice() else { panic!("{owners:#?}") };
    assert_eq!((&lights["name"], &lights["verb"]), (&json!("Lights Off"), &json!("stop")), "{lights:#}");
    assert_eq!((&lights["local"], &lights["by"]), (&json!("20:00"), &json!("sched-stop=d=_ H:M=11:00")));
    assert!(lights["next_at"].is_string() && lights["conflict_at"].is_string(), "the office is open then: {lights:#}");
    assert_eq!((&raw["by"], &raw["local"]), (&json!("sched-start=every morning"), &Value::Null), "{raw:#}");
    assert_eq!(
        (&tool["kind"], &tool["name"], &tool["verb"]),
        (&json!("tag"), &json!("Instance Scheduler"), &Value::Null)
    );
    assert_eq!((&tool["by"], &tool["last_run"]["status"]), (&json!("Schedule=office-hours"), &json!("Stopped")));
    let plan = stage.run(&["schedule", "sync", "prooflink-dev", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    assert!(
        plan.out.contains("who else stops or starts something here is not known: events:ListRules"),
        "{}",
        plan.out
    );
    assert!(plan.out.contains("Instance Scheduler stops and starts prooflink-dev-db"), "{}", plan.out);
    let status = stage.run(&["status", "prooflink-dev"]);
    assert_eq!(status.code, Some(0), "an unread rule hides nothing of its health: {}", status.out);
}

#[test]
fn jobs_of_the_municipal_system_are_told_with_the_hours_they_come_at() {
    let stage = Stage::new();
    stage.peer.build(&["city"]);
    let jobs = named(&stage, "jobs", "city-poc");
    let daily = jobs.iter().find(|job| job["name"] == "city-poc-daily").unwrap_or_else(|| panic!("{jobs:#?}"));
    assert_eq!((&daily["work"], &daily["what"]), (&json!("task"), &json!("city-poc-batch")));
    assert_eq!(
        (&daily["place"], &daily["local"]),
        (&json!("city-poc-cluster"), &json!("11:00")),
        "two in the night, for a rule"
    );
    assert_eq!((&daily["mistaken"], &daily["instead"]), (&json!(true), &json!("cron(0 17 * * ? *)")));
    assert_eq!(jobs.len(), 2, "and the monthly one: {jobs:#?}");
    assert_eq!(daily["asleep"], Value::Null, "nobody puts its database to sleep");
    // With a schedule, and moved to the night it was meant for, it finds the database asleep.
    let scheduled = format!("{CONFIG}\n[environment.city-poc]\nschedule = \"office\"\n");
    std::fs::write(&stage.config, scheduled).expect("a configuration");
    let night = json!({"Rules": {"[Name=city-poc-daily]": {"ScheduleExpression": "cron(0 17 * * ? *)"}}});
    stage.peer.script(&json!({"service": "events", "operation": "ListRules", "patch": night}));
    let jobs = named(&stage, "jobs", "city-poc");
    let daily = jobs.iter().find(|job| job["name"] == "city-poc-daily").expect("the daily job");
    assert_eq!((&daily["asleep"]["who"], &daily["mistaken"]), (&json!(["city-poc-db"]), &json!(false)), "{daily:#}");
    let said = stage.run(&["schedule", "preview", "city-poc"]);
    assert!(said.out.contains("! rule city-poc-daily runs task city-poc-batch at "), "{}", said.out);
    assert!(said.out.contains(", while city-poc-db is asleep"), "{}", said.out);
}
