//! The rig of the screens' tests: a world to draw, a model around it, a buffer to look at. For
//! tests only.

use crate::environment::Environment;
use crate::overview::EnvironmentStatus;
use std::sync::Arc;

use jiff::{Timestamp, tz::TimeZone};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::cloud::Cloud;
use crate::console::effect::Effect;
use crate::console::model::Model;
use crate::console::msg::{Event, Msg};
use crate::console::settings::Settings;
use crate::console::update::update;
use crate::console::view::paint;
use crate::demo::Demo;
use crate::diagnosis::{Finding, Verdict};
use crate::engine::headless;
use crate::engine::headless::View;
use crate::environment::Member;
use crate::kinds::Counts;
use crate::kinds::catalog::kind;
use crate::kinds::iam_simulation;
use crate::kinds::iam_simulation::{Question, Simulation};
use crate::overview::Picture;
use crate::world::read_request::ReadRequest;
use crate::world::{
    AnyReading, Coverage, EnvironmentName, Fault, FaultKind, Health, KindName, Part, Reading, ResourceId, Scope, World,
};

/// `second` seconds after 14:02:11 in Tokyo.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_237_331 + second).expect("a second in range")
}

pub(crate) fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}

pub(crate) fn scope() -> Scope {
    Scope::new("prooflink", "ap-northeast-1")
}

pub(crate) fn id(key: &str) -> ResourceId {
    ResourceId { kind: KindName("db-instance"), scope: scope(), key: Arc::from(key) }
}

pub(crate) fn environment(name: &str, health: Health, message: &str) -> EnvironmentStatus {
    let stage = name.rsplit_once('-').map(|(_, stage)| stage.to_owned());
    let protected = stage.as_deref() != Some("dev");
    let finding = Finding {
        health,
        depth: 0,
        message: message.to_owned(),
        about: Some(id(&format!("{name}-db"))),
        evidence: vec![message.to_owned(), format!("alarm {name}-5xx since 13:59")],
    };
    EnvironmentStatus {
        environment: Environment {
            name: EnvironmentName::from(name),
            project: None,
            stage,
            protected,
            allow_stop: false,
            named: Vec::new(),
            account: None,
            region: None,
            record: crate::schedule::Record::default(),
            scopes: vec![scope()],
            members: vec![Member {
                id: id(&format!("{name}-db")),
                name: format!("{name}-db"),
                assessment: None,
                because: vec![],
            }],
            shared: Vec::new(),
            doubts: Vec::new(),
            counts: Counts {
                tasks_running: 2,
                tasks_desired: 2,
                services: 1,
                targets_healthy: 1,
                targets_total: 2,
                databases: vec![(Health::Well, "available".to_owned())],
                alarms_total: 4,
                ..Counts::default()
            },
            faults: Vec::new(),
            read_at: Some(at(-20)),
            recalled: None,
            deploy: None,
        },
        verdict: Verdict {
            health,
            findings: if message.is_empty() { vec![] } else { vec![finding] },
            ..Verdict::default()
        },
        offhours: None,
        others: Box::default(),
    }
}

pub(crate) fn fleet() -> Vec<EnvironmentStatus> {
    vec![
        environment("prooflink-prod", Health::Bad, "3 of 4 targets answer 502 since 13:58"),
        environment("本番環境-prod", Health::Worrying, "対象が応答しません: a rollout is stalled for 12 min"),
        environment("city-dev", Health::Asleep, "asleep until Tue 08:45"),
        environment("kajimaru", Health::Well, ""),
    ]
}

pub(crate) fn model() -> Model {
    let settings = Settings { zone: zone(), ..Settings::default() };
    Model::new(settings, 7, at(0))
}

/// A console that has read everything and shows these environments.
pub(crate) fn showing(environments: Vec<EnvironmentStatus>) -> Model {
    let mut model = model();
    model.scopes = Some(vec![scope()]);
    let picture = Picture { at: Some(at(0)), environments, ..Picture::default() };
    tell(&mut model, Event::Gathered(0, picture));
    model
}

/// A console over the simulated account, `seconds` into the simulation.
pub(crate) fn demo(seconds: i64) -> Model {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, seconds));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let view = View { configured_environments: crate::demo::configured_environments(), zone: zone() };
    let snapshot = runtime.block_on(headless::picture(&cloud, &view, &mut |_, _| {})).expect("a picture");
    let settings = Settings { zone: zone(), ..Settings::default() };
    let mut model = Model::new(settings, 7, cloud.now());
    model.scopes = Some(snapshot.world.scopes());
    model.world = Arc::new(snapshot.world);
    tell(&mut model, Event::Gathered(0, snapshot.picture));
    model
}

