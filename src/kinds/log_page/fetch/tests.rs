//! Pages of lines read from mocked answers: tokens, ids, masks, hostile lines, and files of databases.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::{FilterLogEventsError, FilterLogEventsOutput};
use aws_sdk_rds::operation::describe_db_log_files::DescribeDbLogFilesOutput;
use aws_sdk_rds::operation::download_db_log_file_portion::DownloadDbLogFilePortionOutput;
use aws_sdk_rds::types::DescribeDbLogFilesDetails;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{FaultKind, World};

fn of_group() -> EventsRequest {
    EventsRequest {
        group: "/ecs/app".to_owned(),
        streams: Streams::Prefix("ecs/app/".to_owned()),
        from: 1_000,
        to: Some(9_000),
        pattern: Some("ERROR".to_owned()),
        token: None,
    }
}

async fn page(aws: &Clients, request: &LogRequest) -> Result<LogPage, Fault> {
    let (scope, world) = (scope(), World::default());
    let coverage = parts(&[&request.part(), "arn:aws:ecs:r:1:service/c/other"]);
    let mut reading = read(ask(aws, &scope, &world, &coverage)).await.expect("a reading");
    assert_eq!(reading.parts.len(), 1, "parts of other kinds are nobody's question");
    reading.parts.remove(0).1.map(|mut pages| pages.remove(0))
}

fn logs(rules: &[&Rule]) -> Clients {
    Clients { logs: mocked!(aws_sdk_cloudwatchlogs, rules.iter().copied()), ..Clients::silent() }
}

fn event(id: &str, at: i64, message: &str) -> FilteredLogEvent {
    let event = FilteredLogEvent::builder().event_id(id).timestamp(at).ingestion_time(at + 400);
    event.log_stream_name("ecs/app/0123").message(message).build()
}

#[tokio::test]
async fn a_page_of_a_group_is_asked_for_as_it_was_meant_and_masked() {
    let rule = mock!(Client::filter_log_events)
        .match_requests(|input| {
            let of = (input.log_group_name(), input.log_stream_name_prefix(), input.filter_pattern());
            of == (Some("/ecs/app"), Some("ecs/app/"), Some("ERROR"))
                && (input.start_time(), input.end_time(), input.next_token()) == (Some(1_000), Some(9_000), None)
        })
        .then_output(|| {
            FilterLogEventsOutput::builder()
                .events(event("a", 2_000, "password=hunter2 rejected\n"))
                .events(event("b", 2_000, "password=hunter2 rejected"))
                .events(FilteredLogEvent::builder().event_id("c").message("without a time").build())
                .next_token("f/2")
                .build()
        });
    let got = page(&logs(&[&rule]), &LogRequest::Events(of_group())).await.expect("a page");
    assert_eq!((got.events.len(), got.next.as_deref(), got.more), (2, Some("f/2"), true));
    let [first, second] = got.events.as_slice() else { panic!("{got:?}") };
    assert_ne!(first.id, second.id, "two events that say the same at the same time are two");
    assert_eq!((first.at, first.ingested, &*first.stream), (2_000, Some(2_400), "ecs/app/0123"));
    assert!(!first.message.contains("hunter2") && first.message.ends_with("rejected"), "{first:?}");
}

#[tokio::test]
async fn the_same_token_again_ends_the_pages() {
    let rule =
        mock!(Client::filter_log_events).then_output(|| FilterLogEventsOutput::builder().next_token("f").build());
    let request = EventsRequest { token: Some("f".to_owned()), ..of_group() };
    let got = page(&logs(&[&rule]), &LogRequest::Events(request)).await.expect("a page");
    assert_eq!((got.next, got.more), (None, false));
}

#[tokio::test]
async fn hostile_lines_come_whole() {
    let long = "x".repeat(256 * 1024);
    let sent = long.clone();
    let rule = mock!(Client::filter_log_events).then_output(move || {
        let odd = "\u{1b}[31m\u{202e}\0\u{fffd}binary";
        FilterLogEventsOutput::builder().events(event("a", 1, &sent)).events(event("b", 1, odd)).build()
    });
    let got = page(&logs(&[&rule]), &LogRequest::Events(of_group())).await.expect("a page");
    assert_eq!(got.events[0].message, long);
    assert_eq!(got.events[1].message, "\u{1b}[31m\u{202e}\0\u{fffd}binary", "the view makes it harmless");
}

#[rstest::rstest]
#[case("ResourceNotFoundException", FaultKind::Gone)]
#[case("AccessDeniedException", FaultKind::Denied)]
#[case("ThrottlingException", FaultKind::Throttled)]
#[tokio::test]
async fn a_group_that_cannot_be_read_says_why(#[case] code: &'static str, #[case] kind: FaultKind) {
    let rule = mock!(Client::filter_log_events)
        .then_error(move || FilterLogEventsError::generic(ErrorMetadata::builder().code(code).message("no").build()));
    let fault = page(&logs(&[&rule]), &LogRequest::Events(of_group())).await.expect_err("a fault");
    assert_eq!((fault.kind, fault.on.as_deref()), (kind, Some("/ecs/app")));
}

#[tokio::test]
async fn files_of_an_instance_and_the_lines_of_one() {
    let listed = mock!(aws_sdk_rds::Client::describe_db_log_files)
        .match_requests(|input| {
            (input.db_instance_identifier(), input.file_last_written()) == (Some("app-db"), Some(5_000))
        })
        .then_output(|| {
            let file =
                |name: &str| DescribeDbLogFilesDetails::builder().log_file_name(name).last_written(6_000).size(7);
            DescribeDbLogFilesOutput::builder().describe_db_log_files(file("error/postgresql.log").build()).build()
        });
    let portion = mock!(aws_sdk_rds::Client::download_db_log_file_portion)
        .match_requests(|input| (input.log_file_name(), input.marker()) == (Some("error/postgresql.log"), Some("12:1")))
        .then_output(|| {
            let data = "\tcontinued\n2026-11-30 14:00:01 UTC::@:[7]:ERROR:  deadlock\n\tDETAIL: two\n\n";
            DownloadDbLogFilePortionOutput::builder()
                .log_file_data(data)
                .marker("12:90")
                .additional_data_pending(true)
                .build()
        });
    let aws = Clients { rds: mocked!(aws_sdk_rds, [&listed, &portion]), ..Clients::silent() };
    let request = LogRequest::Files { instance: "app-db".to_owned(), since: 5_000 };
    let files = page(&aws, &request).await.expect("files").files;
    assert_eq!(files, [DbLogFile { name: "error/postgresql.log".to_owned(), written: 6_000, size: 7 }]);
    let (instance, file) = ("app-db".to_owned(), "error/postgresql.log".to_owned());
    let request = FileRequest { instance, file, marker: Some("12:1".to_owned()), at: 77 };
    let got = page(&aws, &LogRequest::File(request)).await.expect("lines");
    let second = "2026-11-30T14:00:01Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let times: Vec<i64> = got.events.iter().map(|event| event.at).collect();
    assert_eq!((times, got.next.as_deref(), got.more), (vec![77, second, second], Some("12:90"), true));
}
