//! How sleep and wake tell where they stand and how they ended: in a line, a bar a member, and what to do.
//! Pure; nothing is decided here.

use super::procedure::{MuteState, Sleep};
use crate::change::{Bar, Ending, Report};
use crate::schedule::TargetState;
use crate::schedule::transition::sleep_wake_order;
use crate::schedule::transition::sleep_wake_order::{MemberState, NextStage, StageAction};
use crate::text::counted;
use crate::world::Health;

/// As many names as fit in a sentence.
const NAMED: usize = 8;

impl Sleep {
    const fn goal(&self) -> &'static str {
        match self.goal {
            TargetState::Stopped => "asleep",
            TargetState::Running => "awake",
        }
    }

    const fn verb(&self) -> &'static str {
        match self.goal {
            TargetState::Stopped => "sleep",
            TargetState::Running => "wake",
        }
    }

    fn alarms(&self) -> String {
        match (&self.hushed, self.goal) {
            (MuteState::Failed(why), TargetState::Stopped) => format!("; its alarms are not muted: {why}"),
            (MuteState::Failed(why), TargetState::Running) => format!("; its alarms may still be muted: {why}"),
            (MuteState::Settled | MuteState::Open, _) => String::new(),
        }
    }

    /// Everything is where it should be.
    pub(crate) fn done(&self, seen: &[MemberState]) -> Ending {
        let there = seen.iter().filter(|seen| sleep_wake_order::turn(self.goal, seen) == NextStage::Done).count();
        let members = counted(there, "member");
        let message = format!("{} is {}, {members}{}", self.plan.environment, self.goal(), self.alarms());
        match (&self.hushed, self.goal) {
            // What is up and silent is worse than what sleeps and pages.
            (MuteState::Failed(_), TargetState::Running) => Ending::incomplete(message),
            _ => Ending::done(message),
        }
    }

    /// Some are not: named, and how to go on.
    pub(crate) fn partly(&self, done: &[String], not: &[(String, String)]) -> Ending {
        let stuck: Vec<String> = not.iter().map(|(label, why)| format!("{label} ({why})")).collect();
        let there = match done {
            [] => String::new(),
            some => format!("{}: {}; ", self.goal(), some.join(", ")),
        };
        let message = format!(
            "{} is not all {}: {there}not: {}. Nothing is taken back; `toban {} {}` goes on from here{}",
            self.plan.environment,
            self.goal(),
            stuck.join(", "),
            self.verb(),
            self.plan.environment,
            self.alarms()
        );
        if self.changed { Ending::incomplete(message) } else { Ending::failed(message) }
    }

    /// Where it stands.
    pub(crate) fn reported(&self, seen: &[MemberState]) -> Report {
        let next = sleep_wake_order::next(self.goal, seen);
        let turns: Vec<NextStage> = seen.iter().map(|seen| sleep_wake_order::turn(self.goal, seen)).collect();
        let there = turns.iter().filter(|turn| matches!(turn, NextStage::Done | NextStage::Gone)).count();
        let mut now: Vec<String> = next.waiting.iter().map(|(label, what)| format!("{label}: {what}")).collect();
        now.extend(
            next.acts.iter().filter_map(|(at, act)| Some(format!("{}: {}", seen.get(*at)?.member.label(), doing(act)))),
        );
        now.extend(next.stuck.iter().map(|(label, why)| format!("{label} is stuck: {why}")));
        let more = now.len().saturating_sub(NAMED);
        now.truncate(NAMED);
        if more > 0 {
            now.push(format!("and {more} more"));
        }
        let head = format!("{there} of {} {}", seen.len(), self.goal());
        let message = if now.is_empty() { head.clone() } else { format!("{head}; {}", now.join("; ")) };
        let stands = match self.alone {
            true => format!("{head}; AWS goes on by itself with the rest"),
            false => format!(
                "{head}; leaving now stops here: `toban {} {}` goes on, from any console",
                self.verb(),
                self.plan.environment
            ),
        };
        let health = if next.stuck.is_empty() { Health::Changing } else { Health::Worrying };
        // Whoever is busy now keeps the stages after it waiting.
        let busy: Vec<&str> = next.waiting.iter().chain(&next.stuck).map(|(label, _)| label.as_str()).collect();
        let its_turn = |at: usize, label: &str| next.acts.iter().any(|(act, _)| *act == at) || busy.contains(&label);
        let bars = seen.iter().zip(&turns).enumerate();
        let bars = bars.map(|(at, (seen, turn))| self.bar(seen, turn, its_turn(at, &seen.member.label()))).collect();
        Report {
            message: format!("{message}{}", self.alarms()),
            health,
            stands: Some(stands),
            bars,
            ..Report::default()
        }
    }

    fn bar(&self, seen: &MemberState, turn: &NextStage, its_turn: bool) -> Bar {
        let there = matches!(turn, NextStage::Done | NextStage::Gone);
        let (note, health) = match turn {
            NextStage::Done => {
                (self.goal().to_owned(), if self.goal == TargetState::Stopped { Health::Asleep } else { Health::Well })
            }
            NextStage::Gone => ("not there any more".to_owned(), Health::Unknown),
            NextStage::Act(act) if its_turn => (doing(act), Health::Changing),
            NextStage::Act(_) => ("waits for what comes before it".to_owned(), Health::Unknown),
            NextStage::Wait(what) => (what.clone(), Health::Changing),
            NextStage::Stuck(why) => (why.clone(), Health::Bad),
        };
        Bar { label: seen.member.label(), done: u32::from(there), all: 1, note, health }
    }
}

fn doing(act: &StageAction) -> String {
    match act {
        StageAction::Remember(memory) => format!("to remember {memory}"),
        StageAction::Bounds(bounds) => format!("to be scaled between {} and {}", bounds.min, bounds.max),
        StageAction::Count(count) => format!("to have {}", counted(*count as usize, "task")),
        StageAction::Forget => "up; its memory goes".to_owned(),
        StageAction::Start => "to be started".to_owned(),
        StageAction::Stop => "to be stopped".to_owned(),
    }
}
