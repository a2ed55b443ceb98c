//! The form key by key, what it comes to, and its picture.

use ratatui::{buffer::Buffer, layout::Rect};

use super::*;
use crate::console::screens::rig::demo;
use crate::theme::Theme;

fn keys(form: &mut HoursForm, keys: &[Key]) -> HoursKey {
    let mut last = HoursKey::Stay;
    for key in keys {
        let good = form.config().is_ok();
        last = form.hear(Chord { key: *key, ctrl: false, alt: false, shift: false }, good);
    }
    last
}

fn form() -> HoursForm {
    HoursForm::new("backend-dev".into(), "Asia/Tokyo")
}

#[test]
fn three_answers_and_a_yes_are_a_schedule() {
    let mut form = form();
    assert_eq!(keys(&mut form, &[Key::Enter, Key::Enter, Key::Enter]), HoursKey::Stay);
    assert!(form.asking, "nothing is written before a yes");
    let HoursKey::Write(hours) = keys(&mut form, &[Key::Char('y')]) else { panic!("a yes writes") };
    assert_eq!((hours.days.as_str(), hours.from.as_str(), hours.to.as_str()), ("mon-fri", "09:00", "19:00"));
    assert_eq!(hours.holidays.map(|calendar| calendar.name).as_deref(), Some("jp"));
}

#[test]
fn whatever_is_no_schedule_is_told_and_never_asked_about() {
    let mut form = form();
    let text = [Key::Backspace, Key::Char('x'), Key::Enter, Key::Enter, Key::Enter];
    assert_eq!(keys(&mut form, &text), HoursKey::Stay);
    assert!(!form.asking);
    assert!(form.config().is_err());
    assert_eq!(keys(&mut form, &[Key::Esc]), HoursKey::Leave);
}

#[test]
fn another_key_than_y_goes_back_to_the_form() {
    let mut form = form();
    assert_eq!(keys(&mut form, &[Key::Enter, Key::Enter, Key::Enter, Key::Char('n')]), HoursKey::Stay);
    assert!(!form.asking);
}

#[test]
fn the_week_is_drawn_with_what_it_saves() {
    let model = demo(0);
    let form = form();
    let environment = model.picture.environment(&"backend-dev".into());
    let outcome = form.outcome(environment, &model.world, model.now);
    assert!(outcome.as_ref().is_ok_and(|outcome| outcome.asleep > 100.0), "{outcome:?}");
    let area = Rect::new(0, 0, 80, 24);
    let mut buf = Buffer::empty(area);
    view::draw(&form, &outcome, &Theme::built_in("plain"), area, &mut buf);
    let lines: Vec<String> = (0..area.height)
        .map(|y| (0..area.width).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
