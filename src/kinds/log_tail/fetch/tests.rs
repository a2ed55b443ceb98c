//! The ends of log streams read from mocked answers: one page from the end, what is missing, denied, throttled or empty.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::get_log_events::{GetLogEventsError, GetLogEventsOutput};
use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use aws_smithy_mocks::{Rule, mock};
use aws_smithy_types::error::ErrorMetadata;

use super::*;
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, parts, scope};
use crate::world::World;

const PART: &str = "/ecs/app:app/app/0123";

async fn tails(rules: &[&Rule], coverage: &Coverage) -> Reading<LogTail> {
    let aws = Clients { logs: mocked!(aws_sdk_cloudwatchlogs, rules.iter().copied()), ..Clients::silent() };
    let (scope, world) = (scope(), World::default());
    read(ask(&aws, &scope, &world, coverage)).await.expect("a harvest")
}

fn refusal(code: &'static str) -> Rule {
    mock!(Client::get_log_events).then_error(move || {
        GetLogEventsError::generic(ErrorMetadata::builder().code(code).message("not this one").build())
    })
}

fn event(at: i64, message: &str) -> OutputLogEvent {
    OutputLogEvent::builder().timestamp(at).message(message).build()
}

#[tokio::test]
async fn the_last_page_is_read_and_no_other_with_secrets_masked() {
    let last = mock!(Client::get_log_events)
        .match_requests(|input| {
            let named = (input.log_group_name(), input.log_stream_name());
            named == (Some("/ecs/app"), Some("app/app/0123"))
                && (input.start_from_head(), input.limit(), input.next_token()) == (Some(false), Some(50), None)
        })
        .then_output(|| {
            GetLogEventsOutput::builder()
                .events(event(1000, "starting"))
                .events(event(2000, "DB_PASSWORD=hunter2"))
                .events(OutputLogEvent::builder().timestamp(3000).build())
                .next_backward_token("b/older")
                .build()
        });
    let reading = tails(&[&last], &parts(&[PART])).await;
    let [(part, Ok(found))] = reading.parts.as_slice() else { panic!("{:?}", reading.parts) };
    assert_eq!((&**part, found.len(), found[0].key.as_str(), last.num_calls()), (PART, 1, PART, 1));
    let lines = &found[0].lines;
    assert_eq!(lines.len(), 2, "a line without words is none: {lines:?}");
    assert_eq!((lines[0].at, lines[0].message.as_str()), (Timestamp::from_second(1).ok(), "starting"));
    assert!(lines[1].message.starts_with("DB_PASSWORD") && !lines[1].message.contains("hunter2"), "{lines:?}");
}

/// Answers `lines` with `older` as the token of the page before, where `token` is asked for.
fn page(token: Option<&'static str>, lines: &'static [&'static str], older: &'static str) -> Rule {
    mock!(Client::get_log_events).match_requests(move |input| input.next_token() == token).then_output(move || {
        let events = lines.iter().map(|message| event(1000, message)).collect();
        GetLogEventsOutput::builder().set_events(Some(events)).next_backward_token(older).build()
    })
}

#[tokio::test]
async fn an_empty_page_is_not_the_end_and_a_token_that_comes_twice_is() {
    let pages = [page(None, &[], "b/1"), page(Some("b/1"), &[], "b/2"), page(Some("b/2"), &["last words"], "b/3")];
    let reading = tails(&pages.each_ref(), &parts(&[PART])).await;
    let lines = reading.parts[0].1.as_ref().map(|found| found[0].lines[0].message.as_str());
    assert_eq!((lines, pages.each_ref().map(Rule::num_calls)), (Ok("last words"), [1, 1, 1]));

    let pages = [page(None, &[], "b/1"), page(Some("b/1"), &[], "b/1")];
    let reading = tails(&pages.each_ref(), &parts(&[PART])).await;
    assert_eq!(reading.parts[0].1.as_ref().map(|found| found[0].lines.len()), Ok(0));
    assert_eq!(pages.each_ref().map(Rule::num_calls), [1, 1]);
}

#[tokio::test]
async fn looking_for_the_last_line_ends_after_a_few_pages() {
    let endless = mock!(Client::get_log_events).match_requests(|_| true).then_compute_output(|input| {
        let token = format!("{}+", input.next_token().unwrap_or_default());
        GetLogEventsOutput::builder().next_backward_token(token).build()
    });
    let reading = tails(&[&endless], &parts(&[PART])).await;
    assert_eq!(reading.parts[0].1.as_ref().map(|found| found[0].lines.len()), Ok(0));
    assert_eq!(endless.num_calls(), PAGES);
}

#[tokio::test]
async fn a_stream_that_holds_nothing_is_an_empty_tail_and_one_that_never_was_is_none() {
    let empty = mock!(Client::get_log_events).then_output(|| GetLogEventsOutput::builder().build());
    let reading = tails(&[&empty], &parts(&[PART])).await;
    assert_eq!(reading.parts[0].1, Ok(vec![LogTail { key: PART.to_owned(), lines: Vec::new() }]));
    let reading = tails(&[&refusal("ResourceNotFoundException")], &parts(&[PART])).await;
    assert_eq!(reading.parts[0].1, Ok(Vec::new()));
    assert!(tails(&[], &Coverage::All).await.parts.iter().all(|(_, got)| got == &Ok(Vec::new())), "none is named");
}

#[tokio::test]
async fn a_denied_stream_stands_beside_one_that_may_be_read() {
    let open = mock!(Client::get_log_events)
        .match_requests(|input| input.log_group_name() == Some("/ecs/app"))
        .then_output(|| GetLogEventsOutput::builder().events(event(1000, "fine")).build());
    let reading =
        tails(&[&open, &refusal("AccessDeniedException")], &parts(&[PART, "/ecs/secret:s", "no-colon"])).await;
    let of = |part: &str| &reading.parts.iter().find(|(name, _)| **name == *part).expect("the part").1;
    assert_eq!(of(PART).as_ref().map(|found| found[0].lines.len()), Ok(1));
    let kind = |part: &str| of(part).as_ref().expect_err("a fault").kind;
    assert_eq!((kind("/ecs/secret:s"), kind("no-colon")), (FaultKind::Denied, FaultKind::Refused));
}

#[tokio::test]
async fn a_throttle_is_waited_out() {
    let body = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;
    let slow = mock!(Client::get_log_events)
        .sequence()
        .http_status(400, Some(body.to_owned()))
        .times(2)
        .output(|| GetLogEventsOutput::builder().events(event(1000, "at last")).build())
        .build();
    let reading = tails(&[&slow], &parts(&[PART])).await;
    let lines = reading.parts[0].1.as_ref().map(|found| found[0].lines.len());
    assert_eq!((lines, slow.num_calls()), (Ok(1), 3));
}
