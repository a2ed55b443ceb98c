//! Mutes alarms for a while and lets them speak again, by a mute rule of our own: cloudwatch:PutAlarmMuteRule,
//! cloudwatch:DeleteAlarmMuteRule. Needs the gate's pass. The rule ends by itself, so that nothing is silent for ever. One
//! that is there is replaced whole, so it is read first: one with fields that are not known here is left alone.

mod by_hand;

pub(crate) use by_hand::{MuteByHand, RuleWrite, is_by_hand, rules_by_hand};

use aws_sdk_cloudwatch::types::{MuteTargets, Rule, Schedule};
use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use super::AlarmMute;
use super::model::Alarm;
use crate::aws::{Clients, RawAnswer, at, knows_all};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope};

const GET: &str = "cloudwatch:GetAlarmMuteRule";
const PUT: &str = "cloudwatch:PutAlarmMuteRule";
const DELETE: &str = "cloudwatch:DeleteAlarmMuteRule";

/// The IAM actions it takes.
pub(super) const ACTIONS: &[&str] = &[PUT, DELETE];

/// The longest a rule mutes, as CloudWatch has it: fifteen days.
pub const MUTED_AT_MOST: SignedDuration = SignedDuration::from_hours(15 * 24);
/// How many alarms one rule takes.
const AT_ONCE: usize = 100;

/// Muting the alarms of an environment in one scope, or undoing that.
struct SwitchAlarmActions {
    mute: bool,
    names: Vec<String>,
    /// Beginning with the next minute: rules know no seconds.
    from: Timestamp,
    /// Until then, at most for as long as CloudWatch mutes.
    until: Timestamp,
    scope: Scope,
    environment: EnvironmentName,
}

/// What silences these alarms of an environment in one scope from `now` until then: when something else than us wakes it,
/// nobody lets them speak again. Without an end they are silent for as long as CloudWatch mutes.
#[must_use]
pub fn mute_alarms(
    names: &[String],
    environment: &EnvironmentName,
    scope: &Scope,
    (now, until): (Timestamp, Option<Timestamp>),
) -> AlarmMute {
    let from = next_minute(now);
    let latest = from.checked_add(MUTED_AT_MOST).unwrap_or(from);
    let soonest = from.checked_add(SignedDuration::from_mins(1)).unwrap_or(from);
    let until = until.map_or(latest, |at| minute(at).clamp(soonest, latest));
    let turn = |mute| {
        Box::new(SwitchAlarmActions {
            mute,
            names: names.to_vec(),
            from,
            until,
            scope: scope.clone(),
            environment: environment.clone(),
        })
    };
    AlarmMute { mute: turn(true), unmute: turn(false) }
}

/// The minute that `at` is in.
fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).unwrap_or(at)
}

/// The minute after the one that `now` is in: rules know no seconds.
fn next_minute(now: Timestamp) -> Timestamp {
    minute(now.checked_add(SignedDuration::from_mins(1)).unwrap_or(now))
}

/// Writes a rule that mutes `names` from a minute until another.
async fn put(
    aws: &Clients,
    rule: &str,
    names: &[String],
    (from, until): (Timestamp, Timestamp),
    why: String,
) -> Result<Option<String>, Fault> {
    let schedule = Schedule::builder()
        .expression(format!("at({})", from.strftime("%Y-%m-%dT%H:%M")))
        .duration(lasting(until.duration_since(from)))
        .timezone("UTC")
        .build();
    let request = aws
        .cloudwatch
        .put_alarm_mute_rule()
        .name(rule)
        .description(why)
        .rule(Rule::builder().schedule(schedule).build())
        .mute_targets(MuteTargets::builder().set_alarm_names(Some(names.to_vec())).build())
        .expire_date(at(until));
    aws.call(PUT, Some(rule), request.send()).await.map(|answer| answer.request_id().map(str::to_owned))
}

/// Deletes a rule; one that is not there is gone already.
async fn delete(aws: &Clients, rule: &str) -> Result<Option<String>, Fault> {
    let request = aws.cloudwatch.delete_alarm_mute_rule().alarm_mute_rule_name(rule);
    match aws.call(DELETE, Some(rule), request.send()).await {
        Ok(answer) => Ok(answer.request_id().map(str::to_owned)),
        Err(fault) if fault.kind == FaultKind::Gone => Ok(None),
        Err(fault) => Err(fault),
    }
}

impl SwitchAlarmActions {
    /// The names of its rules, one for each hundred alarms.
    fn rules(&self) -> Vec<(String, &[String])> {
        let chunks = self.names.chunks(AT_ONCE).enumerate();
        chunks
            .map(|(at, names)| match at {
                0 => (format!("toban-sleep-{}", self.environment), names),
                at => (format!("toban-sleep-{}-{}", self.environment, at + 1), names),
            })
            .collect()
    }

