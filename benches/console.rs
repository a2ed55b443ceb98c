//! What a key costs: one update and one full frame at 200×60 over 10,000 rows.
//! `cargo bench -p toban-benches --bench console`.
#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

mod measure;

use std::hint::black_box;

use jiff::Timestamp;
use ratatui::{buffer::Buffer, layout::Rect};
use toban::console::model::Model;
use toban::console::msg::{Event, Msg};
use toban::console::settings::Settings;
use toban::console::update::update;
use toban::console::view::paint;
use toban::diagnosis::{Finding, Verdict};
use toban::environment::Environment;
use toban::keys::Chord;
use toban::kinds::Counts;
use toban::overview::{EnvironmentStatus, Picture};
use toban::world::{Health, Scope};

const ROWS: usize = 10_000;
const SIZE: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };

fn now() -> Timestamp {
    "2026-11-21T05:02:11Z".parse().expect("a timestamp")
}

fn environment(at: usize) -> EnvironmentStatus {
    let health = Health::ALL.get(at % 6).copied().unwrap_or_default();
    let message = format!("3 of 4 targets answer 502 since 13:58, 対象 {at} が応答しません");
    let finding = Finding { health, depth: 2, message, about: None, evidence: Vec::new() };
    let environment = Environment {
        project: Some(format!("system{at:05}")),
        stage: Some("prod".into()),
        account: Some("123456789012".into()),
        region: Some("ap-northeast-1".into()),
        counts: Counts { tasks_running: 4, tasks_desired: 4, services: 1, ..Counts::default() },
        read_at: Some(now()),
        ..Environment::new(format!("system{at:05}-prod"), vec![Scope::new("large", "ap-northeast-1")])
    };
    let verdict = Verdict { health, findings: vec![finding], ..Verdict::default() };
    EnvironmentStatus { verdict, ..EnvironmentStatus::unjudged(environment) }
}

fn main() {
    let mut model = Model::new(Settings::default(), 7, now());
    model.scopes = Some(vec![Scope::new("large", "ap-northeast-1")]);
    let picture = Picture {
        at: Some(now()),
        environments: (0..ROWS).map(environment).collect(),
        shared: Vec::new(),
        unassigned: Vec::new(),
        ..Default::default()
    };
    update(&mut model, Msg { now: now(), news: Event::Gathered(0, picture) });
    let mut buffer = Buffer::empty(SIZE);
    let (shown, _) = paint(&model, SIZE, &mut buffer);
    model.saw(shown);
    let text: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(text.contains("10000 environments"), "the rows are not on the screen");
    let down: Chord = "j".parse().expect("a key");
    measure::measure("a key over 10,000 rows: update and draw at 200x60", 300, || {
        update(&mut model, Msg { now: now(), news: Event::Key(down) });
        let mut buffer = Buffer::empty(SIZE);
        let (shown, _) = paint(black_box(&model), SIZE, &mut buffer);
        model.saw(shown);
        buffer
    });
}
