//! The page of faults: what, why, what to do, and who we are.

use crate::console::msg::Event;
use crate::console::screens::rig::{at, denied, expired, fleet, picture, press, scope, showing, tell, text};
use crate::engine::journal::{Line, read};
use crate::world::{AccountId, Arn, Coverage, Identity, KindName};

fn faulted() -> crate::console::model::Model {
    let mut model = showing(fleet());
    let world = std::sync::Arc::make_mut(&mut model.world);
    world.put(&scope(), KindName("target-health"), &Coverage::All, Err(denied()), at(-30));
    world.identify(
        &scope(),
        Ok(Identity {
            account: AccountId::from("123456789012"),
            arn: Arn::from("arn:aws:sts::123456789012:assumed-role/duty/me"),
            login: None,
        }),
    );
    model.refill(false);
    model
}

#[test]
fn all_is_well() {
    let mut model = showing(fleet());
    press(&mut model, &["!"]);
    insta::assert_snapshot!(picture(&mut model, 80, 14));
}

#[test]
fn a_fault_with_its_remedy() {
    let mut model = faulted();
    press(&mut model, &["!"]);
    insta::assert_snapshot!(picture(&mut model, 80, 18));
}

#[test]
fn the_header_counts_them_and_the_key_does_not_stack_pages() {
    let mut model = faulted();
    assert!(text(&mut model, 100, 10).contains("1 fault !"));
    press(&mut model, &["!", "!"]);
    assert_eq!(model.places.len(), 2);
}

#[test]
fn the_journal_stands_below_newest_first() {
    let mut model = faulted();
    press(&mut model, &["!"]);
    let plan = crate::console::screens::confirm::tests::plan("city-dev");
    let lines = ["first", "second"].map(|id| {
        Line::started(
            id,
            at(-60),
            &crate::change::plan::Plan { message: format!("stop {id}"), ..plan.clone() },
            None,
            None,
        )
        .encode()
        .expect("a line")
    });
    tell(&mut model, Event::Journal(read(&lines.concat()).0));
    let page = text(&mut model, 100, 30);
    assert!(page.find("stop second").expect("it") < page.find("stop first").expect("it"), "{page}");
}

#[test]
fn who_we_are_is_asked_again_when_it_failed() {
    let mut model = showing(fleet());
    std::sync::Arc::make_mut(&mut model.world).identify(&scope(), Err(expired()));
    press(&mut model, &["!"]);
    assert!(text(&mut model, 100, 20).contains("log in again"));
}
