//! What log lines cost: bytes for each of a million, lines taken in a second, a key with its frame over all of them, and the
//! frames while ten thousand a second are followed.
//! `cargo bench -p toban-benches --bench logs`. Memory is read from `/proc`, so on Linux only.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]
#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]

mod measure;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect};
use toban::console::effect::Effect;
use toban::console::model::Model;
use toban::console::msg::{Event, Msg};
use toban::console::page::Page;
use toban::console::screens::logs::{LogView, Subject};
use toban::console::settings::Settings;
use toban::console::update::update;
use toban::console::view::paint;
use toban::keys::Chord;
use toban::kinds::log_page::{LogEvent, LogPage, Streams};
use toban::logs::feed::Feed;
use toban::logs::{Limit, LogSource, Origin, Span, Wanted};
use toban::world::{KindName, ResourceId, Scope};

const LINES: u64 = 1_000_000;
const PAGE: u64 = 10_000;
const SIZE: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };

fn now() -> Timestamp {
    "2026-11-21T05:02:11Z".parse().expect("a timestamp")
}

fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// A line as applications write them, some hundred bytes long.
fn event(id: u64, streams: &[Arc<str>]) -> LogEvent {
    let at = now().as_millisecond() - i64::try_from((LINES - id) / 2).unwrap_or_default();
    let message = match id % 20 {
        0 => format!(
            "2026-11-21T05:01:{:02}Z ERROR query {id} timed out after {} ms on db-{}",
            id % 60,
            id % 9000,
            id % 7
        ),
        1..4 => format!(
            "2026-11-21T05:01:{:02}Z WARN pool is busy: {} of 40 connections are in use by 12 workers",
            id % 60,
            id % 41
        ),
        _ => format!(
            "2026-11-21T05:01:{:02}Z INFO GET /api/items/{id} 200 in {} ms for user {}",
            id % 60,
            id % 300,
            id % 5000
        ),
    };
    let place = usize::try_from(id).unwrap_or_default() % streams.len().max(1);
    let stream = streams.get(place).map_or_else(|| Arc::from("x"), Arc::clone);
    LogEvent { id: id.wrapping_mul(0x9E37_79B9_7F4A_7C15), at, ingested: Some(at + 400), stream, message }
}

fn feed() -> Feed {
    let owner =
        ResourceId { kind: KindName("ecs-service"), scope: Scope::new("x", "ap-northeast-1"), key: Arc::from("app") };
    let origin = Origin::Group { group: "/ecs/app".to_owned(), streams: Streams::All };
    let source = LogSource { scope: owner.scope.clone(), origin, owner, name: "app".to_owned(), container: None };
    let from = now() - SignedDuration::from_hours(1);
    let span = Span { from, to: None, follow: true, pattern: None, patience: usize::MAX };
    Feed::new(vec![source], span, Limit::default(), (now(), TimeZone::UTC))
}

fn main() {
    let streams: Vec<Arc<str>> = (0..40_u64).map(|task| Arc::from(format!("ecs/app/{task:032x}"))).collect();
    let before = resident();
    let mut feed = feed();
    let mut bytes = 0;
    let begun = Instant::now();
    let mut number = feed.tail.due(now()).first().map(|ask| ask.number);
    for page in 0..LINES / PAGE {
        let events: Vec<LogEvent> = (page * PAGE..(page + 1) * PAGE).map(|id| event(id, &streams)).collect();
        bytes += events.iter().map(|event| event.message.len()).sum::<usize>();
        let next = Some(page.to_string());
        let got = LogPage { events, next, more: true, ..LogPage::default() };
        feed.hear(number.expect("a question"), Ok(got), now());
        number = feed.tail.due(now()).first().map(|ask| ask.number);
    }
    let took = begun.elapsed();
    println!(
        "{} lines of {} bytes each, {} templates",
        feed.store.len(),
        bytes / feed.store.len().max(1),
        feed.miner.worst_first(None).len()
    );
    println!(
        "taken in with templates and levels: {:.0} lines a second",
        f64::from(u32::try_from(LINES).unwrap_or(0)) / took.as_secs_f64()
    );
    println!("counted: {} bytes a line", feed.store.bytes() / feed.store.len().max(1));
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("resident: {:.1} MiB for all of them", after - before);
    }
    let subject = Subject {
        title: "logs of app".to_owned(),
        environment: None,
        owners: Vec::new(),
        is_whole: false,
        beside: Vec::new(),
        wanted: Wanted::default(),
    };
    let mut model = Model::new(Settings::default(), 7, now());
    model.enter(Page::Logs(Box::new(LogView::new(1, subject, feed, Vec::new()))));
    let mut buffer = Buffer::empty(SIZE);
    let (shown, _) = paint(&model, SIZE, &mut buffer);
    model.saw(shown);
    let mut press = |name: &str, keys: &[&str]| {
        let chords: Vec<Chord> = keys.iter().map(|key| key.parse().expect("a chord")).collect();
        let mut turn = chords.iter().cycle();
        measure::measure(name, 200, || {
            let chord = *turn.next().expect("a key");
            update(&mut model, Msg { now: now(), news: Event::Key(chord) });
            let mut buffer = Buffer::empty(SIZE);
            let (shown, _) = paint(&model, SIZE, &mut buffer);
            model.saw(shown);
            black_box(buffer)
        });
    };
    press("a key and its frame, moving", &["k", "j", "ctrl-b", "ctrl-f", "g", "G"]);
    press(
        "typing a filter over all lines, each key with its frame",
        &["/", "t", "i", "m", "e", "d", "backspace", "x", "esc"],
    );
    press("the next line of trouble", &["N", "n"]);
    press("templates and lines by turns", &["o"]);
    drop(model);
    follow(&streams);
}

