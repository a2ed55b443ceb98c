//! One deployment as a procedure: register a revision where one is needed, take the service to it, and watch that very
//! deployment to its end. What was registered and not deployed is named and left. Pure.

use jiff::Timestamp;

use super::progress;
use super::verdict::Ours;
use super::watch::{RolloutTarget, Watch};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::kinds::ecs_service::delivery::Delivery;
use crate::kinds::ecs_service::revision_steps::RevisionSteps;
use crate::kinds::ecs_service::{Service, primary};
use crate::kinds::log_tail::LogTail;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::revision_name;
use crate::operations::attempt::{AGAIN, Attempt, Sent};
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Fault, Health, KindName, Resource, ResourceId};

/// What comes next.
#[derive(Debug)]
enum Stage {
    Register,
    Update,
    Watch(Box<Watch>),
    Over(Ending),
}

/// A deployment.
pub struct Rollout {
    plan: Plan,
    service: Service,
    hands: Option<Box<dyn RevisionSteps>>,
    aim: RolloutTarget,
    stage: Stage,
    /// The revision the service goes to.
    to: Arn,
    /// The one that was registered for it.
    registered: Option<Arn>,
    /// The sending of the change that is next.
    attempt: Attempt,
    /// The deployment that is there already, and the pause of it that is answered: its record and the hook.
    answers: Option<(Arn, String)>,
}

impl Rollout {
    /// Takes `service` to the revision `to` (where `hands` registers one, the one it is made of) and watches it.
    #[must_use]
    pub fn new(plan: Plan, service: &Service, to: Arn, hands: Box<dyn RevisionSteps>) -> Self {
        let stage = if hands.register().is_some() { Stage::Register } else { Stage::Update };
        Self {
            plan,
            service: service.clone(),
            hands: Some(hands),
            aim: RolloutTarget::Deployed,
            stage,
            to,
            registered: None,
            attempt: Attempt::default(),
            answers: None,
        }
    }

    /// The same, but what is asked for is that the rollout on its way is taken back: `to` is where it was going.
    #[must_use]
    pub fn taking_back(self) -> Self {
        Self { aim: RolloutTarget::TakenBack, ..self }
    }

    /// The same, but what is asked for is that a pause of the deployment on its way is answered: its `record` and `hook`.
    #[must_use]
    pub fn answering(self, record: Arn, hook: String) -> Self {
        Self { answers: Some((record, hook)), ..self }
    }

    /// Only watches the rollout that is on its way, from `now` on; `None` if there is none.
    #[must_use]
    pub fn watching(plan: Plan, id: &ResourceId, service: &Service, now: Timestamp) -> Option<Self> {
        let first = primary(service)?;
        let others = service.deployments.iter().filter(|one| one.id != first.id);
        let from = others.max_by_key(|one| one.created_at).map(|one| one.task_definition.clone());
        let current = Delivery::of(service).record;
        let to = current.and_then(|record| record.task_definition.clone());
        let ours = Ours {
            id: first.id.clone(),
            to: to.unwrap_or_else(|| first.task_definition.clone()),
            from,
            record: current.map(|record| record.arn.clone()),
        };
        let to = ours.to.clone();
        let watch = Watch::new(id.clone(), service, ours, RolloutTarget::Deployed, now).of_before();
        Some(Self {
            plan,
            service: service.clone(),
            hands: None,
            aim: RolloutTarget::Deployed,
            stage: Stage::Watch(Box::new(watch)),
            to,
            registered: None,
            attempt: Attempt::default(),
            answers: None,
        })
    }

    /// A change that AWS did not take, or of which that is not known: the end, where it is not looked for.
    fn ended(&mut self, (unsure, why): (bool, &str), now: Timestamp) {
        let name = &self.service.name;
        if unsure && self.answers.is_some() {
            // It was sent once, and is not sent again: whether AWS heard it is looked for.
            self.stage = Stage::Watch(Box::new(self.watch_of("", None, now)));
            return;
        }
        let ending = match (&self.stage, &self.registered) {
            (Stage::Register, _) if unsure => Ending::incomplete(format!(
                "whether a revision was registered is not known, {name} was not touched: {why}"
            )),
            (Stage::Register, _) => Ending::failed(format!("nothing was changed: {why}")),
            (_, _) if unsure => Ending::incomplete(format!(
                "whether {name} is being deployed is not known: {why}; look at its deployments before trying again"
            )),
            (_, Some(revision)) => Ending::incomplete(format!(
                "{} was registered and is left as it is, but {name} was not taken to it: {why}; `--revision {}` deploys it",
                revision_name(revision),
                crate::kinds::task_definition::revision_number(revision).unwrap_or_default()
            )),
            (_, None) => Ending::failed(format!("nothing was changed: {why}")),
        };
        self.stage = Stage::Over(ending);
    }

    fn registered(&mut self, receipt: &Receipt) {
        let Some(revision) = receipt.fact("revision").map(Arn::from) else {
            let message = "AWS did not say which revision was registered; the service was not touched";
            self.stage = Stage::Over(Ending::incomplete(message));
            return;
        };
        self.to = revision.clone();
        self.stage = match receipt.fact("differs") {
            Some(what) => Stage::Over(Ending::incomplete(format!(
                "{} was registered, but AWS's copy differs in more than the image ({what}): it is left, and {} was not \
                 touched",
                revision_name(&revision),
                self.service.name
            ))),
            None => Stage::Update,
        };
        self.registered = Some(revision);
    }

