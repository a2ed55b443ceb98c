//! The history of a simulated service, and two of its deployments compared, as the command prints them.

use std::sync::Arc;

use super::*;
use crate::cloud::Cloud;
use crate::config::Settings;
use crate::demo::Demo;
use crate::engine::headless::{View, picture};

#[tokio::test]
async fn who_made_each_is_in_the_list_and_where_nobody_may_tell_that_is_said_once() {
    let (context, mut snapshot, environment, id) = read().await;
    let service = snapshot.world.get::<Service>(&id).expect("it").clone();
    assert!(read_who(&context, &mut snapshot, (&service, &id)).await.is_empty());
    let shown = Shown { environment, id, service: &service, snapshot: &snapshot, context: &context };
    let document = shown.document();
    let newest = &document["deployments"][0];
    let who = newest["deployed_by"].as_str().unwrap_or_else(|| panic!("nobody: {document}"));
    assert!(who.starts_with("arn:aws:"), "{newest}");
    let table = shown.table();
    assert!(table.lines().next().is_some_and(|line| line.contains("BY")) && table.contains(who), "{table}");
}

async fn read() -> (CommandContext, Snapshot, EnvironmentName, ResourceId) {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").expect("a zone");
    let view = View { configured_environments: crate::demo::configured_environments(), zone };
    let mut snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo can be read");
    let context = CommandContext { cloud, settings: Settings::default(), view, memory: None, paint: None };
    let (environment, id) =
        change::target(&snapshot, "city-prod/backend", &["services"], "service").expect("the service");
    let environment = environment.name.clone();
    let reads = [ReadRequest::part(&id.scope, ServiceDeployment::KIND, &id.key)];
    assert!(change::consult(&context, &mut snapshot, &reads).await.is_empty());
    (context, snapshot, environment, id)
}

fn args(sides: &[&str]) -> args::Deployments {
    let sides = sides.iter().map(|side| (*side).to_owned()).collect();
    args::Deployments { target: "city-prod/backend".to_owned(), sides, json: false }
}

#[tokio::test]
async fn the_deployments_that_aws_keeps_are_listed_newest_first() {
    let (context, snapshot, environment, id) = read().await;
    let service = snapshot.world.get::<Service>(&id).expect("it");
    let shown = Shown { environment, id: id.clone(), service, snapshot: &snapshot, context: &context };
    let document = shown.document();
    let all = document["deployments"].as_array().expect("a list");
    assert!(all.len() >= 2, "{document}");
    assert!(all[0]["created_at"].as_str() > all[1]["created_at"].as_str(), "{document}");
    let digest = all[0]["images"][0]["digest"].as_str().expect("a digest");
    assert!(digest.starts_with("sha256:") && all[1]["status"] == "successful", "{document}");
    let table = shown.table();
    assert!(table.starts_with("DEPLOYMENT") && table.lines().count() == all.len() + 1, "{table}");
}

#[tokio::test]
async fn one_named_alone_is_compared_with_what_runs_and_a_wrong_one_is_named() {
    let (context, snapshot, environment, id) = read().await;
    let service = snapshot.world.get::<Service>(&id).expect("it").clone();
    let newest = deployments(&service, &snapshot.world, &id.scope)[0].clone();
    let [old, new] = sides(&args(&[deployment_id(&newest)]), &service, &snapshot, &id).expect("two sides");
    let found = compare(old, new);
    assert!(found.differences.iter().any(|one| one.what.starts_with("image of ")), "{found:?}");
    let shown = Shown { environment, id: id.clone(), service: &service, snapshot: &snapshot, context: &context };
    let text = shown.text(&old, &new, &found);
    assert!(text.contains("BEFORE") && text.contains("image of ") && text.contains("values of variables"), "{text}");
    let failure = sides(&args(&["99999"]), &service, &snapshot, &id).expect_err("there is no such revision");
    assert_eq!(failure.exit, Exit::NotFound);
    assert!(failure.message.contains("no revision and no deployment"), "{}", failure.message);
}
