//! Schedules that stand at AWS, in the demo: differences seen and written, an evening postponed and taken back, all of
//! them removed; and what they do by themselves when their time comes.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::demo::wishes;
use crate::engine::headless::{Outlook, View, picture};
use crate::kinds::{Context, Joins};
use crate::offhours::schedule_reads;
use crate::operations::Site;
use crate::operations::environment_actions;
use crate::overview::gather;
use crate::schedule::{Member, MemberKind};
use crate::world::{Coverage, Health};

const NAME: &str = "backend-dev";

/// What is seen, with what AWS holds of the schedule.
async fn look(demo: &Arc<Demo>) -> Outlook {
    look_for(demo, &[]).await
}

/// The same, where the configuration names who sleeps.
async fn look_for(demo: &Arc<Demo>, named: &[Member]) -> Outlook {
    let mut wishes = wishes();
    for wish in wishes.environments.iter_mut().filter(|wish| wish.name == NAME.into()) {
        wish.sleepers = named.to_vec();
    }
    let view = View { wishes, zone: TimeZone::get("Asia/Tokyo").expect("Tokyo") };
    let cloud: Arc<dyn Cloud> = Arc::clone(demo) as Arc<dyn Cloud>;
    let mut outlook = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo has places");
    let scope = outlook.picture.environment(&NAME.into()).expect("it is there").schedule_place().expect("a place");
    for want in schedule_reads(&scope, &outlook.world) {
        let got = demo.read(kind(want.kind).expect("a kind"), &scope, &Coverage::All, &outlook.world).await;
        outlook.world.put(&scope, want.kind, &Coverage::All, got, outlook.at);
    }
    outlook.picture = gather(&outlook.world, &view.wishes, outlook.at, &view.zone);
    outlook
}

fn drift(outlook: &Outlook) -> Vec<String> {
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    let off = environment.offhours.as_deref().expect("a schedule");
    off.schedule_drift(environment, &outlook.world, outlook.at).expect("it was read")
}

/// Does it, as the console would; the plan and how it ended.
async fn does(demo: &Arc<Demo>, verb: &str, value: &str) -> (Plan, Ending) {
    let outlook = look(demo).await;
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    let (joins, zone) = (Joins::of(&outlook.world), TimeZone::get("Asia/Tokyo").expect("Tokyo"));
    let cx = Context {
        world: &outlook.world,
        joins: &joins,
        scope: &environment.scopes[0],
        protected: environment.protected,
        now: outlook.at,
        zone: &zone,
    };
    let proposal = environment_actions::propose(verb, Some(value), &Site { cx, environment }).expect("it is offered");
    let plan = proposal.plan();
    let at = Circumstances::seen_at(outlook.at);
    let Ok(Let::Procedure(license, procedure)) = Gate::default().allow(proposal, &Answer::Yes, None, &at) else {
        panic!("nothing hinders it")
    };
    let errand = Errand { id: 1, license, procedure };
    let ending = drive(&**demo, errand, outlook.world.clone(), (&Logbook::default(), false), &mut |_| {}).await;
    (plan, ending)
}

/// The second at which a local time of the first day comes.
fn second(demo: &Arc<Demo>, local: &str) -> i64 {
    demo.go_to(0);
    let at: jiff::Timestamp = format!("2026-11-{local}:00+09:00").parse().expect("a moment");
    at.duration_since(demo.now()).as_secs()
}

#[tokio::test(start_paused = true)]
async fn an_edit_by_hand_is_found_written_over_and_an_evening_postponed_and_taken_back() {
    let demo = Arc::new(Demo::at(7, 0));
    let before = drift(&look(&demo).await);
    assert_eq!(before.len(), 1, "{before:?}");
    assert!(before[0].contains("is cron(10 23 ? * MON-FRI *), computed cron(10 23 * * ? *)"), "{before:?}");

    let (plan, ending) = does(&demo, "sync", "hold").await;
    assert_eq!((plan.calls.len(), plan.differences.len()), (1, 1), "{:?}", plan.calls);
    assert_eq!((ending.how, ending.says.as_str()), (How::Done, "1 change made; it is as computed"));
    assert!(drift(&look(&demo).await).is_empty());

    let evening = second(&demo, "21T21:00");
    demo.go_to(evening);
    let (plan, ending) = does(&demo, "override", "23:30").await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    assert!(plan.calls.iter().any(|call| call.contains("PutScheduledAction")), "{:?}", plan.calls);
    assert!(plan.calls.iter().any(|call| call.contains("at(2026-11-21T23:40:00)")), "a stage later: {:?}", plan.calls);
    let outlook = look(&demo).await;
    assert!(drift(&outlook).is_empty());
    let kept = outlook.picture.environment(&NAME.into()).and_then(|it| it.offhours.as_deref());
    assert!(kept.is_some_and(|off| off.over(outlook.at).is_some()), "its tag says so to everybody");
    let (_, ending) = does(&demo, "clear", "").await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    assert!(drift(&look(&demo).await).is_empty());
    let (_, ending) = does(&demo, "hold", "+2d").await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
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
    let headline = environment.verdict.findings.iter().find(|finding| finding.says.contains("should be off"));
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
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    let night = second(&demo, "21T23:30");
    demo.go_to(night);
    let outlook = look(&demo).await;
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    assert!(environment.counts.tasks_desired > 0, "nobody stopped it");
    assert!(drift(&outlook).iter().all(|says| says.ends_with("is missing")), "{:?}", drift(&outlook));
}

