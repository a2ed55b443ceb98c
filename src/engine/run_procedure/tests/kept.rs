//! Schedules that stand at AWS, in the demo: differences seen and written, an evening postponed and taken back, all of
//! them removed; and what they do by themselves when their time comes.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::demo::configured_environments;
use crate::engine::headless::{Snapshot, View, picture};
use crate::kinds::{KindContext, ResourceIndex};
use crate::offhours::schedule_reads;
use crate::operations::ActionContext;
use crate::operations::environment_actions;
use crate::overview::assemble;
use crate::schedule::{Member, MemberKind};
use crate::world::{Coverage, Health};

const NAME: &str = "backend-dev";

/// What is seen, with what AWS holds of the schedule.
async fn look(demo: &Arc<Demo>) -> Snapshot {
    look_for(demo, &[]).await
}

/// The same, where the configuration names who sleeps.
async fn look_for(demo: &Arc<Demo>, named: &[Member]) -> Snapshot {
    let mut configured_environments = configured_environments();
    for environment_config in configured_environments
        .environments
        .iter_mut()
        .filter(|environment_config| environment_config.name == NAME.into())
    {
        environment_config.scheduled_members = named.to_vec();
    }
    let view = View { configured_environments, zone: TimeZone::get("Asia/Tokyo").expect("Tokyo") };
    let cloud: Arc<dyn Cloud> = Arc::clone(demo) as Arc<dyn Cloud>;
    let mut snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo has places");
    let scope = snapshot.picture.environment(&NAME.into()).expect("it is there").schedule_place().expect("a place");
    for want in schedule_reads(&scope, &snapshot.world) {
        let got = demo.read(kind(want.kind).expect("a kind"), &scope, &Coverage::All, &snapshot.world).await;
        snapshot.world.put(&scope, want.kind, &Coverage::All, got, snapshot.at);
    }
    snapshot.picture = assemble(&snapshot.world, &view.configured_environments, snapshot.at, &view.zone);
    snapshot
}

fn drift(snapshot: &Snapshot) -> Vec<String> {
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    let off = environment.offhours.as_deref().expect("a schedule");
    off.schedule_drift(environment, &snapshot.world, snapshot.at).expect("it was read")
}

/// Does it, as the console would; the plan and how it ended.
async fn does(demo: &Arc<Demo>, verb: &str, value: &str) -> (Plan, Ending) {
    let snapshot = look(demo).await;
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    let (resource_index, zone) = (ResourceIndex::of(&snapshot.world), TimeZone::get("Asia/Tokyo").expect("Tokyo"));
    let cx = KindContext {
        world: &snapshot.world,
        resource_index: &resource_index,
        scope: &environment.scopes[0],
        protected: environment.protected,
        now: snapshot.at,
        zone: &zone,
    };
    let proposal =
        environment_actions::propose(verb, Some(value), &ActionContext { cx, environment }).expect("it is offered");
    let plan = proposal.plan();
    let at = GateContext::seen_at(snapshot.at);
    let Ok(Admitted::Procedure(license, procedure)) = Gate::default().allow(proposal, &Confirmation::Yes, None, &at)
    else {
        panic!("nothing hinders it")
    };
    let procedure_run = ProcedureRun { id: 1, license, procedure, limit: None };
    let ending =
        run_procedure(&**demo, procedure_run, snapshot.world.clone(), (&JournalWriter::default(), false), &mut |_| {})
            .await;
    (plan, ending)
}

/// The second at which a local time of the first day comes.
fn second(demo: &Arc<Demo>, local: &str) -> i64 {
    demo.go_to(0);
    let at: Timestamp = format!("2026-11-{local}:00+09:00").parse().expect("a moment");
    at.duration_since(demo.now()).as_secs()
}

