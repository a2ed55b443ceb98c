//! What can be done with the peer's systems: every offer that the catalogs of operations make in them, with an answer to
//! what it asks, so that a new operation is in it by itself. Each is done as both faces do it, through the gate and the
//! journal, in a time of its own. Asserts nothing about how it ends.
#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use toban::aws::{Idempotency, idempotency};
use toban::change::How;
use toban::change::gate::{Admitted, Confirmation, Gate, GateContext};
use toban::change::procedure::Proposal;
use toban::cloud::Cloud;
use toban::engine::execute::{JournalWriter, execute};
use toban::engine::headless::{Snapshot, View, picture};
use toban::engine::read_requests::read_in_turn;
use toban::engine::run_procedure::{ProcedureRun, run_procedure};
use toban::operations::{Action, ActionContext, Prompt, actions_of, environment_actions};
use toban::world::ResourceId;

use crate::engine::{Hurried, live};
use crate::support::clock::where_it_is_noon;
use crate::support::peer::{ACCOUNT, Peer, REGION};

/// The systems, each built in an account of its own.
pub(super) const SYSTEMS: &[&str] = &["prooflink", "kajimaru", "backend", "city", "cat-data-v23"];

/// No procedure is waited for longer, in its own time.
const LIMIT: SignedDuration = SignedDuration::from_mins(40);

/// On what.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum On {
    /// An environment as a whole.
    Environment(String),
    /// One resource.
    Resource(ResourceId),
}

/// Something to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Deed {
    pub(super) on: On,
    pub(super) verb: &'static str,
    pub(super) value: Option<String>,
}

impl Deed {
    /// What tells an operation from others: whatever resource of a kind it is done to is the same, and what an
    /// environment asks to choose is not.
    pub(super) fn operation(&self) -> (String, &'static str, String) {
        match &self.on {
            On::Environment(name) => (name.clone(), self.verb, self.value.clone().unwrap_or_default()),
            On::Resource(id) => (id.kind.to_string(), self.verb, String::new()),
        }
    }

    /// The same, whatever is chosen.
    pub(super) fn place(&self) -> (String, &'static str) {
        let (on, verb, _) = self.operation();
        (on, verb)
    }
}

/// How it ended.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) how: How,
    pub(super) message: String,
}

/// An account of one's own, and who works in it.
pub(super) struct Site {
    pub(super) system: &'static str,
    pub(super) peer: Peer,
    cloud: Arc<Hurried>,
}

/// The configuration, at noon, of the environments that sleep by a schedule and of the one that is deployed by compose.
fn configuration() -> String {
    let noon = where_it_is_noon();
    format!(
        "[schedule.day]\ntimezone = \"{noon}\"\non = [{{ days = \"mon-sun\", from = \"09:00\", to = \"13:00\" }}]\n\
         guard = \"daily\"\n\
         [environment.prooflink-dev]\nschedule = \"day\"\n\
         [environment.backend-dev]\nschedule = \"day\"\n\
         [environment.kajimaru]\nallow_stop = true\n\
         [environment.kajimaru.deploy]\nkind = \"compose\"\ndirectory = \"/home/ssm-user/kajimaru\"\n\
         file = \"docker-compose.prod.yml\"\nreference = \"main\"\nmigrate = \"./manage.py migrate\"\n\
         health = {{ path = \"/health\" }}\n"
    )
}

/// The role that schedules act by.
fn role() -> Value {
    let trust = json!({"Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "scheduler.amazonaws.com"},
    }]});
    json!({"service": "iam", "operation": "GetRole", "answer": {"Role": {
        "Path": "/", "RoleName": "toban-scheduler", "RoleId": "AROA",
        "Arn": format!("arn:aws:iam::{ACCOUNT}:role/toban-scheduler"),
        "CreateDate": "2026-11-01T00:00:00Z", "AssumeRolePolicyDocument": trust.to_string(),
    }}})
}

