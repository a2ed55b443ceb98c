//! The matters that the documents of the five systems name, each with the line that tells it: in `status --json`, as a finding
//! or in a list. Built through the AWS API, read by the real client; what the peer cannot come to by itself is scripted.
#![expect(clippy::expect_used, reason = "a test without its answer has nothing to say")]

use serde_json::{Value, json};

use crate::support::peer::{ACCOUNT, PROD_ROLE, Peer, REGION};
use crate::support::said::said;

/// Two sources, as the municipal system has them.
fn config(peer: &Peer) -> std::path::PathBuf {
    let path = peer.home().join("config.toml");
    let text = format!(
        "[[source]]\nregions = [\"{REGION}\"]\n\n[[source]]\nrole_arn = \"{PROD_ROLE}\"\nregions = [\"{REGION}\"]\n"
    );
    std::fs::write(&path, text).expect("a config file");
    path
}

fn run(peer: &Peer, arguments: &[&str]) -> Value {
    let mut toban = peer.toban();
    let said = said(toban.env("TZ", "Asia/Tokyo").arg("--config").arg(config(peer)).args(arguments));
    serde_json::from_str(&said.out)
        .map_err(|fault| format!("{fault}\n{}\n{}", said.out, said.err))
        .expect("one document")
}

fn environment<'s>(status: &'s Value, name: &str) -> &'s Value {
    let all = status["environments"].as_array().expect("environments");
    all.iter().find(|one| one["name"] == name).ok_or_else(|| format!("no {name}: {status:#}")).expect("the environment")
}

fn item<'s>(environment: &'s Value, list: &str, key: &str, name: &str) -> &'s Value {
    let all = environment[list].as_array().ok_or_else(|| format!("no {list}: {environment:#}")).expect("the list");
    all.iter().find(|one| one[key] == name).ok_or_else(|| format!("no {name}: {all:#?}")).expect("the item")
}

fn tells(environment: &Value, part: &str) {
    let why = environment["why"].as_array().expect("reasons");
    assert!(
        why.iter().any(|line| line.as_str().is_some_and(|line| line.contains(part))),
        "{part:?} is not in {why:#?}"
    );
}

#[test]
fn each_system_tells_what_its_document_names() {
    let peer = Peer::with(&[]);
    peer.script(&json!([
        {"service": "batch", "operation": "ListJobs", "match": {"jobQueue": "prooflink-dev"}, "answer": {"jobSummaryList": [
            {"jobId": "1", "jobName": "import", "createdAt": 1_795_230_000_000_i64, "status": "RUNNABLE",
             "jobDefinition": format!("arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/prooflink-dev-user-import:1")}]}},
        {"service": "batch", "operation": "ListJobs", "match": {"jobQueue": "prooflink-prod"}, "answer": {"jobSummaryList": [
            {"jobId": "2", "jobName": "import", "createdAt": 1_795_230_000_000_i64, "startedAt": 1_795_230_010_000_i64,
             "stoppedAt": 1_795_230_100_000_i64, "status": "SUCCEEDED",
             "jobDefinition": format!("arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/prooflink-prod-user-import:1")}]}},
        {"service": "acm", "operation": "DescribeCertificate",
         "patch": {"Certificate": {"NotAfter": "+20d", "RenewalSummary": {"RenewalStatus": "PENDING_VALIDATION", "DomainValidationOptions": [], "UpdatedAt": "now"}}},
         "account": ACCOUNT},
    ]));
    let status = run(&peer, &["status", "--json"]);
    assert_eq!(status["unassigned"], json!([]), "everything has its place");

    let dev = environment(&status, "prooflink-dev");
    tells(dev, "was 22:00 in Asia/Tokyo meant?");
    tells(dev, "job queue prooflink-dev-job-queue has 1 job that cannot start");
    assert_eq!(item(dev, "queues", "name", "prooflink-dev-job-queue")["waiting"], 1);
    assert_eq!(item(dev, "jobs", "name", "prooflink-dev-user-import")["last"]["state"], "pending");
    let prod = environment(&status, "prooflink-prod");
    assert_eq!(item(prod, "jobs", "name", "prooflink-prod-user-import")["last"]["state"], "succeeded");
    assert_eq!(item(prod, "certificates", "domain", "prooflink.example.jp")["renewal"], "pending_validation");
    tells(prod, "its renewal waits for the DNS record of prooflink.example.jp");
    assert_eq!(item(prod, "backups", "database", "prooflink-prod-db")["retention_days"], 7);

    let backend = environment(&status, "backend-dev");
    tells(backend, "amazon/aws-for-fluent-bit:stable comes from outside AWS");

    let poc = environment(&status, "city-poc");
    tells(poc, "covers ap-northeast-1a alone");
    let daily = item(environment(&status, "city-prod"), "jobs", "name", "city-prod-daily");
    assert_eq!((daily["local"].as_str(), daily["work"].as_str()), (Some("11:00"), Some("task")));
    tells(poc, "was 02:00 in Asia/Tokyo meant?");

    let kajimaru = environment(&status, "kajimaru");
    tells(kajimaru, "subnet 06-private has no way to the internet");
    tells(kajimaru, "one NAT gateway serves 2 zones");
    tells(kajimaru, "serves the internet by HTTP alone");

    let cats = environment(&status, "cat-data-v23");
    tells(cats, "3 functions run on python3.9");
    assert_eq!(item(cats, "apis", "name", "cat-data-v23-api")["stages"][0]["burst"], 200);
    assert_eq!(item(cats, "user_pools", "name", "cat-data-v23-users")["triggers"][0]["name"], "PostConfirmation");
    tells(environment(&status, "city-prod"), "web ACL city-prod-waf: japan-only only counts and blocks nothing");
    assert_eq!(item(backend, "stacks", "name", "ComputeStack-dev")["status"], "update_complete");
    assert_eq!(item(cats, "distributions", "name", "cats.example.jp")["status"], "deployed");
}

