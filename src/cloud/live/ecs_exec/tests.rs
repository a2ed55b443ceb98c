//! A session in a container whose answer is lost, or that is given up while ECS is asked for it.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use crate::cloud::live::testing::{Start, aws_here, next, sessions};
use crate::ssm::start_request::{SessionSource, StartRequest};

const TARGET: &str = "ecs:c_t_r";

fn ask() -> StartRequest {
    StartRequest::Exec {
        cluster: "c".to_owned(),
        task: "t".to_owned(),
        container: "web".to_owned(),
        command: "/bin/sh".to_owned(),
        target: TARGET.to_owned(),
    }
}

#[tokio::test]
async fn one_whose_answer_is_lost_is_not_asked_for_again_and_not_guessed_at() {
    let (address, heard) = aws_here(Start::Closes);
    let fault = sessions(address).open(&ask()).await.expect_err("no answer");
    assert!(fault.answer_lost, "{fault}");
    assert!(fault.message.contains("whether a session was opened is not known"), "{fault}");
    assert!(fault.message.contains("not to be told from it: s-0 by arn:aws:iam::1:user/kenji, s-1"), "{fault}");
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["executecommand", "describesessions"], "nobody's session is ended on a guess");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_given_up_is_ended_as_soon_as_it_is_answered() {
    let (release, told) = channel();
    let (address, heard) = aws_here(Start::Waits(Arc::new(Mutex::new(told))));
    let sessions = sessions(address);
    let notes = sessions.notes().clone();
    let started = tokio::spawn(async move { sessions.open(&ask()).await.map(|_| ()) });
    let heard = tokio::task::spawn_blocking(move || {
        assert_eq!(next(&heard), "executecommand");
        heard
    });
    let heard = heard.await.expect("it arrived");
    started.abort();
    release.send(()).expect("it waits");
    assert!(started.await.expect_err("it was given up").is_cancelled());
    let calls: Vec<String> = heard.try_iter().collect();
    assert_eq!(calls, ["terminatesession s-1"], "when the task is gone, so is the session");
    let [note] = &notes.all()[..] else { panic!("{notes:?}") };
    assert_eq!((note.target.as_str(), note.is_known), (TARGET, true));
    assert_eq!(note.message, "session s-1, which AWS had opened meanwhile, was ended");
}

#[tokio::test]
async fn one_that_is_answered_is_opened_and_left_alone() {
    let (release, told) = channel();
    release.send(()).expect("it is kept");
    let (address, heard) = aws_here(Start::Waits(Arc::new(Mutex::new(told))));
    let sessions = sessions(address);
    let opened = sessions.open(&ask()).await.expect("a session");
    assert_eq!((opened.id.as_str(), opened.target.as_str()), ("s-1", TARGET));
    assert!(opened.entrance.is_local, "the thread that asked heard who answered");
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["executecommand"]);
    assert_eq!(sessions.notes().all(), []);
}
