//! Whether keys stay quick while the account is read anew: keys are applied and drawn while readings of the large
//! account arrive and pictures of it are gathered on another thread. `cargo bench -p toban-benches --bench refresh`.
//! A key's time is all that stands between it and its frame: the arrivals before it, its update, the drawing.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

mod large;
mod measure;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::{buffer::Buffer, layout::Rect};
use toban::console::effect::Effect;
use toban::console::model::Model;
use toban::console::msg::{Event, Msg};
use toban::console::settings::Settings;
use toban::console::update::update;
use toban::console::view::paint;
use toban::environment::ConfiguredEnvironments;
use toban::overview::assemble;
use toban::world::Health;

const KEYS: usize = 3_000;
const SIZE: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };
/// The time of the account between two keys: much of it, so that much is read.
const BEAT: SignedDuration = SignedDuration::from_millis(400);
/// The time of this machine between two keys: a held-down key repeats about this often.
const PAUSE: Duration = Duration::from_millis(5);
/// What the reader does, over and over: through the fleet, into an environment, through its rows, into a page, back.
const WALK: &[&str] = &[
    "j", "j", "j", "enter", "j", "j", "ctrl-f", "j", "ctrl-f", "k", "G", "k", "enter", "j", "j", "esc", "g", "j",
    "tab", "j", "esc", "k",
];

fn main() {
    let mut model = Model::new(Settings::default(), 7, large::now());
    let (tell, told) = channel();
    let mut now = large::now();
    perform(&model, vec![Effect::Scopes], now, &tell);
    // The first picture stands before anything is measured.
    let whole = assemble(&large::world(), &ConfiguredEnvironments::default(), now, &TimeZone::UTC).environments.len();
    assert_eq!(whole, large::ENVIRONMENTS, "the large account is not placed as it should be");
    while model.picture.environments.len() < whole || !model.complete() {
        now = after(now);
        let news = told.recv_timeout(Duration::from_millis(20)).unwrap_or(Event::Tick);
        let effects = update(&mut model, Msg { now, news });
        perform(&model, effects, now, &tell);
    }
    let mut walk = WALK.iter().cycle();
    measure::measure("a key while nothing arrives", KEYS, || {
        let key = walk.next().and_then(|key| key.parse().ok()).expect("a key");
        update(&mut model, Msg { now, news: Event::Key(key) });
        draw(&mut model)
    });
    let mut times = Vec::with_capacity(KEYS);
    let (mut read, mut pictures) = (0, 0);
    for key in WALK.iter().cycle().take(KEYS) {
        std::thread::sleep(PAUSE);
        now = after(now);
        let begun = Instant::now();
        let mut effects = arrivals(&mut model, now, &told, (&mut read, &mut pictures));
        effects.extend(update(&mut model, Msg { now, news: Event::Key(key.parse().expect("a key")) }));
        draw(&mut model);
        times.push(begun.elapsed());
        perform(&model, effects, now, &tell);
    }
    assert!(read > 100 && pictures > 20, "only {read} readings and {pictures} pictures: that is no refresh");
    assert!(model.picture.environments.iter().any(|environment| environment.verdict.health == Health::Bad));
    println!("{read} readings and {pictures} pictures arrived between the keys");
    measure::say("a key while the large account is read anew", times);
}

fn draw(model: &mut Model) -> Buffer {
    let mut buffer = Buffer::empty(SIZE);
    let (shown, _) = paint(model, SIZE, &mut buffer);
    model.saw(shown);
    buffer
}

fn after(now: Timestamp) -> Timestamp {
    now.checked_add(BEAT).expect("a later time")
}

/// Takes in everything that arrived.
fn arrivals(
    model: &mut Model,
    now: Timestamp,
    told: &Receiver<Event>,
    (read, pictures): (&mut usize, &mut usize),
) -> Vec<Effect> {
    let mut effects = Vec::new();
    for news in told.try_iter() {
        *read += usize::from(matches!(news, Event::Read(..)));
        *pictures += usize::from(matches!(news, Event::Gathered(..)));
        effects.extend(update(model, Msg { now, news }));
    }
    effects
}

/// What the runner does: every answer comes as a message, pictures are made on a thread of their own.
fn perform(model: &Model, effects: Vec<Effect>, now: Timestamp, tell: &Sender<Event>) {
    for effect in effects {
        let news = match effect {
            Effect::Scopes => Event::Scopes(0, Ok(vec![large::scope()])),
            Effect::Identify(scope) => Event::Identity(0, scope, Ok(large::identity())),
            Effect::Read(reading) => {
                let found = large::found(reading.kind, now);
                Event::Read(0, reading, Ok(found))
            }
            Effect::Gather => {
                let (world, tell) = (Arc::clone(&model.world), tell.clone());
                std::thread::spawn(move || {
                    let picture = assemble(&world, &ConfiguredEnvironments::default(), now, &TimeZone::UTC);
                    drop(tell.send(Event::Gathered(0, picture)));
                });
                continue;
            }
            _ => continue,
        };
        tell.send(news).expect("somebody listens");
    }
}
