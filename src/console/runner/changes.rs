//! What is done and written down: approved changes, procedures, sessions, and the journal of all of them.
//! Decides nothing: whatever is done here was approved, or needs no approval.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Runner, Screen};
use crate::change::Ending;
use crate::change::gate::Approved;
use crate::cloud::at_work;
use crate::console::msg::{Msg, News};
use crate::engine::execute::{Logbook, carry_out};
use crate::engine::journal;
use crate::engine::journal::Line;
use crate::engine::run_procedure::{Errand, drive_on};
use crate::engine::session::{Visit, remedy, visit};
use crate::ssm::channel::End;
use crate::world::{Scope, World};

impl Runner {
    pub(super) fn change(&self, approved: Approved, world: Arc<World>) {
        let cloud = Arc::clone(&self.cloud);
        let plan = approved.plan();
        let logbook = self.logbook(&world, &plan.scope);
        let lost = plan.clone();
        let work = async move {
            let got = carry_out(&*cloud, &approved, &logbook, None).await;
            News::Changed(plan, got)
        };
        self.spawn(work, move |fault| News::Changed(lost, Err(fault)));
    }

    pub(super) fn logbook(&self, world: &World, scope: &Scope) -> Logbook {
        Logbook { path: self.settings.journal.clone(), who: world.identity(scope).cloned() }
    }

    /// Drives a procedure. Should its task panic, that is an end too: nobody knows what stands.
    pub(super) fn run(&self, generation: u64, errand: Errand, world: &World) {
        let (cloud, tell, id) = (at_work(&self.cloud), self.tell.clone(), errand.id);
        let logbook = self.logbook(world, &errand.license.plan().scope);
        let mut seen = world.clone();
        let work = async move {
            let mut report = |report| {
                let _ = tell.send(Msg { now: cloud.now(), news: News::Progress(id, report) });
            };
            let begun = cloud.now();
            let ending = drive_on(&*cloud, errand, &mut seen, (&logbook, false), &mut report).await;
            if seen.latest() >= Some(begun) {
                let _ = tell.send(Msg { now: cloud.now(), news: News::Saw(generation, Box::new(seen)) });
            }
            News::Ended(id, ending)
        };
        self.spawn(work, move |fault| News::Ended(id, Ending::incomplete(fault.sentence())));
    }

    /// Steps aside for a session.
    pub(super) async fn visit<S: Screen>(&self, to: Visit, world: &World, screen: &mut S) {
        let logbook = self.logbook(world, &to.plan.scope);
        let says = to.plan.says.clone();
        let got = match screen.hand_over(&says, visit(&*self.cloud, &to, &logbook)).await {
            Ok((record, end)) => {
                record.close(&*self.cloud, &end).await;
                Ok(end)
            }
            Err(Some(fault)) => Err(format!("{}\n→ {}", fault.sentence(), remedy(&fault, &to))),
            Err(None) => Ok(End::Left),
        };
        self.say(News::Visited(says, got));
    }

    /// What cannot be written now is seen again at the next start.
    pub(super) fn close(&self, lines: Vec<Line>) {
        let Some(path) = self.settings.journal.clone() else { return };
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let logbook = Logbook { path: Some(path.clone()), who: None };
            for line in &lines {
                logbook.close(line).await;
            }
            let read = tokio::task::spawn_blocking(move || read_journal(&path)).await;
            if let Ok(news) = read {
                let _ = tell.send(Msg { now: cloud.now(), news });
            }
        });
    }

    pub(super) fn journal(&self) {
        let Some(path) = self.settings.journal.clone() else { return };
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::task::spawn_blocking(move || {
            let _ = tell.send(Msg { now: cloud.now(), news: read_journal(&path) });
        });
    }
}

fn read_journal(path: &Path) -> News {
    match crate::os::read_state(path) {
        // A line that is no text is skipped like any other that is not ours.
        Ok(bytes) => News::Journal(journal::read(&String::from_utf8_lossy(&bytes)).0),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => News::Journal(Vec::new()),
        Err(fault) => News::Failed(format!("the journal {} could not be read: {fault}", path.display())),
    }
}
