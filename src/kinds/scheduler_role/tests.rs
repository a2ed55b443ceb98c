//! Tests of reading a role and of judging whether Scheduler may take it.

use rstest::rstest;
use serde_json::{Value, json};

use super::{SchedulerRole, SchedulerRoles};
use crate::aws::{Clients, Query, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::{Arn, Coverage, FaultKind, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/ops/toban-scheduler";
const GROUP: &str = "arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-prooflink-dev";

fn trust(service: Value, condition: Value) -> Value {
    let statement = json!({
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service }, "Condition": condition,
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

#[rstest]
#[case::open(trust(json!("scheduler.amazonaws.com"), Value::Null), None)]
#[case::one_of_two(trust(json!(["lambda.amazonaws.com", "scheduler.amazonaws.com"]), Value::Null), None)]
#[case::as_the_policy_prints(
    trust(json!("scheduler.amazonaws.com"), json!({
        "StringEquals": { "aws:SourceAccount": "123456789012" },
        "ArnLike": { "aws:SourceArn": "arn:aws:scheduler:*:123456789012:schedule-group/toban-*" },
    })),
    None
)]
#[case::another_service(
    trust(json!("ecs-tasks.amazonaws.com"), Value::Null),
    Some("its trust policy does not let scheduler.amazonaws.com assume it")
)]
#[case::another_account(
    trust(json!("scheduler.amazonaws.com"), json!({ "StringEquals": { "aws:SourceAccount": "210987654321" } })),
    Some("its trust policy requires aws:SourceAccount 210987654321, but here it is 123456789012")
)]
#[case::the_schedules_arn_instead_of_the_groups(
    trust(json!("scheduler.amazonaws.com"), json!({
        "ArnLike": { "aws:SourceArn": "arn:aws:scheduler:*:123456789012:schedule/toban-prooflink-dev/*" },
    })),
    Some("its trust policy requires aws:SourceArn arn:aws:scheduler:*:123456789012:schedule/toban-prooflink-dev/*, \
          but here it is arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-prooflink-dev")
)]
#[case::another_case(
    trust(json!("scheduler.amazonaws.com"), json!({
        "ArnLike": { "aws:SourceArn": "arn:aws:scheduler:*:123456789012:schedule-group/Toban-*" },
    })),
    Some("its trust policy requires aws:SourceArn arn:aws:scheduler:*:123456789012:schedule-group/Toban-*, \
          but here it is arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-prooflink-dev")
)]
#[case::another_case_where_text_is_compared(
    trust(json!("scheduler.amazonaws.com"), json!({ "StringLike": { "aws:SourceArn": "ARN:aws:*" } })),
    Some("its trust policy requires aws:SourceArn ARN:aws:*, but here it is \
          arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-prooflink-dev")
)]
#[case::a_key_in_another_case(
    trust(json!("scheduler.amazonaws.com"), json!({ "StringEquals": { "AWS:sourceaccount": "123456789012" } })),
    None
)]
#[case::a_star_over_a_colon(
    trust(json!("scheduler.amazonaws.com"), json!({
        "ArnLike": { "aws:SourceArn": "arn:aws:scheduler:*:schedule-group/toban-*:*" },
    })),
    Some("its trust policy requires aws:SourceArn arn:aws:scheduler:*:schedule-group/toban-*:*, but here it is \
          arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-prooflink-dev")
)]
#[case::a_star_over_colons_where_text_is_compared(
    trust(json!("scheduler.amazonaws.com"), json!({ "StringLike": { "aws:SourceArn": "arn:aws:scheduler:*" } })),
    None
)]
#[case::a_condition_nobody_knows(
    trust(json!("scheduler.amazonaws.com"), json!({ "Bool": { "aws:SecureTransport": "true" } })),
    Some("its trust policy has the condition aws:SecureTransport, which toban cannot judge")
)]
#[case::nothing(json!({}), Some("its trust policy does not let scheduler.amazonaws.com assume it"))]
fn who_may_take_it(#[case] trust: Value, #[case] why: Option<&str>) {
    let role = SchedulerRole { arn: Arn::from(ROLE), trust };
    assert_eq!(role.refuses(&Arn::from(GROUP)).as_deref(), why);
}

#[test]
fn one_statement_that_lets_it_in_is_enough() {
    let shut = trust(json!("scheduler.amazonaws.com"), json!({ "StringEquals": { "aws:SourceAccount": "1" } }));
    let open = trust(json!("scheduler.amazonaws.com"), Value::Null);
    let both = json!({ "Statement": [shut["Statement"][0], open["Statement"][0]] });
    let role = SchedulerRole { arn: Arn::from(ROLE), trust: both };
    assert_eq!(role.refuses(&Arn::from(GROUP)), None);
}

async fn read(script: &Script, wanted: &[&str]) -> crate::world::Reading<SchedulerRole> {
    let aws = Clients { iam: Query::iam_by(script), ..Clients::silent() };
    let (known, scope, coverage) = (World::default(), scope(), parts(wanted));
    SchedulerRoles::read(ask(&aws, &scope, &known, &coverage)).await.expect("a harvest")
}

#[tokio::test]
async fn a_roles_policy_comes_escaped_and_only_roles_are_asked_about() {
    let xml = r#"<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role>
        <AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%2C%22Id%22%3A%22%E5%BD%93%E7%95%AA%22%7D</AssumeRolePolicyDocument>
        </Role></GetRoleResult></GetRoleResponse>"#;
    let script = Script::new([(200, xml)]);
    let reading = read(&script, &[ROLE, "arn:aws:rds:ap-northeast-1:1:db:x", ""]).await;
    let [(part, Ok(roles))] = &reading.parts[..] else { panic!("one role, not {:?}", reading.parts) };
    assert_eq!((&**part, &roles[0].trust), (ROLE, &json!({ "Statement": [], "Id": "当番" })));
    let [sent] = &script.sent()[..] else { panic!("one request") };
    assert_eq!(sent.body, "Action=GetRole&Version=2010-05-08&RoleName=toban-scheduler");
}

#[tokio::test]
async fn a_role_that_is_gone_denied_or_garbled_is_a_fault_of_its_own() {
    let error = |code: &str| -> &'static str {
        let xml = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
        Box::leak(xml.into_boxed_str())
    };
    let answers = [
        (404, error("NoSuchEntity"), FaultKind::Gone),
        (403, error("AccessDenied"), FaultKind::Denied),
        (200, "<GetRoleResponse/>", FaultKind::Garbled),
    ];
    for (status, body, kind) in answers {
        let reading = read(&Script::new([(status, body)]), &[ROLE]).await;
        let [(_, Err(fault))] = &reading.parts[..] else { panic!("one fault, not {:?}", reading.parts) };
        assert_eq!((fault.kind, fault.on.as_deref()), (kind, Some("toban-scheduler")));
    }
}

#[tokio::test]
async fn nothing_is_read_by_the_clock() {
    let (known, scope) = (World::default(), scope());
    let got = SchedulerRoles::read(ask(&Clients::silent(), &scope, &known, &Coverage::All)).await;
    assert!(got.expect("a harvest").parts.is_empty());
}
