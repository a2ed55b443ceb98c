//! Tests of how aliases, versions and callers are read.

use super::{Alias, Releases};
use crate::aws::{Clients, RestJson, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, parts, scope};
use crate::world::World;

const ARN: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:cat-data-v23-api";

#[tokio::test]
async fn aliases_versions_and_callers_are_read_and_a_missing_policy_is_nobody() {
    let script = Script::new([
        (
            200,
            r#"{"Aliases":[{"Name":"live","FunctionVersion":"7","RevisionId":"r","RoutingConfig":{"AdditionalVersionWeights":{"8":0.1}}}]}"#,
        ),
        (
            200,
            r#"{"Versions":[{"Version":"$LATEST"},{"Version":"7","LastModified":"2026-11-01T00:00:00.000+0000"}],"NextMarker":"m"}"#,
        ),
        (200, r#"{"Versions":[{"Version":"8","CodeSha256":"abc"}]}"#),
        (
            200,
            r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"apigateway.amazonaws.com\"}}]}"}"#,
        ),
        (404, r#"{"Type":"User","message":"No policy is associated","__type":"ResourceNotFoundException"}"#),
    ]);
    let aws = Clients { lambda: RestJson::lambda_by(&script), ..Clients::silent() };
    let (world, scope, coverage) = (World::default(), scope(), parts(&[ARN]));
    let reading = Releases::read(ask(&aws, &scope, &world, &coverage)).await.expect("a harvest");
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    let release = reading.parts[0].1.clone().expect("no fault").remove(0);
    let live = Alias {
        name: "live".to_owned(),
        version: "7".to_owned(),
        share: Some(("8".to_owned(), 10)),
        revision: Some("r".to_owned()),
    };
    assert_eq!((release.alias("live"), live.sends().as_str()), (Some(&live), "7 and 10 % to 8"));
    assert_eq!(release.versions.iter().map(|version| version.number).collect::<Vec<_>>(), [8, 7]);
    assert!(release.versions[1].published_at.is_some());
    assert_eq!((release.before("8"), release.before("7")), (Some(7), None));
    assert_eq!(release.callers_of(""), ["API Gateway"]);
    assert!(release.callers_of("live").is_empty());
    let uris: Vec<String> = script
        .sent()
        .iter()
        .map(|sent| sent.uri.rsplit("/cat-data-v23-api/").next().unwrap_or_default().to_owned())
        .collect();
    assert!(uris.contains(&"versions?MaxItems=50&Marker=m".to_owned()), "{uris:?}");
    assert!(uris.contains(&"policy?Qualifier=live".to_owned()), "{uris:?}");
}
