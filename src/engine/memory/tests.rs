//! What is kept comes back as it was read, spares calls, and makes no verdict better.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Memory, Recall};
use crate::cloud::Cloud;
use crate::demo::Demo;
use crate::engine::headless::{Choose, Snapshot, View, picture_with};
use crate::environment::ConfiguredEnvironments;
use crate::kinds::AnyKind;
use crate::kinds::PollClass;
use crate::kinds::catalog::{KINDS, kind};
use crate::kinds::listener::ListenerSet;
use crate::kinds::target_group::TargetGroup;
use crate::kinds::target_health::TargetHealth;
use crate::overview::{Picture, assemble};
use crate::world::{
    AnyReading, Coverage, EnvironmentName, Fault, FaultKind, Health, KindName, Resource, ResourceId, Scope, World,
};

/// A simulated account that may be remembered, and notes what is read of it.
struct Remembered {
    demo: Demo,
    read: Mutex<Vec<(KindName, Coverage)>>,
    /// A kind that cannot be read.
    denied: Option<KindName>,
}

impl Cloud for Remembered {
    crate::delegate_cloud!(self.demo: scopes, identify, look, change, renew, stats, login, now);

    fn read<'a>(
        &'a self,
        kind: &'static dyn AnyKind,
        scope: &'a Scope,
        coverage: &'a Coverage,
        known: &'a World,
    ) -> BoxFuture<'a, Result<AnyReading, Fault>> {
        self.read.lock().expect("the notes").push((kind.name(), coverage.clone()));
        if self.denied == Some(kind.name()) {
            return Box::pin(async { Err(Fault::new(FaultKind::Denied, "test", "denied")) });
        }
        self.demo.read(kind, scope, coverage, known)
    }

    fn kept_as(&self, scope: &Scope) -> Option<String> {
        Some(scope.region.to_string())
    }
}

