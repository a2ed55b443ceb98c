//! Putting a whole environment to sleep and waking it, stage by stage. Pure: from what is seen now follow the next
//! steps, so it resumes after any interruption, from any colleague's console. Nothing is ever rolled back by itself.

use jiff::Timestamp;

use super::ecs_service;
use super::ecs_service::ServiceSeen;
use super::{Decision, decide};
use crate::schedule::model::{Member, MemberKind, PowerAction, TargetState};
use crate::schedule::observed::power_state::Actual;
use crate::schedule::stoppable::Ineligible;
use crate::schedule::stored::tags::{Bounds, Remembered};

/// A member as it is seen now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberState {
    /// Which.
    pub member: Member,
    /// Why it may not be stopped.
    pub ineligible: Option<Ineligible>,
    /// How it is.
    pub how: How,
    /// When AWS starts it again by itself, if it is a stopped database.
    pub restart_at: Option<Timestamp>,
    /// Why it is not ready although it is up: what sends to it does not find it well yet.
    pub unready: Option<String>,
    /// What stands against its next step whatever is seen: a refused call, or nothing to be seen at all.
    pub held: Option<NextStage>,
}

impl MemberState {
    /// A member of which nothing but its state is known.
    #[must_use]
    pub const fn new(member: Member, how: How) -> Self {
        Self { member, ineligible: None, how, restart_at: None, unready: None, held: None }
    }

    /// Whether it goes down by itself from here on.
    #[must_use]
    pub fn going_down(&self) -> bool {
        match &self.how {
            How::Machine(actual) => *actual == Actual::GoingDown,
            How::Service(service) => service.tasks.desired == 0,
            How::Gone => true,
        }
    }
}

/// How a member is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum How {
    /// A database or an EC2 instance.
    Machine(Actual),
    /// An ECS service.
    Service(ServiceSeen),
    /// Not there any more.
    Gone,
}

/// One change to one member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StageAction {
    /// Write the tag with what it has.
    Remember(Remembered),
    /// Set the scaling bounds.
    Bounds(Bounds),
    /// Set the desired count.
    Count(u32),
    /// Remove the tag: it has served.
    Forget,
    /// Start a database or instance.
    Start,
    /// Stop a database or instance.
    Stop,
}

/// What one member needs next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NextStage {
    /// Do this.
    Act(StageAction),
    /// Wait for this.
    Wait(String),
    /// It needs a person.
    Stuck(String),
    /// It is where it should be.
    Done,
    /// It is not there any more.
    Gone,
}

/// How it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Every member is where it should be.
    Done,
    /// Some are not: who and why. The rest stands as it is; asking again resumes.
    Partly {
        /// Names of members that are.
        done: Vec<String>,
        /// Names of members that are not, with the reason.
        not: Vec<(String, String)>,
    },
}

/// What to do now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// Changes that can be made now, in any order: the member's place in the list, and the change.
    pub acts: Vec<(usize, StageAction)>,
    /// What is waited for.
    pub waiting: Vec<(String, String)>,
    /// What needs a person.
    pub stuck: Vec<(String, String)>,
    /// Members that are gone: to be removed from the configuration.
    pub gone: Vec<String>,
    /// Set when nothing more will happen by itself.
    pub ended: Option<Ending>,
}

