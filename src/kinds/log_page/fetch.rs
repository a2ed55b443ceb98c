//! Reads this kind from AWS: logs:FilterLogEvents, rds:DescribeDBLogFiles, rds:DownloadDBLogFilePortion; one page each.
//! The only file of the kind that may touch the network or an SDK type; reading operations only. Secrets in lines are
//! masked here, so that none gets any further.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use super::db_lines::time_of;
use super::model::{DbLogFile, EventsRequest, FileRequest, LogEvent, LogPage, LogRequest, Streams};
use crate::aws::{concurrently, pages, text};
use crate::kinds::FetchContext;
use crate::text::mask_text;
use crate::world::{Coverage, Fault, Part, Reading};

const FILTER: &str = "logs:FilterLogEvents";
const FILES: &str = "rds:DescribeDBLogFiles";
const PORTION: &str = "rds:DownloadDBLogFilePortion";

/// The most events of a page (FilterLogEvents, API reference); AWS ends it at 1 MB if that comes first.
const EVENTS: i32 = 10_000;
/// The most lines of a portion: AWS cuts it at 1 MB if that comes first.
const LINES: i32 = 2_000;

/// Reads what `ask` covers, page by page; nothing where no page is named.
///
/// # Errors
/// None: a page's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<LogPage>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    // Whoever tries every kind names parts of all of them.
    let asked: Vec<(Part, LogRequest)> =
        parts.iter().filter_map(|part| Some((part.clone(), LogRequest::of(part)?))).collect();
    let read = concurrently(asked, |(part, request)| async move {
        let got = match request {
            LogRequest::Events(request) => events(ask, &request).await,
            LogRequest::Files { instance, since } => files(ask, &instance, since).await,
            LogRequest::File(request) => portion(ask, &request).await,
        };
        let got = got.map(|page| vec![LogPage { key: part.to_string(), ..page }]);
        (part, got)
    });
    Ok(Reading::of(read.await))
}

async fn events(ask: FetchContext<'_>, request: &EventsRequest) -> Result<LogPage, Fault> {
    let group = request.group.as_str();
    let call = ask.aws.logs.filter_log_events().log_group_name(group).limit(EVENTS);
    let call = match &request.streams {
        Streams::All => call,
        Streams::Prefix(prefix) => call.log_stream_name_prefix(prefix),
        Streams::Names(names) => call.set_log_stream_names(Some(names.clone())),
    };
    let call = call.start_time(request.from).set_end_time(request.to);
    let call = call.set_filter_pattern(request.pattern.clone()).set_next_token(request.token.clone());
    let answer = ask.aws.call(FILTER, Some(group), call.send()).await?;
    let mut names = HashMap::new();
    let events = answer.events().iter().filter_map(|event| line(event, group, &mut names)).collect();
    // The same token again would be the same page again.
    let next = text(answer.next_token()).filter(|next| request.token.as_ref() != Some(next));
    Ok(LogPage { events, more: next.is_some(), next, ..LogPage::default() })
}

fn line<'a>(from: &'a FilteredLogEvent, group: &str, names: &mut HashMap<&'a str, Arc<str>>) -> Option<LogEvent> {
    let (at, message) = (from.timestamp()?, from.message()?);
    let name = from.log_stream_name().unwrap_or_default();
    let stream = Arc::clone(names.entry(name).or_insert_with(|| Arc::from(name)));
    let event = from.event_id().unwrap_or(message);
    let id = LogEvent::id_of(&format!("{group}:{name}"), at, event);
    let message = mask_text(message.trim_end_matches(['\n', '\r'])).into_owned();
    Some(LogEvent { id, at, ingested: from.ingestion_time(), stream, message })
}

async fn files(ask: FetchContext<'_>, instance: &str, since: i64) -> Result<LogPage, Fault> {
    let read = pages(FILES, Some(instance), |token| async move {
        let call = ask.aws.rds.describe_db_log_files().db_instance_identifier(instance).file_last_written(since);
        let answer = ask.aws.call(FILES, Some(instance), call.set_marker(token).send()).await?;
        let file = |from: &aws_sdk_rds::types::DescribeDbLogFilesDetails| {
            Some(DbLogFile {
                name: text(from.log_file_name())?,
                written: from.last_written().unwrap_or_default(),
                size: from.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            })
        };
        Ok((answer.describe_db_log_files().iter().filter_map(file).collect(), text(answer.marker())))
    });
    let files = read.await?.items;
    Ok(LogPage { files, ..LogPage::default() })
}

async fn portion(ask: FetchContext<'_>, request: &FileRequest) -> Result<LogPage, Fault> {
    let on = format!("{} {}", request.instance, request.file);
    let call = ask.aws.rds.download_db_log_file_portion().db_instance_identifier(&request.instance);
    let call = call.log_file_name(&request.file).number_of_lines(LINES).set_marker(request.marker.clone());
    let answer = ask.aws.call(PORTION, Some(&on), call.send()).await?;
    let next = text(answer.marker());
    let data = answer.log_file_data().unwrap_or_default();
    // What a line is known by: where its portion began, and its number there.
    let place = format!("{}:{}:{}", request.instance, request.file, next.as_deref().unwrap_or_default());
    let stream: Arc<str> = Arc::from(request.file.as_str());
    let mut at = request.at;
    let line = |(number, line): (usize, &str)| {
        at = time_of(line).unwrap_or(at);
        LogEvent {
            id: LogEvent::id_of(&place, at, &number.to_string()),
            at,
            ingested: None,
            stream: Arc::clone(&stream),
            message: mask_text(line).into_owned(),
        }
    };
    let events = data.lines().filter(|line| !line.trim().is_empty()).enumerate().map(line).collect();
    let more = answer.additional_data_pending().unwrap_or(false);
    Ok(LogPage { events, next, more, ..LogPage::default() })
}

#[cfg(test)]
mod tests;