    /// Whether the rule, where it is there, has only fields that a write of it gives.
    async fn known(&self, aws: &Clients, rule: &str) -> Result<(), Fault> {
        let raw = RawAnswer::default();
        let asked = aws.cloudwatch.get_alarm_mute_rule().alarm_mute_rule_name(rule);
        match aws.call(GET, Some(rule), asked.customize().interceptor(raw.clone()).send()).await {
            Ok(_) => knows_all(PUT, rule, &raw.whole(), &known_fields()),
            Err(fault) if fault.kind == FaultKind::Gone => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// The fields of `GetAlarmMuteRule` in the API of 2010-08-01, as botocore has it (2026-11).
fn known_fields() -> serde_json::Value {
    serde_json::json!({
        "AlarmMuteRuleArn": null, "Description": null, "ExpireDate": null, "LastUpdatedTimestamp": null,
        "MuteTargets": { "AlarmNames": null }, "MuteType": null, "Name": null,
        "Rule": { "Schedule": { "Duration": null, "Expression": null, "Timezone": null } },
        "StartDate": null, "Status": null,
    })
}

/// An ISO 8601 duration of whole minutes: `P2DT18H5M`.
fn lasting(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    let part = |number: i64, unit: &str| if number > 0 { format!("{number}{unit}") } else { String::new() };
    let (days, time) = (part(minutes / 1440, "D"), part(minutes / 60 % 24, "H") + &part(minutes % 60, "M"));
    if time.is_empty() { format!("P{days}") } else { format!("P{days}T{time}") }
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Whether `rule` mutes alarms of `environment` while it sleeps, by its name.
pub(crate) fn is_of_sleep(rule: &str, environment: &str) -> bool {
    let Some(rest) = rule.strip_prefix("toban-sleep-").and_then(|rest| rest.strip_prefix(environment)) else {
        return false;
    };
    rest.is_empty() || rest.strip_prefix('-').is_some_and(|at| at.bytes().all(|one| one.is_ascii_digit()))
}

impl Change for SwitchAlarmActions {
    fn plan(&self) -> Plan {
        let count = crate::text::counted(self.names.len(), "alarm");
        let (message, call) = match self.mute {
            true => (format!("mute {count} of {} until {}", self.environment, utc(self.until)), PUT),
            false => (format!("unmute {count} of {}", self.environment), DELETE),
        };
        let calls = self.rules().iter().map(|(rule, _)| format!("{call} {rule}")).collect();
        Plan::new(message, self.environment.clone(), self.change_request().on, calls)
    }

    fn change_request(&self) -> ChangeRequest {
        let key = format!("toban-sleep-{}", self.environment);
        let on = ResourceId { kind: Alarm::KIND, scope: self.scope.clone(), key: key.as_str().into() };
        let mut arguments: Vec<_> = self.names.iter().map(|name| ("alarm", name.clone())).collect();
        if self.mute {
            arguments.push(("until", self.until.to_string()));
        }
        ChangeRequest { verb: if self.mute { "mute" } else { "unmute" }, on, arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let mut receipt = Receipt::default();
            for (rule, names) in self.rules() {
                let id = match self.mute {
                    true => {
                        self.known(aws, &rule).await?;
                        let why = format!("{} is asleep (toban)", self.environment);
                        put(aws, &rule, names, (self.from, self.until), why).await?
                    }
                    false => delete(aws, &rule).await?,
                };
                receipt.request_ids.extend(id);
            }
            let muted = || format!("muted until {}", utc(self.until));
            receipt.message = Some(if self.mute { muted() } else { "alarms unmuted".to_owned() });
            Ok(receipt)
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::Client;
    use aws_sdk_cloudwatch::operation::delete_alarm_mute_rule::DeleteAlarmMuteRuleOutput;
    use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleError;
    use aws_sdk_cloudwatch::operation::put_alarm_mute_rule::PutAlarmMuteRuleOutput;
    use aws_sdk_cloudwatch::types::error::ResourceNotFoundException;
    use aws_smithy_mocks::{Rule as Answered, mock};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;
    use crate::aws::mocked;
    use crate::change::gate::{Confirmation, Gate, GateContext};
    use crate::kinds::testing_samples::{now, scope};

    /// No rule is there yet, unless `rules` has one.
    async fn perform(change: Box<dyn Change>, rules: &[Answered]) -> Result<Receipt, Fault> {
        let absent = mock!(Client::get_alarm_mute_rule).then_error(|| {
            let meta = ErrorMetadata::builder().code("ResourceNotFoundException").build();
            let absent = ResourceNotFoundException::builder().meta(meta).build();
            GetAlarmMuteRuleError::ResourceNotFoundException(absent)
        });
        let rules: Vec<&Answered> = rules.iter().chain([&absent]).collect();
        let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, rules), ..Clients::silent() };
        let at = GateContext::seen_at(now());
        let approved = Gate::default().approve(change, &Confirmation::Yes, None, &at).expect("nothing hinders it");
        approved.perform(&aws).await
    }

    #[tokio::test]
    async fn a_rule_takes_a_hundred_alarms_and_ends_by_itself() {
        let names: Vec<String> = (0..130).map(|n| format!("alarm-{n}")).collect();
        let put = mock!(Client::put_alarm_mute_rule)
            .match_requests(|input| {
                let schedule = input.rule().and_then(Rule::schedule).expect("a schedule");
                let count = input.mute_targets().map_or(0, |targets| targets.alarm_names().len());
                schedule.expression() == Some("at(2026-11-21T05:03)")
                    && schedule.duration() == Some("P15D")
                    && input.expire_date().is_some()
                    && match input.name() {
                        Some("toban-sleep-city-dev") => count == 100,
                        Some("toban-sleep-city-dev-2") => count == 30,
                        _ => false,
                    }
            })
            .then_output(|| PutAlarmMuteRuleOutput::builder().build());
        let rules = [put];
        let alarm_mute = mute_alarms(&names, &"city-dev".into(), &scope(), (now(), None));
        assert!(perform(alarm_mute.mute, &rules).await.is_ok());
        assert_eq!(rules[0].num_calls(), 2);
    }

    #[tokio::test]
    async fn a_rule_ends_when_the_environment_is_woken_whoever_wakes_it() {
        let put = mock!(Client::put_alarm_mute_rule)
            .match_requests(|input| {
                let schedule = input.rule().and_then(Rule::schedule).expect("a schedule");
                let ends = input.expire_date().map(aws_smithy_types::DateTime::secs);
                schedule.duration() == Some("P1DT19H7M") && ends == Some(at("2026-11-23T00:10:00Z").as_second())
            })
            .then_output(|| PutAlarmMuteRuleOutput::builder().build());
        let until = Some(at("2026-11-23T00:10:00Z"));
        let alarm_mute = mute_alarms(&["a".to_owned()], &"city-dev".into(), &scope(), (now(), until));
        assert_eq!(alarm_mute.mute.plan().message, "mute 1 alarm of city-dev until 2026-11-23 00:10 UTC");
        let rules = [put];
        let receipt = perform(alarm_mute.mute, &rules).await.unwrap();
        assert_eq!(receipt.message.as_deref(), Some("muted until 2026-11-23 00:10 UTC"));
    }

    #[test]
    fn a_rule_mutes_for_a_minute_at_least_and_fifteen_days_at_most() {
        let ends =
            |until| mute_alarms(&[], &"dev".into(), &scope(), (now(), Some(at(until)))).mute.change_request().arguments;
        assert_eq!(ends("2026-01-01T00:00:00Z")[0].1, "2026-11-21T05:04:00Z");
        assert_eq!(ends("2027-06-01T00:00:00Z")[0].1, "2026-12-06T05:03:00Z");
        assert_eq!(lasting(SignedDuration::from_hours(30)), "P1DT6H");
        assert_eq!((lasting(SignedDuration::from_mins(59)), lasting(MUTED_AT_MOST)), ("PT59M".into(), "P15D".into()));
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_rule_that_is_not_there_is_gone_already() {
        let gone = mock!(Client::delete_alarm_mute_rule).then_output(|| DeleteAlarmMuteRuleOutput::builder().build());
        let rules = [gone];
        let alarm_mute = mute_alarms(&["a".to_owned()], &"city-dev".into(), &scope(), (now(), None));
        assert_eq!(alarm_mute.unmute.change_request().verb, "unmute");
        assert!(perform(alarm_mute.unmute, &rules).await.is_ok());
        assert_eq!(rules[0].num_calls(), 1);
    }

    /// `GetAlarmMuteRule` as CloudWatch writes it, with one more field in its rule.
    fn rule_with(field: &str) -> Answered {
        let mut said = aws_smithy_cbor::Encoder::new(Vec::new());
        said.begin_map().str("Name").str("toban-sleep-city-dev").str("Status").str("ACTIVE");
        said.str("Rule").map(1).str("Schedule").map(2).str("Expression").str("at(2026-11-21T05:03)");
        match field {
            "Timezone" => said.str(field).str("UTC"),
            _ => said.str(field).map(1).str("Weeks").integer(2),
        };
        said.end();
        let body = said.into_writer();
        mock!(Client::get_alarm_mute_rule).then_http_response(move || {
            let mut response = HttpResponse::new(200.try_into().unwrap(), SdkBody::from(body.clone()));
            response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
            response.headers_mut().insert("content-type", "application/cbor");
            response
        })
    }

    #[tokio::test]
    async fn a_rule_that_would_lose_a_field_is_left_alone_and_the_field_is_named() {
        for (field, is_written) in [("NewThing", false), ("Timezone", true)] {
            let put = mock!(Client::put_alarm_mute_rule).then_output(|| PutAlarmMuteRuleOutput::builder().build());
            let rules = [rule_with(field), put];
            let alarm_mute = mute_alarms(&["a".to_owned()], &"city-dev".into(), &scope(), (now(), None));
            let got = perform(alarm_mute.mute, &rules).await;
            assert_eq!((got.is_ok(), rules[1].num_calls()), (is_written, usize::from(is_written)), "{got:?}");
            if let Err(fault) = got {
                let said =
                    "toban-sleep-city-dev has what this toban does not know and would lose: Rule.Schedule.NewThing";
                assert!(fault.kind == FaultKind::Refused && fault.message.starts_with(said), "{fault}");
            }
        }
    }
}
