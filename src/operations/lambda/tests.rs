//! The machine against a function that does what the changes say: at once, by a share, a share that fails, others at
//! work, and a run killed after each of its steps.

use super::*;
use crate::change::How;
use crate::world::FaultKind;
use crate::world::{Arn, Coverage, Reading, ResourceId, Scope, World};

const ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:cat-data-v23-api";

#[derive(Clone)]
struct Lambda {
    now: Timestamp,
    /// Looks until an update is taken in.
    takes: u32,
    fails: bool,
    code: &'static str,
    published: Vec<&'static str>,
    alias: Alias,
    errors: f64,
    deeds: Vec<String>,
    refuse: Vec<&'static str>,
}

fn scope() -> Scope {
    Scope::new("p", "ap-northeast-1")
}

impl Lambda {
    fn new() -> Self {
        Self {
            now: "2026-11-21T05:00:00Z".parse().expect("a time"),
            takes: 2,
            fails: false,
            code: "old",
            published: vec!["old"],
            alias: Alias {
                name: "live".to_owned(),
                version: "1".to_owned(),
                share: None,
                revision: Some("a".to_owned()),
            },
            errors: 0.0,
            deeds: Vec::new(),
            refuse: Vec::new(),
        }
    }

    fn function(&self) -> Function {
        let moving = self.takes > 0 && self.code == "new";
        Function {
            arn: Arn::from(ARN),
            name: "cat-data-v23-api".to_owned(),
            about: None,
            package: None,
            runtime: None,
            memory: None,
            timeout: None,
            architecture: None,
            vpc: None,
            log_group: String::new(),
            changed_at: None,
            code: Some(self.code.to_owned()),
            revision: Some("r".to_owned()),
            state: Some("Active".to_owned()),
            state_reason: (None, None),
            update: Some(
                if moving {
                    "InProgress"
                } else if self.fails {
                    "Failed"
                } else {
                    "Successful"
                }
                .to_owned(),
            ),
            update_reason: (Some("ImageDeleted".to_owned()).filter(|_| self.fails), None),
        }
    }

    fn world(&self, wants: &[ReadRequest]) -> World {
        let mut world = World::default();
        let scope = scope();
        let mut put = |kind, found| world.put(&scope, kind, &Coverage::All, Ok(found), self.now);
        put(Function::KIND, Reading::whole(vec![self.function()]).into());
        let release = FunctionVersions {
            function: Arn::from(ARN),
            aliases: vec![self.alias.clone()],
            versions: Vec::new(),
            callers: [].into(),
        };
        put(FunctionVersions::KIND, Reading::whole(vec![release]).into());
        let loads =
            wants.iter().filter(|want| want.kind == AliasMetrics::KIND).filter_map(|want| match &want.coverage {
                Coverage::Parts(parts) => parts.iter().next().map(ToString::to_string),
                Coverage::All => None,
            });
        let load = |key: String| {
            let errors = if key.contains("/live/2/") { self.errors } else { 0.0 };
            AliasMetrics { key, calls: 100.0, errors, duration: Some(40.0) }
        };
        put(AliasMetrics::KIND, Reading::whole(loads.map(load).collect()).into());
        world
    }

