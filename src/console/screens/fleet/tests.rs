//! Pictures of the fleet in every state, and how its rows keep their places.

use crate::console::msg::Event;
use crate::console::screens::rig::{
    at, demo, denied, environment, expired, fleet, model, picture, press, scope, showing, tell, tell_at, text,
};
use crate::overview::Picture;
use crate::world::{Fault, FaultKind, Health};

#[test]
fn the_first_frame_says_what_is_going_on() {
    insta::assert_snapshot!(picture(&mut model(), 80, 8));
}

#[test]
fn without_credentials_it_says_what_to_do() {
    let mut model = model();
    tell(&mut model, Event::Started);
    let fault = Fault::new(FaultKind::Credentials, "finding credentials", "no profile, no environment variables");
    tell(&mut model, Event::Scopes(0, Err(fault)));
    insta::assert_snapshot!(picture(&mut model, 80, 8));
}

#[test]
fn no_environments() {
    let mut model = showing(Vec::new());
    insta::assert_snapshot!(picture(&mut model, 80, 12));
}

#[test]
fn one() {
    insta::assert_snapshot!(picture(&mut showing(fleet().split_off(3)), 80, 12));
}

#[test]
fn many_with_wide_text() {
    insta::assert_snapshot!(picture(&mut showing(fleet()), 80, 24));
}

#[test]
fn usual_size() {
    insta::assert_snapshot!(picture(&mut showing(fleet()), 120, 16));
}

#[test]
fn narrow() {
    insta::assert_snapshot!(picture(&mut showing(fleet()), 20, 5));
}

#[test]
fn what_cannot_be_read_any_more_is_dim_and_said() {
    let mut environments = fleet();
    environments[0].faults = vec![(scope(), expired())];
    insta::assert_snapshot!(picture(&mut showing(environments), 80, 20));
}

#[test]
fn filtered_with_its_matches_lit() {
    let mut model = showing(fleet());
    press(&mut model, &["/"]);
    crate::console::screens::rig::type_in(&mut model, "prod 502");
    insta::assert_snapshot!(picture(&mut model, 80, 10));
}

#[test]
fn a_changed_row_is_marked_for_a_minute_or_until_looked_at() {
    let mut model = showing(fleet());
    model.changed.insert(crate::console::screens::rig::id("city-dev-db"), at(0));
    model.refill(false);
    assert!(text(&mut model, 80, 12).contains(" •☾") || text(&mut model, 80, 12).contains("•"));
    tell_at(&mut model, at(61), Event::Tick);
    assert!(!text(&mut model, 80, 12).contains('•'));
    let now = model.now;
    model.changed.insert(crate::console::screens::rig::id("city-dev-db"), now);
    model.refill(false);
    press(&mut model, &["j", "j"]);
    assert!(!text(&mut model, 80, 12).contains('•'), "it was looked at");
}

#[test]
fn rows_keep_their_places_while_the_cursor_is_on_one() {
    let mut model = showing(fleet());
    press(&mut model, &["j", "j"]);
    assert_eq!(model.row().map(|row| row.name.as_str()), Some("city-dev"));
    let mut environments = fleet();
    environments[2] = environment("city-dev", Health::Well, "");
    environments.rotate_left(1);
    environments.push(environment("new-dev", Health::Well, ""));
    let now = Picture { at: Some(at(9)), environments, ..Picture::default() };
    tell(&mut model, Event::Gathered(0, now));
    let names = |model: &crate::console::model::Model| -> Vec<String> {
        model.sheet().into_iter().flat_map(|sheet| sheet.rows().map(|(_, item)| item.name.clone())).collect()
    };
    assert_eq!(names(&model), ["prooflink-prod", "本番環境-prod", "city-dev", "kajimaru", "new-dev"]);
    assert_eq!(model.row().map(|row| row.name.as_str()), Some("city-dev"));
    press(&mut model, &["esc"]);
    assert_eq!(names(&model)[0], "本番環境-prod", "esc lets the rows find their order");
}

#[test]
fn nothing_breaks_at_any_size() {
    let mut model = demo(0);
    for (columns, rows) in [(1, 1), (2, 2), (5, 3), (20, 5), (40, 9), (79, 24), (200, 60)] {
        let drawn = text(&mut model, columns, rows);
        assert_eq!(drawn.lines().count(), usize::from(rows));
    }
}

#[test]
fn one_asleep_says_until_when_before_what_it_wakes_to() {
    let mut model = demo(0);
    let page = text(&mut model, 160, 24);
    let line = page.lines().find(|line| line.contains("prooflink-dev")).unwrap_or_else(|| panic!("{page}"));
    let (_, rest) = line.split_once("asleep until ").unwrap_or_else(|| panic!("{line}"));
    assert!(rest.contains(", wakes to 1 task"), "{line}");
}

#[test]
fn what_cannot_be_read_is_told_below_the_cause_in_a_line() {
    let mut ill = fleet();
    let denied =
        Fault { message: "User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized".into(), ..denied() };
    ill[0].faults.push((scope(), denied));
    let mut model = showing(ill);
    let page = text(&mut model, 160, 24);
    assert!(page.contains("elasticloadbalancing:DescribeTargetHealth is not allowed (:faults tells more)"), "{page}");
    assert!(!page.contains("User: arn"), "{page}");
}

#[test]
fn what_only_an_earlier_run_read_is_dim() {
    let mut remembered = environment("a-dev", Health::Unknown, "3 h ago: well");
    remembered.recalled = Some(at(0));
    let environments = vec![remembered, environment("b-dev", Health::Well, "well")];
    let picture = Picture { environments, ..Picture::default() };
    let blocks = super::blocks(&picture, (at(9), &jiff::tz::TimeZone::UTC), &std::collections::BTreeMap::new(), &[]);
    let dim: Vec<bool> = blocks.iter().flat_map(|block| &block.items).map(|item| item.stale).collect();
    assert_eq!(dim, [true, false]);
}