/// A state machine, which no system has.
fn machine(peer: &Peer) {
    let arn = format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:prooflink-dev-nightly");
    let item = json!({"stateMachineArn": arn, "name": "prooflink-dev-nightly", "type": "STANDARD",
        "creationDate": 1_700_000_000});
    peer.keep(&json!({"account": ACCOUNT, "region": REGION, "operation": "states:ListStateMachines", "item": item}));
}

impl Site {
    /// One system, as it was built.
    pub(super) fn new(system: &'static str) -> Self {
        let peer = Peer::with(&[system]);
        peer.script(&role());
        if system == "prooflink" {
            machine(&peer);
        }
        let cloud = Arc::new(Hurried::by_minutes(live(&peer)));
        Self { system, peer, cloud }
    }

    /// Whoever comes again, to the same account, at its own time.
    pub(super) fn again(self) -> Self {
        Self { cloud: Arc::new(Hurried::by_minutes(live(&self.peer))), ..self }
    }

    fn journal(&self) -> PathBuf {
        self.peer.home().join("deeds.jsonl")
    }

    /// What was written into the journal.
    pub(super) fn journal_text(&self) -> String {
        std::fs::read_to_string(self.journal()).unwrap_or_default()
    }

    /// Reads everything.
    pub(super) async fn look(&self) -> Snapshot {
        let settings = toban::config::parse(&configuration(), "deeds.toml");
        let settings = settings.unwrap_or_else(|why| panic!("{why}"));
        let view = View { configured_environments: settings.configured_environments, zone: TimeZone::UTC };
        let cloud: Arc<dyn Cloud> = Arc::clone(&self.cloud) as Arc<dyn Cloud>;
        picture(&cloud, &view, &mut |_, _| {}).await.expect("the account can be read")
    }

    /// What may be answered to what an offer asks, once that was read: nothing where it asks nothing.
    pub(super) async fn answers(&self, snapshot: &mut Snapshot, deed: &Deed, prompt: &Prompt) -> Vec<Option<String>> {
        read_in_turn(&*self.cloud, &mut snapshot.world, prompt.reads()).await;
        let typed = match (&deed.on, deed.verb) {
            (On::Resource(id), "deploy") if id.kind.0 == "ecs-service" => Some("v2".to_owned()),
            (On::Resource(id), "deploy") if id.kind.0 == "lambda-function" => {
                Some("s3://cat-data-v23/api.zip alias=live".to_owned())
            }
            (_, "scale") => Some("2".to_owned()),
            (On::Environment(_), "override" | "hold") | (_, "mute") => Some("+2h".to_owned()),
            _ => None,
        };
        if typed.is_some() {
            return vec![typed];
        }
        match prompt {
            Prompt::Nothing | Prompt::Look { .. } => vec![None],
            Prompt::Text { initial, .. } | Prompt::Informed { initial, .. } => vec![Some(initial.clone())],
            Prompt::Choice { .. } | Prompt::Narrow { .. } => {
                let choices = at(snapshot, deed, |context| match &deed.on {
                    On::Environment(_) => environment_actions::choices(deed.verb, context),
                    On::Resource(id) => {
                        actions_of(id.kind).map(|of| of.choices(id, deed.verb, None, context)).unwrap_or_default()
                    }
                });
                let open = choices.unwrap_or_default().into_iter().filter(|one| one.disabled_reason.is_none());
                open.map(|one| Some(one.value)).collect()
            }
        }
    }

    /// Makes it a proposal, once what it asks for was read.
    pub(super) async fn propose(&self, snapshot: &mut Snapshot, deed: &Deed) -> Result<Proposal, String> {
        let offered = offers(snapshot).into_iter().find(|(on, action)| *on == deed.on && action.verb == deed.verb);
        let (_, action) = offered.ok_or("it is not offered")?;
        if let Some(why) = action.disabled_reason {
            return Err(why);
        }
        read_in_turn(&*self.cloud, &mut snapshot.world, action.prompt.reads()).await;
        let value = deed.value.as_deref();
        let proposed = at(snapshot, deed, |context| match &deed.on {
            On::Environment(_) => environment_actions::propose(deed.verb, value, context),
            On::Resource(id) => actions_of(id.kind).ok_or("no actions")?.propose(id, deed.verb, value, context),
        });
        proposed.unwrap_or_else(|| Err("its environment is gone".to_owned()))
    }

