//! Tests of how functions are read and judged, and of what is typed to deploy one.

use rstest::rstest;

use super::change::{PublishVersion, ShiftAlias, UpdateCode};
use super::{Code, Function, Functions, reason};
use crate::aws::{Clients, RestJson, Script};
use crate::change::gate::{Change, Confirmation, Gate, GateContext};
use crate::change::plan::Plan;
use crate::kinds::Kind;
use crate::kinds::testing::{ask, know, parts, scope};
use crate::kinds::testing_samples::{Shelves, now};
use crate::operations::lambda::actions::{Typed, typed};
use crate::world::{Arn, Coverage, Health, Resource, World};

const LIST: &str = r#"{"Functions":[
  {"FunctionName":"f","FunctionArn":"arn:aws:lambda:ap-northeast-1:1:function:f","Runtime":"python3.9","RevisionId":"r1",
   "Environment":{"Variables":{"DB_PASSWORD":"hunter2"}},"LastModified":"2026-11-01T00:00:00.000+0000"}]}"#;
const ONE: &str = r#"{"FunctionName":"f","FunctionArn":"arn:aws:lambda:ap-northeast-1:1:function:f:$LATEST","State":"Active",
   "LastUpdateStatus":"Successful","RevisionId":"r1","MemorySize":512,"Timeout":10,"Environment":{"Variables":{"A":"hunter2"}}}"#;

fn function() -> Function {
    Function {
        arn: Arn::from("arn:aws:lambda:ap-northeast-1:1:function:f"),
        name: "f".to_owned(),
        about: None,
        package: Some("Zip".to_owned()),
        runtime: Some("python3.9".to_owned()),
        memory: Some(512),
        timeout: Some(10),
        architecture: None,
        vpc: None,
        log_group: "/aws/lambda/f".to_owned(),
        changed_at: None,
        code: Some("old=".to_owned()),
        revision: Some("r1".to_owned()),
        state: Some("Active".to_owned()),
        state_reason: (None, None),
        update: Some("Successful".to_owned()),
        update_reason: (None, None),
    }
}

#[tokio::test]
async fn the_list_is_filled_with_states_and_what_is_at_rest_is_not_asked_again() {
    let script = Script::new([(200, LIST), (200, ONE), (200, LIST)]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let (mut world, scope) = (World::default(), scope());
    let read = |world: World| {
        let (aws, scope) = (aws.clone(), scope.clone());
        async move {
            let reading = Functions::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("functions");
            assert!(reading.notes.is_empty(), "{:?}", reading.notes);
            reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect::<Vec<Function>>()
        }
    };
    let all = read(world.clone()).await;
    let [one] = &all[..] else { panic!("{all:?}") };
    assert_eq!(
        (one.state.as_deref(), one.memory, one.arn.as_str()),
        (Some("Active"), Some(512), function().arn.as_str())
    );
    assert!(!serde_json::to_string(one).expect("a document").contains("hunter2"), "its variables are not kept");
    know(&mut world, all.clone());
    assert_eq!(read(world).await, all);
    assert_eq!(script.sent().len(), 3, "the second time only the list was read");
}

#[tokio::test]
async fn a_state_that_may_not_be_read_costs_only_the_state() {
    let denied =
        r#"{"Message":"not authorized to perform: lambda:GetFunctionConfiguration","__type":"AccessDeniedException"}"#;
    let script = Script::new([(200, LIST), (403, denied), (404, r#"{"__type":"ResourceNotFoundException"}"#)]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let (world, scope) = (World::default(), scope());
    let reading = Functions::read(ask(&aws, &scope, &world, &Coverage::All)).await.expect("functions");
    assert_eq!(reading.notes.len(), 1);
    let listed = reading.parts[0].1.as_ref().expect("the list's").first().expect("one");
    assert!(listed.state.is_none() && listed.changed_at.is_some());
    let coverage = parts(&["arn:aws:lambda:ap-northeast-1:1:function:gone"]);
    let reading = Functions::read(ask(&aws, &scope, &world, &coverage)).await.expect("nothing");
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(0));
}

#[rstest]
#[case("Active", "Successful", None, Health::Well, None)]
#[case("Inactive", "Successful", Some("Idle"), Health::Well, None)]
#[case("Pending", "Successful", Some("Creating"), Health::Changing, Some("f is being created: it is being created"))]
#[case("Active", "InProgress", None, Health::Changing, Some("f is being updated"))]
#[case(
    "Failed",
    "Successful",
    Some("EniLimitExceeded"),
    Health::Bad,
    Some("f cannot be called: the VPC has no network interface left for it")
)]
#[case(
    "Active",
    "Failed",
    Some("ImageAccessDenied"),
    Health::Worrying,
    Some("f kept its old code, the last update failed: it may not pull its image")
)]
#[case("Shiny", "Successful", None, Health::Unknown, Some("f has the state Shiny, which toban does not know"))]
fn states(
    #[case] state: &str,
    #[case] update: &str,
    #[case] code: Option<&str>,
    #[case] health: Health,
    #[case] why: Option<&str>,
) {
    let because = (code.map(str::to_owned), None);
    let item = Function {
        state: Some(state.to_owned()),
        update: Some(update.to_owned()),
        state_reason: because.clone(),
        update_reason: because,
        ..function()
    };
    let assessment = Shelves::default().seen(true, |cx| Functions::assess(&item, cx)).expect("an opinion");
    assert_eq!((assessment.health, assessment.why.as_deref()), (health, why));
}

