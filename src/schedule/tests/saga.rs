//! Sleep and wake of a whole environment in a small simulated world, killed at every step and resumed.

use super::*;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::transition::ecs_service::ServiceSeen;
use crate::schedule::transition::sleep_wake_order::{Ending, How, MemberState, StageAction, next, out_of_order};

/// A database, an instance, and a service scaled between 2 and 10 that runs 4.
fn environment() -> Vec<MemberState> {
    let seen = |kind, id: &str, how| MemberState::new(Member::new(kind, id), how);
    let service = ServiceSeen {
        tasks: Tasks { desired: 4, running: 4, ready: true, ..Tasks::default() },
        bounds: Some(Bounds { min: 2, max: 10 }),
        memory: None,
    };
    vec![
        seen(MemberKind::EcsService, "web", How::Service(service)),
        seen(MemberKind::RdsInstance, "db", How::Machine(Actual::Up)),
        seen(MemberKind::Ec2Instance, "i-1", How::Machine(Actual::Up)),
    ]
}

fn service(world: &mut [MemberState]) -> &mut ServiceSeen {
    match &mut world[0].how {
        How::Service(service) => service,
        other => panic!("{other:?}"),
    }
}

fn apply(world: &mut [MemberState], place: usize, act: StageAction) {
    match (&mut world[place].how, act) {
        (How::Machine(actual), StageAction::Start) => *actual = Actual::GoingUp,
        (How::Machine(actual), StageAction::Stop) => *actual = Actual::GoingDown,
        (How::Service(service), StageAction::Remember(memory)) => service.memory = Some(memory),
        (How::Service(service), StageAction::Bounds(bounds)) => {
            service.bounds = Some(bounds);
            // App Auto Scaling pulls the count into the range by itself.
            service.tasks.desired = service.tasks.desired.clamp(bounds.min, bounds.max);
        }
        (How::Service(service), StageAction::Count(count)) => service.tasks.desired = count,
        (How::Service(service), StageAction::Forget) => service.memory = None,
        (how, act) => panic!("{act:?} on {how:?}"),
    }
}

/// Whatever moves arrives.
fn settle_down(world: &mut [MemberState]) {
    for seen in world {
        match &mut seen.how {
            How::Machine(actual @ Actual::GoingUp) => *actual = Actual::Up,
            How::Machine(actual @ Actual::GoingDown) => *actual = Actual::Down,
            How::Service(service) => {
                service.tasks.running = service.tasks.desired;
                service.tasks.pending = 0;
                service.tasks.ready = service.tasks.desired > 0;
            }
            How::Machine(_) | How::Gone => {}
        }
    }
}

/// Runs to the end, or is killed after `kill` changes. Says what was changed, in order.
fn run(
    world: &mut [MemberState],
    goal: TargetState,
    kill: Option<usize>,
) -> (Vec<(String, StageAction)>, Option<Ending>) {
    let mut done = Vec::new();
    for _ in 0..50 {
        let step = next(goal, world);
        if step.ended.is_some() {
            return (done, step.ended);
        }
        for (place, act) in step.acts {
            if kill == Some(done.len()) {
                return (done, None);
            }
            apply(world, place, act);
            done.push((world[place].member.id.clone(), act));
        }
        settle_down(world);
    }
    panic!("it never ends: {world:?}");
}

const MEMORY: Remembered = Remembered { desired: Some(4), bounds: Some(Bounds { min: 2, max: 10 }) };

#[test]
fn sleep_remembers_closes_and_stops_in_order_and_wake_undoes_it() {
    let mut world = environment();
    let (done, ended) = run(&mut world, TargetState::Stopped, None);
    let told =
        |done: &[(String, StageAction)]| done.iter().map(|(id, act)| format!("{id} {act:?}")).collect::<Vec<_>>();
    assert_eq!(
        told(&done),
        [
            format!("web {:?}", StageAction::Remember(MEMORY)),
            format!("web {:?}", StageAction::Bounds(Bounds::ZERO)),
            "i-1 Stop".to_owned(),
            "db Stop".to_owned(),
        ],
        "closing the bounds pulls the count to 0; the database goes last"
    );
    assert_eq!(ended, Some(Ending::Done));
    let (done, ended) = run(&mut world, TargetState::Running, None);
    assert_eq!(
        told(&done),
        [
            "db Start".to_owned(),
            "i-1 Start".to_owned(),
            format!("web {:?}", StageAction::Bounds(Bounds { min: 2, max: 10 })),
            "web Count(4)".to_owned(),
            "web Forget".to_owned(),
        ]
    );
    assert_eq!(ended, Some(Ending::Done));
    assert_eq!(world, environment());
}

