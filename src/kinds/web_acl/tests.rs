//! How web ACLs are read, and what is told of rules that only count.

use super::{WebAcl, WebAcls};
use crate::aws::{Clients, Json, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, FaultKind, Health, Reading, World};

const LIST: &str = r#"{"NextMarker":"x","WebACLs":[{"Name":"city-prod-waf","Id":"1","ARN":"arn:aws:wafv2:ap-northeast-1:1:regional/webacl/city-prod-waf/1"}]}"#;
const ONE: &str = r#"{"WebACL":{"Name":"city-prod-waf","DefaultAction":{"Allow":{}},"Rules":[
  {"Name":"sql","Priority":2,"OverrideAction":{"Count":{}},"Statement":{"ManagedRuleGroupStatement":{"VendorName":"AWS","Name":"AWSManagedRulesSQLiRuleSet"}}},
  {"Name":"rate","Priority":1,"Action":{"Block":{}},"Statement":{"RateBasedStatement":{"Limit":100,"AggregateKeyType":"IP"}}}]}}"#;

async fn read(script: &Script) -> Reading<WebAcl> {
    let aws = Clients { waf: Json::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    WebAcls::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("web ACLs")
}

#[tokio::test]
async fn rules_stand_in_their_order_and_counting_ones_are_a_note() {
    let script = Script::new([(200, LIST), (200, ONE)]);
    let reading = read(&script).await;
    let one = reading.parts[0].1.as_ref().expect("web ACLs").first().expect("one").clone();
    let rules: Vec<(&str, &str)> =
        one.rules.iter().map(|rule| (rule.action.as_str(), rule.looks_at.as_str())).collect();
    assert_eq!(rules, [("block", "rate 100 in 300 s"), ("count", "managed AWSManagedRulesSQLiRuleSet")]);
    assert_eq!(script.sent().len(), 2, "a marker with the last page leads nowhere");
    Shelves::default().seen(true, |cx| {
        let told = WebAcls::assess(&one, cx).expect("an assessment");
        assert!(told.health == Health::Well && told.why.is_some_and(|why| why.contains("sql only counts")));
        let blocking = WebAcl { default: Some("block".to_owned()), ..one.clone() };
        assert_eq!(WebAcls::assess(&blocking, cx).expect("an assessment").health, Health::Worrying);
        assert_eq!(WebAcls::rows(&one, cx)[0].cells.len(), WebAcls::SHOWN.expect("shown").columns.len());
        assert_eq!(WebAcls::to_json(&one, cx).expect("an object")["default"], "allow");
        assert_eq!(WebAcls::detail(&one, cx).len(), 2);
    });
    assert!(WebAcls::web(&one, &scope()).is_some());
}

#[tokio::test]
async fn a_denial_costs_the_rules_and_none_is_none() {
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let reading = read(&Script::new([(200, LIST), (400, denied)])).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(1));
    assert_eq!(read(&Script::new([(200, r#"{"WebACLs":[]}"#)])).await.parts[0].1.as_ref().map(Vec::len), Ok(0));
}