#[tokio::test(start_paused = true)]
async fn an_edit_by_hand_is_found_written_over_and_an_evening_postponed_and_taken_back() {
    let demo = Arc::new(Demo::at(7, 0));
    let before = drift(&look(&demo).await);
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(before[0].contains("is cron(10 23 ? * MON-FRI *) instead of cron(10 23 * * ? *)"), "{before:?}");

    let (plan, ending) = does(&demo, "sync", "hold").await;
    assert_eq!((plan.calls.len(), plan.differences.len()), (1, 1), "{:?}", plan.calls);
    assert_eq!((ending.how, ending.message.as_str()), (How::Done, "1 change made and checked at AWS"));
    assert!(drift(&look(&demo).await).is_empty());

    let evening = second(&demo, "21T21:00");
    demo.go_to(evening);
    let (plan, ending) = does(&demo, "override", "23:30").await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert!(plan.calls.iter().any(|call| call.contains("PutScheduledAction")), "{:?}", plan.calls);
    assert!(plan.calls.iter().any(|call| call.contains("at(2026-11-21T23:40:00)")), "a stage later: {:?}", plan.calls);
    let snapshot = look(&demo).await;
    assert!(drift(&snapshot).is_empty());
    let kept = snapshot.picture.environment(&NAME.into()).and_then(|it| it.offhours.as_deref());
    assert!(kept.is_some_and(|off| off.over(snapshot.at).is_some()), "its tag says so to everybody");
    let (_, ending) = does(&demo, "clear", "").await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert!(drift(&look(&demo).await).is_empty());
    let (_, ending) = does(&demo, "hold", "+2d").await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert!(drift(&look(&demo).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_stands_at_aws_stops_and_starts_by_itself() {
    let demo = Arc::new(Demo::at(7, 0));
    let (late, morning) = (second(&demo, "21T23:30"), second(&demo, "22T08:30"));
    // As somebody left it the database stays up on a Saturday night, and nobody meant that.
    demo.go_to(late);
    let edited = look(&demo).await;
    let environment = edited.picture.environment(&NAME.into()).expect("it is there");
    assert_eq!(environment.counts.tasks_desired, 0, "its service was scaled to nothing at 23:00");
    let headline = environment.verdict.findings.iter().find(|finding| finding.message.contains("should be off"));
    assert!(headline.is_some(), "{:?}", environment.verdict);

    demo.go_to(0);
    assert_eq!(does(&demo, "sync", "hold").await.1.how, How::Done);
    demo.go_to(late);
    let asleep = look(&demo).await;
    let environment = asleep.picture.environment(&NAME.into()).expect("it is there");
    assert_eq!(environment.verdict.health, Health::Asleep, "{:?}", environment.verdict);
    assert!(environment.verdict.headline().starts_with("asleep, wakes to 2 tasks"), "{:?}", environment.verdict);
    demo.go_to(morning);
    let awake = look(&demo).await;
    let environment = awake.picture.environment(&NAME.into()).expect("it is there");
    assert!(
        environment.counts.tasks_desired > 0 && environment.verdict.health < Health::Bad,
        "{:?}",
        environment.verdict
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_stops_nothing_any_more() {
    let demo = Arc::new(Demo::at(7, 0));
    let (_, ending) = does(&demo, "sync", "remove").await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    let night = second(&demo, "21T23:30");
    demo.go_to(night);
    let snapshot = look(&demo).await;
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    assert!(environment.counts.tasks_desired > 0, "nobody stopped it");
    assert!(drift(&snapshot).iter().all(|message| message.ends_with("is missing")), "{:?}", drift(&snapshot));
}

#[tokio::test(start_paused = true)]
async fn what_a_database_had_that_was_renamed_or_deleted_is_found_and_who_is_named_and_not_there_is_told() {
    let demo = Arc::new(Demo::at(7, 0));
    let gone = [Member::new(MemberKind::RdsCluster, "its-old-name")];
    let snapshot = look_for(&demo, &gone).await;
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    let off = environment.offhours.as_deref().expect("a schedule");
    let computed = off.computed(environment, &environment.scopes[0], &snapshot.world, snapshot.at);
    assert!(computed.planned.is_empty());
    assert_eq!(computed.left_out, ["its-old-name is not there"]);
    let differences = drift(&snapshot);
    assert_eq!(differences.len(), 4, "its stop and start, and those of the service that is not named: {differences:?}");
    assert!(
        differences.iter().all(|message| message.ends_with("is at AWS but not in the configuration")),
        "{differences:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_in_another_region_is_left_out_and_told() {
    let demo = Arc::new(Demo::at(7, 0));
    let snapshot = look(&demo).await;
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    let mut off = environment.offhours.as_deref().expect("a schedule").clone();
    let scope = environment.scopes[0].clone();
    for id in off.scheduled_members.iter_mut().take(1).filter_map(|it| it.id.as_mut()) {
        id.scope = Scope::new("demo", "us-east-1");
    }
    let computed = off.computed(environment, &scope, &snapshot.world, snapshot.at);
    assert_eq!(computed.planned.len(), 2, "the service's alone");
    let [message] = computed.left_out.as_slice() else { panic!("{:?}", computed.left_out) };
    assert!(message.contains("is in demo/us-east-1"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_rule_beside_the_schedules_gives_way_once_they_are_as_computed() {
    let demo = Arc::new(Demo::at(7, 0));
    let (plan, ending) = does(&demo, "migrate", "").await;
    let calls = plan.calls.join("\n");
    assert!(
        calls.contains("UpdateSchedule") && calls.contains("events:DisableRule backend-dev-cluster-stop"),
        "{calls}"
    );
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert_eq!(ending.message, "1 change made and checked at AWS; backend-dev-cluster-stop disabled");
    let snapshot = look(&demo).await;
    assert!(drift(&snapshot).is_empty());
    let environment = snapshot.picture.environment(&NAME.into()).expect("it is there");
    assert!(environment.others.owners.iter().any(|owner| !owner.enabled), "it is there still, and owns nothing");
    assert_eq!(environment.others.owning().count(), 0);
    let (plan, ending) = does(&demo, "migrate", "").await;
    assert!(plan.is_harmless() && ending.message.starts_with("there is nothing to migrate"), "{}", ending.message);
}

#[tokio::test(start_paused = true)]
async fn an_override_holds_the_rule_back_and_it_comes_back_by_itself() {
    let demo = Arc::new(Demo::at(7, 0));
    // A Monday: the rule would stop the cluster at 23:00.
    let evening = second(&demo, "23T20:00");
    demo.go_to(evening);
    let (plan, ending) = does(&demo, "override", "23:30").await;
    assert_eq!(ending.how, How::Done, "{}", ending.message);
    assert!(
        plan.notices.iter().any(|notice| notice.starts_with("second best: rule backend-dev-cluster-stop")),
        "{plan:?}"
    );
    let rule = |snapshot: &Snapshot| {
        let environment = snapshot.picture.environment(&NAME.into()).expect("it is there").clone();
        environment.others.owners.into_iter().find(|owner| owner.name == "backend-dev-cluster-stop").expect("the rule")
    };
    let snapshot = look(&demo).await;
    let held = rule(&snapshot);
    assert!(!held.enabled && !held.is_forgotten(), "{held:?}");
    assert!(drift(&snapshot).is_empty());
    let late = second(&demo, "23T23:35");
    demo.go_to(late);
    let back = rule(&look(&demo).await);
    assert!(back.enabled && back.away.is_none(), "{back:?}");
}

fn status(snapshot: &Snapshot) -> String {
    let clusters = snapshot.world.everywhere::<crate::kinds::db_cluster::DbCluster>();
    let mut dev = clusters.map(|(_, cluster)| cluster).filter(|cluster| cluster.id.contains("-dev-"));
    dev.next().expect("the cluster").status.clone()
}

#[tokio::test(start_paused = true)]
async fn a_rule_stops_the_cluster_at_its_hour_unless_an_override_or_a_hold_holds_it_back() {
    for (asked, until, at_eleven) in
        [("", "", "stopping"), ("override", "23:30", "available"), ("hold", "+1d", "available")]
    {
        let demo = Arc::new(Demo::at(7, 0));
        // A Monday: the rule stops the cluster at 23:00, ten minutes before schedules of ours would.
        demo.go_to(second(&demo, "23T20:00"));
        if !asked.is_empty() {
            let (_, ending) = does(&demo, asked, until).await;
            assert_eq!(ending.how, How::Done, "{asked}: {}", ending.message);
        }
        demo.go_to(second(&demo, "23T23:01"));
        let snapshot = look(&demo).await;
        assert_eq!(status(&snapshot), at_eleven, "{asked}");
        let evening: Timestamp = "2026-11-23T20:00:00+09:00".parse().expect("a moment");
        let runs = snapshot.world.everywhere::<crate::kinds::automation_run::Run>();
        let ran =
            runs.filter(|(_, run)| run.document == "AWS-StartStopAuroraCluster" && run.started_at > Some(evening));
        assert_eq!(ran.count(), usize::from(asked.is_empty()), "{asked}");
        // By three every override is over, and what was left out is made up for.
        demo.go_to(second(&demo, "24T03:00"));
        assert_eq!(status(&look(&demo).await), if asked == "hold" { "available" } else { "stopped" }, "{asked}");
    }
}