    /// Sees a proposal to its end.
    pub(super) async fn carry(&self, snapshot: &Snapshot, proposal: Proposal) -> Outcome {
        let journal_writer = JournalWriter { path: Some(self.journal()), who: None };
        let at = GateContext::seen_at(self.cloud.now());
        let allowed = Gate::default().allow(proposal, &Confirmation::Yes, None, &at);
        match allowed.unwrap_or_else(|why| panic!("{why}")) {
            Admitted::Change(approved) => match execute(&*self.cloud, &approved, &journal_writer, None).await {
                Ok(receipt) => Outcome { how: How::Done, message: receipt.message.unwrap_or_default() },
                // As the exit code has it: what may have been done did not fail.
                Err(fault) if fault.answer_lost => Outcome { how: How::Incomplete, message: fault.sentence() },
                Err(fault) => Outcome { how: How::Failed, message: fault.sentence() },
            },
            Admitted::Procedure(license, procedure) => {
                let run = ProcedureRun { id: 1, license, procedure, limit: Some(LIMIT) };
                let world = snapshot.world.clone();
                let ending = run_procedure(&*self.cloud, run, world, (&journal_writer, false), &mut |_| {}).await;
                Outcome { how: ending.how, message: ending.message }
            }
        }
    }

    /// Does it.
    pub(super) async fn does(&self, snapshot: &mut Snapshot, deed: &Deed) -> Result<Outcome, String> {
        let proposal = self.propose(snapshot, deed).await?;
        Ok(self.carry(snapshot, proposal).await)
    }

    /// The writes among the calls since they were last forgotten, in their order: the operation, what it was sent with,
    /// and its place among all calls.
    pub(super) fn writes(&self) -> Vec<(String, Value, usize)> {
        let field = |call: &Value, key: &str| call.get(key).cloned().unwrap_or_default();
        let text = |call: &Value, key: &str| field(call, key).as_str().unwrap_or_default().to_owned();
        let calls = self.peer.calls().into_iter().enumerate().map(|(place, call)| {
            (format!("{}:{}", text(&call, "service"), text(&call, "operation")), field(&call, "params"), place)
        });
        calls.filter(|(operation, ..)| idempotency(operation) != Idempotency::Reading).collect()
    }
}

/// Hands the surroundings of a deed to `use_it`; `None` if its environment is not there.
fn at<T>(snapshot: &Snapshot, deed: &Deed, use_it: impl FnOnce(&ActionContext<'_>) -> T) -> Option<T> {
    let environments = &snapshot.picture.environments;
    let (environment, scope) = match &deed.on {
        On::Environment(name) => {
            let found = environments.iter().find(|one| one.name.as_str() == name)?;
            (found, found.scopes.first()?)
        }
        On::Resource(id) => (environments.iter().find(|one| one.members.iter().any(|it| it.id == *id))?, &id.scope),
    };
    Some(ActionContext::within(environment, scope, &snapshot.world, (snapshot.at, &TimeZone::UTC), use_it))
}

/// Everything that is offered, barred or not.
pub(super) fn offers(snapshot: &Snapshot) -> Vec<(On, Action)> {
    let mut all = Vec::new();
    for environment in &snapshot.picture.environments {
        let Some(scope) = environment.scopes.first() else { continue };
        let clock = (snapshot.at, &TimeZone::UTC);
        let whole = ActionContext::within(environment, scope, &snapshot.world, clock, environment_actions::actions);
        let on = On::Environment(environment.name.to_string());
        all.extend(whole.into_iter().map(|action| (on.clone(), action)));
        for member in &environment.members {
            let Some(of) = actions_of(member.id.kind) else { continue };
            let each = ActionContext::within(environment, &member.id.scope, &snapshot.world, clock, |context| {
                of.actions(&member.id, context)
            });
            all.extend(each.into_iter().map(|action| (On::Resource(member.id.clone()), action)));
        }
    }
    all.retain(|(_, action)| !action.harmless);
    all
}