#[test]
fn jobs_are_listed_over_all_environments_and_in_the_readers_time() {
    let peer = Peer::with(&["city", "prooflink"]);
    let jobs = run(&peer, &["jobs", "--json"]);
    let of = |environment: &str| -> Vec<&str> {
        let all = jobs["jobs"].as_array().expect("jobs").iter().filter(|job| job["environment"] == environment);
        all.filter_map(|job| job["name"].as_str()).collect()
    };
    assert_eq!(of("city-prod"), ["city-prod-daily", "city-prod-monthly"]);
    assert_eq!(of("prooflink-dev"), ["prooflink-dev-user-import"]);
    let one = run(&peer, &["jobs", "city-poc", "--json"]);
    assert!(one["jobs"].as_array().expect("jobs").iter().all(|job| job["environment"] == "city-poc"), "{one:#}");
}

/// What may not be read costs its own list alone, and changes nothing else.
#[test]
fn what_is_denied_is_one_quiet_line() {
    let peer = Peer::with(&["city"]);
    let before = run(&peer, &["status", "--json"]);
    let denied = |service: &str, operation: &str| json!({"service": service, "operation": operation, "error": {"code": "AccessDeniedException", "message": "no", "status": 400}});
    peer.script(&json!([
        denied("batch", "DescribeJobQueues"),
        denied("states", "ListStateMachines"),
        denied("acm", "ListCertificates"),
        denied("cloudfront", "ListDistributions"),
        denied("sns", "ListTopics"),
        denied("apigateway", "GetRestApis"),
        denied("cognito-idp", "ListUserPools"),
        denied("wafv2", "ListWebACLs"),
        denied("route53", "ListHostedZones"),
        denied("cloudformation", "DescribeStacks"),
        denied("logs", "DescribeLogGroups"),
        denied("ec2", "DescribeSubnets"),
        denied("rds", "DescribeDBSnapshots"),
        denied("rds", "DescribeDBSubnetGroups"),
    ]));
    let after = run(&peer, &["status", "--json"]);
    for (one, other) in
        before["environments"].as_array().expect("some").iter().zip(after["environments"].as_array().expect("some"))
    {
        assert_eq!((&one["name"], &one["health"]), (&other["name"], &other["health"]), "{other:#}");
    }
}

#[test]
fn a_job_is_run_by_hand_and_watched_to_its_end() {
    let peer = Peer::with(&["prooflink"]);
    let definition = format!("arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/prooflink-dev-user-import:1");
    let job = |status: &str| {
        json!({"jobId": "9f1c", "jobName": "import", "createdAt": 1_795_230_000_000_i64, "startedAt": 1_795_230_010_000_i64,
            "stoppedAt": 1_795_230_100_000_i64, "status": status, "jobDefinition": definition, "container": {"exitCode": 1}})
    };
    peer.script(&json!([
        {"service": "batch", "operation": "SubmitJob", "answer": {"jobId": "9f1c", "jobName": "import"}},
        {"service": "batch", "operation": "ListJobs", "match": {"jobQueue": "prooflink-dev"}, "times": 1, "answer": {"jobSummaryList": []}},
        {"service": "batch", "operation": "ListJobs", "match": {"jobQueue": "prooflink-dev"}, "answer": {"jobSummaryList": [job("FAILED")]}},
    ]));
    let mut toban = peer.toban();
    let said = said(toban.args([
        "job",
        "run",
        "prooflink-dev/prooflink-dev-user-import",
        "--queue",
        "prooflink-dev-job-queue",
        "--set",
        "IMPORT_FILE_KEY=in/users 1.csv",
        "--yes",
    ]));
    assert_eq!(said.code, Some(6), "{}\n{}", said.out, said.err);
    assert!(said.err.contains("9f1c failed after 1 min: its container ended with exit code 1"), "{}", said.err);
    let calls = peer.calls();
    let sent = calls.iter().filter(|call| call["operation"] == "SubmitJob").collect::<Vec<_>>();
    assert_eq!(sent.len(), 1, "{sent:#?}");
    let sent = sent.first().expect("it was submitted");
    assert_eq!(
        sent["params"]["containerOverrides"]["environment"],
        json!([{"name": "IMPORT_FILE_KEY", "value": "in/users 1.csv"}])
    );
}
