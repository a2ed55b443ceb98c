//! `toban status`: environments and their health, as a table or as JSON, once or going on. Reads
//! through the headless engine; the exit code tells the worst.

mod json;
mod table;

use crate::overview::EnvironmentStatus;
use std::ops::ControlFlow;

use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use super::{args, output, resolve};
use crate::engine::headless::Snapshot;
use crate::world::Health;

pub(super) use json::document;
pub(super) use table::{Manner, table};

/// Runs it.
///
/// # Errors
/// When nothing could be read, or a named environment is not there.
pub(super) async fn run(context: &CommandContext, args: &args::Status) -> Result<Exit, Failure> {
    if args.watch {
        return watch(context, args).await;
    }
    let named: Vec<&str> = args.env.iter().map(String::as_str).collect();
    let mut snapshot = read::once_of(context, &named).await?;
    // Why something drifts may be what an environment's health hangs on.
    let chosen: Vec<_> =
        choose(&snapshot, &args.env)?.into_iter().map(|environment| environment.name.clone()).collect();
    read::explain(context, &mut snapshot, &|environment| chosen.contains(&environment.name)).await?;
    let (text, exit) = say(context, args, &snapshot)?;
    if args.json {
        output::json(&text)?
    } else {
        output::data(&text)?
    };
    if !args.json {
        output::note(&read::faults(&snapshot));
    }
    Ok(exit)
}

/// Goes on until interrupted, nobody reads any more, or the first look fails.
async fn watch(context: &CommandContext, args: &args::Status) -> Result<Exit, Failure> {
    let mut seen = SeenStatus::default();
    let mut end = Ok(Exit::Done);
    read::on(context, &mut |snapshot| match seen.take(context, args, snapshot) {
        Ok(true) => ControlFlow::Continue(()),
        Ok(false) => ControlFlow::Break(()),
        Err(failure) => {
            end = Err(failure);
            ControlFlow::Break(())
        }
    })
    .await?;
    end
}

/// What was printed last, so that nothing is printed twice for no reason.
#[derive(Default)]
struct SeenStatus {
    fingerprint: Option<String>,
    /// Whether a reading of this run was seen.
    is_read: bool,
    faults: String,
    at: jiff::Timestamp,
}

impl SeenStatus {
    fn take(&mut self, context: &CommandContext, args: &args::Status, snapshot: &Snapshot) -> Result<bool, Failure> {
        if read::is_memory(snapshot) {
            // Whoever reads lines by a program waits for what is so now, and so does who named what is new.
            if args.json || choose(snapshot, &args.env).is_err() {
                return Ok(true);
            }
        } else if !self.is_read {
            read::readable(snapshot)?;
            self.is_read = true;
        }
        // The moment is not news; everything else is.
        let (fingerprint, _) = say(context, args, &Snapshot { at: jiff::Timestamp::UNIX_EPOCH, ..snapshot.clone() })?;
        let due = args.json && snapshot.at.duration_since(self.at) >= context.settings.refresh;
        if self.fingerprint.as_ref() == Some(&fingerprint) && !due {
            return Ok(true);
        }
        let (text, _) = say(context, args, snapshot)?;
        let heading = if args.json { String::new() } else { table::moment(snapshot.at, &context.view.zone) };
        self.fingerprint = Some(fingerprint);
        self.at = snapshot.at;
        let faults = read::faults(snapshot);
        if !args.json && faults != self.faults {
            output::note(&faults);
        }
        self.faults = faults;
        if args.json { output::json(&text) } else { output::data(&format!("{heading}{text}")) }
    }
}

/// What is printed of a snapshot, and the exit code it means.
fn say(context: &CommandContext, args: &args::Status, snapshot: &Snapshot) -> Result<(String, Exit), Failure> {
    let chosen = choose(snapshot, &args.env)?;
    let text = if args.json {
        let document = document(snapshot, &chosen, &context.view.zone);
        let line = if args.watch { serde_json::to_string(&document) } else { serde_json::to_string_pretty(&document) };
        let line = line.map_err(|fault| Failure::new(Exit::Failed, format!("writing JSON failed: {fault}")))?;
        format!("{line}\n")
    } else {
        let manner = Manner { theme: context.paint.as_ref(), evidence: !args.env.is_empty() };
        table(snapshot, &chosen, &manner)
    };
    Ok((text, exit(snapshot, &chosen, !args.env.is_empty())))
}

/// The environments named, in the order of the picture; all if none is.
fn choose<'o>(snapshot: &'o Snapshot, typed: &[String]) -> Result<Vec<&'o EnvironmentStatus>, Failure> {
    let all = &snapshot.picture.environments;
    let known: Vec<&str> = all.iter().map(|environment| environment.name.as_str()).collect();
    let mut wanted = Vec::new();
    for typed in typed {
        let name = resolve(typed, &known, "environment").map_err(|failure| {
            let unread = read::unread(snapshot);
            let hidden = if unread.is_empty() {
                String::new()
            } else {
                format!("\nit may be where nothing could be read: {}", unread.join(", "))
            };
            Failure::new(failure.exit, format!("{failure}{hidden}"))
        })?;
        wanted.push(name);
    }
    Ok(all.iter().filter(|environment| typed.is_empty() || wanted.contains(&environment.name.as_str())).collect())
}

/// The worst of the chosen. Where all were asked for, a place that could not be read may hide one.
fn exit(snapshot: &Snapshot, chosen: &[&EnvironmentStatus], named: bool) -> Exit {
    let hidden = !named && !read::unread(snapshot).is_empty();
    let least = if hidden { Health::Unknown } else { Health::Well };
    Exit::of(chosen.iter().map(|environment| environment.verdict.health).fold(least, Health::max))
}

#[cfg(test)]
mod tests;
