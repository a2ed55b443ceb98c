//! The frame: header, footer, menus over it, clicks, and times at which it reads differently.

use crate::console::msg::Event;
use crate::console::overlay::Overlay;
use crate::console::page::Page;
use crate::console::screens::rig::{at, demo, fleet, model, picture, press, showing, tell, tell_at, text, type_in};
use crate::keys::Keymap;

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
    let disabled_reason = match &model.overlay {
        Overlay::Menu(menu) => menu.entries.iter().position(|entry| entry.disabled_reason.is_some()),
        _ => None,
    };
    if let (Some(at), Overlay::Menu(menu)) = (disabled_reason, &mut model.overlay) {
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
    tell(&mut model, Event::Clicked(10, 4));
    assert_eq!(model.row().map(|row| row.name.as_str()), Some("city-dev"));
    assert_eq!(model.places.len(), 1);
    tell(&mut model, Event::Clicked(10, 4));
    assert!(matches!(model.here(), Some(Page::Environment(name, _)) if name.as_str() == "city-dev"));
    tell(&mut model, Event::Clicked(70, 23));
    assert_eq!(model.places.len(), 2, "a click beside the rows does nothing");
}

#[test]
fn a_click_in_a_menu_chooses() {
    let mut model = showing(fleet());
    press(&mut model, &["a"]);
    text(&mut model, 80, 24);
    let (zone, _) = model.shown.entries[0];
    tell(&mut model, Event::Clicked(zone.x + 2, zone.y));
    assert!(matches!(model.here(), Some(Page::Environment(..))));
}

#[test]
fn the_wheel_moves_through_the_rows() {
    let mut model = showing(fleet());
    tell(&mut model, Event::Wheeled(1));
    assert_eq!(model.sheet().map(crate::console::screens::sheet::Sheet::position), Some(3));
}

