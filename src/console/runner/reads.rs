//! Readings and what is made of them: places, identities, kinds, pages, what a plan rests on, and the picture. Changes
//! nothing.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Runner;
use crate::console::msg::{Event, Msg};
use crate::console::preferences::Preferences;
use crate::console::question::Question;
use crate::engine::headless::perform;
use crate::engine::log_reader::read_page;
use crate::engine::memory::Memory;
use crate::engine::memory::Recall;
use crate::engine::poller::PollRequest;
use crate::engine::read_requests::read_together;
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::engine::scheduler::heartbeat;
use crate::engine::session::{IN_PASSING, foresee};
use crate::environment::{ConfiguredEnvironments, Unread};
use crate::kinds::catalog::kind;
use crate::logs::Ask;
use crate::overview::assemble_early;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, FaultKind, ResourceId, SchedulerHeartbeat, Scope, World};

/// How often what was read is written down for the next run.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// The world with what is known of whoever executes schedules on this machine. What cannot be read is not known.
fn watched(
    world: Arc<World>,
    configured_environments: &ConfiguredEnvironments,
    execution_log: &ExecutionLog,
    (here, now): (bool, Timestamp),
) -> Arc<World> {
    match heartbeat(configured_environments, execution_log, now) {
        Some(Ok(heartbeat)) => {
            let mut world = Arc::unwrap_or_clone(world);
            world.watched(SchedulerHeartbeat { here, ..heartbeat });
            Arc::new(world)
        }
        Some(Err(why)) => {
            tracing::warn!(%why, "who executes schedules here cannot be told");
            world
        }
        None => world,
    }
}

impl Runner {
    pub(super) fn scopes(&self, generation: u64) {
        let (cloud, tell) = (Arc::clone(&self.cloud), self.tell.clone());
        let work = async move {
            let got = cloud.scopes().await;
            let sources = got.iter().flatten().map(|scope: &Scope| scope.source.clone());
            let logins = sources.filter(|at| cloud.login(at).is_some() || cloud.code_device(at).is_some()).collect();
            let _ = tell.send(Msg { now: cloud.now(), news: Event::Logins(generation, logins) });
            Event::Scopes(generation, got)
        };
        self.spawn(work, move |fault| Event::Scopes(generation, Err(fault)));
    }

    /// What earlier runs knew of these places. Nobody waits for it: what is read meanwhile stands before it.
    pub(super) fn recall(&self, generation: u64, scopes: Vec<Scope>) {
        let Some(state_dir) = self.settings.execution_log.clone() else { return };
        let (cloud, tell, memory) = (Arc::clone(&self.cloud), self.tell.clone(), Arc::clone(&self.memory));
        tokio::task::spawn_blocking(move || {
            let say = |news| drop(tell.send(Msg { now: cloud.now(), news }));
            let memory = memory.get_or_init(|| match Memory::open(&state_dir) {
                Ok(memory) => {
                    memory.notice().into_iter().for_each(|notice| say(Event::Failed(notice)));
                    Some(memory)
                }
                Err(fault) => {
                    say(Event::Failed(format!("{fault}; nothing is remembered between runs")));
                    None
                }
            });
            if let Some(memory) = memory {
                let earlier = memory.recall(&*cloud, &scopes, Recall::Everything, cloud.now());
                say(Event::Recalled(generation, Box::new(earlier)));
                if scopes.iter().any(|scope| cloud.kept_as(scope).is_some()) {
                    memory.seen(cloud.now()).into_iter().for_each(|seen| say(Event::Seen(generation, Arc::new(seen))));
                }
            }
        });
    }

    /// The picture is whole: calls are polite from here on, and what was read is written down once in a while. Hands out the
    /// memory if what happened is to be recorded as well.
    pub(super) fn settled(&mut self, world: &Arc<World>) -> Option<Memory> {
        self.cloud.calm();
        let due = self.kept.is_none_or(|at| at.elapsed() >= KEEP_EVERY);
        let memory = self.memory.get().filter(|_| due)?.as_ref()?;
        self.kept = Some(Instant::now());
        memory.keep_beside(Arc::clone(&self.cloud), Arc::clone(world), None);
        world.scopes().iter().any(|scope| self.cloud.kept_as(scope).is_some()).then(|| memory.clone())
    }

    pub(super) fn identify(&self, generation: u64, scope: Scope) {
        let (cloud, of) = (Arc::clone(&self.cloud), scope.clone());
        let work = async move {
            let got = cloud.identify(&scope).await;
            Event::Identity(generation, scope, got)
        };
        self.spawn(work, move |fault| Event::Identity(generation, of, Err(fault)));
    }

