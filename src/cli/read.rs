//! Looking without a screen, for every headless command: one picture or a stream of them, with
//! progress for people, an ear for ctrl-c, and sentences for what could not be read.

use crate::overview::EnvironmentStatus;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::cloud::Cloud;
use crate::config::Settings;
use crate::engine::headless;
use crate::engine::headless::{Choose, Progress, Snapshot, View};
use crate::engine::journal;
use crate::engine::memory::Memory;
use crate::engine::poller::PollIntervals;
use crate::engine::scheduler;
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::os::signals::is_leaving;
use crate::overview::{Picture, assemble};
use crate::text;
use crate::theme::Theme;
use crate::world::access_check::Check;
use crate::world::{EnvironmentName, Fault, KindStore, OwnTurns, Scope, World};

use super::exit::{Exit, Failure, is_credentials};
use super::interrupt::interrupt;
use super::waiting::Waiting;
use super::{output, resolve};

/// How often what was read is written down while a command goes on reading.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// What a headless command works with.
pub struct CommandContext {
    /// The cloud.
    pub cloud: Arc<dyn Cloud>,
    /// Settings with flags and environment laid over the file.
    pub settings: Settings,
    /// Wishes and time zone.
    pub view: View,
    /// What earlier runs remember; `None` where nothing can be kept.
    pub memory: Option<Memory>,
    /// How printed tables are coloured; `None` where colour would be in the way.
    pub paint: Option<Theme>,
}

/// Reads everything once.
///
/// # Errors
/// When it cannot be told where to look, nothing at all could be read, or ctrl-c came first.
pub(super) async fn once(context: &CommandContext) -> Result<Snapshot, Failure> {
    once_of(context, &[]).await
}

