//! The loop on a scripted cloud and screen, in virtual time: keys are answered while calls are
//! under way, nothing is drawn while nothing happens.

use futures_util::future::BoxFuture;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::super::msg::Event;
use super::super::runner::{Input, Screen};
use super::super::settings::Settings;
use super::run_on;
use crate::aws::stats::Stats;
use crate::change::gate::Approved;
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::console::frame_info::FrameInfo;
use crate::console::model::Model;
use crate::console::screens::rig::{at, scope, zone};
use crate::console::view::paint;
use crate::display::Extra;
use crate::engine::session::{Record, Visiting};
use crate::keys::Chord;
use crate::kinds::AnyKind;
use crate::ssm::channel::End;
use crate::world::{AnyReading, Coverage, Fault, FaultKind, Identity, ResourceId, Scope, SourceName, World};

/// A cloud that takes its time over everything, and keeps a list of what it was asked.
struct Slow {
    since: Instant,
    takes: Duration,
    asked: Mutex<Vec<(Duration, String)>>,
}

impl Slow {
    fn taking(seconds: u64) -> Arc<Self> {
        Arc::new(Self { since: Instant::now(), takes: Duration::from_secs(seconds), asked: Mutex::default() })
    }

    fn note(&self, what: impl Into<String>) {
        self.asked.lock().expect("the list").push((self.since.elapsed(), what.into()));
    }

    fn asked(&self, what: &str) -> Vec<Duration> {
        let asked = self.asked.lock().expect("the list");
        asked.iter().filter(|(_, asked)| asked == what).map(|(when, _)| *when).collect()
    }
}

impl Cloud for Slow {
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<Scope>, Fault>> {
        self.note("scopes");
        Box::pin(async { Ok(vec![scope()]) })
    }
    fn identify<'a>(&'a self, _scope: &'a Scope) -> BoxFuture<'a, Result<Identity, Fault>> {
        self.note("identify");
        Box::pin(async { panic!("a task that breaks off must not break the console") })
    }
    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        _scope: &'a Scope,
        _coverage: &'a Coverage,
        _known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        self.note(kind.name().0);
        Box::pin(async {
            tokio::time::sleep(self.takes).await;
            Err(Fault::new(FaultKind::Timeout, "read", "nothing came"))
        })
    }
    fn look<'a>(
        &'a self,
        _kind: &'static dyn AnyKind,
        _id: &'a ResourceId,
        _known: &'a World,
        _now: Timestamp,
    ) -> BoxFuture<'a, Result<Extra, Fault>> {
        Box::pin(async { Ok(Extra::default()) })
    }
    fn change<'a>(&'a self, _change: &'a Approved, _scope: &'a Scope) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async { Ok(Receipt::default()) })
    }
    fn renew(&self, source: &SourceName) {
        self.note(format!("renew {source}"));
    }
    fn stats(&self) -> Stats {
        Stats::default()
    }
    fn login(&self, _source: &SourceName) -> Option<Vec<String>> {
        Some(vec!["aws".into(), "sso".into(), "login".into()])
    }
    fn now(&self) -> Timestamp {
        at(0) + jiff::SignedDuration::try_from(self.since.elapsed()).expect("a short time")
    }
}

