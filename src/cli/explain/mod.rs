//! `toban explain ENV`: why an environment is not well, with what speaks for and against each cause. Reads through the
//! headless engine; the exit code is `status`'s.

mod json;
mod text;

use jiff::Timestamp;

use super::args;
use super::exit::{Exit, Failure};
use super::interrupt::interrupt;
use super::read;
use super::read::CommandContext;
use super::{output, resolve};
use crate::config::Dirs;
use crate::engine::explanation::{HEARD, explained, happened, own_events};
use crate::engine::headless::Snapshot;
use crate::engine::journal::{self, Entry};
use crate::engine::seen_events;
use crate::overview::EnvironmentStatus;
use crate::store::Store;
use crate::timeline::Event;
use crate::world::EnvironmentName;

pub(super) use json::resource;

/// Runs it.
///
/// # Errors
/// When nothing could be read, or the environment is not there.
pub(super) async fn run(
    context: &CommandContext,
    args: &args::Explain,
    dirs: &Dirs,
    demo: bool,
) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let name = chosen(&snapshot, &args.env)?.name.clone();
    read::explain(context, &mut snapshot, &|environment| environment.name == name).await?;
    let memory = memory(dirs, demo);
    let window = (snapshot.at.checked_sub(HEARD).unwrap_or(snapshot.at), snapshot.at);
    let status = chosen(&snapshot, name.as_str())?;
    let mut own = own_events(&entries(dirs, demo), status);
    own.extend(remembered(memory.as_ref(), status, window));
    output::progress("reading logs, events and changes");
    let got = tokio::select! {
        got = explained(&*context.cloud, &context.view, &mut snapshot, (&name, &own)) => Ok(got),
        () = interrupt() => Err(Failure::new(Exit::Interrupted, "")),
    };
    output::progress("");
    let explanation = got?.ok_or_else(|| Failure::new(Exit::NotFound, format!("{name} is not there any more")))?;
    let zone = &context.view.zone;
    if let (Some(memory), Ok(status)) = (memory, chosen(&snapshot, name.as_str())) {
        let seen = happened(&snapshot.world, status, window, (snapshot.at, zone));
        keep(&memory, status, snapshot.at, &seen);
    }
    if args.json {
        output::json(&format!("{:#}\n", json::document(&name, &explanation, snapshot.at, zone)))?;
    } else {
        let shown = text::Shown { now: snapshot.at, zone, theme: context.paint.as_ref() };
        output::data(&text::sheet(&name, &explanation, &shown))?;
        output::note(&read::faults(&snapshot));
    }
    Ok(Exit::of(explanation.health))
}

/// The environment that was named.
pub(super) fn chosen<'s>(snapshot: &'s Snapshot, typed: &str) -> Result<&'s EnvironmentStatus, Failure> {
    let known: Vec<&str> = snapshot.picture.environments.iter().map(|environment| environment.name.as_str()).collect();
    let name = EnvironmentName::from(resolve(typed, &known, "environment")?);
    let missing = || Failure::new(Exit::NotFound, format!("there is no environment {name}"));
    snapshot.picture.environment(&name).ok_or_else(missing)
}

/// What was seen before; nothing where it cannot be kept: then everything is as AWS tells it.
pub(super) fn memory(dirs: &Dirs, demo: bool) -> Option<Store> {
    let state = dirs.state.as_ref().filter(|_| !demo)?;
    Store::open(state).inspect_err(|fault| tracing::warn!(%fault, "what was seen before is not known")).ok()
}

/// What was seen of an environment before.
pub(super) fn remembered(
    memory: Option<&Store>,
    status: &EnvironmentStatus,
    window: (Timestamp, Timestamp),
) -> Vec<Event> {
    let told = memory.map(|memory| seen_events::recall(memory, status, window));
    told.and_then(|told| told.inspect_err(|fault| tracing::warn!(%fault, "what was seen before cannot be read")).ok())
        .unwrap_or_default()
}

/// Keeps what was seen of an environment now.
pub(super) fn keep(memory: &Store, status: &EnvironmentStatus, now: Timestamp, seen: &[Event]) {
    if let Err(fault) = seen_events::remember(memory, status, now, seen) {
        tracing::warn!(%fault, "what was seen is not kept");
    }
}

/// What was done from here; nothing where there is no journal, or none that can be read: it is one source of many.
pub(super) fn entries(dirs: &Dirs, demo: bool) -> Vec<Entry> {
    let file = if demo { journal::DEMO_FILE } else { journal::FILE };
    let bytes = dirs.state.as_ref().and_then(|state| crate::os::read_state(&state.join(file)).ok());
    bytes.map(|bytes| journal::read(&String::from_utf8_lossy(&bytes)).0).unwrap_or_default()
}

#[cfg(test)]
mod tests;
