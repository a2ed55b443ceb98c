//! Sessions for both faces: opened between their two lines in the journal, which tell who, where, why, the session's
//! id and how it ended; tokens never. Touches the outside through `Cloud` and the journal writer only.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::execute::{JournalWriter, entry_id};
use super::journal::Line;
use super::left_sessions::OpenNote;
use super::read_requests::{Answer, read_one};
use crate::change::plan::{ChangeRequest, Plan};
use crate::cloud::Cloud;
use crate::ssm::channel::{End, Session};
use crate::ssm::plugin::Plugged;
use crate::ssm::preflight;
use crate::ssm::start_request::{Abandoned, StartRequest};
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Fault, FaultKind, ResourceId, World};

/// A session to be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRequest {
    /// What the journal says of it.
    pub plan: Plan,
    /// What AWS is asked for.
    pub ask: StartRequest,
    /// Why, in the person's words.
    pub reason: Option<String>,
}

impl SessionRequest {
    /// A session to do `what` (`open a shell in`) at `place`, on the resource `on`.
    #[must_use]
    pub fn new(what: &str, place: &str, environment: EnvironmentName, on: ResourceId, ask: StartRequest) -> Self {
        let target = match &ask {
            StartRequest::Start { target, document: None, .. } => target.clone(),
            StartRequest::Start { target, document: Some(document), .. } => format!("{target} with {document}"),
            StartRequest::Exec { task, container, .. } => format!("{task}, container {container}"),
        };
        let calls = vec![format!("{} on {target}", ask.operation())];
        Self { plan: Plan::new(format!("{what} {place}"), environment, on, calls), ask, reason: None }
    }

    /// The same, for a reason that AWS is told too, where it can be.
    #[must_use]
    pub fn because(mut self, reason: Option<String>) -> Self {
        if let Some(why) = &reason {
            self.ask = self.ask.because(why);
        }
        self.reason = reason;
        self
    }
}

/// A session that was opened, and its line in the journal.
#[derive(Debug)]
pub struct Visiting {
    /// The session.
    pub session: Session,
    /// What is written when it ends.
    pub record: Record,
}

/// A line in the journal that waits for its end.
#[derive(Clone, Debug)]
pub struct Record {
    entry: String,
    /// The session's id.
    pub id: String,
    journal_writer: JournalWriter,
    /// Says as long as it lives that the session is open here.
    _open: Arc<Option<OpenNote>>,
}

impl Record {
    fn new(entry: String, id: &str, journal_writer: &JournalWriter, mut open: Option<OpenNote>) -> Self {
        if let Some(open) = &mut open {
            open.answered(id);
        }
        Self { entry, id: id.to_owned(), journal_writer: journal_writer.clone(), _open: Arc::new(open) }
    }

    /// Writes how it ended.
    pub async fn close(&self, cloud: &dyn Cloud, end: &End) {
        self.journal_writer.close(&Line::left(&self.entry, cloud.now(), &self.id, end)).await;
    }
}

/// Opens a session. What cannot be journaled is not opened.
///
/// # Errors
/// The fault of the journal or of opening.
pub async fn open_session(
    cloud: &dyn Cloud,
    session_request: &SessionRequest,
    journal_writer: &JournalWriter,
) -> Result<Visiting, Fault> {
    let entry = begin(cloud, session_request, journal_writer).await?;
    let (ask, open) = note(cloud, session_request, journal_writer);
    let begun = Begun { entry: Some(entry), cloud, session_request, journal_writer, before: cloud.abandoned().len() };
    let got = cloud.converse(&session_request.plan.scope, &ask).await;
    let entry = begun.answered();
    match got {
        Ok(session) => {
            let record = Record::new(entry, &session.id, journal_writer, open);
            Ok(Visiting { session, record })
        }
        Err(fault) => {
            journal_writer.close(&Line::ended(&entry, cloud.now(), &Err(fault.clone()))).await;
            Err(fault)
        }
    }
}

/// What became of a session on `target` that was given up, if it is known of; `before` so many were known of then.
#[must_use]
pub fn abandoned(cloud: &dyn Cloud, target: &str, before: usize) -> Option<Abandoned> {
    cloud.abandoned().into_iter().skip(before).rfind(|one| one.target == target)
}

/// An entry whose session AWS was asked for. Given up before the answer, it is closed with what became of it: whatever asks
/// for the session is dropped before this.
struct Begun<'a> {
    entry: Option<String>,
    cloud: &'a dyn Cloud,
    session_request: &'a SessionRequest,
    journal_writer: &'a JournalWriter,
    before: usize,
}

impl Begun<'_> {
    fn answered(mut self) -> String {
        self.entry.take().unwrap_or_default()
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        let became = abandoned(self.cloud, self.session_request.ask.target(), self.before);
        let message = became.as_ref().map_or("nothing was sent yet", |one| one.message.as_str());
        let fault =
            Fault::new(FaultKind::Odd, self.session_request.ask.operation(), format!("it was given up; {message}"));
        let fault = Fault { answer_lost: became.is_some_and(|one| !one.is_known), ..fault };
        let line = Line::ended(&entry, self.cloud.now(), &Err(fault));
        // There may be no runtime any more.
        if let (Some(path), Ok(text)) = (&self.journal_writer.path, line.encode())
            && let Err(why) = crate::os::append_line(path, &text)
        {
            tracing::error!(%why, "the end of a session could not be journaled");
        }
    }
}

