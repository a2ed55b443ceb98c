//! What is found by which word, and what never is.

use std::sync::Arc;

use rstest::rstest;

use super::{arn, find};
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::engine::headless::{self, Snapshot, View};

fn demo() -> Snapshot {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let view = View { configured_environments: crate::demo::configured_environments(), zone: jiff::tz::TimeZone::UTC };
    runtime.block_on(headless::picture(&cloud, &view, &mut |_, _| {})).expect("a picture")
}

#[rstest]
#[case::by_name("prooflink-prod-db", "name", "prooflink-prod")]
#[case::whatever_its_case("PROOFLINK-PROD-DB", "name", "prooflink-prod")]
fn a_resource_is_found_by_its_name(#[case] text: &str, #[case] field: &str, #[case] home: &str) {
    let snapshot = demo();
    let found = find(&snapshot.picture, &snapshot.world, text);
    let first = found.first().expect("a hit");
    assert_eq!((first.field.as_str(), first.environment.as_ref().map(|name| name.as_str())), (field, Some(home)));
}

#[test]
fn an_address_and_an_arn_are_found_and_told_where() {
    let snapshot = demo();
    let task = snapshot.picture.environments.iter().flat_map(|home| &home.members).find_map(|member| {
        let document = crate::kinds::catalog::kind(member.id.kind)?.document(&snapshot.world, &member.id)?;
        let address = document.get("ips")?.as_array()?.first()?.as_str()?.to_owned();
        Some((member.id.clone(), address))
    });
    let (id, address) = task.expect("a task with an address");
    let found = find(&snapshot.picture, &snapshot.world, &address);
    assert!(found.iter().any(|one| one.id == id && one.field == "ips" && one.text == address), "{found:?}");
    let own = arn(&snapshot.world, &id).expect("an ARN");
    let found = find(&snapshot.picture, &snapshot.world, &own);
    assert!(found.iter().any(|one| one.id == id), "{found:?}");
    assert_eq!(find(&snapshot.picture, &snapshot.world, "no such thing anywhere"), []);
    assert_eq!(find(&snapshot.picture, &snapshot.world, "  "), []);
}
