//! Performs effects: each in a task of its own, so that nothing waits for anything. Outcomes come
//! back as messages. The only part of the console that touches the outside, through `Cloud` and `os`.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{MissedTickBehavior, timeout};

use super::carry::{Logbook, carry_out};
use super::drive::{Errand, drive_on};
use super::effect::Effect;
use super::gate::Approved;
use super::journal::{self, Line};
use super::keeper::vigil;
use super::ledger::Ledger;
use super::model::Model;
use super::msg::{Msg, News};
use super::pace::Reading;
use super::settings::Settings;
use super::shown::Shown;
use super::tunnelling;
use super::tunnels::{Dig, Report};
use super::visit::{IN_PASSING, Record, Visit, Visiting, foresee, remedy, visit};
use crate::cloud::{Cloud, at_work};
use crate::environment::{Unread, Wishes, gather_early};
use crate::kinds::kind;
use crate::os;
use crate::procedure::{Ending, Want};
use crate::session::channel::End;
use crate::session::tunnel::Tunnel;
use crate::theme::Theme;
use crate::world::{Fault, FaultKind, ResourceId, Scope, Vigil, World};

/// What the reader did, or the end of it.
#[derive(Debug)]
pub enum Input {
    /// Something happened.
    News(Box<News>),
    /// The terminal is gone, or somebody asked us to end.
    End,
}

/// The terminal as the loop needs it; in tests, a buffer and a script.
pub trait Screen {
    /// Draws the model.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn draw(&mut self, model: &Model) -> io::Result<Shown>;
    /// Whether the terminal's background is light, if it tells. Asked before the first [`next`](Self::next), if at all.
    fn is_light(&mut self) -> impl Future<Output = Option<bool>>;
    /// Forgets what is on the screen, so that the next frame draws all of it.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn redraw(&mut self) -> io::Result<()>;
    /// Takes the mouse, or lets go of it.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn mouse(&mut self, on: bool) -> io::Result<()>;
    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Lends the terminal to a command until it ends. Says why it failed.
    fn lend(&mut self, command: &[String]) -> impl Future<Output = Result<(), String>>;
    /// Hands the terminal to the session that `open` gives, until it ends; `says` stands there meanwhile. `None` for
    /// a fault is a reader who would not wait.
    fn hand_over(
        &mut self,
        says: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> impl Future<Output = Result<(Record, End), Option<Fault>>>;
    /// Stops until the shell continues us.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn suspend(&mut self) -> io::Result<()>;
    /// The next thing the reader does. Can be dropped while it waits without losing anything.
    fn next(&mut self) -> impl Future<Output = Input>;
}

/// Whether the loop goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// It does.
    On,
    /// The reader is done.
    End,
}

/// The world with what is known of whoever executes schedules on this machine. What cannot be read is not known.
fn watched(world: Arc<World>, wishes: &Wishes, ledger: &Ledger, (here, now): (bool, Timestamp)) -> Arc<World> {
    match vigil(wishes, ledger, now) {
        Some(Ok(vigil)) => {
            let mut world = Arc::unwrap_or_clone(world);
            world.watched(Vigil { here, ..vigil });
            Arc::new(world)
        }
        Some(Err(why)) => {
            tracing::warn!(%why, "who executes schedules here cannot be told");
            world
        }
        None => world,
    }
}

/// How long closing tunnels may take when the console leaves.
const FAREWELL: Duration = Duration::from_secs(8);

/// Performs effects on one cloud at a time.
pub struct Runner {
    cloud: Arc<dyn Cloud>,
    settings: Settings,
    tell: UnboundedSender<Msg>,
    tunnels: BTreeMap<u64, Tunnel>,
    /// What those write who execute schedules on this machine, and whether this console does.
    vigil: Option<(Arc<Ledger>, bool)>,
}

impl Runner {
    /// A runner whose outcomes go to `tell`.
    #[must_use]
    pub fn new(cloud: Arc<dyn Cloud>, settings: Settings, tell: UnboundedSender<Msg>) -> Self {
        Self { cloud, settings, tell, tunnels: BTreeMap::new(), vigil: None }
    }

