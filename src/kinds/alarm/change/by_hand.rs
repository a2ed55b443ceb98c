//! Mute rules that a person made: one writes a rule for one alarm or for those of an environment, one deletes such a rule.
//! Their names tell what they are and when they end, so that a second rule never takes the place of the first.

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::{AT_ONCE, DELETE, PUT, delete, minute, next_minute, put, utc};
use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::alarm::Alarm;
use crate::text::counted;
use crate::world::{EnvironmentName, Fault, Resource, ResourceId, Scope};

/// What the names of these rules begin with.
const PREFIX: &str = "toban-mute-";
/// How long the part of a rule's name may be that says what it mutes; CloudWatch takes 255 characters for all of it.
const LABEL: usize = 180;

/// What becomes of a rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum RuleWrite {
    /// It mutes these alarms from a minute until another.
    Put {
        /// They.
        alarms: Vec<String>,
        /// From when on.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// It goes.
    Delete,
}

/// Writing or deleting one rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct MuteByHand {
    /// Its name.
    pub rule: String,
    /// What becomes of it.
    pub write: RuleWrite,
    /// For which environment.
    pub environment: EnvironmentName,
    /// Where.
    pub scope: Scope,
}

/// Whether a rule of that name was made here by a person, and may be taken back so.
#[must_use]
pub(crate) fn is_by_hand(rule: &str) -> bool {
    rule.starts_with(PREFIX)
}

/// The rules that mute `alarms` of an environment in one scope from the next minute until `until`: a hundred alarms each.
/// `one` says that a single alarm is meant.
#[must_use]
pub(crate) fn rules_by_hand(
    alarms: &[String],
    one: bool,
    (environment, scope): (&EnvironmentName, &Scope),
    (now, until): (Timestamp, Timestamp),
) -> Vec<MuteByHand> {
    let (from, until) = (next_minute(now), minute(until));
    let end = until.strftime("%Y%m%d%H%M");
    let made = |(at, names): (usize, &[String])| {
        let of = match names {
            [name] if one => format!("{}-{}", plain(name), mark(name)),
            _ if at == 0 => "all".to_owned(),
            _ => format!("all-{}", at + 1),
        };
        let label: String = format!("{}-{of}", plain(environment.as_str())).chars().take(LABEL).collect();
        let write = RuleWrite::Put { alarms: names.to_vec(), from, until };
        let rule = format!("{PREFIX}{label}-{end}");
        MuteByHand { rule, write, environment: environment.clone(), scope: scope.clone() }
    };
    alarms.chunks(AT_ONCE).enumerate().map(made).collect()
}

/// `text` with nothing in it that has a meaning in an ARN, and not too long.
fn plain(text: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    text.chars().map(kept).take(LABEL / 2).collect()
}

/// What tells the rules of two alarms apart whose names look the same once they are plain.
fn mark(name: &str) -> String {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:06x}", hash & 0x00ff_ffff)
}

impl MuteByHand {
    /// The API call, in words.
    pub(crate) fn call(&self) -> String {
        match &self.write {
            RuleWrite::Put { alarms, until, .. } => {
                format!("{PUT} {}: {}, until {}", self.rule, counted(alarms.len(), "alarm"), utc(*until))
            }
            RuleWrite::Delete => format!("{DELETE} {}", self.rule),
        }
    }
}

impl Change for MuteByHand {
    fn plan(&self) -> Plan {
        let message = match &self.write {
            RuleWrite::Put { alarms, until, .. } => {
                format!("mute {} of {} until {}", counted(alarms.len(), "alarm"), self.environment, utc(*until))
            }
            RuleWrite::Delete => format!("delete the mute rule {}", self.rule),
        };
        Plan::new(message, self.environment.clone(), self.change_request().on, vec![self.call()])
    }