#[test]
fn killed_at_every_step_it_resumes_to_the_same_end() {
    let mut asleep = environment();
    run(&mut asleep, TargetState::Stopped, None);
    for kill in 0..=6 {
        for settles in [false, true] {
            let mut world = environment();
            run(&mut world, TargetState::Stopped, Some(kill));
            if settles {
                settle_down(&mut world);
            }
            assert_eq!(run(&mut world, TargetState::Stopped, None).1, Some(Ending::Done), "sleep killed at {kill}");
            assert_eq!(world, asleep, "sleep killed at {kill}");

            run(&mut world, TargetState::Running, Some(kill));
            if settles {
                settle_down(&mut world);
            }
            assert_eq!(run(&mut world, TargetState::Running, None).1, Some(Ending::Done), "wake killed at {kill}");
            assert_eq!(world, environment(), "wake killed at {kill}");
        }
    }
}

#[test]
fn killed_and_turned_round_at_every_step_nothing_is_forgotten() {
    let awake = environment();
    let mut asleep = environment();
    run(&mut asleep, TargetState::Stopped, None);
    for kill in 0..=6 {
        for settles in [false, true] {
            let mut world = asleep.clone();
            run(&mut world, TargetState::Running, Some(kill));
            if settles {
                settle_down(&mut world);
            }
            run(&mut world, TargetState::Stopped, None);
            assert_eq!(world, asleep, "wake killed at {kill}, then sleep");

            let mut world = awake.clone();
            run(&mut world, TargetState::Stopped, Some(kill));
            if settles {
                settle_down(&mut world);
            }
            run(&mut world, TargetState::Running, None);
            assert_eq!(world, awake, "sleep killed at {kill}, then wake");
        }
    }
}

#[test]
fn sleep_again_keeps_a_good_memory() {
    let mut world = environment();
    run(&mut world, TargetState::Stopped, None);
    let (done, ended) = run(&mut world, TargetState::Stopped, None);
    assert_eq!((done.len(), ended), (0, Some(Ending::Done)));
    assert_eq!(service(&mut world).memory, Some(MEMORY));
    // Somebody opened the bounds of the sleeping service: closed again, and the count is not lost.
    service(&mut world).bounds = Some(Bounds { min: 0, max: 5 });
    run(&mut world, TargetState::Stopped, None);
    let memory = Remembered { desired: Some(4), bounds: Some(Bounds { min: 0, max: 5 }) };
    assert_eq!(service(&mut world).memory, Some(memory));
}

#[test]
fn vector_9_without_memory_a_wake_uses_the_number_or_asks_and_never_guesses() {
    let mut world = environment();
    *service(&mut world) = ServiceSeen::default();
    let (done, ended) = run(&mut world, TargetState::Running, None);
    assert_eq!(done, []);
    let Some(Ending::Partly { done, not }) = ended else { panic!("it must ask") };
    assert_eq!(done, ["db", "i-1"]);
    assert!(not[0].0 == "web" && not[0].1.contains("is not known"), "{not:?}");

    world[0].member.wake_desired = WakeDesired::Count(3);
    let (done, ended) = run(&mut world, TargetState::Running, None);
    assert_eq!(done, [("web".to_owned(), StageAction::Count(3))]);
    assert_eq!(ended, Some(Ending::Done));
}

