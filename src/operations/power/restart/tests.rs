//! Rebooting and failing over: what is offered, refused and planned, and a procedure that is played against an RDS that
//! moves by the second.

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::*;
use crate::change::procedure::{Observation, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, How};
use crate::kinds::db_event::{DbMessage, PowerEvents};
use crate::kinds::testing_samples::{Shelves, cluster, database, member, now, scope};
use crate::overview::EnvironmentStatus;
use crate::world::{Coverage, Fault, FaultKind, Reading, World};

fn with_context<T>(shelves: Shelves, look: impl FnOnce(&ActionContext<'_>) -> T) -> T {
    let environment = EnvironmentStatus::new("city-dev", vec![scope()]);
    shelves.seen(false, |cx| look(&ActionContext { cx: *cx, environment: &environment }))
}

#[rstest]
#[case::alone(database(), None, Some("no standby"))]
#[case::standby(DbInstance { multi_az: true, ..database() }, None, None)]
#[case::busy(DbInstance { status: "modifying".to_owned(), multi_az: true, ..database() }, Some("it is modifying"), Some("it is modifying"))]
#[case::stopped(DbInstance { status: "stopped".to_owned(), ..database() }, Some("it is stopped"), Some("no standby"))]
#[case::storage(DbInstance { status: "storage-optimization".to_owned(), ..database() }, None, Some("no standby"))]
#[case::parameters(DbInstance { status: "incompatible-parameters".to_owned(), ..database() }, None, Some("no standby"))]
#[case::never_seen(DbInstance { status: "levitating".to_owned(), ..database() }, Some("it is levitating"), Some("no standby"))]
fn each_is_barred_where_rds_would_refuse_it(
    #[case] item: DbInstance,
    #[case] reboot: Option<&str>,
    #[case] failover: Option<&str>,
) {
    let actions = of_instance(&item, None);
    for (action, wanted) in actions.iter().zip([reboot, failover]) {
        let why = action.disabled_reason.as_deref();
        match wanted {
            Some(wanted) => assert!(why.is_some_and(|why| why.contains(wanted)), "{action:?}"),
            None => assert_eq!(why, None, "{action:?}"),
        }
        // What is barred is refused as well, whoever asks.
        let asked = with_context(Shelves::default().with([item.clone()]), |context| {
            propose_instance(&item, action.verb == FAILOVER, context).map(|proposal| proposal.plan())
        });
        assert_eq!(asked.is_ok(), wanted.is_none(), "{asked:?}");
    }
}

#[test]
fn a_plan_tells_who_loses_connections_and_what_a_reboot_applies() {
    let item = DbInstance { multi_az: true, pending: vec!["class becomes db.r6g.large".into()], ..database() };
    let mut environment = EnvironmentStatus::new("city-dev", vec![scope()]);
    environment.counts.tasks_running = 2;
    let member = crate::environment::Member {
        id: item.id(&scope()),
        name: "city-db".into(),
        assessment: None,
        because: Vec::new(),
    };
    environment.members.push(member);
    let plans = [false, true].map(|failover| {
        Shelves::default().with([item.clone()]).seen(false, |cx| {
            let context = ActionContext { cx: *cx, environment: &environment };
            propose_instance(&item, failover, &context).expect("it can be").plan()
        })
    });
    assert_eq!(
        plans.each_ref().map(|plan| plan.calls.join("")),
        ["rds:RebootDBInstance city-db", "rds:RebootDBInstance city-db: with failover"]
    );
    insta::assert_snapshot!(plans[0].notices.join("\n"), @r"
    2 tasks of city-dev lose the connections to it, and must connect again
    its standby does not take over: `failover` reboots it with a shorter gap
    what waits for a reboot is applied: class becomes db.r6g.large
    ");
    assert!(plans[1].notices[1].contains("its address stays"), "{:?}", plans[1].notices);
}

#[test]
fn a_cluster_fails_over_to_a_reader_that_it_has() {
    let shelves = || Shelves::default().with([cluster()]).with([member("backend-db-2", "available")]);
    let planned = |to: Option<&str>| {
        with_context(shelves(), |context| propose_cluster(&cluster(), to, context).map(|proposal| proposal.plan()))
    };
    assert_eq!(planned(Some("backend-db-2")).unwrap().calls, ["rds:FailoverDBCluster backend-db: to backend-db-2"]);
    for any in [None, Some(ANY), Some(" ")] {
        assert!(planned(any).unwrap().calls[0].ends_with("to a reader that RDS chooses"));
    }
    assert!(planned(Some("backend-db-1")).unwrap_err().contains("is the writer"));
    assert!(planned(Some("other")).unwrap_err().contains("there are backend-db-2"));
    let choices = with_context(shelves(), |context| choices(&cluster(), context));
    let labels: Vec<_> = choices.iter().map(|choice| (choice.label.as_str(), choice.value.as_str())).collect();
    assert_eq!(labels, [("as RDS chooses", ANY), ("backend-db-2", "backend-db-2")]);
    let mut alone = cluster();
    alone.members.truncate(1);
    assert!(of_cluster(&alone).disabled_reason.is_some_and(|why| why.contains("no reader")));
}

/// An RDS at a second after it was asked: what the instance's status and zone are, and what it told.
struct Rds {
    status: fn(i64) -> &'static str,
    zone: fn(i64) -> &'static str,
    told: Option<(i64, &'static str)>,
    events: bool,
    answer: Result<(), Fault>,
}

impl Rds {
    fn world(&self, second: i64) -> (World, Vec<(crate::world::read_request::ReadRequest, Fault)>) {
        let at = now() + SignedDuration::from_secs(second);
        let item = DbInstance {
            status: (self.status)(second).to_owned(),
            zone: Some((self.zone)(second).to_owned()),
            multi_az: true,
            ..database()
        };
        // One of yesterday is no sign of today's.
        let mut events = PowerEvents::of_power(item.key(), Vec::new());
        let old = now() - SignedDuration::from_hours(24);
        events.messages.push(DbMessage { at: old, message: "DB instance restarted".to_owned() });
        events.messages.push(DbMessage { at: old, message: "Multi-AZ instance failover completed".to_owned() });
        if let Some((after, message)) = self.told.filter(|(after, _)| *after <= second) {
            let at = now() + SignedDuration::from_secs(after);
            events.messages.push(DbMessage { at, message: message.to_owned() });
        }
        let mut world = World::default();
        world.put(&scope(), DbInstance::KIND, &Coverage::All, Ok(Reading::whole(vec![item.clone()]).into()), at);
        let want = crate::world::read_request::ReadRequest::part(&scope(), PowerEvents::KIND, item.key());
        if self.events {
            world.put(&scope(), PowerEvents::KIND, &Coverage::All, Ok(Reading::whole(vec![events]).into()), at);
            return (world, Vec::new());
        }
        (world, vec![(want, Fault::new(FaultKind::Denied, "rds:DescribeEvents", "no"))])
    }

    /// Plays it to its end: how it ended, after how many seconds, and how often AWS was asked.
    fn played(&self, failover: bool) -> (Ending, i64, u32) {
        let item = DbInstance { multi_az: true, ..database() };
        let proposal = with_context(Shelves::default().with([item.clone()]), |context| {
            propose_instance(&item, failover, context).expect("it can be")
        });
        let Proposal::Procedure(mut procedure) = proposal else { panic!("it is watched") };
        let (mut second, mut asked) = (0, 0);
        loop {
            assert!(second < 4 * 3600, "it goes on for ever");
            let (world, faults) = self.world(second);
            let now: Timestamp = now() + SignedDuration::from_secs(second);
            let observation = Observation { world: &world, faults: &faults, now };
            let report = procedure.report(&observation);
            assert!(!report.message.is_empty());
            match procedure.step(&observation) {
                Step::Act(changes) => {
                    asked += 1;
                    let got = self.answer.clone().map(|()| Receipt::default());
                    procedure.told(&changes[0].change_request(), &got, now);
                }
                Step::Wait(pause) => second += pause.as_secs(),
                Step::End(ending) => return (ending, second, asked),
            }
        }
    }
}

const STEADY: fn(i64) -> &'static str = |_| "available";
const REBOOTS: fn(i64) -> &'static str = |second| if (4..60).contains(&second) { "rebooting" } else { "available" };
const HERE: fn(i64) -> &'static str = |_| "ap-northeast-1a";
const MOVES: fn(i64) -> &'static str = |second| if second < 50 { "ap-northeast-1a" } else { "ap-northeast-1c" };

fn rds(status: fn(i64) -> &'static str) -> Rds {
    Rds { status, zone: HERE, told: None, events: true, answer: Ok(()) }
}

fn lost() -> Fault {
    Fault { answer_lost: true, ..Fault::new(FaultKind::Timeout, "rds:RebootDBInstance", "closed") }
}

#[rstest]
#[case::seen_away(rds(REBOOTS), false, How::Done, "was rebooted")]
#[case::told(Rds { told: Some((20, "DB instance restarted")), ..rds(STEADY) }, false, How::Done, "was rebooted")]
#[case::told_at_once(Rds { told: Some((1, "DB instance restarted")), ..rds(STEADY) }, false, How::Done, "was rebooted")]
#[case::events_denied(Rds { events: false, ..rds(REBOOTS) }, false, How::Done, "was rebooted")]
#[case::no_sign(rds(STEADY), false, How::Incomplete, "no sign was seen that it was done")]
#[case::no_sign_and_denied(Rds { events: false, ..rds(STEADY) }, false, How::Incomplete, "no sign was seen that it was done")]
#[case::broken(rds(|second| if second < 4 { "available" } else { "storage-full" }), false, How::Incomplete, "went to")]
#[case::moved(Rds { zone: MOVES, ..rds(REBOOTS) }, true, How::Done, "available in ap-northeast-1c")]
#[case::told_over(Rds { told: Some((40, "Multi-AZ instance failover completed")), ..rds(REBOOTS) }, true, How::Done, "failed over")]
#[case::lost_but_done(Rds { answer: Err(lost()), ..rds(REBOOTS) }, false, How::Done, "was rebooted")]
#[case::lost_and_not_done(Rds { answer: Err(lost()), ..rds(STEADY) }, false, How::Incomplete, "it was hardly done")]
#[case::refused(Rds { answer: Err(Fault::new(FaultKind::Denied, "rds:RebootDBInstance", "no")), ..rds(STEADY) }, false, How::Failed, "nothing was changed")]
fn it_ends_by_what_is_seen_and_is_asked_once(
    #[case] rds: Rds,
    #[case] failover: bool,
    #[case] how: How,
    #[case] words: &str,
) {
    let (ending, _, asked) = rds.played(failover);
    assert_eq!(ending.how, how, "{ending:?}");
    assert!(ending.message.contains(words), "{ending:?}");
    assert_eq!(asked, 1, "it is sent once");
}

#[test]
fn a_reboot_without_a_change_of_zone_is_no_failover() {
    let (ending, _, _) = Rds { events: false, ..rds(REBOOTS) }.played(true);
    assert_eq!(ending.how, How::Incomplete, "{ending:?}");
}
