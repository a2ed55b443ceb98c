//! Reads this kind from AWS: route53:ListHostedZones and route53:ListResourceRecordSets of each. Route 53 is there once for all
//! regions: a zone is kept where one of its records points into this region, or to one of its distributions. The only file of
//! the kind that may touch the network; reading operations only.

use roxmltree::{Document, Node};

use super::model::{DnsZone, Record};
use crate::aws::{Find, Paged, Rest, concurrently, named, named_pages};
use crate::kinds::FetchContext;
use crate::kinds::distribution::Distribution;
use crate::world::{Fault, FaultKind, Reading};

const ZONES: &str = "route53:ListHostedZones";
const RECORDS: &str = "route53:ListResourceRecordSets";
/// Of a zone so many pages of three hundred records are read.
const MOST_PAGES: usize = 5;

/// Reads the zones that are this region's business.
///
/// # Errors
/// The fault of the list; a zone whose records cannot be read is left out, and that is noted once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DnsZone>, Fault> {
    let Paged { items: zones, cut } = named_pages(ZONES, None, |token| async move {
        let query = [("maxitems", Some("100")), ("marker", token.as_deref())];
        let sent = ask.aws.route53.call("ListHostedZones", Rest::get(&["hostedzone"], &query));
        let xml = ask.aws.call(ZONES, None, sent).await?;
        let document = parsed(&xml, ZONES, "ListHostedZonesResponse")?;
        let root = document.root_element();
        let zones = members(root, "HostedZones", "HostedZone").into_iter().map(zone).collect();
        Ok((zones, root.text_of("NextMarker")))
    })
    .await?;
    let read = concurrently(zones, |zone: DnsZone| async move {
        let got = records(ask, &zone.id).await;
        (zone, got)
    });
    let (mut all, mut notes) = (Vec::new(), cut.into_iter().collect::<Vec<Fault>>());
    for (zone, got) in read.await {
        match got {
            Ok(Paged { items: records, cut }) => {
                all.push(DnsZone { records, ..zone });
                notes.extend(cut);
            }
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) if notes.iter().any(|note| note.kind == fault.kind) => {}
            Err(fault) => notes.push(fault),
        }
    }
    all.retain(|zone| is_of(zone, ask));
    Ok(Reading { notes, ..Reading::whole(all) })
}

fn is_of(zone: &DnsZone, ask: FetchContext<'_>) -> bool {
    let region = ask.scope.region.as_str();
    let of_distribution =
        |to: &str| ask.known.all::<Distribution>(ask.scope).any(|it| it.host.eq_ignore_ascii_case(to));
    zone.records.iter().any(|record| record.to.split('.').any(|label| label == region) || of_distribution(&record.to))
}

async fn records(ask: FetchContext<'_>, zone: &str) -> Result<Paged<Record>, Fault> {
    let (mut all, mut from) = (Vec::new(), None::<(String, String)>);
    for _ in 0..MOST_PAGES {
        let next = from.take();
        let name = next.as_ref().map(|(name, _)| name.as_str());
        let kind = next.as_ref().map(|(_, kind)| kind.as_str());
        let query = [("maxitems", Some("300")), ("name", name), ("type", kind)];
        let path = ["hostedzone", zone, "rrset"];
        let sent = ask.aws.route53.call("ListResourceRecordSets", Rest::get(&path, &query));
        let xml = ask.aws.call(RECORDS, Some(zone), sent).await?;
        let document = parsed(&xml, RECORDS, "ListResourceRecordSetsResponse")?;
        let root = document.root_element();
        all.extend(members(root, "ResourceRecordSets", "ResourceRecordSet").into_iter().map(record));
        from = root.text_of("NextRecordName").zip(root.text_of("NextRecordType"));
        if from.is_none() {
            break;
        }
    }
    let (items, nameless) = named(RECORDS, Some(zone), all);
    let more = from.map(|_| {
        let message = format!("only the first {MOST_PAGES} pages of its records were read: there are more");
        Fault::new(FaultKind::Garbled, RECORDS, message).on(zone)
    });
    Ok(Paged { items: items.into_iter().flatten().collect(), cut: more.or(nameless) })
}

fn parsed<'x>(xml: &'x str, operation: &str, root: &str) -> Result<Document<'x>, Fault> {
    let document =
        Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, operation, error.to_string()))?;
    let name = document.root_element().tag_name().name().to_owned();
    match name == root {
        true => Ok(document),
        false => Err(Fault::new(FaultKind::Garbled, operation, format!("the answer is a {name}"))),
    }
}

fn members<'a, 'i>(of: Node<'a, 'i>, list: &str, name: &str) -> Vec<Node<'a, 'i>> {
    of.child(list).map(|list| list.children().filter(|node| node.is_called(name)).collect()).unwrap_or_default()
}

fn zone(from: Node<'_, '_>) -> Option<DnsZone> {
    let id = from.text_of("Id")?;
    Some(DnsZone {
        id: id.trim_start_matches("/hostedzone/").to_owned(),
        name: from.text_of("Name")?.trim_end_matches('.').to_owned(),
        private: from.child("Config").and_then(|it| it.text_of("PrivateZone")).as_deref() == Some("true"),
        records: Vec::new(),
    })
}

/// A record that points to a host of AWS; of another kind it is `Some(None)`, and none of our business. `None` for one
/// without a name or a type.
fn record(from: Node<'_, '_>) -> Option<Option<Record>> {
    let kind = from.text_of("Type")?;
    // AWS writes `*` as an octal number.
    let name = from.text_of("Name")?.trim_end_matches('.').replace("\\052", "*");
    let alias = from.child("AliasTarget").and_then(|it| it.text_of("DNSName"));
    let plain = || {
        let values = members(from, "ResourceRecords", "ResourceRecord");
        values.first().and_then(|it| it.text_of("Value")).filter(|_| kind == "CNAME")
    };
    let to = alias.or_else(plain).map(|to| to.trim_end_matches('.').to_lowercase());
    let to = to.map(|to| to.strip_prefix("dualstack.").map(str::to_owned).unwrap_or(to));
    let is_aws =
        |to: &String| [".elb.amazonaws.com", ".cloudfront.net", ".execute-api."].iter().any(|part| to.contains(part));
    Some(to.filter(is_aws).map(|to| Record { name, kind, to }))
}
