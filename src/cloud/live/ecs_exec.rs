//! `ecs:ExecuteCommand` takes no reason, tag or token by which its session could be found again. So the call is made on a
//! thread of its own, which goes on when nobody waits for the answer any more: what it opens then, it ends. Where AWS's
//! answer itself is lost, it is not known, and it is said what is active in the container.

use std::sync::mpsc;
use std::time::Duration;

use aws_sdk_ecs::operation::execute_command::ExecuteCommandOutput;
use aws_sdk_ecs::operation::execute_command::builders::ExecuteCommandInputBuilder;
use aws_sdk_ssm::types::Session;
use tokio::sync::oneshot;

use super::sessions::{Heard, Notes, Sessions};
use super::start_guard::active;
use crate::aws::clients::Clients;
use crate::aws::connect::http;
use crate::world::{Fault, FaultKind};

const EXECUTE: &str = "ecs:ExecuteCommand";
const TERMINATE: &str = "ssm:TerminateSession";
/// How long leaving may take for the answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// Before what is active is looked at: AWS may still be opening it.
const PAUSE: Duration = Duration::from_secs(2);
/// When ECS ends a session that nobody uses, as it documents.
const IDLE: &str = "one that nobody uses ends by itself after 20 minutes";

/// Opens a session in a container of `task`, whose agent names itself `target`.
///
/// # Errors
/// The fault of the call; where its answer is lost, with what is active there.
pub(super) async fn execute(
    sessions: &Sessions,
    input: ExecuteCommandInputBuilder,
    (task, target): (&str, &str),
    heard: &Heard,
) -> Result<ExecuteCommandOutput, Fault> {
    let aws = apart(sessions.clients())?;
    let ecs = aws_sdk_ecs::Client::from_conf(aws.ecs.config().to_builder().interceptor(heard.clone()).build());
    let ((tell, told), (working, over)) = (oneshot::channel(), mpsc::channel::<()>());
    let (notes, place, on) = (sessions.notes().clone(), target.to_owned(), task.to_owned());
    let own = aws.clone();
    let work = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(why) => return drop(tell.send(Err(Fault::new(FaultKind::Odd, EXECUTE, why.to_string())))),
        };
        runtime.block_on(async {
            let got = own.call(EXECUTE, Some(&on), input.send_with(&ecs)).await;
            // Nobody waits any more.
            if let Err(got) = tell.send(got) {
                given_up(&own, got, &place, &notes).await;
            }
        });
        drop(working);
    };
    let thread = std::thread::Builder::new().name("execute command".to_owned()).spawn(work);
    thread.map_err(|why| Fault::new(FaultKind::Odd, EXECUTE, format!("no thread can be had: {why}")))?;
    let mut waiting = Waiting { told: Some(told), over, aws: aws.clone(), target, notes: sessions.notes() };
    let Some(told) = &mut waiting.told else { return Err(Fault::new(FaultKind::Odd, EXECUTE, "nothing was sent")) };
    let got = told.await;
    waiting.told = None;
    match got {
        Ok(Err(fault)) if fault.answer_lost => {
            tokio::time::sleep(PAUSE).await;
            Err(unknown(fault, active(sessions.clients(), target).await))
        }
        Ok(got) => got,
        Err(_) => Err(Fault::new(FaultKind::Odd, EXECUTE, "the thread that asks AWS ended without an answer")),
    }
}

/// The same clients with connections of their own, for a thread of its own.
fn apart(aws: &Clients) -> Result<Clients, Fault> {
    let http = http()?;
    let ecs = aws.ecs.config().to_builder().http_client(http.clone()).build();
    let ssm = aws.ssm.config().to_builder().http_client(http).build();
    let (ecs, ssm) = (aws_sdk_ecs::Client::from_conf(ecs), aws_sdk_ssm::Client::from_conf(ssm));
    Ok(Clients { ecs, ssm, ..aws.clone() })
}

/// Whoever waits for the answer. Left before it came, it waits until the thread has ended what came of it.
struct Waiting<'a> {
    told: Option<oneshot::Receiver<Result<ExecuteCommandOutput, Fault>>>,
    /// Closed when the thread is over.
    over: mpsc::Receiver<()>,
    aws: Clients,
    target: &'a str,
    notes: &'a Notes,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(mut told) = self.told.take() else { return };
        told.close();
        if let Ok(got) = told.try_recv() {
            // It came in the very moment of leaving. Our own runtime may be going away.
            let (aws, target, notes) = (self.aws.clone(), self.target.to_owned(), self.notes.clone());
            let work = move || {
                if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                    runtime.block_on(given_up(&aws, got, &target, &notes));
                }
            };
            if let Ok(thread) = std::thread::Builder::new().name("end session".to_owned()).spawn(work) {
                let _ = thread.join();
            }
            return;
        }
        if self.over.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            let seconds = PATIENCE.as_secs();
            let message =
                format!("whether a session was opened is not known: ECS did not answer in {seconds} s; {IDLE}");
            self.notes.add(self.target, false, message);
        }
    }
}

/// Ends what was opened for nobody.
async fn given_up(aws: &Clients, got: Result<ExecuteCommandOutput, Fault>, target: &str, notes: &Notes) {
    let id = match got {
        Ok(answer) => answer.session.and_then(|session| session.session_id),
        Err(fault) if fault.answer_lost => {
            let message = format!("whether a session was opened is not known: {}; {IDLE}", fault.sentence());
            return notes.add(target, false, message);
        }
        Err(fault) => return notes.add(target, true, format!("no session was opened: {}", fault.sentence())),
    };
    let Some(id) = id else {
        return notes.add(target, false, format!("a session was opened, and AWS's answer does not name it; {IDLE}"));
    };
    match aws.call(TERMINATE, Some(&id), aws.ssm.terminate_session().session_id(&id).send()).await {
        Ok(_) => notes.add(target, true, format!("session {id}, which AWS had opened meanwhile, was ended")),
        Err(fault) => {
            let message = format!("session {id} was opened and could not be ended: {}; {IDLE}", fault.sentence());
            notes.add(target, false, message);
        }
    }
}

/// What is said of a call whose answer was lost.
fn unknown(fault: Fault, seen: Result<Vec<Session>, Fault>) -> Fault {
    let seen = match seen {
        Err(why) => format!("what is active in the container could not be looked at: {}", why.sentence()),
        Ok(all) if all.is_empty() => "no session is active in the container now".to_owned(),
        Ok(all) => {
            let each = all.iter().map(|one| {
                let by = one.owner().map(|owner| format!(" by {owner}")).unwrap_or_default();
                format!("{}{by}", one.session_id().unwrap_or("?"))
            });
            let each = each.collect::<Vec<_>>().join(", ");
            format!("active in the container now, and not to be told from it: {each}")
        }
    };
    let message = format!(
        "the answer was lost, and whether a session was opened is not known: ECS takes no mark to find it by; {seen}; \
         {IDLE} ({})",
        fault.message
    );
    let advice = "end one that is not wanted: aws ssm terminate-session --session-id ID";
    Fault { message, ..fault }.advise(advice)
}

#[cfg(test)]
mod tests;
