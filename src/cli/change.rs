//! Doing something to the account without a screen, for every command that changes anything: name the
//! target, show the plan, ask, go through the gate, carry out, tell how it ended. Knows no kind by name.

use crate::operations::{actions_of, environment_actions};
use crate::overview::EnvironmentStatus;
use std::io::{BufRead, IsTerminal};
use std::pin::Pin;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use super::args::Acting;
use super::exit::{Exit, Failure};
use super::interrupt::interrupt;
use super::read::CommandContext;
use super::{output, resolve};
use crate::change::gate::{Admitted, Confirmation, Gate, GateContext};
use crate::change::plan::Plan;
use crate::change::procedure::Proposal;
use crate::change::{Ending, How, ReleasePartState, Report};
use crate::cloud::at_work;
use crate::engine::execute::{JournalWriter, execute};
use crate::engine::headless::Snapshot;
use crate::engine::login;
use crate::engine::read_requests::read_in_turn;
use crate::engine::run_procedure::{ProcedureRun, run_procedure};
use crate::kinds::catalog::kind;
use crate::operations::ActionContext;
use crate::operations::gate_context::Surroundings;
use crate::text;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, ResourceId};

/// How long whoever was interrupted waits for AWS's answer to what is on its way.
const ANSWER: Duration = Duration::from_secs(3);

/// The environment that `typed` names; it may be shortened.
///
/// # Errors
/// When there is none or more than one.
pub(super) fn environment<'o>(snapshot: &'o Snapshot, typed: &str) -> Result<&'o EnvironmentStatus, Failure> {
    let all = &snapshot.picture.environments;
    let known: Vec<&str> = all.iter().map(|environment| environment.name.as_str()).collect();
    let name = resolve(typed, &known, "environment")?;
    all.iter()
        .find(|environment| environment.name.as_str() == name)
        .ok_or_else(|| Failure::new(Exit::NotFound, format!("there is no environment `{typed}`")))
}

/// The resource that `ENV/NAME` names, among those whose kinds are listed under one of `lists`; `what` is what it is
/// called. Both names may be shortened.
///
/// # Errors
/// When either is unknown or ambiguous, or there is no `/`.
pub(super) fn target<'o>(
    snapshot: &'o Snapshot,
    typed: &str,
    lists: &[&str],
    what: &str,
) -> Result<(&'o EnvironmentStatus, ResourceId), Failure> {
    let Some((env, name)) = typed.split_once('/') else {
        let message = format!("`{typed}` names no {what}: write ENVIRONMENT/NAME, as in `prooflink-dev/web`");
        return Err(Failure::new(Exit::Usage, message));
    };
    let environment = environment(snapshot, env)?;
    let listed =
        |id: &ResourceId| kind(id.kind).and_then(|kind| kind.shown()).is_some_and(|shown| lists.contains(&shown.list));
    let members: Vec<_> = environment.members.iter().filter(|member| listed(&member.id)).collect();
    let known: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let name = resolve(name, &known, &format!("{what} of {}", environment.name))?;
    members
        .iter()
        .find(|member| member.name == name)
        .map(|member| (environment, member.id.clone()))
        .ok_or_else(|| Failure::new(Exit::NotFound, format!("there is no {what} `{typed}`")))
}

/// What a command line wants done: the offer `verb` of the one of `lists` that `target` names.
pub(super) struct ActionArgs<'a> {
    /// `ENV/NAME` as typed.
    pub target: &'a str,
    /// The lists it is among.
    pub lists: &'a [&'a str],
    /// What one is called.
    pub what: &'a str,
    /// The offer.
    pub verb: &'a str,
    /// What it is told.
    pub value: Option<&'a str>,
}

/// What came of a wish.
pub(super) enum TakenUp {
    /// It can be done.
    Proposal(Proposal),
    /// It is so already, in a sentence: nothing is left to be done.
    AlreadySo(String),
}

