//! The frame: header, footer, menus over it, clicks, and times at which it reads differently.

use crate::app::msg::News;
use crate::app::overlay::Overlay;
use crate::app::place::Place;
use crate::screens::rig::{at, demo, fleet, picture, press, showing, tell, tell_at, text};

#[test]
fn actions_show_what_cannot_be_done_and_why() {
    let mut model = showing(fleet());
    press(&mut model, &["a"]);
    insta::assert_snapshot!(picture(&mut model, 80, 16));
}

#[test]
fn a_barred_action_says_why_and_the_menu_stays() {
    let mut model = demo(0);
    press(&mut model, &["enter", "a"]);
    let barred = match &model.overlay {
        Overlay::Menu(menu) => menu.entries.iter().position(|entry| entry.barred.is_some()),
        _ => None,
    };
    if let (Some(at), Overlay::Menu(menu)) = (barred, &mut model.overlay) {
        menu.at = at;
        assert!(press(&mut model, &["enter"]).is_empty());
        assert!(matches!(model.overlay, Overlay::Menu(_)));
    }
}

#[test]
fn choosing_the_order_of_rows() {
    let mut model = showing(fleet());
    press(&mut model, &["S"]);
    insta::assert_snapshot!(picture(&mut model, 80, 16));
    press(&mut model, &["j", "enter"]);
    assert_eq!(model.row().map(|row| row.name.as_str()), Some("city-dev"));
    assert!(text(&mut model, 80, 10).contains("ENVIRONMENT ▲"));
}

#[test]
fn a_click_selects_and_a_second_one_opens() {
    let mut model = showing(fleet());
    text(&mut model, 80, 24);
    tell(&mut model, News::Clicked(10, 4));
    assert_eq!(model.row().map(|row| row.name.as_str()), Some("city-dev"));
    assert_eq!(model.places.len(), 1);
    tell(&mut model, News::Clicked(10, 4));
    assert!(matches!(model.here(), Some(Place::Environment(name, _)) if name.as_str() == "city-dev"));
    tell(&mut model, News::Clicked(70, 23));
    assert_eq!(model.places.len(), 2, "a click beside the rows does nothing");
}

#[test]
fn a_click_in_a_menu_chooses() {
    let mut model = showing(fleet());
    press(&mut model, &["a"]);
    text(&mut model, 80, 24);
    let (zone, _) = model.shown.entries[0];
    tell(&mut model, News::Clicked(zone.x + 2, zone.y));
    assert!(matches!(model.here(), Some(Place::Environment(..))));
}

#[test]
fn the_wheel_moves_through_the_rows() {
    let mut model = showing(fleet());
    tell(&mut model, News::Wheeled(1));
    assert_eq!(model.sheet().map(crate::screens::sheet::Sheet::position), Some(3));
}

#[test]
fn a_frame_is_drawn_again_only_when_it_would_read_differently() {
    let mut model = showing(fleet());
    text(&mut model, 120, 24);
    assert!(!model.dirty);
    let wake = model.wake_at().expect("the age in the header moves on");
    assert_eq!(wake, at(10), "20 s ago becomes 30 s ago");
    tell_at(&mut model, at(9), News::Tick);
    assert!(!model.dirty);
    tell_at(&mut model, at(10), News::Tick);
    assert!(model.dirty);
}

#[test]
fn every_place_survives_every_size() {
    let mut model = demo(0);
    for keys in [&["enter"][..], &["G", "enter"], &["y"], &["esc", "d"], &["?"], &["!"], &["a"]] {
        press(&mut model, keys);
        for (columns, rows) in [(1, 1), (2, 3), (7, 2), (20, 5), (80, 24), (200, 60)] {
            assert_eq!(text(&mut model, columns, rows).lines().count(), usize::from(rows));
        }
    }
}

#[test]
fn a_demo_says_that_it_is_one_on_a_narrow_screen_too() {
    let mut model = showing(fleet());
    model.settings.banner = Some("demo".into());
    assert!(text(&mut model, 60, 10).lines().next().is_some_and(|line| line.contains("demo")));
}