#[tokio::test(start_paused = true)]
async fn what_a_database_had_that_was_renamed_or_deleted_is_found_and_who_is_named_and_not_there_is_told() {
    let demo = Arc::new(Demo::at(7, 0));
    let gone = [Member::new(MemberKind::RdsCluster, "its-old-name")];
    let outlook = look_for(&demo, &gone).await;
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    let off = environment.offhours.as_deref().expect("a schedule");
    let computed = off.computed(environment, &environment.scopes[0], &outlook.world, outlook.at);
    assert!(computed.planned.is_empty());
    assert_eq!(computed.left_out, ["its-old-name is not there"]);
    let differences = drift(&outlook);
    assert_eq!(differences.len(), 4, "its stop and start, and those of the service that is not named: {differences:?}");
    assert!(differences.iter().all(|says| says.ends_with("is there and was not computed")), "{differences:?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_in_another_region_is_left_out_and_told() {
    let demo = Arc::new(Demo::at(7, 0));
    let outlook = look(&demo).await;
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    let mut off = environment.offhours.as_deref().expect("a schedule").clone();
    let scope = environment.scopes[0].clone();
    for id in off.sleepers.iter_mut().take(1).filter_map(|it| it.id.as_mut()) {
        id.scope = Scope::new("demo", "us-east-1");
    }
    let computed = off.computed(environment, &scope, &outlook.world, outlook.at);
    assert_eq!(computed.planned.len(), 2, "the service's alone");
    let [says] = computed.left_out.as_slice() else { panic!("{:?}", computed.left_out) };
    assert!(says.contains("is in demo/us-east-1"), "{says}");
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
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    assert_eq!(ending.says, "1 change made; it is as computed; backend-dev-cluster-stop disabled");
    let outlook = look(&demo).await;
    assert!(drift(&outlook).is_empty());
    let environment = outlook.picture.environment(&NAME.into()).expect("it is there");
    assert!(environment.others.owners.iter().any(|owner| !owner.enabled), "it is there still, and owns nothing");
    assert_eq!(environment.others.owning().count(), 0);
    let (plan, ending) = does(&demo, "migrate", "").await;
    assert!(plan.is_harmless() && ending.says.starts_with("there is nothing to migrate"), "{}", ending.says);
}

#[tokio::test(start_paused = true)]
async fn an_override_holds_the_rule_back_and_it_comes_back_by_itself() {
    let demo = Arc::new(Demo::at(7, 0));
    // A Monday: the rule would stop the cluster at 23:00.
    let evening = second(&demo, "23T20:00");
    demo.go_to(evening);
    let (plan, ending) = does(&demo, "override", "23:30").await;
    assert_eq!(ending.how, How::Done, "{}", ending.says);
    assert!(
        plan.notices.iter().any(|notice| notice.starts_with("second best: rule backend-dev-cluster-stop")),
        "{plan:?}"
    );
    let rule = |outlook: &Outlook| {
        let environment = outlook.picture.environment(&NAME.into()).expect("it is there").clone();
        environment.others.owners.into_iter().find(|owner| owner.name == "backend-dev-cluster-stop").expect("the rule")
    };
    let outlook = look(&demo).await;
    let held = rule(&outlook);
    assert!(!held.enabled && !held.is_forgotten(), "{held:?}");
    assert!(drift(&outlook).is_empty());
    let late = second(&demo, "23T23:35");
    demo.go_to(late);
    let back = rule(&look(&demo).await);
    assert!(back.enabled && back.away.is_none(), "{back:?}");
}

fn status(outlook: &Outlook) -> String {
    let clusters = outlook.world.everywhere::<crate::kinds::db_cluster::DbCluster>();
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
            assert_eq!(ending.how, How::Done, "{asked}: {}", ending.says);
        }
        demo.go_to(second(&demo, "23T23:01"));
        let outlook = look(&demo).await;
        assert_eq!(status(&outlook), at_eleven, "{asked}");
        let evening: jiff::Timestamp = "2026-11-23T20:00:00+09:00".parse().expect("a moment");
        let runs = outlook.world.everywhere::<crate::kinds::automation_run::Run>();
        let ran =
            runs.filter(|(_, run)| run.document == "AWS-StartStopAuroraCluster" && run.started_at > Some(evening));
        assert_eq!(ran.count(), usize::from(asked.is_empty()), "{asked}");
        // By three every override is over, and what was left out is made up for.
        demo.go_to(second(&demo, "24T03:00"));
        assert_eq!(status(&look(&demo).await), if asked == "hold" { "available" } else { "stopped" }, "{asked}");
    }
}
