//! Sleep and wake where the schedule group is the record: killed before every step, gone, another's, or younger than a tag.

use super::super::*;
use super::account::{Account, procedure, run, run_unsound};
use crate::change::How as Ended;

#[test]
fn with_the_group_as_record_it_is_killed_before_any_step_and_nothing_is_lost() {
    for (there, killed) in [None, Some("city-dev")].into_iter().flat_map(|there| (0..16).map(move |at| (there, at))) {
        let mut account = Account { group: Some(there), ..Account::awake() };
        let slept = run(&mut account, TargetState::Stopped, &[killed]).expect("it ends");
        assert_eq!(slept.how, Ended::Done, "killed before {killed}: {}", slept.message);
        assert_eq!(account.tag.as_deref(), Some("desired=3 min=2 max=10"), "killed before {killed}");
        assert_eq!(account.group, Some(Some("city-dev")), "made, if it was not there");
        let woke = run(&mut account, TargetState::Running, &[killed]).expect("it ends");
        assert_eq!(woke.how, Ended::Done, "killed before {killed}: {}", woke.message);
        assert_eq!((account.desired, account.bounds, account.tag), (3, (2, 10), None), "killed before {killed}");
    }
}

#[test]
fn a_group_that_went_took_the_memory_along_and_nothing_is_guessed() {
    let mut account = Account { group: Some(Some("city-dev")), ..Account::awake() };
    assert_eq!(run(&mut account, TargetState::Stopped, &[]).expect("it ends").how, Ended::Done);
    (account.group, account.tag) = (Some(None), None);
    let before = (account.desired, account.bounds);
    let mut one = procedure(TargetState::Running, &account.world());
    account.calls.clear();
    for _ in 0..40 {
        let world = account.world();
        match one.step(&Observation { world: &world, faults: &[], now: account.at }) {
            Step::Act(changes) => account.carries(&mut one, changes),
            Step::Wait(span) => account.passes(span),
            Step::End(ending) => {
                assert_eq!(ending.how, Ended::Incomplete, "{}", ending.message);
                assert!(ending.message.contains("how many tasks it had is not known"), "{}", ending.message);
                break;
            }
        }
    }
    assert_eq!((account.desired, account.bounds), before);
    assert_eq!(account.calls, ["start db-instance", "start ec2-instance"], "the rest is awake");
}

#[test]
fn a_tag_from_before_is_read_and_what_is_written_goes_on_the_group() {
    let left = Some("desired=3 min=2 max=10".to_owned());
    let asleep = Account { desired: 0, running: 0, bounds: (0, 0), db: "stopped", ec2: "stopped", ..Account::awake() };
    let mut account = Account { left, group: Some(Some("city-dev")), ..asleep };
    let woke = run_unsound(&mut account, TargetState::Running).expect("it ends");
    assert_eq!((woke.how, account.desired, account.bounds), (Ended::Done, 3, (2, 10)), "{}", woke.message);
    assert!(
        !account.calls.contains(&"forget ecs-service".to_owned()),
        "what is not the record is left: {:?}",
        account.calls
    );
    let slept = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!((slept.how, account.tag.as_deref()), (Ended::Done, Some("desired=3 min=2 max=10")));
}

#[test]
fn beside_a_group_of_another_nothing_is_put_away() {
    let mut account = Account { group: Some(Some("somebody-else")), ..Account::awake() };
    let ended = run(&mut account, TargetState::Stopped, &[]).expect("it ends");
    assert_eq!((ended.how, account.desired, account.db), (Ended::Failed, 3, "available"), "{}", ended.message);
    assert!(ended.message.contains("belongs to somebody-else: it is no record of city-dev"), "{}", ended.message);
    assert_eq!(account.calls, Vec::<String>::new());
}
