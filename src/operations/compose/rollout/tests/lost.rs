//! Scripts whose answer is lost: each is sent once and looked for by its mark, whether it runs or not.

use rstest::rstest;

use super::*;

/// What `ssm:SendCommand` ends in when its answer is lost.
pub(super) fn fault() -> Fault {
    let fault = Fault::new(FaultKind::Timeout, "ssm:SendCommand", "no answer");
    Fault { answer_lost: true, ..fault }
}

fn count(yard: &Yard, change_request: &str) -> usize {
    yard.deeds.iter().filter(|done| *done == change_request).count()
}

#[rstest]
#[case::survey("survey", 1)]
#[case::place("place", 2)]
#[case::check("check", 2)]
fn one_that_runs_is_found_and_the_deployment_goes_on(#[case] what: &'static str, #[case] times: usize) {
    let mut yard = Yard { loses: Some((what, true)), ..Yard::new() };
    let ending = yard.run(to_main());
    assert_eq!((ending.how, yard.heads(), yard.fewest), (How::Done, vec![NEW, NEW], 1), "{}", ending.message);
    assert_eq!(count(&yard, &format!("run {what}")), times, "once on each: {:?}", yard.deeds);
}

#[rstest]
#[case::survey("survey", How::Failed, "nothing was changed: ec2-i-1: no command with the mark [")]
#[case::place(
    "place",
    How::Incomplete,
    "what became of the command on ec2-i-1 is not known: no command with the mark ["
)]
#[case::check(
    "check",
    How::Incomplete,
    "what became of the command on ec2-i-1 is not known: no command with the mark ["
)]
fn one_that_is_not_found_is_not_sent_again_and_nothing_else_is(
    #[case] what: &'static str,
    #[case] how: How,
    #[case] said: &str,
) {
    let mut yard = Yard { loses: Some((what, false)), ..Yard::new() };
    let mut run = rollout(to_main(), "yuki");
    let begun = yard.now;
    let ending = yard.drive(&mut run, 5000).expect("an end");
    assert!(ending.how == how && ending.message.contains(said), "{}", ending.message);
    assert!(yard.now.duration_since(begun) > UNKNOWN, "it was looked for as long as it may take to be seen");
    assert_eq!(count(&yard, &format!("run {what}")), 1, "{:?}", yard.deeds);
    assert_eq!(yard.deeds.last().map(String::as_str), Some("label"), "only the lock is given back");
    assert_eq!(yard.tags.contains_key(OUT), what != "survey", "the next run begins with what is out of the group");
    assert!(!yard.tags.contains_key(LOCK));
}

#[rstest]
#[case::runs(true, How::Done, "the migration ran to its end")]
#[case::not_found(false, How::Incomplete, "whether the migration ran is not known: no command with the mark [")]
fn a_migration_is_sent_once(#[case] runs: bool, #[case] how: How, #[case] said: &str) {
    let mut yard = Yard { loses: Some(("migrate", runs)), ..Yard::new() };
    let ending = yard.run(ComposeTarget::Migrate("./manage.py migrate".to_owned()));
    assert!(ending.how == how && ending.message.contains(said), "{}", ending.message);
    assert_eq!(count(&yard, "run migrate"), 1);
}

#[test]
fn one_that_cannot_be_looked_for_is_not_known_and_nothing_is_sent_on_top() {
    for lost in [None, Some(fault().sentence())] {
        let mut yard = Yard::new();
        let mut run = rollout(to_main(), "yuki");
        while !matches!(run.phase, Phase::Placing(0, _)) {
            assert_eq!(yard.drive(&mut run, 1), None);
        }
        if let Phase::Placing(_, placing) = &mut run.phase {
            placing.lost.clone_from(&lost);
            placing.command = "c-unseen".to_owned();
        }
        let world = yard.world();
        let want = ReadRequest::all(&scope(), Invocation::KIND);
        let denied = Fault::new(FaultKind::Denied, "ssm:GetCommandInvocation", "no");
        let (faults, deeds) = ([(want, denied)], yard.deeds.len());
        let step = run.step(&Observation { world: &world, faults: &faults, now: yard.now });
        let Step::Act(changes) = step else { panic!("the lock is not given back: {step:?}") };
        assert!(changes.iter().all(|change| change.change_request().verb == "label"));
        let Phase::Unlock(ending) = &run.phase else { panic!("{:?}", run.phase) };
        assert_eq!(ending.how, How::Incomplete);
        assert!(ending.message.contains("is not known: ssm:GetCommandInvocation is not allowed"), "{}", ending.message);
        assert_eq!(yard.deeds.len(), deeds);
    }
}

#[test]
fn what_is_the_same_when_it_is_done_twice_is_done_again() {
    let mut yard = Yard::new();
    let mut run = rollout(to_main(), "yuki");
    let label = ChangeRequest { verb: "label", on: group(), arguments: Vec::new() };
    let garbled = Fault { answer_lost: true, ..Fault::new(FaultKind::Garbled, "elasticloadbalancing:AddTags", "half") };
    run.told(&label, &Err(garbled), yard.now);
    assert!(run.again.is_some() && matches!(run.phase, Phase::Begin));
    assert_eq!(yard.drive(&mut run, 5000).map(|ending| ending.how), Some(How::Done));
}

#[test]
fn while_it_is_looked_for_nobody_is_told_that_it_runs() {
    let mut yard = Yard { loses: Some(("migrate", false)), ..Yard::new() };
    let mut run = rollout(ComposeTarget::Migrate("true".to_owned()), "yuki");
    while !matches!(run.phase, Phase::Migrating(_)) {
        assert_eq!(yard.drive(&mut run, 1), None);
    }
    let world = yard.world();
    let report = run.report(&Observation { world: &world, faults: &[], now: yard.now });
    assert!(report.message.starts_with("whether the command was taken is not known"), "{}", report.message);
    assert!(report.stands.is_some_and(|stands| stands.starts_with("whether the migration runs is not known; ")));
}