/// A service that may be scaled to 0 and is: it was so before, and is so again.
#[test]
fn what_its_own_scaling_had_at_no_task_wakes_to_its_bounds_and_no_count() {
    let mut idle = environment();
    let own = Some(Bounds { min: 0, max: 4 });
    *service(&mut idle) = ServiceSeen { bounds: own, ..ServiceSeen::default() };
    let (done, ended) = run(&mut idle.clone(), TargetState::Running, None);
    assert_eq!((done, ended), (vec![], Some(Ending::Done)), "it is awake: its scaling decides how many tasks it has");
    let mut asleep = idle.clone();
    run(&mut asleep, TargetState::Stopped, None);
    let memory = Some(Remembered { desired: None, bounds: own });
    assert_eq!((service(&mut asleep).bounds, service(&mut asleep).memory), (Some(Bounds::ZERO), memory));
    for kill in 0..=5 {
        let mut world = asleep.clone();
        run(&mut world, TargetState::Running, Some(kill));
        assert_eq!(
            run(&mut world.clone(), TargetState::Stopped, None).1,
            Some(Ending::Done),
            "killed at {kill}, then sleep"
        );
        assert_eq!(run(&mut world, TargetState::Running, None).1, Some(Ending::Done), "killed at {kill}");
        assert_eq!(world, idle, "killed at {kill}");
    }
    // A number that somebody wrote down counts all the same.
    idle[0].member.wake_desired = WakeDesired::Count(3);
    assert_eq!(run(&mut idle, TargetState::Running, None).0, [("web".to_owned(), StageAction::Count(3))]);
    // Without its bounds nobody can tell.
    let mut lost = asleep.clone();
    service(&mut lost).bounds = None;
    assert!(matches!(run(&mut lost, TargetState::Running, None).1, Some(Ending::Partly { .. })));
}

#[test]
fn closed_bounds_without_memory_are_not_guessed_either() {
    let mut world = environment();
    *service(&mut world) = ServiceSeen { bounds: Some(Bounds::ZERO), ..ServiceSeen::default() };
    world[0].member.wake_desired = WakeDesired::Count(3);
    let (done, ended) = run(&mut world, TargetState::Running, None);
    assert_eq!(done, []);
    assert!(matches!(ended, Some(Ending::Partly { not, .. }) if not[0].1.contains("bounds")));
}

#[test]
fn a_deployment_is_waited_for_and_the_database_waits_with_it() {
    let mut world = environment();
    service(&mut world).tasks.deploying = true;
    let step = next(TargetState::Stopped, &world);
    assert_eq!(step.acts, []);
    assert_eq!(step.waiting, [("web".to_owned(), "a deployment is in progress".to_owned())]);
    assert_eq!(step.ended, None);
}

#[test]
fn what_is_stuck_stops_the_stages_behind_it_and_is_named() {
    let mut world = environment();
    world[2].how = How::Machine(Actual::Blocked { status: "failed".into(), serving: false, start_cures: false });
    let (_, ended) = run(&mut world, TargetState::Stopped, None);
    assert_eq!(
        ended,
        Some(Ending::Partly {
            done: vec!["web".into()],
            not: vec![
                ("db".into(), "not stopped: i-1 comes before it".into()),
                ("i-1".into(), "it is failed, which needs a person".into()),
            ],
        })
    );
    assert_eq!(world[1].how, How::Machine(Actual::Up));
    // Repaired, it goes on from there.
    world[2].how = How::Machine(Actual::Up);
    let (done, ended) = run(&mut world, TargetState::Stopped, None);
    assert_eq!(done, [("i-1".to_owned(), StageAction::Stop), ("db".to_owned(), StageAction::Stop)]);
    assert_eq!(ended, Some(Ending::Done));
}

#[test]
fn a_service_that_cannot_sleep_keeps_its_database() {
    let mut world = environment();
    world[0].ineligible = Some(Ineligible::Daemon);
    let (done, ended) = run(&mut world, TargetState::Stopped, None);
    assert_eq!(done, []);
    assert!(matches!(ended, Some(Ending::Partly { not, .. }) if not.len() == 3 && not[0].1.contains("DAEMON")));
}

#[test]
fn a_member_that_is_gone_is_named_and_holds_nobody_up() {
    let mut world = environment();
    world[2].how = How::Gone;
    let step = next(TargetState::Running, &world);
    assert_eq!((step.gone, step.ended), (vec!["i-1".to_owned()], Some(Ending::Done)));
}

#[test]
fn a_running_service_without_memory_is_left_as_it_is() {
    let mut world = environment();
    world[0].member.wake_desired = WakeDesired::Count(9);
    let (done, ended) = run(&mut world, TargetState::Running, None);
    assert_eq!((done.len(), ended), (0, Some(Ending::Done)));
}

#[test]
fn stages_that_put_a_database_behind_a_service_are_told() {
    let mut members: Vec<Member> = environment().into_iter().map(|seen| seen.member).collect();
    assert_eq!(out_of_order(&members), Vec::<String>::new());
    members[1].stage = 9;
    assert_eq!(out_of_order(&members), ["db"]);
}
