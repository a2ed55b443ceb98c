//! Every verb by command: on each of the systems against the peer, and in the demo.

use rstest::rstest;
use serde_json::Value;

use super::{at, context, demo, demo_at, journal, sent};
use crate::support::peer::{ACCOUNT, PROD_ACCOUNT, REGION, shared};

/// A service to deploy: its address, the family of its task definition, the container whose image moves, the end of
/// that image, and the containers beside it.
#[derive(Clone, Copy)]
struct Deployed {
    system: &'static str,
    address: &'static str,
    family: &'static str,
    container: &'static str,
    image: &'static str,
    beside: &'static [&'static str],
    secret: &'static str,
    /// What says yes to it.
    yes: &'static [&'static str],
}

const PROOFLINK: Deployed = Deployed {
    system: "prooflink",
    address: "prooflink-dev/service",
    family: "prooflink-dev-task",
    container: "prooflink-app",
    image: "prooflink-dev-app:v2",
    beside: &[],
    secret: "postgresql://",
    yes: &["--yes"],
};

const CDK: Deployed = Deployed {
    system: "backend",
    address: "backend-dev/service",
    family: "ComputeStackdevBackendTaskDef0A1B2C3D",
    container: "app",
    image: "/backend:v2",
    beside: &["log-router"],
    secret: "tok_live_dev",
    yes: &["--yes"],
};

const FRONTEND: Deployed = Deployed {
    system: "city",
    address: "city-poc/frontend",
    family: "city-poc-frontend",
    container: "frontend",
    image: "city-poc-frontend:v2",
    beside: &[],
    secret: "p@ssw0rd",
    yes: &["--yes"],
};

const BACKEND: Deployed = Deployed {
    address: "city-poc/backend",
    family: "city-poc-backend",
    container: "backend",
    image: "city-poc-backend:v2",
    ..FRONTEND
};

/// Production in an account of its own, which an assumed role leads to.
const PRODUCTION: Deployed = Deployed {
    address: "city-prod/backend",
    family: "city-prod-backend",
    image: "city-prod-backend:v2",
    yes: &["--confirm", "city-prod"],
    ..BACKEND
};

