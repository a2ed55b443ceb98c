//! How zones are read, and what is told of a record that points to nothing.

use super::{DnsZone, DnsZones};
use crate::aws::{Clients, RestXml, Script};
use crate::kinds::Kind;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::testing::{ask, scope};
use crate::kinds::testing_samples::Shelves;
use crate::world::{Coverage, FaultKind, Health, Reading, World};

const ZONES: &str = r#"<ListHostedZonesResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HostedZones>
<HostedZone><Id>/hostedzone/Z1</Id><Name>example.jp.</Name><Config><PrivateZone>false</PrivateZone></Config></HostedZone>
</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>"#;
const RECORDS: &str = r#"<ListResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ResourceRecordSets>
<ResourceRecordSet><Name>city.example.jp.</Name><Type>A</Type><AliasTarget><HostedZoneId>Z14</HostedZoneId>
<DNSName>dualstack.city-prod-alb-1.ap-northeast-1.elb.amazonaws.com.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet>
<ResourceRecordSet><Name>example.jp.</Name><Type>MX</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>10 mail.example.jp.</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>
<ResourceRecordSet><Name>\052.dev.example.jp.</Name><Type>CNAME</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>d1.cloudfront.net</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>
</ResourceRecordSets><IsTruncated>false</IsTruncated></ListResourceRecordSetsResponse>"#;

async fn read(script: &Script) -> Reading<DnsZone> {
    let aws = Clients { route53: RestXml::by(script), ..Clients::silent() };
    let (scope, known) = (scope(), World::default());
    DnsZones::read(ask(&aws, &scope, &known, &Coverage::All)).await.expect("zones")
}

#[tokio::test]
async fn records_into_aws_are_kept_and_one_that_points_to_nothing_is_worrying() {
    let reading = read(&Script::new([(200, ZONES), (200, RECORDS)])).await;
    let one = reading.parts[0].1.as_ref().expect("zones").first().expect("one").clone();
    let records: Vec<(&str, &str)> = one.records.iter().map(|it| (it.name.as_str(), it.to.as_str())).collect();
    assert_eq!(
        records,
        [
            ("city.example.jp", "city-prod-alb-1.ap-northeast-1.elb.amazonaws.com"),
            ("*.dev.example.jp", "d1.cloudfront.net")
        ]
    );
    let unread = Shelves::default().seen(true, |cx| DnsZones::assess(&one, cx)).expect("an assessment");
    assert_eq!(unread.health, Health::Well);
    Shelves::default().with(Vec::<LoadBalancer>::new()).seen(true, |cx| {
        assert_eq!(DnsZones::assess(&one, cx).expect("an assessment").health, Health::Worrying);
        assert_eq!(DnsZones::to_json(&one, cx).expect("an object")["dangling"][0], "city.example.jp");
        assert_eq!(DnsZones::rows(&one, cx)[0].cells.len(), DnsZones::SHOWN.expect("shown").columns.len());
        assert_eq!(DnsZones::detail(&one, cx).len(), 2);
    });
    assert!(DnsZones::web(&one, &scope()).is_some());
}

#[tokio::test]
async fn a_denial_costs_the_zone_and_none_is_none() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let reading = read(&Script::new([(200, ZONES), (403, denied)])).await;
    assert_eq!(reading.notes.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Denied]);
    let none = "<ListHostedZonesResponse><HostedZones/></ListHostedZonesResponse>";
    assert_eq!(read(&Script::new([(200, none)])).await.parts[0].1.as_ref().map(Vec::len), Ok(0));
}