/// The next step for `members` to get to `goal`. Wake goes up the stages, databases first inside one; sleep goes down.
/// No stage begins before the one before it is where it should be.
#[must_use]
pub fn next(goal: TargetState, members: &[MemberState]) -> Step {
    let mut orders: Vec<_> = members.iter().map(|seen| seen.member.order()).collect();
    orders.sort_unstable();
    orders.dedup();
    if goal == TargetState::Stopped {
        orders.reverse();
    }
    let turns: Vec<NextStage> = members.iter().map(|seen| turn(goal, seen)).collect();
    let mut step = Step::default();
    for order in orders {
        for (place, (seen, turn)) in members.iter().zip(&turns).enumerate() {
            if seen.member.order() != order {
                continue;
            }
            let name = seen.member.label();
            match turn {
                NextStage::Act(act) => step.acts.push((place, *act)),
                NextStage::Wait(what) => step.waiting.push((name, what.clone())),
                NextStage::Stuck(why) => step.stuck.push((name, why.clone())),
                NextStage::Gone => step.gone.push(name),
                NextStage::Done => {}
            }
        }
        if !(step.acts.is_empty() && step.waiting.is_empty() && step.stuck.is_empty()) {
            break;
        }
    }
    if step.acts.is_empty() && step.waiting.is_empty() {
        step.ended = Some(ending(goal, members, &turns, &step.stuck));
    }
    step
}

fn ending(goal: TargetState, members: &[MemberState], turns: &[NextStage], stuck: &[(String, String)]) -> Ending {
    if stuck.is_empty() {
        return Ending::Done;
    }
    let before: Vec<&str> = stuck.iter().map(|(name, _)| name.as_str()).collect();
    let (mut done, mut not) = (Vec::new(), Vec::new());
    for (seen, turn) in members.iter().zip(turns) {
        let name = seen.member.label();
        match turn {
            NextStage::Done => done.push(name),
            NextStage::Gone => {}
            NextStage::Stuck(why) => not.push((name, why.clone())),
            NextStage::Act(_) | NextStage::Wait(_) => {
                let verb = if goal == TargetState::Stopped { "stopped" } else { "started" };
                not.push((name, format!("not {verb}: {} comes before it", before.join(", "))));
            }
        }
    }
    Ending::Partly { done, not }
}

/// What one member needs next, whatever the others do.
#[must_use]
pub fn turn(goal: TargetState, seen: &MemberState) -> NextStage {
    if let (Some(held), false) = (&seen.held, seen.how == How::Gone) {
        return held.clone();
    }
    match &seen.how {
        How::Gone => NextStage::Gone,
        How::Machine(actual) => match (machine(goal, actual, seen.ineligible.as_ref()), &seen.unready) {
            (NextStage::Done, Some(why)) if goal == TargetState::Running => NextStage::Wait(why.clone()),
            (turn, _) => turn,
        },
        How::Service(service) => {
            if let Some(why) =
                seen.ineligible.as_ref().filter(|_| service.tasks.desired > 0 && goal == TargetState::Stopped)
            {
                return NextStage::Stuck(why.to_string());
            }
            match goal {
                TargetState::Stopped => ecs_service::sleep(*service),
                TargetState::Running => ecs_service::wake(*service, seen.member.wake_desired),
            }
        }
    }
}

fn machine(goal: TargetState, actual: &Actual, ineligible: Option<&Ineligible>) -> NextStage {
    if let Actual::Unknown { status } = actual {
        return NextStage::Stuck(format!("its status is {status}, which is not known here"));
    }
    match decide(actual, goal, ineligible, None) {
        Decision::Done => NextStage::Done,
        Decision::Issue { verb: PowerAction::Start, .. } => NextStage::Act(StageAction::Start),
        Decision::Issue { verb: PowerAction::Stop, .. } => NextStage::Act(StageAction::Stop),
        Decision::Attach => {
            NextStage::Wait(if goal == TargetState::Stopped { "it is stopping" } else { "it is starting" }.to_owned())
        }
        Decision::Queue { reason, .. } => NextStage::Wait(reason),
        Decision::Refuse(why) => NextStage::Stuck(why),
        Decision::Gone => NextStage::Gone,
    }
}

/// Members whose stage puts a database behind something that may need it: said when the configuration is read.
#[must_use]
pub fn out_of_order(members: &[Member]) -> Vec<String> {
    let first = members.iter().filter(|member| member.kind == MemberKind::EcsService).map(|member| member.stage).min();
    members
        .iter()
        .filter(|member| member.kind.is_database() && first.is_some_and(|first| member.stage > first))
        .map(Member::label)
        .collect()
}