#[rstest]
#[case::prooflink(PROOFLINK)]
#[case::cdk_with_a_log_router(CDK)]
#[case::municipal_frontend(FRONTEND)]
#[case::municipal_backend(BACKEND)]
#[case::municipal_production_by_a_role(PRODUCTION)]
fn a_service_is_deployed_rolled_back_and_scaled(#[case] service: Deployed) {
    let peer = context(&[service.system]);
    let deploy = |more: &[&str], code| at(&peer, &[&["deploy", service.address], service.yes, more].concat(), code);
    let plan = at(&peer, &["deploy", service.address, "--force", "--dry-run", "--json"], 0);
    let plan: Value = serde_json::from_str(&plan.out).expect("a plan");
    let account = if service.address.starts_with("city-prod") { PROD_ACCOUNT } else { ACCOUNT };
    assert_eq!((&plan["account"], &plan["plan"]["scope"]["region"]), (&account.into(), &REGION.into()), "{plan}");
    assert_eq!(plan["protected"], service.yes[0] == "--confirm");
    assert!(plan["plan"]["calls"][0].as_str().is_some_and(|call| call.starts_with("ecs:UpdateService")), "{plan}");
    assert!(sent(&peer, "UpdateService").is_empty(), "a dry run changes nothing");
    at(&peer, &["--read-only", "deploy", service.address, "--force", "--yes"], 3);
    assert!(sent(&peer, "UpdateService").is_empty(), "read-only changes nothing");

    let forced = deploy(&["--force"], 0);
    assert!(forced.out.contains("all its new tasks are there"), "{}", forced.out);
    assert_eq!(sent(&peer, "UpdateService")[0]["forceNewDeployment"], true);

    peer.forget_calls();
    let tagged = deploy(&["--tag", "v2", "--json"], 0);
    let tagged: Value = serde_json::from_str(&tagged.out).expect("a document");
    assert_eq!(tagged["outcome"], "done");
    assert!(!tagged.to_string().contains(service.secret), "values of variables stay where they are");
    let registered = &sent(&peer, "RegisterTaskDefinition").pop().expect("a revision");
    assert_eq!(registered["family"], service.family);
    let containers = registered["containerDefinitions"].as_array().expect("containers");
    assert_eq!(containers.len(), 1 + service.beside.len(), "{registered}");
    let of = |name: &str| containers.iter().find(|one| one["name"] == name).expect("the container");
    let moved = of(service.container);
    assert!(moved["image"].as_str().is_some_and(|image| image.ends_with(service.image)), "{moved}");
    assert!(moved["environment"].as_array().is_some_and(|all| !all.is_empty()), "{moved}");
    for name in service.beside {
        assert_eq!(of(name)["image"], "amazon/aws-for-fluent-bit:stable", "only one image moves");
        assert_eq!(of(name)["firelensConfiguration"]["type"], "fluentbit", "nothing of it is lost");
    }

    // What is so already is done: nothing is sent, and it is said.
    peer.forget_calls();
    let same = deploy(&["--tag", "v2"], 0);
    assert!(same.out.contains("is on that image already") && same.out.contains("nothing was changed"), "{}", same.out);
    let same = deploy(&["--revision", "2", "--json"], 0);
    let same: Value = serde_json::from_str(&same.out).expect("a document");
    assert_eq!((&same["outcome"], &same["request_ids"]), (&"done".into(), &Value::Array(Vec::new())), "{same}");
    deploy(&["--revision", "99"], 1);
    assert!(sent(&peer, "UpdateService").is_empty() && sent(&peer, "RegisterTaskDefinition").is_empty());
    let back = deploy(&["--rollback"], 0);
    assert!(back.out.contains(&format!("back to {}:", service.family)), "{}", back.out);
    let went = |to: &str| {
        let call = sent(&peer, "UpdateService").pop().expect("a call");
        let ends = call["taskDefinition"].as_str().is_some_and(|it| it.ends_with(&format!("{}:{to}", service.family)));
        assert!(ends, "{call}");
    };
    went("1");
    deploy(&["--revision", "2"], 0);
    went("2");
    at(&peer, &[&["scale", service.address, "3"], service.yes].concat(), 0);
    assert_eq!(sent(&peer, "UpdateService").pop().expect("a call")["desiredCount"], 3);
    peer.forget_calls();
    let same = at(&peer, &[&["scale", service.address, "3"], service.yes].concat(), 0);
    assert!(same.out.contains("3 tasks already") && sent(&peer, "UpdateService").is_empty(), "{}", same.out);
}

#[test]
fn production_is_deployed_to_in_its_own_account() {
    let peer = context(&["city"]);
    let plan = at(&peer, &["deploy", "city-prod/frontend", "--force", "--dry-run"], 0);
    assert!(plan.out.contains(&format!("account {PROD_ACCOUNT}")), "{}", plan.out);
    at(&peer, &["deploy", "city-prod/frontend", "--force", "--yes"], 3);
    at(&peer, &["deploy", "city-prod/frontend", "--force", "--confirm", "city-prod"], 0);
    let calls: Vec<_> = peer.calls().into_iter().filter(|call| call["operation"] == "UpdateService").collect();
    assert_eq!(calls.len(), 1, "what was refused was not sent");
    assert_eq!(calls[0]["account"], PROD_ACCOUNT);
    let entries = journal(&peer);
    assert!(entries.iter().any(|line| line.to_string().contains(PROD_ACCOUNT)), "{entries:?}");
}

#[test]
fn what_is_protected_is_not_deployed_by_yes_alone() {
    at(shared(), &["deploy", "prooflink-prod/service", "--force", "--yes"], 3);
}

