//! How user pools are read, and what is told of a trigger whose function is gone.

use super::{UserPool, UserPools};
use crate::aws::{Clients, Json, Script};
use crate::kinds::Kind;
use crate::kinds::lambda_function::Function;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, FaultKind, Health, Reading, World};

const LIST: &str = r#"{"UserPools":[{"Id":"ap-northeast-1_A","Name":"cat-data-v23-users"}]}"#;
const ONE: &str = r#"{"UserPool":{"Id":"ap-northeast-1_A","Name":"cat-data-v23-users","EstimatedNumberOfUsers":42,"MfaConfiguration":"OPTIONAL",
  "LambdaConfig":{"PreSignUp":"arn:aws:lambda:ap-northeast-1:1:function:signup:live",
  "CustomEmailSender":{"LambdaVersion":"V1_0","LambdaArn":"arn:aws:lambda:ap-northeast-1:1:function:mail"},"KMSKeyID":"arn:aws:kms:ap-northeast-1:1:key/k"}}}"#;

async fn read(script: &Script) -> Reading<UserPool> {
    let aws = Clients { cognito: Json::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    UserPools::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("pools")
}

#[tokio::test]
async fn triggers_are_read_and_a_missing_function_is_bad_once_all_were_read() {
    let reading = read(&Script::new([(200, LIST), (200, ONE)])).await;
    let one = reading.parts[0].1.as_ref().expect("pools").first().expect("one").clone();
    let mut names: Vec<&str> = one.triggers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!((names, one.users), (vec!["CustomEmailSender", "PreSignUp"], Some(42)));
    let unread = Shelves::default().seen(true, |cx| UserPools::assess(&one, cx)).expect("an assessment");
    assert_eq!(unread.health, Health::Well);
    let read = Shelves::default().with(Vec::<Function>::new()).seen(true, |cx| UserPools::assess(&one, cx));
    assert_eq!(read.expect("an assessment").health, Health::Bad);
    Shelves::default().seen(true, |cx| {
        assert_eq!(UserPools::rows(&one, cx)[0].cells.len(), UserPools::SHOWN.expect("shown").columns.len());
        assert_eq!(UserPools::to_json(&one, cx).expect("an object")["mfa"], "optional");
        assert_eq!(UserPools::detail(&one, cx).len(), 1);
    });
    assert!(UserPools::web(&one, &scope()).is_some());
    assert!(UserPools::subject(&one, &scope()).is_some_and(|it| it.ties.iter().any(|tie| tie.to == "function:signup")));
}

#[tokio::test]
async fn a_denial_costs_the_triggers_and_none_is_none() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let reading = read(&Script::new([(200, LIST), (400, denied)])).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(1));
    assert_eq!(read(&Script::new([(200, r#"{"UserPools":[]}"#)])).await.parts[0].1.as_ref().map(Vec::len), Ok(0));
}