/// A screen with a script: keys at their times, then the end. Remembers when it drew what.
struct Script {
    cloud: Arc<Slow>,
    keys: Vec<(Duration, &'static str)>,
    drawn: Vec<(Duration, String)>,
    themes: Vec<String>,
    light: Option<bool>,
    done: Vec<String>,
}

impl Script {
    fn of(cloud: &Arc<Slow>, keys: &[(u64, &'static str)]) -> Self {
        let mut keys: Vec<_> = keys.iter().map(|(millis, key)| (Duration::from_millis(*millis), *key)).collect();
        keys.reverse();
        Self { cloud: Arc::clone(cloud), keys, drawn: Vec::new(), themes: Vec::new(), light: None, done: Vec::new() }
    }

    fn last(&self) -> &str {
        self.drawn.last().map_or("", |(_, text)| text)
    }
}

impl Screen for Script {
    fn draw(&mut self, model: &Model) -> io::Result<FrameInfo> {
        let area = ratatui::layout::Rect::new(0, 0, 120, 24);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        let (shown, _) = paint(model, area, &mut buffer);
        let text: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        self.drawn.push((self.cloud.since.elapsed(), text));
        self.themes.push(model.theme.name().to_owned());
        Ok(shown)
    }
    async fn is_light(&mut self) -> Option<bool> {
        self.done.push("asked for its background".into());
        self.light
    }
    fn redraw(&mut self) -> io::Result<()> {
        self.done.push("redraw".into());
        Ok(())
    }
    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.done.push(format!("mouse {on}"));
        Ok(())
    }
    fn notify(&mut self, bytes: &str) -> io::Result<()> {
        self.done.push(format!("notify {bytes:?}"));
        Ok(())
    }
    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.done.push(format!("copy {text}"));
        Ok(())
    }
    async fn lend(&mut self, command: &[String]) -> Result<(), String> {
        self.done.push(command.join(" "));
        Ok(())
    }
    async fn ask(&mut self, what: &str) -> Result<crate::ssm::start_request::Token, String> {
        self.done.push(what.to_owned());
        Ok(crate::ssm::start_request::Token::new("123456".to_owned()))
    }
    async fn hand_over(
        &mut self,
        message: &str,
        open: impl Future<Output = Result<Visiting, Fault>>,
    ) -> Result<(Record, End), Option<Fault>> {
        self.done.push(message.to_owned());
        match open.await {
            Ok(Visiting { session, record }) => Ok((record, session.channel.end().await)),
            Err(fault) => Err(Some(fault)),
        }
    }
    fn suspend(&mut self) -> io::Result<()> {
        self.done.push("suspend".into());
        Ok(())
    }
    async fn next(&mut self) -> Input {
        let Some((at, key)) = self.keys.last().copied() else { return Input::End };
        tokio::time::sleep_until(self.cloud.since + at).await;
        self.keys.pop();
        let news = match key {
            "nothing" => Event::Watched(true),
            key => Event::Key(key.parse::<Chord>().expect("a chord")),
        };
        Input::Event(Box::new(news))
    }
}

async fn played(cloud: &Arc<Slow>, keys: &[(u64, &'static str)]) -> Script {
    let mut script = Script::of(cloud, keys);
    let settings = Settings { zone: zone(), ..Settings::default() };
    run_on(&mut script, Arc::clone(cloud) as Arc<dyn Cloud>, settings).await.expect("a screen");
    script
}

#[tokio::test(start_paused = true)]
async fn a_light_terminal_gets_the_theme_of_the_day_before_the_first_frame() {
    let cloud = Slow::taking(5);
    for (suits_terminal, light, themes, asked) in [
        (true, Some(true), ["day", "day"], 1),
        (true, Some(false), ["night", "night"], 1),
        (true, None, ["night", "night"], 1),
        (false, Some(true), ["night", "night"], 0),
    ] {
        let mut script = Script { light, ..Script::of(&cloud, &[(50, "?")]) };
        let settings = Settings { zone: zone(), suits_terminal, ..Settings::default() };
        run_on(&mut script, Arc::clone(&cloud) as Arc<dyn Cloud>, settings).await.expect("a screen");
        let ends = [script.themes.first(), script.themes.last()].map(|name| name.map_or("", String::as_str));
        assert_eq!(ends, themes, "{suits_terminal} {light:?}");
        assert_eq!(script.done.iter().filter(|done| done.starts_with("asked")).count(), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_before_anything_is_asked() {
    let cloud = Slow::taking(5);
    let mut script = Script::of(&cloud, &[]);
    script.keys.clear();
    let settings = Settings { zone: zone(), ..Settings::default() };
    run_on(&mut script, Arc::clone(&cloud) as Arc<dyn Cloud>, settings).await.expect("a screen");
    assert!(script.drawn[0].1.contains("looking for credentials"), "{}", script.drawn[0].1);
    assert_eq!(script.drawn[0].0, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_answered_while_a_five_second_call_is_under_way() {
    let cloud = Slow::taking(5);
    let script = played(&cloud, &[(1000, "?"), (1500, "ctrl-c")]).await;
    assert!(!cloud.asked("ecs-cluster").is_empty(), "the call is under way");
    let help = script.drawn.iter().find(|(_, text)| text.contains("in the fleet")).expect("help was drawn");
    assert_eq!(help.0.as_millis(), 1000);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_too_late_is_dropped() {
    let cloud = Slow::taking(400);
    let script = played(&cloud, &[(420_000, "!"), (421_000, "ctrl-c")]).await;
    assert_eq!(cloud.asked("ecs-cluster").len(), 2, "given up after five minutes and asked again");
    assert!(!script.last().contains("nothing came"), "the answer to the first question is nobody's");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_breaks_off_is_a_fault_like_any_other() {
    let cloud = Slow::taking(1);
    let script = played(&cloud, &[(2500, "!"), (2600, "ctrl-c")]).await;
    assert!(script.last().contains("a task broke off"), "{}", script.last());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_changes() {
    let cloud = Slow::taking(1);
    let script = played(&cloud, &[(20_000, "nothing"), (29_000, "nothing"), (29_500, "ctrl-c")]).await;
    let idle = script.drawn.iter().filter(|(when, _)| (10..29).contains(&when.as_secs())).count();
    // The clock's minute is the only thing that may have moved.
    assert!(idle <= 1, "{:?}", script.drawn.iter().map(|(when, _)| *when).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn effects_reach_the_screen() {
    let cloud = Slow::taking(1);
    let script = played(&cloud, &[(10, "M"), (20, "ctrl-c")]).await;
    assert_eq!(script.done, ["mouse false"]);
}