#[test]
fn a_frame_is_drawn_again_only_when_it_would_read_differently() {
    let mut model = showing(fleet());
    text(&mut model, 120, 24);
    assert!(!model.dirty);
    let wake = model.wake_at().expect("the age in the header moves on");
    assert_eq!(wake, at(10), "20 s ago becomes 30 s ago");
    tell_at(&mut model, at(9), Event::Tick);
    assert!(!model.dirty);
    tell_at(&mut model, at(10), Event::Tick);
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

#[test]
fn what_has_nothing_to_act_on_hints_no_action_and_says_so() {
    let mut early = model();
    tell(&mut early, Event::Started);
    let mut gone = demo(0);
    press(&mut gone, &["enter"]);
    let mut picture = gone.picture.clone();
    picture.environments.clear();
    tell(&mut gone, Event::Gathered(0, picture));
    for model in [&mut early, &mut gone] {
        let shown = text(model, 120, 20);
        let hints = shown.lines().last().unwrap_or_default();
        assert!(!hints.contains("actions") && !hints.contains("describe") && hints.contains("help"), "{shown}");
        for key in ["a", "d"] {
            press(model, &[key]);
            let said = model.notices.now().map(|(_, message)| message.to_owned());
            assert_eq!(said.as_deref(), Some("this line has no data yet"), "{key}");
        }
    }
    let mut there = showing(fleet());
    let shown = text(&mut there, 120, 20);
    assert!(shown.lines().last().is_some_and(|hints| hints.contains("a actions")), "{shown}");
}

#[test]
fn sentences_name_the_readers_own_keys() {
    let mut mine = demo(0);
    let configured_environments = [("tunnel", "W"), ("back", "z"), ("next-panel", "n")];
    let configured_environments =
        configured_environments.map(|(name, chord)| (name.to_owned(), vec![chord.to_owned()])).into();
    mine.settings.keymap = Keymap::new(&configured_environments).expect("a keymap");
    press(&mut mine, &["f"]);
    let shown = text(&mut mine, 120, 20);
    assert!(shown.contains("on a database, W opens one"), "{shown}");
    press(&mut mine, &["z", "enter", "S"]);
    let said = mine.notices.now().map(|(_, message)| message.to_owned()).unwrap_or_default();
    assert!(said.ends_with("; n goes to the next"), "{said}");
    let mut picture = mine.picture.clone();
    picture.environments.clear();
    tell(&mut mine, Event::Gathered(0, picture));
    let shown = text(&mut mine, 120, 20);
    assert!(shown.contains("z goes back"), "{shown}");
}

#[test]
fn where_there_is_but_one_place_to_look_at_it_is_said_and_nothing_is_left() {
    let mut model = demo(0);
    model.settings.fixed = Some("there is but one".to_owned());
    for line in ["region eu-west-1", "region", "profile other", "profile"] {
        press(&mut model, &[":"]);
        type_in(&mut model, line);
        assert!(press(&mut model, &["enter"]).is_empty(), "{line}");
        let said = model.notices.now().map(|(_, message)| message.to_owned());
        assert_eq!(said.as_deref(), Some("there is but one"), "{line}");
        assert!(matches!(model.overlay, Overlay::None) && !model.picture.environments.is_empty());
    }
}

#[test]
fn accounts_and_regions_are_named_where_there_is_room_and_else_counted() {
    use crate::world::Scope;
    let counted = |places: &[(&str, &str)]| {
        super::places_counted(&places.iter().map(|(source, region)| Scope::new(*source, *region)).collect::<Vec<_>>())
    };
    assert_eq!(counted(&[("shop", "eu-west-1"), ("shop", "eu-west-2")]), "2 regions");
    assert_eq!(counted(&[("shop", "eu-west-1"), ("bank", "eu-west-1")]), "2 accounts");
    assert_eq!(counted(&[("a", "r1"), ("a", "r2"), ("b", "r1")]), "2 accounts, 2 regions");

    let mut model = demo(0);
    model.scopes = Some(vec![Scope::new("shop", "eu-west-1"), Scope::new("bank", "eu-west-1")]);
    let (wide, small) = (text(&mut model, 160, 12), text(&mut model, 80, 12));
    assert!(wide.contains("shop/eu-west-1, bank/eu-west-1"), "{wide}");
    assert!(!small.contains("shop/eu-west-1, bank"), "{small}");
}

#[test]
fn every_page_of_what_is_protected_stands_in_a_frame_that_says_so_without_any_colour() {
    let mut model = demo(0);
    for line in ["env prooflink-prod", "explain", "timeline", "logs", "charts"] {
        press(&mut model, &[":"]);
        type_in(&mut model, line);
        press(&mut model, &["enter"]);
        let shown = text(&mut model, 80, 24);
        assert!(shown.contains("╔") && shown.contains("■ prod · protected") && shown.contains("╚"), "{line}: {shown}");
        assert!(shown.lines().filter(|line| line.starts_with('║') && line.ends_with('║')).count() > 15, "{shown}");
        let small = text(&mut model, 40, 8);
        assert!(small.contains("═") && !small.contains("║"), "a small screen has the line alone: {small}");
    }
    for line in ["env prooflink-dev", "alarms"] {
        press(&mut model, &["esc", ":"]);
        type_in(&mut model, line);
        press(&mut model, &["enter"]);
        assert!(!text(&mut model, 80, 24).contains('╔'), "{line}");
    }
}

#[test]
fn the_clock_stays_in_the_header_at_eighty_columns() {
    let mut model = demo(0);
    model.settings.banner = Some("demo".into());
    let clock = crate::text::clock(model.now, &model.settings.zone);
    for line in ["alarms", "env shop-staging", "explain", "services"] {
        press(&mut model, &[":"]);
        type_in(&mut model, line);
        press(&mut model, &["enter"]);
        let shown = text(&mut model, 80, 24);
        let header = shown.lines().next().unwrap_or_default();
        assert!(header.contains(&clock) && header.contains("demo"), "{line}: {header}");
    }
}