/// One run over the same account, with what it read.
async fn run(memory: &Memory, env: Option<&str>, denied: Option<KindName>) -> (Snapshot, Vec<(KindName, Coverage)>) {
    let cloud = Arc::new(Remembered { demo: Demo::at(7, 0).prompt(), read: Mutex::default(), denied });
    let shared: Arc<dyn Cloud> = Arc::<Remembered>::clone(&cloud);
    let view = View { configured_environments: ConfiguredEnvironments::default(), zone: TimeZone::UTC };
    let choose = |picture: &Picture| {
        let name = EnvironmentName::from(env?);
        picture.environment(&name).map(|environment| vec![environment.name.clone()])
    };
    let got = picture_with(&shared, &view, Some(memory), env.is_some().then_some(&choose as Choose<'_>), &mut |_| {})
        .await
        .expect("a picture");
    memory.finish();
    let read = cloud.read.lock().expect("the notes").clone();
    (got, read)
}

fn memory() -> (tempfile::TempDir, Memory) {
    let dir = tempfile::tempdir().expect("a directory");
    let memory = Memory::open(dir.path()).expect("a memory");
    (dir, memory)
}

fn recalled(memory: &Memory, what: Recall, now: Timestamp) -> World {
    let cloud = Remembered { demo: Demo::at(7, 0), read: Mutex::default(), denied: None };
    let scopes = futures_util::FutureExt::now_or_never(cloud.scopes()).expect("at once").expect("scopes");
    memory.recall(&cloud, &scopes, what, now)
}

fn health(snapshot: &Snapshot, name: &str) -> Option<Health> {
    snapshot.picture.environment(&EnvironmentName::from(name)).map(|environment| environment.verdict.health)
}

const ENV: &str = "prooflink-prod";

#[tokio::test]
async fn every_kind_comes_back_as_it_was_read() {
    let (_dir, memory) = memory();
    let (first, _) = run(&memory, None, None).await;
    let back = recalled(&memory, Recall::Everything, first.at);
    let mut kinds = 0;
    for (scope, name, store) in first.world.shelves() {
        let kind = kind(name).filter(|kind| kind.pace() != PollClass::OnDemand);
        let Some(kind) = kind.filter(|_| store.keys().next().is_some()) else { continue };
        kinds += 1;
        for key in store.keys() {
            let id = ResourceId { kind: name, scope: scope.clone(), key: key.into() };
            assert_eq!(kind.document(&back, &id), kind.document(&first.world, &id), "{id}");
        }
        let there = back.store(scope, name).expect("a store");
        assert_eq!(there.oldest().map(Timestamp::as_second), store.oldest().map(Timestamp::as_second), "{name}");
        assert!(there.bins().all(|(_, bin)| bin.remembered), "{name}");
    }
    assert!(kinds > 10, "{kinds} kinds");
    assert!(first.world.scopes().iter().all(|scope| back.is_recalled(scope)));
}

#[tokio::test]
async fn what_is_only_remembered_is_never_well() {
    let (_dir, memory) = memory();
    let (first, _) = run(&memory, None, None).await;
    assert!(first.picture.environments.iter().any(|environment| environment.verdict.health == Health::Well));
    let later = first.at + SignedDuration::from_hours(3);
    let back = recalled(&memory, Recall::Everything, later);
    let picture = assemble(&back, &ConfiguredEnvironments::default(), later, &TimeZone::UTC);
    assert_eq!(picture.environments.len(), first.picture.environments.len());
    for environment in &picture.environments {
        let verdict = &environment.verdict;
        assert!(verdict.health >= Health::Unknown, "{}: {:?}", environment.name, verdict.health);
        assert!(verdict.headline().starts_with("3 h ago: "), "{}: {}", environment.name, verdict.headline());
        assert!(environment.recalled.is_some());
    }
    let much_later = first.at + SignedDuration::from_hours(24 * 8);
    assert_eq!(
        recalled(&memory, Recall::Everything, much_later).all::<TargetGroup>(&first.world.scopes()[0]).count(),
        0
    );
}

#[tokio::test]
async fn the_second_run_reads_no_listeners_and_says_the_same() {
    let (_dir, memory) = memory();
    let (first, read) = run(&memory, None, None).await;
    assert!(read.contains(&(ListenerSet::KIND, Coverage::All)));
    let (second, read) = run(&memory, None, None).await;
    assert!(read.iter().all(|(kind, _)| *kind != ListenerSet::KIND), "{read:?}");
    for environment in &first.picture.environments {
        assert_eq!(
            health(&second, &environment.name.to_string()),
            Some(environment.verdict.health),
            "{}",
            environment.name
        );
    }
    assert!(second.picture.environments.iter().all(|environment| environment.recalled.is_none()));
}

#[tokio::test]
async fn one_environment_asks_for_what_it_needs_only() {
    let (_dir, memory) = memory();
    let (first, read) = run(&memory, Some(ENV), None).await;
    assert!(read.contains(&(TargetHealth::KIND, Coverage::All)), "nothing is remembered: all is read");
    let (second, read) = run(&memory, Some(ENV), None).await;
    assert_eq!(health(&second, ENV), health(&first, ENV));
    let environment = second.picture.environment(&EnvironmentName::from(ENV)).expect("the environment");
    assert_eq!(environment.recalled, None);
    let of_health = read.iter().filter(|(kind, _)| *kind == TargetHealth::KIND);
    let asked: Vec<Coverage> = of_health.map(|(_, coverage)| coverage.clone()).collect();
    let groups = environment.members.iter().filter(|member| member.id.kind == TargetGroup::KIND);
    let own = Coverage::Parts(groups.map(|member| member.id.key.clone()).collect());
    assert_eq!(asked, [own]);
    let all = first
        .world
        .shelves()
        .filter(|(_, name, _)| *name == TargetHealth::KIND)
        .map(|(_, _, store)| store.bins().count());
    assert!(all.sum::<usize>() > 1, "there are others");
}

#[tokio::test]
async fn an_environment_whose_health_cannot_be_read_anew_is_not_well() {
    let (_dir, memory) = memory();
    run(&memory, None, None).await;
    let (second, _) = run(&memory, Some(ENV), Some(TargetHealth::KIND)).await;
    assert!(health(&second, ENV).is_some_and(|health| health >= Health::Unknown), "{:?}", health(&second, ENV));
}

#[tokio::test]
async fn an_environment_that_is_not_known_has_all_looked_through() {
    let (_dir, memory) = memory();
    run(&memory, None, None).await;
    let (_, read) = run(&memory, Some("nobodys"), None).await;
    assert!(read.contains(&(TargetHealth::KIND, Coverage::All)));
}

#[tokio::test]
async fn only_revisions_and_slow_structure_are_reused_by_a_run_that_reads_all() {
    let (_dir, memory) = memory();
    let (first, _) = run(&memory, None, None).await;
    let names = |world: &World| {
        let mut names: Vec<&str> = world.shelves().map(|(_, name, _)| name.0).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    assert_eq!(names(&recalled(&memory, Recall::Structure, first.at)), ["listener", "task-definition"]);
    let later = first.at + SignedDuration::from_hours(2);
    assert_eq!(names(&recalled(&memory, Recall::Structure, later)), ["task-definition"]);
}

#[test]
fn what_looks_like_a_secret_is_not_kept() {
    use crate::kinds::resource_tags::TaggedResource;
    let scope = Scope::new("p", "r");
    let tagged = |name: &str, value: &str| TaggedResource {
        arn: format!("arn:aws:rds:r:1:db:{name}").into(),
        tags: [("note".to_owned(), value.to_owned())].into(),
    };
    let items = vec![tagged("a", "plain"), tagged("b", "postgres://u:hunter2@db/x")];
    let mut world = World::default();
    let got = Ok(crate::world::Reading::whole(items).into());
    world.put(&scope, TaggedResource::KIND, &Coverage::All, got, Timestamp::UNIX_EPOCH);
    let of = KINDS.iter().find(|kind| kind.name() == TaggedResource::KIND).expect("tags");
    let frozen = of.freeze(&world, &scope);
    let text = String::from_utf8(frozen[0].2.clone()).expect("JSON");
    assert!(text.contains("db:a") && !text.contains("db:b") && !text.contains("hunter2"), "{text}");
}
