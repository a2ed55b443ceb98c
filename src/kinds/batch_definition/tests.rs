//! How job definitions are read: the newest revision, without what their variables hold.

use super::{BatchDefinition, Definitions};
use crate::aws::{Clients, RestJson, Script};
use crate::kinds::Kind;
use crate::kinds::batch_queue::BatchQueue;
use crate::kinds::testing::{ask, know, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Arn, Coverage, World};

const LIST: &str = r#"{"jobDefinitions":[
  {"jobDefinitionName":"import","jobDefinitionArn":"arn:aws:batch:ap-northeast-1:1:job-definition/import:3","revision":3,"status":"ACTIVE"},
  {"jobDefinitionName":"import","jobDefinitionArn":"arn:aws:batch:ap-northeast-1:1:job-definition/import:4","revision":4,"status":"ACTIVE",
   "timeout":{"attemptDurationSeconds":3600},"parameters":{"key":"x"},"containerProperties":{"image":"repo:1",
   "environment":[{"name":"DATABASE_URL","value":"postgres://hunter2"}],
   "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/aws/batch/prooflink-dev"}}}}]}"#;

fn with_queue() -> World {
    let mut world = World::default();
    let queue = BatchQueue {
        arn: Arn::from("arn:aws:batch:ap-northeast-1:1:job-queue/q"),
        name: "q".to_owned(),
        state: None,
        status: None,
        reason: None,
        environments: Vec::new(),
        jobs: Vec::new(),
        more: false,
        tags: std::collections::BTreeMap::new(),
    };
    know(&mut world, vec![queue]);
    world
}

async fn read(script: &Script, known: &World) -> Vec<BatchDefinition> {
    let aws = Clients { batch: RestJson::by(script), ..Clients::silent() };
    let scope = scope();
    let reading = Definitions::read(ask(&aws, &scope, known, &Coverage::All)).await.expect("definitions");
    reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect()
}

#[tokio::test]
async fn the_newest_revision_is_kept_without_the_values_of_its_variables() {
    let script = Script::new([(200, LIST)]);
    let all = read(&script, &with_queue()).await;
    let [one] = &all[..] else { panic!("{all:?}") };
    assert_eq!(
        (one.revision, one.timeout, one.log_group.as_deref()),
        (4, Some(3_600), Some("/aws/batch/prooflink-dev"))
    );
    assert_eq!((&one.parameters[..], &one.variables[..]), (&["key".to_owned()][..], &["DATABASE_URL".to_owned()][..]));
    assert!(!serde_json::to_string(one).expect("a document").contains("hunter2"));
    Shelves::default().seen(true, |cx| {
        assert_eq!(Definitions::rows(one, cx).len(), 1);
        assert_eq!(Definitions::to_json(one, cx).expect("an object")["kind"], "batch");
        assert_eq!(Definitions::detail(one, cx).len(), 2);
    });
    assert!(Definitions::web(one, &scope()).is_some());
}

#[tokio::test]
async fn where_there_is_no_queue_nothing_is_asked() {
    let script = Script::new([]);
    let mut known = World::default();
    know(&mut known, Vec::<BatchQueue>::new());
    assert_eq!(read(&script, &known).await, []);
    assert!(script.sent().is_empty());
}
