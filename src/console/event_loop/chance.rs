//! Keys by chance over the whole console, in virtual time: model, runner and simulated account, with a door before the
//! account that notes whatever would change it. Where nothing may be changed, nothing arrives; elsewhere the same keys do
//! change it, each change written down before and after, and nothing panics. For tests only.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::BoxFuture;
use rstest::rstest;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::command::COMMANDS;
use crate::console::effect::Effect;
use crate::console::frame_info::FrameInfo;
use crate::console::model::Model;
use crate::console::msg::{Event, Msg};
use crate::console::overlay::Overlay;
use crate::console::runner::{Flow, Input, Runner, Screen};
use crate::console::screens::rig::{at, draw, zone};
use crate::console::settings::Settings;
use crate::console::update::update;
use crate::demo::Demo;
use crate::engine::journal;
use crate::engine::session::{Record, Visiting};
use crate::keys::Chord;
use crate::operations::environment_actions::VERBS;
use crate::ssm::channel::{End, Session};
use crate::ssm::plugin::Plugged;
use crate::ssm::start_request::{StartRequest, Token};
use crate::world::{Fault, Scope};

/// The simulated account behind a door that notes what would change it, or let somebody in who can.
struct Watched {
    inner: Demo,
    written: Mutex<Vec<String>>,
}

impl Watched {
    fn note(&self, what: &str) {
        self.written.lock().expect("the list").push(what.to_owned());
    }

    fn written(&self) -> Vec<String> {
        self.written.lock().expect("the list").clone()
    }
}

impl Cloud for Watched {
    crate::delegate_cloud!(self.inner: scopes, identify, read, look, renew, stats, login, pause, now);

    fn change<'a>(&'a self, change: &'a Approved, scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        self.note(&change.plan().message);
        self.inner.change(change, scope)
    }

    fn converse<'a>(&'a self, scope: &'a Scope, ask: &'a StartRequest) -> BoxFuture<'a, Result<Session, Fault>> {
        self.note(ask.operation());
        self.inner.converse(scope, ask)
    }

    fn start_plugin_session<'a>(
        &'a self,
        scope: &'a Scope,
        ask: &'a StartRequest,
    ) -> BoxFuture<'a, Result<Plugged, Fault>> {
        self.note(ask.operation());
        self.inner.start_plugin_session(scope, ask)
    }

    fn end_session<'a>(&'a self, scope: &'a Scope, id: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        self.note("ssm:TerminateSession");
        self.inner.end_session(scope, id)
    }

    fn database_token<'a>(
        &'a self,
        scope: &'a Scope,
        to: (&'a str, u16),
        user: &'a str,
    ) -> BoxFuture<'a, Result<Token, Fault>> {
        self.note("rds-db:connect");
        self.inner.database_token(scope, to, user)
    }
}

/// A screen that shows nothing and lets nobody in: whatever it is handed ends at once.
struct Blind;

impl Screen for Blind {
    fn draw(&mut self, model: &Model) -> std::io::Result<FrameInfo> {
        Ok(model.shown.clone())
    }
    async fn is_light(&mut self) -> Option<bool> {
        None
    }
    fn redraw(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    fn mouse(&mut self, _on: bool) -> std::io::Result<()> {
        Ok(())
    }
    fn notify(&mut self, _bytes: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn copy(&mut self, _text: &str) -> std::io::Result<()> {
        Ok(())
    }
    async fn lend(&mut self, _command: &[String]) -> Result<(), String> {
        Ok(())
    }
    async fn ask(&mut self, _what: &str) -> Result<Token, String> {
        Err("nobody is here".to_owned())
    }
    async fn hand_over(
        &mut self,
        _message: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> Result<(Record, End), Option<Fault>> {
        let Visiting { session, record } = open.await.map_err(Some)?;
        drop(session);
        Ok((record, End::Left))
    }
    fn suspend(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    async fn next(&mut self) -> Input {
        Input::End
    }
}

thread_local! {
    /// How often something panicked on this thread, caught or not.
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// Counts panics from here on: the console lives through those of its tasks, so that no test would fail by one.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.with(|count| count.set(count.get() + 1));
            before(info);
        }));
    });
}

/// What came of some keys.
struct Came {
    written: Vec<String>,
    /// Office hours that were written into the configuration.
    hours: usize,
    panics: usize,
    /// The journal as it stood in the end.
    journal: String,
}

/// A console over a watched account, and whoever presses its keys.
struct Presser {
    model: Model,
    runner: Runner,
    heard: UnboundedReceiver<Msg>,
    cloud: Arc<Watched>,
    dice: Rng,
    left: usize,
}

