//! Notes of open sessions: held while somebody lives, found once nobody does, gone when the session is.

use std::sync::Mutex;

use futures_util::future::BoxFuture;

use super::*;
use crate::demo::Demo;
use crate::world::{FaultKind, KindName};

/// An account in which these sessions are active.
struct Account {
    inner: Demo,
    active: Mutex<Vec<(String, String)>>,
    denies: bool,
}

impl Cloud for Account {
    crate::delegate_cloud!(self.inner: scopes, identify, read, look, change, renew, stats, login, now);

    fn active_session<'a>(
        &'a self,
        _scope: &'a Scope,
        _target: &'a str,
        id: Option<&'a str>,
        mark: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<String>, Fault>> {
        let denied = || Fault::new(FaultKind::Denied, "ssm:DescribeSessions", "no");
        let active = self.active.lock().expect("it");
        let is_it = |(session, reason): &&(String, String)| {
            id.map_or_else(|| mark.is_some_and(|mark| reason.ends_with(mark)), |id| session == id)
        };
        let found = active.iter().find(is_it).map(|(session, _)| session.clone());
        Box::pin(std::future::ready(if self.denies { Err(denied()) } else { Ok(found) }))
    }

    fn end_session<'a>(&'a self, _scope: &'a Scope, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        self.active.lock().expect("it").retain(|(session, _)| session != id);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn account(active: &[(&str, &str)], denies: bool) -> Account {
    let active = active.iter().map(|(id, reason)| ((*id).to_owned(), (*reason).to_owned())).collect();
    Account { inner: Demo::at(7, 0), active: Mutex::new(active), denies }
}

fn plan() -> Plan {
    let scope = Scope::new("p", "ap-northeast-1");
    let on = ResourceId { kind: KindName("managed-node"), scope, key: "i-1".into() };
    Plan::new("open a shell in web", "kajimaru".into(), on, Vec::new())
}

fn note(journal: &Path, mark: &str) -> OpenNote {
    let at = "2026-11-21T05:00:00Z".parse().expect("a time");
    OpenNote::write(Some(journal), &plan(), ("i-1", Some(mark.to_owned())), at).expect("it is noted")
}

/// As if its process had been killed: the lock is let go, the note stays.
fn kill(note: OpenNote, home: &Path) {
    let text = std::fs::read_to_string(&note.path).expect("the note");
    let path = note.path.clone();
    drop(note);
    std::fs::create_dir_all(home.join("sessions")).expect("the directory");
    std::fs::write(path, text).expect("it stays");
}

#[tokio::test]
async fn a_session_is_left_once_nobody_has_it_and_ended_for_good() {
    let home = tempfile::tempdir().expect("a home");
    let journal = home.path().join("journal.jsonl");
    let cloud = account(&[("s-1", "a look [toban 1]"), ("s-2", "x"), ("s-3", "of somebody else")], false);
    let living = note(&journal, "[toban 1]");
    assert_eq!(find(&cloud, &journal).await, [], "who lives has it");
    kill(living, home.path());
    let mut answered = note(&journal, "[toban 2]");
    answered.answered("s-2");
    kill(answered, home.path());
    kill(note(&journal, "[toban 3]"), home.path());
    let left = find(&cloud, &journal).await;
    assert_eq!(
        left.iter().map(|one| one.id.as_str()).collect::<std::collections::BTreeSet<_>>(),
        ["s-1", "s-2"].into()
    );
    assert!(
        left[0].sentence().contains("on i-1 (open a shell in web, 2026-11-21 05:00 UTC) was left open"),
        "{}",
        left[0].sentence()
    );
    let writer = JournalWriter { path: Some(journal.clone()), who: None };
    for one in &left {
        end(&cloud, &writer, one).await.expect("it is ended");
    }
    assert_eq!(find(&cloud, &journal).await, []);
    assert_eq!(cloud.active.lock().expect("it").len(), 1, "nobody else's is touched");
    assert_eq!(std::fs::read_dir(home.path().join("sessions")).expect("it").count(), 0, "nothing is left behind");
    let entries = super::super::journal::read(&std::fs::read_to_string(journal).expect("the journal")).0;
    assert!(
        entries.iter().all(|one| one.done == Some(true) && one.message.starts_with("end session s-")),
        "{entries:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_asked_the_next_time() {
    let home = tempfile::tempdir().expect("a home");
    let journal = home.path().join("journal.jsonl");
    kill(note(&journal, "[toban 1]"), home.path());
    let active = [("s-1", "[toban 1]")];
    assert_eq!(find(&account(&active, true), &journal).await, []);
    assert_eq!(find(&account(&active, false), &journal).await.len(), 1);
}

#[tokio::test]
async fn a_note_that_says_nothing_is_put_away() {
    let home = tempfile::tempdir().expect("a home");
    let journal = home.path().join("journal.jsonl");
    std::fs::create_dir(home.path().join("sessions")).expect("a directory");
    std::fs::write(home.path().join("sessions/x.json"), "{\"at\":").expect("half a note");
    assert_eq!(find(&account(&[], false), &journal).await, []);
    assert!(!home.path().join("sessions/x.json").exists());
    assert_eq!(find(&account(&[], false), Path::new("/nowhere/at/all.jsonl")).await, []);
}