/// Makes a wish a proposal, once what its choices come from was read.
///
/// # Errors
/// When there is no such thing, the offer is barred, or it cannot be done.
pub(super) async fn take_up(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    environment_config: &ActionArgs<'_>,
) -> Result<TakenUp, Failure> {
    let (environment, id) =
        target(snapshot, environment_config.target, environment_config.lists, environment_config.what)?;
    let name = environment.name.clone();
    let of =
        actions_of(id.kind).ok_or_else(|| Failure::new(Exit::Failed, format!("no actions exist for a {}", id.kind)))?;
    let actions = at_site(context, snapshot, (environment, &id), |context| of.actions(&id, context));
    let refused = |why: String| {
        Failure::new(Exit::Failed, format!("{} {}: {why}", environment_config.verb, environment_config.target))
    };
    let action = actions.into_iter().find(|action| action.verb == environment_config.verb);
    let action = action.ok_or_else(|| refused(format!("a {} knows no such thing", environment_config.what)))?;
    if let Some(why) = action.disabled_reason {
        return Err(refused(why));
    }
    tokio::select! {
        said = consult(context, snapshot, action.prompt.reads()) => said.iter().for_each(|message| output::note(&format!("toban: {message}\n"))),
        _ = interrupt() => return Err(untouched()),
    }
    let environment = snapshot.picture.environment(&name);
    let environment = environment.ok_or_else(|| refused("its environment went".to_owned()))?;
    let (verb, value) = (environment_config.verb, environment_config.value);
    at_site(context, snapshot, (environment, &id), |context| match of.already(&id, verb, value, context) {
        Some(message) => Ok(TakenUp::AlreadySo(message)),
        None => of.propose(&id, verb, value, context).map(TakenUp::Proposal),
    })
    .map_err(refused)
}

/// Carries out what was taken up: tells that it is so already, or takes the proposal through the gate as [`act`] does.
///
/// # Errors
/// As [`act`].
pub(super) async fn carry_out(
    context: &CommandContext,
    snapshot: Snapshot,
    taken_up: TakenUp,
    doing: ((&str, usize), &Acting),
) -> Result<Exit, Failure> {
    match taken_up {
        TakenUp::Proposal(proposal) => act(context, snapshot, proposal, doing).await,
        TakenUp::AlreadySo(message) => tell_already(&message, doing.1),
    }
}

/// Tells that nothing is left to be done. Nothing was sent and nothing is journaled.
///
/// # Errors
/// When nobody can be told.
pub(super) fn tell_already(message: &str, acting: &Acting) -> Result<Exit, Failure> {
    if acting.json {
        let document = json!({ "plan": null, "outcome": How::Done, "says": message, "request_ids": [] });
        output::json(&format!("{document}\n"))?;
    } else {
        output::data(&format!("{}; nothing was changed\n", text::harmless(message)))?;
    }
    Ok(Exit::Done)
}

/// Reads more than the clock does: what choices come from, what a plan tells of, why something drifts. What cannot be
/// read is left out, and told in sentences.
pub(super) async fn consult(context: &CommandContext, snapshot: &mut Snapshot, reads: &[ReadRequest]) -> Vec<String> {
    told(&read_in_turn(&*context.cloud, &mut snapshot.world, reads).await)
}

/// Faults in sentences, for a line each.
pub(super) fn told(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| text::harmless(&fault.sentence()).into_owned()).collect()
}

