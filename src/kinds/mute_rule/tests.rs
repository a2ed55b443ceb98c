//! What is read of mute rules: all pages of those that mute now or later, their windows, and what stays where a part is
//! refused.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::operation::list_alarm_mute_rules::ListAlarmMuteRulesOutput;
use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, AlarmMuteRuleSummary, MuteTargets, Rule, Schedule};
use aws_smithy_mocks::{Rule as Answered, mock};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use rstest::rstest;

use super::{MuteRule, Window, fetch};
use crate::aws::{Clients, mocked};
use crate::kinds::testing::{ask, know, parts, scope};
use crate::world::{Arn, Coverage, Fault, FaultKind, Reading, World};

fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch:ap-northeast-1:1:alarm-mute-rule:{name}")
}

fn page(names: &[&str], next: Option<&str>) -> ListAlarmMuteRulesOutput {
    let one = |name: &&str| AlarmMuteRuleSummary::builder().alarm_mute_rule_arn(arn(name)).build();
    let all = names.iter().map(one).collect();
    ListAlarmMuteRulesOutput::builder()
        .set_alarm_mute_rule_summaries(Some(all))
        .set_next_token(next.map(str::to_owned))
        .build()
}

fn detail(expression: &str, expires: Option<&str>) -> GetAlarmMuteRuleOutput {
    let schedule = Schedule::builder().expression(expression).duration("P15D").timezone("Asia/Tokyo").build();
    GetAlarmMuteRuleOutput::builder()
        .rule(Rule::builder().schedule(schedule).build())
        .mute_targets(MuteTargets::builder().alarm_names("cpu").build())
        .status(AlarmMuteRuleStatus::Active)
        .set_expire_date(expires.map(|text| DateTime::from_secs(at(text).as_second())))
        .build()
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

async fn read(rules: &[Answered], known: &World, coverage: &Coverage) -> Result<Reading<MuteRule>, Fault> {
    let aws = Clients { cloudwatch: mocked!(aws_sdk_cloudwatch, rules), ..Clients::silent() };
    let scope = scope();
    fetch::read(ask(&aws, &scope, known, coverage)).await
}

fn items(reading: &Reading<MuteRule>) -> &[MuteRule] {
    let [(_, Ok(rules))] = reading.parts.as_slice() else { panic!("one part: {:?}", reading.parts) };
    rules
}

#[tokio::test]
async fn rules_that_mute_now_or_later_are_read_with_their_alarms() {
    let first = mock!(Client::list_alarm_mute_rules)
        .match_requests(|input| {
            input.next_token().is_none()
                && input.statuses() == [AlarmMuteRuleStatus::Active, AlarmMuteRuleStatus::Scheduled]
        })
        .then_output(|| page(&["once"], Some("n")));
    let second = mock!(Client::list_alarm_mute_rules)
        .match_requests(|input| input.next_token() == Some("n"))
        .then_output(|| page(&["nightly"], None));
    let once = mock!(Client::get_alarm_mute_rule)
        .match_requests(|input| input.alarm_mute_rule_name() == Some("once"))
        .then_output(|| detail("at(2026-11-21T14:03)", None));
    let nightly = mock!(Client::get_alarm_mute_rule)
        .match_requests(|input| input.alarm_mute_rule_name() == Some("nightly"))
        .then_output(|| detail("cron(0 22 * * *)", None));
    let reading = read(&[first, second, once, nightly], &World::default(), &Coverage::All).await.expect("a harvest");
    let [once, nightly] = items(&reading) else { panic!("two rules: {reading:?}") };
    assert_eq!((once.name.as_str(), once.alarms.as_slice()), ("once", ["cpu".to_owned()].as_slice()));
    let window = Window { from: at("2026-11-21T05:03:00Z"), until: at("2026-12-06T05:03:00Z") };
    assert_eq!((once.window, nightly.window), (Some(window), None));
    // A single window is held against the clock, one that recurs is as AWS said when it was read.
    assert!(once.is_ahead(at("2026-11-21T05:02:59Z")) && !once.mutes(at("2026-11-21T05:02:59Z")));
    assert!(once.mutes(at("2026-11-21T05:03:00Z")) && !once.mutes(at("2026-12-06T05:03:00Z")));
    assert!(nightly.mutes(at("2026-11-21T05:03:00Z")) && !nightly.is_ahead(at("2026-11-21T05:03:00Z")));
}

#[rstest]
#[case::expires_first("at(2026-11-21T14:03)", Some("2026-11-22T00:00:00Z"), Some("2026-11-22T00:00:00Z"))]
#[case::lasts_less("at(2026-11-21T14:03)", Some("2027-01-01T00:00:00Z"), Some("2026-12-06T05:03:00Z"))]
#[case::garbled("at(tomorrow)", None, None)]
#[tokio::test]
async fn a_window_ends_with_its_length_or_its_rule(
    #[case] expression: &'static str,
    #[case] expires: Option<&'static str>,
    #[case] until: Option<&str>,
) {
    let list = mock!(Client::list_alarm_mute_rules).then_output(|| page(&["once"], None));
    let get = mock!(Client::get_alarm_mute_rule).then_output(move || detail(expression, expires));
    let reading = read(&[list, get], &World::default(), &Coverage::All).await.expect("a harvest");
    assert_eq!(items(&reading)[0].window.map(|window| window.until), until.map(at));
}

#[tokio::test]
async fn rules_that_may_not_be_read_closer_stay_as_they_were_and_are_told_once() {
    let list = mock!(Client::list_alarm_mute_rules).then_output(|| page(&["a", "b"], None));
    let no = mock!(Client::get_alarm_mute_rule)
        .sequence()
        .http_status(403, Some(r#"{"__type":"AccessDeniedException","message":"no"}"#.to_owned()))
        .times(2)
        .build();
    let mut known = World::default();
    let kept = MuteRule {
        arn: Arn::from(arn("a")),
        name: "a".to_owned(),
        status: "ACTIVE".to_owned(),
        alarms: vec!["cpu".to_owned()],
        window: None,
    };
    know(&mut known, vec![kept.clone()]);
    let reading = read(&[list, no], &known, &Coverage::All).await.expect("a harvest");
    assert_eq!(items(&reading), [kept]);
    let [note] = reading.notes.as_slice() else { panic!("{:?}", reading.notes) };
    assert_eq!(note.operation, "cloudwatch:GetAlarmMuteRule");
}

#[tokio::test]
async fn a_rule_that_went_meanwhile_is_gone_and_a_probe_asks_little() {
    let list = mock!(Client::list_alarm_mute_rules).then_output(|| page(&["a", "b", "c"], None));
    let gone = mock!(Client::get_alarm_mute_rule).then_error(|| {
        use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleError;
        use aws_sdk_cloudwatch::types::error::ResourceNotFoundException;
        use aws_smithy_types::error::ErrorMetadata;
        let meta = ErrorMetadata::builder().code("ResourceNotFoundException").build();
        GetAlarmMuteRuleError::ResourceNotFoundException(ResourceNotFoundException::builder().meta(meta).build())
    });
    let rules = [list, gone];
    let reading = read(&rules, &World::default(), &parts(&[""])).await.expect("a harvest");
    assert!(items(&reading).is_empty() && reading.notes.is_empty(), "{reading:?}");
    assert_eq!(rules[1].num_calls(), 1);
}

#[tokio::test]
async fn a_list_that_is_refused_is_a_fault() {
    let no = mock!(Client::list_alarm_mute_rules).then_error(|| {
        use aws_sdk_cloudwatch::operation::list_alarm_mute_rules::ListAlarmMuteRulesError;
        use aws_smithy_types::error::ErrorMetadata;
        ListAlarmMuteRulesError::generic(ErrorMetadata::builder().code("AccessDenied").message("no").build())
    });
    let fault = read(&[no], &World::default(), &Coverage::All).await.expect_err("a denial");
    assert_eq!((fault.kind, fault.operation.as_str()), (FaultKind::Denied, "cloudwatch:ListAlarmMuteRules"));
}
