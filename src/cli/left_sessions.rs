//! Sessions that a toban which was killed left open: told and offered to be ended by `connect`, `tunnel` and `doctor`. On a
//! terminal a person is asked; elsewhere the command that ends them is named. Decides nothing about sessions.

use std::io::IsTerminal;

use super::change::typed_line;
use super::exit::{Exit, Failure};
use super::output;
use super::read::CommandContext;
use crate::engine::execute::JournalWriter;
use crate::engine::left_sessions::{LeftSession, end, find};
use crate::engine::session::IN_PASSING;
use crate::text;

/// What ends them where nobody can be asked.
pub(super) const COMMAND: &str = "toban doctor --end-sessions";

/// Those that are open now. Whoever came for something else waits no longer than a moment.
pub(super) async fn open(context: &CommandContext) -> Vec<LeftSession> {
    let Some(journal) = &context.settings.journal else { return Vec::new() };
    let found = tokio::time::timeout(IN_PASSING, find(&*context.cloud, journal)).await;
    found.unwrap_or_default()
}

/// Tells of each, and ends those that a person says yes to.
///
/// # Errors
/// When ctrl-c is the answer.
pub(super) async fn offer(context: &CommandContext) -> Result<(), Failure> {
    let may_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && !context.settings.read_only;
    for left in open(context).await {
        let sentence = text::harmless(&left.sentence()).into_owned();
        if !may_ask {
            output::note(&format!("toban: {sentence}; `{COMMAND}` ends it\n"));
            continue;
        }
        output::note(&format!("toban: {sentence}\nend it? [y/N] "));
        if matches!(typed_line().await?.trim(), "y" | "Y" | "yes") {
            match ended(context, &left).await {
                Ok(()) => output::note(&format!("toban: session {} is ended\n", text::harmless(&left.id))),
                Err(failure) => output::note(&format!("toban: {failure}\n")),
            }
        }
    }
    Ok(())
}

/// Ends one.
///
/// # Errors
/// When nothing may be changed, or it cannot be ended.
pub(super) async fn ended(context: &CommandContext, left: &LeftSession) -> Result<(), Failure> {
    if context.settings.read_only {
        let refused = crate::change::gate::Refused::ReadOnly;
        return Err(Failure::new(Exit::Refused, format!("ending session {}: {refused}", left.id)));
    }
    let journal_writer = JournalWriter { path: context.settings.journal.clone(), who: None };
    let got = end(&*context.cloud, &journal_writer, left).await;
    got.map_err(|fault| Failure::of(&fault, &left.scope))
}
