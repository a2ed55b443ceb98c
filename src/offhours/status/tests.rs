//! What drifts and why, as far as it was seen: by events, by what was read before an edge, by scaling of one's own.

use std::sync::Arc;

use super::*;
use crate::cloud::Cloud;
use crate::demo::{Demo, configured_environments};
use crate::engine::headless;
use crate::engine::headless::{Snapshot, View};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::schedule_record::Notes;
use crate::overview::assemble;
use crate::schedule::Record;
use crate::schedule::drift::Why;
use crate::schedule::observed::rds_power_events::Power;
use crate::world::{Coverage, Health, Reading};

const NAME: &str = "prooflink-dev";

/// The demo on its Saturday, its database up although it should be asleep, and what RDS told of it.
async fn seen(told: Option<&[(&str, Power)]>) -> Snapshot {
    let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let view = View { configured_environments: configured_environments(), zone: zone.clone() };
    let mut snapshot = headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap();
    let scope = snapshot.picture.environment(&NAME.into()).unwrap().scopes[0].clone();
    let mut all: Vec<DbInstance> = snapshot.world.all::<DbInstance>(&scope).cloned().collect();
    let up = all.iter_mut().find(|db| db.id == "prooflink-dev-db").unwrap();
    (up.status, up.auto_restart_at) = ("available".to_owned(), None);
    let arn = up.arn.to_string();
    snapshot.world.put(&scope, DbInstance::KIND, &Coverage::All, Ok(Reading::whole(all).into()), snapshot.at);
    if let Some(told) = told {
        let told = told.iter().map(|(at, power)| (at.parse().unwrap(), *power)).collect();
        let coverage = Coverage::Parts(std::iter::once(arn.as_str().into()).collect());
        let events = (arn.as_str().into(), Ok(vec![PowerEvents::of_power(arn.clone(), told)]));
        let found = Reading::of(vec![events]).into();
        snapshot.world.put(&scope, PowerEvents::KIND, &coverage, Ok(found), snapshot.at);
    }
    snapshot.picture = assemble(&snapshot.world, &view.configured_environments, snapshot.at, &zone);
    snapshot
}

fn why(snapshot: &Snapshot) -> (Why, Health, Vec<String>) {
    let environment = snapshot.picture.environment(&NAME.into()).unwrap();
    let off = environment.offhours.as_deref().unwrap();
    let drifted = off.drifts.iter().find_map(|drift| match drift {
        Drift::Drifted { why, .. } => Some(*why),
        _ => None,
    });
    let message = environment.verdict.findings.iter().filter(|finding| finding.message.contains("should be off"));
    let health = message.clone().map(|finding| finding.health).max().unwrap();
    (drifted.unwrap(), health, message.map(|finding| finding.message.clone()).collect())
}

#[tokio::test]
async fn what_was_last_seen_before_an_edge_tells_nothing_of_what_came_of_it() {
    let mut snapshot = seen(None).await;
    let environment = snapshot.picture.environment(&NAME.into()).unwrap();
    let scope = environment.scopes[0].clone();
    let all: Vec<DbInstance> = snapshot.world.all::<DbInstance>(&scope).cloned().collect();
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    // Tuesday, stop at 22:00.
    let now: Timestamp = "2026-11-24T22:30:00+09:00".parse().unwrap();
    let mut drifts = |read: &str| {
        let got = Ok(Reading::whole(all.clone()).into());
        snapshot.world.put(&scope, DbInstance::KIND, &Coverage::All, got, read.parse().unwrap());
        let picture = assemble(&snapshot.world, &configured_environments(), now, &zone);
        let off = picture.environment(&NAME.into()).unwrap().offhours.clone().unwrap();
        off.scheduled_members
            .iter()
            .zip(&off.drifts)
            .find(|(it, _)| it.arn.contains(":db:"))
            .map(|(_, drift)| drift.clone())
    };
    for before in ["2026-11-24T10:00:00+09:00", "2026-11-24T21:59:00+09:00", "2026-11-24T22:01:00+09:00"] {
        assert_eq!(drifts(before), Some(Drift::Settling), "{before}");
    }
    let seen_since = drifts("2026-11-24T22:29:30+09:00");
    assert!(matches!(seen_since, Some(Drift::Drifted { verb: PowerAction::Stop, .. })), "{seen_since:?}");
}