/// Hands the surroundings of a resource of `environment` to `use_it`.
pub(super) fn at_site<T>(
    context: &CommandContext,
    snapshot: &Snapshot,
    (environment, id): (&EnvironmentStatus, &ResourceId),
    use_it: impl FnOnce(&ActionContext<'_>) -> T,
) -> T {
    ActionContext::within(environment, &id.scope, &snapshot.world, (snapshot.at, &context.view.zone), use_it)
}

/// Hands the surroundings of a whole environment to `use_it`; `None` if it has no members.
pub(super) fn at_whole<T>(
    context: &CommandContext,
    snapshot: &Snapshot,
    environment: &EnvironmentStatus,
    use_it: impl FnOnce(&ActionContext<'_>) -> T,
) -> Option<T> {
    let scope = environment.scopes.first()?;
    Some(ActionContext::within(environment, scope, &snapshot.world, (snapshot.at, &context.view.zone), use_it))
}

/// Takes up a wish of a whole environment.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(super) fn whole(verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Result<TakenUp, String> {
    match environment_actions::already(verb, value, context) {
        Some(message) => Ok(TakenUp::AlreadySo(message)),
        None => environment_actions::propose(verb, value, context).map(TakenUp::Proposal),
    }
}

/// What the gate's context is put together from.
pub(super) fn surroundings<'a>(context: &'a CommandContext, snapshot: &'a Snapshot) -> Surroundings<'a> {
    Surroundings {
        configured: &context.settings.configured_environments,
        picture: &snapshot.picture,
        world: &snapshot.world,
        now: context.cloud.now(),
    }
}

/// The same circumstances under the rules of the configuration for `operation` on so many things.
fn guarded(
    context: &CommandContext,
    at: GateContext,
    (plan, (operation, count)): (&Plan, (&str, usize)),
) -> GateContext {
    let mut guard = context.settings.configured_environments.guard(&plan.environment, operation, at.now);
    // Nobody can be asked twice here: the name stands for the second yes.
    guard.confirm |= guard.twice.is_some();
    if let Some(most) = guard.at_once.filter(|most| count > *most as usize) {
        guard.denied.get_or_insert_with(|| format!("{count} at once are more than {most}"));
    }
    GateContext { guard, ..at }
}

/// Takes `proposal` through the gate and to its end. `operation` is its name and how many things it is done to, by which
/// the rules of the configuration are held against it.
///
/// # Errors
/// When the gate refuses it, it fails, or ctrl-c leaves it.
pub(super) async fn act(
    context: &CommandContext,
    snapshot: Snapshot,
    proposal: Proposal,
    doing: ((&str, usize), &Acting),
) -> Result<Exit, Failure> {
    match run(context, snapshot, proposal, doing).await? {
        Some(ran) => tell(&ran, doing.1),
        None => Ok(Exit::Done),
    }
}

/// What was carried out, and how it ended.
pub(super) struct Ran {
    /// What was to be done.
    pub plan: Plan,
    /// How it ended.
    pub ending: Ending,
    /// AWS's request ids.
    pub request_ids: Vec<String>,
    /// What stands where, of a release.
    pub parts: Vec<ReleasePartState>,
    /// How a release that failed was taken back.
    pub taken_back: Option<Box<Ran>>,
}

impl Ran {
    fn exit(&self) -> Exit {
        match self.ending.how {
            How::Done => Exit::Done,
            How::Incomplete => Exit::Incomplete,
            How::Failed => Exit::Failed,
        }
    }

    /// What was to be done and how it ended, in a sentence.
    pub(super) fn sentence(&self) -> String {
        format!("{}: {}", text::harmless(&self.plan.message), text::harmless(&self.ending.message))
    }

    fn document(&self) -> serde_json::Value {
        let mut document = json!({
            "plan": self.plan, "outcome": self.ending.how, "says": self.ending.message, "request_ids": self.request_ids,
        });
        if let (Some(fields), false) = (document.as_object_mut(), self.parts.is_empty()) {
            fields.insert("parts".to_owned(), json!(self.parts));
            let back = self.taken_back.as_ref().map(|back| back.document());
            fields.insert("taken_back".to_owned(), json!(back));
        }
        document
    }
}

/// The same, without telling how it ended; `None` where only the plan was shown.
///
/// # Errors
/// As [`act`].
pub(super) async fn run(
    context: &CommandContext,
    snapshot: Snapshot,
    proposal: Proposal,
    (operation, acting): ((&str, usize), &Acting),
) -> Result<Option<Ran>, Failure> {
    let mut plan = proposal.plan();
    plan.notices.extend(login::before(&plan, &snapshot.world, context.cloud.now(), &context.view.zone));
    let gate = Gate { read_only: context.settings.read_only };
    let at = guarded(context, surroundings(context, &snapshot).of_plan(&plan), (&plan, operation));
    if acting.dry_run {
        let refused = gate.hindrance(&plan, &at).map(|refused| refused.to_string());
        if let Some(refused) = &refused {
            output::note(&format!("toban: it would be refused: {refused}\n"));
        }
        // What the sheet says above the calls stands beside the plan: the account, and whether it is protected.
        let document =
            json!({ "plan": plan, "account": at.account, "protected": at.protected, "would_be_refused": refused });
        match acting.json {
            true => output::json(&format!("{document}\n"))?,
            false => output::data(&sheet(&plan, &at))?,
        };
        return Ok(None);
    }
    let answer = match (&acting.confirm, acting.yes) {
        (Some(name), _) => Confirmation::Named(name.clone()),
        (None, true) => Confirmation::Yes,
        (None, false) if gate.hindrance(&plan, &at).is_some() => Confirmation::No,
        (None, false) => ask(&plan, &at).await?,
    };
    let at = GateContext { now: context.cloud.now(), ..at };
    let allowed = gate
        .allow(proposal, &answer, acting.reason.clone(), &at)
        .map_err(|refused| Failure::new(Exit::Refused, format!("{}: {refused}", plan.message)))?;
    let journal_writer =
        JournalWriter { path: context.settings.journal.clone(), who: snapshot.world.identity(&plan.scope).cloned() };
    match allowed {
        Admitted::Change(approved) => {
            let mut sent = std::pin::pin!(execute(&*context.cloud, &approved, &journal_writer, None));
            let got = tokio::select! {
                got = &mut sent => Some(got),
                () = interrupt() => answered(sent, std::future::pending::<()>()).await,
            };
            let Some(got) = got else {
                let message = "whether AWS applied it is not known; check it, and `toban journal`";
                return Err(Failure::new(Exit::Interrupted, format!("{} was left: {message}", plan.message)));
            };
            let receipt = got.map_err(|fault| Failure::of(&fault, &plan.scope))?;
            let message = receipt.message.unwrap_or_else(|| "done".to_owned());
            let (ending, request_ids) = (Ending::done(message), receipt.request_ids);
            Ok(Some(Ran { plan, ending, request_ids, parts: Vec::new(), taken_back: None }))
        }
        Admitted::Procedure(license, procedure) => {
            let procedure_run = ProcedureRun { id: 0, license, procedure, limit: acting.limit() };
            let (last, reports) = watch::channel(Report::default());
            let mut lines = output::ProgressLines::default();
            let mut request_ids: Vec<String> = Vec::new();
            let mut progress = |report: Report| {
                // A report has those of the last change alone.
                for id in &report.request_ids {
                    if !request_ids.contains(id) {
                        request_ids.push(id.clone());
                    }
                }
                lines.tell(&text::harmless(&report.message));
                last.send_replace(report);
            };
            let leave = acting.no_wait;
            let cloud = at_work(&context.cloud);
            let ending = {
                let driven =
                    run_procedure(&*cloud, procedure_run, snapshot.world, (&journal_writer, leave), &mut progress);
                let mut driven = std::pin::pin!(driven);
                tokio::select! {
                    ending = &mut driven => Some(ending),
                    () = interrupt() => {
                        // Looked at by itself: whoever writes reports must not wait for who reads this one.
                        let sends = reports.borrow().sends;
                        let mut told = reports.clone();
                        if sends { answered(driven, told.wait_for(|report| !report.sends)).await } else { None }
                    }
                }
            };
            output::progress("");
            let Some(ending) = ending else {
                return Err(Failure::new(Exit::Interrupted, left(&plan, &reports.borrow())));
            };
            let parts = reports.borrow().parts.clone();
            Ok(Some(Ran { plan, ending, request_ids, parts, taken_back: None }))
        }
    }
}

/// After an interrupt: what is on its way to AWS is answered first, within reason, so that it is known what stands. What
/// `work` came to; `None` if it is left, once `told` of the answer, or without.
async fn answered<T, U>(work: Pin<&mut impl Future<Output = T>>, told: impl Future<Output = U>) -> Option<T> {
    output::progress("");
    let most = ANSWER.as_secs();
    output::note(&format!("toban: waits {most} s at most for AWS's answer to what was sent; ctrl-c leaves at once\n"));
    tokio::select! {
        biased;
        _ = told => None,
        () = interrupt() => None,
        () = tokio::time::sleep(ANSWER) => None,
        got = work => Some(got),
    }
}

/// What is said of a procedure that was left.
fn left(plan: &Plan, report: &Report) -> String {
    let ids = match report.request_ids.as_slice() {
        [] => String::new(),
        ids => format!(" (AWS's request id: {})", ids.join(", ")),
    };
    format!("{} was left: {}{ids}", plan.message, report.if_left())
}

/// Tells how it ended.
///
/// # Errors
/// Where it did not end well.
pub(super) fn tell(ran: &Ran, acting: &Acting) -> Result<Exit, Failure> {
    let exit = ran.exit();
    if acting.json {
        output::json(&format!("{}\n", ran.document()))?;
    } else if exit == Exit::Done {
        output::data(&format!("{}\n", ran.sentence()))?;
    }
    if exit == Exit::Done {
        return Ok(exit);
    }
    let back = ran.taken_back.as_ref().map(|back| format!("\n  {}", back.sentence())).unwrap_or_default();
    Err(Failure::new(exit, format!("{}{back}", ran.sentence())))
}

/// Whether there is somebody who can be asked.
pub(super) fn is_attended() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The plan for people.
fn sheet(plan: &Plan, at: &GateContext) -> String {
    let account =
        at.account.as_ref().map_or_else(|| "unknown account".to_owned(), |account| format!("account {account}"));
    let guard = if at.protected { ", protected" } else { "" };
    let mut lines = vec![plan.message.clone(), format!("  in {}{guard}, {}, {account}", plan.environment, plan.scope)];
    lines.extend(plan.calls.iter().map(|call| format!("  · {call}")));
    lines.extend(plan.differences.iter().map(|one| {
        let side = |text: &Option<String>| text.as_deref().unwrap_or("–").to_owned();
        format!("  {}: {} → {}", one.what, side(&one.from), side(&one.to))
    }));
    lines.extend(at.guard.twice.iter().map(|why| format!("  ! {why}")));
    lines.extend(plan.notices.iter().map(|notice| format!("  ! {notice}")));
    lines.extend(plan.irreversible.iter().map(|what| format!("  cannot be undone: {what}")));
    lines.iter().map(|line| format!("{}\n", text::harmless(line))).collect()
}

/// Ctrl-c came before anything was begun.
fn untouched() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted; nothing was changed")
}

