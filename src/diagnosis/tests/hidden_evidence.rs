//! What a missing reading leaves of a verdict: one condition a row, each beside its like that goes the other way.

use super::*;
use crate::kinds::lambda_function::Function;
use crate::kinds::managed_node::Node;
use crate::kinds::metric_filter::MetricFilter;
use crate::kinds::resource_tags::TaggedResource;
use crate::kinds::testing_samples::event;
use crate::world::Arn;

/// An environment in the green of which no task was read.
fn without_tasks(service: Service, fault: FaultKind) -> Health {
    let shelves = Shelves::default().with([service]).with([alarm()]).with([database()]);
    let fault = Fault::new(fault, "ecs:DescribeTasks", "no");
    verdict(&shelves.failing::<Task>(fault), true).health
}

#[rstest]
#[case::settled(service(), Health::Well)]
#[case::asleep(Service { desired: 0, running: 0, deployments: vec![deployment(117, 0, 0)], ..service() }, Health::Asleep)]
#[case::short(Service { running: 1, ..service() }, Health::Unknown)]
#[case::starting(Service { running: 1, pending: 1, ..service() }, Health::Unknown)]
#[case::one_more(Service { running: 3, ..service() }, Health::Unknown)]
#[case::rolling_out(Service { deployments: vec![rolling(118, 1, 2, 2), deployment(117, 1, 2)], ..service() }, Health::Unknown)]
#[case::something_was_replaced(
    Service { events: vec![event(1, "(service Backend) has started 1 tasks: (task 0123)."), event(60, "(service Backend) has reached a steady state.")], ..service() },
    Health::Unknown
)]
#[case::never_said_to_be_steady(Service { events: Vec::new(), ..service() }, Health::Unknown)]
fn a_settled_service_stands_without_the_right_to_read_its_tasks(#[case] service: Service, #[case] health: Health) {
    assert_eq!(without_tasks(service.clone(), FaultKind::Denied), health);
    assert_eq!(without_tasks(service.clone(), FaultKind::Unavailable), health);
    for broken in [FaultKind::Odd, FaultKind::Garbled, FaultKind::Timeout, FaultKind::Throttled, FaultKind::Offline] {
        assert_eq!(without_tasks(service.clone(), broken), Health::Unknown, "{broken:?} may hide anything");
    }
}

fn tagged(arn: &str, tags: &[(&str, &str)]) -> TaggedResource {
    let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    TaggedResource { arn: Arn::from(arn), tags }
}

fn function(name: &str, tags: &[(&str, &str)]) -> TaggedResource {
    tagged(&format!("arn:aws:lambda:ap-northeast-1:123456789012:function:{name}"), tags)
}

#[rstest]
#[case::no_tags(well(), Health::Well)]
#[case::of_another(well().with([function("mailer", &[("Project", "shop"), ("Stage", "prod")])]), Health::Well)]
#[case::named_after_it(well().with([function("city-prod-mailer", &[])]), Health::Unknown)]
#[case::tagged_with_it(well().with([function("mailer", &[("Environment", "city-prod")])]), Health::Unknown)]
#[case::another_service(well().with([tagged("arn:aws:s3:::city-prod-files", &[("Environment", "city-prod")])]), Health::Well)]
#[case::served(well().with([group(), of_functions()]), Health::Unknown)]
#[case::watched(well().with([watching_a_function()]), Health::Unknown)]
fn functions_that_may_not_be_listed_count_where_something_knows_of_one(
    #[case] shelves: Shelves,
    #[case] health: Health,
) {
    let without = |fault: FaultKind| {
        let fault = Fault::new(fault, "lambda:ListFunctions", "no");
        let mut environment = environment(&shelves, true);
        let mut world = shelves.0.clone();
        world.put(&scope(), Function::KIND, &Coverage::All, Err(fault), now());
        environment.name = EnvironmentName::from("city-prod");
        judged(&world, &environment, &BTreeSet::new())
    };
    assert_eq!(without(FaultKind::Denied), health);
    assert_eq!(without(FaultKind::Odd), Health::Unknown);
}

fn of_functions() -> TargetGroup {
    TargetGroup {
        arn: Arn::from("arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/fn/1"),
        name: "fn".to_owned(),
        target_type: Some("lambda".to_owned()),
        load_balancers: Vec::new(),
        ..group()
    }
}

fn watching_a_function() -> Alarm {
    let mut alarm = alarm();
    for metric in &mut alarm.metrics {
        metric.dimensions = vec![("FunctionName".to_owned(), "mailer".to_owned())];
    }
    alarm
}

fn judged(world: &crate::world::World, environment: &Environment, strays: &BTreeSet<Scope>) -> Health {
    let others = crate::offhours::ExternalSchedulers::default();
    let input = DiagnosisInput {
        environment,
        offhours: None,
        others: &others,
        strays,
        notes_days: crate::kinds::db_instance::NOTES_DAYS,
    };
    let shelves = Shelves(world.clone());
    shelves.seen(true, |cx| read(&input, &shelves.0, cx.resource_index, cx.now, cx.zone).health)
}

/// An environment in the green of which a kind was not read, with something sick and of no environment in `strays`.
fn without<T: Resource>(fault: FaultKind, strays: &[Scope]) -> Health {
    let shelves = well().failing::<T>(Fault::new(fault, "some:Read", "no"));
    judged(&shelves.0, &environment(&shelves, true), &strays.iter().cloned().collect())
}

#[rstest]
#[case::denied(FaultKind::Denied, &[], Health::Well)]
#[case::not_offered_here(FaultKind::Unavailable, &[], Health::Well)]
#[case::something_sick_is_nobodys(FaultKind::Denied, &[scope()], Health::Unknown)]
#[case::it_is_so_elsewhere(FaultKind::Denied, &[Scope::new("city", "us-east-1")], Health::Well)]
#[case::broken(FaultKind::Garbled, &[], Health::Unknown)]
fn what_tells_whose_things_are_counts_where_something_sick_is_nobodys(
    #[case] fault: FaultKind,
    #[case] strays: &[Scope],
    #[case] health: Health,
) {
    assert_eq!(without::<TaggedResource>(fault, strays), health);
    assert_eq!(without::<MetricFilter>(fault, strays), health);
}

#[test]
fn agents_that_may_not_be_read_take_no_verdict_away() {
    let instances = || well().with([instance()]);
    let without = |shelves: Shelves, fault: FaultKind| {
        verdict(&shelves.failing::<Node>(Fault::new(fault, "ssm:DescribeInstanceInformation", "no")), true).health
    };
    assert_eq!(without(instances(), FaultKind::Denied), Health::Well);
    assert_eq!(without(instances(), FaultKind::Timeout), Health::Unknown, "one of its agents may be lost");
    assert_eq!(without(well(), FaultKind::Timeout), Health::Well, "it has no instance");
}

#[test]
fn bad_stays_bad_whatever_is_missing() {
    let shelves = well().with([firing()]).failing::<Function>(Fault::new(FaultKind::Odd, "lambda:ListFunctions", "no"));
    assert_eq!(verdict(&shelves, true).health, Health::Bad);
}
