//! Reads this kind from AWS: logs:GetLogEvents, from the end.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use jiff::Timestamp;

use super::model::{Line, LogTail};
use crate::aws::{text, together};
use crate::kinds::Ask;
use crate::text::mask_text;
use crate::world::{Coverage, Fault, FaultKind, Harvest, Part};

const GET: &str = "logs:GetLogEvents";

/// How many lines are read: a screen's worth.
const LINES: i32 = 50;

/// Reads what `ask` covers, stream by stream; nothing where none is named.
///
/// # Errors
/// None: a stream's own fault stands in the harvest.
pub(super) async fn read(ask: Ask<'_>) -> Result<Harvest<LogTail>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Harvest::of(Vec::new())) };
    let streams: Vec<Part> = parts.iter().cloned().collect();
    let read = together(streams, |stream| async move {
        let got = match of_stream(ask, &stream).await {
            // A container that never ran has no stream.
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|tail| vec![tail]),
        };
        (stream, got)
    });
    Ok(Harvest::of(read.await))
}

async fn of_stream(ask: Ask<'_>, part: &str) -> Result<LogTail, Fault> {
    let Some((group, stream)) = part.split_once(':') else {
        return Err(Fault::new(FaultKind::Refused, GET, "no log group and stream is named").on(part));
    };
    let request = ask.aws.logs.get_log_events().log_group_name(group).log_stream_name(stream);
    let answer = ask.aws.call(GET, Some(part), request.start_from_head(false).limit(LINES).send()).await?;
    let lines = answer.events().iter().filter_map(|event| {
        let says = text(event.message())?;
        let at = event.timestamp().and_then(|at| Timestamp::from_millisecond(at).ok());
        Some(Line { at, says: mask_text(&says).into_owned() })
    });
    Ok(LogTail { key: part.to_owned(), lines: lines.collect() })
}

#[cfg(test)]
mod tests;
