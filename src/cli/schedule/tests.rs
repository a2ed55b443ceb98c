//! What `schedule list` and `schedule preview` print of the simulated account at its fixed Saturday.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{list, preview};
use crate::cloud::Cloud;
use crate::demo::{Demo, configured_environments};
use crate::engine::headless;
use crate::engine::headless::{Snapshot, View};
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::schedule::preview::preview_days;

fn look() -> (Snapshot, TimeZone) {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let view = View { configured_environments: configured_environments(), zone: zone.clone() };
    (runtime.block_on(headless::picture(&cloud, &view, &mut |_, _| {})).unwrap(), zone)
}

#[test]
fn the_list_names_what_comes_next_and_why() {
    let (snapshot, zone) = look();
    insta::assert_snapshot!(list::table(&snapshot, &configured_environments().schedules, &UptimeLog::default(), &zone));
    let document = list::json(&snapshot, &configured_environments().schedules, &UptimeLog::default(), &zone);
    let dev = &document["environments"][1];
    let kept = &document["environments"][0];
    assert_eq!((&kept["name"], &kept["schedule_drift"]), (&"backend-dev".into(), &serde_json::Value::Null), "not read");
    assert_eq!(dev["next"]["issue_at"], "2026-11-24T08:45:00+09:00");
    assert_eq!((&dev["wanted"], &dev["backend"]), (&"stopped".into(), &"local".into()));
    assert_eq!(dev["members"][0]["drift"]["state"], "none");
    let unused = list::table(
        &snapshot,
        &[configured_environments().schedules, vec![crate::schedule::Schedule::new("spare", zone.clone())]].concat(),
        &UptimeLog::default(),
        &zone,
    );
    assert!(unused.contains("unused schedules: spare"), "{unused}");
}

#[test]
fn the_preview_draws_the_week_and_lists_every_edge() {
    let (snapshot, _) = look();
    let environment = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let off = environment.offhours.as_deref().unwrap();
    let seen = preview_days(off.intent(), snapshot.at, 14, &off.databases(&snapshot.world));
    insta::assert_snapshot!(preview::page((environment, off), &seen, &snapshot, (14, &UptimeLog::default())));
    let document = preview::json((environment, off), &seen, &snapshot, &UptimeLog::default());
    let lines = document["lines"].as_array().unwrap();
    assert_eq!(lines.len(), seen.lines.len());
    assert!(lines.iter().any(|line| line["kind"] == "day-off" && line["name"] == "勤労感謝の日"), "{document}");
}