impl Presser {
    fn new(read_only: bool, seed: u64, keys: usize, journal: PathBuf, hours: &Arc<Mutex<usize>>) -> Self {
        let inner = Demo::new(7, 1.0, at(0)).prompt();
        let cloud = Arc::new(Watched { inner, written: Mutex::default() });
        let counted = Arc::clone(hours);
        let settings = Settings {
            zone: zone(),
            read_only,
            configured_environments: crate::demo::configured_environments(),
            profiles: vec!["default".to_owned(), "prod".to_owned()],
            journal: Some(journal),
            save_hours: Arc::new(move |_, _| {
                *counted.lock().expect("a count") += 1;
                Err("there is nothing to write to".to_owned())
            }),
            ..Settings::default()
        };
        let (tell, heard) = unbounded_channel();
        let model = Model::new(settings.clone(), seed, cloud.now());
        let runner = Runner::new(Arc::clone(&cloud) as Arc<dyn Cloud>, settings, tell);
        Self { model, runner, heard, cloud, dice: Rng::with_seed(seed), left: keys }
    }

    /// Tells the console what happened, and has done what it asks for, but for what reaches out of the test.
    async fn tell(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            let now = self.cloud.now();
            let kept = match effect {
                Effect::SaveText(name, _) => Some(Event::Saved(name)),
                Effect::Browse(url) => Some(Event::Browsed(url)),
                effect => {
                    let flow = self.runner.perform(effect, &self.model, &mut Blind).await.expect("a screen");
                    assert!(matches!(flow, Flow::On | Flow::End));
                    None
                }
            };
            if let Some(news) = kept {
                // Neither asks for anything more.
                update(&mut self.model, Msg { now, news });
            }
        }
    }

    /// Lets that much time go by, and the console hear what came of it.
    async fn wait(&mut self, span: Duration) {
        tokio::time::sleep(span).await;
        while let Ok(msg) = self.heard.try_recv() {
            self.tell(msg).await;
        }
        if self.model.wake_at().is_some_and(|at| at <= self.cloud.now()) {
            self.tell(Msg { now: self.cloud.now(), news: Event::Tick }).await;
        }
    }

    async fn press(&mut self, chord: Chord) {
        self.left = self.left.saturating_sub(1);
        self.tell(Msg { now: self.cloud.now(), news: Event::Key(chord) }).await;
    }

    fn draw(&mut self) {
        let size = [(80, 24), (120, 35), (61, 18)][self.dice.usize(..3)];
        draw(&mut self.model, size.0, size.1);
    }

    /// The name of an environment or of what is in one, as a person might type it.
    fn name(&mut self) -> String {
        let environments = &self.model.picture.environments;
        let Some(environment) = self.dice.choice(environments) else { return "prooflink-dev".to_owned() };
        match self.dice.choice(&environment.members).filter(|_| self.dice.u8(..4) == 0) {
            Some(member) => member.name.clone(),
            None => environment.name.to_string(),
        }
    }

    /// A line as it is typed, with enter behind it.
    fn line(text: &str) -> Vec<Chord> {
        text.chars().map(Chord::char).chain(["enter".parse().expect("a chord")]).collect()
    }

    fn chosen(&mut self, from: &[&str]) -> String {
        self.dice.choice(from).copied().unwrap_or_default().to_owned()
    }

    /// What is pressed without a look at the screen: a key, a line, a walk to something that can be done, or the answer to
    /// what is asked.
    fn next(&mut self, bound: &[Chord]) -> Vec<Vec<Chord>> {
        const TELLING: [&str; 12] = ["enter", "y", "a", "s", "d", "w", "down", "j", "space", "2", "esc", "F"];
        const WORDS: [&str; 11] = ["", "2", "v2", "on", "23:30", "3h", "echo hi", "yes", "10m because", "0", "1"];
        let chord = |key: &str| key.parse::<Chord>().expect("a chord");
        let home = || vec![chord("esc"); 4];
        match (&self.model.overlay, self.dice.u8(..4)) {
            (Overlay::Confirm(confirm), 0..=2) => {
                let name = confirm.plan.environment.to_string();
                let named = confirm.at.wants_name();
                return vec![if named { Self::line(&name) } else { vec![chord("y")] }];
            }
            (Overlay::Ask(_), 0..=2) => return vec![Self::line(&self.chosen(&WORDS))],
            (Overlay::Menu(_), 0..=1) => {
                let down = self.dice.usize(..6);
                return vec![vec![chord("down"); down], vec![chord("enter")]];
            }
            _ => {}
        }
        match self.dice.u8(..16) {
            0 | 1 => {
                let named: Vec<&str> = COMMANDS.iter().map(|spec| spec.name).chain(VERBS.iter().copied()).collect();
                let (verb, word) = (self.chosen(&named), self.chosen(&WORDS));
                let name = if self.dice.bool() { self.name() } else { String::new() };
                vec![vec![chord(":")], Self::line(format!("{verb} {name} {word}").trim())]
            }
            2 => {
                let (verb, name) = (self.chosen(VERBS), self.name());
                vec![home(), Self::line(&format!(":{verb} {name}"))]
            }
            // To a row of an environment, and what can be done with it.
            3 | 4 => {
                let (name, down, opens) = (self.name(), self.dice.usize(..12), self.chosen(&["a", "s", "F", "enter"]));
                vec![home(), Self::line(&format!(":env {name}")), vec![chord("down"); down], vec![chord(&opens)]]
            }
            5 => vec![Self::line(&if self.dice.bool() { self.name() } else { self.chosen(&WORDS) })],
            6 => vec![vec![Chord::char(self.dice.char('!'..='~'))]],
            7..=10 => vec![self.dice.choice(bound.iter().copied()).into_iter().collect()],
            _ => vec![vec![chord(&self.chosen(&TELLING))]],
        }
    }

    async fn play(&mut self) {
        let bound = COMMANDS.iter().flat_map(|spec| spec.keys).map(|key| key.parse().expect("a chord"));
        let bound: Vec<Chord> = bound.collect();
        self.tell(Msg { now: self.cloud.now(), news: Event::Started }).await;
        for _ in 0..100 {
            if self.model.picture.environments.len() > 3 && self.model.pacer.unread().is_empty() {
                break;
            }
            self.wait(Duration::from_millis(100)).await;
        }
        assert!(self.model.picture.environments.len() > 3, "the account was never read");
        while self.left > 0 {
            for keys in self.next(&bound) {
                for chord in keys {
                    self.press(chord).await;
                }
                self.wait(Duration::from_millis(5)).await;
            }
            // What is asked takes no key before it was on the screen for a while.
            if matches!(self.model.overlay, Overlay::Confirm(_)) {
                self.draw();
                // One that opened by itself takes none for longer.
                let patient = self.dice.u8(..3) == 0;
                self.wait(Duration::from_millis(if patient { 700 } else { 20 })).await;
            } else if self.dice.u8(..16) == 0 {
                self.draw();
            }
        }
        // What is under way comes to an end, or stays what it is.
        self.wait(Duration::from_secs(30)).await;
        self.runner_leaves().await;
    }

    async fn runner_leaves(&mut self) {
        let (tell, _) = unbounded_channel();
        let spare = Runner::new(Arc::clone(&self.cloud) as Arc<dyn Cloud>, Settings::default(), tell);
        std::mem::replace(&mut self.runner, spare).leave().await;
    }
}

