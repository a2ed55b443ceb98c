//! A walk by chance: keys, clicks, pastes, sizes and moments in any order. Nothing panics, every picture is one, and
//! there is always a way back. For tests only.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::sound;
use super::stage::{answer, back_to_the_fleet, console};
use crate::command::COMMANDS;
use crate::console::msg::Event;
use crate::console::screens::rig::{draw, tell_at};
use crate::keys::Chord;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happens {
    Key(Chord),
    Line(&'static str),
    Paste(String),
    Click(u16, u16),
    Wheel(isize),
    Size(u16, u16),
    Time(i64),
}

fn happens() -> impl Strategy<Value = Happens> {
    let bound: Vec<Chord> =
        COMMANDS.iter().flat_map(|spec| spec.keys).map(|key| key.parse().expect("a chord")).collect();
    let lines =
        ["env kaji", "env prooflink-prod", "schedule prooflink-dev", "unassigned", "theme day", "journal", "wake"];
    // What quits ends a console, and what opens another cloud ends this one.
    let bound: Vec<Chord> = bound.into_iter().filter(|chord| *chord != Chord::ctrl('c')).collect();
    prop_oneof![
        12 => prop::sample::select(bound).prop_map(Happens::Key),
        2 => any::<char>().prop_map(|c| Happens::Key(Chord::char(c))),
        2 => prop::sample::select(lines.to_vec()).prop_map(Happens::Line),
        1 => ".{0,12}".prop_map(Happens::Paste),
        2 => (0u16..210, 0u16..70).prop_map(|(x, y)| Happens::Click(x, y)),
        1 => (-3isize..4).prop_map(Happens::Wheel),
        1 => (0u16..130, 0u16..40).prop_map(|(columns, rows)| Happens::Size(columns, rows)),
        1 => (0i64..120).prop_map(Happens::Time),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_that_happens_breaks_it(steps in prop::collection::vec(happens(), 1..40)) {
        let mut model = console();
        let mut size = (80, 24);
        for step in steps {
            let mut now = model.now;
            let news: Vec<Event> = match step {
                Happens::Key(chord) => vec![Event::Key(chord)],
                Happens::Line(text) => {
                    let typed = format!(":{text}");
                    let keys = typed.chars().map(Chord::char).chain(["enter".parse().expect("a chord")]);
                    keys.map(Event::Key).collect()
                }
                Happens::Paste(text) => vec![Event::Pasted(text)],
                Happens::Click(x, y) => vec![Event::Clicked(x, y)],
                Happens::Wheel(notches) => vec![Event::Wheeled(notches)],
                Happens::Size(columns, rows) => {
                    size = (columns, rows);
                    vec![Event::Resized]
                }
                Happens::Time(secs) => {
                    now = now.checked_add(SignedDuration::from_secs(secs)).expect("a moment");
                    vec![Event::Tick]
                }
            };
            for news in news {
                let effects = tell_at(&mut model, now, news);
                answer(&mut model, effects);
            }
            let picture = draw(&mut model, size.0, size.1);
            prop_assert_eq!(sound(&picture), Ok(()));
        }
        prop_assert!(back_to_the_fleet(&mut model).is_some());
    }
}
