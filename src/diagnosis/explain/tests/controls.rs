//! Controls: what looks like trouble and is none. Nothing is told of it.

use rstest::rstest;

use super::*;
use crate::kinds::alarm::Alarm;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::testing_samples::*;

fn bake() -> Shelves {
    let mut service = service();
    service.deployments = vec![
        rolling(118, 2, 2, 4),
        crate::kinds::ecs_service::Deployment { status: "ACTIVE".to_owned(), ..deployment(117, 2, 2) },
    ];
    well().with([service])
}

fn slow_start() -> Shelves {
    let service = Service { running: 1, pending: 1, ..service() };
    well().with([service]).with([targets([healthy(5), target(6, "initial", "Elb.InitialHealthChecking", "")])])
}

fn recovered() -> Shelves {
    let mut service = service();
    service.events = vec![event(2, "(service Backend) has reached a steady state.")];
    well().with([service]).with([killed("a", 20), killed("b", 25)])
}

fn asleep() -> Shelves {
    let service = Service { desired: 0, running: 0, deployments: vec![deployment(117, 0, 0)], ..service() };
    well().with([service]).with([targets([])]).with(Vec::<Task>::new())
}

fn scaling_alarm() -> Alarm {
    let mut alarm = fires("TargetTracking-service/city-prod/Backend-AlarmLow-1", 5, "CPUUtilization", &[]);
    alarm.alarm_actions =
        vec![crate::world::Arn::from("arn:aws:autoscaling:ap-northeast-1:123456789012:scalingPolicy:x")];
    alarm
}

#[rstest]
#[case::well(well())]
#[case::draining(well().with([targets([healthy(5), target(6, "draining", "Target.DeregistrationInProgress", "")])]))]
#[case::slow_start_within_grace(slow_start())]
#[case::healthy_bake(bake())]
#[case::sleep(asleep())]
#[case::alarm_without_data(well().with([Alarm { state: "INSUFFICIENT_DATA".to_owned(), ..alarm() }]))]
#[case::recovered(recovered())]
#[case::autoscaling(well().with([scaling_alarm()]))]
#[case::backup(well().with([in_status("backing-up")]))]
#[case::one_spot_task_replaced(well().with([task("a"), stopped("b", 6, "SpotInterruption", "Your Spot Task was interrupted.")]))]
fn nothing_is_told_of_what_is_no_trouble(#[case] world: Shelves) {
    let got = explained(&world, &[]);
    assert!(got.findings.is_empty() && got.unexplained.is_empty() && got.missing.is_empty(), "{got:#?}");
    assert!(got.health.is_fine(), "{:?}", got.health);
}