/// Shows the plan and asks, if there is somebody to ask. Nobody there means no.
///
/// # Errors
/// When ctrl-c is the answer.
async fn ask(plan: &Plan, at: &GateContext) -> Result<Confirmation, Failure> {
    if !is_attended() {
        return Ok(if at.wants_name() { Confirmation::Yes } else { Confirmation::No });
    }
    let question = match at.wants_name() {
        true => format!("type {} to go on: ", plan.environment),
        false => "go on? [y/N] ".to_owned(),
    };
    output::note(&format!("{}{question}", sheet(plan, at)));
    let typed = typed_line().await?;
    Ok(match typed.trim() {
        "y" | "Y" | "yes" => Confirmation::Yes,
        "" => Confirmation::No,
        name => Confirmation::Named(name.to_owned()),
    })
}

/// A line that somebody types; an empty one where nobody can.
///
/// # Errors
/// When ctrl-c is the answer.
pub(super) async fn typed_line() -> Result<String, Failure> {
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        typed = typed => Ok(typed.ok().and_then(Result::ok).unwrap_or_default()),
        () = interrupt() => Err(untouched()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Cloud;
    use crate::config::Settings;
    use crate::demo::Demo;
    use crate::engine::headless::{View, picture};
    use crate::world::EnvironmentName;

    /// A command is judged as a key is: by the time of whoever gives it.
    #[tokio::test]
    async fn a_commands_plan_grows_old_in_our_time() {
        let start = "2026-11-21T05:00:00Z".parse().expect("a moment");
        let began = std::time::Instant::now();
        let cloud: std::sync::Arc<dyn Cloud> = std::sync::Arc::new(Demo::new(7, 600.0, start));
        let view =
            View { configured_environments: crate::demo::configured_environments(), zone: jiff::tz::TimeZone::UTC };
        let snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo can be read");
        let context = CommandContext { cloud, settings: Settings::default(), view, memory: None, paint: None };
        let name = EnvironmentName::from("prooflink-dev");
        let scope = snapshot.world.scopes().into_iter().next().expect("a place");
        let at = surroundings(&context, &snapshot).of_environment(&name, &scope);
        assert_eq!((at.speed, context.cloud.speed()), (snapshot.world.speed(), snapshot.world.speed()));
        let later = GateContext { now: at.now + jiff::SignedDuration::from_hours(10), ..at };
        // Ten hours at that speed are a minute of ours; the reading itself took some seconds.
        let most =
            jiff::SignedDuration::from_secs(61) + jiff::SignedDuration::try_from(began.elapsed()).expect("a span");
        assert!(later.age().is_some_and(|age| age < most), "{:?} of {most:?}", later.age());
    }

    #[tokio::test]
    async fn what_a_plan_tells_of_is_read_before_it_is_made() {
        let cloud: std::sync::Arc<dyn Cloud> = std::sync::Arc::new(Demo::at(7, 0));
        let view =
            View { configured_environments: crate::demo::configured_environments(), zone: jiff::tz::TimeZone::UTC };
        let mut snapshot = picture(&cloud, &view, &mut |_, _| {}).await.expect("the demo can be read");
        let context = CommandContext { cloud, settings: Settings::default(), view, memory: None, paint: None };
        let environment_config = ActionArgs {
            target: "prooflink-dev/service",
            lists: &["services"],
            what: "service",
            verb: "force",
            value: None,
        };
        let Ok(TakenUp::Proposal(proposal)) = take_up(&context, &mut snapshot, &environment_config).await else {
            panic!("a plan")
        };
        let told = proposal.plan().notices.join("\n");
        assert!(told.contains("prooflink-dev-app:latest is sha256:") && told.contains(", pushed "), "{told}");
    }
}
