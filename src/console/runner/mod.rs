//! Performs effects: each in a task of its own, so that nothing waits for anything. Outcomes come
//! back as messages. The only part of the console that touches the outside, through `Cloud` and `os`.

mod changes;
mod reads;
mod tunnels;
use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedSender;

use super::effect::Effect;
use super::frame_info::FrameInfo;
use super::model::Model;
use super::msg::{Event, Msg};
use super::settings::Settings;
use crate::cloud::Cloud;
use crate::engine::memory::Memory;
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::engine::session::{Record, Visiting};
use crate::engine::tunnel_supervisor::Tunnel;
use crate::os::{self, notify};
use crate::ssm::channel::End;
use crate::ssm::start_request::Token;
use crate::theme::Theme;
use crate::world::{Fault, FaultKind};

/// What the reader did, or the end of it.
#[derive(Debug)]
pub enum Input {
    /// Something happened.
    Event(Box<Event>),
    /// The terminal told the colour of its background later than it was waited for.
    Background {
        /// Whether it is light.
        light: bool,
    },
    /// The terminal took the last frame and has room for another.
    Room,
    /// The terminal is gone, or somebody asked us to end.
    End,
}

/// The terminal as the loop needs it; in tests, a buffer and a script.
pub trait Screen {
    /// Draws the model.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn draw(&mut self, model: &Model) -> io::Result<FrameInfo>;
    /// Whether the last frame went: a frame on top of one that the terminal does not take would only wait behind it.
    /// When there is room again, [`next`](Self::next) says so.
    fn has_room(&self) -> bool {
        true
    }
    /// Whether the terminal's background is light, if it tells at once; a later answer comes by [`next`](Self::next).
    /// Asked before the first frame, if at all.
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
    /// Sends the terminal what tells a reader who looks elsewhere.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn notify(&mut self, bytes: &str) -> io::Result<()>;
    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;
    /// Lends the terminal to a command until it ends. Says why it failed.
    fn lend(&mut self, command: &[String]) -> impl Future<Output = Result<(), String>>;
    /// Asks for one line on the terminal. Says why there is none.
    fn ask(&mut self, what: &str) -> impl Future<Output = Result<Token, String>>;
    /// Hands the terminal to the session that `open` gives, until it ends; `says` stands there meanwhile. `None` for
    /// a fault is a reader who would not wait.
    fn hand_over(
        &mut self,
        message: &str,
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

/// Performs effects on one cloud at a time.
pub struct Runner {
    cloud: Arc<dyn Cloud>,
    settings: Settings,
    tell: UnboundedSender<Msg>,
    tunnels: BTreeMap<u64, Tunnel>,
    /// What those write who execute schedules on this machine, and whether this console does.
    heartbeat: Option<(Arc<ExecutionLog>, bool)>,
    /// What is kept between runs; opened when it is first needed.
    memory: Arc<OnceLock<Option<Memory>>>,
    /// When what was read was last written down.
    kept: Option<Instant>,
}

impl Runner {
    /// A runner whose outcomes go to `tell`.
    #[must_use]
    pub fn new(cloud: Arc<dyn Cloud>, settings: Settings, tell: UnboundedSender<Msg>) -> Self {
        Self { cloud, settings, tell, tunnels: BTreeMap::new(), heartbeat: None, memory: Arc::default(), kept: None }
    }

    /// The same, telling by `execution_log` who executes schedules on this machine; `here` if this console does.
    #[must_use]
    pub fn watching(mut self, execution_log: Arc<ExecutionLog>, here: bool) -> Self {
        self.heartbeat = Some((execution_log, here));
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
            Effect::Recall(scopes) => self.recall(generation, scopes),
            Effect::Identify(scope) => self.identify(generation, scope),
            Effect::Read(reading) => self.read(generation, reading, Arc::clone(&model.world)),
            Effect::Gather => {
                let unread = model.pacer.unread();
                let memory = if unread.is_empty() { self.settled(&model.world) } else { None };
                self.gather(generation, Arc::clone(&model.world), unread, memory);
            }
            Effect::Look(ask, id) => self.look(ask, id, Arc::clone(&model.world)),
            Effect::Change(approved) => self.change(*approved, Arc::clone(&model.world)),
            Effect::Run(procedure_run) => self.run(generation, *procedure_run, &model.world),
            Effect::Consult(ask, wants) => self.consult(ask, wants, Arc::clone(&model.world)),
            Effect::Foresee(ask, wants) => self.foresee(ask, wants, Arc::clone(&model.world)),
            Effect::ReadLogs(view, ask) => self.read_logs(view, ask),
            Effect::SaveText(name, text) => self.save(name, text),
            Effect::WriteHours(environment, hours) => {
                // A small local file: written before the next key is taken, so that nothing comes between.
                let got = (self.settings.save_hours)(&environment, &hours).map(Box::new);
                if let Ok(saved) = &got {
                    self.settings.configured_environments.clone_from(&saved.configured_environments);
                }
                self.say(Event::HoursWritten(environment, got));
            }
            Effect::Remember(preferences) => self.remember(&preferences),
            Effect::Login(source) => {
                let got = match (self.cloud.code_device(&source), self.cloud.login(&source)) {
                    (Some(device), _) => {
                        let code = screen.ask(&format!("code of the MFA device {device}")).await;
                        code.map(|code| self.cloud.give_code(&source, code))
                    }
                    (None, Some(command)) => {
                        let got = screen.lend(&command).await;
                        self.cloud.renew(&source);
                        got
                    }
                    (None, None) => Err("there is no login command for it".to_owned()),
                };
                self.say(Event::LoggedIn(source, got));
            }
            Effect::OpenTunnel(id, dig) => self.dig(id, *dig, &model.world).await,
            Effect::SetCarriers(id, carriers) => self.carry(id, carriers),
            Effect::Reconnect(id) => self.redig(id),
            Effect::CloseTunnel(id) => self.fill(id),
            Effect::OpenSession(to) => self.open_session(*to, &model.world, screen).await,
            Effect::RunInSession(command) => self.run_in_session(*command, &model.world),
            Effect::Reopen(choice) => {
                let opened = (self.settings.reopen)(&choice);
                let got = opened.map(|cloud| self.cloud = cloud);
                self.say(Event::Reopened(got));
            }
            Effect::Notify(text) => {
                screen.notify(&notify::sequence(&self.settings.notify, &text))?;
                if let Err(why) = notify::start(&self.settings.notify, &text) {
                    self.say(Event::Failed(why));
                }
            }
            Effect::Copy(text) => screen.copy(&text)?,
            Effect::Browse(url) => self.browse(url),
            Effect::Theme(name) => self.theme(name),
            Effect::Journal => self.journal(),
            Effect::LeftSessions => self.left_sessions(),
            Effect::EndSessions(left) => self.end_sessions(left),
            Effect::Close(lines) => self.close(lines),
            Effect::Mouse(on) => screen.mouse(on)?,
            Effect::Redraw => screen.redraw()?,
            Effect::Suspend => {
                screen.suspend()?;
                self.say(Event::Resized);
            }
        }
        Ok(Flow::On)
    }

    fn say(&self, news: Event) {
        // The loop may have ended meanwhile: then nobody listens, and that is fine.
        let _ = self.tell.send(Msg { now: self.cloud.now(), news });
    }

    /// Runs `work` on its own; should it panic, `lost` says what to tell instead.
    fn spawn(
        &self,
        work: impl Future<Output = Event> + Send + 'static,
        lost: impl FnOnce(Fault) -> Event + Send + 'static,
    ) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let news = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
                lost(Fault::new(FaultKind::Odd, "toban", "a task broke off; the log file says where; please report it"))
            });
            let _ = tell.send(Msg { now: cloud.now(), news });
        });
    }

    fn browse(&self, url: String) {
        let (tell, cloud) = (self.tell.clone(), Arc::clone(&self.cloud));
        tokio::spawn(async move {
            let news = match os::browse::browse(&url).await {
                Ok(()) => Event::Browsed(url),
                Err(why) => Event::NotBrowsed(url, why),
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
            .map(|theme| theme.at_depth(self.settings.color_depth))
            .map_err(|fault| fault.to_string())
    }

    fn theme(&self, name: String) {
        let (tell, cloud, dirs) = (self.tell.clone(), Arc::clone(&self.cloud), self.settings.theme_dirs.clone());
        let depth = self.settings.color_depth;
        tokio::task::spawn_blocking(move || {
            let got = Theme::load(&name, &dirs).map(|theme| Box::new(theme.at_depth(depth)));
            let got = got.map_err(|fault| fault.to_string());
            let _ = tell.send(Msg { now: cloud.now(), news: Event::Themed(got) });
        });
    }
}
