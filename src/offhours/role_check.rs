//! Whether the role that schedules act by is there and may do what is about to be left to it: what has to be read for
//! that, and what follows from it. A firing that is not allowed fails where nobody looks. Pure; `doctor` tells the same
//! at any time.

use crate::kinds::iam_simulation::{Decision, Question, Simulation};
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::kinds::scheduler_role::SchedulerRole;
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, FaultKind, Resource, World};

/// What is about to be left to a role.
pub(crate) struct Rights {
    role: Arn,
    place: SchedulePlace,
    /// What it has to be allowed: on what, by name, the actions, and the ARN.
    needs: Vec<(String, &'static [&'static str], String)>,
}

impl Rights {
    /// Those of `role` for schedules in `place`.
    pub(crate) fn of(role: &str, place: &SchedulePlace, needs: Vec<(String, &'static [&'static str], String)>) -> Self {
        Self { role: Arn::from(role), place: place.clone(), needs }
    }

    fn part(&self, actions: &[&str], on: &str) -> crate::world::Part {
        Question::new(&self.role, actions, &[on.to_owned()]).part()
    }

    /// What has to be read first.
    pub(crate) fn reads(&self) -> Vec<ReadRequest> {
        let role = ReadRequest::part(&self.place.scope, SchedulerRole::KIND, self.role.as_str());
        let asked = self
            .needs
            .iter()
            .map(|(_, actions, on)| ReadRequest::part(&self.place.scope, Simulation::KIND, &self.part(actions, on)));
        std::iter::once(role).chain(asked).collect()
    }

    /// What a reader should know of it.
    ///
    /// # Errors
    /// A sentence, where the role is not there or may not do it.
    pub(crate) fn judge(&self, world: &World) -> Result<Vec<String>, String> {
        let (role, scope) = (&self.role, &self.place.scope);
        let policy = format!("`toban policy --scheduler --account {}`", role.account().unwrap_or_default());
        let mut notices = Vec::new();
        match world.by_key::<SchedulerRole>(scope, role.as_str()) {
            Some(found) => {
                let group = Arn::from(format!(
                    "arn:{}:scheduler:{}:{}:schedule-group/{}",
                    role.partition().unwrap_or("aws"),
                    scope.region,
                    role.account().unwrap_or_default(),
                    self.place.group
                ));
                let doubt = |why| {
                    format!("EventBridge Scheduler may be unable to assume {role}: {why}; {policy} prints its trust")
                };
                notices.extend(found.refuses(&group).map(doubt));
            }
            None => {
                let bin = world.store(scope, SchedulerRole::KIND).into_iter().flat_map(|store| store.bins());
                let fault = bin.filter(|(part, _)| &***part == role.as_str()).find_map(|(_, bin)| bin.fault.as_ref());
                match fault {
                    Some(fault) if fault.kind == FaultKind::Gone => {
                        return Err(format!(
                            "the role {role} does not exist, and no schedule could fire: make it as {policy} prints it, or name another as role_arn"
                        ));
                    }
                    Some(fault) => {
                        notices.push(format!("whether Scheduler can assume {role} is not known: {}", fault.sentence()))
                    }
                    None => notices.push(format!("whether Scheduler can assume {role} was not checked")),
                }
            }
        }
        let (mut denied, mut unclear) = (Vec::new(), None);
        for (name, actions, on) in &self.needs {
            let answered = world.by_key::<Simulation>(scope, &self.part(actions, on));
            for act in *actions {
                match answered.map(|simulation| (simulation.answer.as_ref(), simulation.may(act, |_| true))) {
                    Some((Ok(_), Decision::No)) => denied.push(format!("{act} on {name}")),
                    Some((Ok(_), Decision::Yes)) => {}
                    Some((Ok(_), Decision::Unknown(why))) => {
                        unclear.get_or_insert(why);
                    }
                    Some((Err(why), _)) => {
                        unclear.get_or_insert_with(|| why.clone());
                    }
                    None => {
                        unclear.get_or_insert_with(|| "IAM was not asked".to_owned());
                    }
                }
            }
        }
        if !denied.is_empty() {
            return Err(format!("{role} may not {}: {policy} prints what it needs", denied.join(", ")));
        }
        notices.extend(unclear.map(|why| format!("whether {role} may do it all was not checked: {why}")));
        Ok(notices)
    }
}
