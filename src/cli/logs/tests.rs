//! `toban logs` over the simulated account: what is named, what is read, and how it ends. Lines themselves are the suite's.

use std::sync::Arc;

use super::*;
use crate::config::Settings;
use crate::demo::Demo;
use crate::engine::headless::View;

fn context() -> CommandContext {
    let view =
        View { configured_environments: crate::demo::configured_environments(), zone: crate::cli::testing::zone() };
    CommandContext { cloud: Arc::new(Demo::at(7, 0)), settings: Settings::default(), view, memory: None, paint: None }
}

async fn seen() -> Snapshot {
    read::once(&context()).await.expect("a picture")
}

#[tokio::test]
async fn an_environment_is_read_by_its_services_functions_and_databases() {
    let snapshot = seen().await;
    let (name, owners) = target(&snapshot, "prooflink-prod").expect("an environment");
    assert_eq!(name.as_str(), "prooflink-prod");
    let located = locate_all(&snapshot.world, &owners, &Wanted::default());
    let places: Vec<String> = located.sources.iter().map(|source| source.origin.place()).collect();
    assert!(places.contains(&"/ecs/prooflink-prod-app".to_owned()), "{places:?}");
    assert!(places.contains(&"/aws/rds/instance/prooflink-prod-db/postgresql".to_owned()), "{places:?}");
    let (_, one) = target(&snapshot, "prooflink-prod/db").expect("the database");
    assert_eq!(one.len(), 1);
    assert_eq!(target(&snapshot, "prooflink-prod/nobody").unwrap_err().exit, Exit::NotFound);
    assert_eq!(target(&snapshot, "nobody").unwrap_err().exit, Exit::NotFound);
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_before_anything_is_read() {
    let args = args::Logs { target: "prooflink-prod".to_owned(), since: "soon".to_owned(), ..args::Logs::default() };
    assert_eq!(run(&context(), &args).await.unwrap_err().exit, Exit::Usage);
    let until = Some("30m".to_owned());
    let args =
        args::Logs { since: "15m".to_owned(), until, target: "prooflink-prod".to_owned(), ..args::Logs::default() };
    assert_eq!(run(&context(), &args).await.unwrap_err().exit, Exit::Usage);
}

#[tokio::test]
async fn where_nothing_can_be_read_it_is_said_and_the_exit_code_too() {
    let args = args::Logs {
        target: "backend-dev".to_owned(),
        since: "15m".to_owned(),
        container: Some("app".to_owned()),
        ..args::Logs::default()
    };
    // Its lines go to a bucket; those of its databases have no container and stay.
    let snapshot = seen().await;
    let (_, owners) = target(&snapshot, &args.target).expect("an environment");
    let wanted = Wanted { task: None, container: args.container.clone() };
    let notes = locate_all(&snapshot.world, &owners, &wanted).notes;
    assert!(notes.iter().any(|note| note.contains("FireLens sends its lines to s3 backend-log-archive")), "{notes:?}");
}
