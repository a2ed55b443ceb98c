//! Whoever asks AWS for a session may get it without hearing of it: the answer is lost, or toban is ended while the call
//! is on its way. Each `ssm:StartSession` carries a mark of its own in its reason; here the session is looked for by it
//! and ended. Sessions that were answered are `ssm::terminate_guard`'s.

use std::time::Duration;

use aws_sdk_ssm::types::{Session, SessionFilter, SessionFilterKey, SessionState};

use super::sessions::{Heard, Sessions};
use crate::aws::clients::Clients;
use crate::aws::connect::http;
use crate::aws::{Paged, look_for, pages, text};
use crate::world::{Fault, FaultKind};

const DESCRIBE: &str = "ssm:DescribeSessions";
const TERMINATE: &str = "ssm:TerminateSession";
/// Before each look for a session whose call was given up: AWS may still be making it.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(1000), Duration::from_millis(2000)];
/// How long leaving may take for it.
const PATIENCE: Duration = Duration::from_secs(8);

/// Ends the session that is being started, unless its answer came.
#[derive(Debug)]
pub(super) struct StartGuard {
    sessions: Sessions,
    target: String,
    /// What AWS is told as the reason.
    pub(super) reason: String,
    /// Whether the call left.
    heard: Heard,
    armed: bool,
}

impl StartGuard {
    /// Watches over a session on `target` that is about to be asked for.
    pub(super) fn new(sessions: &Sessions, target: &str, reason: &str, heard: Heard) -> Self {
        Self { sessions: sessions.clone(), target: target.to_owned(), reason: reason.to_owned(), heard, armed: true }
    }

    /// The answer came, whatever it says.
    pub(super) fn answered(mut self) {
        self.armed = false;
    }

    /// After a call that ended in `fault`: what is to be said of it, the session found and ended if there is one.
    pub(super) async fn failed(mut self, fault: Fault) -> Fault {
        if !fault.answer_lost {
            self.armed = false;
            return fault;
        }
        let aws = self.sessions.clients();
        let what = format!("a session with the reason \"{}\"", self.reason);
        let id = look_for(aws, fault.clone(), &what, || find(aws, &self.target, &self.reason)).await;
        self.armed = false;
        let id = match id {
            Ok(id) => id,
            Err(unknown) => return unknown,
        };
        let ended = terminate(aws, &id).await;
        let (message, answer_lost) = match ended {
            Ok(()) => (format!("the answer was lost; found: session {id}, which was ended; nothing is open"), false),
            Err(why) => {
                (format!("the answer was lost; found: session {id} is open and could not be ended: {why}"), true)
            }
        };
        Fault { message: format!("{message} ({})", fault.message), answer_lost, ..fault }
    }
}

/// The active sessions on `target`, all pages of them: AWS may answer an empty page with more behind it.
pub(super) async fn active(aws: &Clients, target: &str) -> Result<Vec<Session>, Fault> {
    let filter = SessionFilter::builder().key(SessionFilterKey::TargetId).value(target).build();
    let filters = filter.ok().map(|filter| vec![filter]);
    let all = pages(DESCRIBE, Some(target), |token| {
        let request = aws.ssm.describe_sessions().state(SessionState::Active).max_results(200).set_next_token(token);
        // A filter that cannot be written finds no fewer.
        let request = request.set_filters(filters.clone());
        async move {
            let answer = aws.call(DESCRIBE, Some(target), request.send()).await?;
            Ok((answer.sessions.unwrap_or_default(), answer.next_token))
        }
    });
    let Paged { items, cut } = all.await?;
    // AWS chose them by the target; one that does not say its own is not left out.
    let is_here = |session: &Session| session.target().is_none_or(|its| its == target);
    // What was cut short may hold the one that is looked for.
    cut.map_or_else(|| Ok(items.into_iter().filter(is_here).collect()), Err)
}

/// The id of the active session on `target` whose reason is one that `ours` knows; `what` says which in words.
///
/// # Errors
/// They could not be read, or it is there without an id: it is open all the same.
pub(super) async fn by_reason(
    aws: &Clients,
    target: &str,
    what: &str,
    ours: impl Fn(&str) -> bool,
) -> Result<Option<String>, Fault> {
    let all = active(aws, target).await?;
    let mut found = all.iter().filter(|session| session.reason().is_some_and(&ours)).peekable();
    if found.peek().is_none() {
        return Ok(None);
    }
    let unnamed = || Fault::new(FaultKind::Garbled, DESCRIBE, format!("{what} is there without an id")).on(target);
    found.find_map(|session| text(session.session_id())).map(Some).ok_or_else(unnamed)
}

/// The id of the active session on `target` with that reason.
async fn find(aws: &Clients, target: &str, reason: &str) -> Result<Option<String>, Fault> {
    by_reason(aws, target, &format!("the session with the reason \"{reason}\""), |its| its == reason).await
}

async fn terminate(aws: &Clients, id: &str) -> Result<(), Fault> {
    aws.call(TERMINATE, Some(id), aws.ssm.terminate_session().session_id(id).send()).await.map(|_| ())
}

/// Looks for the session a few times, with connections of its own, and ends it; its id, if it was found.
async fn end_unanswered(aws: Clients, target: &str, reason: &str) -> Result<Option<String>, Fault> {
    let config = aws.ssm.config().to_builder().http_client(http()?).build();
    let aws = Clients { ssm: aws_sdk_ssm::Client::from_conf(config), ..aws };
    for pause in PAUSES {
        tokio::time::sleep(pause).await;
        if let Some(id) = find(&aws, target, reason).await? {
            terminate(&aws, &id).await?;
            return Ok(Some(id));
        }
    }
    Ok(None)
}

impl Drop for StartGuard {
    fn drop(&mut self) {
        if !self.armed || !self.heard.is_sent() {
            return;
        }
        // As in `terminate_guard`: the runtime we ran in may be going away, and the process with it.
        let (sessions, target, reason) = (self.sessions.clone(), self.target.clone(), self.reason.clone());
        let work = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            let looking = end_unanswered(sessions.clients().clone(), &target, &reason);
            // The timer needs the runtime, so that it begins inside.
            let found = runtime.block_on(async { tokio::time::timeout(PATIENCE, looking).await });
            let (is_known, message) = match found {
                Ok(Ok(Some(id))) => {
                    (true, format!("session {id}, which AWS had started meanwhile, was found and ended"))
                }
                Ok(Ok(None)) => {
                    (false, format!("no session with the reason \"{reason}\" was found so far; AWS may still start it"))
                }
                Ok(Err(fault)) => (false, format!("whether a session is left is not known: {}", fault.sentence())),
                Err(_) => (
                    false,
                    format!("whether a session is left is not known: none was found in {} s", PATIENCE.as_secs()),
                ),
            };
            sessions.notes().add(&target, is_known, message);
        };
        if let Ok(thread) = std::thread::Builder::new().name("end session".to_owned()).spawn(work) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
