//! How APIs are read, REST and HTTP, and what is told of a throttle that lets nothing through.

use super::{RestApi, RestApis};
use crate::aws::{Clients, RestJson, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, Fault, FaultKind, Health, Reading, World};

const NONE: &str = r#"{"item":[],"items":[]}"#;
const BOTH: &str = r#"{"item":[{"id":"r1","name":"cat-data-v23-api","endpointConfiguration":{"types":["REGIONAL"]}}],
  "items":[]}"#;
const STAGES: &str = r#"{"item":[{"stageName":"prod","lastUpdatedDate":1795237331,"methodSettings":{"*/*":{"throttlingRateLimit":100.0,"throttlingBurstLimit":200,"loggingLevel":"OFF"}},
  "accessLogSettings":{"destinationArn":"arn:aws:logs:ap-northeast-1:1:log-group:x"},"webAclArn":"arn:aws:wafv2:x"}]}"#;

async fn read(script: &Script) -> Result<Reading<RestApi>, Fault> {
    let aws = Clients { apis: RestJson::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    RestApis::read(ask(&aws, &scope, &known, &Coverage::All)).await
}

#[tokio::test]
async fn stages_come_with_their_throttles() {
    let reading = read(&Script::new([(200, BOTH), (200, NONE), (200, STAGES)])).await.expect("APIs");
    let one = reading.parts[0].1.as_ref().expect("APIs").first().expect("one").clone();
    let stage = &one.stages[0];
    assert_eq!((stage.rate, stage.burst, stage.logged), (Some(100.0), Some(200), true));
    Shelves::default().seen(true, |cx| {
        assert_eq!(RestApis::assess(&one, cx).expect("an assessment").health, Health::Well);
        let mut shut = one.clone();
        shut.stages[0].burst = Some(0);
        assert_eq!(RestApis::assess(&shut, cx).expect("an assessment").health, Health::Bad);
        assert_eq!(RestApis::rows(&one, cx)[0].cells.len(), RestApis::SHOWN.expect("shown").columns.len());
        assert_eq!(RestApis::to_json(&one, cx).expect("an object")["endpoint"], "regional");
        assert_eq!(RestApis::detail(&one, cx).len(), 2);
    });
    assert!(RestApis::web(&one, &scope()).is_some());
}

#[tokio::test]
async fn none_is_none_and_a_denial_is_told() {
    let reading = read(&Script::new([(200, NONE), (200, NONE)])).await.expect("nothing");
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(0));
    let denied = r#"{"message":"no","__type":"AccessDeniedException"}"#;
    let fault = read(&Script::new([(403, denied), (403, denied)])).await.expect_err("a denial");
    assert_eq!(fault.kind, FaultKind::Denied);
}