    pub(super) fn read(&self, generation: u64, reading: PollRequest, known: Arc<World>) {
        let (cloud, of) = (Arc::clone(&self.cloud), reading.clone());
        let work = async move {
            let (reading, got) = perform(cloud, reading, known).await;
            Event::Read(generation, reading, got)
        };
        self.spawn(work, move |fault| Event::Read(generation, of, Err(fault)));
    }

    pub(super) fn read_logs(&self, view: u64, ask: Ask) {
        let (cloud, number) = (Arc::clone(&self.cloud), ask.number);
        let work = async move {
            let (number, got) = read_page(&*cloud, ask).await;
            Event::LogsRead(view, number, got)
        };
        self.spawn(work, move |fault| Event::LogsRead(view, number, Err(fault)));
    }

    /// Keeps what is remembered of the reader; where it cannot be kept it is known until the end of this run.
    pub(super) fn remember(&self, preferences: &Preferences) {
        let Some(file) = self.settings.preferences_file.clone() else { return };
        let text = preferences.written();
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = crate::os::put_text(&file, &text) {
                tracing::warn!(%fault, "what the console remembers of its reader is not kept");
            }
        });
    }

    /// Writes a text to a file that only its owner can read, and that is not there yet.
    pub(super) fn save(&self, name: String, text: String) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::task::spawn_blocking(move || {
            let news = match crate::os::write_new(std::path::Path::new(&name), &text) {
                Ok(()) => Event::Saved(name),
                Err(fault) => Event::Failed(format!("writing {name} failed: {fault}")),
            };
            let _ = tell.send(Msg { now: cloud.now(), news });
        });
    }

    pub(super) fn look(&self, ask: u64, id: ResourceId, known: Arc<World>) {
        let (cloud, of) = (Arc::clone(&self.cloud), id.clone());
        let work = async move {
            let got = match kind(id.kind) {
                Some(kind) => cloud.look(kind, &id, &known, cloud.now()).await,
                None => Err(Fault::new(FaultKind::Odd, "look", "no such kind")),
            };
            Event::Looked(ask, id, got)
        };
        self.spawn(work, move |fault| Event::Looked(ask, of, Err(fault)));
    }

    /// A picture of a large account takes longer than a frame, so it is made beside the loop.
    /// What happened is recorded from the same picture, where there is a `memory`, and told again with what others recorded.
    pub(super) fn gather(&self, generation: u64, world: Arc<World>, unread: Unread, memory: Option<Memory>) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        let (configured_environments, zone) =
            (self.settings.configured_environments.clone(), self.settings.zone.clone());
        let heartbeat = self.heartbeat.clone();
        tokio::task::spawn_blocking(move || {
            let now = cloud.now();
            let world = match heartbeat {
                Some((execution_log, here)) => watched(world, &configured_environments, &execution_log, (here, now)),
                None => world,
            };
            let made = std::panic::catch_unwind(AssertUnwindSafe(|| {
                assemble_early(&world, &configured_environments, &unread, now, &zone)
            }));
            let say = |news| drop(tell.send(Msg { now: cloud.now(), news }));
            let Ok(picture) = made else {
                say(Event::NotGathered(generation));
                return;
            };
            let Some(memory) = memory else {
                say(Event::Gathered(generation, picture));
                return;
            };
            // Nobody waits for the store: the picture goes before what is written of it.
            say(Event::Gathered(generation, picture.clone()));
            memory.record(&*cloud, (&*world, &picture), (now, &zone));
            memory.seen(now).into_iter().for_each(|seen| say(Event::Seen(generation, Arc::new(seen))));
        });
    }

    pub(super) fn consult(&self, ask: Question, wants: Vec<ReadRequest>, known: Arc<World>) {
        let cloud = Arc::clone(&self.cloud);
        let asked = wants.clone();
        let work = async move { Event::Consulted(ask, read_together(&*cloud, wants, &known).await) };
        self.spawn(work, move |fault| {
            Event::Consulted(ask, asked.into_iter().map(|want| (want, Err(fault.clone()))).collect())
        });
    }

    /// What a session or a tunnel may run into. Whatever went wrong, it keeps nobody waiting.
    pub(super) fn foresee(&self, ask: Question, wants: Vec<ReadRequest>, known: Arc<World>) {
        let cloud = Arc::clone(&self.cloud);
        let work = async move { Event::Consulted(ask, foresee(&*cloud, wants, &known, IN_PASSING).await) };
        self.spawn(work, move |_| Event::Consulted(ask, Vec::new()));
    }
}