#[test]
fn a_function_is_shifted_and_instances_are_planned_in_the_demo() {
    let api = ["deploy", "cat-data/cat-data-v23-api", "--s3", "s3://cat-data-code/api-8.zip"];
    let with = |more: &[&str]| demo(&[&api, more].concat());
    let plan = with(&["--dry-run", "--json", "--weight", "10"]);
    let document: Value = serde_json::from_str(&plan.out).expect("one document");
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    let message = document["plan"]["says"].as_str().expect("a sentence");
    assert!(message.contains("shift live to it, 10 % first"), "{message}");
    assert_eq!(with(&["--yes"]).code, Some(3), "a protected environment wants its name");
    assert_eq!(with(&["--container", "web"]).code, Some(2));
    let done = with(&["--confirm", "cat-data-v23"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("all calls of live go to version 8"), "{}", done.out);

    let bare =
        demo(&["deploy", "cat-data/cat-data-v23-aggregate", "--s3", "s3://b-1/x.zip", "--weight", "10", "--dry-run"]);
    assert!(bare.code == Some(1) && bare.err.contains("has no alias"), "{}", bare.err);

    let plan = demo(&["deploy", "kajimaru/kajimaru-TG", "--reference", "--dry-run"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
    assert!(plan.out.contains("deploy main to 2 instances of kajimaru-TG, one at a time"), "{}", plan.out);
    let back = demo(&["deploy", "kajimaru/kajimaru-TG", "--rollback", "--confirm", "kajimaru"]);
    assert!(back.code == Some(1) && back.err.contains("names no commit that ran before"), "{}", back.err);
    let odd = demo(&["deploy", "kajimaru/kajimaru-TG", "--reference", "main;reboot", "--dry-run"]);
    assert!(odd.code == Some(1) && odd.err.contains("main;reboot"), "{}", odd.err);
}

#[test]
fn instances_that_do_not_serve_go_back_and_the_exit_code_says_so() {
    let deploy = ["deploy", "kajimaru/kajimaru-TG", "--confirm", "kajimaru", "--reference"];
    let done = demo(&[&deploy[..], &["main"]].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("2 instances run"), "{}", done.out);
    let broken = demo(&[&deploy[..], &["feature/broken"]].concat());
    assert_eq!(broken.code, Some(6), "{}", broken.err);
    assert!(broken.err.contains("answers 500") && broken.err.contains("and serves"), "{}", broken.err);
}

const KAJIMARU: [&str; 4] = ["deploy", "kajimaru/kajimaru-TG", "--confirm", "kajimaru"];

#[test]
fn instances_are_deployed_rolled_back_and_migrated() {
    let peer = context(&["kajimaru"]);
    let deploy = |more: &[&str], code| at(&peer, &[&KAJIMARU, more].concat(), code);
    let plan = at(&peer, &["deploy", "kajimaru/kajimaru-TG", "--reference", "--dry-run"], 0);
    assert!(plan.out.contains("deploy main to 2 instances of kajimaru-TG, one at a time"), "{}", plan.out);
    at(&peer, &["deploy", "kajimaru/kajimaru-TG", "--reference", "--yes"], 3);
    assert!(sent(&peer, "SendCommand").is_empty(), "what was refused was not sent");

    let done = deploy(&["--reference", "main"], 0);
    assert!(done.out.contains("2 instances run"), "{}", done.out);
    let order: Vec<String> = peer
        .calls()
        .iter()
        .map(|call| call["operation"].as_str().unwrap_or_default().to_owned())
        .filter(|operation| ["DeregisterTargets", "SendCommand", "RegisterTargets"].contains(&operation.as_str()))
        .collect();
    let each = ["DeregisterTargets", "SendCommand", "SendCommand", "RegisterTargets"];
    assert_eq!(order, [&["SendCommand"][..], &each, &each].concat(), "survey, then one after the other");

    let back = deploy(&["--rollback"], 0);
    assert!(back.out.contains("2 instances run"), "{}", back.out);
    peer.forget_calls();
    let migrated = deploy(&["--migrate"], 0);
    assert!(migrated.out.contains("the migration ran to its end"), "{}", migrated.out);
    assert!(sent(&peer, "DeregisterTargets").is_empty(), "a migration takes nothing out");

    let lock = "suzuki/2099-01-01T00:00:00Z";
    let tags = serde_json::json!({ "TagDescriptions": { "[*]": { "Tags": { "[+]": { "Key": "toban:lock", "Value": lock } } } } });
    peer.script(&serde_json::json!({ "service": "elasticloadbalancing", "operation": "DescribeTags", "patch": tags }));
    let held = deploy(&["--reference", "main"], 1);
    assert!(held.err.contains("nothing was changed: suzuki is deploying there"), "{}", held.err);
}

const API: [&str; 4] = ["deploy", "cat-data-v23/cat-data-v23-api", "--confirm", "cat-data-v23"];

#[test]
fn a_function_is_updated_published_shifted_and_shifted_back() {
    let peer = context(&["cat-data-v23"]);
    let deploy = |more: &[&str], code| at(&peer, &[&API, more].concat(), code);
    let code = ["--s3", "s3://cat-data-v23/api.zip", "--alias", "live"];
    at(&peer, &["deploy", API[1], code[0], code[1], "--yes"], 3);
    assert!(sent(&peer, "UpdateFunctionCode").is_empty(), "what was refused was not sent");
    let done = deploy(&code, 0);
    assert!(done.out.contains("all calls of live go to version 2"), "{}", done.out);
    assert_eq!(sent(&peer, "UpdateFunctionCode")[0]["Publish"], false);
    assert_eq!(sent(&peer, "UpdateAlias")[0]["FunctionVersion"], "2");
    let back = deploy(&["--rollback"], 0);
    assert!(back.out.contains("all calls of live go to version 1"), "{}", back.out);
    let entries = journal(&peer).len();
    assert!(entries >= 2 * (1 + 3) + 2 * (1 + 1), "each deployment and each of its calls begins and ends: {entries}");
}

#[test]
fn a_share_is_watched_and_one_that_fails_is_taken_back_in_the_demo() {
    let deploy = ["deploy", API[1], "--confirm", "cat-data-v23", "--weight", "10", "--s3"];
    let with = |key: &str| demo(&[&deploy[..], &[key]].concat());
    let done = with("s3://cat-data-code/api-8.zip");
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("all calls of live go to version 8; version 8 failed 0 of"), "{}", done.out);
    let broken = with("s3://cat-data-code/broken.zip");
    assert_eq!(broken.code, Some(6), "{}", broken.out);
    assert!(broken.err.contains("all calls of live go to version 7 again"), "{}", broken.err);
    let back = demo(&["deploy", API[1], "--confirm", "cat-data-v23", "--rollback"]);
    assert!(back.code == Some(0) && back.out.contains("go to version 6"), "{}{}", back.out, back.err);
}

#[test]
fn instances_are_migrated_in_the_demo() {
    let done = demo(&[&KAJIMARU[..], &["--migrate"]].concat());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("the migration ran to its end"), "{}", done.out);
}

/// Each verb on each of the demo's services.
#[rstest]
#[case::prooflink("prooflink-prod/service", &["--confirm", "prooflink-prod"])]
#[case::cdk("backend-prod/BackendService", &["--confirm", "backend-prod"])]
#[case::municipal_frontend("city-poc/Frontend", &["--yes"])]
#[case::municipal_backend("city-poc/Backend", &["--yes"])]
fn every_verb_of_a_service_works_in_the_demo(#[case] address: &str, #[case] yes: &[&str]) {
    let run = |verb: &[&str]| demo(&[verb, yes].concat());
    // Each run is a simulation of its own: the revision before the one it begins on is always there.
    let plan = demo(&["deploy", address, "--force", "--dry-run"]);
    let on = plan.out.split_once(", on ").map_or("", |(_, on)| on.split_whitespace().next().unwrap_or_default());
    let number: Option<u32> = on.rsplit(':').next().and_then(|number| number.parse().ok());
    let before = (number.unwrap_or_else(|| panic!("no revision: {}", plan.out)) - 1).to_string();
    for verb in [&["--force"][..], &["--tag", "v2"], &["--rollback"], &["--revision", &before]] {
        let done = run(&[&["deploy", address], verb].concat());
        assert_eq!(done.code, Some(0), "{verb:?}: {}{}", done.out, done.err);
        let there = format!(":{before}, all its new tasks are there");
        assert!(verb[0] != "--revision" || done.out.contains(&there), "{}", done.out);
    }
    let broken = run(&["deploy", address, "--tag", "v2-broken"]);
    assert_eq!(broken.code, Some(6), "{}{}", broken.out, broken.err);
    assert!(broken.err.contains("was rolled back") && broken.err.contains("a task failed"), "{}", broken.err);
    let scaled = run(&["scale", address, "3"]);
    assert!(scaled.code == Some(0) && scaled.out.contains("runs 3 tasks"), "{}{}", scaled.out, scaled.err);
}

const WEB: &str = "shop-staging/shop-staging-web";

#[test]
fn a_pause_is_shown_and_answered_by_command_and_the_rest_is_watched_line_by_line() {
    // At its own speed: the account lives on while its state is read.
    let status = demo_at("1", &["status", "shop-staging", "--json"]);
    let document: Value = serde_json::from_str(&status.out).expect("a document");
    let services = document["environments"][0]["services"].as_array().expect("services").clone();
    let of = |name: &str| services.iter().find(|one| one["name"] == name).expect("the service")["delivery"].clone();
    let (web, api) = (of("shop-staging-web"), of("shop-staging-api"));
    assert_eq!((&web["strategy"], &web["stage"]), (&"blue_green".into(), &"post_test_traffic_shift".into()), "{web}");
    assert_eq!(web["awaiting"]["then"], "rollback", "{web}");
    assert_eq!((&api["strategy"], &api["weight"]["new"]), (&"canary".into(), &10.into()), "{api}");
    let plan = demo(&["deploy", WEB, "--continue", "--dry-run"]);
    assert!(plan.out.contains("ecs:ContinueServiceDeployment"), "{}{}", plan.out, plan.err);
    assert!(plan.out.contains("waits for you until") && plan.out.contains("then rolls back"), "{}", plan.out);
    let done = demo(&["deploy", WEB, "--continue", "--yes", "--confirm", "shop-staging"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(done.out.contains("runs shop-staging-web:41"), "{}", done.out);
    let bakes = done.err.lines().filter(|line| line.starts_with("toban: ") && line.contains("bakes: 100 % on new"));
    assert!(bakes.count() > 0, "without a terminal progress is lines: {}", done.err);
}

#[test]
fn a_reject_and_a_stop_go_back_and_what_does_not_wait_is_not_answered() {
    let back = demo(&["deploy", WEB, "--reject", "--yes", "--confirm", "shop-staging"]);
    assert_eq!(back.code, Some(0), "{}{}", back.out, back.err);
    assert!(back.out.contains("is back on shop-staging-web:40"), "{}", back.out);
    let stopped =
        demo(&["deploy", "shop-staging/shop-staging-api", "--rollback", "--yes", "--confirm", "shop-staging"]);
    assert_eq!(stopped.code, Some(0), "{}{}", stopped.out, stopped.err);
    let none = demo(&["deploy", "shop-staging/shop-staging-api", "--continue", "--yes", "--confirm", "shop-staging"]);
    assert_eq!(none.code, Some(1), "{}{}", none.out, none.err);
    assert!(none.err.contains("no deployment of shop-staging-api waits for an answer"), "{}", none.err);
}

#[test]
fn a_limit_ends_a_wait_with_what_is_still_waited_for() {
    let arguments = ["deploy", WEB, "--force", "--yes", "--confirm", "shop-staging", "--timeout", "10m"];
    let late = demo(&arguments);
    assert_eq!(late.code, Some(6), "{}{}", late.out, late.err);
    assert!(late.err.contains("not over after 10 min, still waiting: shop-staging-web:4"), "{}", late.err);
    let odd = demo(&["deploy", WEB, "--force", "--timeout", "soon"]);
    assert!(odd.code == Some(2) && odd.err.contains("`soon` is no duration"), "{}", odd.err);
}

#[test]
fn several_services_are_one_release_and_one_that_fails_stops_the_rest() {
    let both = ["city-poc/Frontend", "city-poc/Backend"];
    let release = |more: &[&str]| demo(&[&["deploy"], &both[..], more].concat());
    let plan = release(&["--tag", "v2", "--dry-run"]);
    assert!(plan.out.contains("release city-poc/Frontend, city-poc/Backend, one after the other"), "{}", plan.out);
    assert!(plan.out.contains("· city-poc/Backend: ecs:RegisterTaskDefinition"), "{}", plan.out);
    let done = release(&["--tag", "v2", "--yes", "--confirm", "city-poc"]);
    assert_eq!(done.code, Some(0), "{}{}", done.out, done.err);
    assert!(
        done.out.contains("city-poc/Frontend: Frontend runs") && done.out.contains("; city-poc/Backend: Backend runs")
    );
    let broken = release(&["--tag", "v2-broken", "--yes", "--confirm", "city-poc"]);
    assert_eq!(broken.code, Some(6), "{}{}", broken.out, broken.err);
    assert!(broken.err.contains("not begun: city-poc/Backend"), "{}", broken.err);
    let odd = demo(&["deploy", both[0], both[0], "--force"]);
    assert!(odd.code == Some(2) && odd.err.contains("is named twice"), "{}", odd.err);
    let apart = demo(&["deploy", both[0], WEB, "--force"]);
    assert!(apart.code == Some(2) && apart.err.contains("stays inside one environment"), "{}", apart.err);
}
