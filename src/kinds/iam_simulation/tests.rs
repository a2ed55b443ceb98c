//! Tests of asking IAM's simulator: whose policies are asked about, what is sent, what comes of the answers.

use rstest::rstest;

use super::{Decision, Question, Simulation, Simulations, Source, Verdict};
use crate::aws::{Clients, Query, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Arn, Coverage, World};

const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/ops/ann@example.jp";
const NODE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1";

fn question(who: &str, on: &[&str]) -> Question {
    let on: Vec<String> = on.iter().map(|&on| on.to_owned()).collect();
    Question::new(&Arn::from(who), &["ssm:StartSession"], &on)
}

async fn read(script: &Script, question: &Question) -> Simulation {
    let aws = Clients { iam: Query::iam_by(script), ..Clients::silent() };
    let (known, scope, part) = (World::default(), scope(), question.part());
    let coverage = parts(&[&part, "of another kind"]);
    let reading = Simulations::read(ask(&aws, &scope, &known, &coverage)).await.expect("a harvest");
    let [(read, Ok(items))] = &reading.parts[..] else { panic!("one answer, not {:?}", reading.parts) };
    assert_eq!(*read, part);
    items[0].clone()
}

fn results(results: &str) -> &'static str {
    let xml = format!(
        r#"<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
        <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>
        </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"#
    );
    Box::leak(xml.into_boxed_str())
}

fn result(on: &str, decision: &str, missing: &str) -> String {
    format!(
        "<member><EvalActionName>ssm:StartSession</EvalActionName><EvalResourceName>{on}</EvalResourceName>\
         <EvalDecision>{decision}</EvalDecision><MissingContextValues>{missing}</MissingContextValues></member>"
    )
}

const ROLE: &str = r#"<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>
    <Path>/team/</Path><Arn>arn:aws:iam::123456789012:role/team/ops</Arn><RoleId>AROA1</RoleId>
    </Role></GetRoleResult></GetRoleResponse>"#;
const DENIED: &str = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";

#[rstest]
#[case("arn:aws:iam::1:user/team/ann", Source::Itself(Arn::from("arn:aws:iam::1:user/team/ann")))]
#[case("arn:aws:iam::1:role/x", Source::Itself(Arn::from("arn:aws:iam::1:role/x")))]
#[case("arn:aws-cn:sts::1:assumed-role/ops/me", Source::Session {
    partition: "aws-cn".to_owned(), account: "1".to_owned(), role: "ops".to_owned(), session: "me".to_owned(),
})]
#[case("arn:aws:iam::1:root", Source::Root)]
fn whose_policies_count(#[case] who: &str, #[case] source: Source) {
    assert_eq!(Source::of(who), source);
}

#[rstest]
#[case("arn:aws:sts::1:federated-user/bob", "federated")]
#[case("arn:aws:ec2:r:1:instance/i-1", "is neither")]
#[case("nonsense", "is neither")]
fn whose_policies_cannot_be_simulated(#[case] who: &str, #[case] message: &str) {
    assert!(matches!(Source::of(who), Source::Beyond(why) if why.contains(message)));
}

#[tokio::test]
async fn a_session_is_asked_about_as_its_role_with_its_path_and_its_own_name() {
    let script = Script::new([(200, ROLE), (200, results(&result(NODE, "allowed", "")))]);
    let own = "arn:aws:ssm:ap-northeast-1:123456789012:session/${aws:userid}-0";
    let user = "arn:aws:ssm:ap-northeast-1:123456789012:session/${aws:username}-0";
    let got = read(&script, &question(SESSION, &[NODE, own, user])).await;
    assert_eq!(got.may("ssm:StartSession", |on| on == NODE), Decision::Yes);
    let [role, sent] = &script.sent()[..] else { panic!("two requests") };
    assert!(role.body.starts_with("Action=GetRole&") && role.body.ends_with("&RoleName=ops"), "{}", role.body);
    let said: Vec<&str> = sent.body.split('&').skip(2).collect();
    assert_eq!(
        said,
        [
            "PolicySourceArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fops",
            "ActionNames.member.1=ssm%3AStartSession",
            "ResourceArns.member.1=arn%3Aaws%3Aec2%3Aap-northeast-1%3A123456789012%3Ainstance%2Fi-1",
            "ResourceArns.member.2=arn%3Aaws%3Assm%3Aap-northeast-1%3A123456789012%3Asession%2FAROA1%3Aann%40example.jp-0",
            "ContextEntries.member.1.ContextKeyName=aws%3Auserid",
            "ContextEntries.member.1.ContextKeyType=string",
            "ContextEntries.member.1.ContextKeyValues.member.1=AROA1%3Aann%40example.jp",
        ],
        "nobody is a user here"
    );
}

