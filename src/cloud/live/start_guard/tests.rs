//! A session whose answer never comes, against a Systems Manager on this machine that opens it all the same.

use rstest::rstest;

use crate::cloud::live::testing::{Start, aws_here, next, sessions};
use crate::ssm::start_request::{SessionSource, StartRequest};
use crate::world::FaultKind;

#[tokio::test]
async fn a_session_whose_answer_is_lost_is_started_once_found_and_ended() {
    let (address, heard) = aws_here(Start::Closes);
    let fault = sessions(address).open(&StartRequest::shell("i-1").because("a look")).await.expect_err("no answer");
    assert!(fault.message.contains("found: session s-1, which was ended"), "{fault}");
    assert!(!fault.answer_lost, "it is known what stands");
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["startsession", "describesessions", "terminatesession s-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_call_is_given_up_is_found_and_ended_before_we_leave() {
    let (address, heard) = aws_here(Start::Holds);
    let sessions = sessions(address);
    let notes = sessions.notes().clone();
    let started = tokio::spawn(async move { sessions.open(&StartRequest::shell("i-1")).await.map(|_| ()) });
    let heard = tokio::task::spawn_blocking(move || {
        assert_eq!(next(&heard), "startsession");
        heard
    });
    let heard = heard.await.expect("it arrived");
    started.abort();
    assert!(started.await.expect_err("it was given up").is_cancelled());
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["describesessions", "terminatesession s-1"], "when the task is gone, so is the session");
    let [note] = &notes.all()[..] else { panic!("{notes:?}") };
    assert!(
        note.is_known && note.target == "i-1" && note.message.starts_with("session s-1, which AWS had started"),
        "{note:?}"
    );
}

/// An answer that is whole and names no session is one of a session that was opened.
#[tokio::test]
async fn a_session_that_the_answer_does_not_name_is_found_and_ended() {
    let (address, heard) = aws_here(Start::Unnamed);
    let fault = sessions(address).open(&StartRequest::shell("i-1")).await.expect_err("no session");
    assert!(fault.message.contains("found: session s-1, which was ended; nothing is open"), "{fault}");
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["startsession", "describesessions", "terminatesession s-1"]);
}

#[tokio::test]
async fn a_session_that_cannot_be_entered_is_ended() {
    let (address, heard) = aws_here(Start::Closed);
    let fault = sessions(address).open(&StartRequest::shell("i-1")).await.expect_err("no way in");
    let said = "the answer names no way into session s-1, which was ended; nothing is open";
    assert!(fault.message.contains(said), "{fault}");
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["startsession", "terminatesession s-1"]);
}

/// A toban that was killed before AWS answered noted the mark alone. What stands there without its id is not gone.
#[rstest]
#[case::found(Start::Closes, Ok(Some("s-1")))]
#[case::not_there(Start::Listed { reason: false, id: true }, Ok(None))]
#[case::without_an_id(Start::Listed { reason: true, id: false }, Err(FaultKind::Garbled))]
#[tokio::test]
async fn a_session_that_was_left_is_found_by_its_mark(
    #[case] start: Start,
    #[case] expected: Result<Option<&str>, FaultKind>,
) {
    let (address, heard) = aws_here(start);
    let sessions = sessions(address);
    let (ask, mark) = StartRequest::shell("i-1").marked();
    let StartRequest::Start { reason, .. } = &ask else { panic!("{ask:?}") };
    let sent = sessions.clients().ssm.start_session().target("i-1").set_reason(reason.clone()).send();
    sent.await.expect_err("no answer");
    let got = sessions.active("i-1", None, mark.as_deref()).await;
    assert_eq!(got.as_ref().map(Option::as_deref).map_err(|fault| fault.kind), expected);
    assert_eq!(sessions.active("i-1", None, None).await, Ok(None), "there is nothing to find it by");
    drop(heard);
}
