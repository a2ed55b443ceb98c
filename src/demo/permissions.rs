//! What IAM and the account's settings say in the simulation: whoever comes may do what sessions take, and the account
//! has no wishes of its own; roles let themselves be taken. Pure.

use serde_json::json;

use crate::kinds::iam_simulation::{Question, Simulation, Verdict};
use crate::kinds::scheduler_role::SchedulerRole;
use crate::kinds::session_settings::{Preferences, SessionSettings, Settings};
use crate::world::{AnyReading, Arn, Coverage, KindName, Part, Reading, Resource};

/// The answer of a kind that is asked questions; `None` for all others.
pub(super) fn answer(kind: KindName, coverage: &Coverage) -> Option<AnyReading> {
    let parts = match coverage {
        Coverage::All => Vec::new(),
        Coverage::Parts(parts) => parts.iter().cloned().collect(),
    };
    match kind {
        Simulation::KIND => Some(Reading::of(parts.into_iter().filter_map(simulated).collect()).into()),
        SchedulerRole::KIND => Some(Reading::of(parts.into_iter().map(role).collect()).into()),
        SessionSettings::KIND => Some(Reading::of(parts.into_iter().map(settings).collect()).into()),
        _ => None,
    }
}

fn simulated(part: Part) -> Option<(Part, Result<Vec<Simulation>, crate::world::Fault>)> {
    let question = Question::of(&part)?;
    let allowed = |action: &String, on: &String| Verdict {
        action: action.clone(),
        on: on.clone(),
        decision: "allowed".to_owned(),
        missing: Vec::new(),
    };
    let all = question.actions.iter().flat_map(|action| question.on.iter().map(move |on| allowed(action, on)));
    let item = Simulation { question: part.to_string(), answer: Ok(all.collect()) };
    Some((part, Ok(vec![item])))
}

/// Whatever role is asked for lets Scheduler take it, as the one that `policy --scheduler` prints does.
fn role(part: Part) -> (Part, Result<Vec<SchedulerRole>, crate::world::Fault>) {
    let statement = json!({
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": { "Service": "scheduler.amazonaws.com" },
    });
    let arn = Arn::from(&part[..]);
    (part, Ok(vec![SchedulerRole { arn, trust: json!({ "Statement": [statement] }) }]))
}

fn settings(part: Part) -> (Part, Result<Vec<SessionSettings>, crate::world::Fault>) {
    let item = SessionSettings { part: part.to_string(), settings: Settings::Preferences(Preferences::default()) };
    (part, Ok(vec![item]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheduler_may_take_whatever_role_is_asked_for() {
        let arn = "arn:aws:iam::123456789012:role/toban-scheduler";
        let (part, read) = role(arn.into());
        let role = read.expect("a role").remove(0);
        let group = Arn::from("arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/toban-backend-dev");
        assert_eq!((&*part, role.refuses(&group)), (arn, None));
    }
}