#[tokio::test]
async fn a_role_that_cannot_be_looked_up_has_no_path_unless_identity_center_made_it() {
    let script = Script::new([(403, DENIED), (200, results(&result(NODE, "implicitDeny", "")))]);
    let got = read(&script, &question(SESSION, &[NODE])).await;
    assert_eq!(got.may("ssm:StartSession", |_| true), Decision::No);
    assert!(script.sent()[1].body.contains("PolicySourceArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fops&"));
    let sso = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ann";
    let script = Script::new([(403, DENIED)]);
    let got = read(&script, &question(sso, &[NODE])).await;
    assert!(matches!(&got.answer, Err(why) if why.contains("iam:GetRole")), "{got:?}");
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_no_fault() {
    let user = "arn:aws:iam::123456789012:user/ann";
    let got = read(&Script::new([(403, DENIED)]), &question(user, &[NODE])).await;
    let Decision::Unknown(why) = got.may("ssm:StartSession", |_| true) else { panic!("it is not known: {got:?}") };
    assert!(why.contains("iam:SimulatePrincipalPolicy"), "{why}");
    let got = read(&Script::new([(200, "<html/>")]), &question(user, &[NODE])).await;
    assert!(got.answer.is_err(), "{got:?}");
    let root = read(&Script::new([]), &question("arn:aws:iam::123456789012:root", &[NODE])).await;
    assert!(root.allows_all(), "nobody has to be asked about root");
}

#[tokio::test]
async fn each_resource_has_a_verdict_of_its_own_on_every_page() {
    let first = results("").replace("false</IsTruncated>", "true</IsTruncated><Marker>next</Marker>").replace(
        "<EvaluationResults>",
        "<EvaluationResults><member><EvalActionName>ssm:StartSession</EvalActionName>\
         <EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults>\
         <member><EvalResourceName>a</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision></member>\
         <member><EvalResourceName>b</EvalResourceName><EvalResourceDecision>explicitDeny</EvalResourceDecision></member>\
         </ResourceSpecificResults></member>",
    );
    let depends = result("c", "implicitDeny", "<member>ssm:resourceTag/Team</member>");
    let first: &'static str = Box::leak(first.into_boxed_str());
    let script = Script::new([(200, first), (200, results(&depends))]);
    let got = read(&script, &question("arn:aws:iam::1:user/ann", &["a", "b", "c"])).await;
    let may = |on: &str| got.may("ssm:StartSession", |one| one == on);
    assert_eq!((may("a"), may("b")), (Decision::Yes, Decision::No));
    assert_eq!(may("c"), Decision::Unknown("it depends on ssm:resourceTag/Team".to_owned()));
    assert!(matches!(may("d"), Decision::Unknown(_)) && !got.allows_all());
    assert!(script.sent()[1].body.ends_with("&Marker=next"));
    assert_eq!(got.answer.as_ref().map(Vec::len), Ok(3));
    let other =
        Verdict { action: "x".to_owned(), on: "a".to_owned(), decision: "allowed".to_owned(), missing: Vec::new() };
    assert!(Simulation { answer: Ok(vec![other]), ..got }.allows_all());
}

#[tokio::test]
async fn nothing_is_read_by_the_clock() {
    let (known, scope) = (World::default(), scope());
    let got = Simulations::read(ask(&Clients::silent(), &scope, &known, &Coverage::All)).await;
    assert!(got.expect("a harvest").parts.is_empty());
}
