//! Changes of alarms: from their history where it was read, else the last one, which every alarm tells of itself. Pure.
//! Alarms that only scale are left out: scaling activities tell what they did.

use super::TimelineInput;
use super::event::{Event, EventKind};
use crate::kinds::KindContext;
use crate::kinds::alarm::{Alarm, scales, told};
use crate::kinds::alarm_history::AlarmChange;
use crate::text::first_line;

const HISTORY: &str = "cloudwatch:DescribeAlarmHistory";
const ALARMS: &str = "cloudwatch:DescribeAlarms";
/// The history and the alarm itself tell of one change within this many seconds.
const SAME: i64 = 90;

pub(super) fn events(input: &TimelineInput<'_>) -> Vec<Event> {
    let world = input.kind.world;
    let mut events = Vec::new();
    for member in &input.environment.members {
        // Alarms that only scale change all day, and tell nothing that scaling does not.
        let Some(alarm) = world.get::<Alarm>(&member.id).filter(|alarm| !scales(alarm)) else { continue };
        let scope = &member.id.scope;
        let history: Vec<&AlarmChange> =
            world.all::<AlarmChange>(scope).filter(|change| change.alarm == alarm.name).collect();
        for change in &history {
            let from = change.from.as_deref().map(|from| format!("{from} → ")).unwrap_or_default();
            let why = change.reason.as_deref().filter(|_| change.to == "ALARM");
            let why = why.map(|why| format!(": {}", first_line(why, 200))).unwrap_or_default();
            let what = format!("{from}{}{why}", change.to);
            events.push(Event::new(change.at, EventKind::Alarm, HISTORY, what).about(member.id.clone(), &member.name));
        }
        let Some(since) = alarm.since else { continue };
        let known = history.iter().any(|change| change.at.duration_since(since).as_secs().abs() <= SAME);
        if !known {
            let cx = KindContext { scope, ..*input.kind };
            let why = if alarm.state == "ALARM" { format!(": {}", told(alarm, &cx)) } else { String::new() };
            let what = format!("{}{why}", alarm.state);
            events.push(Event::new(since, EventKind::Alarm, ALARMS, what).about(member.id.clone(), &member.name));
        }
    }
    events
}