#[test]
fn reasons_toban_does_not_know_keep_their_sentence() {
    let odd = (Some("BrandNew".to_owned()), Some("it is so new".to_owned()));
    assert_eq!(reason(&odd), "BrandNew: it is so new");
    assert_eq!(reason(&(None, Some("a sentence".to_owned()))), "a sentence");
}

#[test]
fn its_line_object_and_page() {
    Shelves::default().seen(true, |cx| {
        let listed = Functions::to_json(&function(), cx).expect("an object");
        insta::assert_snapshot!(listed.to_string(), @r#"{"name":"f","state":"active","update":"successful","package":"zip","runtime":"python3.9","memory":512,"timeout":10,"health":"well","why":null}"#);
        assert_eq!(Functions::rows(&function(), cx)[0].cells.len(), Functions::SHOWN.expect("shown").columns.len());
        assert_eq!(Functions::detail(&function(), cx).len(), 1);
    });
    assert!(Functions::web(&function(), &scope()).is_some_and(|page| page.contains("functions/f")));
}

#[test]
fn what_is_typed_to_deploy() {
    let archive = |key: &str, version: Option<&str>| Code::Archive {
        bucket: "cat-data-code".to_owned(),
        key: key.to_owned(),
        version: version.map(str::to_owned),
    };
    let plain = Typed { code: archive("api/1.zip", None), alias: None, weight: None, minutes: 10 };
    assert_eq!(typed("s3://cat-data-code/api/1.zip"), Ok(plain.clone()));
    let all =
        Typed { code: archive("api.zip", Some("v.3")), alias: Some("live".to_owned()), weight: Some(10), minutes: 5 };
    assert_eq!(typed("s3://cat-data-code/api.zip@v.3 alias=live weight=10% minutes=5"), Ok(all));
    let image = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/api:1.4";
    assert_eq!(typed(image).map(|typed| typed.code), Ok(Code::Image(image.to_owned())));
    for odd in [
        "",
        "s3://b",
        "s3://UPPER/x",
        "api",
        "latest",
        "s3://bucket/x weight=0",
        "s3://bucket/x weight=101",
        "s3://bucket/x now",
    ] {
        assert!(typed(odd).is_err(), "{odd:?}");
    }
}

#[tokio::test]
async fn each_change_brings_back_what_lambda_calls_its_request() {
    let script = Script::new([
        (200, r#"{"CodeSha256":"new=","RevisionId":"r2"}"#),
        (201, r#"{"Version":"7"}"#),
        (200, r#"{"Name":"live","RoutingConfig":{"AdditionalVersionWeights":{"6":0.5}}}"#),
        (200, r#"{"Name":"live"}"#),
    ]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let plan = Plan::new("change f", "cat-data".into(), function().id(&scope()), Vec::new());
    let name = || "f".to_owned();
    let code = Code::Image("repo:1".to_owned());
    let changes: [Box<dyn Change>; 3] = [
        Box::new(UpdateCode { plan: plan.clone(), name: name(), code, revision: Some("r1".to_owned()) }),
        Box::new(PublishVersion { plan: plan.clone(), name: name(), code: Some("new=".to_owned()) }),
        Box::new(ShiftAlias {
            plan,
            name: name(),
            alias: "live".to_owned(),
            version: "7".to_owned(),
            share: Some(("6".to_owned(), 90)),
            revision: None,
        }),
    ];
    let mut ids = Vec::new();
    for change in changes {
        let at = GateContext::seen_at(now());
        let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
        ids.extend(approved.perform(&aws).await.expect("it is taken").request_ids);
    }
    assert_eq!(ids, ["sent-1", "sent-2", "sent-4"]);
    assert!(script.sent()[0].body.contains(r#""RevisionId":"r1""#), "{}", script.sent()[0].body);
}

#[tokio::test]
async fn what_is_no_function_is_not_asked_about() {
    let script = Script::new([]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let coverage = parts(&["", "arn:aws:elasticloadbalancing:ap-northeast-1:1:targetgroup/tg/1", "f"]);
    let (known, scope) = (World::default(), scope());
    let got = Functions::read(ask(&aws, &scope, &known, &coverage)).await.expect("a harvest");
    assert!(got.parts.is_empty() && script.sent().is_empty(), "{:?}", got.parts);
}

#[tokio::test]
async fn an_alias_whose_routing_would_lose_a_field_is_left_alone_and_the_field_is_named() {
    let script = Script::new([(200, r#"{"Name":"live","NewElsewhere":1,"RoutingConfig":{"NewThing":{"a":1}}}"#)]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let plan = Plan::new("change f", "cat-data".into(), function().id(&scope()), Vec::new());
    let (name, alias, version) = ("f".to_owned(), "live".to_owned(), "7".to_owned());
    let change = Box::new(ShiftAlias { plan, name, alias, version, share: None, revision: None });
    let approved = Gate::default().approve(change, &Confirmation::Yes, None, &GateContext::seen_at(now()));
    let fault = approved.expect("nothing hinders it").perform(&aws).await.expect_err("it would lose something");
    let said = "f:live has what this toban does not know and would lose: RoutingConfig.NewThing; nothing was sent";
    assert!(fault.message.starts_with(said), "{fault}");
    assert_eq!(script.sent().len(), 1, "it was only read");
}
