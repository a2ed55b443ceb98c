//! Pictures of schedules: in the demo at its fixed Saturday, at every width, and where there is none.

use crate::app::model::Model;
use crate::screens::rig::{demo, picture, press, text, type_in};

fn open(name: &str) -> Model {
    let mut model = demo(0);
    press(&mut model, &[":"]);
    type_in(&mut model, &format!("schedule {name}"));
    press(&mut model, &["enter"]);
    model
}

#[test]
fn a_week_in_the_usual_size() {
    insta::assert_snapshot!(picture(&mut open("prooflink-dev"), 120, 50));
}

#[test]
fn a_week_in_a_small_terminal() {
    insta::assert_snapshot!(picture(&mut open("prooflink-dev"), 80, 24));
}

#[test]
fn without_a_schedule_it_says_where_to_write_one() {
    let drawn = text(&mut open("city-poc"), 100, 12);
    assert!(drawn.contains("city-poc has no schedule") && drawn.contains("[environment.\"city-poc\"]"), "{drawn}");
}