#[tokio::test]
async fn a_service_that_its_own_scaling_has_at_no_task_is_as_awake_as_it_is_meant_to_be() {
    let mut snapshot = seen(None).await;
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let scope = snapshot.picture.environment(&NAME.into()).unwrap().scopes[0].clone();
    // Tuesday at noon, and nothing of it runs.
    let now: Timestamp = "2026-11-24T12:00:00+09:00".parse().unwrap();
    let all: Vec<Service> = snapshot.world.all::<Service>(&scope).cloned().collect();
    let resource = scaled_as(all.iter().find(|it| it.name.starts_with(NAME)).unwrap());
    let mut drift = |tag: Option<&str>, bounds: Option<(u32, u32)>| {
        let still = |service: &Service| {
            let mut service = Service { desired: 0, running: 0, pending: 0, ..service.clone() };
            service.tags.remove(tags::REMEMBERED);
            service.tags.extend(tag.map(|text| (tags::REMEMBERED.to_owned(), text.to_owned())));
            service
        };
        let got = Ok(Reading::whole(all.iter().map(still).collect()).into());
        snapshot.world.put(&scope, Service::KIND, &Coverage::All, got, now);
        let target = bounds.map(|(min, max)| ScalableTarget { id: resource.clone(), min, max });
        let got = Ok(Reading::whole(target.into_iter().collect::<Vec<_>>()).into());
        snapshot.world.put(&scope, ScalableTarget::KIND, &Coverage::All, got, now);
        let picture = assemble(&snapshot.world, &configured_environments(), now, &zone);
        let off = picture.environment(&NAME.into()).unwrap().offhours.clone().unwrap();
        assert!(off.causes().contains(&ReadRequest::all(&scope, ScalableTarget::KIND)), "{:?}", off.causes());
        let mut pairs = off.scheduled_members.iter().zip(&off.drifts);
        let (_, drift) = pairs.find(|(it, _)| it.arn.contains(":service/")).unwrap();
        matches!(drift, Drift::Drifted { verb: PowerAction::Start, .. })
    };
    assert!(drift(None, None), "it is not scaled: somebody stopped it");
    assert!(drift(None, Some((0, 0))), "it sleeps");
    assert!(drift(None, Some((1, 4))), "it may not be at 0");
    assert!(!drift(None, Some((0, 4))), "its own scaling");
    assert!(drift(Some("desired=2 min=0 max=4"), Some((0, 4))), "a wake that was broken off before its count");
}

#[tokio::test]
async fn beside_a_record_that_was_not_read_nothing_is_called_wrong() {
    let mut snapshot = seen(None).await;
    let scope = snapshot.picture.environment(&NAME.into()).unwrap().scopes[0].clone();
    let mut configured_environments = configured_environments();
    let dev = configured_environments
        .environments
        .iter_mut()
        .find(|environment_config| environment_config.name.as_str() == NAME)
        .unwrap();
    dev.record = Record::Group("toban-pl".to_owned());
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    let told = |world: &World| {
        let picture = assemble(world, &configured_environments, snapshot.at, &zone);
        let off = picture.environment(&NAME.into()).unwrap().offhours.clone().unwrap();
        let up = |drift: &Drift| matches!(drift, Drift::Drifted { verb: PowerAction::Stop, .. });
        (off.drifts.iter().any(up), off.over(snapshot.at).is_some())
    };
    assert_eq!(told(&snapshot.world), (false, false), "it may be meant so");
    let mut put = |tags: Option<&[(&str, &str)]>| {
        let tags = tags.map(|tags| tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect());
        let notes = tags.map(|tags| Notes { group: "toban-pl".to_owned(), tags });
        let got = Reading::of(vec![("toban-pl".into(), Ok(notes.into_iter().collect::<Vec<_>>()))]);
        let coverage = Coverage::Parts(["toban-pl".into()].into());
        snapshot.world.put(&scope, Notes::KIND, &coverage, Ok(got.into()), snapshot.at);
        told(&snapshot.world)
    };
    assert_eq!(put(None), (true, false), "there is no record, so there is no override");
    let over = ("toban:override", "running/2026-11-21T16:00+09:00/tanaka");
    assert_eq!(put(Some(&[("toban:env", NAME), over])), (false, true), "somebody keeps it up");
    assert_eq!(put(Some(&[("toban:env", "another"), over])), (false, false), "whose word it is nobody knows");
}

#[tokio::test]
async fn what_nobody_meant_is_worrying_and_what_somebody_did_is_a_note() {
    let unknown = seen(None).await;
    let (cause, health, _) = why(&unknown);
    assert_eq!((cause, health), (Why::Unknown, Health::Well));
    let off = unknown.picture.environment(&NAME.into()).unwrap().offhours.as_deref().unwrap();
    assert_eq!(off.causes().len(), 1, "only what drifts is read: {:?}", off.causes());

    let restarted = [
        ("2026-11-14T04:00:00Z", Power::Stopped),
        ("2026-11-21T04:01:00Z", Power::AutoRestarted),
        ("2026-11-21T04:08:00Z", Power::Started),
    ];
    let (cause, health, message) = why(&seen(Some(&restarted)).await);
    assert_eq!((cause, health), (Why::AutoRestart, Health::Worrying));
    assert!(message[0].contains("since 13:08 (AWS started it after seven days)"), "{message:?}");

    let by_hand = [("2026-11-20T13:10:00Z", Power::Stopped), ("2026-11-21T04:30:00Z", Power::Started)];
    assert_eq!(why(&seen(Some(&by_hand)).await).0, Why::Manual);
    let (cause, health, _) = why(&seen(Some(&[])).await);
    assert_eq!((cause, health), (Why::Missed, Health::Worrying), "up for as long as AWS tells");
}