/// The same for the plugin.
///
/// # Errors
/// As [`session_request`].
pub async fn start_plugin_session(
    cloud: &dyn Cloud,
    session_request: &SessionRequest,
    journal_writer: &JournalWriter,
) -> Result<(Plugged, Record), Fault> {
    let entry = begin(cloud, session_request, journal_writer).await?;
    let (ask, open) = note(cloud, session_request, journal_writer);
    let begun = Begun { entry: Some(entry), cloud, session_request, journal_writer, before: cloud.abandoned().len() };
    let got = cloud.start_plugin_session(&session_request.plan.scope, &ask).await;
    let entry = begun.answered();
    match got {
        Ok(plugged) => {
            let record = Record::new(entry, &plugged.id, journal_writer, open);
            Ok((plugged, record))
        }
        Err(fault) => {
            journal_writer.close(&Line::ended(&entry, cloud.now(), &Err(fault.clone()))).await;
            Err(fault)
        }
    }
}

/// What AWS is asked for, with a mark, and a note of it for whoever comes after a toban that was killed.
fn note(
    cloud: &dyn Cloud,
    session_request: &SessionRequest,
    journal_writer: &JournalWriter,
) -> (StartRequest, Option<OpenNote>) {
    let (ask, mark) = session_request.ask.clone().marked();
    let open =
        OpenNote::write(journal_writer.path.as_deref(), &session_request.plan, (ask.target(), mark), cloud.now());
    (ask, open)
}

/// Writes that a session is about to be opened; the id of its entry.
async fn begin(
    cloud: &dyn Cloud,
    session_request: &SessionRequest,
    journal_writer: &JournalWriter,
) -> Result<String, Fault> {
    let entry = entry_id(cloud);
    let opening = Line::started(
        &entry,
        cloud.now(),
        &session_request.plan,
        journal_writer.who.as_ref(),
        session_request.reason.as_deref(),
    )
    .doing(&ChangeRequest { verb: "connect", on: session_request.plan.on.clone(), arguments: Vec::new() });
    journal_writer.write(&opening).await?;
    Ok(entry)
}

/// How long a person waits for what a checklist takes before a session is tried without.
pub const IN_PASSING: Duration = Duration::from_secs(3);

/// Reads `wants` side by side, each for no longer than `patience`.
pub async fn foresee(cloud: &dyn Cloud, wants: Vec<ReadRequest>, known: &World, patience: Duration) -> Vec<Answer> {
    let readings = wants.into_iter().map(|want| async move {
        let got = timeout(patience, read_one(cloud, &want, known)).await;
        let late = || Fault::new(FaultKind::Timeout, want.kind.0, "no answer in time");
        let got = got.unwrap_or_else(|_| Err(late()));
        (want, got)
    });
    join_all(readings).await
}

/// What to do about a session that could not be opened.
#[must_use]
pub fn remedy(fault: &Fault, session_request: &SessionRequest) -> String {
    let known = preflight::remedy(fault.code.as_deref(), &fault.message);
    known.map_or_else(|| fault.remedy(&session_request.plan.scope), str::to_owned)
}

/// How a session ended, and in a second line what to do about it where that is known.
#[must_use]
pub fn parting(end: &End) -> String {
    let known = match end {
        End::Lost(fault) => preflight::remedy(fault.code.as_deref(), &fault.message),
        End::Closed(_) | End::Left | End::Broken(_) => None,
    };
    match known {
        Some(remedy) => format!("{}\n  {remedy}", end.sentence()),
        None => end.sentence(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Demo;
    use crate::world::{KindName, Scope};

    #[tokio::test]
    async fn a_session_stands_in_the_journal_with_its_id_and_its_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("journal.jsonl");
        let demo = Demo::at(7, 0);
        let on = ResourceId {
            kind: KindName("managed-node"),
            scope: Scope::new("demo", "ap-northeast-1"),
            key: "i-1".into(),
        };
        let asked =
            SessionRequest::new("open a shell on", "instance i-1", "kajimaru".into(), on, StartRequest::shell("i-1"))
                .because(Some("disk full?".to_owned()));
        let journal_writer = JournalWriter { path: Some(path.clone()), who: None };
        let visiting = open_session(&demo, &asked, &journal_writer).await.expect("a session");
        let end = visiting.session.channel.end().await;
        visiting.record.close(&demo, &end).await;
        let (entries, _) = crate::engine::journal::read(&std::fs::read_to_string(path).expect("the journal"));
        assert_eq!(entries[0].message, "open a shell on instance i-1");
        assert_eq!(entries[0].reason.as_deref(), Some("disk full?"));
        assert_eq!(entries[0].calls, ["ssm:StartSession on i-1"]);
        assert!(entries[0].facts["session"].starts_with("demo-"), "{:?}", entries[0].facts);
        assert_eq!(entries[0].done, Some(true));
    }
}