    fn change_request(&self) -> ChangeRequest {
        let on = ResourceId { kind: Alarm::KIND, scope: self.scope.clone(), key: self.rule.as_str().into() };
        let (verb, arguments) = match &self.write {
            RuleWrite::Put { alarms, until, .. } => {
                let named = alarms.iter().map(|name| ("alarm", name.clone()));
                ("mute", named.chain([("until", until.to_string())]).collect())
            }
            RuleWrite::Delete => ("unmute", Vec::new()),
        };
        ChangeRequest { verb, on, arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let (id, message) = match &self.write {
                RuleWrite::Put { alarms, from, until } => {
                    let why = format!("muted by hand (toban), {}", self.environment);
                    let id = put(aws, &self.rule, alarms, (*from, *until), why).await?;
                    (id, format!("muted until {}", utc(*until)))
                }
                RuleWrite::Delete => (delete(aws, &self.rule).await?, "unmuted".to_owned()),
            };
            Ok(Receipt { request_ids: id.into_iter().collect(), message: Some(message), ..Receipt::default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::Client;
    use aws_sdk_cloudwatch::operation::delete_alarm_mute_rule::DeleteAlarmMuteRuleOutput;
    use aws_sdk_cloudwatch::operation::put_alarm_mute_rule::PutAlarmMuteRuleOutput;
    use aws_sdk_cloudwatch::types::Rule;
    use aws_smithy_mocks::mock;
    use rstest::rstest;

    use super::*;
    use crate::aws::mocked;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{at, now, scope};

    fn made(alarms: &[String], one: bool) -> Vec<MuteByHand> {
        let environment = EnvironmentName::from("city-prod");
        rules_by_hand(alarms, one, (&environment, &scope()), (now(), at("2026-11-21T09:30:40Z")))
    }

    #[test]
    fn a_rule_takes_a_hundred_alarms_and_its_name_tells_what_it_is() {
        let names: Vec<String> = (0..130).map(|n| format!("alarm-{n}")).collect();
        let rules: Vec<String> = made(&names, false).into_iter().map(|one| one.rule).collect();
        assert_eq!(rules, ["toban-mute-city-prod-all-202611210930", "toban-mute-city-prod-all-2-202611210930"]);
        assert!(rules.iter().all(|rule| is_by_hand(rule)) && !is_by_hand("toban-sleep-city-prod"));
    }

    #[rstest]
    #[case::slash("5xx/api", "5xx:api")]
    #[case::japanese("応答なし", "遅延あり")]
    #[case::case("CPU", "cpu")]
    fn rules_of_two_alarms_never_share_a_name(#[case] one: &str, #[case] other: &str) {
        let name = |alarm: &str| made(&[alarm.to_owned()], true).remove(0).rule;
        assert_ne!(name(one), name(other));
        let long = name(&"x".repeat(255));
        assert!(long.len() <= 255 && long.is_ascii(), "{long}");
        assert!(name(one).chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{}", name(one));
    }

    #[tokio::test]
    async fn a_rule_is_written_for_its_alarms_and_deleted_by_its_name() {
        let put = mock!(Client::put_alarm_mute_rule)
            .match_requests(|input| {
                let schedule = input.rule().and_then(Rule::schedule).expect("a schedule");
                let alarms = input.mute_targets().expect("targets").alarm_names().join(",");
                schedule.expression() == Some("at(2026-11-21T05:03)")
                    && schedule.duration() == Some("PT4H27M")
                    && alarms == "cpu"
                    && input.expire_date().is_some()
            })
            .then_output(|| PutAlarmMuteRuleOutput::builder().build());
        let gone = mock!(Client::delete_alarm_mute_rule)
            .match_requests(|input| input.alarm_mute_rule_name().is_some_and(is_by_hand))
            .then_output(|| DeleteAlarmMuteRuleOutput::builder().build());
        let (put, gone) = ([put], [gone]);
        let mute = made(&["cpu".to_owned()], true).remove(0);
        let unmute = MuteByHand { write: RuleWrite::Delete, ..mute.clone() };
        for (change, rules, message) in [(mute, &put, "muted until 2026-11-21 09:30 UTC"), (unmute, &gone, "unmuted")] {
            let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, rules), ..Clients::silent() };
            let at = GateContext::seen_at(now());
            let approved =
                Gate::default().approve(Box::new(change), &Confirmation::Yes, None, &at).expect("nothing hinders it");
            let receipt = approved.perform(&aws).await.expect("it is done");
            assert_eq!((receipt.message.as_deref(), rules[0].num_calls()), (Some(message), 1));
        }
    }
}
