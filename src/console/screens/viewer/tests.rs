//! A text to be read: secrets out, scrolling, searching.

use serde_json::json;

use super::Viewer;
use crate::console::page::Page;
use crate::console::screens::rig::{fleet, picture, press, showing, text, type_in};

fn viewing(lines: usize) -> crate::console::model::Model {
    let mut model = showing(fleet());
    let hosts: Vec<String> = (0..lines).map(|n| format!("host-{n}.本番.example")).collect();
    let document = json!({ "name": "prod", "password": "hunter2", "hosts": hosts });
    model.enter(Page::Viewer(Viewer::document("prod-db", document)));
    model
}

#[test]
fn a_document_with_its_secrets_masked() {
    insta::assert_snapshot!(picture(&mut viewing(2), 60, 12));
}

#[test]
fn it_scrolls_to_its_end_and_no_further() {
    let mut model = viewing(50);
    text(&mut model, 60, 12);
    press(&mut model, &["G"]);
    assert!(text(&mut model, 100, 30).contains("host-49"));
    press(&mut model, &["g"]);
    assert!(text(&mut model, 60, 12).contains("\"name\""));
}

#[test]
fn searching_goes_there_while_typing_and_on_with_n() {
    let mut model = viewing(50);
    text(&mut model, 60, 12);
    press(&mut model, &["/"]);
    type_in(&mut model, "HOST-3");
    insta::assert_snapshot!(picture(&mut model, 60, 6));
    press(&mut model, &["enter", "n"]);
    assert!(
        matches!(model.here(), Some(Page::Viewer(viewer)) if viewer.lines[viewer.place.line].text.contains("host-30"))
    );
    press(&mut model, &["N"]);
    assert!(
        matches!(model.here(), Some(Page::Viewer(viewer)) if viewer.lines[viewer.place.line].text.contains("host-3."))
    );
    press(&mut model, &["esc"]);
    assert!(
        matches!(model.here(), Some(Page::Viewer(viewer)) if viewer.search.is_empty()),
        "esc first lets go of the search"
    );
}

#[test]
fn help_tells_the_keys_of_the_place_it_was_asked_in() {
    let mut model = showing(fleet());
    press(&mut model, &["?"]);
    let page = text(&mut model, 120, 70);
    assert!(page.contains("in the fleet") && page.contains("enter") && page.contains(":quit"), "{page}");
    press(&mut model, &["q"]);
    assert_eq!(model.places.len(), 1);
}
