//! How a deployment of a function stands, for people: a line, and a bar for the share of calls that goes to the
//! new version. Pure.

use super::{AliasShift, AliasTarget, Goal, Phase};
use crate::change::Bar;
use crate::change::{Observation, Report};
use crate::kinds::lambda_alias_metrics::AliasMetrics;
use crate::world::Health;

/// How the new version fares, in words.
pub(super) fn fares(new: &str, fresh: Option<&AliasMetrics>, old: Option<&AliasMetrics>) -> String {
    let Some(load) = fresh.filter(|load| load.calls > 0.0) else {
        return format!("version {new} was not called while it was watched");
    };
    let mut message = format!("version {new} failed {} of {} calls", load.errors, load.calls);
    if let (Some(new_ms), Some(old_ms)) = (load.duration, old.and_then(|load| load.duration)) {
        message.push_str(&format!(" and took {new_ms:.0} ms on average"));
        if new_ms > old_ms * 2.0 && new_ms > old_ms + 100.0 {
            message.push_str(&format!(", much longer than the {old_ms:.0} ms of the version before"));
        }
    }
    message
}

/// What helps whoever left it.
const AGAIN: &str = "the same command again goes on from what is seen";

impl AliasShift {
    /// Where it stands.
    pub(super) fn tell(&self, observation: &Observation<'_>) -> Report {
        let message = match &self.wait {
            Some(why) => format!("tries again in a moment: {why}"),
            None => self.sentence(observation),
        };
        let health = match (&self.trouble, &self.wait) {
            (Some(_), _) => Health::Bad,
            (None, Some(_)) => Health::Worrying,
            (None, None) => Health::Changing,
        };
        Report {
            message,
            health,
            stands: Some(self.left()),
            unanswered: self.unanswered(),
            bars: self.bars(observation),
            ..Report::default()
        }
    }

    /// What stands if it is left now.
    fn left(&self) -> String {
        match &self.phase {
            Phase::Over(ending) => ending.message.clone(),
            _ if self.unheard => self.unanswered().unwrap_or_else(|| self.stands()),
            _ => format!("{}; {AGAIN}", self.stands()),
        }
    }

    /// The same while the change of the phase is not answered: it may or may not have been taken.
    pub(super) fn unanswered(&self) -> Option<String> {
        let alias = self.alias.as_deref().unwrap_or("the alias");
        Some(match &self.phase {
            Phase::Update | Phase::Unheard => format!("whether {} has the new code is not known; {AGAIN}", self.name),
            Phase::Publish => {
                format!("the new code is in place, whether a version of it is published is not known; {AGAIN}")
            }
            Phase::Shift if self.touched => {
                format!("{}; whether {alias} was shifted is not known; {AGAIN}", self.stands())
            }
            Phase::Shift => format!("whether {alias} was shifted is not known; {AGAIN}"),
            _ => return None,
        })
    }

    fn sentence(&self, observation: &Observation<'_>) -> String {
        let alias = self.alias.as_deref().unwrap_or("the alias");
        match &self.phase {
            Phase::Update => format!("puts the new code of {} in place", self.name),
            Phase::Unheard => format!("looks whether {} has the new code", self.name),
            Phase::Updating(_) => format!("Lambda takes the new code of {} in", self.name),
            Phase::Publish => "publishes a version of it".to_owned(),
            Phase::Shift | Phase::Shifting(_) => match (&self.goal, &self.trouble) {
                (Some(goal), Some(why)) => format!("{why}: {alias} goes back to version {}", goal.version),
                (Some(Goal { share: Some((other, percent)), .. }), None) => {
                    format!("{alias} is to send {percent} % of its calls to version {other}")
                }
                (Some(goal), None) => format!("{alias} is to send all calls to version {}", goal.version),
                (None, _) => format!("{alias} is to be shifted"),
            },
            Phase::Watch(since) => {
                let left = match self.aim {
                    AliasTarget::Code { minutes, .. } => {
                        i64::from(minutes) - observation.now.duration_since(*since).as_mins()
                    }
                    AliasTarget::Back(_) => 0,
                };
                let saw = self.watched.as_deref().unwrap_or("no figures yet");
                format!("watched for {} more minutes: {saw}", left.max(0))
            }
            Phase::Over(ending) => ending.message.clone(),
        }
    }

    fn bars(&self, observation: &Observation<'_>) -> Vec<Bar> {
        let Some(alias) = &self.alias else { return Vec::new() };
        let new = match &self.aim {
            AliasTarget::Code { .. } => self.version.as_deref(),
            AliasTarget::Back(version) => Some(version.as_str()),
        };
        let percent = match (self.seen(observation), new) {
            (Some(seen), Some(new)) if seen.version == new => {
                100 - seen.share.as_ref().map_or(0, |(_, percent)| u32::from(*percent))
            }
            (Some(seen), Some(new)) => {
                seen.share.as_ref().filter(|(other, _)| other == new).map_or(0, |(_, percent)| u32::from(*percent))
            }
            _ => 0,
        };
        let health = if self.trouble.is_some() { Health::Bad } else { Health::Changing };
        let note = new.map(|new| format!("% of calls to version {new}")).unwrap_or_default();
        vec![Bar { label: format!("alias {alias}"), done: percent, all: 100, note, health }]
    }
}