    fn updated(&mut self, receipt: &Receipt, now: Timestamp) {
        let id = receipt.fact("deployment").filter(|id| !id.is_empty());
        let record = receipt.fact("record").filter(|arn| !arn.is_empty()).map(Arn::from);
        if id.is_none() && record.is_none() && self.answers.is_none() {
            let message = receipt.message.clone().unwrap_or_else(|| "AWS named no deployment to watch".to_owned());
            self.stage = Stage::Over(Ending::incomplete(message));
            return;
        }
        self.stage = Stage::Watch(Box::new(self.watch_of(id.unwrap_or_default(), record, now)));
    }

    /// Watches the deployment of that id and record from `now` on.
    fn watch_of(&self, id: &str, record: Option<Arn>, now: Timestamp) -> Watch {
        let from = match &self.answers {
            // What is answered goes on from what runs beside it.
            Some(_) => {
                let others = self.service.deployments.iter().filter(|one| one.task_definition != self.to);
                others.max_by_key(|one| one.running).map(|one| one.task_definition.clone())
            }
            None => Some(self.service.task_definition.clone()),
        };
        let record = self.answers.as_ref().map(|(record, _)| record.clone()).or(record);
        let ours = Ours { id: id.to_owned(), to: self.to.clone(), from, record };
        let watch = Watch::new(self.plan.on.clone(), &self.service, ours, self.aim, now);
        match &self.answers {
            Some((_, hook)) => watch.of_before().answered(hook.clone(), now),
            None if self.aim == RolloutTarget::TakenBack => watch.of_before(),
            None => watch,
        }
    }
}

impl Procedure for Rollout {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn optional(&self) -> &'static [KindName] {
        // What the service itself says of its deployments is enough; its records and logs only tell more.
        &[ServiceDeployment::KIND, LogTail::KIND]
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        match &self.stage {
            Stage::Watch(watch) => watch.wants(),
            Stage::Register | Stage::Update | Stage::Over(_) => Vec::new(),
        }
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        if matches!(self.stage, Stage::Register | Stage::Update) && self.attempt.must_wait(observation.now) {
            return Step::Wait(AGAIN);
        }
        match (&mut self.stage, &self.hands) {
            (Stage::Watch(watch), _) => watch.look(observation),
            (Stage::Over(ending), _) => Step::End(ending.clone()),
            (Stage::Register, Some(hands)) => Step::Act(hands.register().into_iter().collect()),
            (Stage::Update, Some(hands)) => Step::Act(vec![hands.update(self.registered.as_ref())]),
            (Stage::Register | Stage::Update, None) => Step::End(Ending::failed("there is nothing to do")),
        }
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        match (self.attempt.told(got, now), got, &self.stage) {
            (Sent::Unsure(why), ..) => self.ended((true, &why), now),
            (Sent::Refused(why), ..) => self.ended((false, &why), now),
            (Sent::Taken, Ok(receipt), Stage::Register) => self.registered(receipt),
            (Sent::Taken, Ok(receipt), Stage::Update) => self.updated(receipt, now),
            (Sent::Taken | Sent::Later, ..) => {}
        }
    }

    fn goes_on(&self) -> bool {
        matches!(self.stage, Stage::Watch(_))
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let name = &self.service.name;
        let refused = self.attempt.report().filter(|_| matches!(self.stage, Stage::Register | Stage::Update));
        if let Some(report) = refused {
            let registered = self.registered.as_ref().map(revision_name);
            let stands = registered.map(|revision| format!("{revision} is registered, and {name} was not taken to it"));
            return Report { stands: stands.or(report.stands.clone()), ..report };
        }
        match &self.stage {
            Stage::Watch(watch) => progress::report(watch, observation),
            Stage::Over(ending) => Report { message: ending.message.clone(), health: Health::Bad, ..Report::default() },
            Stage::Register => {
                let message = format!("registering a revision for {name}");
                let unanswered = Some(format!(
                    "whether a revision was registered is not known, and {name} was not touched; a revision nobody \
                     deploys does no harm"
                ));
                let stands = Some("nothing was changed".to_owned());
                Report { message, health: Health::Changing, stands, unanswered, ..Report::default() }
            }
            Stage::Update if self.answers.is_some() => {
                let message = format!("answering the pause of {name}");
                let stands = Some(format!("whether ECS was told is not known; look whether {name} still waits"));
                Report { message, health: Health::Changing, stands, ..Report::default() }
            }
            Stage::Update => {
                let message =
                    format!("telling ECS to replace {} of {name}", counted(self.service.desired as usize, "task"));
                let named =
                    self.registered.as_ref().map(|revision| format!("{} is registered; ", revision_name(revision)));
                let named = named.unwrap_or_default();
                let stands = Some(format!("{named}{name} was not touched"));
                let unanswered = Some(format!(
                    "{named}whether ECS was told is not known; `watch` on {name} shows a rollout if there is one"
                ));
                Report { message, health: Health::Changing, stands, unanswered, ..Report::default() }
            }
        }
    }
}
