//! Others' schedules held against an environment: hours meant for another zone, conflicts with its own schedule, jobs
//! that come while its database sleeps, what belongs to whom, how a run went; and the simulated account's.

use std::collections::BTreeMap;

use rstest::rstest;

use super::*;
use crate::kinds::automation_run::Run;
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::testing::{know, scope};
use crate::offhours::OffHours;
use crate::operations::schedule::testing::{DATABASE, document, now, rule, tokyo};
use crate::schedule::stored::target_effect::Target;
use crate::schedule::{Actual, Desired, Exceptions, Member, MemberKind, Schedule, ScheduleBinding};
use crate::world::{Coverage, KindName, Reading, Resource};

fn member_state(kind: MemberKind, name: &str) -> ScheduledMember {
    let id = ResourceId { kind: KindName("any"), scope: scope(), key: name.into() };
    ScheduledMember {
        member: Member::new(kind, name),
        id: Some(id),
        arn: format!("arn:aws:any:ap-northeast-1:1:{name}"),
        actual: Actual::Up,
        desired: None,
        tags: BTreeMap::new(),
        restarts_at: None,
    }
}

fn service(cluster: &str, name: &str) -> ScheduledMember {
    let mut scheduled_member = member_state(MemberKind::EcsService, name);
    scheduled_member.member.cluster = Some(cluster.to_owned());
    scheduled_member
}

fn database() -> ScheduledMember {
    member_state(MemberKind::RdsInstance, DATABASE)
}

/// An environment of a database and a service; with office hours in Tokyo if `scheduled`.
fn environment(scheduled: bool) -> (Environment, Option<OffHours>) {
    let environment = Environment::new("shop-dev", vec![scope()]);
    let mut offhours = None;
    if scheduled {
        let office = Schedule { on: vec!["mon-fri 09:00-22:00".parse().unwrap()], ..Schedule::new("office", tokyo()) };
        offhours = Some(OffHours {
            record: crate::offhours::RecordState::Known,
            routine: ScheduleBinding::new(office),
            exceptions: Exceptions::default(),
            scheduled_members: scheduled_members(),
            desired: Desired::Off,
            next: None,
            drifts: Vec::new(),
            watcher: crate::world::SchedulerLiveness::Untold,
        });
    }
    (environment, offhours)
}

fn scheduled_members() -> Vec<ScheduledMember> {
    vec![database(), service("shop-cluster", "shop-dev-web")]
}

fn stop(expression: &str) -> Rule {
    rule("night", expression, [document("AWS-StopRdsInstance", DATABASE)])
}

fn start(expression: &str) -> Rule {
    rule("day", expression, [document("AWS-StartRdsInstance", DATABASE)])
}

fn task(cluster: &str, family: &str) -> Target {
    Target {
        arn: format!("arn:aws:ecs:ap-northeast-1:1:cluster/{cluster}"),
        task_definition: Some(format!("arn:aws:ecs:ap-northeast-1:1:task-definition/{family}:3")),
        ..Target::default()
    }
}

fn function(name: &str, input: &str) -> Target {
    Target {
        arn: format!("arn:aws:lambda:ap-northeast-1:1:function:{name}"),
        input: Some(input.to_owned()),
        ..Target::default()
    }
}

fn others(environment: &(Environment, Option<OffHours>), rules: Vec<Rule>) -> ExternalSchedulers {
    let mut world = World::default();
    know(&mut world, rules);
    of(environment, &scheduled_members(), &world)
}

fn of(
    (environment, off): &(Environment, Option<OffHours>),
    scheduled_members: &[ScheduledMember],
    world: &World,
) -> ExternalSchedulers {
    ExternalSchedulers::of((environment, off.as_ref()), scheduled_members, world, &timers(world), (&tokyo(), now()))
}

