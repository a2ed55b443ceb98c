//! Reads this kind from AWS: logs:DescribeLogGroups. The only file of the kind that may touch the network or an SDK type;
//! reading operations only.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatchlogs::types;
use jiff::Timestamp;

use super::model::LogGroup;
use crate::aws::{Paged, named_pages, text};
use crate::kinds::FetchContext;
use crate::world::{Fault, FaultKind, Reading};

const DESCRIBE: &str = "logs:DescribeLogGroups";
/// AWS gives 50 a page and takes few calls a second: after so many pages the list is left, and that is said.
const MOST_PAGES: usize = 20;

/// Reads the log groups.
///
/// # Errors
/// The fault of the list.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<LogGroup>, Fault> {
    let count = AtomicUsize::new(0);
    let (count, left) = (&count, &std::sync::atomic::AtomicBool::new(false));
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.logs.describe_log_groups().limit(50).set_next_token(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        let mut token = text(answer.next_token());
        if count.fetch_add(1, Ordering::Relaxed) + 1 >= MOST_PAGES {
            left.store(token.take().is_some(), Ordering::Relaxed);
        }
        Ok((answer.log_groups().iter().map(group).collect(), token))
    })
    .await?;
    let mut notes: Vec<Fault> = cut.into_iter().collect();
    if left.load(Ordering::Relaxed) {
        let message = format!("there are more than {} log groups; the rest was not looked at", MOST_PAGES * 50);
        notes.push(Fault::new(FaultKind::Refused, DESCRIBE, message));
    }
    Ok(Reading { notes, ..Reading::whole(items) })
}

fn group(from: &types::LogGroup) -> Option<LogGroup> {
    Some(LogGroup {
        name: text(from.log_group_name())?,
        days: from.retention_in_days().and_then(|days| u32::try_from(days).ok()),
        bytes: from.stored_bytes().and_then(|bytes| u64::try_from(bytes).ok()),
        created_at: from.creation_time().and_then(|at| Timestamp::from_millisecond(at).ok()),
        class: from.log_group_class().map(|class| class.as_str().to_owned()),
    })
}
