//! A session whose answer never comes, against a Systems Manager on this machine that opens it all the same.

use crate::cloud::live::testing::{Start, aws_here, next, sessions};
use crate::ssm::start_request::{SessionSource, StartRequest};

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