    /// The same, telling by `ledger` who executes schedules on this machine; `here` if this console does.
    #[must_use]
    pub fn watching(mut self, ledger: Arc<Ledger>, here: bool) -> Self {
        self.vigil = Some((ledger, here));
        self
    }

    /// The cloud's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.cloud.now()
    }

    /// Lets that much of the cloud's time go by.
    pub async fn pause(&self, span: SignedDuration) {
        self.cloud.pause(span).await;
    }

    /// Performs one effect. Returns at once, but for those that need the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn perform<S: Screen>(&mut self, effect: Effect, model: &Model, screen: &mut S) -> io::Result<Flow> {
        let generation = model.generation;
        match effect {
            Effect::Quit => return Ok(Flow::End),
            Effect::Scopes => self.scopes(generation),
            Effect::Identify(scope) => self.identify(generation, scope),
            Effect::Read(reading) => self.read(generation, reading, Arc::clone(&model.world)),
            Effect::Gather => self.gather(generation, Arc::clone(&model.world), model.pacer.unread()),
            Effect::Look(ask, id) => self.look(ask, id, Arc::clone(&model.world)),
            Effect::Change(approved) => self.change(*approved, Arc::clone(&model.world)),
            Effect::Run(errand) => self.run(generation, *errand, &model.world),
            Effect::Consult(ask, wants) => self.consult(ask, wants, Arc::clone(&model.world)),
            Effect::Foresee(ask, wants) => {
                let (cloud, known) = (Arc::clone(&self.cloud), Arc::clone(&model.world));
                let work = async move { News::Consulted(ask, foresee(&*cloud, wants, &known, IN_PASSING).await) };
                // Whatever went wrong, it keeps nobody waiting.
                self.spawn(work, move |_| News::Consulted(ask, Vec::new()));
            }
            Effect::Login(source) => {
                let got = match self.cloud.login(&source) {
                    Some(command) => screen.lend(&command).await,
                    None => Err("there is no login command for it".to_owned()),
                };
                self.cloud.renew(&source);
                self.say(News::LoggedIn(source, got));
            }
            Effect::Dig(id, dig) => self.dig(id, *dig, &model.world).await,
            Effect::Carry(id, carriers) => {
                if let Some(tunnel) = self.tunnels.get(&id) {
                    tunnel.carried_by(carriers);
                }
            }
            Effect::Redig(id) => {
                if let Some(tunnel) = self.tunnels.get(&id) {
                    tunnel.reopen();
                }
            }
            Effect::Fill(id) => self.fill(id),
            Effect::Visit(to) => self.visit(*to, &model.world, screen).await,
            Effect::Reopen(choice) => {
                let opened = (self.settings.reopen)(&choice);
                let got = opened.map(|cloud| self.cloud = cloud);
                self.say(News::Reopened(got));
            }
            Effect::Copy(text) => screen.copy(&text)?,
            Effect::Browse(url) => self.browse(url),
            Effect::Theme(name) => self.theme(name),
            Effect::Journal => self.journal(),
            Effect::Close(lines) => self.close(lines),
            Effect::Mouse(on) => screen.mouse(on)?,
            Effect::Redraw => screen.redraw()?,
            Effect::Suspend => {
                screen.suspend()?;
                self.say(News::Resized);
            }
        }
        Ok(Flow::On)
    }

    /// Opens a tunnel, and keeps telling how it is doing.
    async fn dig(&mut self, id: u64, dig: Dig, world: &World) {
        let logbook = self.logbook(world, &dig.remote.id.scope);
        match tunnelling::open(Arc::clone(&self.cloud), dig, logbook).await {
            Ok(tunnel) => {
                self.follow(id, &tunnel);
                self.tunnels.insert(id, tunnel);
            }
            Err(why) => self.say(News::TunnelGone(id, Some(why))),
        }
    }

    /// Tells how a tunnel is doing whenever that changes, and what passes through it once a second while something does.
    fn follow(&self, id: u64, tunnel: &Tunnel) {
        let (mut state, counters, address) = (tunnel.state(), tunnel.counters(), tunnel.address());
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(Duration::from_secs(1));
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut told = None;
            loop {
                let report = Report { address, state: state.borrow_and_update().clone(), traffic: counters.read() };
                if told.as_ref() != Some(&report) {
                    told = Some(report.clone());
                    if tell.send(Msg { now: cloud.now(), news: News::Tunnel(id, report) }).is_err() {
                        return;
                    }
                }
                let changed = tokio::select! {
                    changed = state.changed() => changed,
                    _ = looks.tick() => Ok(()),
                };
                if changed.is_err() {
                    return;
                }
            }
        });
    }

    /// Closes a tunnel, here and there.
    fn fill(&mut self, id: u64) {
        let Some(tunnel) = self.tunnels.remove(&id) else { return };
        let work = async move {
            tunnel.close().await;
            News::TunnelGone(id, None)
        };
        self.spawn(work, move |fault| News::TunnelGone(id, Some(fault.sentence())));
    }

    /// Closes what the console held open. Does not wait for ever for an AWS that does not answer.
    pub async fn leave(self) {
        let all = join_all(self.tunnels.into_values().map(Tunnel::close));
        if timeout(FAREWELL, all).await.is_err() {
            tracing::warn!("not every tunnel could be closed in time; AWS ends what is left once it idles");
        }
    }

    /// Steps aside for a session.
    async fn visit<S: Screen>(&self, to: Visit, world: &World, screen: &mut S) {
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

    fn say(&self, news: News) {
        // The loop may have ended meanwhile: then nobody listens, and that is fine.
        let _ = self.tell.send(Msg { now: self.cloud.now(), news });
    }

    /// Runs `work` on its own; should it panic, `lost` says what to tell instead.
    fn spawn(
        &self,
        work: impl Future<Output = News> + Send + 'static,
        lost: impl FnOnce(Fault) -> News + Send + 'static,
    ) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let news = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
                lost(Fault::new(FaultKind::Odd, "toban", "a task broke off; the log file says where; please report it"))
            });
            let _ = tell.send(Msg { now: cloud.now(), news });
        });
    }

    fn scopes(&self, generation: u64) {
        let (cloud, tell) = (Arc::clone(&self.cloud), self.tell.clone());
        let work = async move {
            let got = cloud.scopes().await;
            let sources = got.iter().flatten().map(|scope: &Scope| scope.source.clone());
            let logins = sources.filter(|source| cloud.login(source).is_some()).collect();
            let _ = tell.send(Msg { now: cloud.now(), news: News::Logins(generation, logins) });
            News::Scopes(generation, got)
        };
        self.spawn(work, move |fault| News::Scopes(generation, Err(fault)));
    }

    fn identify(&self, generation: u64, scope: Scope) {
        let (cloud, of) = (Arc::clone(&self.cloud), scope.clone());
        let work = async move {
            let got = cloud.identify(&scope).await;
            News::Identity(generation, scope, got)
        };
        self.spawn(work, move |fault| News::Identity(generation, of, Err(fault)));
    }

    fn read(&self, generation: u64, reading: Reading, known: Arc<World>) {
        let (cloud, of) = (Arc::clone(&self.cloud), reading.clone());
        let work = async move {
            let got = match kind(reading.kind) {
                Some(kind) => cloud.read(kind, &reading.scope, &reading.coverage, &known).await,
                None => Err(Fault::new(FaultKind::Odd, "read", "no such kind")),
            };
            News::Read(generation, reading, got)
        };
        self.spawn(work, move |fault| News::Read(generation, of, Err(fault)));
    }

    fn look(&self, ask: u64, id: ResourceId, known: Arc<World>) {
        let (cloud, of) = (Arc::clone(&self.cloud), id.clone());
        let work = async move {
            let got = match kind(id.kind) {
                Some(kind) => cloud.look(kind, &id, &known, cloud.now()).await,
                None => Err(Fault::new(FaultKind::Odd, "look", "no such kind")),
            };
            News::Looked(ask, id, got)
        };
        self.spawn(work, move |fault| News::Looked(ask, of, Err(fault)));
    }

    /// A picture of a large account takes longer than a frame, so it is made beside the loop.
    fn gather(&self, generation: u64, world: Arc<World>, unread: Unread) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        let (wishes, zone) = (self.settings.wishes.clone(), self.settings.zone.clone());
        let vigil = self.vigil.clone();
        tokio::task::spawn_blocking(move || {
            let now = cloud.now();
            let world = match vigil {
                Some((ledger, here)) => watched(world, &wishes, &ledger, (here, now)),
                None => world,
            };
            let made =
                std::panic::catch_unwind(AssertUnwindSafe(|| gather_early(&world, &wishes, &unread, now, &zone)));
            let news = match made {
                Ok(picture) => News::Gathered(generation, picture),
                Err(_) => News::NotGathered(generation),
            };
            let _ = tell.send(Msg { now: cloud.now(), news });
        });
    }

    fn change(&self, approved: Approved, world: Arc<World>) {
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

    fn logbook(&self, world: &World, scope: &Scope) -> Logbook {
        Logbook { path: self.settings.journal.clone(), who: world.identity(scope).cloned() }
    }

    /// Drives a procedure. Should its task panic, that is an end too: nobody knows what stands.
    fn run(&self, generation: u64, errand: Errand, world: &World) {
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

    fn consult(&self, ask: u64, wants: Vec<Want>, known: Arc<World>) {
        let cloud = Arc::clone(&self.cloud);
        let asked = wants.clone();
        let work = async move {
            let readings = wants.into_iter().map(|want| async {
                let got = match kind(want.kind) {
                    Some(kind) => cloud.read(kind, &want.scope, &want.coverage, &known).await,
                    None => Err(Fault::new(FaultKind::Odd, want.kind.0, "no such kind")),
                };
                (want, got)
            });
            News::Consulted(ask, join_all(readings).await)
        };
        self.spawn(work, move |fault| {
            News::Consulted(ask, asked.into_iter().map(|want| (want, Err(fault.clone()))).collect())
        });
    }

    fn browse(&self, url: String) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let news = match os::browse::browse(&url).await {
                Ok(()) => News::Browsed(url),
                Err(why) => News::NotBrowsed(url, why),
            };
            let _ = tell.send(Msg { now: cloud.now(), news });
        });
    }

    /// Whether the theme is to be the one that suits the terminal.
    pub(super) fn suits_terminal(&self) -> bool {
        self.settings.suits_terminal
    }

    /// The theme for a light background: the reader's own `day`, if there is one.
    pub(super) fn theme_for_light(&self) -> Result<Theme, String> {
        Theme::load(Theme::choose(None, false, Some(false)), &self.settings.theme_dirs)
            .map_err(|fault| fault.to_string())
    }

    fn theme(&self, name: String) {
        let (tell, cloud, dirs) = (self.tell.clone(), Arc::clone(&self.cloud), self.settings.theme_dirs.clone());
        tokio::task::spawn_blocking(move || {
            let got = Theme::load(&name, &dirs).map(Box::new).map_err(|fault| fault.to_string());
            let _ = tell.send(Msg { now: cloud.now(), news: News::Themed(got) });
        });
    }

    /// What cannot be written now is seen again at the next start.
    fn close(&self, lines: Vec<Line>) {
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

    fn journal(&self) {
        let Some(path) = self.settings.journal.clone() else { return };
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::task::spawn_blocking(move || {
            let _ = tell.send(Msg { now: cloud.now(), news: read_journal(&path) });
        });
    }
}

fn read_journal(path: &Path) -> News {
    match std::fs::read(path) {
        // A line that is no text is skipped like any other that is not ours.
        Ok(bytes) => News::Journal(journal::read(&String::from_utf8_lossy(&bytes)).0),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => News::Journal(Vec::new()),
        Err(fault) => News::Failed(format!("the journal {} could not be read: {fault}", path.display())),
    }
}