#[rstest]
#[case::an_evening_that_is_a_morning(
    stop("cron(0 22 * * ? *)"),
    "rule night stops shop-dev-db at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo: was 22:00 in Asia/Tokyo \
     meant? a rule knows UTC only, where that is cron(0 13 * * ? *)"
)]
#[case::a_morning_that_is_an_evening(
    start("cron(0 9 * * ? *)"),
    "rule day starts shop-dev-db at cron(0 9 * * ? *) UTC, which is 18:00 in Asia/Tokyo: was 09:00 in Asia/Tokyo \
     meant? a rule knows UTC only, where that is cron(0 0 * * ? *)"
)]
#[case::days_that_would_move(
    start("cron(0 8 ? * MON-FRI *)"),
    "rule day starts shop-dev-db at cron(0 8 ? * MON-FRI *) UTC, which is 17:00 in Asia/Tokyo: was 08:00 in Asia/Tokyo \
     meant? a rule knows UTC only; a schedule of EventBridge Scheduler knows Asia/Tokyo"
)]
fn hours_meant_for_another_zone(#[case] rule: Rule, #[case] message: &str) {
    let found = others(&environment(false), vec![rule]);
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!(owner.sentence(), message);
    assert!(owner.clock.as_ref().is_some_and(|clock| clock.doubt.is_some()) && owner.owns());
}

#[rstest]
#[case(stop("cron(0 13 * * ? *)"), Some("22:00"))]
#[case(start("cron(0 0 * * ? *)"), Some("09:00"))]
#[case(stop("cron(0 11,13 * * ? *)"), Some("20:00, 22:00"))]
#[case(stop("rate(1 hour)"), None)]
#[case(stop("cron(what)"), None)]
fn hours_that_are_right(#[case] rule: Rule, #[case] local: Option<&str>) {
    let found = others(&environment(false), vec![rule]);
    let clock = found.owners[0].clock.as_ref().expect("a clock");
    assert_eq!((clock.local.as_deref(), &clock.doubt), (local, &None));
}

#[test]
fn a_reader_in_utc_is_told_the_hours_of_the_environments_own_zone() {
    let mut world = World::default();
    know(&mut world, vec![stop("cron(0 22 * * ? *)")]);
    let (there, off) = environment(true);
    let found = ExternalSchedulers::of(
        (&there, off.as_ref()),
        &scheduled_members(),
        &world,
        &timers(&world),
        (&TimeZone::UTC, now()),
    );
    assert!(found.owners[0].sentence().contains("07:00 in Asia/Tokyo"), "{}", found.owners[0].sentence());
    let (there, off) = environment(false);
    let found = ExternalSchedulers::of(
        (&there, off.as_ref()),
        &scheduled_members(),
        &world,
        &timers(&world),
        (&TimeZone::UTC, now()),
    );
    assert_eq!(found.owners[0].sentence(), "rule night stops shop-dev-db at cron(0 22 * * ? *) UTC");
}

/// Against Monday to Friday 09:00 to 22:00 in Tokyo.
#[rstest]
#[case::before_the_end(stop("cron(0 12 * * ? *)"), Some("Mon 21:00"))]
#[case::at_the_end(stop("cron(0 13 * * ? *)"), None)]
#[case::while_it_sleeps_anyway(stop("cron(0 22 * * ? *)"), None)]
#[case::on_a_weekend(start("cron(0 0 * * ? *)"), Some("Sun 09:00"))]
#[case::on_work_days(start("cron(0 0 ? * MON-FRI *)"), None)]
#[case::in_the_lead(start("cron(50 23 ? * SUN-THU *)"), None)]
#[case::long_before(start("cron(0 21 ? * SUN-THU *)"), Some("Mon 06:00"))]
#[case::switched_off(Rule { enabled: false, ..start("cron(0 0 * * ? *)") }, None)]
fn what_goes_against_the_schedule(#[case] rule: Rule, #[case] when: Option<&str>) {
    let found = others(&environment(true), vec![rule]);
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    let message = owner.conflict(now(), &tokyo());
    match when {
        Some(when) => {
            assert!(
                message.as_ref().is_some_and(|message| message.contains(&format!(" at {when}, when"))),
                "{message:?}"
            )
        }
        None => assert_eq!(message, None),
    }
    assert_eq!(others(&environment(false), vec![stop("cron(0 12 * * ? *)")]).owners[0].against, None);
}

#[test]
fn a_protected_or_stop_only_environment_wishes_nothing_that_could_be_gone_against() {
    let mut protected = environment(true);
    let off = protected.1.as_mut().unwrap();
    off.exceptions.protect = true;
    assert_eq!(others(&protected, vec![stop("cron(0 12 * * ? *)")]).owners[0].against, None);
}

