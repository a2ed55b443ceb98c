//! The simulation's lines: the same for the same second, pages that go on, the sick ones in trouble.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::kinds::catalog::kind;
use crate::kinds::log_page::{EventsRequest, LogPage, LogRequest, Streams};
use crate::world::{Fault, FaultKind, Resource, Scope, World};

fn request(cloud: &Demo, group: &str, seconds: i64) -> LogRequest {
    LogRequest::Events(EventsRequest {
        group: group.to_owned(),
        streams: Streams::All,
        from: cloud.now().as_millisecond() - seconds * 1_000,
        to: None,
        pattern: None,
        token: None,
    })
}

async fn page(cloud: &Demo, request: &LogRequest) -> Result<LogPage, Fault> {
    let scope = Scope::new("demo", "ap-northeast-1");
    let want = request.in_scope(&scope);
    let reading = cloud.read(kind(LogPage::KIND).unwrap(), &scope, &want.coverage, &World::default()).await?;
    match reading.faults().next() {
        Some(fault) => Err(fault.clone()),
        None => Ok(reading.items::<LogPage>().next().expect("a page").clone()),
    }
}

#[tokio::test]
async fn lines_are_the_same_however_often_they_are_read_and_pages_go_on() {
    let cloud = Demo::at(7, 0);
    let mut asked = request(&cloud, "/ecs/prooflink-prod-app", 3_600);
    let first = page(&cloud, &asked).await.expect("a page");
    assert_eq!(page(&cloud, &asked).await.expect("a page"), first);
    let mut ids: BTreeSet<u64> = first.events.iter().map(|event| event.id).collect();
    let mut count = first.events.len();
    let mut next = first.next;
    while let Some(token) = next {
        let LogRequest::Events(events) = &mut asked else { panic!("events") };
        events.token = Some(token);
        let more = page(&cloud, &asked).await.expect("a page");
        count += more.events.len();
        ids.extend(more.events.iter().map(|event| event.id));
        next = more.next;
    }
    assert!(count > 3_000, "{count} lines an hour of four tasks");
    assert_eq!(ids.len(), count, "no line twice");
}

#[tokio::test]
async fn a_sick_task_writes_what_ails_it_and_no_secret_is_told() {
    let cloud = Demo::at(7, 0);
    let found = page(&cloud, &request(&cloud, "/ecs/prooflink-prod-app", 600)).await.expect("a page");
    assert!(found.events.iter().all(|event| !event.message.contains("hunter2")));
    let says = |part: &str| found.events.iter().any(|event| event.message.contains(part));
    assert!(says("heap is") && says(" 502 after") && says("JavaScript heap out of memory"), "{found:?}");
    let streams: BTreeSet<Arc<str>> = found.events.iter().map(|event| Arc::clone(&event.stream)).collect();
    assert!(streams.len() > 4 && streams.iter().all(|stream| stream.starts_with("ecs/prooflink-app/")), "{streams:?}");
}

#[tokio::test]
async fn functions_databases_and_files_have_lines_and_unknown_groups_do_not_exist() {
    let cloud = Demo::at(7, 0);
    for group in ["/aws/lambda/cat-data-v23-api", "/aws/rds/instance/prooflink-prod-db/postgresql"] {
        assert!(!page(&cloud, &request(&cloud, group, 900)).await.expect("a page").events.is_empty(), "{group}");
    }
    let asleep = page(&cloud, &request(&cloud, "/ecs/prooflink-dev-app", 900)).await.expect("a page");
    assert_eq!(asleep.events, [], "who sleeps writes nothing");
    let gone = page(&cloud, &request(&cloud, "/ecs/nobody", 900)).await.expect_err("no group");
    assert_eq!(gone.kind, FaultKind::Gone);
    let files = LogRequest::Files { instance: "prooflink-prod-db".to_owned(), since: 0 };
    assert_eq!(page(&cloud, &files).await.expect("files").files.len(), 1);
}
