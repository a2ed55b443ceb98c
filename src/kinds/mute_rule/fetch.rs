//! Reads this kind from AWS: cloudwatch:ListAlarmMuteRules of those that mute now or later, cloudwatch:GetAlarmMuteRule
//! of each. The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_cloudwatch::operation::get_alarm_mute_rule::GetAlarmMuteRuleOutput;
use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, AlarmMuteRuleSummary, Schedule};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

use super::model::{MuteRule, Window};
use crate::aws::{Paged, concurrently, named_pages, text, when};
use crate::kinds::FetchContext;
use crate::world::{Arn, Coverage, Fault, FaultKind, Reading};

const LIST: &str = "cloudwatch:ListAlarmMuteRules";
const GET: &str = "cloudwatch:GetAlarmMuteRule";
/// How many rules are read closer where some is all that is asked for.
const SOME: usize = 1;

/// Reads every rule that mutes now or later, and which alarms.
///
/// # Errors
/// The fault of the list; a rule that can't be read closer is kept as it was known, and a note says so once.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<MuteRule>, Fault> {
    let Paged { items: mut rules, cut } = list(ask).await?;
    if *ask.coverage != Coverage::All {
        rules.truncate(SOME);
    }
    let read = concurrently(rules, |arn: Arn| async move {
        // The list tells ARNs alone; the last part of one is the rule's name.
        let name = arn.last().to_owned();
        let request = ask.aws.cloudwatch.get_alarm_mute_rule().alarm_mute_rule_name(&name);
        let got = ask.aws.call(GET, Some(&name), request.send()).await;
        (arn, got)
    });
    let mut items = Vec::new();
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    for (arn, got) in read.await {
        match got {
            Ok(answer) => items.push(rule(arn, &answer)),
            // It went while it was asked about.
            Err(fault) if fault.kind == FaultKind::Gone => {}
            Err(fault) => {
                items.extend(ask.known.by_key::<MuteRule>(ask.scope, arn.as_str()).cloned());
                if !notes.iter().any(|note| note.kind == fault.kind) {
                    notes.push(fault);
                }
            }
        }
    }
    Ok(Reading { notes, ..Reading::whole(items) })
}

async fn list(ask: FetchContext<'_>) -> Result<Paged<Arn>, Fault> {
    named_pages(LIST, None, |token| async move {
        let request = ask.aws.cloudwatch.list_alarm_mute_rules().max_records(100).set_next_token(token);
        let request = request.statuses(AlarmMuteRuleStatus::Active).statuses(AlarmMuteRuleStatus::Scheduled);
        let answer = ask.aws.call(LIST, None, request.send()).await?;
        let arns = answer.alarm_mute_rule_summaries().iter().map(AlarmMuteRuleSummary::alarm_mute_rule_arn);
        Ok((arns.map(|arn| arn.map(Arn::from)).collect(), text(answer.next_token())))
    })
    .await
}

fn rule(arn: Arn, from: &GetAlarmMuteRuleOutput) -> MuteRule {
    MuteRule {
        name: text(from.name()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        status: from.status().map_or("UNKNOWN", |status| status.as_str()).to_owned(),
        alarms: from.mute_targets().map(|targets| targets.alarm_names().to_vec()).unwrap_or_default(),
        window: from.rule().and_then(|rule| rule.schedule()).and_then(|it| window(it, when(from.expire_date()))),
    }
}

/// The window of `at(2026-11-21T05:03)` that lasts `P15D` or less if the rule expires before; `None` for `cron(…)`.
fn window(of: &Schedule, expires: Option<Timestamp>) -> Option<Window> {
    let local: DateTime = of.expression()?.strip_prefix("at(")?.strip_suffix(')')?.parse().ok()?;
    let from = TimeZone::get(of.timezone().unwrap_or("UTC")).ok()?.to_timestamp(local).ok()?;
    let span: Span = of.duration()?.parse().ok()?;
    let lasts = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    let until = from.checked_add(lasts).ok()?;
    Some(Window { from, until: expires.map_or(until, |expires| until.min(expires)) })
}