/// The same for who wants to know of the environments that `typed` names: beside what earlier runs remember, only what
/// tells of them is read. All of it where none is named.
///
/// # Errors
/// As [`once`].
pub(super) async fn once_of(context: &CommandContext, typed: &[&str]) -> Result<Snapshot, Failure> {
    let choose = |picture: &Picture| -> Option<Vec<EnvironmentName>> {
        let known: Vec<&str> = picture.environments.iter().map(|environment| environment.name.as_str()).collect();
        let name = |typed: &&str| resolve(typed, &known, "environment").ok().map(EnvironmentName::from);
        typed.iter().map(name).collect()
    };
    let snapshot =
        looked(context, Some(&choose).filter(|_| !typed.is_empty()).map(|choose| choose as Choose<'_>)).await?;
    readable(&snapshot)?;
    Ok(snapshot)
}

/// The same for who wants something of the environment before the `/` of `target`.
///
/// # Errors
/// As [`once`].
pub(super) async fn once_for(context: &CommandContext, target: &str) -> Result<Snapshot, Failure> {
    match target.split_once('/') {
        Some((environment, _)) => once_of(context, &[environment]).await,
        None => once(context).await,
    }
}

/// The same, where failing to read anything is itself an answer.
///
/// # Errors
/// When it cannot be told where to look, or ctrl-c came first.
pub(super) async fn once_whatever(context: &CommandContext) -> Result<Snapshot, Failure> {
    looked(context, None).await
}

async fn looked(context: &CommandContext, choose: Option<Choose<'_>>) -> Result<Snapshot, Failure> {
    let mut waiting = Waiting::default();
    let mut progress = |made: &Progress<'_>| waiting.tell(made, &context.view);
    let picture = headless::picture_with(&context.cloud, &context.view, context.memory.as_ref(), choose, &mut progress);
    let got = tokio::select! {
        got = picture => got,
        _ = interrupt() => {
            output::progress("");
            return Err(interrupted());
        }
    };
    output::progress("");
    got.map_err(|fault| nowhere(&fault))
}

/// Tells who executes schedules on this machine, and reads why something is not as its schedule wants it, of the
/// environments that `of` chooses. What may not be read stands beside the data, and the cause stays unknown.
///
/// # Errors
/// When ctrl-c came first.
pub(super) async fn explain(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    of: &(dyn Fn(&EnvironmentStatus) -> bool + Sync),
) -> Result<(), Failure> {
    if heartbeat(context, snapshot) {
        snapshot.picture =
            assemble(&snapshot.world, &context.view.configured_environments, snapshot.at, &context.view.zone);
    }
    tokio::select! {
        _ = headless::explain(&*context.cloud, &context.view, snapshot, of) => Ok(()),
        _ = interrupt() => Err(interrupted()),
    }
}

/// What the journal of this machine tells of stops and starts; one that cannot be read tells nothing.
fn own_turns(context: &CommandContext) -> OwnTurns {
    let bytes = context.settings.journal.as_ref().and_then(|path| crate::os::read_state(path).ok()).unwrap_or_default();
    journal::own_turns(&journal::read(&String::from_utf8_lossy(&bytes)).0, None)
}

/// Takes in who executes schedules on this machine, and what was stopped or started from it. False where that changes nothing, or cannot be told.
fn heartbeat(context: &CommandContext, snapshot: &mut Snapshot) -> bool {
    let Some(dir) = context.settings.execution_log.clone() else { return false };
    let own_turns = own_turns(context);
    let turned = !own_turns.is_empty();
    snapshot.world.turned(own_turns);
    match scheduler::heartbeat(&context.view.configured_environments, &ExecutionLog::Kept(dir), snapshot.at) {
        Some(Ok(heartbeat)) => {
            snapshot.world.watched(heartbeat);
            true
        }
        Some(Err(why)) => {
            tracing::warn!(%why, "who executes schedules here cannot be told");
            turned
        }
        None => turned,
    }
}

/// Reads on, handing every picture to `each`.
///
/// # Errors
/// When it cannot be told where to look, or ctrl-c ended it.
pub(super) async fn on(
    context: &CommandContext,
    each: &mut (dyn FnMut(&Snapshot) -> ControlFlow<()> + Send),
) -> Result<(), Failure> {
    let tempo = PollIntervals {
        background: context.settings.refresh,
        focused: context.settings.refresh,
        ..PollIntervals::default()
    };
    let mut waiting = Waiting::default();
    let mut progress = |made: &Progress<'_>| waiting.tell(made, &context.view);
    let mut written: Option<Instant> = None;
    let mut kept = |snapshot: &Snapshot| {
        output::progress("");
        if !is_memory(snapshot) && written.is_none_or(|at| at.elapsed() >= KEEP_EVERY) {
            written = Some(Instant::now());
            headless::keep(&context.cloud, context.memory.as_ref(), snapshot, &context.view);
        }
        let mut snapshot = snapshot.clone();
        if heartbeat(context, &mut snapshot) {
            snapshot.picture =
                assemble(&snapshot.world, &context.view.configured_environments, snapshot.at, &context.view.zone);
        }
        // Whoever prints may have waited for a terminal meanwhile, and nothing else of this task was heard.
        if is_leaving() { ControlFlow::Break(()) } else { each(&snapshot) }
    };
    let memory = context.memory.as_ref();
    let watched = headless::watch(&context.cloud, &context.view, tempo, memory, (&mut progress, &mut kept));
    tokio::select! {
        got = watched => match got {
            Ok(()) if is_leaving() => Err(interrupted()),
            got => got.map_err(|fault| nowhere(&fault)),
        },
        _ = interrupt() => Err(interrupted()),
    }
}

/// Where to look.
///
/// # Errors
/// When that cannot be told, or ctrl-c came first.
pub(crate) async fn scopes(context: &CommandContext) -> Result<Vec<Scope>, Failure> {
    tokio::select! {
        got = context.cloud.scopes() => got.map_err(|fault| nowhere(&fault)),
        _ = interrupt() => Err(interrupted()),
    }
}

/// Tries what reading takes in these places, all at once.
///
/// # Errors
/// When ctrl-c came first.
pub(crate) async fn probe(context: &CommandContext, scopes: &[Scope]) -> Result<Vec<(Scope, Vec<Check>)>, Failure> {
    output::progress(&format!("trying what reading takes in {} places", scopes.len()));
    let tried = join_all(scopes.iter().map(|scope| context.cloud.probe(scope)));
    let tried = tokio::select! {
        tried = tried => Ok(tried),
        _ = interrupt() => Err(interrupted()),
    };
    output::progress("");
    Ok(scopes.iter().cloned().zip(tried?).collect())
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "")
}

/// Without a scope the remedy has nothing to name; the fault's own words do.
fn nowhere(fault: &Fault) -> Failure {
    let exit = if is_credentials(fault) { Exit::Credentials } else { Exit::Failed };
    Failure::new(exit, fault.sentence())
}

/// Whether this run read anything of it; what an earlier one knew is no sign that anything can be read.
fn is_read(store: &KindStore) -> bool {
    store.bins().any(|(_, bin)| bin.read_at.is_some() && !bin.remembered)
}

/// Whether nothing was asked for yet: it is what an earlier run knew.
#[must_use]
pub(super) fn is_memory(snapshot: &Snapshot) -> bool {
    snapshot.world.shelves().all(|(_, _, store)| store.tried_at.is_none())
}

/// Fails if nothing at all could be read.
///
/// # Errors
/// With the code for credentials if they are the reason.
pub(super) fn readable(snapshot: &Snapshot) -> Result<(), Failure> {
    let faults = all_faults(snapshot);
    // What is read beside other kinds only is read without a call where those are not there.
    let stands_alone = |name| crate::kinds::catalog::kind(name).is_some_and(|kind| kind.needs().is_empty());
    let mut read = snapshot.world.shelves().filter(|(_, _, store)| is_read(store));
    // And what an earlier run knew of those may be all that it was read by.
    let holds = |scope: &Scope, store: &KindStore| store.keys().next().is_some() && !snapshot.world.is_recalled(scope);
    if faults.is_empty() || read.any(|(scope, kind, store)| stands_alone(kind) || holds(scope, store)) {
        return Ok(());
    }
    let telling = faults.iter().find(|(_, fault)| is_credentials(fault)).or_else(|| faults.first());
    let Some((scope, fault)) = telling else {
        return Ok(());
    };
    let failure = Failure::of(fault, scope);
    let place = place(scope, &snapshot.world);
    Err(Failure::new(failure.exit, format!("nothing could be read from {place}: {failure}")))
}

/// The places of which nothing at all could be read.
#[must_use]
pub(super) fn unread(snapshot: &Snapshot) -> Vec<String> {
    let world = &snapshot.world;
    let read: BTreeSet<&Scope> =
        world.shelves().filter(|(_, _, store)| is_read(store)).map(|(scope, _, _)| scope).collect();
    let failed: BTreeSet<&Scope> = all_faults(snapshot).into_iter().map(|(scope, _)| scope).collect();
    failed.difference(&read).map(|scope| place(scope, world)).collect()
}

/// Every fault that stands, each once a place. Where credentials are the reason, that alone: the rest follows from it.
#[must_use]
pub(crate) fn all_faults(snapshot: &Snapshot) -> Vec<(&Scope, &Fault)> {
    let mut all: Vec<(&Scope, &Fault)> = Vec::new();
    let world = &snapshot.world;
    let identities = world.identity_faults();
    let shelves = world.shelves().flat_map(|(scope, _, store)| store.faults().map(move |fault| (scope, fault)));
    for (scope, fault) in identities.chain(shelves) {
        let told = all
            .iter()
            .any(|(at, known)| *at == scope && (*known == fault || (is_credentials(known) && is_credentials(fault))));
        if !told {
            all.push((scope, fault));
        }
    }
    all
}

/// A scope as people and scripts know it: `123456789012/ap-northeast-1`, with the source's name where the account is
/// not known.
#[must_use]
pub(crate) fn place(scope: &Scope, world: &World) -> String {
    match world.account(scope) {
        Some(account) => format!("{account}/{}", scope.region),
        None => scope.to_string(),
    }
}

/// The faults as lines for people, each with its remedy.
#[must_use]
pub(super) fn faults(snapshot: &Snapshot) -> String {
    let lines = all_faults(snapshot).into_iter().map(|(scope, fault)| {
        let message = format!("{}: {}", place(scope, &snapshot.world), fault.sentence());
        format!("{}\n  {}\n", text::harmless(&message), text::harmless(&fault.remedy(scope)))
    });
    lines.collect()
}