/// What the simulation answers to these questions.
pub(crate) fn read_of_demo(wants: &[ReadRequest]) -> Vec<(ReadRequest, Result<AnyReading, Fault>)> {
    let cloud = Demo::at(7, 0);
    let known = World::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let read = |want: &ReadRequest| {
        let kind = kind(want.kind).expect("a kind");
        (want.clone(), runtime.block_on(cloud.read(kind, &want.scope, &want.coverage, &known)))
    };
    wants.iter().map(read).collect()
}

/// What IAM answers to the questions among `wants`, where those that contain one of `denied` are denied and all others
/// allowed.
pub(crate) fn decided_by_iam(wants: &[ReadRequest], denied: &[&str]) -> Vec<(ReadRequest, Result<AnyReading, Fault>)> {
    let answer = |part: &Part| {
        let question = Question::of(part)?;
        let verdict = |action: &String, on: &String| iam_simulation::Verdict {
            action: action.clone(),
            on: on.clone(),
            decision: match denied.iter().any(|no| action.contains(no) || on.contains(no)) {
                true => "implicitDeny".to_owned(),
                false => "allowed".to_owned(),
            },
            missing: Vec::new(),
        };
        let all = question.actions.iter().flat_map(|action| question.on.iter().map(move |on| verdict(action, on)));
        Some((part.clone(), Ok(vec![Simulation { question: part.to_string(), answer: Ok(all.collect()) }])))
    };
    let parts = |want: &ReadRequest| match &want.coverage {
        Coverage::Parts(parts) => {
            Some((want.clone(), Ok(Reading::of(parts.iter().filter_map(answer).collect()).into())))
        }
        Coverage::All => None,
    };
    wants.iter().filter_map(parts).collect()
}

/// Answers what an update asked for of log lines as the simulation does, and what follows from that.
pub(crate) fn answer_logs(model: &mut Model, effects: Vec<Effect>) {
    let cloud = Demo::at(7, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for effect in effects {
        if let Effect::ReadLogs(view, ask) = effect {
            let (number, got) = runtime.block_on(crate::engine::log_reader::read_page(&cloud, ask));
            let more = tell(model, Event::LogsRead(view, number, got));
            answer_logs(model, more);
        }
    }
}

pub(crate) fn denied() -> Fault {
    Fault::new(FaultKind::Denied, "elasticloadbalancing:DescribeTargetHealth", "no identity-based policy allows it")
}

pub(crate) fn expired() -> Fault {
    Fault::new(FaultKind::Expired, "rds:DescribeDBInstances", "the SSO session has expired")
}

pub(crate) fn tell(model: &mut Model, news: Event) -> Vec<Effect> {
    let now = model.now;
    tell_at(model, now, news)
}

pub(crate) fn tell_at(model: &mut Model, now: Timestamp, news: Event) -> Vec<Effect> {
    // What opens by itself takes no key before it was on the screen.
    let opens = matches!(news, Event::Consulted(..));
    let effects = update(model, Msg { now, news });
    if opens {
        draw(model, 100, 30);
    }
    effects
}

/// Presses keys, by their spelling, one after the other; what the last one had done.
pub(crate) fn press(model: &mut Model, keys: &[&str]) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys {
        effects = tell(model, Event::Key(key.parse().expect("a chord")));
        draw(model, 100, 30);
    }
    effects
}

/// Types text, letter by letter.
pub(crate) fn type_in(model: &mut Model, text: &str) {
    for c in text.chars() {
        tell(model, Event::Key(crate::keys::Chord::char(c)));
    }
}

/// One frame, which the model takes note of.
pub(crate) fn draw(model: &mut Model, columns: u16, rows: u16) -> Buffer {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    let (shown, _) = paint(model, area, &mut buffer);
    model.saw(shown);
    if model.dirty {
        buffer.reset();
        let (shown, _) = paint(model, area, &mut buffer);
        model.saw(shown);
    }
    buffer
}

/// The frame with its styles, for snapshots.
pub(crate) fn picture(model: &mut Model, columns: u16, rows: u16) -> String {
    format!("{:?}", draw(model, columns, rows))
}

/// The frame's text alone, for looking things up.
pub(crate) fn text(model: &mut Model, columns: u16, rows: u16) -> String {
    let buffer = draw(model, columns, rows);
    let mut text = String::new();
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += u16::try_from(crate::text::width(symbol)).unwrap_or(1).max(1);
        }
        text.push('\n');
    }
    text
}
