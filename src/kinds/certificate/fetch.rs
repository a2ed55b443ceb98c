//! Reads this kind from AWS: acm:ListCertificates, and acm:DescribeCertificate for those that are in use; those of CloudFront
//! are asked for by their ARN where it takes them from. The only file of the kind that may touch the network; reading
//! operations only.

use serde_json::{Value, json};

use super::model::Certificate;
use crate::aws::fields::{items, moment, text, words};
use crate::aws::{Json, Paged, concurrently, named_pages};
use crate::kinds::FetchContext;
use crate::kinds::distribution::Distribution;
use crate::world::{Arn, Fault, FaultKind, Reading};

const LIST: &str = "acm:ListCertificates";
const DESCRIBE: &str = "acm:DescribeCertificate";
/// Without them ACM lists RSA certificates of 2048 bits only.
const KEYS: [&str; 7] =
    ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"];

/// Reads the certificates that are in use.
///
/// # Errors
/// The fault of the list; one that cannot be looked at is kept as the list tells it, and that is noted once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Certificate>, Fault> {
    let Paged { items: listed, cut } = named_pages(LIST, None, |token| async move {
        let mut body = json!({ "MaxItems": 1000, "Includes": { "keyTypes": KEYS } });
        if let (Some(token), Some(fields)) = (token, body.as_object_mut()) {
            fields.insert("NextToken".to_owned(), json!(token));
        }
        let answer = ask.aws.call(LIST, None, ask.aws.acm.call("ListCertificates", body)).await?.body;
        Ok((items(&answer, "CertificateSummaryList").map(listed).collect(), text(&answer, "NextToken")))
    })
    .await?;
    let mut wanted: Vec<(Certificate, bool)> =
        listed.into_iter().filter(|(_, in_use)| *in_use != Some(false)).map(|(one, _)| (one, false)).collect();
    for arn in ask.known.all::<Distribution>(ask.scope).filter_map(|it| it.certificate.as_ref()) {
        if !wanted.iter().any(|(known, _)| known.arn == *arn) {
            wanted.push((Certificate { arn: arn.clone(), name: arn.last().to_owned(), ..nothing() }, true));
        }
    }
    let read = concurrently(wanted, |(listed, at_home): (Certificate, bool)| async move {
        let client = if at_home { &ask.aws.acm_at_home } else { &ask.aws.acm };
        let got = one(ask, client, listed.arn.as_str()).await;
        (listed, at_home, got)
    });
    let (mut all, mut notes) = (Vec::new(), cut.into_iter().collect::<Vec<Fault>>());
    for (listed, at_home, got) in read.await {
        match got {
            Ok(full) => all.extend(Some(full).filter(|full| at_home || !full.used_by.is_empty())),
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
                let known = ask.known.by_key::<Certificate>(ask.scope, listed.arn.as_str());
                all.extend(known.cloned().or_else(|| Some(listed).filter(|_| !at_home)));
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(all) })
}

async fn one(ask: FetchContext<'_>, client: &Json, arn: &str) -> Result<Certificate, Fault> {
    let sent = client.call("DescribeCertificate", json!({ "CertificateArn": arn }));
    let answer = ask.aws.call(DESCRIBE, Some(arn), sent).await?.body;
    let found = answer.get("Certificate").and_then(certificate);
    found.ok_or_else(|| Fault::new(FaultKind::Garbled, DESCRIBE, "the answer names no certificate").on(arn))
}

fn nothing() -> Certificate {
    Certificate {
        arn: Arn::from(""),
        name: String::new(),
        names: Vec::new(),
        status: "UNKNOWN".to_owned(),
        kind: None,
        until: None,
        renewal: None,
        reason: None,
        waiting: Vec::new(),
        used_by: Vec::new(),
    }
}

fn listed(from: &Value) -> Option<(Certificate, Option<bool>)> {
    Some((certificate(from)?, from.get("InUse").and_then(Value::as_bool)))
}

fn certificate(from: &Value) -> Option<Certificate> {
    let renewal = from.get("RenewalSummary");
    let name = text(from, "DomainName")?;
    let names: Vec<String> = words(from, "SubjectAlternativeNames").into_iter().filter(|one| *one != name).collect();
    let options = items(from, "DomainValidationOptions");
    let waits = options.filter(|it| text(it, "ValidationStatus").as_deref() == Some("PENDING_VALIDATION"));
    Some(Certificate {
        arn: Arn::from(text(from, "CertificateArn")?),
        names,
        status: text(from, "Status").unwrap_or_else(|| "UNKNOWN".to_owned()),
        kind: text(from, "Type"),
        until: moment(from, "NotAfter"),
        renewal: renewal.and_then(|it| text(it, "RenewalStatus")),
        reason: text(from, "FailureReason").or_else(|| renewal.and_then(|it| text(it, "RenewalStatusReason"))),
        waiting: waits.filter_map(|it| text(it, "DomainName")).collect(),
        used_by: words(from, "InUseBy"),
        name,
    })
}