/// So many lines are written in a second that is followed.
const RATE: u64 = 10_000;
/// So long it is followed.
const SECONDS: u64 = 30;
/// A frame may take no longer.
const FRAME: Duration = Duration::from_millis(16);

/// Ten thousand lines a second are written while a page follows them: what comes, a key now and then, and the frame of
/// each sixtieth of a second are timed together, as a reader meets them.
fn follow(streams: &[Arc<str>]) {
    let subject = Subject {
        title: "logs of app".to_owned(),
        environment: None,
        owners: Vec::new(),
        is_whole: false,
        beside: Vec::new(),
        wanted: Wanted::default(),
    };
    let mut model = Model::new(Settings::default(), 7, now());
    model.enter(Page::Logs(Box::new(LogView::new(1, subject, feed(), Vec::new()))));
    let mut written = 0_u64;
    let mut frames = Vec::new();
    let mut buffer = Buffer::empty(SIZE);
    for frame in 0..SECONDS * 60 {
        let at = now() + SignedDuration::from_millis(i64::try_from(frame * 1_000 / 60).unwrap_or_default());
        let due = RATE * frame / 60;
        let begun = Instant::now();
        let mut effects = update(&mut model, Msg { now: at, news: Event::Tick });
        if frame % 20 == 7 {
            let chord = if frame % 40 == 7 { "k" } else { "G" };
            effects.extend(update(&mut model, Msg { now: at, news: Event::Key(chord.parse().expect("a chord")) }));
        }
        let mut busy = begun.elapsed();
        for effect in effects {
            let Effect::ReadLogs(view, ask) = effect else { continue };
            // What the runner does beside the loop is not the frame's.
            let till = due.min(written + PAGE);
            let events: Vec<LogEvent> = (written..till).map(|id| written_at(id, at, streams)).collect();
            let more = till < due;
            written = till;
            let got = LogPage { events, next: more.then(|| written.to_string()), more, ..LogPage::default() };
            let begun = Instant::now();
            update(&mut model, Msg { now: at, news: Event::LogsRead(view, ask.number, Ok(got)) });
            busy += begun.elapsed();
        }
        let begun = Instant::now();
        buffer.reset();
        let (shown, _) = paint(&model, SIZE, &mut buffer);
        model.saw(shown);
        frames.push(busy + begun.elapsed());
    }
    let over = frames.iter().filter(|took| **took > FRAME).count();
    let worst = frames.iter().max().copied().unwrap_or_default();
    println!("followed: {written} lines, {RATE} a second; {over} of {} frames took longer than 16 ms", frames.len());
    println!("the longest frame: {:.2} ms", worst.as_secs_f64() * 1000.0);
    measure::say("a frame while they are followed", frames);
}

fn written_at(id: u64, now: Timestamp, streams: &[Arc<str>]) -> LogEvent {
    LogEvent { at: now.as_millisecond() - 400, ..event(id, streams) }
}