/// Presses that many keys by chance over the simulated account.
fn pressed(read_only: bool, seed: u64, keys: usize) -> Came {
    count_panics();
    let before = PANICS.get();
    let home = TempDir::new().expect("a directory");
    let (path, hours) = (home.path().join("journal.jsonl"), Arc::new(Mutex::new(0)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let written = runtime.expect("a runtime").block_on(async {
        let mut presser = Presser::new(read_only, seed, keys, path.clone(), &hours);
        presser.play().await;
        presser.cloud.written()
    });
    let hours = *hours.lock().expect("a count");
    let journal = std::fs::read_to_string(&path).unwrap_or_default();
    Came { written, hours, panics: PANICS.get() - before, journal }
}

/// Twelve thousand keys in all: where nothing may be changed, nothing is, nobody is let in, and no file is written.
#[rstest]
fn keys_by_chance_change_nothing_in_read_only(#[values(1, 2, 3, 4)] seed: u64) {
    let came = pressed(true, seed, 3_000);
    assert_eq!((came.written, came.hours, came.panics), (Vec::new(), 0, 0));
    // Whoever looks on at a rollout changes nothing.
    let (entries, _) = journal::read(&came.journal);
    assert!(entries.iter().all(|entry| entry.calls.is_empty()), "{entries:?}");
}

/// Sixty-eight thousand keys in all: they do change what may be changed, and each change has its lines in the journal.
#[rstest]
fn keys_by_chance_break_nothing_and_are_written_down(#[values(11, 12, 13, 14)] seed: u64) {
    let came = pressed(false, seed, 17_000);
    assert_eq!(came.panics, 0);
    assert!(came.written.len() > 10, "hardly anything was changed: {:?}", came.written);
    let (entries, skipped) = journal::read(&came.journal);
    assert_eq!(skipped, 0, "lines of the journal cannot be read");
    assert!(entries.len() >= came.written.len(), "{} entries for {:?}", entries.len(), came.written);
}