#[rstest]
#[case::by_night(rule("job", "cron(0 18 * * ? *)", [task("shop-cluster", "shop-dev-daily")]), Some("Sun 03:00"))]
#[case::by_day(rule("job", "cron(0 2 ? * MON-FRI *)", [task("shop-cluster", "shop-dev-daily")]), None)]
#[case::monthly(rule("job", "cron(0 18 L * ? *)", [task("shop-cluster", "shop-dev-daily")]), None)]
#[case::once(rule("job", "at(2026-11-22T15:00:00)", [function("shop-dev-mail", "{}")]), Some("Mon 00:00"))]
fn jobs_that_come_while_the_database_sleeps(#[case] rule: Rule, #[case] when: Option<&str>) {
    let found = others(&environment(true), vec![rule]);
    let [job] = found.jobs.as_slice() else { panic!("{found:?}") };
    let message = job.clash(now(), &tokyo());
    match when {
        Some(when) => assert!(
            message.as_ref().is_some_and(|message| message.contains(&format!(" at {when}, while shop-dev-db"))),
            "{message:?}"
        ),
        None => assert_eq!(message, None),
    }
}

#[test]
fn a_job_of_every_few_minutes_comes_while_it_sleeps_too() {
    let often = |expression: &str| {
        let found = others(&environment(true), vec![rule("job", expression, [function("shop-dev-poll", "{}")])]);
        found.jobs[0].clash(now(), &tokyo())
    };
    let message = "rule job calls function shop-dev-poll rate(5 minutes), also while shop-dev-db is asleep";
    assert_eq!(often("rate(5 minutes)").as_deref(), Some(message));
    assert!(often("cron(0/10 * * * ? *)").is_some_and(|message| message.contains("also while shop-dev-db is asleep")));
    assert_eq!(often("rate(1 day)"), None, "when it comes, nobody tells");
}

#[test]
fn without_a_schedule_of_its_own_it_sleeps_as_others_stop_and_start_it() {
    let job = || rule("daily", "cron(0 17 * * ? *)", [task("shop-cluster", "shop-dev-daily")]);
    let clash = |rules: Vec<Rule>| others(&environment(false), rules).jobs[0].clash(now(), &tokyo());
    let pair = || vec![stop("cron(0 13 * * ? *)"), start("cron(0 0 * * ? *)")];
    let message = clash([vec![job()], pair()].concat()).expect("a clash");
    assert_eq!(message, "rule daily runs task shop-dev-daily at Sun 02:00, while shop-dev-db is asleep");
    assert_eq!(clash(vec![job()]), None);
    assert_eq!(clash(vec![job(), stop("cron(0 13 * * ? *)")]), None, "people start it, and nobody knows when");
    // The municipal job as it is printed: small hours for a rule are office hours in Tokyo.
    let printed = rule("daily", "cron(0 2 * * ? *)", [task("shop-cluster", "shop-dev-daily")]);
    let found = others(&environment(false), [vec![printed], pair()].concat());
    assert_eq!((found.jobs[0].clock.local.as_deref(), &found.jobs[0].asleep), (Some("11:00"), &None));
    assert!(found.jobs[0].sentence().ends_with("where that is cron(0 17 * * ? *)"), "{}", found.jobs[0].sentence());
}

#[test]
fn a_database_of_the_same_name_in_another_region_puts_nothing_to_sleep_here() {
    let abroad = Scope::new("p", "us-east-1");
    let mut environment = environment(false);
    environment.0.scopes.push(abroad.clone());
    let mut world = World::default();
    know(&mut world, vec![rule("daily", "cron(0 17 * * ? *)", [task("shop-cluster", "shop-dev-daily")])]);
    let mut pair = vec![stop("cron(0 13 * * ? *)"), start("cron(0 0 * * ? *)")];
    for target in pair.iter_mut().flat_map(|rule| &mut rule.targets) {
        target.arn = target.arn.replace("ap-northeast-1", "us-east-1");
    }
    world.put(&abroad, Rule::KIND, &Coverage::All, Ok(Reading::whole(pair).into()), Timestamp::UNIX_EPOCH);
    let found = of(&environment, &scheduled_members(), &world);
    assert_eq!(found.jobs[0].clash(now(), &tokyo()), None, "{found:?}");
    assert!(found.owners.is_empty(), "{found:?}");
}

