//! Reads this kind from AWS: logs:GetLogEvents, from the end, page by page until there is a line.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_cloudwatchlogs::types::OutputLogEvent;
use jiff::Timestamp;

use super::model::{Line, LogTail};
use crate::aws::{concurrently, text};
use crate::kinds::FetchContext;
use crate::text::mask_text;
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const GET: &str = "logs:GetLogEvents";

/// How many lines are read: a screen's worth.
const LINES: i32 = 50;
/// So many pages are looked through for the last lines.
const PAGES: usize = 5;

/// Reads what `ask` covers, stream by stream; nothing where none is named.
///
/// # Errors
/// None: a stream's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<LogTail>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let streams: Vec<Part> = parts.iter().cloned().collect();
    let read = concurrently(streams, |stream| async move {
        let got = match of_stream(ask, &stream).await {
            // A container that never ran has no stream.
            Err(fault) if fault.kind == FaultKind::Gone => Ok(Vec::new()),
            got => got.map(|tail| vec![tail]),
        };
        (stream, got)
    });
    Ok(Reading::of(read.await))
}

async fn of_stream(ask: FetchContext<'_>, part: &str) -> Result<LogTail, Fault> {
    let Some((group, stream)) = part.split_once(':') else {
        return Err(Fault::new(FaultKind::Refused, GET, "no log group and stream is named").on(part));
    };
    let mut token: Option<String> = None;
    // A page may be empty though older ones are not; the end is a token that comes twice (GetLogEvents, API reference).
    for _ in 0..PAGES {
        let request = ask.aws.logs.get_log_events().log_group_name(group).log_stream_name(stream);
        let request = request.start_from_head(false).limit(LINES).set_next_token(token.clone());
        let answer = ask.aws.call(GET, Some(part), request.send()).await?;
        let lines: Vec<Line> = answer.events().iter().filter_map(line).collect();
        let older = text(answer.next_backward_token());
        if !lines.is_empty() || older.is_none() || older == token {
            return Ok(LogTail { key: part.to_owned(), lines });
        }
        token = older;
    }
    Ok(LogTail { key: part.to_owned(), lines: Vec::new() })
}

fn line(event: &OutputLogEvent) -> Option<Line> {
    let message = text(event.message())?;
    let at = event.timestamp().and_then(|at| Timestamp::from_millisecond(at).ok());
    Some(Line { at, message: mask_text(&message).into_owned() })
}

#[cfg(test)]
mod tests;
