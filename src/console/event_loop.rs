//! The loop: one channel of messages, drained whole before one frame is drawn, and nothing at all
//! while nothing happens. The first frame comes before any work; only the terminal may be asked for its colours before,
//! and what it does not tell at once is not waited for.

use jiff::SignedDuration;
use std::sync::Arc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::effect::Effect;
use super::model::Model;
use super::msg::{Event, Msg};
use super::runner::{Flow, Input, Runner, Screen};
use super::settings::Settings;
use super::terminal::Tty;
use super::update::update;
use crate::cloud::Cloud;
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::world::Speed;

/// How long a frame stands at least while a simulated clock races.
const FRAME: SignedDuration = SignedDuration::from_millis(40);

/// Runs the console until the reader quits, and gives what they should know afterwards. The terminal is restored however
/// this ends.
///
/// # Errors
/// When there is no terminal, or it is gone.
pub async fn run(cloud: Arc<dyn Cloud>, settings: Settings) -> color_eyre::Result<Vec<String>> {
    let mut tty = Tty::open(settings.mouse)?;
    Ok(run_on(&mut tty, cloud, settings).await?)
}

/// The same without a screen: lines in, sentences out. `is_terminal` says whether lines come from a terminal.
///
/// # Errors
/// When signals cannot be listened to.
pub async fn run_plain(
    cloud: Arc<dyn Cloud>,
    settings: Settings,
    is_terminal: bool,
) -> color_eyre::Result<Vec<String>> {
    let mut lines = super::plain::Lines::standard(is_terminal)?;
    Ok(run_on(&mut lines, cloud, settings).await?)
}

/// The same on any screen.
///
/// # Errors
/// When the screen is gone.
pub async fn run_on<S: Screen>(
    screen: &mut S,
    cloud: Arc<dyn Cloud>,
    settings: Settings,
) -> std::io::Result<Vec<String>> {
    let (tell, mut heard) = unbounded_channel();
    let mut model = Model::new(settings.clone(), fastrand::u64(..), cloud.now());
    // Where it is ours to do, edges are executed while the console is open; what was done is seen like everything else.
    let execution_log =
        Arc::new(settings.execution_log.clone().map_or_else(ExecutionLog::fleeting, ExecutionLog::Kept));
    let keeping = crate::console::scheduler_task::spawn_beside(&cloud, &settings, &execution_log, tell.clone());
    let mut runner = Runner::new(cloud, settings, tell).watching(execution_log, keeping.is_some());
    let _keeping = keeping.map(tokio::spawn).map(crate::console::scheduler_task::Stopping);
    let ended = turns(screen, &mut model, &mut runner, &mut heard).await;
    let parting = model.parting();
    if !model.tunnels.is_empty() && ended.is_ok() {
        model.notices.info(model.now, "closing the tunnels…");
        // Whoever is gone need not be told.
        let _ = show(screen, &mut model);
    }
    runner.leave().await;
    ended.map(|()| parting)
}

/// Turns messages into frames until the reader is done.
async fn turns<S: Screen>(
    screen: &mut S,
    model: &mut Model,
    runner: &mut Runner,
    heard: &mut UnboundedReceiver<Msg>,
) -> std::io::Result<()> {
    if runner.suits_terminal() && screen.is_light().await == Some(true) {
        suit_light(model, runner);
    }
    show(screen, model)?;
    let mut inbox = vec![Msg { now: runner.now(), news: Event::Started }];
    loop {
        while let Some(msg) = next(&mut inbox) {
            for effect in update(model, msg) {
                let redraw = effect == Effect::Redraw;
                if runner.perform(effect, model, screen).await? == Flow::End {
                    return Ok(());
                }
                model.dirty |= redraw;
            }
        }
        if model.dirty && screen.has_room() {
            show(screen, model)?;
        }
        match wait(screen, heard, model, runner).await {
            Some(Happened::Msg(first)) => inbox.push(*first),
            Some(Happened::Background { light }) => {
                // Whoever has chosen a theme meanwhile keeps it.
                let suits = runner.suits_terminal() && model.theme.name() == model.settings.theme.name();
                if light && suits {
                    suit_light(model, runner);
                }
            }
            Some(Happened::Room) => {}
            None => return Ok(()),
        }
        while let Ok(more) = heard.try_recv() {
            inbox.push(more);
        }
    }
}

/// Changes to the theme that suits a light terminal.
fn suit_light(model: &mut Model, runner: &Runner) {
    match runner.theme_for_light() {
        Ok(theme) => model.theme = theme,
        Err(why) => model.notices.fault(model.now, why),
    }
    model.dirty = true;
}

/// What may happen while the loop waits.
enum Happened {
    Msg(Box<Msg>),
    Background { light: bool },
    Room,
}

/// In the order they came.
fn next(inbox: &mut Vec<Msg>) -> Option<Msg> {
    (!inbox.is_empty()).then(|| inbox.remove(0))
}

fn show<S: Screen>(screen: &mut S, model: &mut Model) -> std::io::Result<()> {
    let shown = screen.draw(model)?;
    model.saw(shown);
    // Room beside the rows is known once they were drawn.
    if model.dirty {
        let shown = screen.draw(model)?;
        model.saw(shown);
    }
    Ok(())
}

/// The next thing that happens: a key, an answer, or the moment something is due. `None` ends the loop.
async fn wait<S: Screen>(
    screen: &mut S,
    heard: &mut UnboundedReceiver<Msg>,
    model: &Model,
    runner: &Runner,
) -> Option<Happened> {
    let speed = model.settings.speed;
    let wake = model.wake_at().map(|at| {
        let left = at.duration_since(runner.now());
        // A little late rather than a little early: early would find nothing due and ask again at once. And no eye sees
        // more frames than these of a clock that races.
        let least = if speed == Speed::REAL { SignedDuration::ZERO } else { speed.of_ours(FRAME) };
        left.max(least) + SignedDuration::from_millis(2)
    });
    let due = async {
        match wake {
            Some(wake) => runner.pause(wake).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        // Keys first: the reader waits for nobody.
        biased;
        input = screen.next() => match input {
            Input::Event(news) => Some(Happened::Msg(Box::new(Msg { now: runner.now(), news: *news }))),
            Input::Background { light } => Some(Happened::Background { light }),
            Input::Room => Some(Happened::Room),
            Input::End => None,
        },
        msg = heard.recv() => msg.map(|msg| Happened::Msg(Box::new(msg))),
        () = due => Some(Happened::Msg(Box::new(Msg { now: runner.now(), news: Event::Tick }))),
    }
}

#[cfg(test)]
mod chance;
#[cfg(test)]
mod tests;
