//! What somebody did in the account, as CloudTrail recorded it. Our own type for it: what is kept of AWS's answer, in our
//! words. Of a request's parameters only those that name something are kept: others may hold secrets. Plain data.

use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{KindName, Resource};

/// One call that changed something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrailEvent {
    /// EventId.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// `UpdateService`.
    pub name: String,
    /// `ecs.amazonaws.com`.
    pub source: String,
    /// The caller's ARN, or the service that called.
    pub who: Option<String>,
    /// By what it was called: `console`, `aws-cli`, `terraform`, …
    pub via: Option<String>,
    /// From which address, where it was a person's or a program's.
    pub from: Option<String>,
    /// AWS's request id: the one that an answer to a change of ours carries.
    pub request: Option<String>,
    /// The names of the resources that CloudTrail tells; often none.
    pub resources: Vec<String>,
    /// The request's parameters that name something: `service`, `dBInstanceIdentifier`, …
    pub parameters: Vec<(String, String)>,
    /// Why it was refused, if it was.
    pub error: Option<String>,
}

impl Resource for TrailEvent {
    const KIND: KindName = KindName("trail-event");

    fn key(&self) -> &str {
        &self.id
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        self.id.hash(into);
    }
}

/// The part that holds what was done since a moment: by the hour, so that the same part is asked for again.
#[must_use]
pub fn part(since: Timestamp) -> String {
    (since.as_second().div_euclid(3600) * 3600).to_string()
}

/// Around a moment, in seconds: enough for CloudTrail's whole seconds and a call that was slow.
const AROUND: i64 = 90;

/// The part that holds what was done around a moment that may be long ago.
#[must_use]
pub fn around(at: Timestamp) -> String {
    let at = at.as_second();
    format!("{}-{}", at - AROUND, at + AROUND)
}

/// From when and until when a part is; the end only of those around a moment. `None` for what names no time.
pub(super) fn times(part: &str) -> Option<(i64, Option<i64>)> {
    match part.split_once('-') {
        Some((from, until)) => Some((from.parse().ok()?, Some(until.parse().ok()?))),
        None => Some((part.parse().ok()?, None)),
    }
}

/// What a caller is called by, from its user agent and the service it came through.
#[must_use]
pub(super) fn via(agent: &str, invoked_by: Option<&str>) -> Option<String> {
    if let Some(service) = invoked_by.filter(|service| service.ends_with(".amazonaws.com")) {
        return Some(service.trim_end_matches(".amazonaws.com").to_owned());
    }
    let lower = agent.to_lowercase();
    const KNOWN: [(&str, &str); 9] = [
        ("toban/", "toban"),
        ("console.amazonaws.com", "console"),
        ("aws-internal", "console"),
        ("terraform", "terraform"),
        ("pulumi", "pulumi"),
        ("cloudformation", "cloudformation"),
        ("aws-cli", "aws-cli"),
        ("github", "github"),
        ("boto3", "boto3"),
    ];
    let known = KNOWN.iter().find(|(sign, _)| lower.contains(sign)).map(|(_, name)| (*name).to_owned());
    known.or_else(|| {
        // A browser is the web console's.
        if lower.starts_with("mozilla/") {
            return Some("console".to_owned());
        }
        let first = agent.split(['/', ' ']).next().unwrap_or_default();
        (!first.is_empty() && first.len() <= 40).then(|| first.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{around, part, times, via};

    #[rstest]
    #[case("aws-cli/2.15.0 Python/3.11", None, Some("aws-cli"))]
    #[case("APN/1.0 HashiCorp/1.0 Terraform/1.7.0 aws-sdk-go-v2/1.24", None, Some("terraform"))]
    #[case("Mozilla/5.0 (Macintosh)", None, Some("console"))]
    #[case("cloudformation.amazonaws.com", Some("cloudformation.amazonaws.com"), Some("cloudformation"))]
    #[case("scheduler.amazonaws.com", Some("scheduler.amazonaws.com"), Some("scheduler"))]
    #[case("aws-sdk-rust/1.3", None, Some("aws-sdk-rust"))]
    #[case("", None, None)]
    fn a_caller_is_called_by_its_program(#[case] agent: &str, #[case] by: Option<&str>, #[case] is: Option<&str>) {
        assert_eq!(via(agent, by).as_deref(), is);
    }

    #[rstest]
    #[case("1795233600", Some((1_795_233_600, None)))]
    #[case("100-280", Some((100, Some(280))))]
    #[case("arn:aws:ecs:eu-west-1:1:service/a-b/c", None)]
    #[case("", None)]
    fn a_part_names_its_times(#[case] part: &str, #[case] named: Option<(i64, Option<i64>)>) {
        assert_eq!(times(part), named);
        let at = "2026-11-21T05:02:11Z".parse().expect("a moment");
        assert_eq!(times(&around(at)).map(|(from, until)| until.map(|until| until - from)), Some(Some(180)));
    }

    #[test]
    fn a_part_stays_the_same_within_an_hour() {
        let at = |text: &str| part(text.parse().expect("a moment"));
        assert_eq!(at("2026-11-21T05:02:11Z"), at("2026-11-21T05:59:59Z"));
        assert_ne!(at("2026-11-21T05:02:11Z"), at("2026-11-21T06:00:00Z"));
    }
}
