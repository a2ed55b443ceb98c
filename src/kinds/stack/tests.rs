//! How stacks are read and judged.

use rstest::rstest;

use super::{Stack, Stacks};
use crate::aws::{Clients, Query, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, Fault, FaultKind, Health, World};

const STACKS: &str = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member>\
<StackId>arn:aws:cloudformation:ap-northeast-1:1:stack/ComputeStack-dev/0</StackId><StackName>ComputeStack-dev</StackName>\
<StackStatus>UPDATE_ROLLBACK_FAILED</StackStatus><StackStatusReason>The following resource(s) failed to update: [Service].</StackStatusReason>\
<CreationTime>2026-11-01T00:00:00Z</CreationTime><DriftInformation><StackDriftStatus>NOT_CHECKED</StackDriftStatus></DriftInformation>\
<Parameters><member><ParameterKey>Password</ParameterKey><ParameterValue>hunter2</ParameterValue></member></Parameters>\
<Tags><member><Key>Project</Key><Value>backend</Value></member></Tags></member></Stacks></DescribeStacksResult></DescribeStacksResponse>";

async fn read(script: &Script) -> Result<Vec<Stack>, Fault> {
    let aws = Clients { stacks: Query::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = Stacks::read(ask(&aws, &scope, &known, &Coverage::All)).await?;
    Ok(reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect())
}

#[tokio::test]
async fn a_stack_is_read_without_its_parameters() {
    let all = read(&Script::new([(200, STACKS)])).await.expect("stacks");
    let [one] = &all[..] else { panic!("{all:?}") };
    assert!(!serde_json::to_string(one).expect("a document").contains("hunter2"));
    let subject = Stacks::subject(one, &scope()).expect("a subject");
    assert_eq!(subject.tags.get("aws:cloudformation:stack-name").map(String::as_str), Some("ComputeStack-dev"));
    Shelves::default().seen(true, |cx| {
        let told = Stacks::assess(one, cx).expect("an assessment");
        assert!(told.health == Health::Worrying && told.why.is_some_and(|why| why.contains("failed to update")));
        assert_eq!(Stacks::rows(one, cx)[0].cells.len(), Stacks::SHOWN.expect("shown").columns.len());
        assert_eq!(Stacks::to_json(one, cx).expect("an object")["status"], "update_rollback_failed");
        assert_eq!(Stacks::detail(one, cx).len(), 1);
    });
    assert!(Stacks::web(one, &scope()).is_some());
}

#[tokio::test]
async fn none_is_none_and_a_denial_is_told() {
    let none =
        "<DescribeStacksResponse><DescribeStacksResult><Stacks/></DescribeStacksResult></DescribeStacksResponse>";
    assert_eq!(read(&Script::new([(200, none)])).await, Ok(Vec::new()));
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    assert_eq!(read(&Script::new([(403, denied)])).await.expect_err("a denial").kind, FaultKind::Denied);
}

#[rstest]
#[case("CREATE_COMPLETE", Health::Well)]
#[case("UPDATE_IN_PROGRESS", Health::Changing)]
#[case("ROLLBACK_COMPLETE", Health::Worrying)]
#[case("UPDATE_ROLLBACK_COMPLETE", Health::Well)]
#[case("DELETE_FAILED", Health::Worrying)]
#[tokio::test]
async fn statuses(#[case] status: &str, #[case] health: Health) {
    let one = read(&Script::new([(200, STACKS)])).await.expect("stacks").remove(0);
    let one = Stack { status: status.to_owned(), ..one };
    assert_eq!(Shelves::default().seen(true, |cx| Stacks::assess(&one, cx)).expect("an assessment").health, health);
}
