//! How distributions are read and judged.

use super::{Distribution, Distributions};
use crate::aws::{Clients, RestXml, Script};
use crate::kinds::Kind;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, FaultKind, Health, World};

const LIST: &str = r#"<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Quantity>2</Quantity><Items>
<DistributionSummary><Id>E1</Id><ARN>arn:aws:cloudfront::1:distribution/E1</ARN><Status>Deployed</Status><LastModifiedTime>2026-11-01T00:00:00Z</LastModifiedTime>
<DomainName>d1.cloudfront.net</DomainName><Aliases><Quantity>1</Quantity><Items><CNAME>cats.example.jp</CNAME></Items></Aliases>
<Origins><Quantity>1</Quantity><Items><Origin><Id>s3</Id><DomainName>cat-data-v23.s3.ap-northeast-1.amazonaws.com</DomainName></Origin></Items></Origins>
<Comment>cat-data-v23</Comment><Enabled>true</Enabled><ViewerCertificate><ACMCertificateArn>arn:aws:acm:us-east-1:1:certificate/c</ACMCertificateArn></ViewerCertificate></DistributionSummary>
<DistributionSummary><Id>E2</Id><ARN>arn:aws:cloudfront::1:distribution/E2</ARN><Status>Deployed</Status><DomainName>d2.cloudfront.net</DomainName>
<Origins><Quantity>1</Quantity><Items><Origin><Id>lb</Id><DomainName>x.eu-west-1.elb.amazonaws.com</DomainName></Origin></Items></Origins><Enabled>true</Enabled></DistributionSummary>
</Items></DistributionList>"#;

async fn read(script: &Script) -> Result<Vec<Distribution>, crate::world::Fault> {
    let aws = Clients { cloudfront: RestXml::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    let reading = Distributions::read(ask(&aws, &scope, &known, &Coverage::All)).await?;
    Ok(reading.parts.into_iter().flat_map(|(_, got)| got.expect("no fault")).collect())
}

#[tokio::test]
async fn those_of_this_region_are_kept() {
    let all = read(&Script::new([(200, LIST)])).await.expect("distributions");
    let [one] = &all[..] else { panic!("the other's origin is elsewhere: {all:?}") };
    assert_eq!((one.name.as_str(), one.id.as_str()), ("cats.example.jp", "E1"));
    assert!(one.certificate.as_ref().is_some_and(|arn| arn.region() == Some("us-east-1")));
    assert!(Distributions::subject(one, &scope()).is_some_and(|it| it.names.contains(&"cat-data-v23".to_owned())));
    Shelves::default().seen(true, |cx| {
        assert_eq!(Distributions::rows(one, cx)[0].cells.len(), Distributions::SHOWN.expect("shown").columns.len());
        assert_eq!(Distributions::to_json(one, cx).expect("an object")["status"], "deployed");
        assert_eq!(Distributions::detail(one, cx).len(), 1);
    });
    assert!(Distributions::web(one, &scope()).is_some());
}

#[tokio::test]
async fn none_is_none_and_a_denial_is_told() {
    let none = "<DistributionList><Quantity>0</Quantity></DistributionList>";
    assert_eq!(read(&Script::new([(200, none)])).await, Ok(Vec::new()));
    let denied = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    assert_eq!(read(&Script::new([(403, denied)])).await.expect_err("a denial").kind, FaultKind::Denied);
}

#[tokio::test]
async fn an_origin_that_is_no_load_balancer_any_more_is_bad_once_all_were_read() {
    let mut one = read(&Script::new([(200, LIST)])).await.expect("distributions").remove(0);
    one.origins = vec!["gone-1.ap-northeast-1.elb.amazonaws.com".to_owned()];
    let unread = Shelves::default().seen(true, |cx| Distributions::assess(&one, cx)).expect("an assessment");
    assert_eq!(unread.health, Health::Well);
    let read = Shelves::default().with(Vec::<LoadBalancer>::new()).seen(true, |cx| Distributions::assess(&one, cx));
    assert_eq!(read.expect("an assessment").health, Health::Bad);
    one.status = Some("InProgress".to_owned());
    one.origins.clear();
    let told = Shelves::default().seen(true, |cx| Distributions::assess(&one, cx)).expect("an assessment");
    assert_eq!(told.health, Health::Changing);
}
