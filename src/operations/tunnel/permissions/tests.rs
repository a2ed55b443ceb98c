//! What tunnels ask of IAM, and what comes of each answer.

use rstest::rstest;

use super::{ASKED, Permitted, permitted};
use crate::kinds::iam_simulation::Question;
use crate::kinds::iam_simulation::{Simulation, Verdict};
use crate::kinds::testing_samples::*;
use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::Entry;
use crate::world::{Coverage, Identity, Resource};

const ANN: &str = "arn:aws:iam::123456789012:user/ann";

fn carrier(name: &str, target: &str, on: crate::world::ResourceId) -> Carrier {
    Carrier::of_test(name, target, on, Entry::Open)
}

/// A node, then a task.
fn carriers() -> Vec<Carrier> {
    let (node, task) = (node("Online"), task("0123456789ab"));
    vec![
        carrier("kajimaru-ec2-01", &node.id, node.id(&scope())),
        carrier("web/01234567", "ecs:city-prod_0123456789ab_r-1", task.id(&scope())),
    ]
}

fn context() -> Shelves {
    let mut shelves = Shelves::default();
    shelves.0.identify(&scope(), Ok(Identity { account: "123456789012".into(), arn: ANN.into(), login: None }));
    shelves
}

fn looked(shelves: &Shelves) -> Permitted {
    shelves.seen(false, |cx| permitted(cx, &carriers()))
}

fn questions(of: &Permitted) -> Vec<Question> {
    let parts = |want: &crate::world::read_request::ReadRequest| match &want.coverage {
        Coverage::Parts(parts) => parts.iter().filter_map(|part| Question::of(part)).collect::<Vec<_>>(),
        Coverage::All => Vec::new(),
    };
    of.rights.wants.iter().flat_map(parts).collect()
}

/// The same after IAM was asked, where actions and resources that contain one of `denied` are denied.
fn told(denied: &[&str]) -> Permitted {
    let answer = |question: Question| {
        let no = |text: &str| denied.iter().any(|part| text.contains(part));
        let verdict = |action: &String, on: &String| Verdict {
            action: action.clone(),
            on: on.clone(),
            decision: if no(action) || no(on) { "implicitDeny" } else { "allowed" }.to_owned(),
            missing: Vec::new(),
        };
        let all = question.actions.iter().flat_map(|action| question.on.iter().map(move |on| verdict(action, on)));
        let all: Vec<Verdict> = all.collect();
        Simulation { question: question.part().to_string(), answer: Ok(all) }
    };
    let shelves = context();
    let answers: Vec<Simulation> = questions(&looked(&shelves)).into_iter().map(answer).collect();
    looked(&shelves.with(answers))
}

fn names(of: &Permitted) -> Vec<&str> {
    of.carriers.iter().map(|one| one.name.as_str()).collect()
}

fn text(of: &Permitted) -> String {
    crate::ssm::preflight::text(of.rights.lines.iter()).join("\n")
}

#[test]
fn the_document_the_channel_and_each_carrier_are_asked_about() {
    let unasked = looked(&context());
    assert!(!unasked.fails() && names(&unasked).len() == 2, "{unasked:?}");
    let asked = questions(&unasked);
    let on: Vec<&str> =
        asked.iter().filter(|one| one.actions == ["ssm:StartSession"]).map(|one| one.on[0].as_str()).collect();
    assert_eq!(
        on,
        [
            "arn:aws:ssm:ap-northeast-1::document/AWS-StartPortForwardingSessionToRemoteHost",
            "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0",
            task("0123456789ab").arn.as_str(),
        ]
    );
    assert!(asked.iter().any(|one| one.actions[0] == "ssmmessages:OpenDataChannel"), "{asked:?}");
    let many: Vec<Carrier> = (0..40).flat_map(|_| carriers()).collect();
    let many = context().seen(false, |cx| permitted(cx, &many));
    assert!(many.rights.wants.len() <= 2 + ASKED, "a fleet is not asked about one by one: {:?}", many.rights.wants);
    assert_eq!(many.carriers.len(), 80);
}

#[test]
fn where_all_is_allowed_everybody_stays_and_nothing_is_asked_again() {
    let all = told(&[]);
    assert!(!all.fails() && all.carriers == carriers(), "{all:?}");
    assert!(text(&all).starts_with("● may open it: ssm:StartSession is allowed"), "{}", text(&all));
}

#[rstest]
#[case::document(
    &[":document/"],
    "✗ may open it: your policies do not allow ssm:StartSession on the document \
     AWS-StartPortForwardingSessionToRemoteHost\n  → allow it for ann on arn:aws:ssm:ap-northeast-1::document/"
)]
#[case::channel(&["OpenDataChannel"], "✗ may open its channel: your policies do not allow ssmmessages:OpenDataChannel")]
#[case::everybody(
    &[":instance/", ":task/"],
    "✗ may go through: your policies do not allow ssm:StartSession on kajimaru-ec2-01, web/01234567\n  → allow it for ann \
     on arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0 and arn:aws:ecs:"
)]
fn what_is_denied_to_all_is_a_line_with_its_remedy(#[case] denied: &[&str], #[case] line: &str) {
    let told = told(denied);
    assert!(told.fails() && text(&told).contains(line), "{}", text(&told));
}

#[test]
fn who_is_denied_alone_leaves_it_to_the_others() {
    let told = told(&[":instance/"]);
    assert_eq!(names(&told), ["web/01234567"]);
    assert!(!told.fails() && text(&told).contains("! may go through: your policies"), "{}", text(&told));
}

#[test]
fn who_may_not_ask_is_not_kept_out() {
    let shelves = context();
    let refused = questions(&looked(&shelves)).into_iter().map(|question| Simulation {
        question: question.part().to_string(),
        answer: Err("iam:SimulatePrincipalPolicy: no".to_owned()),
    });
    let refused: Vec<Simulation> = refused.collect();
    let told = looked(&shelves.with(refused));
    assert!(!told.fails() && told.carriers == carriers());
    assert!(text(&told).contains("? your permissions: not checked, for IAM was not asked"), "{}", text(&told));
    let unknown = looked(&Shelves::default());
    assert!(!unknown.fails() && unknown.carriers == carriers() && unknown.rights.wants.is_empty());
}
