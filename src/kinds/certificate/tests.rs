//! How certificates are read and judged.

use rstest::rstest;

use super::{Certificate, Certificates};
use crate::aws::{Clients, Json, Script};
use crate::kinds::Kind;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::{Shelves, now};
use crate::world::{Arn, Coverage, FaultKind, Health, Reading, World};
use jiff::SignedDuration;

const LIST: &str = r#"{"CertificateSummaryList":[
  {"CertificateArn":"arn:aws:acm:ap-northeast-1:1:certificate/a","DomainName":"city.example.jp","Status":"ISSUED","InUse":true},
  {"CertificateArn":"arn:aws:acm:ap-northeast-1:1:certificate/b","DomainName":"old.example.jp","Status":"EXPIRED","InUse":false}]}"#;
const ONE: &str = r#"{"Certificate":{"CertificateArn":"arn:aws:acm:ap-northeast-1:1:certificate/a","DomainName":"city.example.jp",
  "SubjectAlternativeNames":["city.example.jp","www.city.example.jp"],"Status":"ISSUED","Type":"AMAZON_ISSUED","NotAfter":1798000000,
  "RenewalSummary":{"RenewalStatus":"PENDING_VALIDATION"},
  "DomainValidationOptions":[{"DomainName":"www.city.example.jp","ValidationStatus":"PENDING_VALIDATION"}],
  "InUseBy":["arn:aws:elasticloadbalancing:ap-northeast-1:1:loadbalancer/app/city-prod-alb/0123"]}}"#;
const DENIED: &str =
    r#"{"__type":"AccessDeniedException","message":"not authorized to perform: acm:DescribeCertificate"}"#;

async fn read(script: &Script) -> Reading<Certificate> {
    let aws = Clients { acm: Json::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    Certificates::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("certificates")
}

#[tokio::test]
async fn those_in_use_are_looked_at_and_belong_where_they_are_used() {
    let script = Script::new([(200, LIST), (200, ONE)]);
    let reading = read(&script).await;
    let [one] = &reading.parts[0].1.as_ref().expect("certificates")[..] else { panic!("{reading:?}") };
    assert_eq!(
        (one.renewal.as_deref(), &one.waiting[..]),
        (Some("PENDING_VALIDATION"), &["www.city.example.jp".to_owned()][..])
    );
    assert!(script.sent()[0].body.contains("EC_prime256v1"), "{}", script.sent()[0].body);
    let subject = Certificates::subject(one, &scope()).expect("a subject");
    assert!(subject.ties[0].to.contains("city-prod-alb"), "{subject:?}");
    Shelves::default().seen(true, |cx| {
        assert_eq!(Certificates::rows(one, cx)[0].cells.len(), Certificates::SHOWN.expect("shown").columns.len());
        assert_eq!(Certificates::to_json(one, cx).expect("an object")["used_by"][0], "city-prod-alb");
        assert_eq!(Certificates::detail(one, cx).len(), 1);
    });
    assert!(Certificates::web(one, &scope()).is_some());
}

#[tokio::test]
async fn a_denial_costs_the_details_and_an_empty_account_one_call() {
    let reading = read(&Script::new([(200, LIST), (400, DENIED)])).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    assert_eq!(reading.parts[0].1.as_ref().map(Vec::len), Ok(1));
    let script = Script::new([(200, r#"{"CertificateSummaryList":[]}"#)]);
    assert_eq!(read(&script).await.parts[0].1.as_ref().map(Vec::len), Ok(0));
    assert_eq!(script.sent().len(), 1);
}

#[rstest]
#[case("ISSUED", "AMAZON_ISSUED", 200, None, Health::Well)]
#[case("ISSUED", "AMAZON_ISSUED", 40, Some("SUCCESS"), Health::Well)]
#[case("ISSUED", "AMAZON_ISSUED", 40, Some("PENDING_VALIDATION"), Health::Worrying)]
#[case("ISSUED", "AMAZON_ISSUED", 20, None, Health::Worrying)]
#[case("ISSUED", "AMAZON_ISSUED", 3, Some("FAILED"), Health::Bad)]
#[case("ISSUED", "IMPORTED", 40, None, Health::Well)]
#[case("ISSUED", "IMPORTED", 20, None, Health::Worrying)]
#[case("ISSUED", "IMPORTED", -1, None, Health::Bad)]
#[case("EXPIRED", "IMPORTED", -1, None, Health::Bad)]
#[case("PENDING_VALIDATION", "AMAZON_ISSUED", 200, None, Health::Worrying)]
#[case("REVOKED", "AMAZON_ISSUED", 200, None, Health::Bad)]
fn what_ends_soon_is_told_in_time(
    #[case] status: &str,
    #[case] kind: &str,
    #[case] days: i64,
    #[case] renewal: Option<&str>,
    #[case] health: Health,
) {
    let item = Certificate {
        arn: Arn::from("arn:aws:acm:ap-northeast-1:1:certificate/a"),
        name: "city.example.jp".to_owned(),
        names: Vec::new(),
        status: status.to_owned(),
        kind: Some(kind.to_owned()),
        until: Some(now() + SignedDuration::from_hours(24 * days)),
        renewal: renewal.map(str::to_owned),
        reason: None,
        waiting: Vec::new(),
        used_by: vec!["arn:aws:elasticloadbalancing:ap-northeast-1:1:loadbalancer/app/alb/0".to_owned()],
    };
    let told = Shelves::default().seen(true, |cx| Certificates::assess(&item, cx)).expect("an assessment");
    assert_eq!((told.health, told.why.is_some()), (health, health != Health::Well), "{told:?}");
}
