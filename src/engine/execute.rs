//! Carrying out what the gate let through, between its two lines in the journal. What cannot be
//! journaled is not done. Touches the outside through `Cloud` and `os` only.

use std::path::{Path, PathBuf};

use super::journal::Line;
use super::session::SessionRequest;
use super::session_command;
use super::session_command::SessionCommand;
use crate::change::gate::{Approved, CommandInSession};
use crate::change::receipt::Receipt;
use crate::cloud::Cloud;
use crate::os;
use crate::text::mask_text;
use crate::world::{Fault, FaultKind, Identity};

/// Where the journal is, and who is written into it.
#[derive(Clone, Debug, Default)]
pub struct JournalWriter {
    /// The file; `None` keeps none.
    pub path: Option<PathBuf>,
    /// Who we are there, if known.
    pub who: Option<Identity>,
}

impl JournalWriter {
    /// Appends a line and has it on the disk before it returns.
    ///
    /// # Errors
    /// When it cannot be written; then nothing may be changed.
    pub async fn write(&self, line: &Line) -> Result<(), Fault> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let text = line.encode().map_err(|why| unwritten(&path, &why.to_string()))?;
        let to = path.clone();
        match tokio::task::spawn_blocking(move || os::append_line(&to, &text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(unwritten(&path, &why.to_string())),
            Err(why) => Err(unwritten(&path, &why.to_string())),
        }
    }

    /// The same for a line whose change has happened already: a failure goes to the log.
    pub async fn close(&self, line: &Line) {
        if let Err(fault) = self.write(line).await {
            tracing::error!(%fault, "the end of a change could not be journaled");
        }
    }
}

fn unwritten(path: &Path, why: &str) -> Fault {
    Fault::new(FaultKind::Refused, "writing the journal", why).on(path.display().to_string())
}

/// A new id for a journal entry: its millisecond, and dice.
#[must_use]
pub fn entry_id(cloud: &dyn Cloud) -> String {
    format!("{:x}-{:08x}", cloud.now().as_millisecond(), fastrand::u32(..))
}

/// Performs an approved change. `part_of` is the entry of the procedure it is a step of.
///
/// # Errors
/// The fault of the journal, in which case nothing was changed, or that of the change.
pub async fn execute(
    cloud: &dyn Cloud,
    approved: &Approved,
    journal_writer: &JournalWriter,
    part_of: Option<&str>,
) -> Result<Receipt, Fault> {
    let plan = approved.plan();
    let id = entry_id(cloud);
    let started = Line::started(&id, cloud.now(), &plan, journal_writer.who.as_ref(), approved.reason())
        .of(part_of)
        .doing(&approved.change_request());
    let change_request = approved.change_request();
    tracing::debug!(entry = id, part_of, scope = %plan.scope, verb = change_request.verb, on = %change_request.on, "change: journal");
    journal_writer.write(&started).await.inspect_err(|fault| {
        tracing::debug!(entry = id, message = fault.message, "change: not journaled, so not made");
    })?;
    tracing::debug!(entry = id, "change: call");
    let got = match approved.in_session() {
        Some(command) => in_session(cloud, approved, command, journal_writer).await,
        None => cloud.change(approved, &plan.scope).await,
    };
    match &got {
        Ok(receipt) => tracing::debug!(entry = id, request_ids = ?receipt.request_ids, "change: answered"),
        Err(fault) => tracing::debug!(
            entry = id,
            operation = fault.operation,
            fault = fault.kind.word(),
            code = fault.code,
            request_id = fault.request_id,
            message = fault.message,
            "change: failed"
        ),
    }
    // What a command printed is shown and not written down.
    let noted = got.clone().map(|receipt| receipt.without(OUTPUT));
    journal_writer.close(&Line::ended(&id, cloud.now(), &noted)).await;
    got
}

/// The fact that holds what a command printed.
const OUTPUT: &str = "output";

/// Carries out a change that is a command in a session.
async fn in_session(
    cloud: &dyn Cloud,
    approved: &Approved,
    command: CommandInSession,
    journal_writer: &JournalWriter,
) -> Result<Receipt, Fault> {
    let session = SessionRequest { plan: approved.plan(), ask: command.ask, reason: None };
    let session = session.because(approved.reason().map(str::to_owned));
    let asked = SessionCommand { session, nonce: command.nonce, line: String::new() };
    let answer = session_command::run(cloud, &asked, journal_writer, session_command::LIMIT).await?;
    let exit = answer.exit.map(|code| ("exit", code.to_string()));
    let facts = exit.into_iter().chain([(OUTPUT, mask_text(&answer.output).into_owned())]).collect();
    Ok(Receipt { facts, ..Receipt::default() })
}
