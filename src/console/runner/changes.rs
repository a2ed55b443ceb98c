//! What is done and written down: approved changes, procedures, sessions, and the journal of all of them.
//! Decides nothing: whatever is done here was approved, or needs no approval.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Runner, Screen};
use crate::change::Ending;
use crate::change::gate::Approved;
use crate::cloud::at_work;
use crate::console::msg::{Event, Msg};
use crate::engine::execute::{JournalWriter, execute};
use crate::engine::journal;
use crate::engine::journal::Line;
use crate::engine::left_sessions;
use crate::engine::left_sessions::LeftSession;
use crate::engine::run_procedure::{ProcedureRun, drive_on};
use crate::engine::session::{SessionRequest, abandoned, open_session, remedy};
use crate::engine::session_command::{self, SessionCommand};
use crate::ssm::channel::End;
use crate::world::{Fault, Scope, World};

impl Runner {
    pub(super) fn change(&self, approved: Approved, world: Arc<World>) {
        let cloud = Arc::clone(&self.cloud);
        let plan = approved.plan();
        let journal_writer = self.journal_writer(&world, &plan.scope);
        let lost = plan.clone();
        let work = async move {
            let got = execute(&*cloud, &approved, &journal_writer, None).await;
            Event::Changed(plan, got)
        };
        self.spawn(work, move |fault| Event::Changed(lost, Err(fault)));
    }

    pub(super) fn journal_writer(&self, world: &World, scope: &Scope) -> JournalWriter {
        JournalWriter { path: self.settings.journal.clone(), who: world.identity(scope).cloned() }
    }

    /// Drives a procedure. Should its task panic, that is an end too: nobody knows what stands.
    pub(super) fn run(&self, generation: u64, procedure_run: ProcedureRun, world: &World) {
        let (cloud, tell, id) = (at_work(&self.cloud), self.tell.clone(), procedure_run.id);
        let journal_writer = self.journal_writer(world, &procedure_run.license.plan().scope);
        let mut seen = world.clone();
        let work = async move {
            let mut report = |report| {
                let _ = tell.send(Msg { now: cloud.now(), news: Event::Progress(id, report) });
            };
            let begun = cloud.now();
            let ending = drive_on(&*cloud, procedure_run, &mut seen, (&journal_writer, false), &mut report).await;
            if seen.latest() >= Some(begun) {
                let _ = tell.send(Msg { now: cloud.now(), news: Event::Saw(generation, Box::new(seen)) });
            }
            Event::Ended(id, ending)
        };
        self.spawn(work, move |fault| Event::Ended(id, Ending::incomplete(fault.sentence())));
    }

    /// Steps aside for a session.
    pub(super) async fn open_session<S: Screen>(&self, to: SessionRequest, world: &World, screen: &mut S) {
        let journal_writer = self.journal_writer(world, &to.plan.scope);
        let message = to.plan.message.clone();
        let before = self.cloud.abandoned().len();
        let got = match screen.hand_over(&message, open_session(&*self.cloud, &to, &journal_writer)).await {
            Ok((record, end)) => {
                record.close(&*self.cloud, &end).await;
                Ok(end)
            }
            Err(Some(fault)) => Err(format!("{}\n→ {}", fault.sentence(), remedy(&fault, &to))),
            // Left before AWS answered: what it opened meanwhile was looked for.
            Err(None) => match abandoned(&*self.cloud, to.ask.target(), before) {
                Some(one) => Err(format!("opening it was given up: {}", one.message)),
                None => Ok(End::Left),
            },
        };
        self.say(Event::Visited(message, got));
    }

    /// Runs a command beside the console, which goes on.
    pub(super) fn run_in_session(&self, command: SessionCommand, world: &World) {
        let cloud = Arc::clone(&self.cloud);
        let journal_writer = self.journal_writer(world, &command.session.plan.scope);
        let (message, line) = (command.session.plan.message.clone(), command.line.clone());
        let lost = (message.clone(), line.clone());
        let work = async move {
            let got = session_command::run(&*cloud, &command, &journal_writer, session_command::LIMIT).await;
            let told = |fault| format!("{}\n→ {}", Fault::sentence(&fault), remedy(&fault, &command.session));
            Event::Answered(message, line, got.map_err(told))
        };
        self.spawn(work, move |fault| Event::Answered(lost.0, lost.1, Err(fault.sentence())));
    }

    /// What cannot be written now is seen again at the next start.
    pub(super) fn close(&self, lines: Vec<Line>) {
        let Some(path) = self.settings.journal.clone() else { return };
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let journal_writer = JournalWriter { path: Some(path.clone()), who: None };
            for line in &lines {
                journal_writer.close(line).await;
            }
            let read = tokio::task::spawn_blocking(move || read_journal(&path)).await;
            if let Ok(news) = read {
                let _ = tell.send(Msg { now: cloud.now(), news });
            }
        });
    }

    /// Asks only where a dead toban left a note: else nothing is asked.
    pub(super) fn left_sessions(&self) {
        let Some(path) = self.settings.journal.clone() else { return };
        let cloud = Arc::clone(&self.cloud);
        let work = async move { Event::LeftSessions(left_sessions::find(&*cloud, &path).await) };
        self.spawn(work, |fault| Event::Failed(fault.sentence()));
    }

    pub(super) fn end_sessions(&self, left: Vec<LeftSession>) {
        let journal_writer = JournalWriter { path: self.settings.journal.clone(), who: None };
        let cloud = Arc::clone(&self.cloud);
        let work = async move {
            for one in &left {
                if let Err(fault) = left_sessions::end(&*cloud, &journal_writer, one).await {
                    return Event::EndedSessions(Err(format!("{}: {}", one.sentence(), fault.sentence())));
                }
            }
            Event::EndedSessions(Ok(left.len()))
        };
        self.spawn(work, |fault| Event::EndedSessions(Err(fault.sentence())));
    }

    pub(super) fn journal(&self) {
        let Some(path) = self.settings.journal.clone() else { return };
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::task::spawn_blocking(move || {
            let _ = tell.send(Msg { now: cloud.now(), news: read_journal(&path) });
        });
    }
}

fn read_journal(path: &Path) -> Event {
    match crate::os::read_state(path) {
        // A line that is no text is skipped like any other that is not ours.
        Ok(bytes) => Event::Journal(journal::read(&String::from_utf8_lossy(&bytes)).0),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Event::Journal(Vec::new()),
        Err(fault) => Event::Failed(format!("the journal {} could not be read: {fault}", path.display())),
    }
}
