//! Sessions that a toban left open because it was killed. While one is open, a file in the state directory says where, and
//! a lock beside it is held by the process that has it. A file whose lock nobody holds is of a dead process: AWS is asked
//! whether its session is still there. Touches the outside through `Cloud`, the journal and `os` only.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::execute::{JournalWriter, entry_id};
use super::journal::{DEMO_FILE, Line};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::kinds::catalog::KINDS;
use crate::os;
use crate::world::{EnvironmentName, Fault, ResourceId, Scope};

/// What is noted of a session while it is open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Noted {
    at: Timestamp,
    environment: String,
    /// What it is for, as the journal says it.
    #[serde(rename = "says")]
    message: String,
    source: String,
    region: String,
    kind: String,
    key: String,
    target: String,
    mark: Option<String>,
    /// Its id, once AWS told it.
    session: Option<String>,
}

/// The directory that they stand in, beside the journal.
fn folder(journal: &Path) -> Option<PathBuf> {
    let is_demo = journal.file_name().is_some_and(|name| name == DEMO_FILE);
    Some(journal.parent()?.join(if is_demo { "demo-sessions" } else { "sessions" }))
}

/// A session that is open here, noted as long as this lives. Killed, the note stays.
#[derive(Debug)]
pub(super) struct OpenNote {
    path: PathBuf,
    noted: Noted,
    _lock: os::Held,
}

impl OpenNote {
    /// Notes a session that is about to be asked for; nothing where that cannot be written, which keeps nobody out.
    pub(super) fn write(
        journal: Option<&Path>,
        plan: &Plan,
        (target, mark): (&str, Option<String>),
        at: Timestamp,
    ) -> Option<Self> {
        let path = folder(journal?)?.join(format!("{:016x}.json", fastrand::u64(..)));
        let noted = Noted {
            at,
            environment: plan.environment.to_string(),
            message: plan.message.clone(),
            source: plan.scope.source.to_string(),
            region: plan.scope.region.to_string(),
            kind: plan.on.kind.to_string(),
            key: plan.on.key.to_string(),
            target: target.to_owned(),
            mark,
            session: None,
        };
        let lock =
            os::try_hold(&lock_of(&path)).and_then(|held| held.ok_or_else(|| std::io::Error::other("it is taken")));
        let note = lock.map(|lock| Self { path, noted, _lock: lock });
        let note = note.and_then(|note| note.put().map(|()| note));
        note.inspect_err(|why| tracing::warn!(%why, "an open session cannot be noted")).ok()
    }

    fn put(&self) -> std::io::Result<()> {
        os::put_text(&self.path, &serde_json::to_string(&self.noted).map_err(std::io::Error::other)?)
    }

    /// AWS told its id.
    pub(super) fn answered(&mut self, session: &str) {
        self.noted.session = Some(session.to_owned());
        if let Err(why) = self.put() {
            tracing::warn!(%why, "an open session cannot be noted");
        }
    }
}

impl Drop for OpenNote {
    fn drop(&mut self) {
        forget(&self.path);
    }
}

fn lock_of(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// The note first: one without its lock's file is taken for one of a dead process.
fn forget(path: &Path) {
    for path in [path, &lock_of(path)] {
        if let Err(why) = std::fs::remove_file(path)
            && why.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%why, path = %path.display(), "a note cannot be removed");
        }
    }
}

/// A session that a dead toban left open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftSession {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub scope: Scope,
    path: PathBuf,
    noted: Noted,
}

impl LeftSession {
    /// It in a sentence without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Noted { message, at, target, .. } = &self.noted;
        let since = at.strftime("%Y-%m-%d %H:%M UTC");
        format!("session {} on {target} ({message}, {since}) was left open by a toban that was killed", self.id)
    }

    /// One for tests of what is done with them.
    #[cfg(test)]
    pub(crate) fn sample(id: &str) -> Self {
        let noted = Noted {
            at: Timestamp::UNIX_EPOCH,
            environment: "kajimaru".to_owned(),
            message: "open a shell in web".to_owned(),
            source: "p".to_owned(),
            region: "ap-northeast-1".to_owned(),
            kind: "managed-node".to_owned(),
            key: "i-1".to_owned(),
            target: "i-1".to_owned(),
            mark: None,
            session: Some(id.to_owned()),
        };
        Self { id: id.to_owned(), scope: Scope::new("p", "ap-northeast-1"), path: PathBuf::new(), noted }
    }

    fn plan(&self) -> Plan {
        let kind = KINDS.iter().map(|kind| kind.name()).find(|name| name.0 == self.noted.kind);
        let kind = kind.unwrap_or(crate::world::KindName("session"));
        let on = ResourceId { kind, scope: self.scope.clone(), key: self.noted.key.as_str().into() };
        let message =
            format!("end session {}, which a toban that was killed left open on {}", self.id, self.noted.target);
        let call = format!("ssm:TerminateSession {}", self.id);
        Plan::new(message, EnvironmentName::from(self.noted.environment.as_str()), on, vec![call])
    }
}

/// What dead processes noted beside that journal.
fn noted(journal: &Path) -> Vec<(PathBuf, Noted)> {
    let Some(folder) = folder(journal) else { return Vec::new() };
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|file| file.path());
    let mut all = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "json")) {
        // Whoever holds the lock has the session.
        let is_dead = os::try_hold(&lock_of(&path)).is_ok_and(|held| held.is_some());
        if !is_dead {
            continue;
        }
        let read = os::read_state(&path).ok().and_then(|bytes| serde_json::from_slice::<Noted>(&bytes).ok());
        match read {
            Some(noted) => all.push((path, noted)),
            // Ended in this very moment, or of no use to anybody.
            None => forget(&path),
        }
    }
    all.sort_by_key(|(_, noted)| noted.at);
    all
}

/// The sessions that dead processes left open, as AWS sees them now. What cannot be asked is asked the next time.
pub async fn find(cloud: &dyn Cloud, journal: &Path) -> Vec<LeftSession> {
    let journal = journal.to_owned();
    let noted = tokio::task::spawn_blocking(move || noted(&journal)).await.unwrap_or_default();
    let mut left = Vec::new();
    for (path, noted) in noted {
        let scope = Scope::new(noted.source.as_str(), noted.region.as_str());
        let got = cloud.active_session(&scope, &noted.target, noted.session.as_deref(), noted.mark.as_deref()).await;
        match got {
            Ok(Some(id)) => left.push(LeftSession { id, scope, path, noted }),
            Ok(None) => forget(&path),
            Err(fault) => tracing::warn!(fault = fault.sentence(), "whether a session was left open is not known"),
        }
    }
    left
}

/// Ends one, between its two lines in the journal.
///
/// # Errors
/// The fault of the journal, in which case it is left as it is, or that of ending it.
pub async fn end(cloud: &dyn Cloud, journal_writer: &JournalWriter, left: &LeftSession) -> Result<(), Fault> {
    let (entry, plan) = (entry_id(cloud), left.plan());
    let request =
        ChangeRequest { verb: "end-session", on: plan.on.clone(), arguments: vec![("session", left.id.clone())] };
    let opening = Line::started(&entry, cloud.now(), &plan, journal_writer.who.as_ref(), None).doing(&request);
    journal_writer.write(&opening).await?;
    let got = cloud.end_session(&left.scope, &left.id).await;
    let receipt = || Receipt { message: Some(format!("session {} is ended", left.id)), ..Receipt::default() };
    journal_writer.close(&Line::ended(&entry, cloud.now(), &got.clone().map(|()| receipt()))).await;
    got.inspect(|()| forget(&left.path))
}

#[cfg(test)]
mod tests;