    fn does(&mut self, change_request: &ChangeRequest) -> Result<Receipt, Fault> {
        if let Some(code) = self.refuse.pop() {
            let kind = if code == "Timeout" { FaultKind::Timeout } else { FaultKind::Refused };
            let mut fault = Fault::new(kind, "lambda:x", "no");
            fault.code = Some(code.to_owned());
            return Err(fault);
        }
        let argument = |name: &str| {
            change_request.arguments.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        let mut receipt = Receipt::default();
        match change_request.verb {
            "update-code" => {
                self.code = "new";
                receipt.facts = vec![("code", "new".to_owned())];
            }
            "publish" => {
                // The same code again is the same version.
                if self.published.last() != Some(&self.code) {
                    self.published.push(self.code);
                }
                receipt.facts = vec![("version", self.published.len().to_string())];
            }
            "shift-alias" => {
                self.alias.version = argument("version").expect("a version");
                let percent = argument("percent").and_then(|percent| percent.parse().ok());
                self.alias.share = argument("other").zip(percent);
            }
            other => panic!("an unknown deed {other}"),
        }
        self.deeds.push(match change_request.verb {
            "shift-alias" => format!("shift to {}", self.alias.sends()),
            other => other.to_owned(),
        });
        Ok(receipt)
    }

    fn drive(&mut self, shift: &mut AliasShift, steps: usize) -> Option<Ending> {
        for _ in 0..steps {
            let wants = shift.wants(self.now);
            if wants.iter().any(|want| want.kind == Function::KIND) {
                self.takes = self.takes.saturating_sub(1);
            }
            let world = self.world(&wants);
            let observation = Observation { world: &world, faults: &[], now: self.now };
            let step = shift.step(&observation);
            assert!(!shift.report(&observation).message.is_empty());
            match step {
                Step::End(ending) => return Some(ending),
                Step::Wait(span) => self.now += span,
                Step::Act(changes) => {
                    for change in changes {
                        let got = self.does(&change.change_request());
                        shift.told(&change.change_request(), &got, self.now);
                    }
                }
            }
        }
        None
    }

    fn shift(&self, aim: AliasTarget, with_alias: bool) -> AliasShift {
        let on = ResourceId { kind: Function::KIND, scope: scope(), key: ARN.into() };
        let plan = Plan::new("deploy", "cat-data-v23".into(), on, vec!["lambda".to_owned()]);
        AliasShift::new(plan, &self.function(), Some(&self.alias).filter(|_| with_alias), aim)
    }

    fn run(&mut self, aim: AliasTarget) -> Ending {
        let mut shift = self.shift(aim, true);
        self.drive(&mut shift, 2000).expect("an end")
    }
}

fn new_code(weight: Option<u8>) -> AliasTarget {
    let code = Code::Archive { bucket: "b".to_owned(), key: "k".to_owned(), version: None };
    AliasTarget::Code { code, weight, minutes: 10 }
}

#[test]
fn all_calls_at_once() {
    let mut lambda = Lambda::new();
    let ending = lambda.run(new_code(None));
    assert_eq!((ending.how, ending.message.as_str()), (How::Done, "all calls of live go to version 2"));
    assert_eq!(lambda.deeds, ["update-code", "publish", "shift to 2"]);
    let back = lambda.run(AliasTarget::Back("1".to_owned()));
    assert_eq!((back.how, lambda.alias.sends().as_str()), (How::Done, "1"));
}

#[test]
fn a_share_first_then_all() {
    let mut lambda = Lambda::new();
    let began = lambda.now;
    let ending = lambda.run(new_code(Some(10)));
    assert_eq!(ending.how, How::Done);
    assert!(ending.message.contains("version 2 failed 0 of 100 calls"), "{}", ending.message);
    assert_eq!(lambda.deeds, ["update-code", "publish", "shift to 1 and 10 % to 2", "shift to 2"]);
    assert!(lambda.now.duration_since(began) >= SignedDuration::from_mins(10), "it was watched");
}

#[test]
fn a_share_that_fails_is_taken_back() {
    let mut lambda = Lambda::new();
    lambda.errors = 7.0;
    let ending = lambda.run(new_code(Some(10)));
    assert_eq!(ending.how, How::Incomplete);
    for said in ["version 2 failed 7 of 100 calls", "all calls of live go to version 1 again", "version 2 is published"]
    {
        assert!(ending.message.contains(said), "{said:?} is not in {:?}", ending.message);
    }
    assert_eq!(lambda.alias.sends(), "1");
}

#[test]
fn without_an_alias_a_version_is_published() {
    let mut lambda = Lambda::new();
    let mut shift = lambda.shift(new_code(None), false);
    let ending = lambda.drive(&mut shift, 100).expect("an end");
    assert!(ending.how == How::Done && ending.message.contains("no alias was shifted"), "{}", ending.message);
    assert_eq!(lambda.deeds, ["update-code", "publish"]);
}

#[test]
fn code_that_lambda_cannot_take_in_is_said_with_its_reason() {
    let mut lambda = Lambda::new();
    lambda.fails = true;
    let ending = lambda.run(new_code(None));
    assert_eq!(ending.how, How::Incomplete);
    for said in ["its image was deleted", "the code before goes on serving", "not published"] {
        assert!(ending.message.contains(said), "{said:?} is not in {:?}", ending.message);
    }
    assert_eq!(lambda.deeds, ["update-code"]);
}

#[test]
fn an_update_under_way_is_waited_for_and_a_change_of_somebody_else_is_not_run_over() {
    let mut lambda = Lambda::new();
    lambda.refuse = vec!["ResourceConflictException"; 3];
    assert_eq!(lambda.run(new_code(None)).how, How::Done);

    let mut lambda = Lambda::new();
    lambda.refuse = vec!["PreconditionFailedException"];
    let ending = lambda.run(new_code(None));
    assert_eq!(ending.how, How::Failed);
    assert!(
        ending.message.contains("somebody changed") && ending.message.contains("nothing was changed"),
        "{}",
        ending.message
    );

    let mut lambda = Lambda::new();
    let mut shift = lambda.shift(new_code(Some(10)), true);
    while !matches!(shift.phase, Phase::Watch(_)) {
        assert_eq!(lambda.drive(&mut shift, 1), None);
    }
    lambda.alias.share = None;
    let ending = lambda.drive(&mut shift, 100).expect("an end");
    assert!(ending.how == How::Incomplete && ending.message.contains("somebody else shifted"), "{}", ending.message);
}

#[test]
fn a_lost_answer_is_tried_again_and_what_it_may_have_done_is_not_called_nothing() {
    let mut lambda = Lambda::new();
    lambda.refuse = vec!["Timeout"];
    let mut shift = lambda.shift(new_code(None), true);
    lambda.drive(&mut shift, 2);
    let (world, now) = (lambda.world(&[]), lambda.now);
    let report = shift.report(&Observation { world: &world, faults: &[], now });
    assert!(report.message.starts_with("tries again in a moment: "), "while it is waited for: {}", report.message);
    assert_eq!(lambda.drive(&mut shift, 2000).expect("an end").how, How::Done);

    let mut lambda = Lambda::new();
    lambda.refuse = vec!["PreconditionFailedException", "Timeout"];
    let ending = lambda.run(new_code(None));
    assert_eq!(ending.how, How::Incomplete, "{}", ending.message);
    assert!(ending.message.contains("by that very change, or by somebody else"), "{}", ending.message);
}

#[test]
fn whoever_leaves_is_told_what_may_have_been_taken() {
    let mut lambda = Lambda::new();
    let mut shift = lambda.shift(new_code(None), true);
    let (mut told, mut stands) = (Vec::new(), Vec::new());
    while lambda.drive(&mut shift, 1).is_none() {
        let (world, now) = (lambda.world(&[]), lambda.now);
        let report = shift.report(&Observation { world: &world, faults: &[], now });
        stands.push(report.if_left().to_owned());
        told.push(Report { sends: true, ..report }.if_left().to_owned());
        told.dedup();
        stands.dedup();
    }
    let again = "the same command again goes on from what is seen";
    assert_eq!(
        told,
        [
            format!("the new code is in place but not published; {again}"),
            format!("the new code is in place, whether a version of it is published is not known; {again}"),
            format!("version 2 is published; whether live was shifted is not known; {again}"),
            format!("version 2 is published; {again}"),
        ]
    );
    let published = format!("version 2 is published; {again}");
    assert_eq!(stands, [told[0].clone(), published], "what is answered is known");
    let back = Lambda::new().shift(AliasTarget::Back("1".to_owned()), true);
    let report = back.report(&Observation { world: &World::default(), faults: &[], now: lambda.now });
    assert_eq!(report.if_left(), format!("nothing was changed; {again}"));
    let report = Report { sends: true, ..report };
    assert_eq!(report.if_left(), format!("whether live was shifted is not known; {again}"));
}

#[test]
fn killed_after_any_step_it_ends_alike_when_run_again() {
    let mut steps = 0;
    loop {
        let mut lambda = Lambda::new();
        let mut killed = lambda.shift(new_code(Some(10)), true);
        if lambda.drive(&mut killed, steps).is_some() {
            break;
        }
        let ending = lambda.run(new_code(Some(10)));
        assert_eq!(
            (ending.how, lambda.alias.sends().as_str()),
            (How::Done, "2"),
            "killed after {steps}: {}",
            ending.message
        );
        assert_eq!(lambda.published, ["old", "new"], "killed after {steps}");
        steps += 1;
    }
    assert!(steps > 10, "only {steps} steps");
}

#[test]
fn code_whose_answer_is_lost_is_looked_for_before_it_is_sent_again_and_not_for_ever() {
    let mut lambda = Lambda::new();
    lambda.refuse = vec!["Timeout"; 20];
    let ending = lambda.run(new_code(None));
    assert_eq!((ending.how, 20 - lambda.refuse.len()), (How::Incomplete, 3), "{}", ending.message);
    assert!(ending.message.contains("is not known") && ending.message.contains("lambda:x"), "{}", ending.message);

    let mut lambda = Lambda::new();
    lambda.refuse = vec!["Timeout"; 20];
    let mut shift = lambda.shift(new_code(None), true);
    assert_eq!(lambda.drive(&mut shift, 1), None);
    lambda.code = "new";
    let ending = lambda.drive(&mut shift, 100).expect("an end");
    assert_eq!((ending.how, 20 - lambda.refuse.len()), (How::Incomplete, 1), "{}", ending.message);
    assert!(ending.message.contains("by that very change, or by somebody else"), "{}", ending.message);
}

#[test]
fn a_version_and_a_shift_that_are_never_answered_end_too() {
    for done in [1, 2] {
        let mut lambda = Lambda::new();
        let mut shift = lambda.shift(new_code(None), true);
        while lambda.deeds.len() < done {
            assert_eq!(lambda.drive(&mut shift, 1), None);
        }
        lambda.refuse = vec!["Timeout"; 20];
        let ending = lambda.drive(&mut shift, 200).expect("an end");
        assert_eq!((ending.how, 20 - lambda.refuse.len()), (How::Incomplete, 3), "{}", ending.message);
        assert!(ending.message.contains("is not known") && ending.message.contains("lambda:x"), "{}", ending.message);
    }
}

#[test]
fn code_whose_answer_is_lost_is_not_sent_again_where_the_function_cannot_be_looked_at() {
    let mut lambda = Lambda::new();
    lambda.refuse = vec!["Timeout"; 20];
    let mut shift = lambda.shift(new_code(None), true);
    let fault = Fault::new(FaultKind::Denied, "lambda:GetFunctionConfiguration", "no");
    let faults = [(ReadRequest::part(&scope(), Function::KIND, ARN), fault)];
    let ending = (0..50).find_map(|_| {
        let wants = shift.wants(lambda.now);
        let world = lambda.world(&wants);
        let blind = wants.iter().any(|want| want.kind == Function::KIND);
        let faults: &[_] = if blind { &faults } else { &[] };
        match shift.step(&Observation { world: &world, faults, now: lambda.now }) {
            Step::End(ending) => return Some(ending),
            Step::Wait(span) => lambda.now += span,
            Step::Act(changes) => {
                for change in changes {
                    let got = lambda.does(&change.change_request());
                    shift.told(&change.change_request(), &got, lambda.now);
                }
            }
        }
        None
    });
    let ending = ending.expect("an end");
    assert_eq!((ending.how, 20 - lambda.refuse.len()), (How::Incomplete, 1), "{}", ending.message);
    for told in ["is not known", "lambda:x", "lambda:GetFunctionConfiguration"] {
        assert!(ending.message.contains(told), "{}", ending.message);
    }
}