#[rstest]
#[case::named_for_it_in_another_region(
    Target { arn: "arn:aws:lambda:us-east-1:1:function:shop-dev-mail".to_owned(), ..Target::default() },
    false
)]
#[case::named_for_it(function("shop-dev-mail", "{}"), true)]
#[case::named_for_another(function("shop-prod-mail", "{}"), false)]
#[case::a_name_that_only_begins_alike(function("shop-develop", "{}"), false)]
#[case::told_of_its_database(function("stop-them-all", r#"{"ids":["shop-dev-db"]}"#), true)]
#[case::a_shared_cluster(task("shop-cluster", "others-daily"), false)]
#[case::a_shared_cluster_and_its_name(task("shop-cluster", "shop-dev-daily"), true)]
#[case::another_cluster(task("elsewhere", "shop-dev-daily"), false)]
fn whose_job_it_is(#[case] target: Target, #[case] its: bool) {
    let found = others(&environment(true), vec![rule("job", "rate(1 day)", [target])]);
    assert_eq!(found.jobs.len(), usize::from(its), "{found:?}");
    assert!(found.owners.is_empty(), "what is called is not said to stop anything: {found:?}");
}

#[test]
fn what_a_function_is_told_of_is_told_and_nothing_more() {
    let target = function("stop-them-all:live", r#"{"ids":["shop-dev-db"]}"#);
    let found = others(&environment(false), vec![rule("night", "cron(0 13 * * ? *)", [target])]);
    assert_eq!(
        found.jobs[0].sentence(),
        "rule night calls function stop-them-all, which is told of shop-dev-db at cron(0 13 * * ? *) UTC, which is \
         22:00 in Asia/Tokyo"
    );
    assert_eq!(found.owning().count(), 0);
}

#[test]
fn whom_it_hits_is_told_by_place_kind_and_name() {
    let other_cluster = Target {
        arn: "arn:aws:scheduler:::aws-sdk:ecs:updateService".to_owned(),
        input: Some(r#"{"Cluster":"elsewhere","Service":"shop-dev-web","DesiredCount":0}"#.to_owned()),
        ..Target::default()
    };
    let own_cluster = Target {
        input: Some(other_cluster.input.clone().unwrap().replace("elsewhere", "shop-cluster")),
        ..other_cluster.clone()
    };
    let found = others(
        &environment(false),
        vec![rule("a", "rate(1 day)", [other_cluster]), rule("b", "rate(1 day)", [own_cluster])],
    );
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!((owner.name.as_str(), owner.on.as_str()), ("b", "shop-cluster/shop-dev-web"));
    // The same names in another account are another's.
    let far = (Environment::new("shop-dev", vec![Scope::new("other", "ap-northeast-1")]), None);
    assert_eq!(
        others(&far, vec![stop("cron(0 13 * * ? *)")]),
        ExternalSchedulers { of: Some("shop-dev".into()), ..ExternalSchedulers::default() }
    );
}

#[test]
fn a_schedule_is_told_with_its_own_zone_and_its_time_zone_as_the_remedy() {
    let held = |timezone: Option<&str>| ForeignSchedule {
        name: "default/night".to_owned(),
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: timezone.map(str::to_owned),
        enabled: true,
        start_date: None,
        end_date: None,
        target: Target {
            arn: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
            input: Some(format!(r#"{{"DbInstanceIdentifier":"{DATABASE}"}}"#)),
            ..Target::default()
        },
        changed_at: None,
    };
    let message = |timezone: Option<&str>| {
        let mut world = World::default();
        know(&mut world, vec![held(timezone)]);
        of(&environment(false), &scheduled_members(), &world).owners[0].sentence()
    };
    assert_eq!(
        message(Some("Asia/Tokyo")),
        "schedule default/night stops shop-dev-db at cron(0 22 * * ? *) Asia/Tokyo"
    );
    assert!(
        message(None).ends_with("was 22:00 in Asia/Tokyo meant? then its time zone has to be Asia/Tokyo"),
        "{}",
        message(None)
    );
    assert_eq!(
        message(Some("Mars/Olympus")),
        "schedule default/night stops shop-dev-db at cron(0 22 * * ? *) Mars/Olympus"
    );
}

#[test]
fn tags_of_other_tools_are_owners() {
    let mut tagged = database();
    tagged.tags = [("Schedule", "office-hours"), ("IS-Error", "StopFailed"), ("IS-ErrorMessage", "no permission")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let found = of(&environment(false), &[tagged], &World::default());
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!(owner.sentence(), "Instance Scheduler stops and starts shop-dev-db, by its tag Schedule=office-hours");
    let failure = owner.failure(now(), &tokyo());
    assert_eq!(failure.as_deref(), Some("Instance Scheduler failed for shop-dev-db: StopFailed, no permission"));
    assert!(found.bar_enforcing().is_some_and(|why| why.contains("take the tag Schedule=office-hours off it")));
    let mut lights = database();
    lights.tags = [("sched-stop".to_owned(), "d=_ H:M=13:00".to_owned())].into();
    let found = of(&environment(false), &[lights], &World::default());
    let message =
        "Lights Off stops shop-dev-db, by its tag sched-stop=d=_ H:M=13:00 in UTC, which is 22:00 in Asia/Tokyo";
    assert_eq!(found.owners[0].sentence(), message);
}

#[rstest]
#[case::failed_and_still_up("Failed", Actual::Up, true, true)]
#[case::failed_and_down_all_the_same("Failed", Actual::Down, true, false)]
#[case::went_well("Success", Actual::Up, false, false)]
#[case::under_way("InProgress", Actual::Up, false, false)]
fn how_the_last_run_went(#[case] status: &str, #[case] actual: Actual, #[case] failed: bool, #[case] open: bool) {
    let run = |id: &str, at: &str, status: &str, on: &str| Run {
        id: id.to_owned(),
        document: "AWS-StopRdsInstance".to_owned(),
        status: status.to_owned(),
        started_at: Some(at.parse().unwrap()),
        ended_at: None,
        failure: (status == "Failed").then(|| "Step fails\nwith a trace".to_owned()),
        parameters: Some([("InstanceId".to_owned(), vec![on.to_owned()])].into()),
    };
    let mut world = World::default();
    know(&mut world, vec![stop("cron(0 13 * * ? *)")]);
    know(
        &mut world,
        vec![
            run("r-1", "2026-11-19T13:00:00Z", "Success", DATABASE),
            run("r-2", "2026-11-20T13:00:00Z", status, DATABASE),
            run("r-3", "2026-11-20T14:00:00Z", "Failed", "another"),
        ],
    );
    let found = of(&environment(false), &[ScheduledMember { actual, ..database() }], &world);
    let last = found.owners[0].last.as_ref().expect("its last run");
    assert_eq!((last.status.as_str(), last.failed, last.open), (status, failed, open));
    let message = found.owners[0].failure(now(), &tokyo());
    let wanted = "AWS-StopRdsInstance of rule night failed for shop-dev-db: Failed at Fri 22:00: Step fails…";
    assert_eq!(message.as_deref(), failed.then_some(wanted));
}

#[test]
fn ours_are_not_others_and_those_of_another_environment_are() {
    use crate::kinds::schedule_group::{Group, Held};
    let held = Held {
        name: "stop".to_owned(),
        expression: "cron(0 22 * * ? *)".to_owned(),
        timezone: Some("Asia/Tokyo".to_owned()),
        enabled: true,
        start_date: None,
        target: "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance".to_owned(),
        input: format!(r#"{{"DbInstanceIdentifier":"{DATABASE}"}}"#),
        role: "r".to_owned(),
        attempts: None,
        max_age: None,
        dead_letter: None,
    };
    let group = |name: &str, of: &str| Group {
        name: name.to_owned(),
        arn: None,
        tags: [(crate::schedule::stored::tags::ENV.to_owned(), of.to_owned())].into(),
        schedules: vec![held.clone()],
    };
    let mut world = World::default();
    know(&mut world, vec![group("toban-shop-dev", "shop-dev"), group("toban-shop", "shop")]);
    let found = of(&environment(false), &scheduled_members(), &world);
    let [owner] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!(owner.name, "toban-shop/stop");
}

#[test]
fn what_is_enforced_is_barred_by_whoever_owns_a_part() {
    let found = others(&environment(true), vec![stop("cron(0 13 * * ? *)")]);
    let why = found.bar_enforcing().expect("a bar");
    assert!(why.starts_with("rule night stops shop-dev-db"), "{why}");
    assert!(
        why.contains(
            "disable the rule night, or choose mode = \"edge\": two that enforce would fight; `toban schedule migrate shop-dev`"
        ),
        "{why}"
    );
    let off = Rule { enabled: false, ..stop("cron(0 13 * * ? *)") };
    let found = others(&environment(true), vec![off]);
    assert_eq!((found.bar_enforcing(), found.owners.len()), (None, 1), "one that is switched off is told of only");
    assert!(found.owners[0].sentence().contains(", but is switched off"));
}

/// The simulated account: the evening that is a morning, and the report that finds the database asleep.
#[tokio::test]
async fn the_demo_has_an_hour_meant_for_tokyo_and_a_job_that_finds_the_database_asleep() {
    let cloud: std::sync::Arc<dyn crate::cloud::Cloud> = std::sync::Arc::new(crate::demo::Demo::at(7, 0));
    let view = crate::engine::headless::View {
        configured_environments: crate::demo::configured_environments(),
        zone: tokyo(),
    };
    let snapshot = crate::engine::headless::picture(&cloud, &view, &mut |_, _| {}).await.unwrap();
    let dev = snapshot.picture.environment(&"prooflink-dev".into()).unwrap();
    let message: Vec<String> = dev.others.owners.iter().map(Owner::sentence).collect();
    assert_eq!(
        message,
        [
            "rule prooflink-dev-db-stop stops prooflink-dev-db at cron(0 22 * * ? *) UTC, which is 07:00 in Asia/Tokyo: was \
         22:00 in Asia/Tokyo meant? a rule knows UTC only, where that is cron(0 13 * * ? *)",
            "rule prooflink-dev-db-start starts prooflink-dev-db at cron(0 9 * * ? *) UTC, which is 18:00 in Asia/Tokyo, but \
         is switched off",
        ]
    );
    let last = dev.others.owners[0].last.as_ref().map(|last| last.sentence(snapshot.at, &tokyo()));
    assert_eq!(last.as_deref(), Some("Success at 07:00"));
    let clashes: Vec<String> = dev.others.jobs.iter().filter_map(|job| job.clash(snapshot.at, &tokyo())).collect();
    assert_eq!(
        clashes,
        [
            "rule prooflink-dev-usage-report runs task prooflink-dev-usage-report at Sun 03:00, while prooflink-dev-db is asleep"
        ]
    );
    let cat = snapshot.picture.environment(&"cat-data-v23".into()).unwrap();
    assert_eq!(cat.others.owners.len(), 1, "{:?}", cat.others);
    assert!(
        cat.others.owners[0].sentence().starts_with("schedule default/cat-data-nightly-stop stops cat-data-v23-db at")
    );
    let untouched = snapshot.picture.environments.iter().filter(|it| it.others.owners.is_empty()).count();
    assert_eq!(untouched, snapshot.picture.environments.len() - 3);
}

/// The database with these tags, beside a service with the same.
fn tagged(tags: &[(&str, &str)]) -> Vec<ScheduledMember> {
    let tags: BTreeMap<String, String> =
        tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    scheduled_members().into_iter().map(|it| ScheduledMember { tags: tags.clone(), ..it }).collect()
}

#[test]
fn tags_of_lights_off_are_held_against_the_schedule_as_rules_are() {
    let office = environment(true);
    let tags = [("sched-start", "d=_ H:M=00:00"), ("sched-stop", "d=_ H:M=11:00"), ("sched-backup", "d=_ H:M=00:00")];
    let found = of(&office, &tagged(&tags), &World::default());
    let [start, stop] = found.owners.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        stop.sentence(),
        "Lights Off stops shop-dev-db, by its tag sched-stop=d=_ H:M=11:00 in UTC, which is 20:00 in Asia/Tokyo"
    );
    let against = stop.conflict(now(), &tokyo());
    assert!(
        against.is_some_and(|message| message.contains("stops shop-dev-db at Mon 20:00, when the schedule has it up"))
    );
    assert!(stop.clock.as_ref().is_some_and(|clock| clock.next_at.is_some()));
    // The backup comes in the same ten minutes: neither is done then.
    assert_eq!(
        (start.verb, start.against, start.clock.as_ref().unwrap().next_at),
        (Some(PowerAction::Start), None, None)
    );
    assert!(found.bar_enforcing().is_some_and(|why| why.contains("take the tag sched-start=d=_ H:M=00:00 off it")));
    assert_eq!(stop.json(&tokyo())["expression"], "d=_ H:M=11:00 UTC");

    let evening = of(&office, &tagged(&[("sched-stop", "d=_ H:M=22:00")]), &World::default());
    let message = evening.owners[0].sentence();
    assert!(
        message.ends_with("was 22:00 in Asia/Tokyo meant? its tags know UTC only, where that is d=_ H:M=13:00"),
        "{message}"
    );
}

#[test]
fn what_is_not_understood_of_a_tag_is_shown_as_it_is() {
    let found =
        of(&environment(true), &tagged(&[("sched-stop", "weekdays 22:00"), ("Schedule", "hq")]), &World::default());
    let message: Vec<String> = found.owners.iter().map(Owner::sentence).collect();
    assert_eq!(
        message,
        [
            "Instance Scheduler stops and starts shop-dev-db, by its tag Schedule=hq",
            "Lights Off stops shop-dev-db, by its tag sched-stop=weekdays 22:00",
            "Instance Scheduler stops and starts shop-cluster/shop-dev-web, by its tag Schedule=hq",
        ]
    );
    assert!(found.owners.iter().all(|owner| owner.clock.is_none() && owner.against.is_none()));
}

/// Of an environment without a schedule of its own the tags tell when its database sleeps.
#[test]
fn a_job_that_comes_while_tags_have_put_the_database_to_sleep_is_told() {
    let night = [("sched-stop", "d=_ H:M=13:00"), ("sched-start", "d=_ H:M=00:00")];
    let mut world = World::default();
    know(&mut world, vec![rule("daily", "cron(0 17 * * ? *)", [function("shop-dev-import", "{}")])]);
    let found = of(&environment(false), &tagged(&night), &world);
    let asleep = found.jobs[0].asleep.as_ref().expect("asleep");
    assert_eq!(asleep.who, [DATABASE]);
}

#[test]
fn a_rule_that_is_held_back_is_that_of_its_own_region() {
    let (here, abroad) = (scope(), Scope::new("p", "us-east-1"));
    let mut environment = environment(false).0;
    environment.scopes.push(abroad.clone());
    let off = |expression: &str| Rule { enabled: false, ..stop(expression) };
    let mut world = World::default();
    know(&mut world, vec![off("cron(0 10 * * ? *)")]);
    let mut far = off("cron(0 11 * * ? *)");
    far.targets.iter_mut().for_each(|target| target.arn = target.arn.replace("ap-northeast-1", "us-east-1"));
    let found = Reading::whole(vec![far]).into();
    world.put(&abroad, Rule::KIND, &Coverage::All, Ok(found), now());
    let timers = timers(&world);
    let at_home = |held: &[(&Scope, &str)]| {
        let mut database = database();
        let last =
            |it: &ScheduledMember| last_on(&environment, (it, &timers), held, now()).map(|(timer, ..)| timer.scope);
        let of_home = last(&database);
        database.id = database.id.map(|id| ResourceId { scope: abroad.clone(), ..id });
        database.arn = database.arn.replace("ap-northeast-1", "us-east-1");
        (of_home, last(&database))
    };
    assert_eq!(at_home(&[]), (None, None), "both rules are off");
    assert_eq!(at_home(&[(&here, "night")]), (Some(here.clone()), None), "only that of the one region is held back");
    assert_eq!(at_home(&[(&abroad, "night")]), (None, Some(abroad.clone())));
}
