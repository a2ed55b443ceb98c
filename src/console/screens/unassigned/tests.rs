//! What could not be placed: each with its reason, and the way to its page.

use crate::console::msg::Event;
use crate::console::page::Page;
use crate::console::screens::rig::{at, fleet, id, picture, press, showing, tell, type_in};
use crate::environment::{Member, Step, StepKind};
use crate::overview::Picture;

#[test]
fn each_with_its_reason() {
    let mut model = showing(fleet());
    let because =
        vec![Step { kind: StepKind::None, message: "its name 迷子 has no stage, and its VPC is mixed".into() }];
    let member = Member { id: id("迷子"), name: "迷子-db".into(), assessment: None, because };
    let now = Picture { at: Some(at(0)), environments: fleet(), unassigned: vec![member], ..Picture::default() };
    tell(&mut model, Event::Gathered(0, now));
    press(&mut model, &[":"]);
    type_in(&mut model, "unassigned");
    press(&mut model, &["enter"]);
    insta::assert_snapshot!(picture(&mut model, 80, 6));
    press(&mut model, &["enter"]);
    assert!(matches!(model.here(), Some(Page::Detail(page)) if page.id == id("迷子")));
}

#[test]
fn nothing_is_good_news() {
    let mut model = showing(fleet());
    press(&mut model, &[":"]);
    type_in(&mut model, "unas");
    press(&mut model, &["enter"]);
    insta::assert_snapshot!(picture(&mut model, 60, 5));
}
